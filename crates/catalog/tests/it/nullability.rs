//! An oracle for "never null": every rule meets rows made to break it.
//!
//! Each case is a view over adversarial data. Its proven columns have to be exactly the ones named; a proven column that holds a null
//! fails the test, and so does an unproven one that holds none, unless the case says that only caution keeps it from being proven.

use std::collections::BTreeSet;

use catalog::Column;

use crate::support::Database;

const DATA: &str = "
CREATE EXTENSION timescaledb;
CREATE DOMAIN filled AS integer NOT NULL;
CREATE TABLE a (id integer PRIMARY KEY, n integer NOT NULL, x integer, t text, j jsonb NOT NULL, l integer[] NOT NULL,
    at timestamptz NOT NULL);
CREATE TABLE b (id integer PRIMARY KEY, a_id integer NOT NULL, y integer NOT NULL, z integer);
CREATE TABLE d (id integer NOT NULL, f filled);
CREATE TABLE nobody (n integer NOT NULL);
CREATE TABLE ranges (r int4range NOT NULL, m int4multirange NOT NULL);
CREATE TABLE parent (c integer NOT NULL);
CREATE TABLE child () INHERITS (parent);
CREATE TABLE grandparent (c integer NOT NULL, k integer NOT NULL);
CREATE TABLE between () INHERITS (grandparent);
CREATE TABLE grandchild () INHERITS (between);
-- PostgreSQL 18 keeps NOT NULL in the descendants unless their parent's constraint says otherwise.
DO $$ BEGIN
  IF current_setting('server_version_num')::integer >= 180000 THEN
    EXECUTE 'ALTER TABLE parent ALTER CONSTRAINT parent_c_not_null NO INHERIT';
    EXECUTE 'ALTER TABLE grandparent ALTER CONSTRAINT grandparent_c_not_null NO INHERIT';
    EXECUTE 'ALTER TABLE between ALTER CONSTRAINT grandparent_c_not_null NO INHERIT';
  END IF;
END $$;
ALTER TABLE child ALTER COLUMN c DROP NOT NULL;
ALTER TABLE grandchild ALTER COLUMN c DROP NOT NULL;
INSERT INTO a VALUES (1, 10, 1, 'k=v', '{\"k\": \"v\"}', '{1}', '2026-01-01'), (2, 20, NULL, NULL, '{\"k\": null}', '{}', 'infinity'),
    (3, 20, NULL, '', '{}', '{NULL}', '2026-01-03'), (4, 30, NULL, 'x', 'null', '{}', '-infinity');
INSERT INTO b VALUES (1, 1, 100, NULL), (9, 9, 900, 1);
INSERT INTO d VALUES (1, 1);
INSERT INTO ranges VALUES ('empty', '{}'), ('(,)', '{(,)}'), ('[1,2)', '{[1,2)}');
-- A documented way around a domain's NOT NULL.
INSERT INTO d SELECT 2, (SELECT f FROM d WHERE false);
INSERT INTO child VALUES (NULL);
INSERT INTO grandchild VALUES (NULL, 1);
CREATE TABLE h (time timestamptz NOT NULL, k text, v integer, n integer NOT NULL);
SELECT create_hypertable('h', by_range('time', INTERVAL '1 day'));
INSERT INTO h VALUES ('2026-01-01', 'p', NULL, 1), ('2026-01-01 00:30', NULL, NULL, 2), ('2026-01-05', 'p', 5, 3);
CREATE VIEW va AS SELECT id, n, x, count(*) OVER () AS c FROM a;
CREATE MATERIALIZED VIEW ma AS SELECT id, x FROM va;
";

struct Case {
    query: &'static str,
    /// The columns that must be proven.
    proven: &'static str,
    /// Columns that are never null in truth, and are not proven.
    caution: &'static str,
}

const fn case(query: &'static str, proven: &'static str) -> Case {
    Case {
        query,
        proven,
        caution: "",
    }
}

const fn careful(query: &'static str, proven: &'static str, caution: &'static str) -> Case {
    Case {
        query,
        proven,
        caution,
    }
}

