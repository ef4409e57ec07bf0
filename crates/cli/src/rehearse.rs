//! `cargo xtask rehearse`: the migrations that are new run on scratch databases with rows, and what each statement does is measured. The
//! project's own database is not touched.

mod choice;
mod claim;
mod course;
mod cut;
mod databases;
mod ground;
mod live;
mod locks;
mod look;
mod measure;
mod measured;
mod production;
mod release;
mod report;
mod rows;
mod show;
mod trials;

use std::process::ExitCode;

use catalog::Catalog;
use migrator::plan::Migration;
use migrator::run::Options;
use serde_json::json;

use crate::args::{ModeArgs, SourceArgs};
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;
use crate::snapshot::Included;
use course::{Course, Courses};
use databases::{Database, Scratch};
use ground::Ground;
use live::Live;
use release::Release;
use report::Rehearsal;
use rows::Filled;

/// Run new migrations on a scratch database with rows: what each statement locks, rewrites and breaks
#[derive(clap::Args)]
pub struct Rehearse {
    /// Rehearse the migrations after this one [default: from the first one on that is new or changed against the main branch]
    #[arg(long, value_name = "NNN")]
    pub after: Option<u32>,
    /// Rehearse what is pending in this database, with at most as many rows as it has, and estimate times for it; it is only read
    #[arg(long, value_name = "URL", conflicts_with = "after")]
    pub from: Option<String>,
    /// How many rows each table gets
    #[arg(long, value_name = "N", default_value_t = 50_000)]
    pub rows: u64,
    /// Other rows for another number, the same for the same
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// A server where scratch databases may be created, such as a service of CI [default: a private server of the installed PostgreSQL]
    #[arg(long, value_name = "URL")]
    pub scratch: Option<String>,
    #[command(flatten)]
    pub mode: ModeArgs,
    #[command(flatten)]
    pub source: SourceArgs,
    /// Print a comment for a pull request
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub json: bool,
}

/// The rows of each table where only what happens counts, and not how long it takes.
const FEW: u64 = 2_000;
/// How many differences are shown.
const MOST_DRIFT: usize = 5;

pub fn run(project: &Project, args: &Rehearse, screen: &mut Screen) -> Result<ExitCode, Failure> {
    let dir = project.migrations_dir(args.source.migrations.as_deref())?;
    let migrations = project.migrations(args.source.migrations.as_deref())?;
    let included = Included::of(project)?.schemas;
    let live = args.from.as_deref();
    let live = live.map(|url| Live::read(project, url, &migrations, &included));
    let live = live.transpose()?;
    let choice = match &live {
        Some(live) => live.choice.clone(),
        None => choice::choose(args.after, &dir, &migrations)?,
    };
    if choice.before == migrations.len() {
        screen.line(format!(
            "nothing to rehearse: {} (--after NNN rehearses those after it)",
            match &live {
                Some(live) => format!("every migration is applied in {}", live.shown),
                None => choice.why,
            }
        ));
        screen.document(&json!({"migrations": [], "errors": 0}));
        return Ok(ExitCode::SUCCESS);
    }
    let rehearsed = titles(&migrations[choice.before..]);
    screen.progress(format!("rehearsing {rehearsed}: {}", choice.why));
    let scratch = match &args.scratch {
        Some(url) => Scratch::at(url)?,
        None => Scratch::private()?,
    };
    let ground = Ground {
        scratch: &scratch,
        migrations: &migrations,
        before: choice.before,
        options: Options {
            mode: scratch.mode(args.mode.plain)?,
            history: project.history()?,
            ..Options::default()
        },
        included: &included,
    };
    let mut rehearsal = rehearse(project, &ground, args, live.as_ref(), screen)?;
    rehearsal.why = choice.why;
    if args.markdown {
        screen.as_it_is(&show::markdown(&rehearsal));
    } else {
        screen.lines(show::text(&rehearsal));
    }
    screen.document(&show::document(&rehearsal));
    Ok(if rehearsal.errors() > 0 {
        Code::Found.into()
    } else {
        ExitCode::SUCCESS
    })
}

