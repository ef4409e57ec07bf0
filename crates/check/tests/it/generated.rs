//! Migrations that are made up, on a server with TimescaleDB: what it takes is no error of a rule that says that it refuses, and what it
//! refuses for the reason of a rule is found by that rule.
//!
//! A statement that the server refuses is not there for the next ones. `CHECK_CASES` sets how many migrations are made up, `CHECK_SEED`
//! where they start from; a failure prints its seed.

mod statements;

use std::collections::BTreeMap;

use check::{File, Finding, Severity, rules};
use postgres::Client;
use testkit::{Database, Random};

use crate::server::{clear, run};
use crate::{options, shown};

/// How many statements a migration has at most.
const STATEMENTS: usize = 28;

/// What the server says where a rule says that it refuses, and the rule.
const REFUSALS: &[(&str, &str)] = &[
    (
        "cannot create a unique index without the column",
        "unique-without-time-column",
    ),
    (
        "hypertables do not support concurrent index creation",
        "concurrently-on-hypertable",
    ),
    (
        "concurrent index creation on hypertables is not supported",
        "concurrently-on-hypertable",
    ),
    (
        "DROP INDEX CONCURRENTLY does not support dropping multiple objects",
        "concurrently-on-hypertable",
    ),
    ("cannot add column with", "columnstore-refuses-ddl"),
    (
        "operation not supported on hypertables that have columnstore enabled",
        "columnstore-refuses-ddl",
    ),
    ("columnstore not enabled on", "policy-before-columnstore"),
    (
        "policy refresh window too small",
        "refresh-window-too-small",
    ),
    ("is not empty", "hypertable-over-rows"),
    (
        "because other objects depend on it",
        "aggregate-column-changed",
    ),
    (
        "cannot alter type of a column used by a view or rule",
        "aggregate-column-changed",
    ),
];

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{name}={text} is no number"))
    })
}

#[test]
fn the_check_says_what_the_server_says() {
    let name = "generated::the_check_says_what_the_server_says";
    let Some(database) = Database::timescale(name, "what the server says") else {
        return;
    };
    let mut client = database.client();
    let first = number("CHECK_SEED", 1);
    let mut wrong = Vec::new();
    let mut seen = Seen::default();
    for seed in first..first + number("CHECK_CASES", 30) {
        clear(&mut client);
        client.batch_execute("CREATE SCHEMA app").unwrap();
        let mut case = Case::default();
        wrong.extend(
            case.run(&mut client, &mut Random::new(seed), &mut seen)
                .map(|it| format!("CHECK_SEED={seed} CHECK_CASES=1: {it}")),
        );
    }
    assert!(
        wrong.is_empty(),
        "{} differences\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
    // The generator has to make both.
    assert!(seen.taken > 200 && seen.refused.len() > 2, "{seen:?}");
}

/// How often the server did what.
#[derive(Debug, Default)]
struct Seen {
    taken: usize,
    /// For the reason of each rule.
    refused: BTreeMap<&'static str, usize>,
}

/// A migration: files of statements that the server took.
#[derive(Default)]
struct Case {
    files: Vec<String>,
    /// Whether a statement among them, or the last one, runs what the check does not read: it may miss anything from then on.
    has_unread: bool,
}

impl Case {
    /// The first difference.
    fn run(&mut self, client: &mut Client, random: &mut Random, seen: &mut Seen) -> Option<String> {
        for number in 0..STATEMENTS {
            if number == 0 || random.below(6) == 0 {
                self.files.push(String::new());
                client.batch_execute("DISCARD ALL").unwrap();
            }
            let statement = statements::one(random, number);
            let refused = run(client, &statement).err().map(message);
            let before = self.files.last()?.len();
            self.files.last_mut()?.push_str(&format!("{statement};\n"));
            self.has_unread |= is_unread(&statement);
            let found = self.found(before);
            let difference = match &refused {
                None => too_much(&found, &statement, seen),
                Some(_) if self.has_unread => None,
                Some(message) => too_little(&found, message, seen),
            };
            if let Some(difference) = difference {
                let files = self.files.join("-- a file\n");
                return Some(format!("{difference}\nthe server: {refused:?}\n{files}"));
            }
            if refused.is_some() {
                self.files.last_mut()?.truncate(before);
            }
        }
        None
    }

    /// What is found in the last statement, which begins there.
    fn found(&self, start: usize) -> Vec<Finding> {
        let read = |text| File {
            text,
            is_checked: true,
        };
        let files: Vec<File<'_>> = self.files.iter().map(String::as_str).map(read).collect();
        let mut found = check::check(&files, &options()).unwrap();
        found.retain(|it| it.place.file == files.len() - 1 && it.place.range.start >= start);
        found
    }
}

fn message(error: postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => error.message().to_owned(),
        None => error.to_string(),
    }
}

fn is_unread(statement: &str) -> bool {
    statement.contains("EXECUTE format")
        || (statement.contains("EXECUTE '") && statement.contains("''"))
        || statement.contains("change()")
}

/// What is found in a statement that the server takes, of a rule that says that it refuses.
fn too_much(found: &[Finding], statement: &str, seen: &mut Seen) -> Option<String> {
    seen.taken += 1;
    let says_refused = |it: &&Finding| {
        let finds_losses = rules::named(it.rule).is_some_and(|it| it.finds_losses());
        it.severity == Severity::Error && !finds_losses
    };
    // It is refused as soon as there is a chunk, and `migrate` always refuses it.
    let depends = statement.contains("DROP INDEX CONCURRENTLY");
    let wrong = found.iter().find(says_refused).filter(|_| !depends);
    let not_checked = found.iter().find(|it| it.rule == check::NOT_CHECKED);
    let wrong = wrong.or(not_checked)?;
    Some(format!("{}, and the server takes it", shown(wrong)))
}

/// The rule that finds nothing where the server refuses a statement for its reason.
fn too_little(found: &[Finding], message: &str, seen: &mut Seen) -> Option<String> {
    let (_, rule) = REFUSALS.iter().find(|it| message.contains(it.0))?;
    // Of a table or a type, and not of a column.
    if message.contains("depend on it") && !message.starts_with("cannot drop column") {
        return None;
    }
    *seen.refused.entry(rule).or_default() += 1;
    let is_found = found.iter().any(|it| it.rule == *rule);
    (!is_found).then(|| format!("{rule} finds nothing"))
}
