//! `cargo xtask diff`: what a change of the schema does to service code, from two snapshots. Writes nothing.

mod change;
mod columns;
mod objects;
pub mod pending;
mod queries;
mod show;
mod side;

use std::process::ExitCode;

use clap::ValueEnum;

use crate::drift::made_by::Makers;
use crate::failure::{Code, Failure};
use crate::git;
use crate::project::Project;
use crate::screen::Screen;

use change::{Change, Effect};
use side::Side;

/// Show what a change of the schema does to service code; writes nothing
#[derive(clap::Args)]
pub struct Diff {
    /// The schema before: a git revision, or a snapshot file [default: where the branch left the main one]
    #[arg(value_name = "REV")]
    pub from: Option<String>,
    /// The schema after: a git revision, or a snapshot file [default: schema.json as it is]
    #[arg(long, value_name = "REV")]
    pub to: Option<String>,
    /// Print a comment for a pull request
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Exit with 3 if a change is that bad
    #[arg(long, value_name = "EFFECT")]
    pub deny: Option<Deny>,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub json: bool,
}

/// Which changes make the command exit with 3.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Deny {
    /// Those that break code
    Breaking,
    /// Those that need care, too
    Care,
}

pub fn run(project: &Project, args: &Diff, screen: &mut Screen) -> Result<ExitCode, Failure> {
    let from = match &args.from {
        Some(from) => Side::named(project, from)?,
        None => {
            let left = git::left_main_at(project.root()).ok_or_else(no_main)?;
            Side::at(project, &left.commit, left.main)?
        }
    };
    let to = match &args.to {
        Some(to) => Side::named(project, to)?,
        None => Side::here(project)?,
    };
    let changes = changes(&from, &to, makers(project, &to).as_ref());
    if args.markdown {
        screen.lines(show::markdown(&from, &to, &changes));
    } else {
        screen.lines(show::text(&from, &to, &changes));
    }
    screen.document(&show::document(&from, &to, &changes));
    let worst = changes.iter().map(Change::effect).max();
    let denied = match args.deny {
        Some(Deny::Breaking) => worst >= Some(Effect::Breaking),
        Some(Deny::Care) => worst >= Some(Effect::Care),
        None => false,
    };
    Ok(if denied {
        Code::Found.into()
    } else {
        ExitCode::SUCCESS
    })
}

/// All changes, the worst first.
fn changes(from: &Side, to: &Side, makers: Option<&Makers<'_>>) -> Vec<Change> {
    let mut changes = objects::changes(from, to, makers);
    changes.extend(queries::changes(from, to));
    changes.sort_by_key(|it| std::cmp::Reverse(it.effect()));
    changes
}

/// The statements of the migrations, if the files here are those that the side was made from.
fn makers<'a>(project: &Project, to: &'a Side) -> Option<Makers<'a>> {
    let migrations = project.migrations(None).ok()?;
    let listed = crate::snapshot::listed(&migrations);
    let is_theirs = to.snapshot.check(&listed).is_ok();
    is_theirs.then(|| Makers::of_all(migrations, Some("public"), &to.snapshot.catalog))
}

fn no_main() -> Failure {
    Failure::new(
        Code::Usage,
        "there is no main branch to compare with, or no git",
    )
    .note("state", "nothing was compared")
    .next("`cargo xtask diff REV` names the revision")
}
