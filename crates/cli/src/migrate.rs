//! `cargo xtask migrate`: apply what is pending, then bring the snapshot up to date.

mod baseline;
mod dry_run;
pub mod each_schema;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use catalog::Snapshot;
use migrator::history::Mode;
use migrator::link::Link;
use migrator::plan::{Migration, Selection};
use migrator::run::{self, Applied, Doubt, Event, Facts, Gate, Options, Report};
use serde_json::{Value, json};

use crate::args::{ModeArgs, SnapshotArgs, SourceArgs, TargetArgs, Waits};
use crate::check::pending::{Outcome, Pending};
use crate::explain;
use crate::failure::{Code, Failure};
use crate::generated;
use crate::keeper::{Keeper, Kept, Look};
use crate::project::Project;
use crate::screen::Screen;
use crate::show::Show;
use crate::signals::Interruption;
use crate::target::{self, Chosen, Session, Target};
use crate::words::count;

/// Apply pending migrations, then update the snapshot
#[derive(clap::Args)]
pub struct Migrate {
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub mode: ModeArgs,
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub snapshot: SnapshotArgs,
    /// Only check the snapshot: exit 3 if it differs from the database or if migrations are pending; applies migrations only to an empty database
    #[arg(long, conflicts_with = "no_snapshot")]
    pub frozen: bool,
    /// Apply this migration alone; it must be the next one
    #[arg(long, value_name = "NNN", conflicts_with = "to")]
    pub only: Option<u32>,
    /// Apply up to and including this migration
    #[arg(long, value_name = "NNN")]
    pub to: Option<u32>,
    /// Take over a database that already has the schema of the migrations up to this one: records them without running them
    #[arg(long, value_name = "NNN", conflicts_with = "only")]
    pub baseline: Option<u32>,
    /// Apply the same files to every schema whose name matches, each with its own history; the snapshot stays unchanged. Patterns are those of psql's \dn: `tenant_*`, `tenant_?`, `"Exact name"`
    #[arg(long, value_name = "PATTERN", conflicts_with_all = ["frozen", "baseline", "snapshot"])]
    pub each_schema: Option<String>,
    /// Print the steps that would run and what the check finds, and run nothing; exit 3 if the run would stop there. Most errors show only in a run
    #[arg(long)]
    pub dry_run: bool,
    /// Apply everything that is pending in one transaction, or nothing
    #[arg(long)]
    pub all_or_nothing: bool,
    /// Pause the background jobs that work on what the migrations touch, and resume them afterwards
    #[arg(long)]
    pub pause_jobs: bool,
    #[command(flatten)]
    pub waits: Waits,
    /// Re-run the statement whose outcome an interrupted run left unknown; no effect if there is none
    #[arg(long, conflicts_with = "done")]
    pub redo: bool,
    /// Record that statement as done; no effect if there is none
    #[arg(long)]
    pub done: bool,
    /// Apply what is pending although this rule of `cargo xtask check` finds an error in it; may be repeated
    #[arg(long, value_name = "RULE")]
    pub allow: Vec<String>,
    /// Print one JSON document on standard output; everything else goes to standard error
    #[arg(long)]
    pub json: bool,
}

pub fn run(project: &Project, args: &Migrate, screen: &mut Screen) -> Result<ExitCode, Failure> {
    if let Some(pattern) = &args.each_schema {
        return each_schema::run(project, args, pattern, screen);
    }
    if let Some(last) = args.baseline {
        return baseline::run(project, args, last, screen);
    }
    let mut chosen = target::choose(project, &args.target)?;
    if let Target::Url(url) = &chosen.target {
        url.begin_to_connect();
    }
    let migrations = project.migrations(args.source.migrations.as_deref())?;
    let mut options = options(args);
    options.history = project.history()?;
    let keeper = Keeper::new(project, &args.snapshot, args.frozen, options.selection)?;
    let check = Pending::new(project, &args.allow, options.selection)?;
    if args.dry_run {
        options.mode = chosen.mode(&args.mode)?;
        return dry_run::run(&chosen, &migrations, &options, &keeper, &check, screen);
    }
    keeper.check_folder(&migrations)?;
    let mut session = chosen.open(screen)?;
    options.mode = chosen.mode(&args.mode)?;
    let around = Around {
        check: Some(&check),
        baseline: None,
    };
    go_on(
        &chosen,
        &mut session,
        &migrations,
        &options,
        &keeper,
        around,
        screen,
    )
}

/// What comes with a run.
#[derive(Default)]
pub struct Around<'a> {
    /// The check of what is pending.
    pub check: Option<&'a Pending>,
    /// The document's part about a database that was taken over.
    pub baseline: Option<Value>,
}

