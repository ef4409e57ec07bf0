//! A connection as the engine needs it. Drivers live elsewhere: `wire` speaks PostgreSQL's protocol, `psql` drives a psql process.

use crate::message::Message;
use crate::server_error::is_not_preloaded;
pub use crate::server_error::{Inner, Position, ServerError};

/// The rows of one result: text values, `None` for null.
pub type Rows = Vec<Vec<Option<String>>>;

/// The first statement of a session that must not load TimescaleDB.
pub(crate) const LOAD_NOTHING: &str = "SET timescaledb.disable_load = on";

/// The largest accepted answer to one of our queries.
pub(crate) const LONGEST_ANSWER: usize = 1 << 30;

/// How long a second session waits for a connection and for an answer.
pub(crate) const BESIDE: std::time::Duration = std::time::Duration::from_secs(5);

/// A session on a server.
pub trait Link {
    /// Sends one message that may hold several statements; returns the rows of each statement that returns rows.
    fn query(&mut self, sql: &str) -> Result<Vec<Rows>, Error>;

    /// Passes every message that is going to run, so that a driver that copies files can copy them at once. They are rendered on demand: a
    /// driver that does not need them holds none.
    fn prepare(&mut self, messages: &mut dyn Iterator<Item = Message>) -> Result<(), Error> {
        let _ = messages;
        Ok(())
    }

    /// Runs one message of a step; rows are discarded.
    fn run(&mut self, message: &Message) -> Result<(), Error>;

    /// Ends the session and opens another one. What was passed to [`Link::prepare`] must be passed again.
    fn reconnect(&mut self) -> Result<(), Error>;

    /// Whether the session still takes messages: an error may have ended it.
    fn is_open(&self) -> bool {
        true
    }

    /// What another thread needs while this session is busy.
    fn beside(&self) -> Option<Box<dyn Beside>> {
        None
    }

    /// From now on the server has this long for each answer to a query, because quick queries are not waited for as long as migrations.
    fn answer_within(&mut self, patience: std::time::Duration) {
        let _ = patience;
    }

    /// What is between us and the server; `backend` is the result of `pg_backend_pid()`.
    fn pooling(&mut self, backend: &str) -> Result<Pooling, Error> {
        let _ = backend;
        Ok(Pooling::None)
    }

    /// The server's notices since the last call.
    fn notices(&mut self) -> Vec<Notice> {
        Vec::new()
    }
}

/// How a connection pooler treats a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    /// There is no pooler, or none that is visible.
    None,
    /// The session keeps its server process, which may have served others before.
    Session,
    /// Each transaction may get another server process.
    Transaction,
}

/// A notice of the server, such as from `RAISE NOTICE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// `NOTICE`, `WARNING`, …
    pub severity: String,
    /// SQLSTATE.
    pub code: String,
    /// The primary message.
    pub message: String,
}

/// A way to the server of a session that is busy.
pub trait Beside: Send {
    /// Opens another session, whose messages fail if the server does not answer within seconds.
    fn open(&self) -> Result<Box<dyn Link>, Error>;

    /// Asks the server to cancel what the busy session does, without a session for that.
    fn cancel(&self) -> Result<(), Error> {
        Err(Error::lost(
            "this driver cannot cancel without a second session",
        ))
    }

    /// Ends the busy session from outside: what it waits for becomes [`Error::Lost`].
    fn sever(&self);
}

/// Why a message did not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server refused it.
    #[error("{0}")]
    Server(Box<ServerError>),
    /// The connection failed; the text names the server and the reason.
    #[error("{message}")]
    Unreachable {
        /// What was tried and the result.
        message: String,
        /// SQLSTATE, if a server answered with an error.
        code: Option<String>,
    },
    /// The connection broke: it is unknown whether the message ran.
    #[error("the connection was lost: {message}")]
    Lost {
        /// How it broke.
        message: String,
        /// SQLSTATE, if the server reported why it ended the session.
        code: Option<String>,
    },
}

impl Error {
    /// A connection that broke without a message from the server.
    pub fn lost(message: impl Into<String>) -> Error {
        Error::Lost {
            message: message.into(),
            code: None,
        }
    }

    /// A connection that broke before anything was sent that could be in doubt, as a server that cannot be reached.
    #[must_use]
    pub fn with_nothing_in_doubt(self) -> Error {
        if self.is_not_preloaded() {
            return self;
        }
        let shown = self.to_string();
        match self {
            Error::Lost { code, .. } => Error::Unreachable {
                message: shown,
                code,
            },
            other => other,
        }
    }

    /// Whether the server lacks TimescaleDB's library at its start (see [`ServerError::is_not_preloaded`]).
    pub fn is_not_preloaded(&self) -> bool {
        match self {
            Error::Server(error) => error.is_not_preloaded(),
            Error::Lost { message, code } | Error::Unreachable { message, code } => {
                is_not_preloaded(code.as_deref(), message)
            }
        }
    }
}
