//! What does not parse is said, at its place; nothing crashes.

use check::NOT_CHECKED;

use crate::check_last;

fn said(text: &str) -> Vec<(usize, String)> {
    let found = check_last(&[text]);
    assert!(found.iter().all(|it| it.rule == NOT_CHECKED), "{found:#?}");
    found
        .into_iter()
        .map(|it| (it.place.range.start, it.message))
        .collect()
}

#[test]
fn what_does_not_parse_is_named_with_its_place_and_the_rest_is_checked() {
    let found = said("CREATE TABLE a (x int);\nCREATE TABEL b (x int);\nSELECT 1;");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, 24);
    let found = said("SELECT 1; SELECT 'a");
    assert_eq!(
        found,
        [(
            17,
            "the rest of the file is not checked: this string constant is never closed".to_owned()
        )]
    );
}

#[test]
fn a_million_levels_are_no_crash() {
    for (open, close) in [
        ("(", ")"),
        ("ARRAY[", "]"),
        ("NOT ", ""),
        ("- ", ""),
        ("CASE WHEN ", " THEN 1 END"),
    ] {
        for levels in [1_000, 1_000_000] {
            let text = format!("SELECT {}1{};", open.repeat(levels), close.repeat(levels));
            said(&text);
        }
    }
    said(&format!("SELECT 1{};", " + 1".repeat(1_000_000)));
    let (open, close) = ("(".repeat(50_000), ")".repeat(50_000));
    for inside in [
        format!("PERFORM add_retention_policy('m', {open}1{close});"),
        format!("ALTER TABLE m ADD CHECK ({open}v IS NOT NULL{close});"),
        format!(
            "CREATE TABLE m (v int CHECK ({open}v IS NOT NULL{close}), w int DEFAULT {open}1{close});"
        ),
        format!(
            "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous) AS SELECT {open}v{close} FROM {open}m{close};"
        ),
        format!("EXECUTE {open}1{close};"),
        "IF ".repeat(50_000),
        "IF true THEN ".repeat(20_000),
    ] {
        said(&format!("DO $$ BEGIN {inside} END $$;"));
    }
    said(&format!(
        "DO $$ BEGIN PERFORM {}1{}; END $$;",
        "(".repeat(1_000_000),
        ")".repeat(1_000_000)
    ));
}

#[test]
fn a_file_of_10_megabytes_is_read() {
    let rows = "(1, 'abcdefgh'),".repeat(600_000);
    assert_eq!(said(&format!("INSERT INTO t VALUES {rows} (2, 'b');")), []);
    assert_eq!(
        said(&"INSERT INTO t VALUES (1, 'abcdefgh');\n".repeat(20_000)),
        []
    );
}
