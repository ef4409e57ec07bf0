//! What the server says of itself, and the history, in one round trip.

use super::{Error, Report, foreign};
use crate::history::{self, History};
use crate::link::{self, Link, Rows, ServerError};
use crate::qualified::qualified;
use crate::script::session::{self, Scope};

/// The oldest PostgreSQL that the engine's own statements work on, as `server_version_num`.
pub const OLDEST_SERVER: u32 = 130_000;

/// SQLSTATE of a table that is not there.
pub(super) const UNDEFINED_TABLE: &str = "42P01";
/// SQLSTATE of a table that the user may not read.
pub(super) const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// What the server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The database.
    pub database: String,
    /// The user that the session belongs to.
    pub user: String,
    /// `server_version`, without what a distribution adds: `15.20`.
    pub server_version: String,
    /// `server_version_num`.
    pub server_version_num: u32,
    /// Version of the installed extension `timescaledb`.
    pub timescaledb: Option<String>,
    /// `timescaledb.license` of the session, where the library is loaded.
    pub license: Option<String>,
    /// Why nothing can be written: it is a standby.
    pub read_only: Option<String>,
    /// The schema of the history table, or the one that it is going to be created in; `None` when the search path names none.
    pub history_schema: Option<String>,
    /// Whether the server can end the statements of clients that are gone (`client_connection_check_interval`).
    pub checks_connection: bool,
    /// The process that serves the session.
    pub backend: String,
    /// Whether a run that was cut left background jobs paused.
    pub has_paused_jobs: bool,
    /// Whether the database is one of plain mode.
    pub is_plain: bool,
}

const FACTS: &str = "SELECT current_database(), session_user, current_setting('server_version'), \
     current_setting('server_version_num'), \
     (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'timescaledb'), \
     current_setting('timescaledb.license', true), \
     CASE WHEN pg_is_in_recovery() THEN 'it is a standby' END, \
     coalesce((parse_ident((pg_identify_object('pg_catalog.pg_class'::regclass, to_regclass('schema_migrations'), 0)).schema))[1], \
     current_schema()), \
     current_setting('client_connection_check_interval', true) IS NOT NULL AND version() LIKE '%linux%', \
     pg_backend_pid(), to_regclass('schema_migrations_paused_jobs') IS NOT NULL, \
     to_regclass('_timescaledb_catalog.plain') IS NOT NULL";

/// Asks for the facts, whatever the session's search path holds beside `pg_catalog`.
pub(super) fn query() -> String {
    qualified(FACTS)
}

impl Facts {
    fn parse(rows: &Rows) -> Facts {
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
            is_plain: is_true(11),
        }
    }

    /// The quoted, schema-qualified name of a table beside the history table, or of that itself, whether it exists or not.
    pub(crate) fn own_table(&self, name: &str) -> Result<String, Error> {
        let schema = self.history_schema.as_deref().ok_or(Error::NoSchema)?;
        Ok(format!("{}.{name}", history::identifier(schema)))
    }
}

/// Reads server facts and history in one round trip, without writing anything. `extra` is one more query of the caller's to send along.
pub fn read(link: &mut dyn Link, extra: Option<&str>) -> Result<Report, Error> {
    let neutral = session::neutral(Scope::Message);
    let own = match extra {
        Some(extra) => format!("{};\n{}", query(), qualified(extra)),
        None => query(),
    };
    let message = format!("{neutral};\n{own};\n{}", history::read(history::TABLE));
    let (mut results, history) = match link.query(&message) {
        Ok(mut results) => {
            let rows = results.pop().unwrap_or_default();
            (results, Ok(rows))
        }
        Err(link::Error::Server(error)) if is_about_the_history(&error) => {
            let message = format!("{neutral};\n{};\n{own}", crate::foreign::query());
            let results = link.query(&message)?;
            (results, Err(error))
        }
        Err(error) => return Err(error.into()),
    };
    let extra = extra.and_then(|_| results.pop());
    let facts = Facts::parse(&results.pop().unwrap_or_default());
    if facts.server_version_num < OLDEST_SERVER {
        return Err(Error::ServerTooOld(facts.server_version));
    }
    let mut other_tool = None;
    let history = match history {
        Ok(rows) => parse_history(&facts, &rows)?,
        Err(error) => {
            let found = foreign::look(link, results.pop())?;
            if error.code != UNDEFINED_TABLE {
                return Err(foreign::refuse(&facts, error.message, found));
            }
            other_tool = found.into_iter().find(|it| it.is_here && it.holds_any());
            History::default()
        }
    };
    Ok(Report {
        facts,
        applied: Vec::new(),
        history,
        ahead: None,
        extra,
        foreign: other_tool,
    })
}

/// Whether a refusal of the first message can only be about the table, and not about the server:
/// the table is not there, or it cannot be read in the way of a history.
fn is_about_the_history(error: &ServerError) -> bool {
    error.code.starts_with("42") && error.code != INSUFFICIENT_PRIVILEGE
}

pub(super) fn parse_history(facts: &Facts, rows: &Rows) -> Result<History, Error> {
    History::parse(rows).map_err(|reason| foreign::refuse(facts, reason, Vec::new()))
}
