//! `cargo xtask doctor`: what a person would check when migrations do not run, in the order in which they would.

use std::net::{TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::time::Duration;

use migrator::history::HistoryTable;
use migrator::link::Link;
use migrator::plan::Migration;
use migrator::run::{self, Report};
use migrator::wire::Config;
use serde_json::json;
use sql::qualified::qualified;
use sql::timescaledb;

use crate::args::{SourceArgs, TargetArgs};
use crate::drift::brief::{self, Brief};
use crate::explain::{self, Called};
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::{Screen, one_line};
use crate::status::Overview;
use crate::target::compose::state::State;
use crate::target::compose::{Compose, SERVICE};
use crate::target::{self, Chosen, LOOKING, Target};
use crate::words::count;

/// How long a port may take to answer.
const PORT_TIMEOUT: Duration = Duration::from_secs(3);

/// What the database is examined for.
struct Given<'a> {
    project: &'a Project,
    history: HistoryTable,
    /// Those of the files, where they can be read.
    migrations: Option<&'a [Migration]>,
}

/// One line of the report.
#[derive(Debug, Clone)]
struct Check {
    name: &'static str,
    /// What was found.
    found: String,
    /// What to type when it is not in order.
    next: Option<String>,
}

/// The checks so far, and how the command is going to end.
struct Checks {
    done: Vec<Check>,
    worst: Option<Code>,
}

impl Checks {
    fn ok(&mut self, name: &'static str, found: impl Into<String>) {
        self.done.push(Check {
            name,
            found: found.into(),
            next: None,
        });
    }

    /// Records a failed check; the first failure decides how the command ends.
    fn bad(
        &mut self,
        name: &'static str,
        found: impl Into<String>,
        next: impl Into<String>,
        code: Code,
    ) {
        self.done.push(Check {
            name,
            found: found.into(),
            next: Some(next.into()),
        });
        self.worst.get_or_insert(code);
    }

    /// Records whether there is drift. A comparison that failed is no check that passed.
    fn drift(&mut self, drift: &Brief) {
        let next = "cargo xtask drift";
        match drift {
            Brief::Failed(_) => self.bad("drift", drift.to_string(), next, Code::Failed),
            _ if drift.is_drift() => self.bad("drift", drift.to_string(), next, Code::Found),
            _ if drift.is_news() => self.ok("drift", drift.to_string()),
            _ => {}
        }
    }

    fn failure(&mut self, name: &'static str, failure: &Failure) {
        let next = failure
            .next_text()
            .unwrap_or("fix this, then run `cargo xtask doctor` again");
        let next = next.trim_end_matches(explain::LOOK_CLOSER);
        self.bad(name, failure.diagnostic.message.clone(), next, failure.code);
    }
}

/// Check engine, container, port, credentials, TimescaleDB, tables, migrations and drift, and name the command that helps
#[derive(clap::Args)]
pub struct Doctor {
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub source: SourceArgs,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub json: bool,
}

pub fn run(project: &Project, args: &Doctor, screen: &mut Screen) -> Result<ExitCode, Failure> {
    let mut checks = Checks {
        done: Vec::new(),
        worst: None,
    };
    let files = project.migrations(args.source.migrations.as_deref());
    match &files {
        Ok(migrations) => checks.ok("files", count(migrations.len(), "migration")),
        Err(failure) => checks.failure("files", failure),
    }
    match target::choose(project, &args.target) {
        Ok(chosen) => {
            screen.line(chosen.headline(None));
            match project.history() {
                Ok(history) => {
                    let given = Given {
                        project,
                        history,
                        migrations: files.as_deref().ok(),
                    };
                    examine(&chosen, &given, &mut checks, screen);
                }
                Err(failure) => checks.failure("settings", &failure),
            }
        }
        Err(failure) if failure.code == Code::Usage => checks.failure("target", &failure),
        Err(failure) => checks.failure("engine", &failure),
    }
    for check in &checks.done {
        screen.lines(render(check));
    }
    let lines: Vec<_> = checks
        .done
        .iter()
        .map(|check| json!({ "check": check.name, "ok": check.next.is_none(), "found": check.found, "next": check.next }))
        .collect();
    screen.document(&json!({ "ok": checks.worst.is_none(), "checks": lines }));
    Ok(checks.worst.map_or(ExitCode::SUCCESS, ExitCode::from))
}

fn render(check: &Check) -> String {
    match &check.next {
        None => format!("  ok    {:<12} {}", check.name, one_line(&check.found)),
        Some(next) => format!(
            "  FAIL  {:<12} {}\n        next: {}",
            check.name,
            one_line(&check.found),
            next.replace('\n', "\n              ")
        ),
    }
}

