//! Whether a database holds the schema that this crate was built for.

use std::fmt;

use catalog::{Difference, RelationRef, Snapshot, SnapshotError};
use pgtypes::postgres::{self, GenericClient, SimpleQueryMessage};

/// Why the schema of a database could not be confirmed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The database holds something else.
    #[error(transparent)]
    Drift(Drift),
    /// A query on the database's catalog failed.
    #[error("failed to read the database's catalog: {}", describe(.0))]
    Query(#[source] postgres::Error),
    /// The server's answer is not understood.
    #[error("failed to read the database's catalog: {0}")]
    Catalog(#[from] catalog::Error),
    /// A query on the database's catalog gave no row.
    #[error("failed to read the database's catalog: a query of one row gave none")]
    NoRow,
    /// The embedded snapshot is not the one that the build checked.
    #[error("the embedded schema.json: {0}")]
    Snapshot(#[from] SnapshotError),
}

/// How a database differs from the schema that this crate was built for. `Display` gives each difference a line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The differences, by object; never empty.
    pub differences: Vec<Difference>,
}

impl std::error::Error for Drift {}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.differences.len();
        let noun = if count == 1 {
            "difference"
        } else {
            "differences"
        };
        write!(
            f,
            "the database is not as this program's migrations leave it, {count} {noun}:"
        )?;
        for difference in &self.differences {
            write!(f, "\n  {difference}")?;
        }
        write!(
            f,
            "\nnext: apply what is pending, and put what was changed by hand into a migration"
        )
    }
}

/// Confirms that the database holds the schema that this crate was built for: relations with their columns, constraints, indexes,
/// triggers, comments and TimescaleDB policies; types, routines and jobs. Not compared are privileges, row security, rules,
/// collations, storage parameters, sequences and comments on anything but relations, columns and types.
///
/// Reads only, in three queries, and needs no right but to connect.
///
/// # Errors
/// [`VerifyError::Drift`] names each object that differs; the others say why the database could not be read.
pub fn verify(client: &mut impl GenericClient) -> Result<(), VerifyError> {
    let snapshot = Snapshot::parse(crate::SNAPSHOT)?;
    let history = history(client)?;
    let probe = one_value(client, catalog::probe_query())?;
    let query = catalog::query(&probe, history.as_slice())?;
    let found = catalog::parse(&one_value(client, &query)?)?;
    let differences = catalog::diff(&snapshot.catalog, &found);
    if differences.is_empty() {
        Ok(())
    } else {
        Err(VerifyError::Drift(Drift { differences }))
    }
}

/// The table that tells which migrations were applied. It is no part of the schema. The one on the search path, else one elsewhere:
/// a session that has changed its search path sees no other schema for that.
fn history(client: &mut impl GenericClient) -> Result<Option<RelationRef>, VerifyError> {
    let name = migrator::history::TABLE;
    let query = format!(
        "SELECT n.nspname FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relname = '{name}' AND c.relkind IN ('r', 'p') \
         ORDER BY pg_catalog.pg_table_is_visible(c.oid) DESC, n.nspname LIMIT 1"
    );
    let schema = first_value(client, &query)?;
    Ok(schema.map(|schema| RelationRef {
        schema,
        name: name.to_owned(),
    }))
}

fn one_value(client: &mut impl GenericClient, query: &str) -> Result<String, VerifyError> {
    first_value(client, query)?.ok_or(VerifyError::NoRow)
}

fn first_value(
    client: &mut impl GenericClient,
    query: &str,
) -> Result<Option<String>, VerifyError> {
    let messages = client.simple_query(query).map_err(VerifyError::Query)?;
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    Ok(row.map(str::to_owned))
}

/// The driver's error in the server's words, which its own text leaves out.
fn describe(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => format!("{} ({})", error.message(), error.code().code()),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use catalog::{Catalog, Enum};

    use super::*;

    #[test]
    fn drift_names_each_difference_on_a_line_of_its_own() {
        let expected = Catalog {
            extensions: vec!["timescaledb".to_owned()],
            enums: vec![Enum {
                schema: "public".to_owned(),
                name: "mood".to_owned(),
                comment: None,
                labels: vec!["happy".to_owned(), "sad".to_owned()],
            }],
            ..Catalog::default()
        };
        let mut found = expected.clone();
        found.extensions.clear();
        found.enums[0].labels.pop();
        let differences = catalog::diff(&expected, &found);
        insta::assert_snapshot!(VerifyError::Drift(Drift { differences }));
    }
}
