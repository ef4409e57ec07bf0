//! The project's own migrations.

use rehearsal::Wanted;
use testkit::Database;

use crate::support::{Filled, UNTIL, filled, root, with_rest};

pub(crate) fn statements() -> Vec<String> {
    let entries = std::fs::read_dir(root().join("migrations")).unwrap();
    let mut files: Vec<_> = entries.map(|it| it.unwrap().path()).collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        let statements = sql::statement::read(&text).unwrap();
        all.extend(
            statements
                .iter()
                .map(|it| text[it.range.clone()].to_owned()),
        );
    }
    all
}

fn migrated(database: Database, wanted: &Wanted) -> Filled {
    filled(database, &statements(), wanted)
}

#[test]
fn the_projects_tables_get_rows_in_plain_mode() {
    let Some(database) = Database::new(testkit::test_name!()) else {
        return;
    };
    let rewritten = |statement: &String| {
        let rewriting = plain::rewrite::rewrite(statement).unwrap();
        rewriting.text
    };
    let mut script = vec![plain::script()];
    script.extend(statements().iter().map(rewritten));
    let mut filled = filled(database, &script, &Wanted::new(1, 500, UNTIL));
    for (at, (table, rows, wanted)) in filled.counts().into_iter().enumerate() {
        assert_eq!(filled.errors[at], None, "{table}");
        assert_eq!(rows, wanted as i64, "{table}");
    }
    with_rest(&mut filled);
}

#[test]
fn the_projects_tables_get_rows() {
    let name = testkit::test_name!();
    let Some(database) = Database::timescale(name, "hypertables") else {
        return;
    };
    let mut filled = migrated(database, &Wanted::new(1, 2_000, UNTIL));
    for (at, (table, rows, wanted)) in filled.counts().into_iter().enumerate() {
        assert_eq!(filled.errors[at], None, "{table}");
        assert_eq!(rows, wanted as i64, "{table}");
    }
    with_rest(&mut filled);
    let chunks = |filled: &mut Filled, table: &str| -> (i64, i64) {
        let sql = "SELECT count(*), count(*) FILTER (WHERE is_compressed) \
                   FROM timescaledb_information.chunks WHERE hypertable_name = $1";
        let row = filled.client.query_one(sql, &[&table]).unwrap();
        (row.get(0), row.get(1))
    };
    for table in ["events", "funnel_events"] {
        let (all, compressed) = chunks(&mut filled, table);
        assert!((8..=9).contains(&all), "{table}: {all}");
        assert_eq!(compressed, all / 2, "{table}");
    }
    for aggregate in ["event_counts_hourly", "funnel_conversion_daily"] {
        let sql = format!("SELECT count(*) FROM {aggregate}");
        let rows: i64 = filled.client.query_one(&sql, &[]).unwrap().get(0);
        assert!(rows > 0, "{aggregate}");
    }
}
