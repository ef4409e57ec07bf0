//! Facts about the server, and the history, in one round trip.

use sql::qualified::qualified;
use sql::quote;

use super::lock::Lock;
use super::{Error, Report, foreign, stand_in};
use crate::foreign::Foreign;
use crate::history::{self, Elsewhere, History, HistoryTable, elsewhere, trust};
use crate::link::{self, Link, Rows, ServerError};
use crate::script::session::{self, Scope};

/// The oldest PostgreSQL that the engine's own statements work on, as `server_version_num`.
pub const OLDEST_SERVER: u32 = 130_000;

/// SQLSTATE of a table that the user may not read.
pub(super) const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// The prefix of the schemas of temporary tables; no other schema has it.
const TEMPORARY: &str = "pg_temp_";

/// Facts about the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The database.
    pub database: String,
    /// The user that the session belongs to.
    pub user: String,
    /// `server_version`, without the distribution's suffix: `15.20`.
    pub server_version: String,
    /// `server_version_num`.
    pub server_version_num: u32,
    /// Version of the installed extension `timescaledb`.
    pub timescaledb: Option<String>,
    /// `timescaledb.license` of the session, if the library is loaded.
    pub license: Option<String>,
    /// Why nothing can be written: the server is a standby.
    pub read_only: Option<String>,
    /// The schema of the history table, or the one that it will be created in; `None` if no schema of the search path exists.
    pub history_schema: Option<String>,
    /// Whether the server can end the statements of disconnected clients (`client_connection_check_interval`).
    pub checks_connection: bool,
    /// The process that serves the session.
    pub backend: String,
    /// Whether an interrupted run left background jobs paused.
    pub has_paused_jobs: bool,
    /// Whether the database is in plain mode.
    pub is_plain: bool,
    /// Whether an older version installed what replaces TimescaleDB there, and the user may update it.
    pub has_older_stand_in: bool,
    /// Whether that schema exists: a schema that a project names is created with the history.
    pub has_history_schema: bool,
    /// The schema that new tables go to; `None` if no schema of the search path exists.
    pub current_schema: Option<String>,
    /// Which table is the history.
    pub history_table: HistoryTable,
}

/// SQLSTATE `invalid_text_representation`, with which the query for the facts fails if there is no history that may be read.
pub(super) const NO_HISTORY: &str = "22P02";

/// A query for the facts, whatever else than `pg_catalog` the session's search path has.
pub(super) fn query(history: &HistoryTable) -> String {
    let schema = history.schema_sql();
    qualified(&format!(
        "SELECT current_database(), session_user, current_setting('server_version'), \
         current_setting('server_version_num'), \
         (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'timescaledb'), \
         current_setting('timescaledb.license', true), \
         CASE WHEN pg_is_in_recovery() THEN 'it is a standby' END, \
         {schema}, \
         current_setting('client_connection_check_interval', true) IS NOT NULL AND version() LIKE '%linux%', \
         pg_backend_pid(), \
         EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relname = {} AND n.nspname = {schema}), \
         {}, \
         EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = {schema}), \
         EXISTS (SELECT FROM pg_catalog.pg_namespace n \
         WHERE n.nspname = '_timescaledb_catalog' AND pg_has_role(n.nspowner, 'USAGE')), \
         current_schema()",
        quote::literal(&history.paused_jobs()),
        stand_in::FOUND,
    ))
}

/// Ends the message with an error unless the history may be read by its name: anything else of that name is not read.
pub(super) fn guard(history: &HistoryTable) -> String {
    qualified(&format!(
        "SELECT (CASE WHEN {} THEN '1' ELSE 'no history to read' END)::int4",
        trust::is_usable(history)
    ))
}

impl Facts {
    fn parse(rows: &Rows, history: &HistoryTable) -> Facts {
        let row = rows.first().map(Vec::as_slice).unwrap_or_default();
        let text = |index: usize| {
            row.get(index)
                .cloned()
                .flatten()
                .filter(|text| !text.is_empty())
        };
        let is_true = |index: usize| text(index).as_deref() == Some("t");
        let version = text(2).unwrap_or_default();
        Facts {
            database: text(0).unwrap_or_default(),
            user: text(1).unwrap_or_default(),
            server_version: version.split(' ').next().unwrap_or_default().to_owned(),
            server_version_num: text(3)
                .and_then(|text| text.parse().ok())
                .unwrap_or_default(),
            timescaledb: text(4),
            license: text(5),
            read_only: text(6),
            history_schema: text(7),
            checks_connection: is_true(8),
            backend: text(9).unwrap_or_default(),
            has_paused_jobs: is_true(10),
            is_plain: text(11).is_some(),
            has_older_stand_in: is_true(13)
                && stand_in::version(text(11).as_deref()).is_some_and(stand_in::is_older),
            has_history_schema: is_true(12),
            current_schema: text(14),
            history_table: history.clone(),
        }
    }

