//! `cargo xtask drift`: what the database holds that no applied migration made, and what it lacks. Writes nothing.

pub mod brief;
pub mod made_by;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use catalog::{Catalog, Difference, DifferenceKind, ObjectKind};
use migrator::history::History;
use migrator::plan::{self, Comparison, Migration, State};
use migrator::run::{self, Report};
use serde_json::{Value, json};

use crate::args::{SourceArgs, TargetArgs};
use crate::explain;
use crate::failure::{Code, Failure};
use crate::keeper::expected::{self, Expected, Source};
use crate::migrate::{show_mode, target_json};
use crate::project::Project;
use crate::screen::Screen;
use crate::snapshot::{self, Committed, Included};
use crate::target::{self, Chosen, Session};
use crate::words::count;

use made_by::{MadeBy, Makers};

/// List the differences between the database and what its migrations make; writes nothing
#[derive(clap::Args)]
pub struct Drift {
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub source: SourceArgs,
    /// The snapshot to compare with, if it describes exactly what is applied [default: schema.json of the schema crate]
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub json: bool,
}

pub fn run(project: &Project, args: &Drift, screen: &mut Screen) -> Result<ExitCode, Failure> {
    let migrations = project.migrations(args.source.migrations.as_deref())?;
    let chosen = target::choose(project, &args.target)?;
    let Some(mut session) = chosen.look(screen)? else {
        return Err(not_running(&chosen));
    };
    let report = read(project, &chosen, &mut session, &migrations, screen)?;
    let states = States::of(&migrations, &report.history);
    if let Some(line) = states.line() {
        screen.line(line);
    }
    let link = &mut *session.link;
    let included = Included::of(project)?;
    snapshot::check_schemas(link, &included, &migrations, &report.facts)
        .map_err(|failure| failure.state("nothing was compared"))?;
    let schemas = included.schemas;
    let found = snapshot::introspect(link, &report.facts, &schemas, report.extra.as_ref())?;
    let path = project.snapshot_file(args.snapshot.as_deref())?;
    let shown = project.shown(&path);
    let committed = Committed::read(&path);
    let expected = match expected::said(&committed, shown, &migrations, &report.history) {
        Ok(said) => said.expected(&found),
        Err(why) => {
            screen.progress(format!(
                "{} does not describe what is applied: {why}",
                shown.display()
            ));
            expected::made(link, &report, &schemas, &migrations, &found, screen)?
        }
    };
    let differences = between(&expected.catalog, &found);
    if !differences.is_empty()
        && expected::is_overtaken(link, &project.history()?, &report.history)?
    {
        return Err(overtaken());
    }
    let default_schema = report.facts.current_schema.as_deref();
    let history = &report.history;
    let makers = Makers::read(&migrations, history, default_schema, &expected.catalog);
    let differences: Vec<Found> = differences
        .into_iter()
        .map(|difference| Found {
            made_by: makers.as_ref().and_then(|makers| makers.of(&difference)),
            difference,
        })
        .collect();
    show(&expected, &differences, &report, screen);
    let mut document = document(&expected.source, &differences);
    document["target"] = target_json(&chosen, &report);
    document["migrations"] = states.document();
    screen.document(&document);
    Ok(if differences.is_empty() {
        ExitCode::SUCCESS
    } else {
        Code::Found.into()
    })
}

/// A difference, and where what it is about was made, as far as that is certain.
struct Found {
    difference: Difference,
    made_by: Option<MadeBy>,
}

/// The database's facts; shows which database it is.
fn read(
    project: &Project,
    chosen: &Chosen,
    session: &mut Session,
    migrations: &[Migration],
    screen: &mut Screen,
) -> Result<Report, Failure> {
    let explained = |error| explain::run(&error, migrations);
    let probe = Some(catalog::probe_query());
    let report = run::read(&mut *session.link, &project.history()?, probe).map_err(explained)?;
    screen.target(&chosen.headline(Some(&report.facts)));
    show_mode(report.facts.is_plain, screen);
    report.check_elsewhere(migrations).map_err(explained)?;
    match &report.foreign {
        Some(foreign) => Err(explained(run::Error::OtherTool(Box::new(foreign.clone())))),
        None => Ok(report),
    }
}

/// There is nothing to compare.
fn not_running(chosen: &Chosen) -> Failure {
    let message = format!(
        "{} is not running, so there is nothing to compare",
        chosen.target.name()
    );
    Failure::new(Code::Unreachable, message).next("`cargo xtask migrate` starts it")
}

/// What was read is of two moments.
fn overtaken() -> Failure {
    let message = "another run changed the database while it was compared";
    Failure::new(Code::Failed, message).next("run the command again")
}

/// What differs, by object; what only follows from something else that differs is left out.
pub fn between(expected: &Catalog, found: &Catalog) -> Vec<Difference> {
    let mut differences = catalog::diff(expected, found);
    let proofs_of_views: Vec<bool> = differences
        .iter()
        .map(|it| is_proof_of_view(it, expected))
        .collect();
    // Whether a column of a view can be null follows from the view's definition and the columns that it reads.
    if proofs_of_views.contains(&false) {
        let mut is_proof = proofs_of_views.iter();
        differences.retain(|_| is_proof.next() == Some(&false));
    }
    differences.sort_by(|a, b| key(a).cmp(&key(b)));
    differences
}

