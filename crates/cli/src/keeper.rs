//! Keeping `schema.json`: what it says only migrations made.
//!
//! The file is written from a database only where that database was, before the run, what the file says for the migrations applied so
//! far, or empty. Everything else is drift: named, and nothing is written. What decides is in [`expected`] and [`Basis`]; the rest asks.

mod code;
pub mod expected;
mod kept;

use std::path::PathBuf;

use catalog::{Catalog, Difference, Migration, Snapshot};
use migrator::history::{History, HistoryTable, Mode};
use migrator::link::Link;
use migrator::plan::{self, Selection};
use migrator::run::Report;

use crate::args::SnapshotArgs;
use crate::failure::Failure;
use crate::generated::GeneratedCode;
use crate::project::Project;
use crate::queries;
use crate::scratch;
use crate::snapshot::{self, Committed, Included};
use crate::target::{Chosen, Session};

pub use code::SchemaChange;
use expected::{AppliedMigrations, Claim, applied, claim, is_overtaken, nothing};
pub use kept::Kept;

/// The state after a run whose snapshot could not be taken.
const NOT_WRITTEN: &str =
    "every migration is applied; the snapshot was neither compared nor written";

/// What a command does with the snapshot.
pub struct Keeper {
    path: PathBuf,
    /// The path as people see it.
    pub shown: PathBuf,
    leave_alone: bool,
    only_check: bool,
    committed: Committed,
    history: HistoryTable,
    included: Included,
    /// Which of the pending migrations the run applies.
    selection: Selection,
    generated: GeneratedCode,
    queries: queries::Keeper,
}

/// What is known about the database that a run starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// It holds what the migrations applied so far make, or nothing: what it holds afterwards may be written.
    Proven,
    /// The file says what it must hold afterwards.
    Claimed,
    /// Neither, for this reason.
    Unknown(String),
    /// It holds something else.
    Drift(Vec<String>),
}

/// What is known about a database with this catalog before a run.
fn basis(claim: Claim, applied: &[Migration], is_half: bool, found: &Catalog) -> Basis {
    if applied.is_empty() && !is_half {
        return proven_or_drift(&nothing(found), found);
    }
    match claim {
        Claim::Now(expected) => proven_or_drift(&expected, found),
        Claim::Later => Basis::Claimed,
        Claim::Nothing(why) => Basis::Unknown(why),
    }
}

fn proven_or_drift(expected: &Catalog, found: &Catalog) -> Basis {
    let differences = lines(&catalog::diff(expected, found));
    if differences.is_empty() {
        Basis::Proven
    } else {
        Basis::Drift(differences)
    }
}

fn lines(differences: &[Difference]) -> Vec<String> {
    differences.iter().map(Difference::to_string).collect()
}

/// What was seen before a run in which something is pending.
pub struct Before {
    history: History,
    basis: Basis,
    was_empty: bool,
    /// Why it was not asked beforehand whether the queries fit.
    unasked: Option<String>,
}

impl Before {
    /// Whether the run may continue.
    fn may_go_on(&self, only_check: bool) -> bool {
        match &self.basis {
            Basis::Drift(_) => false,
            _ => self.was_empty || !only_check,
        }
    }
}

/// The look at a database before a run: what it found, or why it could not.
#[derive(Default)]
pub struct Look(Option<Result<Before, Failure>>);

impl Look {
    /// What could not be looked at.
    pub fn unasked(&self) -> Option<&str> {
        let before = self.0.as_ref()?.as_ref().ok()?;
        before.unasked.as_deref()
    }
}

impl Keeper {
    /// The keeper for a run that applies these of the pending migrations.
    pub fn new(
        project: &Project,
        args: &SnapshotArgs,
        only_check: bool,
        selection: Selection,
    ) -> Result<Keeper, Failure> {
        let path = project.snapshot_file(args.snapshot.as_deref())?;
        let shown = project.shown(&path).to_owned();
        Ok(Keeper {
            committed: Committed::read(&path),
            queries: queries::Keeper::new(&path, project)?,
            history: project.history()?,
            included: Included::of(project)?,
            path,
            shown,
            leave_alone: args.no_snapshot,
            only_check,
            selection,
            generated: GeneratedCode::of(project)?,
        })
    }

