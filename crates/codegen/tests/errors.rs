//! What has no Rust type, and what is refused, with the whole message.

use catalog::Catalog;
use serde_json::{Value, json};

/// A table `public.t` with one column `c`, in a database with these domains.
fn with_column(column_type: Value, domains: Value) -> Catalog {
    let column = json!({ "name": "c", "type": column_type });
    let table = json!({ "schema": "public", "name": "t", "columns": [column] });
    let catalog = json!({ "domains": domains, "tables": [table] });
    Catalog::parse(&catalog.to_string()).unwrap()
}

fn error_of(column_type: Value, domains: Value) -> String {
    let catalog = with_column(column_type, domains);
    codegen::generate(&catalog).unwrap_err().to_string()
}

/// The Rust type of a table's column `c`, in a database with these domains.
fn rust_type(column_type: Value, domains: Value) -> String {
    let text = codegen::generate(&with_column(column_type, domains)).unwrap();
    let mut lines = text.lines();
    let field = lines.find_map(|line| line.trim().strip_prefix("pub c: "));
    field.unwrap().to_owned()
}

#[test]
fn a_type_that_only_shares_the_name_of_a_known_one_is_text() {
    let shadow = json!({ "sql": "public.text", "schema": "public", "name": "text" });
    assert_eq!(rust_type(shadow, json!([])), "Option<timeschema::AsText>,");
}

#[test]
fn an_array_of_a_domain_over_an_array_is_text() {
    let labels = json!({
        "schema": "public",
        "name": "labels",
        "base": { "sql": "text[]", "name": "text", "array": true },
    });
    let array =
        json!({ "sql": "public.labels[]", "schema": "public", "name": "labels", "array": true });
    assert_eq!(
        rust_type(array, json!([labels])),
        "Option<timeschema::AsText>,"
    );
}

#[test]
fn a_domain_that_leads_back_to_itself() {
    let domain = |name: &str, base: &str| {
        let base = json!({ "sql": format!("public.{base}"), "schema": "public", "name": base });
        json!({ "schema": "public", "name": name, "base": base })
    };
    let one = json!({ "sql": "public.one", "schema": "public", "name": "one" });
    let domains = json!([domain("one", "two"), domain("two", "one")]);
    insta::assert_snapshot!(error_of(one, domains));
}

#[test]
fn an_index_with_the_name_of_a_constraint_has_its_variant() {
    let column = json!({ "name": "c", "type": { "sql": "integer", "name": "int4" } });
    let check = json!({ "name": "t_c", "kind": "check", "definition": "CHECK ((c > 0))" });
    let index = json!({ "name": "t_c", "definition": "CREATE UNIQUE INDEX t_c ON public.t USING btree (c)" });
    let table = json!({ "schema": "public", "name": "t", "columns": [column], "constraints": [check], "indexes": [index] });
    let catalog = Catalog::parse(&json!({ "tables": [table] }).to_string()).unwrap();
    let text = codegen::generate(&catalog).unwrap();
    assert!(text.contains(r#"Violation { "t_c" C }"#), "{text}");
}

#[test]
fn a_key_has_no_upsert_if_another_one_of_its_columns_is_deferrable() {
    let unique = |name: &str, columns: [&str; 2], definition: &str| json!({ "name": name, "kind": "unique", "definition": definition, "columns": columns });
    let constraints = [
        unique("t_now", ["a", "b"], "UNIQUE (a, b)"),
        unique("t_later", ["b", "a"], "UNIQUE (b, a) DEFERRABLE"),
        unique("t_other", ["b", "c"], "UNIQUE (b, c)"),
    ];
    let column = |name: &str| json!({ "name": name, "type": { "sql": "integer", "name": "int4" } });
    let columns = ["a", "b", "c"].map(column);
    let table =
        json!({ "schema": "public", "name": "t", "columns": columns, "constraints": constraints });
    let catalog = Catalog::parse(&json!({ "tables": [table] }).to_string()).unwrap();
    let text = codegen::generate(&catalog).unwrap();
    for finder in ["by_a_and_b", "by_b_and_a", "by_b_and_c"] {
        assert!(text.contains(&format!("fn {finder}(")), "{text}");
    }
    let upserts: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("fn upsert_by"))
        .collect();
    assert_eq!(upserts.len(), 1, "{text}");
    assert!(upserts[0].contains("by_b_and_c"), "{text}");
}
