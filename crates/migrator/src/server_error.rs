//! What a server says when it refuses a statement.

/// TimescaleDB ends the session with this, under the SQLSTATE of any internal error. The text is the same in every language: TimescaleDB's
/// messages have no translations.
pub(crate) fn is_not_preloaded(code: Option<&str>, message: &str) -> bool {
    code == Some("XX000") && message.contains("extension \"timescaledb\" must be preloaded")
}

/// An error message of the server, field by field.
///
/// <https://www.postgresql.org/docs/current/protocol-error-fields.html>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerError {
    /// `ERROR`, `FATAL` or `PANIC`.
    pub severity: String,
    /// SQLSTATE.
    pub code: String,
    /// The primary message.
    pub message: String,
    /// Details.
    pub detail: Option<String>,
    /// The server's suggestion.
    pub hint: Option<String>,
    /// The call stack of functions.
    pub context: Option<String>,
    /// Where in the message the error is.
    pub place: Position,
    /// The statement that a function ran, where the server points into that one.
    pub inner: Option<Inner>,
}

/// A place in a statement that a function ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inner {
    /// The statement.
    pub query: String,
    /// The byte of it where the error is.
    pub byte: usize,
}

/// Where in a message an error is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Position {
    /// At this byte of the message's text.
    Byte(usize),
    /// Somewhere in the statement with this index.
    Statement(usize),
    /// Not known.
    #[default]
    Unknown,
}

/// The quotes of the languages that PostgreSQL speaks.
const QUOTES: [char; 8] = ['"', '«', '»', '„', '“', '”', '「', '」'];

/// The names that a server's message quotes, whatever its language.
pub(crate) fn quoted(message: &str) -> impl Iterator<Item = &str> {
    // French puts blanks within its quotes.
    let blank = [' ', '\u{a0}'];
    message
        .split(QUOTES)
        .skip(1)
        .step_by(2)
        .map(move |name| name.trim_matches(blank))
}

impl ServerError {
    /// Whether TimescaleDB's library is not in `shared_preload_libraries`: the extension can neither be created nor used, and the session
    /// that tried it has ended.
    pub fn is_not_preloaded(&self) -> bool {
        is_not_preloaded(Some(&self.code), &self.message)
    }
}

impl std::fmt::Display for ServerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let severity = self.severity.to_lowercase();
        write!(f, "{severity}[{}]: {}", self.code, self.message)
    }
}
