//! Which part of a database is read: all of the users' objects, or those that one project owns.

use sql::quote::literal;

use crate::model::{Catalog, RelationRef};

use super::filled::filled;

/// Which part of a database is read. By default everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Tables that are left out: the history of migrations differs from server to server.
    pub without: Vec<RelationRef>,
    /// The schemas that are read.
    pub schemas: Schemas,
    /// Reads only what these need, and only what [`at_least`](crate::at_least()) compares of them; plus all installed extensions.
    pub needs: Option<Needs>,
    /// Also reads the queries that functions `q1`, `q2`, … in the session's temporary schema have as their bodies, for
    /// [`parse_with_queries`](crate::parse_with_queries()). The catalog is the same. With `needs`, bounds of time are not found.
    pub queries: bool,
}

/// What the modules that were generated from a catalog name: how long reading it takes depends on them, and not on what else is in the
/// database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    relations: Vec<RelationRef>,
    types: Vec<RelationRef>,
}

impl Needs {
    /// Those of the modules of this catalog.
    pub fn of(catalog: &Catalog) -> Needs {
        let named = |schema: &str, name: &str| RelationRef {
            schema: schema.to_owned(),
            name: name.to_owned(),
        };
        let tables = catalog.tables.iter();
        let tables = tables.map(|it| named(&it.schema, &it.name));
        let views = catalog.views.iter();
        let views = views.map(|it| named(&it.schema, &it.name));
        let aggregates = catalog.continuous_aggregates.iter();
        let aggregates = aggregates.map(|it| named(&it.schema, &it.name));
        let enums = catalog.enums.iter();
        let enums = enums.map(|it| named(&it.schema, &it.name));
        let domains = catalog.domains.iter();
        let domains = domains.map(|it| named(&it.schema, &it.name));
        let composites = catalog.composites.iter();
        let composites = composites.map(|it| named(&it.schema, &it.name));
        let ranges = catalog.ranges.iter();
        let ranges = ranges.map(|it| named(&it.schema, &it.name));
        let types = enums.chain(domains).chain(composites).chain(ranges);
        Needs {
            relations: tables.chain(views).chain(aggregates).collect(),
            types: types.collect(),
        }
    }

    /// The queries of `catalog.sql` that find them and what they depend on.
    fn queries(&self) -> String {
        format!(
            "named AS MATERIALIZED ({}),\nnamed_types AS MATERIALIZED ({}),\n{}",
            names(&self.relations),
            names(&self.types),
            include_str!("needed.sql")
        )
    }
}

/// In place of [`Needs::queries`], where everything is read: nothing asks them then.
const NO_NEEDS: &str = "named_types AS (SELECT NULL::pg_catalog.name AS schema, NULL::pg_catalog.name AS name WHERE false),
needed AS (SELECT NULL::pg_catalog.oid AS oid WHERE false),
families AS (SELECT NULL::pg_catalog.oid AS oid, false AS is_hypertable WHERE false)";

/// In place of `others.sql`, where only what is needed is read.
const NO_OTHERS: &str = "others AS (SELECT '' AS kind, '' AS name, '' AS definition WHERE false)";

/// What of `others.sql` came after the oldest server: its name there, since which version, its text, and that for servers before it.
const NEWER: [(&str, u32, &str, &str); 4] = [
    ("compression", 140_000, "a.attcompression", "''"),
    (
        "published_columns",
        150_000,
        "p.prattrs",
        "NULL::pg_catalog.int2[]",
    ),
    (
        "published_rows",
        150_000,
        "p.prqual",
        "NULL::pg_catalog.pg_node_tree",
    ),
    (
        "published_schemas",
        150_000,
        "pg_catalog.pg_publication_namespace",
        "(SELECT NULL::pg_catalog.oid AS pnpubid, NULL::pg_catalog.oid AS pnnspid WHERE false)",
    ),
];

/// The schemas that are read, among those that users fill.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Schemas {
    /// All of them.
    #[default]
    All,
    /// The schemas of these names that exist. From other schemas, the types that their columns need are read.
    /// An extension is read if it is installed in one of them, or something in them depends on it.
    Only(Vec<String>),
    /// All but those whose names this query gives in its one column; it sees what the catalog's query sees.
    AllBut(String),
}

impl Scope {
    /// A query for the tables that are left out.
    pub(super) fn left_out(&self) -> String {
        names(&self.without)
    }

    /// What of the database is needed, as queries.
    pub(super) fn needed(&self) -> String {
        match &self.needs {
            Some(needs) => needs.queries(),
            None => NO_NEEDS.to_owned(),
        }
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

    /// What no module reads or writes, as queries for a server of this version.
    pub(super) fn others(&self, server_version_num: u32) -> String {
        if self.needs.is_some() {
            return NO_OTHERS.to_owned();
        }
        let places = NEWER.map(|(name, since, newer, before)| {
            let text = if server_version_num < since {
                before
            } else {
                newer
            };
            (name, text.to_owned())
        });
        filled(include_str!("others.sql"), &places)
    }

    /// The queries of `catalog.sql` for a program's queries; what they add to the trees whose functions are looked up; and their part of
    /// the answer.
    pub(super) fn queries(&self) -> [&'static str; 3] {
        if self.queries {
            [
                include_str!("queries.sql"),
                " UNION ALL SELECT q.tree FROM query_trees AS q UNION ALL SELECT v.tree FROM query_views AS v",
                "(SELECT q.facts FROM query_facts AS q)",
            ]
        } else {
            ["", "", "NULL"]
        }
    }

    /// Whether only what is needed is read.
    pub(super) fn is_brief(&self) -> &'static str {
        match self.needs {
            Some(_) => "true",
            None => "false",
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

/// A query for these names, each with its schema.
fn names(all: &[RelationRef]) -> String {
    let row = |it: &RelationRef| format!("({}, {})", literal(&it.schema), literal(&it.name));
    let rows: Vec<String> = all.iter().map(row).collect();
    let (values, condition) = if rows.is_empty() {
        ("(NULL, NULL)".to_owned(), " WHERE false")
    } else {
        (rows.join(", "), "")
    };
    format!(
        "SELECT x.schema::pg_catalog.name AS schema, x.name::pg_catalog.name AS name FROM (VALUES {values}) AS x (schema, name){condition}"
    )
}
