//! Named queries: what describing and generating them costs, how long `cargo check` takes with them, and how fast they run.
//!
//! They are compared with sqlx's offline `query!`, with the code that clorinde generates, and with what one writes by hand for
//! `tokio-postgres`. The peers are dependencies of generated workspaces alone.

mod checking;
mod project;
mod reading;
mod texts;

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::cargo;
use crate::database::Database;
use crate::report::{Report, Verdict};
use crate::scratch::Scratch;
use crate::stats::{Times, shown, timed};

use project::Project;

/// How many queries are described.
const DESCRIBED: usize = 300;
/// The most time of that.
const DESCRIBING: Duration = Duration::from_secs(1);
/// How many queries are generated from, unoptimised as a build script is.
const GENERATED: usize = 1_000;
/// The most time that each of them adds to the build script.
const GENERATING: Duration = Duration::from_millis(1);

/// Measures it all, as far as this machine has what it takes.
pub fn run(scratch: &Scratch, runs: usize, report: &mut Report) -> Result<()> {
    let database = match Database::create()? {
        Ok(database) => database,
        Err(why) => return report.skip("queries", &why),
    };
    let project = Project::new(scratch, &database)?;
    describing(&project, runs, report)?;
    generating(&project, scratch, runs, report)?;
    checking::run(&project, scratch, runs, report)?;
    reading::run(&project, scratch, runs, report)
}

/// `migrate` with nothing pending: with queries, and without.
fn describing(project: &Project, runs: usize, report: &mut Report) -> Result<()> {
    let folder = project.schema().join("queries");
    let mut taken = [Vec::new(), Vec::new()];
    for round in 0..runs.max(1) * 2 {
        let has_queries = round % 2 == 0;
        if has_queries {
            project.write_queries(&texts::texts(DESCRIBED, false))?;
        } else {
            fs::remove_dir_all(&folder).context("failed to remove the queries")?;
        }
        let _ = fs::remove_file(project.schema().join("queries.json"));
        taken[usize::from(!has_queries)].push(timed(&mut project.migrate())?);
    }
    let [with, without] = taken.map(Times::of);
    let time = with.median().saturating_sub(without.median());
    report.line(
        Verdict::of(time <= DESCRIBING),
        &format!("{DESCRIBED} queries described: time"),
        &shown(time),
        &format!(
            "at most {}; migrate with them {}, without {}",
            shown(DESCRIBING),
            shown(with.median()),
            shown(without.median())
        ),
    )
}

/// The build script with queries and without.
fn generating(
    project: &Project,
    scratch: &Scratch,
    runs: usize,
    report: &mut Report,
) -> Result<()> {
    let script = cargo::build_script()?;
    let out = scratch.folder("out_of_queries")?;
    let folder = project.schema();
    let measure = |count: usize| {
        project.describe(&texts::texts(count, false))?;
        Times::take(runs, || {
            let mut command = crate::scratch::command(&script, folder);
            timed(
                command
                    .env("OUT_DIR", &out)
                    .env("CARGO_MANIFEST_DIR", folder),
            )
        })
    };
    let (without, with) = (measure(1)?, measure(GENERATED)?);
    let share = with.median().saturating_sub(without.median()) / GENERATED as u32;
    report.line(
        Verdict::of(share <= GENERATING),
        &format!("a query of {GENERATED} in the build script: time"),
        &shown(share),
        &format!("at most {}; with all {}", shown(GENERATING), with.range()),
    )
}

/// Writes a file with its folders.
fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("failed to create {}", folder.display()))?;
    }
    fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))
}
