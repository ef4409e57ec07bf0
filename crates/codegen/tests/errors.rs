//! What is refused, with the whole message.

use catalog::Catalog;
use serde_json::{Value, json};

/// The error for a table `public.t` with one column `c`, in a database with these domains.
fn error_of(column_type: Value, domains: Value) -> String {
    let column = json!({ "name": "c", "type": column_type });
    let table = json!({ "schema": "public", "name": "t", "columns": [column] });
    let catalog = json!({ "domains": domains, "tables": [table] });
    let catalog: Catalog = serde_json::from_value(catalog).unwrap();
    codegen::generate(&catalog).unwrap_err().to_string()
}

#[test]
fn a_type_without_a_rust_type_names_the_column() {
    let range = json!({ "sql": "tstzrange[]", "name": "tstzrange", "array": true });
    insta::assert_snapshot!(error_of(range, json!([])));
}

#[test]
fn a_type_of_the_users_own_that_is_no_enum_and_no_domain() {
    let composite =
        json!({ "sql": "public.money_amount", "schema": "public", "name": "money_amount" });
    insta::assert_snapshot!(error_of(composite, json!([])));
}

#[test]
fn a_type_that_only_shares_the_name_of_a_known_one() {
    let shadow = json!({ "sql": "public.text", "schema": "public", "name": "text" });
    insta::assert_snapshot!(error_of(shadow, json!([])));
}

#[test]
fn an_array_of_a_domain_over_an_array() {
    let labels = json!({
        "schema": "public",
        "name": "labels",
        "base": { "sql": "text[]", "name": "text", "array": true },
    });
    let array =
        json!({ "sql": "public.labels[]", "schema": "public", "name": "labels", "array": true });
    insta::assert_snapshot!(error_of(array, json!([labels])));
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
