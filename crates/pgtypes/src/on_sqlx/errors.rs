//! sqlx's errors in the server's words.

use std::fmt;

use ::sqlx::postgres::PgDatabaseError;

use crate::one_line::OneLine;
use crate::server_error::{self, Reported, ServerError};

fn server(error: &::sqlx::Error) -> Option<&PgDatabaseError> {
    error.as_database_error()?.try_downcast_ref()
}

impl ServerError for ::sqlx::Error {
    fn reported(&self) -> Option<Reported<'_>> {
        server(self).map(|error| Reported {
            code: error.code(),
            schema: error.schema(),
            table: error.table(),
            column: error.column(),
            constraint: error.constraint(),
        })
    }
}

/// The server's words and context, or sqlx's own.
pub(crate) fn describe(error: &::sqlx::Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some(error) = server(error) else {
        return write!(f, "{}", OneLine(error));
    };
    let more = [error.detail(), error.hint(), error.r#where()];
    server_error::describe(f, error.message(), error.code(), more)
}
