//! The table of PostgreSQL's types, compared with a server's catalog and with the documentation.

use std::fs;
use std::path::Path;

use postgres::Client;
use sql::types::{EXTENSION_TYPES, TYPES};

#[testkit::test(session)]
fn names_and_oids_are_the_servers(mut client: Client) {
    for ty in TYPES {
        let query = "SELECT oid, format_type(oid, NULL) FROM pg_type
                     WHERE typname = $1 AND typnamespace = 'pg_catalog'::regnamespace";
        let row = client.query_one(query, &[&ty.name]).unwrap();
        let found: (u32, String) = (row.get(0), row.get(1));
        assert_eq!((ty.oid, ty.sql), (found.0, found.1.as_str()), "{}", ty.name);
    }
}

#[testkit::test(session)]
fn the_types_with_equality_are_the_servers(mut client: Client) {
    for ty in TYPES {
        let query = format!("SELECT DISTINCT NULL::pg_catalog.\"{}\"", ty.name);
        assert_eq!(client.prepare(&query).is_ok(), ty.has_equality, "{query}");
    }
}

fn session(test: &str) -> Option<Client> {
    testkit::session(test)
}

#[test]
fn the_documentation_has_the_table() {
    const HEAD: &str = "| SQL type | Rust type |\n|---|---|\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/types.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(HEAD).expect("the table's head");
    let after = rest
        .split_inclusive('\n')
        .skip_while(|line| line.starts_with('|'));
    let renewed = format!(
        "{before}{HEAD}{}{}",
        documented(),
        after.collect::<String>()
    );
    if std::env::var_os("RENEW_GOLDEN").is_some() {
        fs::write(&path, &renewed).unwrap();
        return;
    }
    assert!(
        page == renewed,
        "docs/types.md is out of date: run `RENEW_GOLDEN=1 cargo test -p timeschema-sql --test types`"
    );
}

/// A line for each Rust type.
fn documented() -> String {
    let firsts = TYPES.iter().filter(|ty| !ty.is_second);
    let line = |first: &sql::types::SqlType| {
        let seconds = TYPES
            .iter()
            .filter(|ty| ty.is_second && ty.rust == first.rust);
        let names = std::iter::once(first).chain(seconds);
        let names: Vec<String> = names.map(|ty| format!("`{}`", ty.sql)).collect();
        let rust = first.rust.replace("timeschema::", "");
        format!("| {} | `{rust}` |\n", names.join(", "))
    };
    let added = EXTENSION_TYPES.iter().map(|ty| {
        let rust = ty.rust.replace("timeschema::", "");
        format!(
            "| `{}` of the extension `{}` | `{rust}` |\n",
            ty.name, ty.extension
        )
    });
    firsts.map(line).chain(added).collect()
}
