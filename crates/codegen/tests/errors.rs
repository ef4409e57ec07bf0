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
