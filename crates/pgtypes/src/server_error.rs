//! What a server says of an error, whichever driver it came through.

use postgres::error::DbError;

use crate::one_line::OneLine;

/// What the server says an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reported<'a> {
    /// The SQLSTATE.
    pub code: &'a str,
    /// Schema of the table.
    pub schema: Option<&'a str>,
    /// The table.
    pub table: Option<&'a str>,
    /// The column.
    pub column: Option<&'a str>,
    /// The constraint that a row violates.
    pub constraint: Option<&'a str>,
}

impl<'a> From<&'a DbError> for Reported<'a> {
    fn from(error: &'a DbError) -> Self {
        Self {
            code: error.code().code(),
            schema: error.schema(),
            table: error.table(),
            column: error.column(),
            constraint: error.constraint(),
        }
    }
}

/// An error that may be the server's.
pub trait ServerError {
    /// What the server says it is about, if the error is the server's.
    fn reported(&self) -> Option<Reported<'_>>;
}

impl ServerError for postgres::Error {
    fn reported(&self) -> Option<Reported<'_>> {
        self.as_db_error().map(Reported::from)
    }
}

/// A driver's error with the server's words and context, which the driver's own text leaves out.
pub(crate) struct Described<'a>(pub(crate) &'a postgres::Error);

impl std::fmt::Display for Described<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(error) = self.0.as_db_error() else {
            write!(f, "{}", OneLine(self.0))?;
            let source = std::error::Error::source(self.0);
            return source.map_or(Ok(()), |source| write!(f, ": {}", OneLine(source)));
        };
        let more = [error.detail(), error.hint(), error.where_()];
        describe(f, error.message(), error.code().code(), more)
    }
}

/// The server's message and code, then detail, hint and context.
pub(crate) fn describe(
    f: &mut std::fmt::Formatter<'_>,
    message: &str,
    code: &str,
    more: [Option<&str>; 3],
) -> std::fmt::Result {
    write!(f, "{} ({code})", OneLine(message))?;
    for (name, text) in ["detail", "hint", "context"].into_iter().zip(more) {
        if let Some(text) = text {
            write!(f, "; {name}: {}", OneLine(text))?;
        }
    }
    Ok(())
}
