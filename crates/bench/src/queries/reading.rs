//! How fast a query runs: through the generated function, on `Prepared` and on the client itself, as one writes it by hand with a prepared
//! statement, and with sqlx's `query_as!`.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::cargo;
use crate::report::{Report, Verdict};
use crate::scratch::{self, Scratch};
use crate::stats::{Times, output, shown};

use super::checking;
use super::project::Project;
use super::texts;
use super::write;

/// What our time may be in that of what is written by hand.
const BY_HAND: f64 = 1.02;
/// The same in that of sqlx, on many rows.
const OF_SQLX: f64 = 1.0 / 1.3;
/// How many rounds there are for each run that is asked for.
const ROUNDS: usize = 10;

/// The rows of the device that is read, and of another one.
const ROWS: &str = "INSERT INTO devices VALUES (1, 'one'), (2, 'two');
INSERT INTO readings (device_id, time, label, note, level, load, is_ok)
SELECT device, '2026-01-01 00:00:00Z'::timestamptz + i * interval '1 s', 'label ' || i % 50,
    CASE WHEN i % 3 > 0 THEN 'note of ' || i END, i % 100, CASE WHEN i % 4 > 0 THEN i / 7.0 END, i % 5 > 0
FROM generate_series(0, 9999) AS i, generate_series(1, 2) AS device;
ANALYZE;";

/// Times by the clock and of the processor, by what is read and the way.
type Taken = BTreeMap<(String, String), [Times; 2]>;

/// Builds the program and runs it once: the ways take turns in it.
pub fn run(project: &Project, _: &Scratch, runs: usize, report: &mut Report) -> Result<()> {
    project.run(ROWS)?;
    let texts = texts::read();
    project.describe(&texts)?;
    let dir = project.dir();
    write(&dir.join("with_sqlx/src/lib.rs"), &texts::sqlx(&texts))?;
    write(&dir.join("program/Cargo.toml"), MANIFEST)?;
    let source = cargo::workspace().join("crates/bench/peers/queries/main.rs");
    write(
        &dir.join("program/src/main.rs"),
        &fs::read_to_string(source)?,
    )?;
    write(
        &dir.join("Cargo.toml"),
        "[workspace]\nresolver = \"3\"\nmembers = [\"analytics-schema\", \"with_sqlx\", \"program\"]\n\
         [profile.release]\nlto = \"thin\"\ncodegen-units = 1\n",
    )?;
    let target = cargo::workspace().join("target/bench-queries");
    let mut command = cargo::cargo();
    command.args(["check", "--quiet"]).current_dir(dir);
    command.env("CARGO_TARGET_DIR", &target);
    checking::prepare(command, dir, project.url())?;
    let mut command = cargo::cargo();
    command.args(["build", "--quiet", "--release", "--package", "program"]);
    command.current_dir(dir).env("SQLX_OFFLINE", "true");
    output(command.env("CARGO_TARGET_DIR", &target))?;
    let program = target.join("release/program");
    let program = program.with_extension(std::env::consts::EXE_EXTENSION);
    let mut command = scratch::command(program, dir);
    command.args([project.url(), &(runs.max(1) * ROUNDS).to_string()]);
    let taken = taken(&output(&mut command)?)?;
    let many = ("many", "10 reads of 10000 rows by a query");
    let one = ("one", "500 reads of one row by a query");
    compare(report, &taken, many, ["prepared", "by hand"], Some(BY_HAND))?;
    compare(report, &taken, many, ["prepared", "sqlx"], Some(OF_SQLX))?;
    compare(report, &taken, many, ["client", "by hand"], None)?;
    compare(report, &taken, one, ["prepared", "by hand"], Some(BY_HAND))?;
    compare(report, &taken, one, ["prepared", "sqlx"], None)?;
    compare(report, &taken, one, ["client", "by hand"], None)
}

const MANIFEST: &str = "[package]\nname = \"program\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n\
    analytics-schema = { path = \"../analytics-schema\" }\nwith_sqlx = { path = \"../with_sqlx\" }\n\
    chrono = { version = \"0.4\", default-features = false, features = [\"std\"] }\n\
    sqlx = { version = \"0.8\", default-features = false, features = [\"chrono\", \"macros\", \"postgres\", \"runtime-tokio\", \"uuid\"] }\n\
    tokio = { version = \"1\", default-features = false, features = [\"net\", \"rt\", \"time\"] }\n\
    tokio-postgres = { version = \"0.7\", features = [\"with-chrono-0_4\", \"with-uuid-1\"] }\n\
    uuid = { version = \"1\", default-features = false }\n";

fn taken(printed: &str) -> Result<Taken> {
    let mut all: BTreeMap<(String, String), [Vec<Duration>; 2]> = BTreeMap::new();
    for line in printed.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [what, way, clock, processor] = fields[..] else {
            bail!("the program printed {line}");
        };
        let times = all.entry((what.to_owned(), way.to_owned())).or_default();
        for (times, nanoseconds) in times.iter_mut().zip([clock, processor]) {
            times.push(Duration::from_nanos(nanoseconds.parse()?));
        }
    }
    Ok(all
        .into_iter()
        .map(|(key, it)| (key, it.map(Times::of)))
        .collect())
}

/// Lines for both times; only a ratio is bound.
fn compare(
    report: &mut Report,
    taken: &Taken,
    (what, title): (&str, &str),
    [way, peer]: [&str; 2],
    most: Option<f64>,
) -> Result<()> {
    let of = |way: &str| {
        let found = taken.get(&(what.to_owned(), way.to_owned()));
        found.with_context(|| format!("the program did not measure {what} {way}"))
    };
    let (ours, theirs) = (of(way)?, of(peer)?);
    for (at, time) in ["clock", "processor"].into_iter().enumerate() {
        let ratio = ours[at].ratio(&theirs[at]);
        let verdict = most.map_or(Verdict::Unbound, |most| Verdict::of(ratio <= most));
        let bound = most.map_or(String::new(), |most| format!(", at most {most:.2} x"));
        report.line(
            verdict,
            &format!("{title}: {time}, {way} beside {peer}"),
            &shown(ours[at].median()),
            &format!(
                "{ratio:.2} x of {}{bound}; {}",
                shown(theirs[at].median()),
                ours[at].range()
            ),
        )?;
    }
    Ok(())
}
