//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

/// The commands of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Apply what is pending, then bring the snapshot up to date
    Migrate(Migrate),
    /// Make the next numbered file in migrations/
    NewMigration(NewMigration),
    /// Make numbered files of another tool's folder: dbmate, goose, golang-migrate, sqlx, refinery, Diesel, tern, Flyway, Prisma
    Import(Import),
    /// Show what is applied, pending, changed and missing; writes nothing
    Status(Status),
    /// Name what the database holds that no migration made, and what it lacks; writes nothing
    Drift(Drift),
    /// Check engine, container, port, credentials, TimescaleDB, tables and migrations
    Doctor(Doctor),
    /// Run a command with DATABASE_URL set to the migrated database
    WithDb(WithDb),
    /// Open psql on the target
    Psql(Psql),
    /// Drop and recreate the database, then migrate (development only)
    Reset(Reset),
    /// Compare the speed of the commands with psql's and with what is promised
    Bench(Bench),
}

impl Command {
    /// Whether standard output belongs to one JSON document.
    pub fn wants_json(&self) -> bool {
        match self {
            Command::Migrate(args) => args.json,
            Command::Status(args) => args.json,
            Command::Drift(args) => args.json,
            Command::Doctor(args) => args.json,
            _ => false,
        }
    }
}

/// Which database.
#[derive(Args, Clone, Default)]
pub struct TargetArgs {
    /// compose, embedded or a database URL [default: DATABASE_URL, else compose where a Docker engine answers, else embedded]
    #[arg(long, value_name = "TARGET")]
    pub target: Option<String>,
}

/// What the database stands on.
#[derive(Args, Clone, Default)]
pub struct ModeArgs {
    /// Do without TimescaleDB: hypertables become plain tables and continuous aggregates views [default: where the embedded server has no TimescaleDB]
    #[arg(long)]
    pub plain: bool,
}

/// Which migrations.
#[derive(Args, Clone)]
pub struct SourceArgs {
    /// The folder of the migration files [default: migrations]
    #[arg(long, value_name = "DIR")]
    pub migrations: Option<PathBuf>,
}

/// What becomes of the snapshot.
#[derive(Args, Clone)]
pub struct SnapshotArgs {
    /// The snapshot to bring up to date [default: analytics-schema/schema.json]
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
    /// Leave the snapshot alone
    #[arg(long, conflicts_with = "snapshot")]
    pub no_snapshot: bool,
}

#[derive(Args)]
pub struct Migrate {
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub mode: ModeArgs,
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub snapshot: SnapshotArgs,
    /// Only check the snapshot: exit 3 when it is not what the database holds, or when migrations are pending; apply them only to an empty database
    #[arg(long, conflicts_with = "no_snapshot")]
    pub frozen: bool,
    /// Apply this migration alone; it must be the next one
    #[arg(long, value_name = "NNN", conflicts_with = "to")]
    pub only: Option<u32>,
    /// Apply up to and including this migration
    #[arg(long, value_name = "NNN")]
    pub to: Option<u32>,
    /// Take over a database that has the schema of the migrations up to this one already: they are recorded, and not run
    #[arg(long, value_name = "NNN", conflicts_with = "only")]
    pub baseline: Option<u32>,
    /// Apply the same files to every schema whose name matches, each with a history of its own, and leave the snapshot alone: `tenant_*`, `tenant_?`, `"Exact name"`, as for psql's \dn
    #[arg(long, value_name = "PATTERN", conflicts_with_all = ["frozen", "baseline", "snapshot"])]
    pub each_schema: Option<String>,
    /// Print the steps that would run, and run nothing: exit 3 when one is known to be refused by the server; most errors show only in a run
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
    /// Re-run the statement whose outcome an interrupted run left unknown; no effect where there is none
    #[arg(long, conflicts_with = "done")]
    pub redo: bool,
    /// Record that statement as done; no effect where there is none
    #[arg(long)]
    pub done: bool,
    /// Print one JSON document on standard output; all else goes to standard error
    #[arg(long)]
    pub json: bool,
}

/// How long statements and runners wait.
#[derive(Args, Clone)]
pub struct Waits {
    /// Seconds that one attempt of a statement waits for a lock; others queue up behind it as long
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = timeout, allow_negative_numbers = true)]
    pub lock_timeout: Duration,
    /// Seconds to wait for locks over all attempts, and for another runner
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds, allow_negative_numbers = true)]
    pub patience: Duration,
    /// Seconds that a statement may take [default: as long as it takes]
    #[arg(long, value_name = "SECONDS", value_parser = timeout, allow_negative_numbers = true)]
    pub statement_timeout: Option<Duration>,
}

/// The longest time that the server takes for a timeout, which it counts in milliseconds.
const LONGEST: f64 = 2_147_483.0;

/// Seconds, which may have a fraction.
fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Err(_) => Err("not a number of seconds".to_owned()),
        Ok(seconds) if !(0.0..=LONGEST).contains(&seconds) => {
            Err(format!("must be from 0 to {LONGEST}"))
        }
        Ok(seconds) => Ok(Duration::from_secs_f64(seconds)),
    }
}

/// Seconds that may not be 0, which PostgreSQL takes for no limit.
fn timeout(text: &str) -> Result<Duration, String> {
    let duration = seconds(text)?;
    match duration.is_zero() {
        true => Err(format!("must be more than 0, up to {LONGEST}")),
        false => Ok(duration),
    }
}

#[derive(Args)]
pub struct NewMigration {
    /// What the migration does, in a few words: add user segments
    #[arg(required = true)]
    pub words: Vec<String>,
    #[command(flatten)]
    pub source: SourceArgs,
    /// Open the new file in $EDITOR
    #[arg(long)]
    pub edit: bool,
}

#[derive(Args)]
pub struct Import {
    /// The folder of the other tool's files, which are left alone
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// The tool, where the folder does not show it
    #[arg(long, value_name = "TOOL", value_enum)]
    pub from: Option<crate::import::Tool>,
    #[command(flatten)]
    pub source: SourceArgs,
}

#[derive(Args)]
pub struct Status {
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub source: SourceArgs,
    /// Show how far each schema is whose name matches, as `migrate --each-schema` takes it
    #[arg(long, value_name = "PATTERN")]
    pub each_schema: Option<String>,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Drift {
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub source: SourceArgs,
    /// The snapshot to compare with where it is that of what is applied [default: analytics-schema/schema.json]
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Doctor {
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub source: SourceArgs,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct WithDb {
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub mode: ModeArgs,
    #[command(flatten)]
    pub source: SourceArgs,
    /// The command and its arguments, after `--`
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<OsString>,
}

#[derive(Args)]
pub struct Psql {
    #[command(flatten)]
    pub target: TargetArgs,
    /// Arguments for psql, after `--`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<OsString>,
}

#[derive(Args)]
pub struct Reset {
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub mode: ModeArgs,
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub snapshot: SnapshotArgs,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// The database's name, typed out: needed when its host is not this machine
    #[arg(long, value_name = "NAME")]
    pub database: Option<String>,
}

#[derive(Args)]
pub struct Bench {
    /// What to measure [default: everything]
    #[arg(value_enum)]
    pub what: Option<crate::bench::What>,
    /// How often each time is taken; the median counts
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub runs: u32,
}
