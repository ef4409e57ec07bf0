//! Answers over the same rows: first, last and histogram, what retention leaves, and the views that describe hypertables.

use postgres::Client;

use super::pair::Pair;

/// Rows with nulls, equal places and unordered places, computed by arithmetic.
const ROWS: &str = "
    CREATE TABLE rows AS SELECT
        i,
        i * 7919 % 97 AS grp,
        NULLIF(i * 104729 % 1009, 3) AS place,
        '2024-01-01'::timestamptz + (i * 15485863 % 86400) * '1 second'::interval AS time,
        (i * 32452843 % 2003)::numeric / 7 AS amount,
        sqrt(i * 49979687 % 5003) AS value,
        ARRAY[i, i % 3] AS list,
        NULLIF('t' || i % 11, 't5') AS label
    FROM generate_series(1, 5000::int8) AS i;
";

const BOOKENDS: &[&str] = &[
    "SELECT grp, first(amount, place), last(amount, place) FROM rows GROUP BY 1 ORDER BY 1",
    "SELECT grp, first(label, time), last(label, time) FROM rows GROUP BY 1 ORDER BY 1",
    "SELECT first(list, value), last(list, value), first(value, label), last(i, label COLLATE \"C\") FROM rows",
    "SELECT label, first(i, NULL::int), last(i, NULL::int) FROM (SELECT * FROM rows ORDER BY i LIMIT 10) AS few GROUP BY 1 ORDER BY 1",
    "SELECT first(i, i), last(i, i) FROM rows WHERE false",
    "SELECT first(time, amount), last(time, -amount), last(value, amount) FROM rows WHERE place IS NULL",
    "SELECT histogram(value, 0, 70, 7), histogram(value, 10, 20, 3) FROM rows",
    "SELECT grp, histogram(place, 100, 900, 4) FROM rows WHERE place IS NOT NULL GROUP BY 1 ORDER BY 1",
    "SELECT histogram(1, 2, 2, 3)",
    "SELECT histogram(1, 3, 2, 3)",
];

/// Ten tables that are retained at ten boundaries, by types.
const RETAINED: &[(&str, &str, &str)] = &[
    (
        "timestamptz",
        "INTERVAL '1 day'",
        "older_than => '2024-02-10 12:00+00'::timestamptz",
    ),
    (
        "timestamptz",
        "INTERVAL '7 days'",
        "older_than => '2024-02-10'::date",
    ),
    ("timestamptz", "INTERVAL '7 days'", "'2024-02-10 05:00+00'"),
    (
        "timestamptz",
        "INTERVAL '1 month'",
        "newer_than => '2024-02-10'::timestamptz",
    ),
    (
        "timestamptz",
        "INTERVAL '5 hours'",
        "'2024-03-01'::timestamptz, '2024-02-01'::timestamptz",
    ),
    (
        "timestamp",
        "INTERVAL '7 days'",
        "older_than => '2024-02-10'::timestamp",
    ),
    (
        "date",
        "INTERVAL '3 days'",
        "older_than => '2024-02-10'::date",
    ),
    ("int8", "1000", "older_than => 4321"),
    ("int4", "7", "older_than => 4321, newer_than => 1000"),
    ("int2", "100", "newer_than => 999::smallint"),
];

#[testkit::test(Pair::start)]
fn first_last_and_histogram_are_timescaledbs(mut pair: Pair) {
    pair.batch(ROWS);
    pair.compare("bookends", BOOKENDS.iter().map(|query| query.to_string()));
}

/// Tables that are made as hypertables, with what their options may look like.
const CREATED: &[&str] = &[
    "CREATE TABLE weeks (time timestamptz NOT NULL) WITH (tsdb.hypertable, tsdb.partition_column = \"time\")",
    "CREATE TABLE hours (at timestamptz NOT NULL) WITH (tsdb.hypertable, tsdb.partition_column = At, tsdb.chunk_interval = '36 hours')",
    "CREATE TABLE months (time timestamp NOT NULL) WITH (tsdb.hypertable, tsdb.chunk_interval = $q$1 month$q$)",
    "CREATE TABLE numbers (n int8 NOT NULL, a int, b int)
     WITH (tsdb.hypertable, tsdb.partition_column = 'n', tsdb.chunk_interval = 1000, tsdb.segmentby = 'a,' -- and
     'b')",
];

#[testkit::test(Pair::start)]
fn a_table_that_is_made_as_a_hypertable_has_timescaledbs_defaults(mut pair: Pair) {
    for statement in CREATED {
        pair.statement(statement);
    }
    let queries = [
        "SELECT hypertable_name, column_name, time_interval, integer_interval FROM timescaledb_information.dimensions ORDER BY 1",
        "SELECT hypertable::text, segmentby FROM timescaledb_information.hypertable_columnstore_settings ORDER BY 1",
        "SELECT hypertable_name, proc_name, schedule_interval, config - 'hypertable_id' FROM timescaledb_information.jobs
         WHERE job_id >= 1000 ORDER BY 1, 2",
    ];
    pair.compare("created", queries.map(str::to_owned));
}

