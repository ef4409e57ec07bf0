//! Reading a catalog from a server: the two queries, and what their rows mean.
//!
//! Nothing here knows a driver. Each query is one statement without parameters that gives one row of one text column, so that the same text
//! serves a wire connection and `psql -At`. Both only read, need no privilege except to connect, and depend on no setting of the session.
//! If others can create functions, types and operators, send the output of `sql::qualified` instead of the text.

mod assemble;
mod bucket;
mod chunks;
mod definition;
mod filled;
mod known;
mod queries;
mod raw;
mod relations;
mod scope;
mod timescale;

use std::collections::BTreeMap;

use crate::json::{JsonError, from_text, record};
use crate::model::Catalog;
use crate::queries::QueryFacts;

use filled::filled;
pub use scope::{Needs, Schemas, Scope};

/// Oldest PostgreSQL whose catalogs the query can read: generated columns came with it, and `pg_attribute.attgenerated`.
const OLDEST_SERVER: u32 = 120_000;

/// Oldest PostgreSQL that keeps the query of a function: `BEGIN ATOMIC` came with it, and `pg_proc.prosqlbody`.
const OLDEST_WITH_QUERIES: u32 = 140_000;

/// A view of TimescaleDB, and the columns that the query reads, with their types.
struct Information {
    /// What the query calls it.
    name: &'static str,
    /// The views that show it, the newest first.
    views: &'static [&'static str],
    columns: &'static [(&'static str, &'static str)],
    /// The columns with schema and name of its relation, if a program may need it.
    relation: Option<[&'static str; 2]>,
}

/// <https://docs.timescale.com/api/latest/informational-views/>; all of it exists from TimescaleDB 2.15 on.
const INFORMATION: &[Information] = &[
    Information {
        name: "hypertables",
        views: &["hypertables"],
        columns: &[
            ("hypertable_schema", "name"),
            ("hypertable_name", "name"),
            ("compression_enabled", "bool"),
        ],
        relation: Some(["hypertable_schema", "hypertable_name"]),
    },
    Information {
        name: "dimensions",
        views: &["dimensions"],
        columns: &[
            ("hypertable_schema", "name"),
            ("hypertable_name", "name"),
            ("dimension_number", "int8"),
            ("column_name", "name"),
            ("time_interval", "interval"),
            ("integer_interval", "int8"),
            ("integer_now_func", "name"),
            ("num_partitions", "int2"),
        ],
        relation: None,
    },
    Information {
        name: "continuous_aggregates",
        views: &["continuous_aggregates"],
        columns: &[
            ("hypertable_schema", "name"),
            ("hypertable_name", "name"),
            ("view_schema", "name"),
            ("view_name", "name"),
            ("materialized_only", "bool"),
            ("compression_enabled", "bool"),
            ("materialization_hypertable_schema", "name"),
            ("materialization_hypertable_name", "name"),
            ("view_definition", "text"),
        ],
        relation: Some(["view_schema", "view_name"]),
    },
    Information {
        name: "columnstore_settings",
        views: &[
            "hypertable_columnstore_settings",
            "hypertable_compression_settings",
        ],
        columns: &[
            ("hypertable", "regclass"),
            ("segmentby", "text"),
            ("orderby", "text"),
        ],
        relation: None,
    },
    Information {
        name: "jobs",
        views: &["jobs"],
        columns: &[
            ("job_id", "int4"),
            ("schedule_interval", "interval"),
            ("proc_schema", "name"),
            ("proc_name", "name"),
            ("scheduled", "bool"),
            ("config", "jsonb"),
            ("hypertable_schema", "name"),
            ("hypertable_name", "name"),
        ],
        relation: None,
    },
];

/// Why a catalog cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The probe's row is not what [`probe_query`] gives.
    #[error("the answer to the probe query cannot be read: {0}")]
    Probe(#[source] JsonError),
    /// The catalog's row is not what [`query`] gives.
    #[error("the answer to the catalog query cannot be read: {0}")]
    Answer(#[source] JsonError),
    /// The server is older than what the query can read.
    #[error("PostgreSQL {found} is too old: PostgreSQL 12 is the oldest whose catalog can be read")]
    ServerTooOld {
        /// Major version of the server.
        found: u32,
    },
    /// The server is older than what can describe queries.
    #[error("PostgreSQL {found} is too old: PostgreSQL 14 is the oldest that can describe queries")]
    ServerTooOldForQueries {
        /// Major version of the server.
        found: u32,
    },
    /// A view of TimescaleDB, or one of its columns, does not exist.
    #[error(
        "timescaledb_information.{missing} does not exist: TimescaleDB {extension} is not supported, only 2.15 and later"
    )]
    UnknownTimescale {
        /// The view, or the view and the column with a dot.
        missing: String,
        /// Version of the extension.
        extension: String,
    },
}

