//! What a run has left, as lines that can be compared, and what a comparison says: lost, doubled, or otherwise wrong.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use postgres::Client;

use super::target::CaseDatabase;

/// How long the backends of runs that have ended may take to go.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is in a database, under names for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State(BTreeMap<String, String>);

/// Something that is not as a run without a fault leaves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub kind: Kind,
    /// What, for people.
    pub what: String,
}

/// How something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It did not happen.
    Lost,
    /// It happened more than once.
    Doubled,
    /// Anything else.
    Other,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Lost => "lost: ",
            Kind::Doubled => "doubled: ",
            Kind::Other => "",
        };
        write!(f, "{kind}{}", self.what)
    }
}

impl Finding {
    /// One that is neither lost nor doubled.
    pub fn other(what: impl Into<String>) -> Self {
        Self {
            kind: Kind::Other,
            what: what.into(),
        }
    }
}

/// What exists under which name. The history's rows show what was recorded, the indexes what was built; an advisory lock that is held after
/// all clients are gone is a leak.
const LINES: [(&str, &str); 5] = [
    ("done", "SELECT step, count(*)::text FROM done GROUP BY 1"),
    (
        "history",
        "SELECT lpad(version::text, 3, '0'), format('%s of %s steps, applied %s, %s, %s rows', steps_done, steps, applied_at IS NOT NULL, checksum, \
         count(*) OVER (PARTITION BY version)) FROM schema_migrations",
    ),
    (
        "index",
        "SELECT i.indexrelid::regclass::text, CASE WHEN i.indisvalid THEN 'valid' ELSE 'invalid' END FROM pg_index i \
         JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = 'app'",
    ),
    (
        "invalid indexes",
        "SELECT 'anywhere', count(*)::text FROM pg_index WHERE NOT indisvalid",
    ),
    (
        "advisory locks",
        "SELECT 'held', count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND database = \
         (SELECT oid FROM pg_database WHERE datname = current_database())",
    ),
];

/// Jobs that a run has paused and not resumed, if there is a table of them.
const PAUSED: &str = "SELECT to_regclass('schema_migrations_paused_jobs') IS NOT NULL";

impl State {
    /// What is in a database, once everybody else is gone from it.
    pub fn read(place: &CaseDatabase<'_>) -> Self {
        let mut client = place.client();
        let mut state = Self::default();
        if !alone(&mut client) {
            state.put(
                "sessions",
                "a backend of a run that has ended is still there",
            );
        }
        for (name, sql) in LINES {
            match client.query(sql, &[]) {
                Ok(rows) => rows.iter().for_each(|row| {
                    let key: &str = row.get(0);
                    state.put(format!("{name} {key}"), row.get::<_, &str>(1));
                }),
                Err(error) => state.put(name, explain(&error)),
            }
        }
        let contents = place.target.plan.contents.iter();
        for (name, sql) in contents {
            let value = client.query_one(*sql, &[]);
            let value = value.map(|row| row.get::<_, Option<String>>(0));
            state.put(
                *name,
                value.map_or_else(|error| explain(&error), |it| it.unwrap_or_default()),
            );
        }
        if client.query_one(PAUSED, &[]).unwrap().get(0) {
            let sql = "SELECT count(*)::text FROM schema_migrations_paused_jobs";
            let count: String = client.query_one(sql, &[]).unwrap().get(0);
            state.put("paused jobs", count);
        }
        let snapshot = fs::read_to_string(place.snapshot());
        state.put("schema.json", snapshot.unwrap_or_default());
        place.looked.replace(Some(client));
        state
    }

    fn put(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    /// What is here that a run without a fault does not leave, and the other way round.
    pub fn differences(&self, clean: &Self) -> Vec<Finding> {
        let names = self.0.keys().chain(clean.0.keys());
        let names: std::collections::BTreeSet<&String> = names.collect();
        let difference = |name: &String| match (self.0.get(name), clean.0.get(name)) {
            (None, Some(_)) => Some((Kind::Lost, name.clone())),
            (Some(found), None) => Some((Kind::Doubled, format!("{name}: {found}"))),
            (Some(found), Some(expected)) => {
                let kind = match (found.parse::<f64>(), expected.parse::<f64>()) {
                    (Ok(found), Ok(expected)) if found > expected => Kind::Doubled,
                    (Ok(found), Ok(expected)) if found < expected => Kind::Lost,
                    _ => Kind::Other,
                };
                (found != expected).then(|| {
                    let line = first_difference(found, expected);
                    (kind, format!("{name}: {line}"))
                })
            }
            (None, None) => None,
        };
        names
            .into_iter()
            .filter_map(difference)
            .map(|(kind, what)| Finding { kind, what })
            .collect()
    }

    /// What a run without a fault must not leave either.
    pub fn is_clean(&self) -> bool {
        let is_bad = |(name, value): (&String, &String)| {
            ["sessions", "advisory locks", "paused", "invalid"]
                .iter()
                .any(|bad| name.starts_with(bad) && value != "0")
                || value == "invalid"
        };
        !self.0.iter().any(is_bad)
    }
}

/// Waits until there is no other session in the client's database.
fn alone(client: &mut Client) -> bool {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
               AND backend_type = 'client backend'";
    let deadline = Instant::now() + PATIENCE;
    while client.query_one(sql, &[]).unwrap().get::<_, i64>(0) > 0 {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
    true
}

fn explain(error: &postgres::Error) -> String {
    let server = error.as_db_error();
    server.map_or_else(|| error.to_string(), |error| error.message().to_owned())
}

/// The first line in which two texts differ, but for a comma and the fingerprint of a snapshot, which say nothing to people.
fn first_difference(found: &str, expected: &str) -> String {
    let without_comma = |line: &str| line.trim().trim_end_matches(',').to_owned();
    let says = |(found, expected): &(&str, &str)| {
        without_comma(found) != without_comma(expected) && !found.contains("fingerprint")
    };
    let mut lines = found.lines().zip(expected.lines());
    match lines.find(says) {
        Some((found, expected)) => format!("`{}`, not `{}`", found.trim(), expected.trim()),
        None => format!(
            "{} lines, not {}",
            found.lines().count(),
            expected.lines().count()
        ),
    }
}

#[test]
fn what_is_missing_is_lost_and_what_is_too_many_is_doubled() {
    let state = |lines: &[(&str, &str)]| {
        let mut state = State::default();
        lines
            .iter()
            .for_each(|(name, value)| state.put(*name, *value));
        state
    };
    let clean = state(&[("done a", "1"), ("done b", "1"), ("index i", "valid")]);
    assert!(clean.is_clean());
    assert_eq!(clean.differences(&clean), []);
    let found = state(&[
        ("done b", "2"),
        ("index i", "invalid"),
        ("index i1", "valid"),
    ]);
    assert!(!found.is_clean());
    let shown: Vec<String> = found
        .differences(&clean)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        shown,
        [
            "lost: done a",
            "doubled: done b: `2`, not `1`",
            "index i: `invalid`, not `valid`",
            "doubled: index i1: valid",
        ]
    );
    assert!(!state(&[("advisory locks held", "1")]).is_clean());
}
