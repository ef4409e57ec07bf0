//! What has no Rust type, and what is refused, with the whole message.

use catalog::Catalog;
use codegen::{Choices, ColumnChoice};
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
    let field = lines.find_map(|line| line.trim().split_once("c: "));
    let (_, column) = field.unwrap();
    column.split(" = ").next().unwrap().to_owned()
}

#[test]
fn a_type_that_only_shares_the_name_of_a_known_one_is_text() {
    let shadow = json!({ "sql": "public.text", "schema": "public", "name": "text" });
    assert_eq!(rust_type(shadow, json!([])), "Option<timeschema::AsText>");
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
        "Option<timeschema::AsText>"
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
    assert!(text.contains("\"t_c\" C\n"), "{text}");
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
        assert!(text.contains(&format!("unique({finder} select)")), "{text}");
    }
    let upserts: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("upsert("))
        .collect();
    assert_eq!(upserts.len(), 1, "{text}");
    assert!(upserts[0].contains("by_b_and_c"), "{text}");
}

#[test]
fn constraints_that_differ_only_in_their_tables_name_have_variants() {
    let column = json!({ "name": "c", "type": { "sql": "integer", "name": "int4" } });
    let check =
        |name: &str| json!({ "name": name, "kind": "check", "definition": "CHECK ((c > 0))" });
    let constraints = ["a", "t_a", "t_t_a", "t_b"].map(check);
    let table =
        json!({ "schema": "public", "name": "t", "columns": [column], "constraints": constraints });
    let catalog = Catalog::parse(&json!({ "tables": [table] }).to_string()).unwrap();
    let text = codegen::generate(&catalog).unwrap();
    let (_, variants) = text.split_once("timeschema::violation! {").unwrap();
    let variants = variants
        .lines()
        .filter(|line| line.ends_with(char::is_alphabetic));
    let variants: Vec<&str> = variants.map(str::trim).collect();
    assert_eq!(
        variants,
        [r#""a" A"#, r#""t_a" TA"#, r#""t_t_a" TTA"#, r#""t_b" B"#]
    );
}

/// Names that stay the same, wherever they are, and choices of nothing: one run reports all.
#[test]
fn everything_that_is_in_the_way_is_reported_at_once() {
    let column = |name: &str| json!({ "name": name, "type": { "sql": "integer", "name": "int4" } });
    let columns = ["a_b", "aB", "a_b_x550f", "c", "c"].map(column);
    let table = json!({ "schema": "public", "name": "t", "columns": columns });
    let label = json!({ "schema": "app", "name": "e", "labels": ["x", "x"] });
    let composite =
        json!({ "schema": "app", "name": "p", "attributes": [column("z"), column("z")] });
    let catalog = json!({ "enums": [label], "composites": [composite], "tables": [table] });
    let catalog = Catalog::parse(&catalog.to_string()).unwrap();
    let columns =
        ["t.c", "t.d", "public.t.aB", "u.c"].map(|name| (name.to_owned(), ColumnChoice::LeftOut));
    let choices = Choices {
        types: [("text", "String;"), ("txt", "String")]
            .map(|(name, rust)| (name.to_owned(), rust.to_owned()))
            .into(),
        columns: columns.into(),
    };
    let errors = codegen::check(&catalog, &choices).unwrap_err();
    let about = |error: &codegen::Error| {
        let named = error.named().iter();
        let named = named.map(|it| {
            it.subject
                .as_ref()
                .map_or_else(String::new, ToString::to_string)
        });
        named.collect::<Vec<_>>().join(", ")
    };
    let lines = errors.iter().map(|it| format!("{it} [{}]", about(it)));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
    assert_eq!(
        codegen::generate_with(&catalog, &choices)
            .unwrap_err()
            .to_string(),
        errors.to_string()
    );
}

/// `queries.json` of an older version may have such a column.
#[test]
fn a_query_whose_column_cannot_be_read() {
    let texts = "-- name: shapes\nSELECT id, shape FROM shapes;";
    let query = &queries::read(texts).unwrap()[0];
    let ty = |sql: &str, schema: &str, name: &str| queries::Type {
        sql: sql.to_owned(),
        schema: schema.to_owned(),
        name: name.to_owned(),
        array: false,
    };
    let answer = queries::Answer {
        parameters: Vec::new(),
        columns: vec![
            ("id".to_owned(), ty("bigint", "pg_catalog", "int8")),
            ("shape".to_owned(), ty("app.shape", "app", "shape")),
        ],
        casts: Vec::new(),
        facts: None,
    };
    let described = query.describe("plan", &query.variants(), &[answer]);
    let file = codegen::QueryFile {
        module: "plan",
        path: "queries/plan.sql",
        text: "",
        queries: vec![(query, described.as_ref().unwrap())],
    };
    let errors = codegen::generate_queries(&Catalog::default(), &Choices::default(), &[file]);
    insta::assert_snapshot!(errors.unwrap_err());
}