const CASES: &[Case] = &[
    // Joins.
    case("SELECT a.n, a.x, b.y FROM a JOIN b ON b.a_id = a.id OR b.a_id = 9", "n y"),
    case("SELECT a.n, b.y FROM a LEFT JOIN b ON b.a_id = a.id", "n"),
    case("SELECT a.n, b.y FROM a RIGHT JOIN b ON b.a_id = a.id", "y"),
    case("SELECT a.n, b.y FROM a FULL JOIN b ON b.a_id = a.id", ""),
    case("SELECT a.n, b.y, c.id FROM a LEFT JOIN (b JOIN a AS c ON c.id = b.id) ON b.a_id = a.id", "n"),
    case("SELECT a.n, b.y, c.id FROM (a LEFT JOIN b ON b.a_id = a.id) JOIN a AS c ON true", "n id"),
    case("SELECT id, y FROM a JOIN b USING (id)", "id y"),
    case("SELECT id, n, y FROM a LEFT JOIN b USING (id)", "id n"),
    case("SELECT id, n, y FROM a FULL JOIN b USING (id)", "id"),
    case("SELECT j.n, j.y FROM (a LEFT JOIN b ON b.a_id = a.id) AS j", "n"),
    case("SELECT a.id, s.k, s.c FROM a LEFT JOIN (SELECT a_id, 1 AS k, count(*) AS c FROM b GROUP BY 1) AS s ON s.a_id = a.id", "id"),
    case("SELECT a.id, s.k FROM a LEFT JOIN LATERAL (SELECT 1 AS k FROM b WHERE b.a_id = a.id) AS s ON true", "id"),
    case("SELECT a.id, s.k FROM a CROSS JOIN LATERAL (SELECT 1 AS k) AS s", "id k"),
    case("SELECT a.id, v.one, v.two FROM a LEFT JOIN (VALUES (1, 1)) AS v (one, two) ON v.one = a.id", "id"),
    // WHERE.
    case("SELECT x, n FROM a WHERE x IS NOT NULL", "x n"),
    case("SELECT x, n FROM a WHERE x IS NOT NULL AND n > 0", "x n"),
    case("SELECT x, n FROM a WHERE x IS NOT NULL OR n > 0", "n"),
    case("SELECT x, n FROM a WHERE NOT (x IS NOT NULL)", "n"),
    case("SELECT a.n, b.y FROM a LEFT JOIN b ON b.a_id = a.id WHERE b.y IS NOT NULL", "n y"),
    case("SELECT a.n, b.y FROM a LEFT JOIN b ON b.y IS NOT NULL AND b.a_id = a.id", "n"),
    // Expressions.
    case("SELECT CASE WHEN n > 15 THEN 1 END AS open, CASE WHEN n > 15 THEN 1 ELSE 2 END AS closed FROM a", "closed"),
    case("SELECT CASE n WHEN 10 THEN n ELSE x END AS arm, CASE n WHEN 10 THEN n ELSE NULL END AS none FROM a", ""),
    case("SELECT j->>'k' AS text, j->'k' AS json, l[1] AS element, array_length(l, 1) AS length FROM a", ""),
    case("SELECT NULLIF(n, 10) AS n, COALESCE(x, 0) AS filled, COALESCE(x, NULLIF(n, 20)) AS both FROM a", "filled"),
    case("SELECT GREATEST(x, n) AS g, LEAST(x, NULLIF(n, 20)) AS l FROM a", "g"),
    case("SELECT n + 1 AS sum, n + x AS other, n::text AS text, n::bigint * 2.5 AS scaled, -n AS minus FROM a", "sum text scaled minus"),
    case("SELECT n > 1 AS sure, x > 1 AS maybe, x IS NULL AS test, x IS DISTINCT FROM 1 AS differs, (x > 1) IS TRUE AS really FROM a",
        "sure test differs really"),
    case("SELECT n > 1 AND id > 1 AS both, n > 100 OR x > 1 AS one FROM a", "both"),
    case("SELECT upper(t) AS upper, lower(n::text) AS lower, substring(t FROM 'k=(.)') AS part, n::text || t AS joined FROM a", "lower"),
    case("SELECT extract(month FROM at) AS month, date_trunc('day', at) AS day, at AT TIME ZONE 'UTC' AS utc, at::date AS date FROM a",
        "day utc date"),
    case("SELECT at::time AS time, to_char(at, 'YYYY') AS year, to_char(n * INTERVAL '1 day', '') AS span FROM a", ""),
    case("SELECT lower(r) AS lower, upper(r) AS upper, lower(m) AS least, upper(m) AS most FROM ranges", ""),
    case("SELECT ARRAY[x] AS list, ARRAY(SELECT x FROM a) AS all, cardinality(l) AS size, to_jsonb(n) AS json, jsonb_typeof(j) AS kind FROM a",
        "list all size json kind"),
    case("SELECT EXISTS (SELECT FROM b WHERE b.a_id = a.id) AS found, (SELECT y FROM b WHERE b.a_id = a.id) AS y, n IN (SELECT z FROM b) AS listed FROM a",
        "found"),
    case("SELECT x = ANY (ARRAY[1, NULL]) AS listed, NULL::integer AS nothing, 'a' AS text FROM a", "text"),
    careful("SELECT a AS row, a.ctid, a.tableoid, generate_series(1, 2) AS i FROM a", "row i", "ctid tableoid"),
    // Aggregates.
    case("SELECT max(n) AS m, sum(n) AS s, array_agg(n) AS l, count(n) AS c, count(*) AS rows FROM nobody", "c rows"),
    case("SELECT n, max(id) AS m, sum(id) AS s, max(x) AS x, avg(id) AS mean, stddev_samp(id) AS spread FROM a GROUP BY n", "n m s mean"),
    case("SELECT n, count(*) FILTER (WHERE false) AS c, max(n) FILTER (WHERE false) AS m FROM a GROUP BY n", "n c"),
    case("SELECT a.id, max(b.y) AS m, count(b.y) AS c FROM a LEFT JOIN b ON b.a_id = a.id GROUP BY a.id", "id c"),
    case("SELECT a.id, sum(n + 1)::bigint AS s FROM a GROUP BY a.id HAVING count(*) > 0", "id s"),
    case("SELECT id, array_agg(x) AS l, jsonb_agg(x) AS j FROM a GROUP BY id", "id l j"),
    case("SELECT n, t, count(*) AS c, GROUPING(n) AS g FROM a GROUP BY ROLLUP (n, t)", "c g"),
    case("SELECT n, id, count(*)::integer + 1 AS c FROM a GROUP BY CUBE (n, id)", "c"),
    case("SELECT n, 1 AS k, sum(id) AS s FROM a WHERE false GROUP BY GROUPING SETS ((n, 2), ())", ""),
    case("SELECT 'k'::text || n AS k, n IS NULL AS t FROM a GROUP BY GROUPING SETS (('k'::text || n), (n IS NULL))", ""),
    case("SELECT EXISTS (SELECT count(*) FROM b) AS e, ARRAY(SELECT max(id) FROM b) AS l FROM a GROUP BY ROLLUP (1, 2)", ""),
    // Windows.
    case("SELECT row_number() OVER w AS r, rank() OVER w AS k, count(x) OVER w AS c, lag(n) OVER w AS before FROM a WINDOW w AS (ORDER BY id)",
        "r k c"),
    case("SELECT sum(n) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING) AS s, n FROM a", "n"),
    // Set operations, subqueries, WITH.
    case("SELECT n, id FROM a UNION ALL SELECT x, y FROM a, b", "id"),
    case("SELECT n FROM a UNION SELECT y FROM b UNION SELECT x FROM a", ""),
    case("SELECT n FROM a EXCEPT SELECT y FROM b", "n"),
    case("SELECT s.n, s.x FROM (SELECT n, x FROM a OFFSET 0) AS s", "n"),
    case("WITH w AS (SELECT n, x FROM a) SELECT n, x FROM w", "n"),
    careful("WITH RECURSIVE w AS (SELECT 1 AS i UNION ALL SELECT NULLIF(i + 1, 3) FROM w WHERE i IS NOT NULL) SELECT i, 1 AS one FROM w", "one", ""),
    case("SELECT one, two FROM (VALUES (1, 2), (3, NULL)) AS v (one, two)", "one"),
    // Views over views, and what is declared.
    case("SELECT id, x, c FROM va", "id c"),
    case("SELECT id, x FROM ma", "id"),
    case("SELECT id, f FROM d", "id"),
    case("SELECT c FROM parent", ""),
    case("SELECT c, k FROM grandparent", "k"),
    // TimescaleDB.
    case("SELECT time_bucket('1 day', time) AS b, time_bucket('1 day', time, 'Europe/Berlin') AS z, time_bucket('1 day', time, origin => NULL) AS o,
        time_bucket(v * INTERVAL '1 day', time) AS w FROM h", "b z"),
    case("SELECT time_bucket('1 day', time) AS b, k, first(v, time) AS v, last(n, time) AS n, last(n, v) AS by FROM h GROUP BY 1, 2", "b n"),
];

/// A function of a user in whose place the server puts its body; that is not looked at before there is an extension.
const FILLED: &str = "
SET check_function_bodies = off;
CREATE FUNCTION filled(timestamptz) RETURNS timestamptz LANGUAGE sql AS
    $$ SELECT time_bucket_gapfill('1 day', $1, start => '2026-01-01', finish => '2026-01-07') $$;
";

/// What plain mode does not support.
const GAPFILLED: &[Case] = &[
    careful(
        "SELECT time_bucket_gapfill('1 day', time) AS b, count(*) AS c, sum(n) AS s FROM h
        WHERE time >= '2026-01-01' AND time < '2026-01-07' GROUP BY 1",
        "b",
        "",
    ),
    careful(
        "SELECT time_bucket_gapfill('1 day', time) AS b, k, n, n + 1 AS more, max(n) AS m, max(v) AS v FROM h
        WHERE time >= '2026-01-01' AND time < '2026-01-07' GROUP BY 1, 2, 3",
        "b n",
        "more m",
    ),
    case(
        "SELECT h.c FROM (SELECT time_bucket_gapfill('1 day', time) AS b, count(*) AS c FROM h
        WHERE time >= '2026-01-01' AND time < '2026-01-07' GROUP BY 1) AS h",
        "",
    ),
    // The server asks before it fills up.
    case(
        "SELECT h.c FROM (SELECT time_bucket_gapfill('1 day', time) AS b, count(*) AS c FROM h
        WHERE time >= '2026-01-01' AND time < '2026-01-07' GROUP BY 1) AS h WHERE h.c > 0",
        "",
    ),
    careful(
        "SELECT filled(time) AS b, count(*) AS c, sum(n) AS s FROM h GROUP BY 1",
        "",
        "b",
    ),
];

