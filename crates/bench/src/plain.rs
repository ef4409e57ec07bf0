//! Plain mode compared with TimescaleDB, and how soon a database is there: the embedded target's, and a test's.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::Result;
use cluster::{Cluster, Running, Server, Settings};
use migrator::link::Link;
use migrator::plain;
use migrator::testing::TestDatabase;
use migrator::wire::{Config, Wire};

use crate::cargo;
use crate::report::{Report, Verdict};
use crate::scratch::{self, Scratch};
use crate::stats::{Times, shown, timed};

/// The most that plain mode may take, in TimescaleDB's time.
const BUCKET: f64 = 3.0;
/// The most that a first command on the embedded target may take, with the cluster it makes.
const FIRST: Duration = Duration::from_millis(1500);
/// The same of a later one, which starts the server and finds nothing to do.
const LATER: Duration = Duration::from_millis(300);
/// The most that a test waits for its database, when it is not the first.
const COPY: Duration = Duration::from_millis(50);

/// A million rows, a minute apart.
const ROWS: &str = "CREATE TABLE rows AS SELECT i, timestamptz '2020-01-01 00:00Z' + i * interval '1 minute' AS t, interval '1 hour' AS width \
     FROM generate_series(1, 1000000) AS i; VACUUM ANALYZE rows";

/// Each kind of bucket: by a name, the expression.
const BUCKETS: [(&str, &str); 6] = [
    ("an hour", "time_bucket('1 hour', t)"),
    ("a month", "time_bucket('1 month', t)"),
    (
        "a day of a zone",
        "time_bucket('1 day', t, 'Europe/Vienna')",
    ),
    (
        "a week from an origin",
        "time_bucket('7 days', t, origin => '2000-01-05 00:00Z')",
    ),
    ("integers", "time_bucket(100, i)"),
    ("a width from a column", "time_bucket(width, t)"),
];

/// Measures it all, as far as this machine has what it takes.
pub fn run(scratch: &Scratch, runs: usize, report: &mut Report) -> Result<()> {
    let server = match Server::find() {
        Ok(server) => server,
        Err(error) => return report.skip("plain mode", &error.to_string()),
    };
    // First: the clusters that the others remove keep a disk busy.
    copies(runs, report)?;
    if server.has_extension("timescaledb") {
        buckets(&server, runs, report)?
    } else {
        report.skip(
            "plain mode: time_bucket",
            "the installed PostgreSQL has no TimescaleDB",
        )?
    }
    embedded(scratch, runs, report)
}

/// `time_bucket` over the rows, in two databases of one server.
fn buckets(server: &Server, runs: usize, report: &mut Report) -> Result<()> {
    let running = Cluster::temporary(server, Settings::throwaway())?;
    let mut plain = database(&running, "plain", &plain::script())?;
    let mut theirs = database(&running, "timescaledb", "CREATE EXTENSION timescaledb")?;
    for (name, bucket) in BUCKETS {
        let sql = format!("SELECT count({bucket}) FROM rows");
        let (ours, theirs) = Times::compare(
            runs,
            || query(&mut plain, &sql),
            || query(&mut theirs, &sql),
        )?;
        let ratio = ours.ratio(&theirs);
        report.line(
            Verdict::of(ratio <= BUCKET),
            &format!("plain mode, 1 M rows by {name}: time"),
            &shown(ours.median()),
            &format!(
                "{ratio:.2} x TimescaleDB ({}), at most {BUCKET}",
                shown(theirs.median())
            ),
        )?;
    }
    Ok(())
}

fn database(running: &Running, name: &str, prepare: &str) -> Result<Wire> {
    let connect = |name: &str| Config::exactly(&running.url(name)).map(|config| config.connect());
    connect("postgres")??.query(&format!("CREATE DATABASE {name}"))?;
    let mut link = connect(name)??;
    link.query(prepare)?;
    for sql in ROWS.split("; ") {
        link.query(sql)?;
    }
    // One process, as the other's functions may not be run by several.
    link.query("SET max_parallel_workers_per_gather = 0")?;
    Ok(link)
}

fn query(link: &mut Wire, sql: &str) -> Result<Duration> {
    let started = Instant::now();
    link.query(sql)?;
    Ok(started.elapsed())
}

/// This repository's migrations on the embedded target: making the cluster, and finding nothing to do.
fn embedded(scratch: &Scratch, runs: usize, report: &mut Report) -> Result<()> {
    let xtask = cargo::xtask()?;
    let project = scratch.project("embedded")?;
    let migrate = || {
        let mut command = scratch::command(&xtask, &project);
        command.args([
            "migrate",
            "--no-snapshot",
            "--target",
            "embedded",
            "--migrations",
        ]);
        command.arg(cargo::workspace().join("migrations"));
        timed(&mut command)
    };
    let first = Times::take(runs, || match fs::remove_dir_all(project.join("target")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => migrate(),
    })?;
    let later = Times::take(runs, migrate)?;
    for (what, times, most) in [
        ("embedded, a new cluster and three migrations", first, FIRST),
        ("embedded, nothing pending", later, LATER),
    ] {
        report.time(what, &times, most, "")?;
    }
    Ok(())
}

/// A migrated database for a test, when it is not the first.
fn copies(runs: usize, report: &mut Report) -> Result<()> {
    let _first = TestDatabase::migrated()?;
    let copy = Times::take(runs, || {
        let started = Instant::now();
        let _copy = TestDatabase::migrated()?;
        Ok(started.elapsed())
    })?;
    report.time("a migrated database for a test", &copy, COPY, "")
}
