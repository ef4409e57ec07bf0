//! `cargo xtask status`: what is applied, pending, changed and missing. Writes nothing.

use std::process::ExitCode;

use migrator::history::{History, Row};
use migrator::plan::{self, Comparison, Migration, Mismatch, State};
use migrator::run;
use serde_json::{Value, json};

use crate::args::{SourceArgs, TargetArgs};
use crate::drift::brief::{self, Brief};
use crate::explain;
use crate::failure::{Code, Failure};
use crate::migrate::each_schema;
use crate::migrate::show_mode;
use crate::project::Project;
use crate::screen::{Screen, one_line};
use crate::snapshot::{self, Included};
use crate::target;
use crate::words::count;

/// List applied, pending, changed and missing migrations; writes nothing
#[derive(clap::Args)]
pub struct Status {
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub source: SourceArgs,
    /// Show the state of every schema whose name matches; patterns are those of `migrate --each-schema`
    #[arg(long, value_name = "PATTERN")]
    pub each_schema: Option<String>,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub json: bool,
}

pub fn run(project: &Project, args: &Status, screen: &mut Screen) -> Result<ExitCode, Failure> {
    if let Some(pattern) = &args.each_schema {
        return each_schema::status(project, args, pattern, screen);
    }
    let migrations = project.migrations(args.source.migrations.as_deref())?;
    let chosen = target::choose(project, &args.target)?;
    let mut has_paused_jobs = false;
    let mut drift = None;
    let history = match chosen.look(screen)? {
        Some(mut session) => {
            let probe = Some(catalog::probe_query());
            let report = run::read(&mut *session.link, &project.history()?, probe)
                .map_err(|error| explain::run(&error, &migrations))?;
            screen.line(chosen.headline(Some(&report.facts)));
            show_mode(report.facts.is_plain, screen);
            report
                .check_elsewhere(&migrations)
                .map_err(|error| explain::run(&error, &migrations))?;
            if let Some(foreign) = &report.foreign {
                screen.line(foreign);
            }
            let included = Included::of(project)?;
            let checked =
                snapshot::check_schemas(&mut *session.link, &included, &migrations, &report.facts);
            if let Err(failure) = checked {
                screen.line(format!("warning: {}", failure.diagnostic.message));
            }
            has_paused_jobs = report.facts.has_paused_jobs;
            if has_paused_jobs {
                screen.line(PAUSED_JOBS);
            }
            drift = Some(brief::look(
                project,
                &mut *session.link,
                &migrations,
                &report,
            ));
            report.history
        }
        None => {
            screen.line(chosen.headline(None));
            screen.line("it is not running: `cargo xtask migrate` starts it");
            History::default()
        }
    };
    let migrations = plan::fit(&migrations, &history);
    let overview = Overview::of(&migrations, &history);
    screen.lines(overview.render());
    if let Some(drift) = drift.as_ref().filter(|drift| drift.is_news()) {
        screen.line(drift_line(drift));
    }
    let mut document = overview.document(has_paused_jobs);
    document["drift"] = drift.as_ref().map_or(Value::Null, Brief::document);
    screen.document(&document);
    Ok(if overview.is_clean() {
        ExitCode::SUCCESS
    } else {
        Code::Found.into()
    })
}

/// Drift is no matter of this command's exit status: what is applied is what it was asked for.
fn drift_line(drift: &Brief) -> String {
    let next = match drift {
        Brief::Compared { differences: 0, .. } | Brief::NothingToCompare(_) => "",
        Brief::Compared { differences: 1, .. } => ": `cargo xtask drift` names it",
        Brief::Compared { .. } => ": `cargo xtask drift` names them",
        Brief::NotSaid { .. } | Brief::Failed(_) => "; `cargo xtask drift` compares",
    };
    format!("drift    {drift}{next}")
}

/// Printed if a run left its table of paused jobs, or is still running.
const PAUSED_JOBS: &str = "background jobs are paused by a run that was interrupted or is still running: the next `cargo xtask migrate` \
    resumes them";

