//! Whether what is kept of queries is of these queries and this schema.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use catalog::{Catalog, Column};

use crate::described::{Described, DescribedQuery, fingerprint};
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
    /// Queries that name a relation or a column that the schema no longer has, as far as that is known of them.
    pub outdated: Vec<String>,
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
            (&self.outdated, "of a relation or column that is gone"),
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
        if mismatch.other_schema {
            let names = Names::of(catalog);
            let outdated = self.queries.iter().filter(|it| names.lack(it));
            let outdated = outdated.map(|it| format!("{}.{}", it.module, it.name));
            mismatch.outdated = outdated.filter(|it| found.contains(it)).collect();
        }
        mismatch.missing = described.filter(|it| !found.contains(it)).collect();
        if mismatch == Mismatch::default() {
            Ok(())
        } else {
            Err(mismatch)
        }
    }
}

/// The relations of a catalog with their columns.
struct Names<'a>(BTreeMap<(&'a str, &'a str), BTreeSet<&'a str>>);

impl<'a> Names<'a> {
    fn of(catalog: &'a Catalog) -> Names<'a> {
        let tables = catalog.tables.iter();
        let tables = tables.map(|it| (&it.schema, &it.name, &it.columns));
        let views = catalog.views.iter();
        let views = views.map(|it| (&it.schema, &it.name, &it.columns));
        let aggregates = catalog.continuous_aggregates.iter();
        let aggregates = aggregates.map(|it| (&it.schema, &it.name, &it.columns));
        let all = tables.chain(views).chain(aggregates);
        let relation = |(schema, name, columns): (&'a String, &'a String, &'a Vec<Column>)| {
            let columns = columns.iter().map(|it| it.name.as_str());
            ((schema.as_str(), name.as_str()), columns.collect())
        };
        Names(all.map(relation).collect())
    }

    /// Whether a query names what is not there. Relations that no catalog has, such as those of `pg_catalog`, are not looked for.
    fn lack(&self, query: &DescribedQuery) -> bool {
        let schemas: BTreeSet<&str> = self.0.keys().map(|(schema, _)| *schema).collect();
        let mut relations = query.relations.iter();
        let lacks_relation = relations.any(|it| {
            schemas.contains(it.schema.as_str())
                && !self.0.contains_key(&(it.schema.as_str(), it.name.as_str()))
        });
        let sources = query.columns.iter().filter_map(|it| it.source.as_ref());
        let mut columns =
            sources.chain(query.parameters.iter().filter_map(|it| it.column.as_ref()));
        lacks_relation
            || columns.any(|it| {
                let known = self.0.get(&(it.schema.as_str(), it.relation.as_str()));
                known.is_some_and(|columns| !columns.contains(it.column.as_str()))
            })
    }
}