    /// Fails before anything runs if the snapshot's folder does not exist.
    pub fn check_folder(&self, migrations: &[plan::Migration]) -> Result<(), Failure> {
        if self.leave_alone || !self.applies_all(migrations) {
            Ok(())
        } else {
            snapshot::check_folder(&self.path, &self.shown)
        }
    }

    /// Whether the run applies the last migration: a snapshot is only written after it.
    fn applies_all(&self, migrations: &[plan::Migration]) -> bool {
        let last = migrations.last();
        last.is_none_or(|last| self.selection.admits(last.file.version))
    }

    /// Refuses a snapshot that cannot be written but must be; one that already belongs to these migrations, as in a deployed checkout, need
    /// not be.
    pub fn check_writable(&self, migrations: &[plan::Migration]) -> Result<(), Failure> {
        let is_theirs = self.described(migrations).is_some();
        let is_written = !self.leave_alone && !self.only_check && self.applies_all(migrations);
        if is_theirs || !is_written {
            Ok(())
        } else {
            snapshot::check_writable(&self.path, &self.shown)
        }
    }

    /// The result of all migrations, if the committed file describes it.
    fn described(&self, migrations: &[plan::Migration]) -> Option<&Catalog> {
        match &self.committed {
            Committed::Snapshot(file) => {
                let is_theirs = file.check(&snapshot::listed(migrations)).is_ok();
                is_theirs.then_some(&file.catalog)
            }
            Committed::Missing | Committed::Unusable(_) => None,
        }
    }

    /// What the project wants of its generated code.
    pub fn generated(&self) -> &GeneratedCode {
        &self.generated
    }