/// Aggregates whose buckets are written in unusual ways, over a hypertable `h`.
const BUCKETED: &[&str] = &[
    "CREATE MATERIALIZED VIEW ordered WITH (timescaledb.continuous) AS
     SELECT time_bucket('1 day', time) AS day, count(*) FROM h GROUP BY day HAVING count(*) > 1 ORDER BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW named WITH (timescaledb.continuous) AS
     SELECT x.v, count(*), time_bucket(bucket_width => '1 day', ts => x.time) AS \"as\" FROM h AS x GROUP BY x.v, \"as\" WITH NO DATA",
    "CREATE MATERIALIZED VIEW trapped WITH (timescaledb.continuous) AS
     SELECT 'time_bucket(''1 day'', time) AS trap,'::text AS trap, time_bucket('2 days', time) AS days, count(*)
     FROM h GROUP BY 2 WITH NO DATA",
    "CREATE MATERIALIZED VIEW shifted WITH (timescaledb.continuous) AS
     SELECT time_bucket('3 days', time) + '1 hour'::interval AS shifted, time_bucket('3 days', time) AS days, count(*)
     FROM h GROUP BY 2 WITH NO DATA",
    // What may be created on them shows their buckets.
    "CREATE MATERIALIZED VIEW on_named WITH (timescaledb.continuous) AS
     SELECT time_bucket('2 days', \"as\") AS days, count(*) FROM named GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW on_trapped WITH (timescaledb.continuous) AS
     SELECT time_bucket('4 days', days) AS days, count(*) FROM trapped GROUP BY 1 WITH NO DATA",
    "CREATE MATERIALIZED VIEW on_shifted WITH (timescaledb.continuous) AS
     SELECT time_bucket('6 days', days) AS days, count(*) FROM shifted GROUP BY 1 WITH NO DATA",
    "DROP MATERIALIZED VIEW on_named, ordered",
];

#[testkit::test(Pair::start)]
fn the_bucket_of_an_aggregate_is_the_one_that_it_groups_by(mut pair: Pair) {
    pair.batch(
        "CREATE TABLE h (time timestamptz NOT NULL, v int);
         SELECT create_hypertable('h', by_range('time'));",
    );
    for statement in BUCKETED {
        pair.statement(statement);
    }
    let views = "SELECT view_name FROM timescaledb_information.continuous_aggregates ORDER BY 1";
    pair.compare("bucketed", [views.to_owned()]);
}

#[testkit::test(Pair::start)]
fn retention_leaves_the_rows_that_timescaledb_leaves(mut pair: Pair) {
    let mut queries = Vec::new();
    for (number, (ty, length, boundaries)) in RETAINED.iter().enumerate() {
        let value = if ty.starts_with("int") {
            format!("i::{ty}")
        } else {
            format!("('2024-01-01'::timestamptz + i * '1 hour'::interval)::{ty}")
        };
        pair.batch(&format!(
            "CREATE TABLE r{number} (time {ty} NOT NULL);
             SELECT create_hypertable('r{number}', by_range('time', {length}));
             INSERT INTO r{number} SELECT {value} FROM generate_series(0, 5000) AS i;
             SELECT drop_chunks('r{number}', {boundaries});"
        ));
        queries.push(format!(
            "SELECT {number}, '{ty}', count(*), min(time), max(time) FROM r{number}"
        ));
    }
    pair.compare("retained", queries);
}

impl Pair {
    /// Runs the same statements in both.
    pub fn batch(&mut self, sql: &str) {
        let clients = self.timescaledb.iter_mut().map(|(client, _)| client);
        for client in clients.chain([&mut self.plain]) {
            client
                .batch_execute(sql)
                .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        }
    }

    /// Asks both the same, and compares what is asked of plain mode with what TimescaleDB answered, now or once.
    pub fn compare(&mut self, name: &str, queries: impl IntoIterator<Item = String>) {
        let queries: Vec<String> = queries.into_iter().collect();
        let lines = |client: &mut Client| {
            let queries = queries.iter();
            queries.flat_map(|query| rows(client, query)).collect()
        };
        self.compare_lines(name, lines, lines);
    }
}

/// The rows of a query, or its error, as text.
fn rows(client: &mut Client, query: &str) -> Vec<String> {
    let row = |message| match message {
        postgres::SimpleQueryMessage::Row(row) => {
            let values = (0..row.len()).map(|at| row.get(at).unwrap_or("null").to_owned());
            Some(values.collect::<Vec<_>>().join(" | "))
        }
        _ => None,
    };
    match client.simple_query(query) {
        Ok(messages) => messages.into_iter().filter_map(row).collect(),
        Err(error) => {
            let error = error
                .as_db_error()
                .unwrap_or_else(|| panic!("{query}: {error}"));
            vec![format!("{} {}", error.code().code(), error.message())]
        }
    }
}