fn rehearse(
    project: &Project,
    ground: &Ground<'_>,
    args: &Rehearse,
    live: Option<&Live>,
    screen: &mut Screen,
) -> Result<Rehearsal, Failure> {
    let before = range(&ground.migrations[..ground.before]);
    screen.progress(format!("filling a scratch database: {before}"));
    let bare = ground.bare()?;
    ground.scratch.keep_roles()?;
    let remarks = match live {
        Some(live) => remarks(live, &ground.catalog(&mut bare.connect()?)?),
        None => Vec::new(),
    };
    let few = Filled::new(ground, &bare, args.rows.min(FEW), args.seed, live)?;
    let many = Filled::new(ground, &bare, args.rows, args.seed, live)?;
    let snapshot = project.snapshot_file(None)?;
    let release = Release::new(ground, &few.database.config(), &snapshot, project.root())?;

    screen.progress("measuring each statement");
    let courses = Courses {
        few: Course::run(ground, &few.database, Some(&release))?,
        many: Course::run(ground, &many.database, None)?,
    };
    let works = courses.works();
    let passes_when_empty = works < ground.rehearsed().len() && passes(ground, &bare)?;
    let migrations = courses.merged(ground.rehearsed(), (&few, &many), passes_when_empty);
    let mut rehearsal = Rehearsal {
        scratch: format!("{}, {before}, {}", ground.scratch.shown, many.shown()),
        why: String::new(),
        remarks,
        without_rows: many.without_rows,
        migrations,
        untried: None,
        trials: Vec::new(),
        queries: release.queries(),
    };
    if works == 0 {
        let why = "errors, kills and second runs, because the first migration is refused";
        rehearsal.untried = Some(why.to_owned());
        return Ok(rehearsal);
    }
    let ground = &ground.with(works);
    let end = match trials::undisturbed(ground, &few.database)? {
        Ok(end) => end,
        Err(stopped) => {
            rehearsal.trials.push(stopped);
            return Ok(rehearsal);
        }
    };
    rehearsal.trials.push(trials::empty(ground, &bare, &end)?);
    screen.progress("failing after each statement");
    rehearsal
        .trials
        .push(trials::rollback(ground, &few.database, &end)?);
    screen.progress("killing at each step");
    rehearsal
        .trials
        .push(trials::cut(ground, &few.database, &end)?);
    rehearsal.trials.push(trials::again(ground, &few.database)?);
    Ok(rehearsal)
}

/// What a person should know about the database that they are meant for, which should hold what is `made` here.
fn remarks(live: &Live, made: &Catalog) -> Vec<String> {
    let drift = live.drift(made);
    let first = drift.iter().take(MOST_DRIFT);
    let mut remarks = live.remarks.clone();
    remarks.extend(first.map(|it| format!("{} differs: {it}", live.shown)));
    if let Some(more @ 1..) = drift.len().checked_sub(MOST_DRIFT) {
        remarks.push(format!(
            "and {more} more: `cargo xtask drift --target URL` lists all"
        ));
    }
    remarks
}

/// `001 to 003 applied`
fn range(migrations: &[Migration]) -> String {
    match migrations {
        [] => "no migration applied".to_owned(),
        [only] => format!("{:03} applied", only.file.version),
        [first, .., last] => {
            format!(
                "{:03} to {:03} applied",
                first.file.version, last.file.version
            )
        }
    }
}

/// `004_segments` or `004 to 006`
fn titles(migrations: &[Migration]) -> String {
    match migrations {
        [] => String::new(),
        [only] => only.file.title(),
        [first, .., last] => format!("{:03} to {:03}", first.file.version, last.file.version),
    }
}

/// Whether a database without rows takes all of the migrations.
fn passes(ground: &Ground<'_>, bare: &Database<'_>) -> Result<bool, Failure> {
    let copy = ground.scratch.copy(bare)?;
    Ok(ground
        .apply(&mut copy.connect()?, ground.migrations)
        .is_ok())
}
