//! What is large: many years of migrations, many tables, and a long file. How much time and memory that takes.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::cargo;
use crate::compose::Service;
use crate::database::Database;
use crate::files;
use crate::memory;
use crate::peers::Programs;
use crate::report::Report;
use crate::scratch::Scratch;
use crate::stats::{Times, output, timed};

/// How many files there are after many years.
const FILES: usize = 10_000;
/// The most time with nothing pending among them.
const FILES_TIME: Duration = Duration::from_millis(150);
/// The most memory.
const FILES_MEMORY: u64 = 50_000_000;

/// How many tables there are, each of ten columns.
const TABLES: usize = 5_000;
/// The most time with nothing pending there.
const TABLES_TIME: Duration = Duration::from_secs(1);

/// How long the long file is, in bytes.
const FILE: usize = 190_000_000;
/// The most memory that applying it takes, in its own length.
const FILE_MEMORY: f64 = 2.5;

/// A migration of a usual size, which costs the server next to nothing from the second time on.
const USUAL: &str = "\
-- Orders as the shop sees them: one row each, never deleted.
CREATE TABLE IF NOT EXISTS orders (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint      NOT NULL,
    placed_at   timestamptz NOT NULL DEFAULT now(),
    state       text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paid', 'sent', 'done')),
    total       numeric(12, 2),
    note        text
);
";

/// Measures it all, as far as this machine has what it takes.
pub fn run(scratch: &Scratch, xtask: &Path, runs: usize, report: &mut Report) -> Result<()> {
    let long = scratch.folder("long_file")?;
    let length = write_long(&long)?;
    match Database::create()? {
        Ok(database) => {
            let subject = Subject {
                programs: Programs::new(&scratch.project("large")?, xtask)?,
                database,
                runs,
            };
            subject.many_files(&scratch.folder("many_files")?, report)?;
            subject.many_tables(&scratch.folder("many_tables")?, report)?;
            for mode in [None, Some("--plain")] {
                subject.long_file(&long, length, mode, report)?;
            }
        }
        Err(why) => report.skip("URL", &why)?,
    }
    // The driver over psql, which only a container has.
    match Service::start(scratch, &cargo::release_xtask()?)? {
        Ok(service) => {
            service.forget()?;
            let mut command = service.migrate(&long);
            command.arg("--no-snapshot");
            long_file("compose", &mut command, length, report)
        }
        Err(why) => report.skip("compose", &why),
    }
}

/// What is measured over a URL.
struct Subject {
    database: Database,
    programs: Programs,
    runs: usize,
}

impl Subject {
    fn migrate(&self, folder: &Path, arguments: &[&str]) -> Command {
        let way = self.database.direct();
        let mut command = self.programs.migrate(self.programs.release(), folder, &way);
        command.args(arguments);
        command
    }

    /// Applies all files, then times runs that find nothing pending.
    fn nothing_pending(&self, folder: &Path, arguments: &[&str]) -> Result<Times> {
        self.database.renew()?;
        output(&mut self.migrate(folder, &[]))?;
        Times::take(self.runs, || timed(&mut self.migrate(folder, arguments)))
    }

    fn many_files(&self, folder: &Path, report: &mut Report) -> Result<()> {
        files::write_plain(folder, FILES, |_| USUAL.to_owned())?;
        let what = format!("URL, {FILES} files, nothing pending");
        for (arguments, how) in [
            (&[][..], "with the snapshot"),
            (&["--no-snapshot"][..], "without the snapshot"),
        ] {
            let times = self.nothing_pending(folder, arguments)?;
            report.time(&what, &times, FILES_TIME, how)?;
        }
        let peak = memory::peak(&mut self.migrate(folder, &[]))?;
        report.memory(&what, peak, FILES_MEMORY, "")
    }

    fn many_tables(&self, folder: &Path, report: &mut Report) -> Result<()> {
        let columns: String = (1..10).map(|column| format!(", c{column} text")).collect();
        let text: String = (0..TABLES)
            .map(|table| format!("CREATE TABLE t{table} (id bigint PRIMARY KEY{columns});\n"))
            .collect();
        fs::write(folder.join("001_tables.sql"), text)?;
        let times = self.nothing_pending(folder, &[])?;
        let what = format!("URL, {TABLES} tables, nothing pending");
        report.time(&what, &times, TABLES_TIME, "with the snapshot")
    }

    fn long_file(
        &self,
        folder: &Path,
        length: usize,
        mode: Option<&str>,
        report: &mut Report,
    ) -> Result<()> {
        self.database.renew()?;
        let mut command = self.migrate(folder, &["--no-snapshot"]);
        command.args(mode);
        let way = mode.map_or("URL".to_owned(), |mode| format!("URL, {mode}"));
        long_file(&way, &mut command, length, report)
    }
}

/// Applies the long file by `command`.
fn long_file(way: &str, command: &mut Command, length: usize, report: &mut Report) -> Result<()> {
    let peak = memory::peak(command)?;
    let ratio = peak.unwrap_or_default() as f64 / length as f64;
    let most = (length as f64 * FILE_MEMORY) as u64;
    let what = format!("{way}, a file of {} MB", length / 1_000_000);
    let how = format!("{ratio:.2} x the file, at most {FILE_MEMORY} x");
    report.memory(&what, peak, most, &how)
}

/// Writes the long file into `folder`, and returns its length.
fn write_long(folder: &Path) -> Result<usize> {
    let mut text = "CREATE TABLE long (id bigint, name text, value double precision);\n".to_owned();
    let mut row = 0;
    while text.len() < FILE {
        writeln!(
            text,
            "INSERT INTO long VALUES ({row}, 'the name of row number {row} is this', {row}.25);"
        )?;
        row += 1;
    }
    fs::write(folder.join("001_long.sql"), &text)?;
    Ok(text.len())
}
