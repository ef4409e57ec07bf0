//! What is wrong with the files of queries, as a person sees it.

use std::path::Path;

use queries::{File, FileError};

use crate::diagnostic::{Diagnostic, Excerpt};
use crate::failure::{Code, Failure};

/// The path of a file as people see it.
pub fn shown(path: &Path, root: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// An error at a byte of a file.
pub fn error(file: &File, root: &Path, message: impl Into<String>, offset: usize) -> Diagnostic {
    let excerpt = Excerpt::of(shown(&file.path, root), &file.text, offset);
    Diagnostic::new(message).place(excerpt)
}

/// A file that cannot be used.
pub fn failure(error: &FileError, root: &Path) -> Failure {
    let next = match error {
        FileError::Query { path, text, error } => {
            let excerpt = Excerpt::of(shown(path, root), text, error.offset);
            let diagnostic = Diagnostic::new(error.problem.to_string()).place(excerpt);
            return Failure::with(Code::Failed, diagnostic);
        }
        FileError::Read { .. } => "make it readable",
        FileError::Name(_) => "rename the file",
        _ => "save the file as UTF-8",
    };
    let message = error
        .to_string()
        .replace(&format!("{}/", root.display()), "");
    Failure::new(Code::Failed, message).next(next)
}
