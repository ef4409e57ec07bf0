//! Why a statement gave no answer, and a driver's error in the server's words.

use postgres::error::DbError;
use thiserror::Error;

use crate::driver_error::DriverError;
use crate::one_line::OneLine;
use crate::server_error::{Reported, ServerError};

/// Why a [`Statement`](crate::Statement) gave no answer.
///
/// It prints as one line, for logs: `relation: message (code); detail: …; hint: …; context: …`. Line breaks and control characters of the
/// server's texts are escaped, and each text is cut after 2000 characters. [`server`](Self::server) has them as they are. The detail may
/// hold values of the row.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum QueryError {
    /// One row was asked for, and none was returned.
    #[error("{}: no row was returned", OneLine(relation))]
    NoRow {
        /// The relation, quoted for SQL.
        relation: String,
    },
    /// One row at most was asked for, and more were returned.
    #[error(
        "{}: {rows} rows were returned, and one at most was asked for",
        OneLine(relation)
    )]
    SeveralRows {
        /// The relation, quoted for SQL.
        relation: String,
        /// How many there are.
        rows: usize,
    },
    /// The statement was not sent.
    #[error("{}: {}", OneLine(relation), OneLine(reason))]
    NotSent {
        /// The relation, quoted for SQL.
        relation: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A column holds null that never did when the types were generated.
    #[error(
        "{}: column {} is null, and by the schema that this program was built for it never is: \
         `verify` or `cargo xtask drift` shows what changed",
        OneLine(relation),
        OneLine(column)
    )]
    UnexpectedNull {
        /// The relation, quoted for SQL.
        relation: String,
        /// Name of the column.
        column: &'static str,
    },
    /// A value that was read does not fit the column's Rust type.
    #[error("{}: column {}: {}", OneLine(relation), OneLine(column), OneLine(.cause.reason()))]
    Value {
        /// The relation, quoted for SQL.
        relation: String,
        /// Name of the column.
        column: &'static str,
        /// What the driver says.
        cause: DriverError,
    },
    /// What came of a COPY is not all of it, or nothing that a COPY gives. The rows before are right.
    #[error(
        "{}: the answer of COPY is broken after {rows} rows: {reason}",
        OneLine(relation)
    )]
    BrokenCopy {
        /// The relation, quoted for SQL.
        relation: String,
        /// How many rows there were.
        rows: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// The server refused the statement, the connection broke, or a value that was sent does not fit its column.
    #[error("{}: {cause}", OneLine(relation))]
    Database {
        /// The relation, quoted for SQL.
        relation: String,
        /// What the driver says.
        cause: DriverError,
    },
}

impl QueryError {
    /// What the server said, if the error is the server's, by the drivers `postgres` and `tokio_postgres`.
    pub fn server(&self) -> Option<&DbError> {
        match self {
            Self::Database {
                cause: DriverError::Postgres(cause),
                ..
            } => cause.as_db_error(),
            _ => None,
        }
    }

    /// The name of the constraint that a row violates.
    pub fn constraint(&self) -> Option<&str> {
        self.reported()?.constraint
    }
}

impl ServerError for QueryError {
    fn reported(&self) -> Option<Reported<'_>> {
        match self {
            Self::Database { cause, .. } => cause.reported(),
            _ => None,
        }
    }
}