/// Why [`introspect`] failed: the caller's `run`, or what came back from it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IntrospectError<E> {
    /// The query could not be run.
    #[error(transparent)]
    Run(E),
    /// The query ran, and its answer is not a catalog.
    #[error(transparent)]
    Catalog(#[from] Error),
}

record! {
    struct Probe {
        server_version_num: u32,
        extension: Option<String>,
        views: Option<BTreeMap<String, Vec<String>>>,
        tables: Option<chunks::Tables>,
    }
}

impl Probe {
    fn read(text: &str) -> Result<Probe, Error> {
        from_text(text).map_err(Error::Probe)
    }

    fn chunks(&self) -> String {
        self.tables
            .as_ref()
            .map_or_else(|| chunks::query(&chunks::Tables::new()), chunks::query)
    }
}

/// The query that asks what the server can describe; its answer is the first argument of [`query`].
///
/// One row, one text column. Safe on every server, with TimescaleDB or without.
pub fn probe_query() -> &'static str {
    include_str!("introspect/probe.sql")
}

/// The query that describes the database, written for the server that gave `probe`; its answer is [`parse`]'s argument.
///
/// One row, one text column. What `scope` excludes is excluded with everything in it. Internal objects of TimescaleDB, chunks and members
/// of extensions are always excluded. Without TimescaleDB's views, the catalog has no hypertables.
///
/// # Errors
/// If `probe` is not a probe's answer, the server is older than PostgreSQL 12, or its TimescaleDB lacks a column.
pub fn query(probe: &str, scope: &Scope) -> Result<String, Error> {
    let probe = Probe::read(probe)?;
    let found = probe.server_version_num / 10_000;
    if probe.server_version_num < OLDEST_SERVER {
        return Err(Error::ServerTooOld { found });
    }
    if scope.queries && probe.server_version_num < OLDEST_WITH_QUERIES {
        return Err(Error::ServerTooOldForQueries { found });
    }
    let chunks = match scope.needs {
        // None of them is named, and what reads one reads a table.
        Some(_) => chunks::query(&chunks::Tables::new()),
        None => probe.chunks(),
    };
    let [queries, query_trees, query_facts] = scope.queries();
    let mut places = vec![
        ("queries", queries.to_owned()),
        ("query_trees", query_trees.to_owned()),
        ("query_facts", query_facts.to_owned()),
        ("excluded", scope.left_out()),
        ("needed", scope.needed()),
        ("schemas", scope.schemas()),
        ("is_limited", scope.is_limited().to_owned()),
        ("is_brief", scope.is_brief().to_owned()),
        ("chunks", chunks),
        ("others", scope.others(probe.server_version_num)),
    ];
    for information in INFORMATION {
        let rows = rows_of(information, &probe, scope.needs.is_some())?;
        places.push((information.name, rows));
    }
    Ok(filled(include_str!("introspect/catalog.sql"), &places))
}

/// The query for the OIDs of all relations in which TimescaleDB keeps rows of hypertables, written for the server that gave `probe`.
///
/// Any number of rows of one column, `oid`, for use in another query. They are never the user's tables, whatever schema they are in.
///
/// # Errors
/// If `probe` is not a probe's answer.
pub fn chunks_query(probe: &str) -> Result<String, Error> {
    Ok(Probe::read(probe)?.chunks())
}

/// The catalog that a row of [`query`] describes: sorted, and with a proof for each column that is never null.
///
/// # Errors
/// If `text` is not an answer of that query.
pub fn parse(text: &str) -> Result<Catalog, Error> {
    from_text(text)
        .and_then(assemble::catalog)
        .map_err(Error::Answer)
}

