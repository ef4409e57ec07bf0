//! Many runners at once: each migration is applied once, and no runner hears of an error.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use migrator::plan::Migration;
use migrator::run::{self, Options, Report};
use migrator::source;
use migrator::wire::Config;

use super::cases;
use super::plan::Plan;
use super::program::Program;
use super::proxy::{Deed, Fault, Moment, Proxy};
use super::state::{Finding, State};
use super::target::{CaseDatabase, Target, through};
use crate::support::Database;

const RUNNERS: usize = 50;
/// Every other one begins half-way, at each of six messages once.
const ROUNDS: usize = 12;

/// Every statement of it may be sent again: what a crowd does is another question than what a crash leaves.
const FILES: &[(&str, &str)] = &[
    (
        "001_tables.sql",
        "CREATE TABLE done (step text NOT NULL);\nCREATE TYPE mood AS ENUM ('ok');\nINSERT INTO done VALUES ('001');",
    ),
    (
        "002_vacuum.sql",
        "INSERT INTO done VALUES ('002 before');\nVACUUM done;\nINSERT INTO done VALUES ('002 behind');",
    ),
    (
        "003_view.sql",
        "CREATE VIEW v AS SELECT * FROM done;\nINSERT INTO done VALUES ('003');",
    ),
];

/// Runs the migrations through the library, as a service does when it starts.
fn migrate(url: &str) -> Result<Report, String> {
    let files = source::embedded(FILES).unwrap();
    let migrations = files
        .into_iter()
        .map(|file| Migration::parse(file).unwrap());
    let migrations: Vec<Migration> = migrations.collect();
    let options = Options {
        patience: Duration::from_secs(60),
        ..Options::default()
    };
    let config = Config::parse(url).unwrap();
    let mut link = config.connect().map_err(|error| error.to_string())?;
    run::run(&mut link, &migrations, &options, None, &mut |_| {}).map_err(|error| error.to_string())
}

/// Leaves the migrations half applied: the connection is reset at one message.
fn half_apply(place: &CaseDatabase<'_>, at: usize) {
    let fault = Fault {
        at,
        moment: Moment::Unsent,
        deed: Deed::Reset,
    };
    let proxy = Proxy::start(place.target.server(), &Program::default(), Some(fault));
    let outcome = migrate(&through(&place.url, proxy.port()));
    // One that continues without its client leaves nothing half-way, which is just as good a start.
    assert!(proxy.fired(), "{outcome:?}");
}

#[testkit::test]
fn of_fifty_runners_at_once_one_applies_each_migration_and_none_hears_of_an_error(
    database: Database,
) {
    let target = Target::by_url(&database.url(), Plan::of(FILES));
    let clean = {
        let place = target.place();
        migrate(&place.url).unwrap();
        State::read(&place)
    };
    let mut wrong = Vec::new();
    for round in 0..ROUNDS {
        let place = target.place();
        let half = round % 2 == 1;
        if half {
            // From the first message of work to the last but one.
            half_apply(&place, 5 + round / 2 % 6);
        }
        let together = Barrier::new(RUNNERS);
        let runner = || {
            together.wait();
            migrate(&place.url)
        };
        let reports: Vec<_> = thread::scope(|scope| {
            let runners: Vec<_> = (0..RUNNERS).map(|_| scope.spawn(runner)).collect();
            runners
                .into_iter()
                .map(|runner| runner.join().unwrap())
                .collect()
        });
        let mut findings = State::read(&place).differences(&clean);
        findings.extend(judge(&reports, half));
        wrong.extend(
            findings
                .iter()
                .map(|finding| format!("round {round}: {finding}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the runners say: who failed, and which migration was applied by how many.
fn judge(reports: &[Result<Report, String>], half: bool) -> Vec<Finding> {
    let failed = reports.iter().filter_map(|report| report.as_ref().err());
    let mut findings: Vec<Finding> = failed.map(Finding::other).collect();
    for version in 1..=3 {
        let applied = reports.iter().flatten().flat_map(|report| &report.applied);
        let count = applied.filter(|applied| applied.version == version).count();
        // One that was applied before the crowd came belongs to none of them.
        if count > 1 || (count == 0 && !half) {
            findings.push(Finding::other(format!(
                "{count} runners applied {version:03}"
            )));
        }
    }
    findings
}

#[testkit::test]
fn real_programs_at_once_all_succeed(database: Database) {
    let target = Target::by_url(&database.url(), Plan::of(FILES));
    let (clean, _) = cases::clean_run(&target);
    for half in [false, true] {
        let place = target.place();
        if half {
            half_apply(&place, 8);
        }
        let runners: Vec<Program> = (0..10).map(|_| cases::start(&place)).collect();
        runners
            .iter()
            .for_each(|runner| cases::finish(runner, &place));
        assert_eq!(State::read(&place).differences(&clean), []);
    }
}
