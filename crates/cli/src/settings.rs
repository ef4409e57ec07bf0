//! `timeschema.toml`, and the error of a command if it cannot be used.

use std::fs;
use std::path::Path;

use migrator::settings::{self, FILE, Settings};
use migrator::source::LineColumn;

use crate::diagnostic::Excerpt;
use crate::failure::{Code, Failure};

/// Reads the file of a project; without one, everything is as usual.
pub fn read(root: &Path) -> Result<Settings, Failure> {
    settings::read(root).map_err(|error| {
        let mut failure = match error.place {
            None => Failure::new(Code::Usage, error.to_string()),
            Some(_) => Failure::new(Code::Usage, error.message.clone()),
        };
        failure.diagnostic.place = error.place.and_then(|at| {
            let text = fs::read_to_string(root.join(FILE)).ok()?;
            place(&text, at)
        });
        failure.note("state", "nothing was run").next(error.next)
    })
}

/// Where the project's file includes this schema.
pub fn place_of_included(root: &Path, schema: &str) -> Option<Excerpt> {
    let text = fs::read_to_string(root.join(FILE)).ok()?;
    place(&text, settings::place_of_included(&text, schema)?)
}

fn place(text: &str, LineColumn { line, column }: LineColumn) -> Option<Excerpt> {
    Some(Excerpt {
        file: FILE.to_owned(),
        line,
        column,
        text: text.lines().nth(line - 1)?.to_owned(),
        width: 1,
        label: String::new(),
    })
}