/// The same, and what is proven of each query, in the order of their numbers, where the scope asked for them.
///
/// `may_be_null` says of a parameter, by the query's name and its number from 1, whether it may be null whatever it is used for. Other
/// parameters are null only where [`ParameterUse::may_be_null`](crate::ParameterUse::may_be_null) says so.
///
/// # Errors
/// If `text` is not an answer of that query.
pub fn parse_with_queries(
    text: &str,
    may_be_null: impl Fn(&str, usize) -> bool,
) -> Result<(Catalog, Vec<QueryFacts>), Error> {
    let parsed = || {
        // A program that only verifies its schema has nothing of this.
        let with: queries::WithQueries = from_text(text)?;
        let queries = with.queries.unwrap_or_default();
        assemble::with_queries(from_text(text)?, queries, &may_be_null)
    };
    parsed().map_err(Error::Answer)
}

/// Reads the catalog through `run`, which sends a query and returns the text of its single row and column.
///
/// # Errors
/// When `run` fails, or the server cannot be described (see [`query`]).
pub fn introspect<E>(
    scope: &Scope,
    mut run: impl FnMut(&str) -> Result<String, E>,
) -> Result<Catalog, IntrospectError<E>> {
    let probe = run(probe_query()).map_err(IntrospectError::Run)?;
    let query = query(&probe, scope)?;
    let answer = run(&query).map_err(IntrospectError::Run)?;
    Ok(parse(&answer)?)
}

/// A query for TimescaleDB's views, or for no rows of the same shape on a server without it. If it `is_brief`, only for what is needed, and
/// without definitions, which take longest.
fn rows_of(information: &Information, probe: &Probe, is_brief: bool) -> Result<String, Error> {
    let unknown = |missing: String| Error::UnknownTimescale {
        missing,
        extension: probe.extension.clone().unwrap_or_default(),
    };
    let known = |view: &&'static str| Some((*view, probe.views.as_ref()?.get(*view)?));
    let (columns, from) = match information.views.iter().find_map(known) {
        Some((view, known)) => {
            let columns = information.columns.iter().map(|(column, _)| *column);
            if let Some(missing) = columns
                .clone()
                .find(|column| !known.iter().any(|it| it == column))
            {
                return Err(unknown(format!("{view}.{missing}")));
            }
            let condition = match information.relation {
                Some([schema, name]) if is_brief => format!(
                    " AS i WHERE EXISTS (SELECT FROM needed_names AS r WHERE r.schema = i.{schema} AND r.name = i.{name})"
                ),
                None if is_brief => " WHERE false".to_owned(),
                _ => String::new(),
            };
            let column = |(column, ty): &(&str, &str)| match *ty {
                "text" if is_brief => format!("''::pg_catalog.text AS {column}"),
                _ => (*column).to_owned(),
            };
            let columns: Vec<String> = information.columns.iter().map(column).collect();
            (
                columns,
                format!("FROM timescaledb_information.{view}{condition}"),
            )
        }
        None if probe.extension.is_some() => return Err(unknown(information.views[0].to_owned())),
        None => {
            let null = |(column, ty): &(&str, &str)| format!("NULL::pg_catalog.{ty} AS {column}");
            (
                information.columns.iter().map(null).collect(),
                "WHERE false".to_owned(),
            )
        }
    };
    Ok(format!("SELECT {} {from}", columns.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database's encoding may lack all other characters.
    #[test]
    fn the_queries_are_ascii() {
        assert!(probe_query().is_ascii());
        assert!(include_str!("introspect/catalog.sql").is_ascii());
        assert!(include_str!("introspect/needed.sql").is_ascii());
        assert!(include_str!("introspect/others.sql").is_ascii());
        assert!(include_str!("introspect/queries.sql").is_ascii());
    }

    /// What came with a later version is no part of the text for an older server. The versions are those of the release notes.
    #[test]
    fn older_servers_are_asked_for_what_they_have() {
        let text = |version: u32| {
            let probe = format!(r#"{{"server_version_num": {version}}}"#);
            query(&probe, &Scope::default()).unwrap()
        };
        let newer = [
            ("attcompression", 140_000),
            ("prattrs", 150_000),
            ("prqual", 150_000),
            ("pg_publication_namespace", 150_000),
        ];
        for version in [130_000, 140_000, 150_000, 180_000] {
            let text = text(version);
            for (name, since) in newer {
                assert_eq!(text.contains(name), version >= since, "{name} in {version}");
            }
            assert!(!text.contains("{published"), "{version}");
        }
    }

    #[test]
    fn the_probe_asks_for_each_view_that_may_be_read() {
        for view in INFORMATION.iter().flat_map(|it| it.views) {
            assert!(probe_query().contains(&format!("'{view}'")), "{view}");
        }
    }
}
