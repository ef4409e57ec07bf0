//! What a driver fails with.

use std::error::Error;

#[cfg(feature = "sqlx")]
use crate::server_error::ServerError;
use crate::server_error::{Described, Reported};

/// What a driver says of a statement that failed, or of a value that it read.
#[derive(Debug)]
#[non_exhaustive]
pub enum DriverError {
    /// Of `postgres` and `tokio_postgres`.
    Postgres(postgres::Error),
    /// Of `sqlx`.
    #[cfg(feature = "sqlx")]
    Sqlx(sqlx::Error),
    /// Why a value that was read does not fit, or why the connection's bytes could not be read.
    Other(Box<dyn Error + Send + Sync>),
}

impl DriverError {
    /// What the server said of a constraint, if the error is the server's.
    pub(crate) fn reported(&self) -> Option<Reported<'_>> {
        match self {
            Self::Postgres(error) => error.as_db_error().map(Reported::from),
            #[cfg(feature = "sqlx")]
            Self::Sqlx(error) => error.reported(),
            Self::Other(_) => None,
        }
    }

    /// What the error is about, which the driver's own text leaves out.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Postgres(error) => error
                .source()
                .map_or(error.to_string(), |it| it.to_string()),
            #[cfg(feature = "sqlx")]
            Self::Sqlx(error) => error.to_string(),
            Self::Other(error) => error.to_string(),
        }
    }
}

impl From<postgres::Error> for DriverError {
    fn from(error: postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl std::fmt::Display for DriverError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Postgres(error) => write!(f, "{}", Described(error)),
            #[cfg(feature = "sqlx")]
            Self::Sqlx(error) => crate::on_sqlx::errors::describe(error, f),
            Self::Other(error) => write!(f, "{}", crate::one_line::OneLine(error)),
        }
    }
}

impl Error for DriverError {}
