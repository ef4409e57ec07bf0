//! `cargo xtask queries --watch`: describes the queries again whenever a file is saved.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, SystemTime};

use migrator::plan::{self, Migration, State};
use migrator::run::{self, Report};

use crate::args::TargetArgs;
use crate::explain;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;
use crate::signals::Interruption;
use crate::snapshot::{self, Committed, Included};
use crate::target::{self, Chosen, Session};
use crate::words::count;

use super::files::FOLDER;
use super::keep::Keeper;
use super::server::stop_code;

/// How often the files are looked at.
const TICK: Duration = Duration::from_millis(200);

/// Describes the queries until a signal comes. No migration is applied.
pub fn run(project: &Project, args: &TargetArgs, screen: &mut Screen) -> Result<ExitCode, Failure> {
    let interruption = Interruption::catch()?;
    let chosen = target::choose(project, args)?;
    let Some(mut session) = chosen.look(screen)? else {
        let message = format!("{} is not running", chosen.target.name());
        return Err(
            Failure::new(Code::Unreachable, message).next("`cargo xtask migrate` starts it")
        );
    };
    let snapshot = project.snapshot_file(None)?;
    loop {
        let seen = seen(&snapshot);
        if let Err(failure) = describe(project, &chosen, &mut session, &snapshot, screen) {
            screen.diagnostic(&failure);
            if !session.link.is_open() {
                return Err(Failure::new(failure.code, "the connection was lost")
                    .next("run the command again"));
            }
        }
        screen.line("waiting for a change of the queries; Ctrl-C ends it");
        while self::seen(&snapshot) == seen {
            if let Some(signal) = interruption.interrupt().raised() {
                return Ok(stop_code(signal).into());
            }
            thread::sleep(TICK);
        }
    }
}

/// What the files looked like: the queries, and the snapshot that they are described with.
fn seen(snapshot: &Path) -> Vec<(PathBuf, Option<SystemTime>, u64)> {
    let folder = snapshot.with_file_name(FOLDER);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths.push(snapshot.to_owned());
    let of_file = |path: PathBuf| {
        let metadata = fs::metadata(&path).ok();
        let size = metadata.as_ref().map_or(0, fs::Metadata::len);
        (path, metadata.and_then(|it| it.modified().ok()), size)
    };
    paths.into_iter().map(of_file).collect()
}

fn describe(
    project: &Project,
    chosen: &Chosen,
    session: &mut Session,
    snapshot: &Path,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let migrations = project.migrations(None)?;
    let probe = Some(catalog::probe_query());
    let report = run::read(&mut *session.link, &project.history()?, probe)
        .map_err(|error| explain::run(&error, &migrations))?;
    screen.target(&chosen.headline(Some(&report.facts)));
    let keeper = Keeper::new(snapshot, project)?;
    check_applied(&migrations, &report)?;
    let included = Included::of(project)?;
    let link = &mut *session.link;
    snapshot::check_schemas(link, &included, &migrations, &report.facts)?;
    let probe = report.extra.as_ref();
    let found = snapshot::take(link, &migrations, &report.facts, &included.schemas, probe)?;
    let differences = snapshot::differences(&Committed::read(snapshot), &found);
    if let Some(first) = differences.first() {
        let shown = project.shown(snapshot).display();
        let message = format!("the database is not what {shown} says: {first}");
        return Err(Failure::new(Code::Found, message).next("cargo xtask migrate"));
    }
    let address = chosen.target.address()?;
    chosen.target.check(&address, link)?;
    let scope = snapshot::scope(&report.facts, &included.schemas);
    let kept = keeper.keep(&address.config, scope, &found, false)?;
    kept.show_each(screen);
    Ok(())
}

/// Refuses a database that lacks a migration: it is not what the queries are for.
fn check_applied(migrations: &[Migration], report: &Report) -> Result<(), Failure> {
    let migrations = plan::fit(migrations, &report.history);
    let comparison = plan::compare(&migrations, &report.history);
    let states = comparison.states.iter();
    let pending = states.filter(|it| !matches!(it, State::Applied)).count();
    if pending == 0 && comparison.mismatches.is_empty() {
        return Ok(());
    }
    let message = match pending {
        0 => "the database has migrations that differ from the files".to_owned(),
        _ => format!("{} not applied", count(pending, "migration")),
    };
    Err(Failure::new(Code::Found, message).next("cargo xtask migrate"))
}