    /// What there is to ask first for a snapshot.
    pub fn probe(&self) -> Option<&'static str> {
        (!self.leave_alone).then(catalog::probe_query)
    }

    /// Examines a database with pending migrations; returns whether the run may continue.
    pub fn look(
        &self,
        link: &mut dyn Link,
        migrations: &[plan::Migration],
        report: &Report,
        mode: Mode,
        look: &mut Look,
    ) -> bool {
        if self.leave_alone {
            let checked = snapshot::check_schemas(link, &self.included, migrations, &report.facts);
            look.0 = checked.err().map(Err);
            return look.0.is_none();
        }
        let before = self
            .check_writable(migrations)
            .and_then(|()| self.before(link, migrations, report, mode));
        let goes_on = before
            .as_ref()
            .is_ok_and(|before| before.may_go_on(self.only_check));
        look.0 = Some(before);
        goes_on
    }

    fn before(
        &self,
        link: &mut dyn Link,
        migrations: &[plan::Migration],
        report: &Report,
        mode: Mode,
    ) -> Result<Before, Failure> {
        snapshot::check_schemas(link, &self.included, migrations, &report.facts)?;
        let found = snapshot::introspect(
            link,
            &report.facts,
            &self.included.schemas,
            report.extra.as_ref(),
        )?;
        let AppliedMigrations { applied, is_half } = applied(&report.history);
        let all = snapshot::listed(migrations);
        let claim = claim(&self.committed, &applied, is_half, &all);
        let mut basis = basis(claim, &applied, is_half, &found);
        if matches!(basis, Basis::Drift(_)) && is_overtaken(link, &self.history, &report.history)? {
            basis = Basis::Unknown("another run applied migrations meanwhile".to_owned());
        }
        let mut before = Before {
            history: report.history.clone(),
            basis,
            was_empty: applied.is_empty() && !is_half && found.is_empty(),
            unasked: None,
        };
        if before.may_go_on(self.only_check) {
            before.unasked = self.check_result(link, migrations, report, mode, &found)?;
        }
        Ok(before)
    }

    /// Keeps the file after a run that ended well, or was ended by [`Keeper::look`].
    pub fn keep(
        &self,
        session: &mut Session,
        migrations: &[plan::Migration],
        report: &Report,
        look: Look,
    ) -> Result<Option<Kept>, Failure> {
        let before = look.0.transpose()?;
        if self.leave_alone {
            check_schemas(&mut *session.link, &self.included, migrations, report)?;
            return Ok(None);
        }
        if let Some(refused) = self.refused(before.as_ref(), migrations, report) {
            return Ok(Some(refused));
        }
        if let Some(pending) = first_pending(report, migrations) {
            return Ok(Some(Kept::Alone(pending.file.title())));
        }
        // Migrations may have installed the extension since the first answer.
        let probe = report.extra.as_ref().filter(|_| report.applied.is_empty());
        let link = &mut *session.link;
        snapshot::check_schemas(link, &self.included, &[], &report.facts)
            .map_err(|failure| failure.state(NOT_WRITTEN))?;
        let schemas = &self.included.schemas;
        let found = snapshot::take(link, migrations, &report.facts, schemas, probe)?;
        if snapshot::is_text_of(&self.path, &found) {
            let snapshot = Box::new(found);
            return Ok(Some(if self.only_check {
                let from_empty = before.is_some_and(|before| before.was_empty);
                Kept::Agrees {
                    from_empty,
                    snapshot,
                }
            } else {
                Kept::Unchanged(snapshot)
            }));
        }
        if self.only_check {
            let mut differences = snapshot::differences(&self.committed, &found);
            if differences.is_empty() {
                differences.push("same content, different formatting".to_owned());
            }
            return Ok(Some(Kept::Differs(differences)));
        }
        self.write_if_proven(link, migrations, report, before, found)
            .map(Some)
    }

    /// Has the target describe the queries where it holds `kept`, what the snapshot says.
    pub fn keep_queries(
        &self,
        chosen: &Chosen,
        session: &mut Session,
        report: &Report,
        kept: Option<&Kept>,
    ) -> Result<queries::Kept, Failure> {
        let Some(schema) = kept
            .and_then(Kept::snapshot)
            .filter(|_| !self.queries.is_idle())
        else {
            return Ok(queries::Kept::default());
        };
        let address = chosen.target.address()?;
        chosen.target.check(&address, &mut *session.link)?;
        let scope = snapshot::scope(&report.facts, &self.included.schemas);
        let only_check = self.only_check;
        self.queries
            .keep(&address.config, scope, schema, only_check)
    }

    /// What [`Keeper::look`] ended a run for.
    fn refused(
        &self,
        before: Option<&Before>,
        migrations: &[plan::Migration],
        report: &Report,
    ) -> Option<Kept> {
        let before = before.filter(|before| !before.may_go_on(self.only_check))?;
        if self.only_check {
            let pending = all_pending(report, migrations);
            return Some(Kept::Pending(pending.map(|it| it.file.title()).collect()));
        }
        let applied = applied(&before.history).applied;
        let expected = match applied.last() {
            None => "an empty database, since no migration is applied".to_owned(),
            Some(last) => format!("{}, up to {}", self.shown.display(), last.file_name()),
        };
        match &before.basis {
            Basis::Drift(differences) => Some(Kept::Drift {
                expected,
                differences: differences.clone(),
                before: true,
                is_first: applied.is_empty(),
            }),
            _ => None,
        }
    }

    /// Writes the database's catalog if it is known that the migrations made it.
    fn write_if_proven(
        &self,
        link: &mut dyn Link,
        migrations: &[plan::Migration],
        report: &Report,
        before: Option<Before>,
        found: Snapshot,
    ) -> Result<Kept, Failure> {
        let basis = match before {
            Some(before) if before.history.rows == report.history.rows => before.basis,
            Some(_) => return Ok(Kept::Overtaken),
            // Nothing was pending.
            None => match claim(&self.committed, &found.migrations, false, &found.migrations) {
                Claim::Nothing(why) => Basis::Unknown(why),
                Claim::Now(_) | Claim::Later => Basis::Claimed,
            },
        };
        let (expected, differences) = match basis {
            Basis::Proven => (String::new(), Vec::new()),
            Basis::Claimed | Basis::Drift(_) => (
                self.shown.display().to_string(),
                snapshot::differences(&self.committed, &found),
            ),
            Basis::Unknown(why) => {
                let mode = mode(report);
                match scratch::catalog(
                    link,
                    &report.facts,
                    &self.included.schemas,
                    mode,
                    migrations,
                    &found.catalog.extensions,
                ) {
                    Ok(made) => (
                        "a private cluster that the migrations were applied to".to_owned(),
                        lines(&catalog::diff(&made.catalog, &found.catalog)),
                    ),
                    Err(failure) => {
                        let failure = failure.to_string();
                        return Ok(Kept::Unproven { why, failure });
                    }
                }
            }
        };
        if differences.is_empty() {
            snapshot::write(&found, &self.path)?;
            return Ok(Kept::Written(Box::new(found)));
        }
        Ok(Kept::Drift {
            expected,
            differences,
            before: false,
            is_first: false,
        })
    }
}

