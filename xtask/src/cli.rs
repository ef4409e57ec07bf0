//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// The commands of this repository.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
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
    /// Show what is applied, pending, changed and missing; writes nothing
    Status(Status),
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
    pub source: SourceArgs,
    #[command(flatten)]
    pub snapshot: SnapshotArgs,
    /// Only check the snapshot: exit 3 when it is not what the database holds
    #[arg(long, conflicts_with = "no_snapshot")]
    pub frozen: bool,
    /// Apply this migration alone; it must be the next one
    #[arg(long, value_name = "NNN", conflicts_with = "to")]
    pub only: Option<u32>,
    /// Apply up to and including this migration
    #[arg(long, value_name = "NNN")]
    pub to: Option<u32>,
    /// Print the steps that would run, and run nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Seconds to wait for another runner
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub lock_patience: u64,
    /// Print one JSON document on standard output; all else goes to standard error
    #[arg(long)]
    pub json: bool,
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
pub struct Status {
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub source: SourceArgs,
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
    pub source: SourceArgs,
    /// The command and its arguments, behind `--`
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<OsString>,
}

#[derive(Args)]
pub struct Psql {
    #[command(flatten)]
    pub target: TargetArgs,
    /// Arguments for psql, behind `--`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<OsString>,
}

#[derive(Args)]
pub struct Reset {
    #[command(flatten)]
    pub target: TargetArgs,
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