    /// The quoted, schema-qualified name of the history, whether it exists or not.
    pub(crate) fn own_history(&self) -> Result<String, Error> {
        self.own_table(&self.history_table.table)
    }

    /// The same for the table of paused jobs.
    pub(crate) fn own_paused_jobs(&self) -> Result<String, Error> {
        self.own_table(&self.history_table.paused_jobs())
    }

    fn own_table(&self, name: &str) -> Result<String, Error> {
        let schema = self.history_schema.as_deref().ok_or(Error::NoSchema)?;
        if schema.starts_with(TEMPORARY) {
            return Err(Error::TemporarySchema);
        }
        let [schema, name] = [schema, name].map(quote::identifier);
        Ok(format!("{schema}.{name}"))
    }

    /// The history with the schema that it is in, or will be created in.
    pub(crate) fn named_history(&self) -> HistoryTable {
        HistoryTable {
            schema: self.history_schema.clone(),
            ..self.history_table.clone()
        }
    }

    /// The history's name with its schema, as a person would type it.
    pub(crate) fn shown_history(&self) -> String {
        let schema = self.history_schema.as_deref().unwrap_or_default();
        let table = &self.history_table.table;
        format!("{}.{}", quote::plain(schema), quote::plain(table))
    }

    /// SQL that creates the history and its schema if they do not exist.
    pub(crate) fn create_history(&self) -> Result<String, Error> {
        let create = history::create(&self.own_history()?);
        let missing = self.history_table.schema.as_ref();
        let missing = missing.filter(|_| !self.has_history_schema);
        Ok(match missing {
            Some(schema) => {
                let schema = quote::identifier(schema);
                format!("CREATE SCHEMA IF NOT EXISTS {schema};\n{create}")
            }
            None => create,
        })
    }

    /// The key of the runners' lock.
    pub(crate) fn lock(&self) -> Result<Lock, Error> {
        let schema = self.history_schema.as_deref().ok_or(Error::NoSchema)?;
        Ok(Lock::of(schema, &self.history_table.table))
    }
}

/// Reads server facts and history in one round trip, without writing anything. `extra` is one more query of the caller, sent along.
///
/// If there is no history that may be read, as in a new database, it asks what exists instead.
///
/// # Errors
/// If the server does not answer, [`link::Error::Unreachable`]: nothing was sent whose outcome could be unknown.
pub fn read(
    link: &mut dyn Link,
    history: &HistoryTable,
    extra: Option<&str>,
) -> Result<Report, Error> {
    read_all(link, history, extra).map_err(|error| match error {
        Error::Link(error) => Error::Link(error.with_nothing_in_doubt()),
        other => other,
    })
}

fn read_all(
    link: &mut dyn Link,
    history: &HistoryTable,
    extra: Option<&str>,
) -> Result<Report, Error> {
    let own = match extra {
        Some(extra) => format!("{};\n{}", query(history), qualified(extra)),
        None => query(history),
    };
    let first = format!(
        "{};\n{};\n{own};\n{}",
        session::neutral(Scope::Message),
        guard(history),
        history::read(&history.quoted())
    );
    match link.query(&first) {
        Ok(mut results) => {
            let rows = results.pop().unwrap_or_default();
            let answers = read_answers(&mut results, history, extra.is_some())?;
            let history = parse_history(&answers.facts, &rows)?;
            Ok(report(answers, history, Missing::default()))
        }
        Err(link::Error::Server(error)) if is_about_the_history(&error) => {
            look(link, history, &own, extra.is_some(), &error)
        }
        Err(error) => Err(error.into()),
    }
}

/// What exists instead of a history.
#[derive(Default)]
struct Missing {
    foreign: Option<Foreign>,
    elsewhere: Vec<Elsewhere>,
}

