//! Whether what is kept of queries is of these queries and this schema.

use std::collections::BTreeSet;
use std::fmt;

use catalog::Catalog;

use crate::described::{Described, fingerprint};
use crate::files::File;

/// How queries and a schema differ from those that were described. The message names the queries and ends with what to type next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// Queries that were not described.
    pub extra: Vec<String>,
    /// Queries whose text has changed since.
    pub changed: Vec<String>,
    /// Queries that were described and no longer exist.
    pub missing: Vec<String>,
    /// Whether they were described with another schema.
    pub other_schema: bool,
}

impl std::error::Error for Mismatch {}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (&self.extra, "not in it"),
            (&self.changed, "changed since"),
            (&self.missing, "removed since"),
        ];
        let parts = parts.into_iter().filter(|(queries, _)| !queries.is_empty());
        let mut parts: Vec<String> = parts
            .map(|(queries, what)| format!("{} ({what})", queries.join(", ")))
            .collect();
        if self.other_schema {
            parts.push("it was written for another schema than schema.json".to_owned());
        }
        write!(
            f,
            "it does not match the queries: {}: run `cargo xtask migrate`",
            parts.join("; ")
        )
    }
}

impl Described {
    /// Checks that these are the queries of `files` as they are now, and that they were described with this schema.
    ///
    /// # Errors
    /// All differences.
    pub fn check(&self, files: &[File], catalog: &Catalog) -> Result<(), Mismatch> {
        let mut mismatch = Mismatch {
            other_schema: !self.queries.is_empty() && self.schema != fingerprint(catalog),
            ..Mismatch::default()
        };
        let mut found = BTreeSet::new();
        for file in files {
            for query in &file.queries {
                let title = format!("{}.{}", file.module, query.name);
                match self.find(&file.module, &query.name) {
                    None => mismatch.extra.push(title.clone()),
                    Some(it) if it.checksum != query.checksum() => {
                        mismatch.changed.push(title.clone())
                    }
                    Some(_) => {}
                }
                found.insert(title);
            }
        }
        let described = self
            .queries
            .iter()
            .map(|it| format!("{}.{}", it.module, it.name));
        mismatch.missing = described.filter(|it| !found.contains(it)).collect();
        if mismatch == Mismatch::default() {
            Ok(())
        } else {
            Err(mismatch)
        }
    }
}
