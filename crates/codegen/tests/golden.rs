//! What is generated: compared with the golden files byte for byte, and with what rustfmt makes of it.
//!
//! That the golden files compile is shown by the example target `golden`, which `cargo test` builds.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use catalog::{
    Catalog, Column, Constraint, ConstraintKind, Dimension, Enum, Hypertable, Snapshot, Table,
    TypeRef,
};
use codegen::{Choices, QueryFile};
use queries::Described;

#[path = "support/choices.rs"]
mod choices;

#[path = "support/all_types.rs"]
mod all_types;

#[path = "support/nasty_queries.rs"]
mod nasty_queries;

const RENEW: &str = "RENEW_GOLDEN=1 cargo test -p timeschema-codegen --test golden";

#[test]
fn the_schema_of_this_repository() {
    let path = crate_dir().join("../../analytics-schema/schema.json");
    let text = std::fs::read_to_string(path).unwrap();
    check_golden("analytics", &Snapshot::parse(&text).unwrap().catalog);
}

#[test]
fn the_queries_of_this_repository() {
    let folder = crate_dir().join("../../analytics-schema");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let catalog = Snapshot::parse(&read("schema.json")).unwrap().catalog;
    let described = Described::parse(&read("queries.json")).unwrap();
    let files = queries::read_dir(&folder.join("queries")).unwrap();
    let files: Vec<QueryFile<'_>> = files
        .iter()
        .map(|file| QueryFile {
            module: &file.module,
            path: "queries/dashboard.sql",
            text: &file.text,
            queries: file
                .queries
                .iter()
                .map(|query| (query, described.find(&file.module, &query.name).unwrap()))
                .collect(),
        })
        .collect();
    let text = codegen::generate_queries(&catalog, &Choices::default(), &files).unwrap();
    check_text("analytics_queries", &text);
}

#[test]
fn nasty_queries() {
    let catalog = fixture("nasty");
    let files = nasty_queries::files();
    let files: Vec<QueryFile<'_>> = files.iter().map(nasty_queries::File::borrowed).collect();
    let text = codegen::generate_queries(&catalog, &Choices::default(), &files).unwrap();
    check_text("nasty_queries", &text);
}

#[test]
fn nasty_names_and_comments() {
    check_golden("nasty", &fixture("nasty"));
    check_text("all_types", &all_types::again());
}

#[test]
fn types_without_a_rust_type() {
    check_golden("as_text", &read("as_text"));
}

#[test]
fn composite_types() {
    check_golden("own_types", &read("own_types"));
}

#[test]
fn types_and_columns_that_the_project_chooses() {
    let text = codegen::generate_with(&read("choices"), &choices::choices()).unwrap();
    check_text("choices", &text);
}

#[test]
fn finders_by_primary_and_unique_keys() {
    check_golden("keys", &read("keys"));
}

#[test]
fn hypertables_and_continuous_aggregates() {
    check_golden("time_series", &read("time_series"));
}

#[test]
fn the_same_catalog_gives_the_same_bytes() {
    let catalog = fixture("nasty");
    assert_eq!(
        codegen::generate(&catalog).unwrap(),
        codegen::generate(&catalog.clone()).unwrap()
    );
}

