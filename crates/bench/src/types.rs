//! Rows written and read through the generated functions, beside what people would use instead: `BinaryCopyInWriter` and rows by position of
//! the crate `postgres`, and sqlx. And what generating and checking many tables costs.
//!
//! The programs are in `peers/`. They are built in a separate workspace, so that the peers are dependencies of nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use migrator::wire::Config;

use crate::cargo;
use crate::database::Database;
use crate::memory;
use crate::report::{Report, Verdict};
use crate::scratch::{self, Scratch};
use crate::stats::{Times, output, shown};

/// How many rows are written and read.
const ROWS: u64 = 100_000;
/// How many are read one at a time for the memory that it takes.
const MANY_ROWS: u64 = 1_000_000;
/// The most memory of that.
const MEMORY: u64 = 30_000_000;
/// What our processor time of writing may be, in that of `BinaryCopyInWriter`.
const WRITE: f64 = 0.4;
/// The same of the time by the clock.
const WRITE_CLOCK: f64 = 1.0;
/// What our time of writing may be, in that of sqlx's `UNNEST`.
const WRITE_SQLX: f64 = 1.0 / 3.0;
/// What our processor time of reading may be, in that of rows read by position.
const READ: f64 = 1.0;
/// The same in that of sqlx's `FromRow`.
const READ_SQLX: f64 = 0.67;

/// The indexes that would make the server's time hide the client's.
const DROP_INDEXES: &str = "DROP INDEX events_project_name_time_idx, events_project_user_time_idx, events_session_time_idx, events_properties_idx";

/// The manifest of the programs, but for the schema crate.
const MANIFEST: &str = r#"
chrono = { version = "0.4", default-features = false, features = ["std"] }
postgres = { version = "0.19", features = ["with-chrono-0_4", "with-serde_json-1", "with-uuid-1"] }
postgres-types = { version = "0.2", features = ["derive"] }
rust_decimal = { version = "1", default-features = false, features = ["std", "db-postgres"] }
serde_json = "1"
sqlx = { version = "0.8", default-features = false, features = ["chrono", "derive", "ipnetwork", "json", "macros", "postgres", "runtime-tokio", "rust_decimal", "uuid"] }
tokio = { version = "1", default-features = false, features = ["net", "rt", "time"] }
uuid = { version = "1", default-features = false }
"#;

/// Measures it all, as far as this machine has what it takes.
pub fn run(scratch: &Scratch, runs: usize, report: &mut Report) -> Result<()> {
    let database = match Database::create()? {
        Ok(database) => database,
        Err(why) => return report.skip("types", &why),
    };
    let peers = Peers {
        program: build(&scratch.folder("peers")?)?,
        url: database.direct().url,
        dir: scratch.project("types")?,
    };
    peers.migrate()?;
    peers.compare_writing(runs, report)?;
    peers.compare_reading(runs, report)?;
    peers.read_many(report)
}

/// The programs, built, and the database that they work on.
struct Peers {
    program: PathBuf,
    url: String,
    dir: PathBuf,
}

/// One measurement: the time by the clock, and of the client's processor.
#[derive(Clone, Copy)]
struct Taken {
    clock: Duration,
    processor: Duration,
}

impl Peers {
    fn migrate(&self) -> Result<()> {
        let mut command = scratch::command(cargo::release_xtask()?, &self.dir);
        command.env("DATABASE_URL", &self.url);
        command.args(["migrate", "--no-snapshot", "--migrations"]);
        output(command.arg(cargo::workspace().join("migrations")))?;
        self.query(DROP_INDEXES)
    }

    fn query(&self, sql: &str) -> Result<()> {
        Config::parse(&self.url)?.client()?.batch_execute(sql)?;
        Ok(())
    }

    fn compare_writing(&self, runs: usize, report: &mut Report) -> Result<()> {
        let ways = ["copy_in", "binary_copy_in_writer", "sqlx_unnest"];
        let [ours, writer, sqlx] =
            self.race("write", ways, runs, || self.query("TRUNCATE events"))?;
        let what = format!("{ROWS} rows written");
        line(
            report,
            &what,
            "processor",
            "BinaryCopyInWriter",
            [&ours.processor, &writer.processor],
            WRITE,
        )?;
        line(
            report,
            &what,
            "clock",
            "BinaryCopyInWriter",
            [&ours.clock, &writer.clock],
            WRITE_CLOCK,
        )?;
        line(
            report,
            &what,
            "processor",
            "sqlx UNNEST",
            [&ours.processor, &sqlx.processor],
            WRITE_SQLX,
        )?;
        line(
            report,
            &what,
            "clock",
            "sqlx UNNEST",
            [&ours.clock, &sqlx.clock],
            WRITE_SQLX,
        )
    }