/// Applies what is pending and keeps the snapshot.
pub fn run_on(
    chosen: &mut Chosen,
    migrations: &[Migration],
    mut options: Options,
    mode: &ModeArgs,
    keeper: &Keeper,
    screen: &mut Screen,
) -> Result<ExitCode, Failure> {
    let mut session = chosen.open(screen)?;
    // Behind that: compose may have given way to the embedded cluster.
    options.mode = chosen.mode(mode)?;
    go_on(
        chosen,
        &mut session,
        migrations,
        &options,
        keeper,
        Around::default(),
        screen,
    )
}

/// The same in a session that is open already.
pub fn go_on(
    chosen: &Chosen,
    session: &mut Session,
    migrations: &[Migration],
    options: &Options,
    keeper: &Keeper,
    around: Around<'_>,
    screen: &mut Screen,
) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let probe = keeper.probe();
    let mut look = Look::default();
    let mut checked = None;
    let mut gate = |link: &mut dyn Link, report: &Report| {
        let check = around.check.map(|it| it.check(migrations, &report.history));
        let is_refused = check.as_ref().is_some_and(Outcome::is_refused);
        checked = check;
        if is_refused {
            return false;
        }
        let mode = mode_of(options.mode, &report.facts);
        keeper.look(link, migrations, report, mode, &mut look)
    };
    let report = apply_gated(
        chosen, session, migrations, options, probe, &mut gate, screen,
    );
    if let Some(outcome) = checked {
        outcome.show(screen)?;
    }
    let report = report?;
    // Queries from here on are quick, and no second session watches any more.
    session.link.answer_within(target::LOOKING);
    if let Some(why) = look.unasked() {
        screen.line(why);
    }
    let kept = keeper
        .keep(session, migrations, &report, look)
        .map_err(|failure| explain::after(failure, &report.applied))?;
    conclude(
        &report,
        kept.as_ref(),
        &keeper.shown,
        started.elapsed(),
        screen,
    );
    if let Some(kept) = &kept {
        kept.show(&keeper.shown, screen);
    }
    let problems = match kept.as_ref().and_then(Kept::snapshot) {
        Some(snapshot) => keeper.problems(&snapshot.catalog, migrations, &report),
        None => Vec::new(),
    };
    let queries = keeper.keep_queries(chosen, session, &report, kept.as_ref())?;
    queries.show(screen);
    let mut document = document(chosen, &report, kept.as_ref());
    if !queries.document().is_null() {
        document["queries"] = queries.document();
    }
    if !problems.is_empty() {
        for line in generated::report(&problems) {
            screen.line(line);
        }
        document["problems"] = generated::document(&problems);
    }
    if let Some(baseline) = around.baseline {
        document["baseline"] = baseline;
    }
    screen.document(&document);
    Ok(match kept {
        Some(kept) if kept.is_found() || queries.is_found() || !problems.is_empty() => {
            Code::Found.into()
        }
        _ => ExitCode::SUCCESS,
    })
}

/// Applies everything that is pending to the target, showing each migration as it is done.
pub fn apply(
    chosen: &Chosen,
    session: &mut Session,
    migrations: &[Migration],
    options: &Options,
    screen: &mut Screen,
) -> Result<Report, Failure> {
    let gate = &mut |_: &mut dyn Link, _: &Report| true;
    apply_gated(chosen, session, migrations, options, None, gate, screen)
}

fn apply_gated(
    chosen: &Chosen,
    session: &mut Session,
    migrations: &[Migration],
    options: &Options,
    probe: Option<&str>,
    gate: Gate<'_>,
    screen: &mut Screen,
) -> Result<Report, Failure> {
    let width = migrations
        .iter()
        .map(|migration| migration.file.name.len())
        .max()
        .unwrap_or(0);
    let mode = options.mode;
    let interruption = Interruption::catch()?;
    let options = Options {
        interrupt: interruption.interrupt(),
        ..options.clone()
    };
    let mut show = Show::new(screen, width);
    show.is_whole = options.all_or_nothing;
    let mut done = explain::Done::new(options.all_or_nothing);
    let mut observe = |event: Event<'_>| {
        done.see(&event);
        match event {
            Event::Connected(facts) => {
                show.screen.target(&chosen.headline(Some(facts)));
                show_mode(is_plain(mode, facts), show.screen);
            }
            other => show.event(&other),
        }
    };
    let outcome = run::run_gated(
        &mut *session.link,
        migrations,
        &options,
        probe,
        gate,
        &mut observe,
    );
    outcome.map_err(|error| {
        let failure = chosen.restarts_by_itself(done.stopped(&error, migrations));
        match error {
            run::Error::Cut(_) | run::Error::Link(_) => chosen.why_it_went(failure),
            _ => failure,
        }
    })
}

/// The mode of a run in which this one was requested.
pub fn mode_of(requested: Mode, facts: &Facts) -> Mode {
    if is_plain(requested, facts) {
        Mode::Plain
    } else {
        Mode::TimescaleDb
    }
}

