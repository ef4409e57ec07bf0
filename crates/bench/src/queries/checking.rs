//! `cargo check` of a crate with many queries: ours, sqlx's `query!` with prepared data, and the code that clorinde generated.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::cargo;
use crate::report::{Report, Verdict};
use crate::scratch::Scratch;
use crate::stats::{Times, output, race, shown, timed};

use super::project::Project;
use super::texts::{self, Text};
use super::write;

/// How many queries each crate has.
const QUERIES: usize = 100;
/// What our time may be in that of sqlx.
const OF_SQLX: f64 = 0.15;
/// The same in that of clorinde.
const OF_CLORINDE: f64 = 1.0;

/// The packages in the order of the race.
const PACKAGES: [&str; 3] = ["analytics-schema", "with_sqlx", "clorinde"];

const SQLX: &str = "[package]\nname = \"with_sqlx\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n\
    chrono = { version = \"0.4\", default-features = false, features = [\"std\"] }\n\
    sqlx = { version = \"0.8\", default-features = false, features = [\"chrono\", \"macros\", \"postgres\", \"runtime-tokio\", \"uuid\"] }\n\
    uuid = { version = \"1\", default-features = false }\n";

const GENERATOR: &str = "[workspace]\n[package]\nname = \"generator\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
    [dependencies]\nclorinde = \"2\"\n";

/// The text before and after an edit, of each file that the edit changes.
type Edit = Vec<(PathBuf, [String; 2])>;

/// Measures the crates alone, with what they depend on built.
pub fn run(project: &Project, scratch: &Scratch, runs: usize, report: &mut Report) -> Result<()> {
    let workspace = Workspace::new(project, scratch)?;
    let edits = workspace.edits()?;
    for at in 0..PACKAGES.len() {
        workspace.check(at)?;
    }
    let cold = race(runs, PACKAGES.len(), |at| {
        let mut clean = workspace.cargo("clean");
        output(clean.args(["--package", PACKAGES[at]]))?;
        timed(&mut workspace.checked(at))
    })?;
    compare(report, "the crate alone", &cold)?;
    let mut turn = 0;
    let edited = race(runs, PACKAGES.len(), |at| {
        if at == 0 {
            turn += 1;
        }
        for (path, texts) in &edits[at] {
            write(path, &texts[turn % 2])?;
        }
        timed(&mut workspace.checked(at))
    })?;
    compare(report, "one query edited", &edited)?;
    let unchanged = race(runs, PACKAGES.len(), |at| timed(&mut workspace.checked(at)))?;
    // What cargo takes to see that nothing is to be done is no part of what the queries cost.
    for (at, package) in PACKAGES.into_iter().enumerate() {
        let own = |times: &Times| shown(times.median().saturating_sub(unchanged[at].median()));
        report.line(
            Verdict::Unbound,
            &format!("cargo check of {package} with nothing edited: time"),
            &shown(unchanged[at].median()),
            &format!(
                "beyond that {} for the crate alone, and {} for one query edited",
                own(&cold[at]),
                own(&edited[at])
            ),
        )?;
    }
    Ok(())
}

fn compare(report: &mut Report, what: &str, times: &[Times]) -> Result<()> {
    let peers = [("sqlx's query!", OF_SQLX), ("clorinde's code", OF_CLORINDE)];
    for ((peer, most), theirs) in peers.into_iter().zip(&times[1..]) {
        let ratio = times[0].ratio(theirs);
        report.line(
            Verdict::of(ratio <= most),
            &format!("cargo check, {QUERIES} queries, {what}: {peer}"),
            &shown(times[0].median()),
            &format!(
                "{ratio:.2} x of {}, at most {most:.2} x; {}",
                shown(theirs.median()),
                times[0].range()
            ),
        )?;
    }
    Ok(())
}

/// The workspace with the three crates.
struct Workspace<'a> {
    project: &'a Project,
    generator: PathBuf,
    target: PathBuf,
}

