//! Rows like those of a live database, from its statistics.

use std::collections::BTreeMap;

use postgres::Client;
use rehearsal::{TableFacts, Wanted, fill, statistics_query, table_facts};
use testkit::Database;

use crate::migrations::statements;
use crate::support::{UNTIL, catalog, filled, run};

type Facts = BTreeMap<(String, String), TableFacts>;

/// 20,000 events over 10 days, half of them in the columnstore.
const LIVE: &str = "
    INSERT INTO events (time, event_id, project_id, name, user_id, session_sequence,
        device, country, revenue, properties)
    SELECT timestamptz '2026-11-01 00:00+00' + i * interval '43 seconds', md5(i::text)::uuid, md5((i % 7)::text)::uuid,
        CASE WHEN i % 10 < 8 THEN 'page_view' ELSE 'event_' || i % 100 END,
        CASE WHEN i % 5 > 1 THEN 'user-' || i % 300 END, CASE WHEN i % 5 = 0 THEN 1 + i % 3 END,
        (CASE WHEN i % 10 < 7 THEN 'mobile' ELSE 'desktop' END)::device_type,
        CASE WHEN i % 4 > 0 THEN CASE WHEN i % 3 > 0 THEN 'US' ELSE 'DE' END END,
        CASE WHEN i % 10 = 0 THEN i % 1000 END, '{}'
    FROM generate_series(1, 20000) AS i;
    INSERT INTO funnels (project_id, name, owner, steps) SELECT gen_random_uuid(), i::text, 'o', '{a,b}'
    FROM generate_series(1, 50) AS i;
    SELECT count(compress_chunk(c)) FROM (SELECT c FROM show_chunks('events') AS c ORDER BY c::text LIMIT 4) AS s;
    ANALYZE";

fn facts(client: &mut Client) -> Facts {
    // Whatever the session's path is.
    client.batch_execute("SET search_path TO public").unwrap();
    let answer: String = client.query_one(&statistics_query(), &[]).unwrap().get(0);
    table_facts(&answer).unwrap_or_else(|| panic!("{answer}"))
}

/// The share of rows for which a condition holds.
fn share(client: &mut Client, condition: &str) -> f64 {
    let sql = format!("SELECT avg((({condition}) IS TRUE)::int)::float8 FROM events");
    client.query_one(&sql, &[]).unwrap().get(0)
}

#[test]
fn rows_are_like_those_of_a_live_database() {
    let name = testkit::test_name!();
    let (Some(live), Some(scratch)) = (
        Database::timescale(name, "hypertables"),
        Database::timescale(name, "hypertables"),
    ) else {
        return;
    };
    let mut live = filled(live, &statements(), &Wanted::new(1, 0, UNTIL));
    let live = &mut live.client;
    for statement in LIVE.split(";\n") {
        live.batch_execute(statement).unwrap();
    }
    let tables = facts(live);
    let rows = |name: &str| {
        tables[&("public".to_owned(), name.to_owned())]
            .rows
            .unwrap()
    };
    assert!(
        (19_000..=21_000).contains(&rows("events")),
        "{}",
        rows("events")
    );
    assert_eq!(rows("funnels"), 50);

    let mut wanted = Wanted::new(3, 0, UNTIL);
    wanted.tables = tables;
    let mut copy = filled(scratch, &statements(), &Wanted::new(1, 0, UNTIL));
    let filling = fill(&catalog(&mut copy.client), &wanted);
    run(&mut copy.client, &filling);
    let count: i64 = copy
        .client
        .query_one("SELECT count(*) FROM events", &[])
        .unwrap()
        .get(0);
    assert!((19_000..=21_000).contains(&count), "{count}");
    for condition in [
        "user_id IS NULL",
        "session_sequence IS NULL",
        "revenue IS NULL",
        "country IS NULL",
        "url IS NULL",
        "country = 'US'",
        "country = 'DE'",
        "name = 'page_view'",
        "device = 'mobile'",
        "device = 'tablet'",
        "session_sequence = 2",
        "properties = '{}'",
    ] {
        let (expected, found) = (share(live, condition), share(&mut copy.client, condition));
        assert!(
            (expected - found).abs() < 0.05,
            "{condition}: {expected} in the live database, {found} here"
        );
    }
    let projects = "SELECT count(DISTINCT project_id) FROM events";
    let projects: i64 = copy.client.query_one(projects, &[]).unwrap().get(0);
    assert!((5..=14).contains(&projects), "{projects}");
}

#[test]
fn statistics_are_read_without_timescaledb() {
    let Some(database) = Database::new(testkit::test_name!()) else {
        return;
    };
    let mut client = database.client();
    let script = "CREATE TABLE a (x int, \"y z\" text[]);
        INSERT INTO a SELECT i % 4, ARRAY['a,b', NULL] FROM generate_series(1, 1000) AS i;
        CREATE TABLE p (x int) PARTITION BY RANGE (x); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
        INSERT INTO p SELECT i % 10 FROM generate_series(1, 500) AS i; CREATE TABLE never (x int);
        ANALYZE a; ANALYZE p";
    client.batch_execute(script).unwrap();
    let facts = facts(&mut client);
    let of = |name: &str| facts[&("public".to_owned(), name.to_owned())].clone();
    assert_eq!(of("a").rows, Some(1000));
    assert_eq!(of("a").columns["x"].distinct, Some(4));
    assert_eq!(
        of("a").columns["y z"].common,
        [("{\"a,b\",NULL}".to_owned(), 1.0)]
    );
    assert_eq!(of("p").rows, Some(500));
    assert_eq!(of("p").columns["x"].distinct, Some(10));
    assert_eq!(of("never").rows, Some(0));
    assert_eq!(facts.len(), 3, "a partition is no table of its own");
}