/// Whether a run is in plain mode: never in a database that has TimescaleDB, whatever was requested.
pub fn is_plain(mode: Mode, facts: &Facts) -> bool {
    facts.is_plain || (mode == Mode::Plain && facts.timescaledb.is_none())
}

/// Prints what differs in plain mode, of the run or of the database.
pub fn show_mode(is_plain: bool, screen: &mut Screen) {
    if is_plain {
        screen.line("mode     plain, without TimescaleDB: hypertables are plain tables, continuous aggregates are views");
    }
}

pub fn selection(args: &Migrate) -> Selection {
    match (args.only, args.to) {
        (Some(version), _) => Selection::Only(version),
        (None, Some(version)) => Selection::To(version),
        (None, None) => Selection::All,
    }
}

pub fn options(args: &Migrate) -> Options {
    Options {
        selection: selection(args),
        patience: args.waits.patience,
        lock_timeout: args.waits.lock_timeout,
        statement_timeout: args.waits.statement_timeout,
        all_or_nothing: args.all_or_nothing,
        pause_jobs: args.pause_jobs,
        in_doubt: match (args.redo, args.done) {
            (true, _) => Some(Doubt::Redo),
            (_, true) => Some(Doubt::Done),
            _ => None,
        },
        ..Options::default()
    }
}

/// `snapshot` is the file that was kept, as people see it.
fn conclude(
    report: &Report,
    kept: Option<&Kept>,
    snapshot: &Path,
    elapsed: Duration,
    screen: &mut Screen,
) {
    let written = match (kept, snapshot.file_name()) {
        (Some(Kept::Written(_)), Some(name)) => format!("; {} written", name.to_string_lossy()),
        _ => String::new(),
    };
    if kept.is_some_and(Kept::ended_the_run) {
        return;
    }
    if report.applied.is_empty() {
        let last = report.history.rows.last().map_or(String::new(), |row| {
            let at = row.applied_at.as_deref().unwrap_or("?");
            format!(", the last {:03} {} on {at}", row.version, row.name)
        });
        let applied = count(report.history.rows.len(), "migration");
        return screen.line(format!("nothing to do: {applied} applied{last}{written}"));
    }
    let applied = count(report.applied.len(), "migration");
    screen.line(format!(
        "applied {applied} in {:.1} s{written}",
        elapsed.as_secs_f64()
    ));
    if let Some(snapshot) = kept.and_then(Kept::snapshot) {
        screen.line(relations(snapshot));
    }
}

/// `7 relations: 3 tables (2 hypertables), 4 continuous aggregates`
fn relations(snapshot: &Snapshot) -> String {
    let catalog = &snapshot.catalog;
    let hypertables = catalog
        .tables
        .iter()
        .filter(|table| table.hypertable.is_some())
        .count();
    let mut parts = Vec::new();
    if !catalog.tables.is_empty() {
        let tables = count(catalog.tables.len(), "table");
        parts.push(match hypertables {
            0 => tables,
            _ => format!("{tables} ({})", count(hypertables, "hypertable")),
        });
    }
    if !catalog.views.is_empty() {
        parts.push(count(catalog.views.len(), "view"));
    }
    if !catalog.continuous_aggregates.is_empty() {
        parts.push(count(
            catalog.continuous_aggregates.len(),
            "continuous aggregate",
        ));
    }
    let total = catalog.tables.len() + catalog.views.len() + catalog.continuous_aggregates.len();
    if parts.is_empty() {
        "no relations".to_owned()
    } else {
        format!("{}: {}", count(total, "relation"), parts.join(", "))
    }
}

fn document(chosen: &Chosen, report: &Report, kept: Option<&Kept>) -> Value {
    let applied: Vec<Value> = report.applied.iter().map(applied_json).collect();
    let snapshot = kept.map(Kept::document);
    json!({
        "target": target_json(chosen, report),
        "applied": applied,
        "already_applied": report.history.rows.iter().filter(|row| row.is_applied()).count(),
        "snapshot": snapshot,
    })
}

/// The target as the JSON documents name it.
pub fn target_json(chosen: &Chosen, report: &Report) -> Value {
    json!({
        "name": chosen.target.name(),
        "why": chosen.why,
        "database": report.facts.database,
        "postgresql": report.facts.server_version,
        "timescaledb": report.facts.timescaledb,
    })
}

/// A migration that a run applied, as the JSON documents name it.
pub fn applied_json(applied: &Applied) -> Value {
    json!({
        "version": applied.version,
        "name": applied.name,
        "steps": applied.steps,
        "alone": applied.alone,
        "statements": applied.statements,
        "milliseconds": applied.elapsed.as_millis() as u64,
    })
}