fn examine(chosen: &Chosen, given: &Given<'_>, checks: &mut Checks, screen: &mut Screen) {
    match &chosen.target {
        Target::Compose(compose) => {
            checks.ok("engine", format!("Docker answers; {}", compose.typed()));
            if container(compose, checks) {
                in_container(compose, chosen, given, checks, screen);
            }
            return;
        }
        Target::Embedded(embedded) => {
            match target::embedded::Embedded::server() {
                Ok(server) => checks.ok(
                    "server",
                    format!(
                        "PostgreSQL {} in {}",
                        server.version(),
                        server.bin_dir().display()
                    ),
                ),
                Err(failure) => return checks.failure("server", &failure),
            }
            match embedded.exists() {
                Ok(true) => {}
                Ok(false) => {
                    return checks.bad(
                        "cluster",
                        "there is none yet",
                        "cargo xtask migrate",
                        Code::Found,
                    );
                }
                Err(failure) => return checks.failure("cluster", &failure),
            }
        }
        Target::Url(_) => {}
    }
    let address = match chosen.target.address() {
        Ok(address) => address,
        Err(failure) => return checks.failure("address", &failure),
    };
    let config = &address.config;
    if !port(config, checks) {
        return;
    }
    let mut link = match config.connect() {
        Ok(link) => link,
        Err(error) => {
            let next = credentials(&chosen.target);
            let failure = explain::unreachable_from(&error, &next, &Called::of(config));
            return checks.failure("credentials", &failure);
        }
    };
    link.answer_within(LOOKING);
    checks.ok("credentials", as_whom(config));
    match run::read(&mut link, &given.history, Some(catalog::probe_query())) {
        Ok(report) => inside(&mut link, &report, given, checks),
        Err(error) => checks.failure("history", &explain::run(&error, &[])),
    }
}

/// A container that runs: what is in it is asked for in it, as migrations are run. Programs on this machine go to its port.
fn in_container(
    compose: &Compose,
    chosen: &Chosen,
    given: &Given<'_>,
    checks: &mut Checks,
    screen: &mut Screen,
) {
    let mut session = match chosen.look(screen) {
        Ok(Some(session)) => session,
        Ok(None) => return,
        Err(failure) => return checks.failure("server", &failure),
    };
    match chosen.target.address() {
        Ok(address) if port(&address.config, checks) => {
            let config = &address.config;
            match compose.check_url(config, &mut *session.link) {
                Ok(()) => checks.ok("credentials", as_whom(config)),
                Err(failure) => checks.failure("credentials", &failure),
            }
        }
        Ok(_) => {}
        Err(failure) => checks.failure("port", &failure),
    }
    let probe = Some(catalog::probe_query());
    match run::read(&mut *session.link, &given.history, probe) {
        Ok(report) => inside(&mut *session.link, &report, given, checks),
        Err(error) => checks.failure("history", &explain::run(&error, &[])),
    }
}

fn as_whom(config: &Config) -> String {
    format!("{} on database {}", config.user(), config.database())
}

/// What to correct when the server says no.
fn credentials(target: &Target) -> String {
    match target {
        Target::Url(url) => url.next(),
        Target::Embedded(_) | Target::Compose(_) => {
            "cargo xtask reset --target embedded".to_owned()
        }
    }
}

/// Whether the container runs.
fn container(compose: &Compose, checks: &mut Checks) -> bool {
    let Some(container) = &compose.container else {
        let next = "cargo xtask migrate";
        checks.bad("container", "there is none yet", next, Code::Unreachable);
        return false;
    };
    let found = format!(
        "{} ({}): {}",
        container.id, container.image, container.status
    );
    let state = compose.state();
    if state == Some(State::Unhealthy) {
        let logs = format!("{} logs {SERVICE}", compose.typed());
        checks.bad("container", found, logs, Code::Unreachable);
        // What its own check found may be wrong.
        return true;
    }
    if state.is_some_and(State::is_running) {
        checks.ok("container", found);
        return true;
    }
    let failure = compose.stuck();
    let next = failure.next_text().unwrap_or_default();
    let logs = format!("{} logs {SERVICE}", compose.typed());
    let next = if next.contains(&logs) {
        next.to_owned()
    } else {
        format!("{next}; {logs}")
    };
    checks.bad("container", found, next, Code::Unreachable);
    false
}

/// Whether one of the hosts accepts connections; a socket is tried by connecting.
fn port(config: &Config, checks: &mut Checks) -> bool {
    let servers = config.servers();
    if servers.iter().any(|server| server.starts_with('/')) {
        return true;
    }
    let found: Vec<(String, Port)> = servers
        .into_iter()
        .map(|server| (Port::of(&server), server))
        .map(|(port, server)| (port.describe(&server), port))
        .collect();
    let texts: Vec<&str> = found.iter().map(|(text, _)| text.as_str()).collect();
    let texts = texts.join(", ");
    let called = Called::of(config);
    let is = |wanted: Port| found.iter().any(|(_, port)| *port == wanted);
    let next = match () {
        () if is(Port::Open) => {
            checks.ok("port", texts);
            return true;
        }
        () if is(Port::Closed) => format!("start the server, or correct the {}", called.port),
        () => format!("correct the {}", called.host),
    };
    checks.bad("port", texts, next, Code::Unreachable);
    false
}

/// The result of an attempt to connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Port {
    Open,
    Closed,
    /// The host's name is not known.
    Unknown,
}

