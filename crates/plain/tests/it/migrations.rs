//! This repository's migrations in both, 100,000 events, and the results of the continuous aggregates.

use std::fs;
use std::path::{Path, PathBuf};

use plain::rewrite::rewrite;
use sql::statement;

use super::pair::Pair;

/// Two months of events, one every 53 seconds, so that no two have the same time; computed by arithmetic.
const EVENTS: &str = "
    INSERT INTO events (time, event_id, project_id, name, user_id, device, country, revenue, is_bot)
    SELECT
        '2024-02-20 00:00:07+00'::timestamptz + i * '53 seconds'::interval,
        md5('event ' || i)::uuid,
        md5('project ' || i % 5)::uuid,
        (ARRAY['page_view', 'purchase', 'sign_up', 'refund'])[1 + i * 7919 % 4],
        'user ' || i % 1013,
        (ARRAY['desktop', 'mobile', 'tablet']::device_type[])[1 + i % 3],
        (ARRAY['AT', 'DE', 'US', NULL])[1 + i * 104729 % 4],
        CASE WHEN i % 3 = 0 THEN (i * 15485863 % 200003 - 20000)::numeric / 100 END,
        i % 11 = 0
    FROM generate_series(1, 100000::int8) AS i;
    INSERT INTO funnels (project_id, name, owner, steps)
    SELECT md5('project ' || i)::uuid, 'funnel ' || i, 'owner', '{page_view,sign_up,purchase}' FROM generate_series(1, 3) AS i;
    INSERT INTO funnel_events (entered_at, funnel_id, user_id, step, reached_at, is_final, event_id)
    SELECT entered_at, 1 + i % 3, 'user ' || i, step, entered_at + (step - 1) * (i % 97) * '1 minute'::interval, step = 3, md5(i || ' ' || step)::uuid
    FROM generate_series(1, 20000) AS i
    CROSS JOIN LATERAL (SELECT '2024-02-20'::timestamptz + i * '4 minutes'::interval AS entered_at) AS entered
    CROSS JOIN LATERAL generate_series(1, 1 + i % 3) AS step;
";

const AGGREGATES: &[&str] = &[
    "event_counts_hourly",
    "event_counts_daily",
    "revenue_daily",
    "funnel_conversion_daily",
];

#[testkit::test(Pair::start)]
fn the_aggregates_of_the_migrations_hold_timescaledbs_rows(mut pair: Pair) {
    for file in migrations() {
        let text = fs::read_to_string(file).unwrap();
        for statement in statement::read(&text).unwrap() {
            pair.statement(&text[statement.range]);
        }
    }
    for statement in statement::read(EVENTS).unwrap() {
        pair.statement(&EVENTS[statement.range]);
    }
    for aggregate in AGGREGATES {
        pair.statement(&format!(
            "CALL refresh_continuous_aggregate('{aggregate}', NULL, NULL)"
        ));
    }
    let queries = AGGREGATES.iter().flat_map(|aggregate| {
        [
            format!(
                "SELECT '{aggregate}', count(*), md5(string_agg(a::text, '; ' ORDER BY a::text COLLATE \"C\")) FROM {aggregate} AS a"
            ),
            format!("SELECT * FROM {aggregate} AS a ORDER BY a::text COLLATE \"C\" LIMIT 5"),
        ]
    });
    pair.compare("migrations", queries);
}

fn migrations() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let entries =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

impl Pair {
    /// Runs a statement as it is, and as it is rewritten.
    pub fn statement(&mut self, sql: &str) {
        let rewritten = rewrite(sql).unwrap().text;
        let both = [(&mut self.plain, rewritten.as_str())];
        let timescaledb = self.timescaledb.iter_mut().map(|(client, _)| (client, sql));
        for (client, text) in timescaledb.chain(both) {
            client
                .batch_execute(text)
                .unwrap_or_else(|error| panic!("{text}: {error:?}"));
        }
    }
}
