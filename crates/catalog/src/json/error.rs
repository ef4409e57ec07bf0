//! Why a text cannot be read as JSON.

use std::fmt;

/// Why a text is not the JSON that is expected: what is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError(Box<Fault>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    cause: String,
    /// Line and column, both counted from 1; `None` if what is wrong is not in one place.
    place: Option<(usize, usize)>,
    is_end: bool,
}

impl JsonError {
    /// What is wrong at a byte of the text. At its end, more of it is missing.
    pub(crate) fn at(text: &str, byte: usize, cause: impl Into<String>) -> JsonError {
        let before = text.get(..byte).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count() + 1;
        let column = before[start..].chars().count() + 1;
        JsonError(Box::new(Fault {
            cause: cause.into(),
            place: Some((line, column)),
            is_end: byte >= text.len(),
        }))
    }

    /// What is wrong with the content as a whole.
    pub(crate) fn of_content(cause: impl Into<String>) -> JsonError {
        JsonError(Box::new(Fault {
            cause: cause.into(),
            place: None,
            is_end: false,
        }))
    }

    /// What is wrong, without the place.
    pub fn cause(&self) -> &str {
        &self.0.cause
    }

    /// The line, counted from 1; 0 if what is wrong is not in one place.
    pub fn line(&self) -> usize {
        self.0.place.map_or(0, |(line, _)| line)
    }

    /// The column in characters, counted from 1; 0 if what is wrong is not in one place.
    pub fn column(&self) -> usize {
        self.0.place.map_or(0, |(_, column)| column)
    }

    /// Whether the text ends too early.
    pub fn is_end(&self) -> bool {
        self.0.is_end
    }
}

impl std::error::Error for JsonError {}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.cause)?;
        match self.0.place {
            Some((line, column)) => write!(f, " at line {line} column {column}"),
            None => Ok(()),
        }
    }
}
