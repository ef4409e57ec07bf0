//! Why a COPY failed.

use std::error::Error;
use std::io;

use thiserror::Error;

use crate::encode::EncodeError;
use crate::insert::Insert;
use crate::server_error::{Described, Reported, ServerError};

/// Why a COPY failed. No row of it was stored.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CopyError {
    /// A value cannot be sent.
    #[error("COPY into {table}: row {row}, column {column}: {cause}")]
    Encode {
        /// The table, quoted for SQL.
        table: String,
        /// Index of the row, the first being 0.
        row: usize,
        /// Name of the column.
        column: &'static str,
        /// What is wrong with the value.
        cause: EncodeError,
    },
    /// A row sets other defaulted columns than the first one; one COPY has one list of columns.
    #[error(
        "COPY into {table}: row {row} leaves different columns to their defaults than row 0: copy such rows separately"
    )]
    MixedDefaults {
        /// The table, quoted for SQL.
        table: String,
        /// Index of the row, the first being 0.
        row: usize,
    },
    /// What gives the rows failed.
    #[error("COPY into {table}: row {row}: {cause}")]
    Source {
        /// The table, quoted for SQL.
        table: String,
        /// Index of the row, the first being 0.
        row: usize,
        /// What the iterator or stream gave in its place.
        cause: Box<dyn Error + Send + Sync>,
    },
    /// Several statements would have been needed, and nothing but a transaction makes them one.
    #[error(
        "COPY into {table}: a column is text or a composite type here, so that the rows are written by several INSERTs: \
         call copy_in in a transaction of the client"
    )]
    NoTransaction {
        /// The table, quoted for SQL.
        table: String,
    },
    /// The server refused, or the connection broke.
    #[error("COPY into {table}: {}", Described(.cause))]
    Database {
        /// The table, quoted for SQL.
        table: String,
        /// What the driver says.
        cause: postgres::Error,
    },
    /// Writing failed before it reached the driver's connection.
    #[error("COPY into {table}: {cause}")]
    Io {
        /// The table, quoted for SQL.
        table: String,
        /// What failed.
        cause: io::Error,
    },
}

/// A driver's error with the name of the table.
pub(super) fn database<R: Insert>(cause: postgres::Error) -> CopyError {
    CopyError::Database {
        table: R::TABLE.quoted(),
        cause,
    }
}

impl ServerError for CopyError {
    fn reported(&self) -> Option<Reported<'_>> {
        match self {
            Self::Database { cause, .. } => cause.as_db_error().map(Reported::from),
            _ => None,
        }
    }
}
