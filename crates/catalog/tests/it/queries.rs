//! What is proven of a program's queries, on a server.

mod differential;
mod regression;

use catalog::{QueryFacts, RowCount};

use crate::support::Database;

/// What is said of one query over the project's own schema.
fn facts(database: &Database, types: &str, query: &str) -> QueryFacts {
    let (catalog, mut facts) = database.queries(&[(types, query)]);
    assert_eq!(catalog, database.catalog());
    facts.remove(0)
}

const TABLES: &str = "
CREATE EXTENSION timescaledb;
CREATE DOMAIN filled AS text NOT NULL;
CREATE TABLE t (id integer PRIMARY KEY, x integer, n integer NOT NULL, s varchar(10), f filled);
CREATE TABLE h (at timestamptz NOT NULL, device text NOT NULL, v float8);
SELECT create_hypertable('h', by_range('at'));
CREATE VIEW v AS SELECT id, x, random() AS r FROM t;
";

#[testkit::test]
fn what_is_read_and_written_is_named(database: Database) {
    database.run(TABLES);
    let names = |query: &str| {
        let facts = facts(&database, "", query);
        let names = |all: &[catalog::RelationRef]| {
            let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
            names.join(" ")
        };
        let volatile = if facts.is_volatile { " volatile" } else { "" };
        format!(
            "{} -> {}{volatile}",
            names(&facts.reads),
            names(&facts.writes)
        )
    };
    assert_eq!(
        names("SELECT id FROM v WHERE EXISTS (SELECT FROM h)"),
        "h v ->  volatile"
    );
    assert_eq!(names("SELECT * FROM t, pg_class"), "pg_class t -> ");
    assert_eq!(
        names(
            "INSERT INTO t (id, n) SELECT 1, 2 FROM h ON CONFLICT (id) DO UPDATE SET x = excluded.x"
        ),
        "h -> t"
    );
    assert_eq!(
        names("WITH d AS (DELETE FROM t RETURNING id) SELECT count(*) FROM d"),
        "t -> t"
    );
    assert_eq!(
        names("UPDATE t SET x = 1 FROM h WHERE h.device = t.s"),
        "h t -> t"
    );
}

#[testkit::test]
fn a_parameter_that_is_only_stored_where_null_may_be_may_be_null(database: Database) {
    database.run(TABLES);
    let uses = |types: &str, query: &str| {
        let facts = facts(&database, types, query);
        let uses = facts.parameters.iter().map(|it| {
            let assigned = it.assigned.as_ref().map_or("", |it| &it.column);
            let compared = it
                .compared
                .iter()
                .map(|(column, operator)| format!("{} {operator} ", column.column));
            let compared: String = compared.collect();
            let null = if it.may_be_null { "?" } else { "" };
            format!("{assigned}{null} {compared}").trim().to_owned()
        });
        uses.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        uses(
            "int, int, int, text, text",
            "INSERT INTO t VALUES ($1, $2, $3, $4, $5)"
        ),
        "id, x?, n, s?, f"
    );
    assert_eq!(
        uses(
            "int, int",
            "INSERT INTO t (x, s) VALUES ($1, 'a'), ($2, $2::text)"
        ),
        "x?, ?"
    );
    assert_eq!(
        uses(
            "int, text",
            "INSERT INTO t (id, x, s, n) SELECT id, $1, $2, n FROM t WHERE x = $1"
        ),
        "x x =, s?"
    );
    assert_eq!(
        uses("int, int", "UPDATE t SET x = $1 WHERE $2 < id"),
        "x?, id >"
    );
    assert_eq!(
        uses(
            "int[], int",
            "SELECT 1 FROM t WHERE id = ANY ($1) AND x <> ALL (ARRAY[$2])"
        ),
        "id = ANY, "
    );
    assert_eq!(
        uses(
            "timestamptz, timestamptz",
            "SELECT 1 FROM (SELECT h.at AS b FROM h) AS j WHERE b BETWEEN $1 AND $2"
        ),
        "at >=, at <="
    );
    // What is excluded from one column may go to another.
    assert_eq!(
        uses(
            "int, int",
            "INSERT INTO t (x, id, n) VALUES ($1, $2, 1) ON CONFLICT (id) DO UPDATE SET x = excluded.x"
        ),
        "x?, id"
    );
    assert_eq!(
        uses(
            "int, int",
            "INSERT INTO t (x, id, n) VALUES ($1, $2, 1) ON CONFLICT (id) DO UPDATE SET n = excluded.x"
        ),
        "x, id"
    );
    assert_eq!(
        uses(
            "int, int",
            "UPDATE t SET x = v.x FROM (VALUES ($1, $2)) AS v (id, x) WHERE v.id = t.id"
        ),
        ", x?"
    );
    assert_eq!(
        uses(
            "int, int",
            "UPDATE t SET x = v.x FROM (VALUES ($1, $2)) AS v (id, x) WHERE v.id = t.id AND v.x > 1"
        ),
        ", "
    );
    assert_eq!(
        uses(
            "int, int",
            "MERGE INTO t USING (SELECT $1 AS i) AS s ON s.i = t.id WHEN MATCHED THEN UPDATE SET x = $2 WHEN NOT MATCHED THEN INSERT (id, n) VALUES (1, $2)"
        ),
        ", "
    );
}

