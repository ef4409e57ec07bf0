//! What of a database is read: all that users fill, or the part of it that one project owns.

use std::fmt::Write as _;

use crate::model::RelationRef;

/// What of a database is read. By default everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Tables that are left out: the history of migrations differs from server to server.
    pub without: Vec<RelationRef>,
    /// The schemas that are read.
    pub schemas: Schemas,
    /// Leaves out routines and the text of views, which [`at_least`](crate::at_least()) compares with nothing, and which anybody who may
    /// create one can make as long as he likes.
    pub without_definitions: bool,
}

/// The schemas that are read, among those that users fill.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Schemas {
    /// All of them.
    #[default]
    All,
    /// Those of these names, as far as they are there. Of the rest is read what their columns need: enums and domains of other schemas.
    /// An extension is read where it is installed in one of them, or something in them depends on it.
    Only(Vec<String>),
    /// All but those whose names this query gives in its one column; it sees what the catalog's query sees.
    AllBut(String),
}

impl Scope {
    /// A query for the tables that are left out.
    pub(super) fn left_out(&self) -> String {
        let mut rows = String::from(
            "SELECT NULL::pg_catalog.text AS schema, NULL::pg_catalog.text AS name WHERE false",
        );
        for relation in &self.without {
            // Writing to a String does not fail.
            let _ = write!(
                rows,
                " UNION ALL SELECT {}, {}",
                literal(&relation.schema),
                literal(&relation.name)
            );
        }
        rows
    }

    /// A condition for the schemas, as `pg_namespace AS n`.
    pub(super) fn schemas(&self) -> String {
        match &self.schemas {
            Schemas::All => "true".to_owned(),
            Schemas::Only(names) => {
                let names: Vec<String> = names.iter().map(|name| literal(name)).collect();
                format!(
                    "n.nspname = ANY (ARRAY[{}]::pg_catalog.text[])",
                    names.join(", ")
                )
            }
            Schemas::AllBut(others) => format!("n.nspname <> ALL ({others})"),
        }
    }

    /// Whether routines and the text of views are left out.
    pub(super) fn is_brief(&self) -> &'static str {
        match self.without_definitions {
            true => "true",
            false => "false",
        }
    }

    /// Whether extensions count only where the schemas need them.
    pub(super) fn is_limited(&self) -> &'static str {
        match self.schemas {
            Schemas::All | Schemas::AllBut(_) => "false",
            Schemas::Only(_) => "true",
        }
    }
}

/// A string literal that reads the same whatever `standard_conforming_strings` is.
fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') {
        format!("E'{}'::pg_catalog.text", quoted.replace('\\', r"\\"))
    } else {
        format!("'{quoted}'::pg_catalog.text")
    }
}
