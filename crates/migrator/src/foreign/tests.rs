//! Recognition without a server; what the tools' own tables give on one is in the integration tests.

use sql::qualified::assert_qualified;

use super::*;

/// A table of schema `public` from `name: column typname, …`.
fn table(text: &str) -> Candidate {
    let (name, columns) = text.split_once(": ").unwrap();
    let (schema, name) = name.split_once('.').unwrap_or(("public", name));
    let columns = columns.split(", ").map(|column| {
        let (name, ty) = column.split_once(' ').unwrap();
        Column {
            name: name.to_owned(),
            type_name: ty.to_owned(),
        }
    });
    Candidate {
        schema: schema.to_owned(),
        table: name.to_owned(),
        is_here: schema == "public",
        is_readable: true,
        columns: columns.collect(),
    }
}

/// The tools that are recognised in such tables, with their tables.
fn recognised(tables: &[&str]) -> String {
    let tables: Vec<Candidate> = tables.iter().map(|text| table(text)).collect();
    let found = recognise(&tables);
    let found = found.iter().map(|it| format!("{} {}", it.tool, it.name()));
    found.collect::<Vec<_>>().join("; ")
}

#[test]
fn a_table_is_recognised_by_name_and_columns() {
    let metadata = "ar_internal_metadata: key varchar, value varchar, created_at timestamp, updated_at timestamp";
    let cases: &[(&[&str], &str)] = &[
        (
            &["schema_migrations: version varchar"],
            "dbmate public.schema_migrations",
        ),
        (
            &[metadata, "schema_migrations: version varchar"],
            "Rails public.schema_migrations",
        ),
        // Rails in another schema has nothing to do with it.
        (
            &[
                "schema_migrations: version varchar",
                "app.ar_internal_metadata: key varchar",
            ],
            "dbmate public.schema_migrations",
        ),
        (
            &["schema_migrations: version int8, dirty bool"],
            "golang-migrate public.schema_migrations",
        ),
        // Ours, and those of unknown tools.
        (
            &["schema_migrations: version int4, name text, checksum text"],
            "",
        ),
        (
            &["schema_migrations: version varchar, applied_at timestamptz"],
            "",
        ),
        (&["schema_migrations: version text"], ""),
        (
            &["migrations: hash text, previous_hash text, filename text"],
            "",
        ),
        (
            &[
                "graphile_migrate.migrations: hash text, previous_hash text, filename text, date timestamptz",
            ],
            "graphile-migrate graphile_migrate.migrations",
        ),
        // Set aside for our own history.
        (
            &["schema_migrations_golang_migrate: version int8, dirty bool"],
            "golang-migrate public.schema_migrations_golang_migrate",
        ),
        (&["schema_migrations_dbmate: version int8, dirty bool"], ""),
        (
            &[metadata, "schema_migrations_rails: version varchar"],
            "Rails public.schema_migrations_rails",
        ),
        (
            &[
                "refinery_schema_history: version int8, name varchar, applied_on varchar, checksum varchar",
            ],
            "refinery public.refinery_schema_history",
        ),
        (
            &["refinery_schema_history: version text, applied_on varchar"],
            "",
        ),
    ];
    for (tables, expected) in cases {
        assert_eq!(recognised(tables), *expected, "{tables:?}");
    }
}

#[test]
fn the_query_asks_for_every_name() {
    let query = query();
    for name in SHAPES
        .iter()
        .map(|shape| shape.table.to_owned())
        .chain(NAMESAKES.map(set_aside))
    {
        assert!(query.contains(&literal(&name)), "{name}");
    }
}

#[test]
fn rows_become_tables() {
    let row = |values: [&str; 6]| values.map(|value| Some(value.to_owned())).to_vec();
    let rows = vec![
        row(["app", "schema_migrations", "f", "f", "version", "varchar"]),
        row(["public", "schema_migrations", "t", "t", "version", "int8"]),
        row(["public", "schema_migrations", "t", "t", "dirty", "bool"]),
    ];
    let found = recognise(&candidates(&rows));
    let places: Vec<(Tool, bool, bool)> = found
        .iter()
        .map(|it| (it.tool, it.is_here, it.is_readable))
        .collect();
    assert_eq!(
        places,
        [
            (Tool::Dbmate, false, false),
            (Tool::GolangMigrate, true, true)
        ]
    );
}

#[test]
fn what_a_history_says_in_one_line() {
    let of = |tool, table: &str, held: Option<(u64, &str, bool)>| {
        let held = held.map(|(migrations, last, has_failed)| Held {
            migrations,
            last: Some(last.to_owned()),
            has_failed,
        });
        let (schema, table) = ("Two words".to_owned(), table.to_owned());
        let foreign = Foreign {
            tool,
            schema,
            table,
            is_here: true,
            is_readable: true,
            held,
        };
        assert_qualified(&foreign.held_query());
        let rename = foreign.rename().unwrap_or_default();
        format!("{foreign}\n{}\n{rename}\n", foreign.holds_any())
    };
    let lines = [
        of(Tool::Sqlx, "_sqlx_migrations", Some((0, "", false))),
        of(Tool::Sqlx, "_sqlx_migrations", Some((0, "", true))),
        of(
            Tool::Diesel,
            "__diesel_schema_migrations",
            Some((1, "2024-01-01", false)),
        ),
        of(
            Tool::Flyway,
            "flyway_schema_history",
            Some((2, "1.10", true)),
        ),
        of(
            Tool::GolangMigrate,
            "schema_migrations",
            Some((1, "7", true)),
        ),
        of(Tool::Rails, "schema_migrations", None),
    ];
    insta::assert_snapshot!(lines.concat());
}