/// Reads the facts if the first query failed with `error`: there may be another tool's history, one of ours elsewhere, a table that is not
/// trusted, or nothing.
fn look(
    link: &mut dyn Link,
    history: &HistoryTable,
    own: &str,
    has_extra: bool,
    error: &ServerError,
) -> Result<Report, Error> {
    let sql = format!(
        "{};\n{};\n{};\n{};\n{own}",
        session::neutral(Scope::Message),
        crate::foreign::query(),
        trust::query(history),
        elsewhere::query(),
    );
    let mut results = link.query(&sql)?;
    let answers = read_answers(&mut results, history, has_extra)?;
    let mut next = || results.pop().unwrap_or_default();
    let (places, tables, tools) = (next(), next(), next());
    let tables = trust::found(&tables);
    let name = answers.facts.history_schema.clone().unwrap_or_default();
    if let Some(untrusted) = untrusted(&tables, &name, history) {
        let is_tools = |it: &&Foreign| it.schema == name && it.table == history.table;
        let tools = foreign::look(link, Some(tools))?;
        // Another tool's history is left alone, whoever owns it.
        return match tools.iter().find(is_tools) {
            Some(_) => Err(foreign::refuse(
                &answers.facts,
                error.message.clone(),
                tools,
            )),
            None => Err(Error::Untrusted(Box::new(untrusted))),
        };
    }
    if tables.iter().any(|it| it.name == history.table) {
        return match error.code.as_str() {
            // The unqualified name refers to another table, such as a temporary one.
            NO_HISTORY => read_in_its_schema(link, answers, tools),
            _ => {
                let tools = foreign::look(link, Some(tools))?;
                Err(foreign::refuse(
                    &answers.facts,
                    error.message.clone(),
                    tools,
                ))
            }
        };
    }
    let tools = foreign::look(link, Some(tools))?;
    let foreign = tools.into_iter().find(|it| it.is_here && it.holds_any());
    let mut elsewhere = elsewhere::places(&places);
    // Another run may have created the history since the query for tables of its name: it will be read under the lock.
    elsewhere.retain(|it| it.schema != name || it.table != history.table);
    if !elsewhere.is_empty() {
        let neutral = session::neutral(Scope::Message);
        let rows = link.query(&format!(
            "{neutral};\n{}",
            elsewhere::rows_query(&elsewhere)
        ))?;
        elsewhere::fill(&mut elsewhere, &rows.concat());
    }
    let missing = Missing { foreign, elsewhere };
    Ok(report(answers, History::default(), missing))
}

/// Refuses a table that has the name of the history, or of the table of paused jobs, and is not trusted.
pub(super) fn check_trust(link: &mut dyn Link, history: &HistoryTable) -> Result<(), Error> {
    let tables = trust::found(&link.query(&trust::query(history))?.concat());
    let schema = history.schema.as_deref().unwrap_or_default();
    match untrusted(&tables, schema, history) {
        Some(untrusted) => Err(Error::Untrusted(Box::new(untrusted))),
        None => Ok(()),
    }
}

/// The first of the tables that is refused.
fn untrusted(
    tables: &[trust::Found],
    schema: &str,
    history: &HistoryTable,
) -> Option<history::Untrusted> {
    let mut refusals = tables
        .iter()
        .filter_map(|table| table.refusal(schema, table.name == history.table));
    refusals.next()
}

/// Reads a table that is known to be a history, and whose unqualified name refers to another table.
fn read_in_its_schema(link: &mut dyn Link, answers: Answers, tools: Rows) -> Result<Report, Error> {
    let named = answers.facts.named_history();
    let sql = format!(
        "{};\n{};\n{}",
        session::neutral(Scope::Message),
        guard(&named),
        history::read(&named.quoted())
    );
    let rows = match link.query(&sql) {
        Ok(mut results) => results.pop().unwrap_or_default(),
        Err(link::Error::Server(error)) if is_about_the_history(&error) => {
            let tools = foreign::look(link, Some(tools))?;
            return Err(foreign::refuse(&answers.facts, error.message, tools));
        }
        Err(error) => return Err(error.into()),
    };
    let history = parse_history(&answers.facts, &rows)?;
    Ok(report(answers, history, Missing::default()))
}

/// The server's answers.
struct Answers {
    facts: Facts,
    /// The answer to the extra query.
    extra: Option<Rows>,
}

/// Takes the answers to [`query`] and to the extra query from the end of the results.
fn read_answers(
    results: &mut Vec<Rows>,
    history: &HistoryTable,
    has_extra: bool,
) -> Result<Answers, Error> {
    let extra = has_extra.then(|| results.pop()).flatten();
    let facts = Facts::parse(&results.pop().unwrap_or_default(), history);
    if facts.server_version_num < OLDEST_SERVER {
        Err(Error::ServerTooOld(facts.server_version))
    } else {
        Ok(Answers { facts, extra })
    }
}

fn report(answers: Answers, history: History, missing: Missing) -> Report {
    Report {
        facts: answers.facts,
        applied: Vec::new(),
        history,
        ahead: None,
        extra: answers.extra,
        foreign: missing.foreign,
        elsewhere: missing.elsewhere,
    }
}

/// Whether an error of the first message is about the table and not about the server: the table does not exist, is not trusted, or cannot
/// be read as a history.
fn is_about_the_history(error: &ServerError) -> bool {
    error.code == NO_HISTORY || error.code.starts_with("42") && error.code != INSUFFICIENT_PRIVILEGE
}

pub(super) fn parse_history(facts: &Facts, rows: &Rows) -> Result<History, Error> {
    History::parse(facts.shown_history(), rows)
        .map_err(|reason| foreign::refuse(facts, reason, Vec::new()))
}
