//! Each schema of `crates/fixtures` gets its rows.

use rehearsal::Wanted;
use testkit::Database;

use crate::support::{Filled, UNTIL, filled, root, with_rest};

/// The schemas and their scripts.
fn schemas() -> Vec<(String, String)> {
    let folder = root().join("crates/fixtures/schemas");
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().path());
    let mut files: Vec<_> = entries
        .filter(|it| it.extension().is_some_and(|it| it == "sql"))
        .collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    files.iter().map(read).collect()
}

fn prepared(name: &str, script: &str, wanted: &Wanted) -> Option<Filled> {
    let needs = script.lines().next().unwrap().strip_prefix("-- needs: ");
    let database = match needs {
        Some("timescaledb") => Database::timescale(name, "hypertables")?,
        _ => Database::new(name)?,
    };
    if let Some(extension) = needs.filter(|it| *it != "xml") {
        let known = "SELECT 1 FROM pg_available_extensions WHERE name = $1";
        if database
            .client()
            .query_opt(known, &[&extension])
            .unwrap()
            .is_none()
        {
            testkit::skip(name, &format!("this PostgreSQL has no {extension}"));
            return None;
        }
    }
    // The schema without its own rows.
    let statements = script
        .split_inclusive(";\n")
        .filter(|it| !it.starts_with("INSERT") && !it.starts_with("UPDATE"));
    let statements: Vec<String> = statements.map(str::to_owned).collect();
    Some(filled(database, &statements, wanted))
}

/// Tables that get no rows, and why.
const NOT_FILLED: &[(&str, &str)] = &[("foreign_table: public.nobody", "it is a foreign table")];

#[test]
fn each_schema_gets_its_rows() {
    let wanted = Wanted::new(1, 200, UNTIL);
    let mut count = 0;
    let mut wrong = String::new();
    for (name, script) in schemas() {
        let Some(mut filled) = prepared(&name, &script, &wanted) else {
            continue;
        };
        count += 1;
        let counts = filled.counts();
        if script.starts_with("-- needs: timescaledb") {
            check_chunks(&name, &mut filled);
        }
        for (at, (table, rows, wanted)) in counts.iter().enumerate() {
            let why_not = filled.filling.tables[at].why_not.as_deref();
            let table = format!("{name}: {table}");
            let known = NOT_FILLED.iter().find(|(known, _)| *known == table);
            let is_filled = *rows * 2 >= *wanted as i64 && filled.errors[at].is_none();
            if is_filled != known.is_none() || why_not != known.map(|(_, why)| *why) {
                let error = filled.errors[at].as_deref().unwrap_or_default();
                wrong += &format!("{table}: {rows} of {wanted}; {why_not:?} {error}\n");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count >= 60, "{count}");
}

/// Tables whose rows are the same whatever the seed is, as they hold numbers or nothing at all.
const ALWAYS_THE_SAME: &[&str] = &[
    "exclusion: bookings",
    "foreign_table: nobody",
    "names_of_ours: config",
    "names_of_ours: timeschema",
    "names_of_ours: trace",
    "no_columns: nothing",
    "type_date_infinite: days",
];

/// The query leaves nothing of ours to the search path, whoever may create functions there.
#[test]
fn statements_resolve_in_pg_catalog() {
    let mut count = 0;
    for (name, _) in schemas() {
        let path = root()
            .join("crates/fixtures/schemas")
            .join(&name)
            .with_extension("json");
        let catalog = catalog::Catalog::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
        let has_checks = |it: &catalog::Table| {
            it.constraints
                .iter()
                .any(|it| it.kind == catalog::ConstraintKind::Check)
        };
        // The texts of constraints are the user's, and so are those of generated columns and defaults.
        let is_ours = |it: &catalog::Table| {
            let mut columns = it.columns.iter();
            !has_checks(it) && columns.all(|it| it.default.is_none() && it.generated.is_none())
        };
        if !catalog.domains.is_empty() || !catalog.tables.iter().all(is_ours) {
            continue;
        }
        for table in rehearsal::fill(&catalog, &Wanted::new(1, 100, UNTIL)).tables {
            for statement in table.statements.iter().chain([&table.count]) {
                // The body of a DO has the same query.
                let mut lookups = sql::qualified::lookups(statement);
                // The scale of numeric(5,-2).
                lookups.retain(|it| name != "type_numeric" || it != "-");
                assert!(lookups.is_empty(), "{name}: {lookups:?} in {statement}");
                count += 1;
            }
        }
    }
    assert!(count > 150, "{count}");
}

/// Over how many chunks each hypertable's rows are spread, and how many of these are in the columnstore.
fn check_chunks(name: &str, filled: &mut Filled) {
    with_rest(filled);
    let sql = "SELECT h.hypertable_name::text, h.compression_enabled, count(c.*),
            count(c.*) FILTER (WHERE c.is_compressed)
        FROM timescaledb_information.hypertables AS h
        LEFT JOIN timescaledb_information.chunks AS c USING (hypertable_schema, hypertable_name) GROUP BY 1, 2";
    for row in filled.client.query(sql, &[]).unwrap() {
        let (table, is_enabled): (String, bool) = (row.get(0), row.get(1));
        let (chunks, compressed): (i64, i64) = (row.get(2), row.get(3));
        assert!((8..=18).contains(&chunks), "{name}: {table}: {chunks}");
        assert_eq!(
            compressed,
            if is_enabled { chunks / 2 } else { 0 },
            "{name}: {table}"
        );
    }
}

#[test]
fn a_seed_gives_the_same_rows_and_another_seed_others() {
    let mut wrong = String::new();
    for (name, script) in schemas() {
        let fill = |seed| {
            let mut filled = prepared(&name, &script, &Wanted::new(seed, 60, UNTIL))?;
            Some((filled.checksums(), filled))
        };
        let (Some((one, filled)), Some((same, _)), Some((other, _))) = (fill(1), fill(1), fill(2))
        else {
            continue;
        };
        for (at, table) in filled.filling.tables.iter().enumerate() {
            let table = format!("{name}: {}", table.name);
            let is_fixed = ALWAYS_THE_SAME.contains(&table.as_str());
            if one[at] != same[at] || (one[at] == other[at]) != is_fixed {
                wrong += &format!("{table}: {} {} {}\n", one[at], same[at], other[at]);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
