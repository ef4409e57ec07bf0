//! Errors that all value types share: text that is no such value, bytes that are no such value, a value outside its type's range.

use thiserror::Error;

/// A text that is not a value of the type it was parsed as.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid {kind} `{text}`: {reason}")]
pub struct ParseError {
    kind: &'static str,
    text: String,
    reason: &'static str,
}

impl ParseError {
    pub(crate) fn new(kind: &'static str, text: &str, reason: &'static str) -> Self {
        let text = shown(text);
        Self { kind, text, reason }
    }

    /// Why the text was rejected.
    pub fn reason(&self) -> &str {
        self.reason
    }
}

/// What an error repeats of a rejected text: its first 80 characters.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(80).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// A value that the SQL type cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("value is out of range for {kind}")]
pub struct OutOfRange {
    pub(crate) kind: &'static str,
}

/// Bytes from the server that are not the binary form of the type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the server sent an invalid binary {kind}: {reason}")]
pub(crate) struct DecodeError {
    pub(crate) kind: &'static str,
    pub(crate) reason: &'static str,
}

impl DecodeError {
    pub(crate) fn new(kind: &'static str, reason: &'static str) -> Self {
        Self { kind, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_in_the_message() {
        let error = ParseError::new("numeric", &"é".repeat(200), "why");
        assert_eq!(
            error.to_string(),
            format!("invalid numeric `{}…`: why", "é".repeat(80))
        );
    }
}