    /// Reads what was written.
    fn compare_reading(&self, runs: usize, report: &mut Report) -> Result<()> {
        self.query("VACUUM ANALYZE events")?;
        let ways = ["all", "by_index", "sqlx_from_row"];
        let [ours, index, sqlx] = self.race("read", ways, runs, || Ok(()))?;
        let what = format!("{ROWS} rows read");
        line(
            report,
            &what,
            "processor",
            "rows by position",
            [&ours.processor, &index.processor],
            READ,
        )?;
        line(
            report,
            &what,
            "processor",
            "sqlx FromRow",
            [&ours.processor, &sqlx.processor],
            READ_SQLX,
        )
    }

    fn read_many(&self, report: &mut Report) -> Result<()> {
        for _ in 1..MANY_ROWS / ROWS {
            // Rows of other times: the key has the time.
            self.query(&format!(
                "INSERT INTO events (time, event_id, project_id, name, properties) \
                 SELECT max_time + i * interval '1 ms', gen_random_uuid(), gen_random_uuid(), 'page_view', '{{\"page\": 1}}' \
                 FROM generate_series(1, {ROWS}) AS i, (SELECT max(time) AS max_time FROM events) AS last"
            ))?;
        }
        let peak = memory::peak(&mut self.command("read", "iter"))?;
        report.memory(&format!("{MANY_ROWS} rows read by iter"), peak, MEMORY, "")
    }

    /// Each way in turn, and each round begins with another one.
    fn race<const N: usize>(
        &self,
        work: &str,
        ways: [&str; N],
        runs: usize,
        prepare: impl Fn() -> Result<()>,
    ) -> Result<[Measured; N]> {
        let mut taken: [Vec<Taken>; N] = std::array::from_fn(|_| Vec::new());
        for round in 0..runs.max(1) {
            for place in 0..N {
                let way = (place + round) % N;
                prepare()?;
                taken[way].push(self.take(work, ways[way])?);
            }
        }
        Ok(taken.map(Measured::of))
    }

    fn take(&self, work: &str, way: &str) -> Result<Taken> {
        let printed = output(&mut self.command(work, way))?;
        let numbers: Vec<u64> = printed
            .split_whitespace()
            .filter_map(|it| it.parse().ok())
            .collect();
        let [clock, processor, rows] = numbers[..] else {
            bail!("{work} {way} printed {printed}");
        };
        if rows != ROWS {
            bail!("{work} {way}: {rows} rows, not {ROWS}");
        }
        Ok(Taken {
            clock: Duration::from_nanos(clock),
            processor: Duration::from_nanos(processor),
        })
    }

    fn command(&self, work: &str, way: &str) -> Command {
        let mut command = scratch::command(&self.program, &self.dir);
        command.env("DATABASE_URL", &self.url);
        command.args([work, way, &ROWS.to_string()]);
        command
    }
}

/// All measurements of one way.
struct Measured {
    clock: Times,
    processor: Times,
}

impl Measured {
    fn of(taken: Vec<Taken>) -> Measured {
        Measured {
            clock: Times::of(taken.iter().map(|it| it.clock).collect()),
            processor: Times::of(taken.iter().map(|it| it.processor).collect()),
        }
    }
}

fn line(
    report: &mut Report,
    what: &str,
    time: &str,
    peer: &str,
    [ours, theirs]: [&Times; 2],
    most: f64,
) -> Result<()> {
    let ratio = ours.ratio(theirs);
    report.line(
        Verdict::of(ratio <= most),
        &format!("{what}: {time}, beside {peer}"),
        &shown(ours.median()),
        &format!(
            "{ratio:.2} x of {}, at most {most:.2} x; {}",
            shown(theirs.median()),
            ours.range()
        ),
    )
}

/// Builds the programs optimised, outside of the scratch folder, which is removed: the peers take a minute.
fn build(folder: &Path) -> Result<PathBuf> {
    let sources = cargo::workspace().join("crates/bench/peers");
    let copied = folder.join("src");
    fs::create_dir_all(&copied)?;
    for entry in fs::read_dir(&sources)? {
        let path = entry?.path();
        fs::copy(&path, copied.join(path.file_name().unwrap_or_default()))
            .with_context(|| format!("failed to copy {}", path.display()))?;
    }
    fs::rename(copied.join("types.rs"), copied.join("main.rs"))?;
    fs::copy(
        cargo::workspace().join("Cargo.lock"),
        folder.join("Cargo.lock"),
    )?;
    let schema = cargo::workspace().join("analytics-schema");
    let manifest = format!(
        "[workspace]\n[package]\nname = \"peers\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         [dependencies]\nanalytics-schema = {{ path = {schema:?} }}{MANIFEST}"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    let target = cargo::workspace().join("target/bench-peers");
    let mut command = cargo::cargo();
    command
        .args(["build", "--quiet", "--release"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", &target);
    output(&mut command)?;
    Ok(target
        .join("release/peers")
        .with_extension(std::env::consts::EXE_EXTENSION))
}
