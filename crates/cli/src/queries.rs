//! The named queries of a project: their files, what the database says of them, and the committed file with its answers.
//!
//! `cargo xtask queries` lists them from the files alone, and runs one on the target.

mod ask;
mod committed;
mod doubt;
pub mod files;
mod findings;
mod keep;
mod list;
mod plan;
mod run;
mod server;
mod table;
mod values;
mod watch;
mod whole;
mod words;

use std::process::ExitCode;
use std::time::Duration;

use migrator::settings::Level;
use migrator::source;
use serde_json::{Value, json};

use crate::args::{self, TargetArgs};
use crate::diagnostic::Diagnostic;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;

pub use keep::{Keeper, Kept};

use committed::{Committed, Listed};
use run::Call;
use server::Server;

/// List the queries with their parameters, rows and what they read, or run one; writes to the database only with --write
#[derive(clap::Args)]
pub struct Queries {
    /// The query to show in full, or with --run the values of its parameters. One with `-- if` may be left out, and one that
    /// may be null is null without a value
    #[arg(value_name = "NAME | KEY=VALUE")]
    pub arguments: Vec<String>,
    /// Run this query on the target and print its rows: its name, or with its file module.name
    #[arg(long, value_name = "NAME", group = "one")]
    pub run: Option<String>,
    /// Print the plan of this query on the target, and how many chunks it reads; without values a plan for any values
    #[arg(long, value_name = "NAME", group = "one")]
    pub explain: Option<String>,
    /// Run the query for its plan; what it writes is rolled back
    #[arg(long, requires = "explain")]
    pub analyze: bool,
    /// Have the target describe the queries again whenever a file is saved, until Ctrl-C; applies no migration
    #[arg(long, conflicts_with_all = ["one", "arguments", "json"])]
    pub watch: bool,
    #[command(flatten)]
    pub target: TargetArgs,
    /// Let the query write; without it, it runs in a read-only transaction
    #[arg(long, requires = "one")]
    pub write: bool,
    /// Seconds that the query may take
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = args::timeout, allow_negative_numbers = true)]
    pub statement_timeout: Duration,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub json: bool,
}

pub fn run(project: &Project, args: &Queries, screen: &mut Screen) -> Result<ExitCode, Failure> {
    if args.watch {
        return watch::run(project, &args.target, screen);
    }
    let committed = Committed::read(project)?;
    if let Some(name) = &args.explain {
        return explain_one(project, &committed, name, args, screen);
    }
    if let Some(name) = &args.run {
        return run_one(project, &committed, name, args, screen);
    }
    match &args.arguments[..] {
        [] => list(project, &committed, screen),
        [name] => show(project, &committed, name, screen),
        _ => Err(
            Failure::new(Code::Usage, "one query can be shown at a time")
                .next("cargo xtask queries NAME"),
        ),
    }
}

fn run_one(
    project: &Project,
    committed: &Committed,
    name: &str,
    args: &Queries,
    screen: &mut Screen,
) -> Result<ExitCode, Failure> {
    let call = Call::of(committed.named(name)?, &args.arguments)?;
    call.check_writes(args.write, "--run only reads")?;
    let mut server = Server::open(project, &args.target, args.statement_timeout, screen)?;
    let answer = run::run(project, &call, args.write, &mut server)?;
    run::show(&call, &answer, screen);
    if args.json {
        screen.document_text(&run::document(&call, &answer, &mut server)?);
    }
    Ok(ExitCode::SUCCESS)
}

fn explain_one(
    project: &Project,
    committed: &Committed,
    name: &str,
    args: &Queries,
    screen: &mut Screen,
) -> Result<ExitCode, Failure> {
    let listed = committed.named(name)?;
    let is_generic = args.arguments.is_empty() && !args.analyze && needs_values(&listed)?;
    let call = if is_generic {
        Call::without_values(listed)?
    } else {
        Call::of(listed, &args.arguments)?
    };
    let plan_for = match (is_generic, args.analyze) {
        (true, _) => plan::For::AnyValues,
        (_, true) => plan::For::Run,
        _ => plan::For::Values,
    };
    if args.analyze {
        call.check_writes(args.write, "--analyze runs it")?;
    }
    let mut server = Server::open(project, &args.target, args.statement_timeout, screen)?;
    let plan = plan::explain(project, &call, plan_for, args.write, &mut server)?;
    plan.show(screen);
    screen.document(&plan.document(&listed.title()));
    Ok(ExitCode::SUCCESS)
}

/// Whether a query cannot run without values.
fn needs_values(it: &Listed<'_>) -> Result<bool, Failure> {
    let mut parameters = it.described()?.parameters.iter();
    Ok(parameters.any(|it| !it.optional && !it.nullable))
}

/// The path of a query's file, and its line there.
fn place(project: &Project, it: &Listed<'_>) -> (String, usize) {
    let file = files::shown(&it.file.path, project.root());
    let line = source::position(&it.file.text[..it.query.start]).line;
    (file, line)
}

fn list(
    project: &Project,
    committed: &Committed,
    screen: &mut Screen,
) -> Result<ExitCode, Failure> {
    if committed.listed().next().is_none() {
        let folder = project.snapshot_file(None)?.with_file_name(files::FOLDER);
        let folder = files::shown(&folder, project.root());
        screen.line(format!(
            "no queries: write one into {folder}/NAME.sql, below a line `-- name: what_it_finds`"
        ));
    } else {
        let lines = list::lines(committed, &|it| place(project, it).0);
        lines.iter().for_each(|line| screen.line(line));
    }
    let rows = list::relation_rows(&committed.catalog, &committed.choices);
    let queries: Vec<Value> = committed
        .listed()
        .map(|it| document(project, &it, &rows))
        .collect();
    let is_current = list::is_current(committed);
    let found: Vec<Diagnostic> = committed
        .listed()
        .flat_map(|it| findings_of(project, committed, &it))
        .collect();
    found.iter().for_each(|it| screen.warning(it));
    let is_wrong = committed.level == Level::Error && !found.is_empty();
    screen.document(&json!({
        "findings": found.iter().map(findings::document).collect::<Vec<_>>(),
        "queries": queries,
        "removed": committed.removed(),
        "other_schema": committed.has_other_schema(),
        "current": is_current,
    }));
    Ok(if is_current && !is_wrong {
        ExitCode::SUCCESS
    } else {
        Code::Found.into()
    })
}

/// What is found about a query that is described.
fn findings_of(project: &Project, committed: &Committed, it: &Listed<'_>) -> Vec<Diagnostic> {
    match it.described() {
        Ok(query) => findings::of(it.file, project.root(), it.query, query, committed.level),
        Err(_) => Vec::new(),
    }
}

fn show(
    project: &Project,
    committed: &Committed,
    name: &str,
    screen: &mut Screen,
) -> Result<ExitCode, Failure> {
    let it = committed.named(name)?;
    let (file, line) = place(project, &it);
    let rows = list::relation_rows(&committed.catalog, &committed.choices);
    let lines = whole::lines(&it, &format!("{file}:{line}"), &rows);
    lines.iter().for_each(|line| screen.line(line));
    screen.document(&json!({ "queries": [document(project, &it, &rows)] }));
    Ok(match it.described() {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => Code::Found.into(),
    })
}

fn document(project: &Project, it: &Listed<'_>, rows: list::RelationRows<'_>) -> Value {
    let (file, line) = place(project, it);
    list::document(it, &file, line, rows)
}
