//! What is wrong with the text of a file, and where.

use std::path::PathBuf;

use super::{File, LineColumn, position};

/// A migration file whose text cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}:{column}: {message}", path.display())]
pub struct TextError {
    /// The file.
    pub path: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what to write instead.
    pub message: String,
    /// Byte of the file's text.
    pub offset: usize,
    /// The file's text, for showing the line.
    pub text: String,
}

impl TextError {
    /// What is wrong at a byte of a file.
    pub(crate) fn at(file: &File, offset: usize, message: String) -> TextError {
        let LineColumn { line, column } = position(&file.text[..offset]);
        TextError {
            path: file.path.clone(),
            line,
            column,
            message,
            offset,
            text: file.text.clone(),
        }
    }
}
