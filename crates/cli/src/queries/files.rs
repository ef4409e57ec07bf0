//! What is wrong with the files of queries, as a person sees it.

use std::path::Path;

use queries::{File, FileError};
use serde_json::Value;

use crate::diagnostic::{Diagnostic, Excerpt};
use crate::failure::{Code, Failure};
use crate::words::count;

/// The folder of the queries, beside the snapshot.
pub const FOLDER: &str = "queries";

/// The name of the file that is kept of them, beside the snapshot.
pub const FILE: &str = "queries.json";

/// What to do about queries that are wrong.
pub const CORRECT: &str = "correct the queries, and run the command again";

/// Reads the queries beside the snapshot file `snapshot`. The failure has each thing that is wrong with them; `state` is what that means.
pub fn read(snapshot: &Path, root: &Path, state: &str) -> Result<Vec<File>, Failure> {
    queries::read_dir(&snapshot.with_file_name(FOLDER)).map_err(|errors| {
        let failures = errors.iter().map(|error| failure(error, root));
        all(failures.collect(), state, CORRECT)
    })
}

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
        FileError::Nested(_) => "move the file into queries/ itself",
        _ => "save the file as UTF-8",
    };
    let message = error
        .to_string()
        .replace(&format!("{}/", root.display()), "");
    Failure::new(Code::Failed, message).next(next)
}

/// One failure for all: of several, each is shown before the last word.
pub fn all(mut failures: Vec<Failure>, state: &str, next: &str) -> Failure {
    if failures.len() == 1 {
        let only = failures.remove(0);
        return match only.next_text() {
            Some(_) => only.state(state),
            None => only.note("state", state).next(next),
        };
    }
    let messages: Vec<Value> = failures
        .iter()
        .map(|it| it.to_json()["error"].clone())
        .collect();
    let message = format!("{} in the queries", count(failures.len(), "error"));
    Failure {
        parts: failures,
        ..Failure::new(Code::Failed, message)
            .note("state", state)
            .next(next)
            .field("errors", messages)
    }
}