/// Every migration's state, with what does not fit.
pub struct Overview<'a> {
    lines: Vec<Line<'a>>,
    mismatches: Vec<Mismatch>,
}

struct Line<'a> {
    version: u32,
    name: &'a str,
    state: &'static str,
    row: Option<&'a Row>,
}

impl<'a> Overview<'a> {
    pub fn of(migrations: &'a [Migration], history: &'a History) -> Overview<'a> {
        let Comparison { states, mismatches } = plan::compare(migrations, history);
        let known = migrations
            .iter()
            .zip(&states)
            .map(|(migration, state)| Line {
                version: migration.file.version,
                name: &migration.file.name,
                state: match state {
                    State::Pending => "pending",
                    State::Half { .. } => "half applied",
                    State::Applied => "applied",
                    State::Changed => "changed",
                },
                row: history.row(migration.file.version),
            });
        let has_file = |row: &&Row| migrations.iter().any(|m| m.file.version == row.version);
        let missing = history
            .rows
            .iter()
            .filter(|row| !has_file(row))
            .map(|row| Line {
                version: row.version,
                name: &row.name,
                state: "missing",
                row: Some(row),
            });
        let mut lines: Vec<Line<'a>> = known.chain(missing).collect();
        lines.sort_by_key(|line| line.version);
        Overview { lines, mismatches }
    }

    /// Whether everything is applied and nothing changed since.
    pub fn is_clean(&self) -> bool {
        self.mismatches.is_empty() && self.lines.iter().all(|line| line.state == "applied")
    }

    /// The table for people, with a line that counts and what to do about each mismatch.
    pub fn render(&self) -> String {
        let width = self
            .lines
            .iter()
            .map(|line| line.name.len())
            .max()
            .unwrap_or(0);
        let mut lines: Vec<String> = self.lines.iter().map(|line| line.render(width)).collect();
        lines.push(self.summary());
        for mismatch in &self.mismatches {
            lines.push(
                explain::mismatch(mismatch)
                    .to_string()
                    .trim_end()
                    .to_owned(),
            );
        }
        lines.join("\n")
    }

    /// `3 applied, 1 pending`
    pub fn summary(&self) -> String {
        let parts: Vec<String> = ["applied", "half applied", "pending", "changed", "missing"]
            .into_iter()
            .filter_map(|state| {
                let number = self.lines.iter().filter(|line| line.state == state).count();
                (number > 0).then(|| format!("{number} {state}"))
            })
            .collect();
        parts.join(", ")
    }

    pub fn document(&self, has_paused_jobs: bool) -> Value {
        let migrations: Vec<Value> = self.lines.iter().map(Line::document).collect();
        let mismatches: Vec<String> = self.mismatches.iter().map(Mismatch::to_string).collect();
        json!({
            "clean": self.is_clean(),
            "migrations": migrations,
            "mismatches": mismatches,
            "paused_jobs": has_paused_jobs,
        })
    }
}

impl Line<'_> {
    fn render(&self, width: usize) -> String {
        let mut line = format!(
            "  {:03} {:width$}  {:<12}",
            self.version,
            one_line(self.name),
            self.state
        );
        match self.row {
            Some(row) if row.is_applied() => {
                let at = row.applied_at.as_deref().unwrap_or("?");
                line += &format!("  {at} UTC by {}", one_line(&row.applied_by));
                if let Some(duration) = row.duration_ms {
                    line += &format!(", {duration} ms");
                }
            }
            Some(row) => {
                line += &format!("  {} of {} done", row.steps_done, count(row.steps, "step"));
            }
            None => {}
        }
        line.trim_end().to_owned()
    }

    fn document(&self) -> Value {
        json!({
            "version": self.version,
            "name": self.name,
            "state": self.state.replace(' ', "_"),
            "steps": self.row.map(|row| row.steps),
            "steps_done": self.row.map(|row| row.steps_done),
            "applied_at": self.row.and_then(|row| row.applied_at.clone()),
            "applied_by": self.row.map(|row| row.applied_by.clone()),
            "duration_ms": self.row.and_then(|row| row.duration_ms),
        })
    }
}
