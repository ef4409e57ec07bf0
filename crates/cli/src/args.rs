//! The arguments that several commands share.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

/// Which database.
#[derive(Args, Clone, Default)]
pub struct TargetArgs {
    /// compose, embedded or a database URL [default: DATABASE_URL, else compose if a Docker engine answers, else embedded]
    #[arg(long, value_name = "TARGET")]
    pub target: Option<String>,
}

/// With or without TimescaleDB.
#[derive(Args, Clone, Default)]
pub struct ModeArgs {
    /// Run without TimescaleDB: hypertables become plain tables, continuous aggregates become views [default: only if the embedded server has no TimescaleDB]
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

/// What happens to the snapshot.
#[derive(Args, Clone)]
pub struct SnapshotArgs {
    /// The snapshot file to update [default: schema.json of the schema crate]
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
    /// Neither compare nor write the snapshot
    #[arg(long, conflicts_with = "snapshot")]
    pub no_snapshot: bool,
}

/// How long statements and runners wait.
#[derive(Args, Clone)]
pub struct Waits {
    /// Seconds that one attempt of a statement waits for a lock; other sessions queue behind it for as long
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = timeout, allow_negative_numbers = true)]
    pub lock_timeout: Duration,
    /// Seconds to wait for locks over all attempts, and for another run to finish
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds, allow_negative_numbers = true)]
    pub patience: Duration,
    /// Seconds that a statement may take [default: no limit]
    #[arg(long, value_name = "SECONDS", value_parser = timeout, allow_negative_numbers = true)]
    pub statement_timeout: Option<Duration>,
}

/// The longest time that the server takes for a timeout, which it counts in milliseconds.
const LONGEST: f64 = 2_147_483.0;

/// Seconds, which may have a fraction.
pub fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Err(_) => Err("not a number of seconds".to_owned()),
        Ok(seconds) if !(0.0..=LONGEST).contains(&seconds) => {
            Err(format!("must be from 0 to {LONGEST}"))
        }
        Ok(seconds) => Ok(Duration::from_secs_f64(seconds)),
    }
}

/// Seconds that must not be 0, which means no limit to PostgreSQL.
pub fn timeout(text: &str) -> Result<Duration, String> {
    let duration = seconds(text)?;
    if duration.is_zero() {
        Err(format!("must be more than 0, up to {LONGEST}"))
    } else {
        Ok(duration)
    }
}