/// A database's mode, by its facts.
pub fn mode(report: &Report) -> Mode {
    if report.facts.is_plain {
        Mode::Plain
    } else {
        Mode::TimescaleDb
    }
}

/// The migrations that neither this run nor an earlier one applied.
fn all_pending<'a>(
    report: &'a Report,
    migrations: &'a [plan::Migration],
) -> impl Iterator<Item = &'a plan::Migration> {
    let applied_now = |version| report.applied.iter().any(|it| it.version == version);
    let states = plan::compare(migrations, &report.history).states;
    let pending = migrations
        .iter()
        .zip(states)
        .filter(move |(migration, state)| {
            *state != plan::State::Applied && !applied_now(migration.file.version)
        });
    pending.map(|(migration, _)| migration)
}

/// Refuses an included schema that does not exist after a run without a snapshot, which has looked for it only if something was pending.
pub fn check_schemas(
    link: &mut dyn Link,
    included: &Included,
    migrations: &[plan::Migration],
    report: &Report,
) -> Result<(), Failure> {
    // A migration that is still pending may make it.
    let pending: Vec<_> = all_pending(report, migrations).cloned().collect();
    let checked = snapshot::check_schemas(link, included, &pending, &report.facts);
    checked.map_err(|failure| match &*report.applied {
        [] => failure,
        _ => failure.state("what was applied stays"),
    })
}

fn first_pending<'a>(
    report: &'a Report,
    migrations: &'a [plan::Migration],
) -> Option<&'a plan::Migration> {
    all_pending(report, migrations).next()
}

#[cfg(test)]
mod tests {
    use super::expected::tests::{catalog, migrations};
    use super::*;

    #[test]
    fn a_run_starts_from_nothing_or_from_what_the_file_says() {
        let one = migrations(&["a"]);
        let now = || Claim::Now(Box::new(catalog(&["x"])));
        let nothing = || Claim::Nothing("it does not exist".to_owned());
        assert_eq!(
            basis(nothing(), &[], false, &Catalog::default()),
            Basis::Proven
        );
        let extension = Catalog {
            extensions: vec!["timescaledb".to_owned()],
            ..Catalog::default()
        };
        assert_eq!(basis(nothing(), &[], false, &extension), Basis::Proven);
        assert!(matches!(
            basis(now(), &[], false, &catalog(&["x"])),
            Basis::Drift(_)
        ));
        assert_eq!(basis(now(), &one, false, &catalog(&["x"])), Basis::Proven);
        let Basis::Drift(differences) = basis(now(), &one, false, &catalog(&["x", "y"])) else {
            panic!("a label that no migration made is drift");
        };
        assert_eq!(
            differences,
            ["enum public.mood: labels: expected x; found x, y"]
        );
        assert_eq!(
            basis(Claim::Later, &one, false, &catalog(&["y"])),
            Basis::Claimed
        );
        assert!(matches!(
            basis(nothing(), &one, false, &catalog(&["x"])),
            Basis::Unknown(_)
        ));
        assert!(matches!(
            basis(nothing(), &[], true, &catalog(&["x"])),
            Basis::Unknown(_)
        ));
    }
}
