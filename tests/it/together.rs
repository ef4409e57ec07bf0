//! Ten files in one run and ten runs of one file make the same database: over generated files, by URL and with psql.
//!
//! What a file leaves in its session, or changes for later sessions, never reaches another file of the same run in any other way than it
//! reaches a run that begins afterwards.
//!
//! `FILES_CASES` sets how many folders are made up, `FILES_SEED` where they start from. A failure prints the smallest folder that still
//! shows the difference, and its seed.

mod database;
mod generator;
mod state;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use testkit::Random;

use migrator::history::HistoryTable;
use migrator::link::Link;
use migrator::plan::{Migration, Selection};
use migrator::psql::Psql;
use migrator::run::{self, Options};
use migrator::source::File;
use migrator::wire::Config;

use crate::support::{Database, installed_psql, test_name};
use database::{Fixed, Local};
use generator::Folder;

/// How many times a folder is made smaller at most.
const MOST_REDUCTIONS: usize = 60;

/// How the migrations reach the server.
enum Driver {
    Wire,
    Psql(PathBuf),
}

/// How a folder is applied.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    OneRun,
    OneRunEach,
}

#[testkit::test]
fn by_url(server: Database) {
    check(&server, &Driver::Wire, cases(24));
}

#[testkit::test]
fn with_psql(server: Database) {
    let Some(psql) = installed_psql(test_name!()) else {
        return;
    };
    check(&server, &Driver::Psql(psql), cases(24) / 6);
}

fn number(name: &str, otherwise: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name}={text} is no number")),
        Err(_) => otherwise,
    }
}

fn cases(otherwise: u64) -> u64 {
    number("FILES_CASES", otherwise)
}

fn check(server: &Database, driver: &Driver, cases: u64) {
    let fixed = Fixed::new(server);
    let first = number("FILES_SEED", 1);
    let (mut files, mut statements, mut failed) = (0, 0, 0);
    for seed in first..first + cases {
        let folder = generator::folder(&mut Random::new(seed), fixed.names());
        let (one, each) = both(&fixed, driver, &folder);
        if one != each {
            let folder = reduced(&fixed, driver, folder);
            let (one, each) = both(&fixed, driver, &folder);
            panic!(
                "FILES_SEED={seed} FILES_CASES=1: one run and a run for each file differ\n{}\n{}",
                folder.shown(),
                state::difference(&one, &each)
            );
        }
        files += folder.files.len();
        statements += folder.files.iter().map(Vec::len).sum::<usize>();
        failed += usize::from(one.starts_with("error"));
    }
    // A folder that stops at its first file shows nothing.
    assert!(failed * 3 <= cases as usize, "{failed} of {cases} stopped");
    // Past the test harness, which would keep it to itself.
    let how = match driver {
        Driver::Wire => "by URL",
        Driver::Psql(_) => "with psql",
    };
    let _ = writeln!(
        io::stderr(),
        "one run and a run for each file, {how}: {cases} folders, {files} files, {statements} statements, {failed} folders with an error"
    );
}

/// The database after both ways.
fn both(fixed: &Fixed<'_>, driver: &Driver, folder: &Folder) -> (String, String) {
    let [one, each] = [Way::OneRun, Way::OneRunEach].map(|way| applied(fixed, driver, folder, way));
    (one, each)
}

/// The database after a folder was applied, with the error that stopped it, as text.
fn applied(fixed: &Fixed<'_>, driver: &Driver, folder: &Folder, way: Way) -> String {
    let url = fixed.renew(folder.is_superuser);
    let file = |(at, units): (usize, &Vec<String>)| {
        let name = format!("{:03}_file.sql", at + 1);
        let file = File::new(Path::new(&name), units.join("\n").into_bytes()).unwrap();
        Migration::parse(file).unwrap_or_else(|error| panic!("{error}\n{}", folder.shown()))
    };
    let migrations: Vec<Migration> = folder.files.iter().enumerate().map(file).collect();
    let selections: Vec<Selection> = match way {
        Way::OneRun => vec![Selection::All],
        Way::OneRunEach => (1..=migrations.len())
            .map(|version| Selection::Only(version as u32))
            .collect(),
    };
    let mut error = String::new();
    for selection in selections {
        let options = Options {
            selection,
            history: HistoryTable {
                schema: Some("public".to_owned()),
                ..HistoryTable::default()
            },
            ..Options::default()
        };
        let outcome = match driver {
            Driver::Wire => run(
                &mut Config::parse(&url).unwrap().connect().unwrap(),
                &migrations,
                &options,
            ),
            Driver::Psql(psql) => {
                let mut link = Psql::start(Local::new(psql, &url)).unwrap();
                run(&mut link, &migrations, &options)
            }
        };
        if let Err(stopped) = outcome {
            error = format!("error: {stopped}\n");
            break;
        }
    }
    error + &fixed.state()
}

fn run(link: &mut dyn Link, migrations: &[Migration], options: &Options) -> Result<(), run::Error> {
    run::run(link, migrations, options, None, &mut |_| ()).map(drop)
}

/// A smaller folder that still shows a difference: without one file, or one statement, after the other.
fn reduced(fixed: &Fixed<'_>, driver: &Driver, mut folder: Folder) -> Folder {
    let mut tries = 0;
    loop {
        let before = folder.clone();
        for smaller in folder.smaller() {
            tries += 1;
            if tries > MOST_REDUCTIONS {
                return folder;
            }
            let (one, each) = both(fixed, driver, &smaller);
            if one != each {
                folder = smaller;
                break;
            }
        }
        if folder == before {
            return folder;
        }
    }
}