impl Workspace<'_> {
    fn new<'a>(project: &'a Project, scratch: &Scratch) -> Result<Workspace<'a>> {
        let dir = project.dir();
        let workspace = Workspace {
            project,
            generator: generator(scratch)?,
            target: cargo::workspace().join("target/bench-queries"),
        };
        let members = PACKAGES.map(|it| format!("{it:?}")).join(", ");
        write(
            &dir.join("Cargo.toml"),
            &format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n"),
        )?;
        fs::copy(
            cargo::workspace().join("Cargo.lock"),
            dir.join("Cargo.lock"),
        )?;
        write(&dir.join("with_sqlx/Cargo.toml"), SQLX)?;
        workspace.generate(&texts::texts(QUERIES, false))?;
        Ok(workspace)
    }

    fn dir(&self) -> &Path {
        self.project.dir()
    }

    /// Has clorinde generate its crate.
    fn generate(&self, texts: &[Text]) -> Result<()> {
        let queries = self.dir().join("clorinde_queries");
        write(&queries.join("readings.sql"), &texts::clorinde(texts))?;
        let mut command = crate::scratch::command(&self.generator, self.dir());
        command.args(["live", self.project.url(), "--queries-path"]);
        command.arg(&queries).arg("--destination");
        output(command.arg(self.dir().join("clorinde")))?;
        Ok(())
    }

    /// What an edit of one query changes in each crate. The prepared data and descriptions are made here, as one would before a check.
    fn edits(&self) -> Result<[Edit; 3]> {
        let schema = self.project.schema();
        let ours = [
            schema.join("queries/readings.sql"),
            schema.join("queries.json"),
        ];
        let sqlx = self.dir().join("with_sqlx/src/lib.rs");
        let clorinde = self.dir().join("clorinde/src/queries/readings.rs");
        let mut edits: [Vec<(PathBuf, Vec<String>)>; 3] = [
            ours.into_iter().map(|it| (it, Vec::new())).collect(),
            vec![(sqlx.clone(), Vec::new())],
            vec![(clorinde, Vec::new())],
        ];
        for edited in [true, false] {
            let all = texts::texts(QUERIES, edited);
            self.project.describe(&all)?;
            write(&sqlx, &texts::sqlx(&all))?;
            prepare(self.cargo("check"), self.dir(), self.project.url())?;
            self.generate(&all)?;
            for (path, found) in edits.iter_mut().flatten() {
                let text = fs::read_to_string(&*path);
                found.push(text.with_context(|| format!("failed to read {}", path.display()))?);
            }
        }
        let both = |(path, texts): (PathBuf, Vec<String>)| {
            let texts: Result<[String; 2], _> = texts.try_into();
            texts.ok().map(|texts| (path, texts))
        };
        Ok(edits.map(|it| it.into_iter().filter_map(both).collect()))
    }

    fn cargo(&self, what: &str) -> Command {
        let mut command = cargo::cargo();
        command
            .args([what, "--quiet"])
            .current_dir(self.dir())
            .env("CARGO_TARGET_DIR", &self.target)
            .env_remove("DATABASE_URL");
        command
    }

    fn checked(&self, at: usize) -> Command {
        let mut command = self.cargo("check");
        command.args(["--offline", "--package", PACKAGES[at]]);
        command.env("SQLX_OFFLINE", "true");
        command
    }

    fn check(&self, at: usize) -> Result<Duration> {
        timed(&mut self.checked(at))
    }
}

/// What `cargo sqlx prepare` does: the macros write what the database says of their queries.
pub fn prepare(mut check: Command, dir: &Path, url: &str) -> Result<()> {
    let data = dir.join("with_sqlx/.sqlx");
    fs::create_dir_all(&data).context("failed to create .sqlx")?;
    check
        .args(["--package", "with_sqlx"])
        .env("DATABASE_URL", url)
        .env("SQLX_OFFLINE_DIR", &data);
    output(&mut check)?;
    Ok(())
}

/// clorinde's own command, in a workspace of its own.
fn generator(scratch: &Scratch) -> Result<PathBuf> {
    let dir = scratch.folder("clorinde_command")?;
    write(&dir.join("Cargo.toml"), GENERATOR)?;
    write(
        &dir.join("src/main.rs"),
        "fn main() {\n    if let Err(error) = clorinde::run() {\n        eprintln!(\"{error:?}\");\n        std::process::exit(1);\n    }\n}\n",
    )?;
    let target = cargo::workspace().join("target/bench-queries");
    let mut command = cargo::cargo();
    command
        .args(["build", "--quiet"])
        .current_dir(&dir)
        .env("CARGO_TARGET_DIR", &target);
    output(&mut command)?;
    Ok(target
        .join("debug/generator")
        .with_extension(std::env::consts::EXE_EXTENSION))
}
