//! What start-up reads: bounded by what the program names, whatever others have in the database.

use catalog::{Catalog, Needs, Scope};
use serde_json::Value;
use sql::qualified::qualified;

use crate::support::Database;

/// How many of everything others have.
const MANY: i64 = 1500;

/// Tables with constraints, partitions, enums and functions, and views each upon the one before it.
const OTHERS: &str = "
DO $$ BEGIN
  FOR n IN {from}..{to} LOOP
    EXECUTE format('CREATE TABLE other_%s (id int PRIMARY KEY, a text NOT NULL, b text DEFAULT ''x'', c int)', n);
    EXECUTE format('CREATE TYPE kind_%s AS ENUM (''a'')', n);
    EXECUTE format('CREATE FUNCTION f_%s() RETURNS int LANGUAGE sql AS ''SELECT 1''', n);
    EXECUTE format('CREATE VIEW nested_%s AS SELECT * FROM %I', n, CASE n WHEN 1 THEN 'other_1' ELSE 'nested_' || n - 1 END);
  END LOOP;
END $$;
";

fn add_others(database: &Database) {
    // Each of them is locked until its transaction ends, and a server has room for so many locks.
    const AT_ONCE: i64 = 250;
    for from in (1..MANY).step_by(AT_ONCE as usize) {
        let to = from + AT_ONCE - 1;
        let numbered = OTHERS.replace("{from}", &from.to_string());
        database.run(&numbered.replace("{to}", &to.to_string()));
    }
}

/// The plan of the query for what is needed, after it was run.
fn plan(database: &Database, by: &Catalog) -> Value {
    let scope = Scope {
        needs: Some(Needs::of(by)),
        ..Scope::default()
    };
    let query = catalog::query(&database.run(catalog::probe_query()), &scope).unwrap();
    explain(database, &query)
}

fn explain(database: &Database, query: &str) -> Value {
    let explain = format!(
        "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {}",
        qualified(query)
    );
    let plan: Value = serde_json::from_str(&database.run(&explain)).unwrap();
    plan[0]["Plan"].clone()
}

/// How many rows the plan's nodes read of each system catalog, most first.
fn rows_read(plan: &Value) -> Vec<(u64, String)> {
    let mut all = Vec::new();
    let mut nodes = vec![plan];
    while let Some(node) = nodes.pop() {
        nodes.extend(node["Plans"].as_array().into_iter().flatten());
        if let Some(relation) = node["Relation Name"].as_str() {
            let number = |key: &str| node[key].as_f64().unwrap_or(0.0);
            let rows = number("Actual Rows") + number("Rows Removed by Filter");
            let rows = rows * number("Actual Loops");
            all.push((rows as u64, relation.to_owned()));
        }
    }
    all.sort_unstable_by(|a, b| b.cmp(a));
    all
}

#[testkit::test]
fn what_others_have_is_not_read(database: Database) {
    database.migrate();
    let own = database.catalog();
    add_others(&database);
    assert_eq!(database.needed(&own).tables.len(), own.tables.len());
    for statistics in ["", "ANALYZE"] {
        database.run(statistics);
        for plan in [
            plan(&database, &own),
            explain(&database, catalog::probe_query()),
        ] {
            let rows = rows_read(&plan);
            assert!(rows.len() > 5, "{rows:?}");
            assert!(rows[0].0 < MANY as u64, "{statistics}: {rows:?}");
            // From jit_above_cost on, PostgreSQL compiles a query first.
            let cost = plan["Total Cost"].as_f64().unwrap();
            assert!(cost < 100_000.0, "{statistics}: {cost}");
        }
    }
    // Where everything is read, views upon views are no obstacle.
    let all = database.catalog();
    assert_eq!(all.tables.len(), own.tables.len() + MANY as usize);
    let last = format!("nested_{MANY}");
    let last = all.views.iter().find(|it| it.name == last).unwrap();
    assert!(last.columns[0].never_null.is_some() && last.columns[2].never_null.is_none());
}