impl Port {
    fn of(server: &str) -> Port {
        let Ok(mut addresses) = server.to_socket_addrs() else {
            return Port::Unknown;
        };
        if addresses.any(|address| TcpStream::connect_timeout(&address, PORT_TIMEOUT).is_ok()) {
            Port::Open
        } else {
            Port::Closed
        }
    }

    fn describe(self, server: &str) -> String {
        match self {
            Port::Open => format!("{server} accepts connections"),
            Port::Closed => format!("{server} refuses connections"),
            Port::Unknown => format!("{server}: the name is not known"),
        }
    }
}

/// Version, licence, tables, migrations and drift.
fn inside(link: &mut dyn Link, report: &Report, given: &Given<'_>, checks: &mut Checks) {
    let facts = &report.facts;
    // Where the files cannot be read, they may need it.
    let is_needed = given.migrations.is_none_or(|migrations| {
        migrations
            .iter()
            .any(|it| timescaledb::is_used(&it.file.text))
    });
    match &facts.timescaledb {
        Some(version) => {
            let license = facts.license.as_deref().unwrap_or("unknown");
            checks.ok(
                "timescaledb",
                format!(
                    "{version} on PostgreSQL {}, licence {license}",
                    facts.server_version
                ),
            );
            if license == "apache" && is_needed {
                let next = "use the image timescale/timescaledb, not one ending in -oss";
                checks.bad(
                    "licence",
                    "apache: no continuous aggregates, compression or policies",
                    next,
                    Code::Found,
                );
            }
        }
        None if facts.is_plain => checks.ok(
            "timescaledb",
            format!(
                "plain mode replaces it, on PostgreSQL {}",
                facts.server_version
            ),
        ),
        None if !is_needed => checks.ok(
            "timescaledb",
            format!(
                "not installed, and no migration uses it, on PostgreSQL {}",
                facts.server_version
            ),
        ),
        None if report.history.rows.is_empty() => {
            available(link, checks);
        }
        None => checks.bad(
            "timescaledb",
            format!("not installed in database {}", facts.database),
            "CREATE EXTENSION timescaledb, in a migration",
            Code::Found,
        ),
    }
    match tables(link) {
        Ok(names) if names.is_empty() => checks.ok("tables", "none yet"),
        Ok(names) => checks.ok("tables", names.join(", ")),
        Err(failure) => checks.failure("tables", &failure),
    }
    // Without the files there is nothing to compare the history with.
    let Some(migrations) = given.migrations else {
        return;
    };
    if let Some(foreign) = &report.foreign {
        let error = run::Error::OtherTool(Box::new(foreign.clone()));
        return checks.failure("migrations", &explain::run(&error, migrations));
    }
    let overview = Overview::of(migrations, &report.history);
    if overview.is_clean() {
        checks.ok("migrations", overview.summary())
    } else {
        checks.bad(
            "migrations",
            overview.summary(),
            "cargo xtask status",
            Code::Found,
        )
    }
    checks.drift(&brief::look(given.project, link, migrations, report));
}

/// Whether the extension could be installed, while no migration has done so.
fn available(link: &mut dyn Link, checks: &mut Checks) {
    let sql =
        "SELECT default_version FROM pg_catalog.pg_available_extensions WHERE name = 'timescaledb'";
    match query(link, sql) {
        Ok(names) if names.is_empty() => checks.bad(
            "timescaledb",
            "this server does not have it",
            "install TimescaleDB on it, or `--target compose`",
            Code::Found,
        ),
        Ok(names) => checks.ok("timescaledb", format!("{} can be installed", names[0])),
        Err(failure) => checks.failure("timescaledb", &failure),
    }
}

/// What users know: TimescaleDB's storage is left out, whatever schema it is in.
fn tables(link: &mut dyn Link) -> Result<Vec<String>, Failure> {
    let probe = query(link, catalog::probe_query())?;
    let chunks = catalog::chunks_query(&probe.concat())
        .map_err(|error| Failure::new(Code::Failed, error.to_string()))?;
    let tables = "SELECT c.oid::pg_catalog.regclass FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname NOT LIKE 'pg\\_%' \
         AND n.nspname NOT LIKE '\\_timescaledb%' AND n.nspname NOT LIKE 'timescaledb\\_%' \
         AND n.nspname <> 'information_schema' \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')";
    query(
        link,
        &format!("{tables} AND c.oid NOT IN ({chunks}) ORDER BY c.oid::pg_catalog.regclass::text"),
    )
}

fn query(link: &mut dyn Link, sql: &str) -> Result<Vec<String>, Failure> {
    let results = link.query(&qualified(sql)).map_err(explain::asked)?;
    Ok(results.into_iter().flatten().flatten().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_that_failed_is_no_check_that_passed() {
        let mut checks = Checks {
            done: Vec::new(),
            worst: None,
        };
        checks.drift(&Brief::Failed("permission denied".to_owned()));
        assert_eq!(checks.worst, Some(Code::Failed));
        let lines: Vec<String> = checks.done.iter().map(render).collect();
        assert_eq!(
            lines,
            [
                "  FAIL  drift        not compared: permission denied\n        next: cargo xtask drift"
            ]
        );
    }
}
