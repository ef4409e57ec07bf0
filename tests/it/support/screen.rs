//! What a command printed, made the same for every machine and run.

use std::sync::OnceLock;

use regex::Regex;

/// What differs between runs, and its replacement. The order matters: longer and more specific patterns come first.
const FILTERS: [(&str, &str); 15] = [
    (r"postgres(ql)?://[^\s/@]+@", "postgresql://[user]@"),
    (r"(127\.0\.0\.1|localhost|\[::1\]):\d+", "$1:[port]"),
    (
        r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?| UTC)?",
        "[when]",
    ),
    (r"\b[0-9a-f]{64}\b", "[checksum]"),
    (r"\b[0-9a-f]{4,16}…", "[checksum]…"),
    (r"TimescaleDB \d+(\.\d+)+(-\w+)?", "TimescaleDB [version]"),
    (r"PostgreSQL \d+(\.\d+)*", "PostgreSQL [version]"),
    (
        r"\b\d+(\.\d+)+(-\w+)? (on PostgreSQL|can be installed)",
        "[version] $3",
    ),
    (r"\b\d+(\.\d+)? (ms|s)\b", "[time]"),
    (r"\bpid \d+", "pid [pid]"),
    (
        r"pg_terminate_backend\(\d+\)",
        "pg_terminate_backend([pid])",
    ),
    (r"(_ms|milliseconds)(.: *)\d+", "$1$2[time]"),
    (r#"("(postgresql|timescaledb)": ")\d[^"]*"#, "$1[version]"),
    (r"\bit_\d+_\d+\b", "[database]"),
    (r"analytics-test-\d+-\d+", "[project]"),
];

/// Replaces everything that depends on the machine or the moment.
///
/// Spaces around a replaced time go with it, as columns are aligned.
pub fn stable(text: &str) -> String {
    static COMPILED: OnceLock<Vec<(Regex, &str)>> = OnceLock::new();
    let filters = COMPILED.get_or_init(|| {
        FILTERS
            .iter()
            .map(|(pattern, with)| (Regex::new(pattern).unwrap(), *with))
            .collect()
    });
    let replaced = filters
        .iter()
        .fold(text.to_owned(), |text, (pattern, with)| {
            pattern.replace_all(&text, *with).into_owned()
        });
    static PADDING: OnceLock<Regex> = OnceLock::new();
    let padding = PADDING.get_or_init(|| Regex::new(r" {2,}\[time\](?:(  ) *)?").unwrap());
    padding.replace_all(&replaced, "  [time]$1").into_owned()
}

#[test]
fn what_differs_between_runs_is_replaced() {
    let text = "\
target   postgresql://me:secret@127.0.0.1:40123/it_12_3 (TimescaleDB 2.28.3, PostgreSQL 15.20)
  001 initial_schema       1 transaction, 14 statements          212 ms
applied 3 migrations in 0.7 s, the last on 2026-11-22 12:04:05.123+00, checksum 9f2c…, pid 4121
{\"duration_ms\": 12}
";
    insta::assert_snapshot!(stable(text));
}
