//! What the Apache edition of TimescaleDB refuses.

use sql::statement::names::identifier;
use sql::statement::words::Words;
use sql::timescaledb::{NAMESPACES, OPTIONS};
use sql::versions::{Edition, Versions, is_community};

use crate::finding::{Finding, Severity};
use crate::read::range;
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::value::part;

/// The versions of the examples.
const APACHE: Versions = Versions {
    postgresql: None,
    timescaledb: None,
    edition: Some(Edition::Apache),
};

const TABLE: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));";

pub const RULE: Rule = Rule {
    name: "needs-community",
    severity: Severity::Error,
    summary: "[versions] in timeschema.toml names the Apache edition of TimescaleDB, which does not have this",
    failing: &[
        Example::new(&[TABLE, "SELECT add_retention_policy('m', INTERVAL '30 days');"])
            .on(APACHE)
            .server(Server::Refuses("0A000")),
        Example::new(&[TABLE, "ALTER TABLE m SET (timescaledb.compress, timescaledb.compress_orderby = 'at');"])
            .on(APACHE)
            .server(Server::Refuses("0A000")),
        Example::new(&[
            TABLE,
            "CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
                 SELECT time_bucket('1 day', at) AS bucket, count(*) FROM m GROUP BY 1 WITH NO DATA;",
        ])
        .on(APACHE)
        .server(Server::Refuses("0A000")),
        // The view is made, and cannot be read.
        Example::new(&[
            TABLE,
            "CREATE VIEW filled AS SELECT time_bucket_gapfill('1 day', at, now() - INTERVAL '1 day', now()) AS day FROM m GROUP BY 1;
             SELECT * FROM filled;",
        ])
        .rows("INSERT INTO m VALUES (now(), 1);")
        .on(APACHE)
        .server(Server::Refuses("0A000")),
    ],
    passing: &[
        Example::new(&[TABLE, "SELECT set_chunk_time_interval('m', INTERVAL '1 day'); SELECT drop_chunks('m', INTERVAL '1 day');
             CREATE INDEX ON m (v) WITH (timescaledb.transaction_per_chunk);"])
        .on(APACHE),
        // Without [versions] nothing is known.
        Example::new(&[TABLE, "SELECT add_retention_policy('m', INTERVAL '30 days');"]),
    ],
    finds: Finds::Statements(find),
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let words = context.words;
    if context.versions.edition != Some(Edition::Apache) {
        return Vec::new();
    }
    let finding = |at: usize, name: String| {
        let place = context.place(&range(part(words, at, at + 1)));
        let message = format!("the Apache edition of TimescaleDB does not have {name}");
        Finding::new(place, message)
            .why("its server answers that this is not supported under the current \"apache\" license")
            .help("leave it out, or run the community edition and change timeschema.toml")
    };
    let calls = (1..words.tokens.len()).filter(|&at| words.is_symbol(at + 1, "("));
    let calls = calls.filter_map(|at| {
        let name = identifier(words, at).filter(|it| is_community(it))?;
        let finding = finding(at, name);
        // A view or a function with it is made, and fails when it is used.
        Some(if words.is(0, "create") {
            finding.uncertain()
        } else {
            finding
        })
    });
    let option = option(words).map(|(at, name)| finding(at, name));
    calls.chain(option).collect()
}

/// The first option that makes a columnstore or a continuous aggregate.
fn option(words: Words<'_>) -> Option<(usize, String)> {
    let is_view = words.are(1, &["materialized", "view"]);
    if !words.is(0, "alter") && !is_view {
        return None;
    }
    const REFUSED: &[&str] = &[
        "columnstore",
        "segmentby",
        "orderby",
        "compress_interval",
        "continuous",
    ];
    (0..words.tokens.len()).find_map(|at| {
        let is_ours =
            NAMESPACES.iter().any(|it| words.is_name(at, it)) && words.is_symbol(at + 1, ".");
        let written = identifier(words, at + 2).filter(|_| is_ours)?;
        let option = OPTIONS.iter().find(|it| it.names.contains(&&*written))?;
        REFUSED.contains(&option.name).then_some((at + 2, written))
    })
}