fn is_proof_of_view(difference: &Difference, catalog: &Catalog) -> bool {
    let subject = &difference.subject;
    let is_table = catalog
        .tables
        .iter()
        .any(|it| Some(&it.schema) == subject.schema.as_ref() && it.name == subject.name);
    subject.kind == ObjectKind::Column
        && !is_table
        && difference.kind
            == (DifferenceKind::Changed {
                property: table::NEVER_NULL,
            })
}

/// Sorts the parts of a relation after it.
fn key(difference: &Difference) -> impl Ord + '_ {
    let subject = &difference.subject;
    let relation = subject.of.as_ref().unwrap_or(&subject.name);
    let is_part = subject.of.is_some() || subject.column.is_some();
    let schema = subject.schema.as_ref();
    (schema, relation, is_part, subject.kind, &difference.object)
}

fn show(expected: &Expected, differences: &[Found], report: &Report, screen: &mut Screen) {
    let source = &expected.source;
    if differences.is_empty() {
        return screen.line(no_drift(source));
    }
    let default_schema = report.facts.current_schema.as_deref();
    for line in table::lines(differences, default_schema) {
        screen.line(line);
    }
    let theirs = report.facts.server_version.split('.').next();
    if let (Source::Cluster { major, .. }, Some(theirs)) = (source, theirs)
        && major != theirs
    {
        screen.line(format!(
            "the private cluster is PostgreSQL {major}, the database is {theirs}: they may print the same definition differently"
        ));
    }
    screen.line(format!(
        "{} from {source}; nothing was written",
        count(differences.len(), "difference")
    ));
    screen.line(match source {
        Source::Nothing => {
            "next: `cargo xtask migrate --baseline NNN` takes over a database that already has the schema of the migrations up to NNN"
        }
        _ => {
            "next: put each into a migration, or undo it; in development `cargo xtask reset` recreates the database"
        }
    });
}

/// The line that reports no drift.
pub fn no_drift(source: &Source) -> String {
    match source {
        Source::Nothing => {
            "no drift: no migration is applied, and the database holds nothing".to_owned()
        }
        source => format!("no drift: compared with {source}"),
    }
}

/// Its part of the JSON document.
fn document(source: &Source, differences: &[Found]) -> Value {
    let differences: Vec<Value> = differences.iter().map(difference_json).collect();
    json!({
        "drift": !differences.is_empty(),
        "compared_with": source.to_string(),
        "differences": differences,
    })
}

fn difference_json(found: &Found) -> Value {
    let Found {
        difference,
        made_by,
    } = found;
    let subject = &difference.subject;
    let (change, property) = match difference.kind {
        DifferenceKind::Missing => ("missing", None),
        DifferenceKind::Extra => ("extra", None),
        DifferenceKind::Changed { property } => ("changed", Some(property)),
    };
    json!({
        "object": difference.object,
        "kind": subject.kind.to_string(),
        "schema": subject.schema,
        "name": subject.name,
        "of": subject.of,
        "column": subject.column,
        "arguments": subject.arguments,
        "change": change,
        "property": property,
        "expected": difference.expected,
        "actual": difference.actual,
        "made_by": made_by.as_ref().map(MadeBy::document),
    })
}

/// Where the migrations stand that are not simply applied.
struct States {
    applied: usize,
    half: Vec<String>,
    pending: Vec<String>,
    mismatches: Vec<String>,
}

impl States {
    fn of(migrations: &[Migration], history: &History) -> States {
        let migrations = plan::fit(migrations, history);
        let Comparison { states, mismatches } = plan::compare(&migrations, history);
        let mut found = States {
            applied: 0,
            half: Vec::new(),
            pending: Vec::new(),
            mismatches: mismatches.iter().map(ToString::to_string).collect(),
        };
        for (migration, state) in migrations.iter().zip(states) {
            let title = migration.file.title();
            match state {
                State::Applied => found.applied += 1,
                State::Half { steps_done } => {
                    let steps = count(migration.steps.len(), "step");
                    found
                        .half
                        .push(format!("{title} ({steps_done} of {steps} done)"));
                }
                State::Pending => found.pending.push(title),
                State::Changed => {}
            }
        }
        found
    }

    /// The line that names them, if there are any.
    fn line(&self) -> Option<String> {
        let mut parts = Vec::new();
        if self.applied == 0 && self.half.is_empty() && self.mismatches.is_empty() {
            parts.push("no migration is applied".to_owned());
        }
        let half = self.half.iter().map(|it| format!("{it} is half applied"));
        parts.extend(half);
        match &*self.pending {
            [] => {}
            [only] => parts.push(format!("{only} is pending")),
            [first, .., last] => parts.push(format!("{first} to {last} are pending")),
        }
        parts.extend(self.mismatches.iter().cloned());
        (!parts.is_empty()).then(|| format!("state    {}", parts.join("; ")))
    }

    fn document(&self) -> Value {
        json!({
            "applied": self.applied,
            "half_applied": self.half,
            "pending": self.pending,
            "mismatches": self.mismatches,
        })
    }
}
