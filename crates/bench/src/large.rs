//! What is large: a file of INSERTs, and a database of many tables with nothing pending.

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use anyhow::Result;

use crate::database::Database;
use crate::memory;
use crate::peers::Programs;
use crate::report::{Report, Verdict};
use crate::scratch::Scratch;
use crate::stats::{Times, output, shown, timed};

/// How long the file is, in bytes.
const FILE: usize = 190_000_000;
/// The most memory that applying it takes, in its own length.
const MEMORY: f64 = 2.5;
/// How many tables there are, each of ten columns.
const TABLES: usize = 5_000;
/// The most time that a run takes which finds nothing to do there.
const TIME: Duration = Duration::from_secs(1);

/// Measures both.
pub fn run(
    scratch: &Scratch,
    database: &Database,
    programs: &Programs,
    runs: usize,
    report: &mut Report,
) -> Result<()> {
    file(scratch, database, programs, report)?;
    tables(scratch, database, programs, runs, report)
}

fn file(
    scratch: &Scratch,
    database: &Database,
    programs: &Programs,
    report: &mut Report,
) -> Result<()> {
    let folder = scratch.folder("large_file")?;
    let mut text =
        "CREATE TABLE large (id bigint, name text, value double precision);\n".to_owned();
    for row in 0.. {
        writeln!(
            text,
            "INSERT INTO large VALUES ({row}, 'the name of row number {row} is this', {row}.25);"
        )?;
        if text.len() >= FILE {
            break;
        }
    }
    fs::write(folder.join("001_large.sql"), &text)?;
    database.renew()?;
    let mut command = programs.migrate(programs.release(), &folder, &database.direct());
    command.arg("--no-snapshot");
    let what = "URL, a file of 190 MB: memory";
    match memory::peak(&mut command)? {
        Some(peak) => {
            let ratio = peak as f64 / text.len() as f64;
            report.line(
                Verdict::of(ratio <= MEMORY),
                what,
                &format!("{:.0} MB", peak as f64 / 1e6),
                &format!("{ratio:.2} x the file, at most {MEMORY}"),
            )
        }
        None => report.skip(what, "this system has no /proc"),
    }
}

fn tables(
    scratch: &Scratch,
    database: &Database,
    programs: &Programs,
    runs: usize,
    report: &mut Report,
) -> Result<()> {
    let folder = scratch.folder("many_tables")?;
    let columns: String = (1..10).map(|column| format!(", c{column} text")).collect();
    let text: String = (0..TABLES)
        .map(|table| format!("CREATE TABLE t{table} (id bigint PRIMARY KEY{columns});\n"))
        .collect();
    fs::write(folder.join("001_tables.sql"), text)?;
    database.renew()?;
    let command = || programs.migrate(programs.release(), &folder, &database.direct());
    output(&mut command())?;
    let times = Times::take(runs, || timed(&mut command()))?;
    let median = times.median();
    report.line(
        Verdict::of(median <= TIME),
        &format!("URL, {TABLES} tables, nothing pending: time"),
        &shown(median),
        &format!(
            "with the snapshot; at most {}; {}",
            shown(TIME),
            times.range()
        ),
    )
}
