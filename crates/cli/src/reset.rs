//! `cargo xtask reset`: drop and recreate the database, then migrate. For development.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use migrator::history::Mode;
use migrator::link;
use migrator::plan::Selection;
use migrator::run::Options;
use sql::quote::{identifier, literal};

use crate::args::{ModeArgs, SnapshotArgs, SourceArgs, TargetArgs};
use crate::diagnostic::Diagnostic;
use crate::explain;
use crate::failure::{Code, Failure};
use crate::keeper::Keeper;
use crate::migrate;
use crate::project::Project;
use crate::screen::Screen;
use crate::shell;
use crate::target::{self, server::TargetServer};

/// Drop and recreate the database, then migrate (development only)
#[derive(clap::Args)]
pub struct Reset {
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub mode: ModeArgs,
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub snapshot: SnapshotArgs,
    /// Do not ask for confirmation
    #[arg(long)]
    pub yes: bool,
    /// The database's name, typed out; required if its host is not this machine
    #[arg(long, value_name = "NAME")]
    pub database: Option<String>,
}

pub fn run(project: &Project, args: &Reset, screen: &mut Screen) -> Result<ExitCode, Failure> {
    // Read first: a database is not dropped for migrations that cannot run.
    let migrations = project.migrations(args.source.migrations.as_deref())?;
    let keeper = Keeper::new(project, &args.snapshot, false, Selection::All)?;
    keeper.check_folder(&migrations)?;
    keeper.check_writable(&migrations)?;
    keeper.check_code(&migrations, "nothing was dropped")?;
    let mut chosen = target::choose(project, &args.target)?;
    chosen.bring_up(screen)?;
    chosen.wait(screen)?;
    let server = chosen.target.server()?;
    agree(args, &server)?;
    let was_plain = chosen.mode(&args.mode)? == Mode::TimescaleDb && is_plain(&server);
    recreate(&server)?;
    screen.line(format!(
        "dropped and recreated database {}",
        server.database
    ));
    if was_plain {
        screen.line(
            "the old database was in plain mode, the new one is not: `cargo xtask reset --plain` keeps plain mode",
        );
    }
    migrate::run_on(
        &mut chosen,
        &migrations,
        Options {
            history: project.history()?,
            ..Options::default()
        },
        &args.mode,
        &keeper,
        screen,
    )
}

/// Whether the user means it.
fn agree(args: &Reset, server: &TargetServer) -> Result<(), Failure> {
    let database = server.database.as_str();
    let typed = shell::quote(database);
    let elsewhere = server.elsewhere.as_ref();
    if let Some(host) = elsewhere.filter(|_| args.database.as_deref() != Some(database)) {
        return Err(Failure::new(
            Code::Usage,
            format!("{host} is not this machine: reset drops the database with everything in it"),
        )
        .note("state", "nothing was dropped")
        .next(format!(
            "if you are sure: the same command with --yes --database {typed}"
        )));
    }
    if args
        .database
        .as_deref()
        .is_some_and(|typed| typed != database)
    {
        return Err(Failure::new(
            Code::Usage,
            format!("the target's database is {database}, not the one that was typed"),
        )
        .note("state", "nothing was dropped")
        .next(format!(
            "check --target and DATABASE_URL; if {database} is meant: --database {typed}"
        )));
    }
    if args.yes {
        return Ok(());
    }
    let refused = |message: &str| {
        Err(Failure::new(Code::Usage, message)
            .note("state", "nothing was dropped")
            .next("the same command with --yes"))
    };
    if !io::stdin().is_terminal() {
        return refused(
            "reset asks before it drops a database, and standard input is not a terminal",
        );
    }
    let _ = write!(
        io::stderr(),
        "drop database {database} on {} with everything in it? [y/N] ",
        server.title
    );
    let mut answer = String::new();
    let _ = io::stdin().read_line(&mut answer);
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => refused("reset was not confirmed"),
    }
}

/// Whether the database is in plain mode, as far as can be seen before it goes.
fn is_plain(server: &TargetServer) -> bool {
    let Ok(mut link) = server.connect(&server.database) else {
        return false;
    };
    let mark = link.query("SELECT pg_catalog.to_regclass('_timescaledb_catalog.plain')");
    let values = mark.into_iter().flatten().flatten().flatten();
    values.flatten().next().is_some()
}

/// Drops the database and creates it again for the same owner, in the same encoding and locale.
fn recreate(server: &TargetServer) -> Result<(), Failure> {
    let mut maintenance = server.connect("postgres")?;
    let database = server.database.as_str();
    let mut query = |sql: &str, state: &str| {
        let refused = |error| refused(&error, database, state);
        maintenance.query(sql).map_err(refused)
    };
    let kept = "nothing was dropped";
    let look = format!(
        "SELECT pg_catalog.pg_get_userbyid(datdba), pg_catalog.pg_encoding_to_char(encoding), datcollate, datctype \
         FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) {}",
        literal(database)
    );
    let known = query(&look, kept)?;
    let values: Vec<String> = known
        .into_iter()
        .flatten()
        .flatten()
        .map(Option::unwrap_or_default)
        .collect();
    let options = match values.as_slice() {
        [owner, encoding, collate, ctype] => format!(
            " OWNER {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}",
            identifier(owner),
            literal(encoding),
            literal(collate),
            literal(ctype)
        ),
        _ => String::new(),
    };
    let name = identifier(database);
    // FORCE ends the sessions of others, TimescaleDB's background workers among them.
    query(
        &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        kept,
    )?;
    query(
        &format!("CREATE DATABASE {name}{options}"),
        "the database was dropped but not recreated",
    )?;
    Ok(())
}

/// The server answered and refused, or went away meanwhile.
fn refused(error: &link::Error, database: &str, state: &str) -> Failure {
    let link::Error::Server(error) = error else {
        return explain::unreachable(error, "cargo xtask reset again");
    };
    let failure = Failure::with(
        Code::Failed,
        Diagnostic::new(&error.message).code(&error.code),
    );
    let next = match error.code.as_str() {
        "42501" => format!("connect as the owner of database {database}, who may create databases"),
        _ => "name another database in --target or DATABASE_URL".to_owned(),
    };
    failure.note("state", state).next(next)
}
