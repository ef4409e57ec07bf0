//! Reading a catalog from a server: the two queries, and what their rows mean.
//!
//! Nothing here knows a driver. Each query is one statement without parameters that gives one row of one text column, so that the
//! same text serves a wire connection and `psql -At`. Both only read, need no right but to connect, and depend on no setting of
//! the session.

mod assemble;
mod bucket;
mod raw;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use crate::model::{Catalog, RelationRef};

/// Oldest PostgreSQL whose catalogs the query can read: generated columns came with it, and `pg_attribute.attgenerated`.
const OLDEST_SERVER: u32 = 120_000;

/// A view of TimescaleDB's and the columns of it that the query reads, with their types.
struct InformationView {
    name: &'static str,
    columns: &'static [(&'static str, &'static str)],
}

/// <https://docs.timescale.com/api/latest/informational-views/>; the columns named here are there from TimescaleDB 2.11 on.
const INFORMATION: &[InformationView] = &[
    InformationView {
        name: "hypertables",
        columns: &[
            ("hypertable_schema", "name"),
            ("hypertable_name", "name"),
            ("compression_enabled", "bool"),
        ],
    },
    InformationView {
        name: "dimensions",
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
    },
    InformationView {
        name: "continuous_aggregates",
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
    },
    InformationView {
        name: "compression_settings",
        columns: &[
            ("hypertable_schema", "name"),
            ("hypertable_name", "name"),
            ("attname", "name"),
            ("segmentby_column_index", "int2"),
            ("orderby_column_index", "int2"),
            ("orderby_asc", "bool"),
            ("orderby_nullsfirst", "bool"),
        ],
    },
    InformationView {
        name: "jobs",
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
    },
];

/// Why a catalog cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The probe's row is not what [`probe_query`] gives.
    #[error("the answer to the probe query cannot be read: {0}")]
    Probe(#[source] serde_json::Error),
    /// The catalog's row is not what [`query`] gives.
    #[error("the answer to the catalog query cannot be read: {0}")]
    Answer(#[source] serde_json::Error),
    /// The server is older than what the query can read.
    #[error("PostgreSQL {found} is too old: the catalog can be read from PostgreSQL 12 on")]
    ServerTooOld {
        /// Major version of the server.
        found: u32,
    },
    /// A view of TimescaleDB's lacks a column that the query reads.
    #[error(
        "timescaledb_information.{view} has no column {column}: this version of TimescaleDB ({extension}) is not known, 2.11 to 2.28 are"
    )]
    UnknownTimescale {
        /// The view.
        view: &'static str,
        /// The column that it lacks.
        column: &'static str,
        /// Version of the extension, as far as it is installed.
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

#[derive(Deserialize)]
struct Probe {
    server_version_num: u32,
    extension: Option<String>,
    views: Option<BTreeMap<String, Vec<String>>>,
}

/// The query that asks what the server can describe; its answer is the first argument of [`query`].
///
/// One row, one text column. Safe on every server, with TimescaleDB or without.
pub fn probe_query() -> &'static str {
    include_str!("introspect/probe.sql")
}

/// The query that describes the whole database, written for the server that gave `probe`; its answer is [`parse`]'s argument.
///
/// One row, one text column. The tables in `exclude` are left out with everything of theirs: the history of migrations differs
/// from server to server. Internal objects of TimescaleDB, chunks and members of extensions are left out always. Where the views
/// of TimescaleDB are missing, the database has no hypertables as far as the catalog is concerned.
///
/// # Errors
/// When `probe` is no probe's answer, the server is older than PostgreSQL 12, or its TimescaleDB lacks a column.
pub fn query(probe: &str, exclude: &[RelationRef]) -> Result<String, Error> {
    let probe: Probe = serde_json::from_str(probe).map_err(Error::Probe)?;
    if probe.server_version_num < OLDEST_SERVER {
        return Err(Error::ServerTooOld {
            found: probe.server_version_num / 10_000,
        });
    }
    let mut text = include_str!("introspect/catalog.sql").replace("{excluded}", &excluded(exclude));
    for view in INFORMATION {
        text = text.replace(&format!("{{{}}}", view.name), &rows_of(view, &probe)?);
    }
    Ok(text)
}

/// The catalog that a row of [`query`] describes: sorted, and with a proof for each column that is never null.
///
/// # Errors
/// When `text` is no answer of that query.
pub fn parse(text: &str) -> Result<Catalog, Error> {
    serde_json::from_str(text)
        .map(assemble::catalog)
        .map_err(Error::Answer)
}

/// Reads the catalog through `run`, which sends a query and gives the text of its one row's one column.
///
/// # Errors
/// When `run` fails, or the server cannot be described (see [`query`]).
pub fn introspect<E>(
    exclude: &[RelationRef],
    mut run: impl FnMut(&str) -> Result<String, E>,
) -> Result<Catalog, IntrospectError<E>> {
    let probe = run(probe_query()).map_err(IntrospectError::Run)?;
    let query = query(&probe, exclude)?;
    let answer = run(&query).map_err(IntrospectError::Run)?;
    Ok(parse(&answer)?)
}

/// A query for the view's rows, or for none of the same shape where the server has no such view.
fn rows_of(view: &InformationView, probe: &Probe) -> Result<String, Error> {
    let Some(known) = probe.views.as_ref().and_then(|views| views.get(view.name)) else {
        let columns: Vec<String> = view
            .columns
            .iter()
            .map(|(column, ty)| format!("NULL::pg_catalog.{ty} AS {column}"))
            .collect();
        return Ok(format!("SELECT {} WHERE false", columns.join(", ")));
    };
    if let Some((column, _)) = view
        .columns
        .iter()
        .find(|(column, _)| !known.iter().any(|known| known == column))
    {
        let extension = probe
            .extension
            .as_deref()
            .unwrap_or("not installed")
            .to_owned();
        return Err(Error::UnknownTimescale {
            view: view.name,
            column,
            extension,
        });
    }
    let columns: Vec<&str> = view.columns.iter().map(|(column, _)| *column).collect();
    Ok(format!(
        "SELECT {} FROM timescaledb_information.{}",
        columns.join(", "),
        view.name
    ))
}

fn excluded(relations: &[RelationRef]) -> String {
    let mut rows = String::from("SELECT NULL::pg_catalog.text, NULL::pg_catalog.text WHERE false");
    for relation in relations {
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

/// A string literal that reads the same whatever `standard_conforming_strings` is.
fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') {
        format!("E'{}'::pg_catalog.text", quoted.replace('\\', r"\\"))
    } else {
        format!("'{quoted}'::pg_catalog.text")
    }
}
