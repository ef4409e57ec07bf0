//! A query as its file has it.

use std::ops::Range;

use crate::checksum::sha256;

/// A named query, as its file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The name behind `-- name:`.
    pub name: String,
    /// The comment lines below the name, without their `--`.
    pub doc: Vec<String>,
    /// The bytes of its statement in the file, without the semicolon.
    pub range: Range<usize>,
    /// The statement's text.
    pub sql: String,
    /// The first byte of the line with its name.
    pub start: usize,
    /// Its parameters, in the order in which they first appear.
    pub parameters: Vec<Placeholder>,
    /// The lines that are sent only with a parameter, in their order.
    pub filters: Vec<Filter>,
    /// Why it may read a hypertable without bounds: what follows `-- unbounded because`.
    pub unbounded: Option<String>,
    /// The comments in its statement, as bytes of `sql`.
    pub(crate) comments: Vec<Range<usize>>,
}

/// A parameter, `:name` or `:name?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// The name without its colon.
    pub name: String,
    /// Whether a `?` says that it may be null.
    pub nullable: bool,
    /// Where it stands, as bytes of the statement's text: with its colon, and with the `?` if there is one.
    pub places: Vec<Range<usize>>,
}

/// A line of the statement that is sent only if a parameter is given: `AND country = :country -- if :country`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Which of the query's parameters it is.
    pub parameter: usize,
    /// The line, as bytes of the statement's text, without its line end.
    pub line: Range<usize>,
}

impl Query {
    /// SHA-256 over the statement's text, in hexadecimal: what has to be described again when it changes.
    pub fn checksum(&self) -> String {
        sha256(&self.sql)
    }

    /// The parameters that filters depend on, each once, in their order.
    pub fn optional(&self) -> Vec<usize> {
        let mut optional: Vec<usize> = self.filters.iter().map(|it| it.parameter).collect();
        optional.sort_unstable();
        optional.dedup();
        optional
    }
}