#[testkit::test]
fn columns_have_their_sources_and_proofs(database: Database) {
    database.run(TABLES);
    let columns = |types: &str, query: &str| {
        let facts = facts(&database, types, query);
        let columns = facts.columns.iter().map(|it| {
            let source = it.source.as_ref();
            let source = source.map_or(String::new(), |it| {
                format!(" of {}.{}", it.relation, it.column)
            });
            let never_null = it.never_null.as_ref();
            let never_null = never_null.map_or(String::new(), |why| format!(": {why}"));
            format!("{}{source}{never_null}", it.name)
        });
        columns.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(columns(
        "int",
        "SELECT v.id, t.n, t.n + $1, count(*) OVER (), $1 AS \"p\" FROM v LEFT JOIN t ON t.id = v.id ORDER BY t.x"
    ));
}

#[testkit::test]
fn a_bound_is_the_column_of_time_compared_with_what_is_known_before(database: Database) {
    database.run(TABLES);
    database.run(
        "CREATE VIEW recent AS SELECT at, v FROM h WHERE at > now() - INTERVAL '1 day';
         CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
         SELECT time_bucket('1 day', at) AS day, count(*) AS n FROM h GROUP BY 1 WITH NO DATA;",
    );
    let bounds = |query: &str| {
        let facts = facts(&database, "timestamptz, timestamptz", query);
        let bounds = facts.time_bounds.iter().map(|it| {
            let ends = [(it.lower, "from"), (it.upper, "to")];
            let ends = ends
                .iter()
                .filter(|(is_given, _)| *is_given)
                .map(|(_, end)| *end);
            let ends: Vec<&str> = ends.collect();
            format!("{}.{} {}", it.relation.name, it.column, ends.join(" "))
        });
        bounds.collect::<Vec<_>>().join(", ").trim_end().to_owned()
    };
    assert_eq!(bounds("SELECT v FROM h"), "h.at");
    assert_eq!(
        bounds("SELECT v FROM h WHERE at >= $1 AND $2 > at"),
        "h.at from to"
    );
    assert_eq!(bounds("SELECT v FROM h WHERE at = $1"), "h.at from to");
    assert_eq!(bounds("SELECT v FROM h WHERE at >= $1 OR v > 1"), "h.at");
    assert_eq!(
        bounds("SELECT v FROM h WHERE at >= clock_timestamp()"),
        "h.at"
    );
    assert_eq!(
        bounds("SELECT v FROM h WHERE at > (SELECT max(at) FROM h)"),
        "h.at"
    );
    assert_eq!(
        bounds("SELECT v FROM h WHERE time_bucket('1 day', at) >= $1"),
        "h.at"
    );
    assert_eq!(bounds("SELECT v FROM recent WHERE at < $1"), "h.at from to");
    assert_eq!(
        bounds("SELECT * FROM (SELECT at FROM h LIMIT 5) AS s WHERE at > $1"),
        "h.at"
    );
    assert_eq!(
        bounds("SELECT a.v FROM h AS a, h AS b WHERE a.at BETWEEN $1 AND $2 AND b.at < $2"),
        "h.at to"
    );
    assert_eq!(
        bounds("SELECT t.id FROM t LEFT JOIN h ON h.at >= $1 AND h.device = t.s"),
        "h.at from"
    );
    assert_eq!(
        bounds("SELECT h.v FROM h LEFT JOIN t ON h.at >= $1"),
        "h.at"
    );
    assert_eq!(
        bounds("SELECT n FROM daily WHERE day >= $1"),
        "daily.day from"
    );
    assert_eq!(bounds("DELETE FROM h WHERE at < $1"), "h.at to");
    assert_eq!(bounds("INSERT INTO h (at, device) VALUES ($1, 'a')"), "");
}

/// The inner INSERT runs while the outer one computes what it sets, and writes the outer one's row first.
#[testkit::test]
fn an_upsert_beside_another_write_may_give_no_row(database: Database) {
    database.run("CREATE TABLE u (id integer PRIMARY KEY, x integer); INSERT INTO u VALUES (1)");
    let upsert =
        "INSERT INTO u VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET x = excluded.x RETURNING x";
    let beside = format!(
        "WITH other AS ({upsert}) {}",
        upsert.replace("excluded.x", "(SELECT x FROM other)")
    );
    assert_eq!(database.run(upsert), "2");
    assert_eq!(database.run(&beside), "");
    let rows = |query: &str| facts(&database, "", query).rows;
    assert!(matches!(rows(upsert), RowCount::ExactlyOne(_)));
    assert!(matches!(rows(&beside), RowCount::AtMostOne(_)));
}