#[test]
fn a_virtual_column_differs_in_its_documentation_alone() {
    let mut catalog = fixture("nasty");
    let stored = codegen::generate(&catalog).unwrap();
    let columns = catalog.tables.iter_mut().flat_map(|it| &mut it.columns);
    for column in columns.filter(|it| it.generated.is_some()) {
        column.is_virtual = true;
    }
    let computed = codegen::generate(&catalog).unwrap();
    let body = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let (stored, computed) = (body(&stored), body(&computed));
    assert_eq!(stored.len(), computed.len());
    let changed: Vec<&str> = std::iter::zip(&stored, &computed)
        .filter(|(stored, computed)| stored != computed)
        .map(|(_, computed)| computed.trim())
        .collect();
    assert_eq!(
        changed,
        [r#""`integer`, generated as `(\"aB\" * 2)` when it is read.""#]
    );
}

#[test]
fn an_empty_catalog_gives_a_header_alone() {
    let text = codegen::generate(&Catalog::default()).unwrap();
    assert!(text.lines().all(|line| line.starts_with("// ")), "{text}");
    check_formatted("empty catalog", &text);
}

#[test]
fn names_of_every_length_are_formatted() {
    let Some(_) = rustfmt("names_of_every_length_are_formatted") else {
        return;
    };
    for length in 1..=63 {
        let text = codegen::generate(&catalog_of_names(length)).unwrap();
        check_formatted(&format!("names of {length} letters"), &text);
    }
}

/// The catalog of a fixture, with a table of all types.
fn fixture(name: &str) -> Catalog {
    let mut catalog = read(name);
    all_types::add_to(&mut catalog);
    catalog
}

fn read(name: &str) -> Catalog {
    let path = crate_dir().join(format!("tests/fixtures/{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap();
    Catalog::parse(&text).unwrap()
}

fn check_golden(name: &str, catalog: &Catalog) {
    check_text(name, &codegen::generate(catalog).unwrap());
}

fn check_text(name: &str, text: &str) {
    let path = crate_dir().join(format!("tests/golden/{name}.rs"));
    if std::env::var_os("RENEW_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    assert!(
        golden == text,
        "{} is out of date: run `{RENEW}` and read what changed",
        path.display()
    );
    if rustfmt(name).is_some() {
        check_formatted(name, text);
    }
}

/// The formatter that belongs to the compiler, unless it is not installed.
fn rustfmt(test: &str) -> Option<Command> {
    let mut version = Command::new("rustfmt");
    let found = version
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !found.is_ok_and(|status| status.success()) {
        testkit::skip(test, "rustfmt is not installed");
        return None;
    }
    let mut command = Command::new("rustfmt");
    // Out of reach of any rustfmt.toml: the default configuration is what counts.
    command
        .args(["--edition", "2024", "--emit", "stdout", "--quiet"])
        .current_dir(std::env::temp_dir());
    Some(command)
}

fn check_formatted(what: &str, text: &str) {
    let Some(mut command) = rustfmt(what) else {
        return;
    };
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{what}: rustfmt failed");
    let formatted = String::from_utf8(output.stdout).unwrap();
    let differing = text
        .lines()
        .zip(formatted.lines())
        .enumerate()
        .find(|(_, (a, b))| a != b);
    if let Some((line, (ours, theirs))) = differing {
        panic!(
            "{what}, line {}: generated\n{ours}\nbut rustfmt prints\n{theirs}",
            line + 1
        );
    }
    assert_eq!(
        text.len(),
        formatted.len(),
        "{what}: rustfmt changes the length"
    );
}

/// A catalog in which everything that has a name has one of `length` letters, at the root and in a schema.
fn catalog_of_names(length: usize) -> Catalog {
    let name = |letter: char| letter.to_string().repeat(length);
    // Short labels fill lines, longer ones have a line each.
    let last = if length > 10 { 'b' } else { 'l' };
    let labels: Vec<String> = ('a'..=last).map(name).collect();
    let enums = |schema: &str| Enum {
        schema: schema.to_owned(),
        name: name('e'),
        comment: None,
        labels: labels.clone(),
    };
    let ty = |schema: &str, name: String, array| TypeRef {
        sql: format!("{schema}.{name}"),
        schema: schema.to_owned(),
        name,
        array,
    };
    let column = |letter, ty, never_null, default| Column {
        name: name(letter),
        ty,
        comment: Some("word ".repeat(length)),
        never_null,
        default,
        identity: None,
        generated: None,
        is_virtual: false,
    };
    let table = |schema: &str, columns_in_key: usize| {
        let not_null = || Some("NOT NULL".to_owned());
        let default = || Some(name('d'));
        let enum_type = |array| ty(schema, name('e'), array);
        let columns = vec![
            column(
                'a',
                ty("pg_catalog", "timestamptz".to_owned(), false),
                not_null(),
                None,
            ),
            column('b', enum_type(false), not_null(), default()),
            column('c', enum_type(false), None, default()),
            column('d', enum_type(true), None, default()),
            column('e', enum_type(true), not_null(), None),
            column('f', enum_type(false), None, None),
        ];
        let key = columns[..columns_in_key]
            .iter()
            .map(|column| column.name.clone())
            .collect();
        Table {
            schema: schema.to_owned(),
            name: name((b'p' + columns_in_key as u8) as char),
            comment: None,
            columns,
            constraints: vec![Constraint {
                name: name('k'),
                kind: ConstraintKind::PrimaryKey,
                definition: String::new(),
                columns: key,
            }],
            indexes: Vec::new(),
            triggers: Vec::new(),
            inherited: false,
            hypertable: Some(Hypertable {
                dimensions: vec![Dimension {
                    column: name('a'),
                    time_interval: Some("1 day".to_owned()),
                    integer_interval: None,
                    partitions: None,
                    integer_now: None,
                }],
                columnstore: None,
                policies: Vec::new(),
            }),
        }
    };
    let schema = name('z');
    let keys = 1 + length % 6;
    Catalog {
        enums: vec![enums("public"), enums(&schema)],
        tables: vec![table("public", keys), table(&schema, keys)],
        ..Catalog::default()
    }
}

fn crate_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