#[testkit::test]
fn no_column_that_is_proven_holds_a_null(database: Database) {
    let reasons = proven(&database, CASES);
    insta::assert_snapshot!(reasons.into_iter().collect::<Vec<_>>().join("\n"));
}

#[testkit::test(|test| Database::timescale(test, "filling gaps"))]
fn of_filled_gaps_only_the_keys_are_proven(database: Database) {
    database.run(FILLED);
    let reasons = proven(&database, GAPFILLED);
    let expected = ["`h.n`, which is NOT NULL", "`time_bucket_gapfill`"];
    assert_eq!(reasons, expected.map(str::to_owned).into());
}

/// Compares what is proven of the cases with what they say and with their rows; returns the reasons of the proofs.
fn proven(database: &Database, cases: &[Case]) -> BTreeSet<String> {
    database.run(DATA);
    let views = cases.iter().enumerate();
    let views: Vec<String> = views
        .map(|(number, case)| format!("CREATE VIEW case_{number:02} AS {};", case.query))
        .collect();
    database.run(&views.join("\n"));
    let catalog = database.catalog();
    let columns: Vec<_> = catalog
        .views
        .iter()
        .flat_map(|view| {
            view.columns
                .iter()
                .map(|column| (view.name.as_str(), column))
        })
        .collect();
    let nulls = nulls(database, &columns);
    let mut reasons = BTreeSet::new();
    let mut wrong = Vec::new();
    for (&(view, column), has_null) in columns.iter().zip(nulls) {
        let Some(case) = view
            .strip_prefix("case_")
            .map(|number| &cases[number.parse::<usize>().unwrap()])
        else {
            continue;
        };
        let lists = |names: &str| names.split(' ').any(|name| name == column.name);
        let verdict = match (&column.never_null, has_null) {
            (Some(why), true) => Some(format!("is said to be never null ({why}), and is")),
            (Some(why), false) if !lists(case.proven) => {
                Some(format!("is proven ({why}), and not expected to be"))
            }
            (None, _) if lists(case.proven) => Some("is not proven".to_owned()),
            (None, false) if !lists(case.caution) => Some("never is null".to_owned()),
            _ => None,
        };
        wrong.extend(
            verdict.map(|verdict| format!("{}\n    {} {verdict}", case.query, column.name)),
        );
        reasons.extend(column.never_null.clone());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    database.is_read_the_same_by_those_who_need_it();
    reasons
}

#[testkit::test]
fn continuous_aggregates_are_proven_through_each_other(database: Database) {
    database.run(DATA);
    database.run(
        "CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
            SELECT time_bucket('1 hour', time) AS bucket, k, count(*) AS c, sum(n) AS s, sum(v) AS v, max(n) FILTER (WHERE n > 1) AS m
            FROM h GROUP BY 1, 2 WITH NO DATA;
         CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
            SELECT time_bucket('1 day', bucket) AS bucket, sum(c)::bigint AS c, sum(s) AS s, sum(v) AS v, max(m) AS m
            FROM hourly GROUP BY 1 WITH NO DATA;
         CREATE MATERIALIZED VIEW weekly WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
            SELECT time_bucket('7 days', bucket) AS bucket, sum(c) AS c, sum(v) AS v FROM daily GROUP BY 1 WITH NO DATA;
         CREATE VIEW over_it AS SELECT bucket, c, s, v FROM daily;",
    );
    database.run("CALL refresh_continuous_aggregate('hourly', NULL, '2026-01-02')");
    database.run("CALL refresh_continuous_aggregate('daily', NULL, NULL)");
    database.run("CALL refresh_continuous_aggregate('weekly', NULL, NULL)");
    let catalog = database.catalog();
    let aggregates = catalog
        .continuous_aggregates
        .iter()
        .map(|it| (&it.name, &it.columns));
    let views = catalog
        .views
        .iter()
        .filter(|it| it.name == "over_it")
        .map(|it| (&it.name, &it.columns));
    let columns: Vec<_> = aggregates
        .chain(views)
        .flat_map(|(name, columns)| columns.iter().map(move |column| (name.as_str(), column)))
        .filter(|(_, column)| column.never_null.is_some())
        .collect();
    assert!(!nulls(&database, &columns).contains(&true));
    let seen: Vec<String> = columns
        .iter()
        .map(|(name, column)| format!("{name}.{}", column.name))
        .collect();
    let expected = "daily.bucket daily.c daily.s hourly.bucket hourly.c hourly.s weekly.bucket weekly.c over_it.bucket over_it.c over_it.s";
    assert_eq!(seen.join(" "), expected);
    let sources: Vec<_> = catalog
        .continuous_aggregates
        .iter()
        .map(|it| (it.name.as_str(), it.source.name.as_str()))
        .collect();
    assert_eq!(
        sources,
        [("daily", "hourly"), ("hourly", "h"), ("weekly", "daily")]
    );
    database.is_read_the_same_by_those_who_need_it();
}

#[testkit::test(|test| Database::timescale(test, "aggregates that grow"))]
fn columns_added_to_an_aggregate_are_null_in_older_rows(database: Database) {
    database.run(DATA);
    database.run(
        "CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
            SELECT time_bucket('1 day', time) AS bucket, count(*) AS c FROM h GROUP BY 1;",
    );
    let grow =
        "ALTER MATERIALIZED VIEW daily ADD COLUMN s bigint GENERATED ALWAYS AS (sum(n)) STORED";
    if let Err(error) = database.try_run(grow) {
        // Before TimescaleDB 2.28 an aggregate cannot grow, and there is nothing to be careful about.
        assert!(
            error.contains("syntax error") || error.contains("not supported"),
            "{error}"
        );
        return;
    }
    let catalog = database.catalog();
    let columns: Vec<_> = catalog.continuous_aggregates[0]
        .columns
        .iter()
        .map(|column| ("daily", column))
        .collect();
    let proven: Vec<bool> = columns
        .iter()
        .map(|(_, column)| column.never_null.is_some())
        .collect();
    assert_eq!(proven, [true, true, false]);
    assert_eq!(nulls(&database, &columns), [false, false, true]);
    database.is_read_the_same_by_those_who_need_it();
}

/// For each column, given with its relation, whether any row of it is null.
fn nulls(database: &Database, columns: &[(&str, &Column)]) -> Vec<bool> {
    let query = |(view, column): &(&str, &Column)| {
        format!(
            "SELECT EXISTS (SELECT FROM {view} WHERE ({view}.\"{}\") IS NULL);",
            column.name
        )
    };
    let queries: Vec<String> = columns.iter().map(query).collect();
    database
        .run(&queries.join("\n"))
        .lines()
        .map(|line| line == "t")
        .collect()
}
