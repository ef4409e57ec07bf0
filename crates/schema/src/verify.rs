//! Whether a database has the schema that a program was built for.

use std::fmt;

use catalog::{
    Catalog, Column, Difference, Needs, RelationRef, Schemas, Scope, Snapshot, SnapshotError, Table,
};
use migrator::foreign::{self, Candidate, Foreign};
use migrator::history::{self, HistoryTable};
use migrator::plan::NewerDatabase;
use pgtypes::postgres::{self, GenericClient, SimpleQueryRow};
use sql::qualified::qualified;
use sql::quote;

use crate::parsed::{self, QueryDrift};
use crate::rows::rows;
use crate::{Schema, StartUp};

/// Why the schema of a database could not be confirmed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The database's schema is different.
    #[error(transparent)]
    Drift(Drift),
    /// A query on the database's catalog failed.
    #[error("failed to read the database's catalog: {}", describe(.0))]
    Query(#[source] postgres::Error),
    /// The server's answer is not understood.
    #[error("failed to read the database's catalog: {0}")]
    Catalog(#[from] catalog::Error),
    /// A query on the database's catalog returned no row.
    #[error("failed to read the database's catalog: a query of one row gave none")]
    NoRow,
    /// The embedded snapshot is not the one that the build checked.
    #[error("the embedded schema.json: {0}")]
    Snapshot(#[from] SnapshotError),
}

/// How a database differs from the schema that this program was built for. `Display` prints each difference on a separate line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// The differences, by object.
    pub differences: Vec<Difference>,
    /// The queries that do not fit the database. There is one of these or a difference.
    pub queries: Vec<QueryDrift>,
    /// Set if migrations later than this program's were applied: then only what its types need and do not find is reported.
    pub ahead: Option<NewerDatabase>,
}

impl std::error::Error for Drift {}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.differences.len() + self.queries.len();
        let noun = if count == 1 {
            "difference"
        } else {
            "differences"
        };
        match &self.ahead {
            None => write!(f, "the database does not match this program's migrations")?,
            Some(newer) => write!(f, "{newer}, and the database lacks what this program needs")?,
        }
        write!(f, ", {count} {noun}:")?;
        for difference in &self.differences {
            write!(f, "\n  {difference}")?;
        }
        for query in &self.queries {
            write!(f, "\n  {query}")?;
            let subjects = self.differences.iter();
            let subjects = subjects.map(|it| (&it.subject, it.object.as_str()));
            match query.explained_by(subjects) {
                Some(object) => write!(f, "; see {object}")?,
                None if query.relations.is_empty() => {}
                None => write!(f, "; {} as expected", query.relations_are())?,
            }
        }
        match &self.ahead {
            None => write!(
                f,
                "\nnext: apply what is pending, and put what was changed by hand into a migration"
            ),
            Some(newer) => write!(
                f,
                "\nnext: start a program that knows {:03}; drop a column one release after the last program that uses it",
                newer.database
            ),
        }
    }
}

impl Schema {
    /// Checks that the database has everything that this program's types read and write, whoever else has changed it. This is the check for
    /// start-up.
    ///
    /// A new table, index, constraint, label, routine or extension, and a new column that an INSERT may leave out, are additions that do
    /// not affect them, so creating something cannot keep a program from starting, unless a query finds it in place of what it meant. Drift is a relation, column or label that is gone, a
    /// column of another type, a column that can now be null, and a table's column that now must be given a value, or no longer accepts
    /// one. [`verify_exact`](Self::verify_exact) compares everything.
    ///
    /// The database also parses every query of `queries/`, in each of its variants, as the session's `search_path` finds the names. Drift is
    /// a query that it refuses, and one whose parameters or columns have another type or another name than the build knew. A column that a
    /// `*` gives after those is an addition.
    ///
    /// How long it takes depends on what the types and queries name, and not on what else is in the database.
    ///
    /// Only reads, and runs none of the queries: they are prepared many at a time, in a transaction of its own or a savepoint of the
    /// caller's. That is a few messages, more for each query that does not fit and for the types that the driver does not know yet, about
    /// which it keeps its own prepared statements. It needs no privilege except to connect, and to read the history if the database is
    /// ahead.
    ///
    /// # Errors
    /// [`VerifyError::Drift`] names each object that differs; the other variants report why the database could not be read.
    pub fn verify(&self, client: &mut impl GenericClient) -> Result<(), VerifyError> {
        self.verify_with(client, &StartUp::default())
    }

    /// The same as [`verify`](Self::verify), with [`StartUp::history`] and [`StartUp::schemas`] of the caller's choice.
    ///
    /// # Errors
    /// Those of [`verify`](Self::verify).
    pub fn verify_with(
        &self,
        client: &mut impl GenericClient,
        start_up: &StartUp,
    ) -> Result<(), VerifyError> {
        let compared = Compared::read(client, self, start_up, Extent::Needed)?;
        let differences = compared.missing();
        let queries = parsed::drift(client, self.queries, false).map_err(VerifyError::Query)?;
        if differences.is_empty() && queries.is_empty() {
            return Ok(());
        }
        let ahead = compared.newer(client);
        Err(VerifyError::Drift(Drift {
            differences,
            queries,
            ahead,
        }))
    }

    /// Checks that the database has exactly the schema that this program was built for: relations with their columns, constraints, indexes,
    /// triggers, comments and TimescaleDB policies; types, routines and jobs; sequences, rules, row security, collations, statistics, event
    /// triggers and partitions; and privileges where the migrations grant or revoke some. It does not compare owners, storage parameters,
    /// default privileges, publications and foreign servers.
    ///
    /// If the history has later migrations than this program knows, the schema is theirs, and this program's types only have to fit it:
    /// then it is the same as [`verify`](Self::verify).
    ///
    /// Whoever can create a table in these schemas can make it fail. At start-up use [`verify`](Self::verify), which others cannot make
    /// fail this way.
    ///
    /// # Errors
    /// Those of [`verify`](Self::verify).
    pub fn verify_exact(&self, client: &mut impl GenericClient) -> Result<(), VerifyError> {
        self.verify_exact_with(client, &StartUp::default())
    }

    /// The same as [`verify_exact`](Self::verify_exact), with [`StartUp::history`] and [`StartUp::schemas`] of the caller's choice.
    ///
    /// # Errors
    /// Those of [`verify`](Self::verify).
    pub fn verify_exact_with(
        &self,
        client: &mut impl GenericClient,
        start_up: &StartUp,
    ) -> Result<(), VerifyError> {
        let compared = Compared::read(client, self, start_up, Extent::Everything)?;
        let mut differences = catalog::diff(&compared.expected.catalog, &compared.found);
        let mut queries = parsed::drift(client, self.queries, true).map_err(VerifyError::Query)?;
        if differences.is_empty() && queries.is_empty() {
            return Ok(());
        }
        let ahead = compared.newer(client);
        if ahead.is_some() {
            differences = compared.missing();
            queries.retain(|it| !it.is_addition());
        }
        if differences.is_empty() && queries.is_empty() {
            return Ok(());
        }
        Err(VerifyError::Drift(Drift {
            differences,
            queries,
            ahead,
        }))
    }
}

/// Which part of a database is read.
#[derive(Clone, Copy)]
enum Extent {
    /// Everything that belongs to this program.
    Everything,
    /// What its types name.
    Needed,
}

/// The schema that this program was built for, and the one that a database has.
struct Compared {
    expected: Snapshot,
    found: Catalog,
    /// The history, if it can be trusted.
    history: Option<RelationRef>,
}

impl Compared {
    fn read(
        client: &mut impl GenericClient,
        schema: &Schema,
        start_up: &StartUp,
        extent: Extent,
    ) -> Result<Compared, VerifyError> {
        let expected = Snapshot::parse_known(schema.snapshot)?;
        let history = schema.history(start_up);
        let place = HistoryLocation::find(client, &history)?;
        let probe = one_value(client, catalog::probe_query())?;
        let scope = match extent {
            Extent::Everything => place.scope(&history, schema.included(start_up)),
            // Looked for by its name, whoever else keeps something beside it.
            Extent::Needed => Scope {
                needs: Some(Needs::of(&expected.catalog)),
                ..Scope::default()
            },
        };
        let query = catalog::query(&probe, &scope)?;
        let mut found = catalog::parse(&one_value(client, &query)?)?;
        leave_out_histories(&mut found);
        let table = place.table.filter(|_| place.is_trusted);
        Ok(Compared {
            expected,
            found,
            history: table,
        })
    }

    /// What this program's types need and the database lacks.
    fn missing(&self) -> Vec<Difference> {
        catalog::at_least(&self.expected.catalog, &self.found)
    }

    /// How far the database is ahead.
    ///
    /// Read after the catalog: if a later migration changed the catalog, the history shows it, because both are committed together. If the
    /// history cannot be read, the difference that was found is reported.
    fn newer(&self, client: &mut impl GenericClient) -> Option<NewerDatabase> {
        let table = self.history.as_ref()?;
        let table = format!(
            "{}.{}",
            quote::identifier(&table.schema),
            quote::identifier(&table.name)
        );
        let known = self.expected.migrations.last()?.version;
        let query = format!(
            "SELECT pg_catalog.format('%s %s %s', max(version), count(*), count(*) FILTER (WHERE steps_done < steps)) \
             FROM {table} WHERE version > {known}"
        );
        let answer = first_value(client, &query).ok()??;
        let mut numbers = answer.split(' ').map(str::parse::<u32>);
        let mut next = || numbers.next()?.ok();
        let (database, rows, half) = (next()?, next()?, next()?);
        // As in the engine, a history with a gap does not belong to a later version of this program.
        (database.checked_sub(known) == Some(rows)).then_some(NewerDatabase {
            database,
            known,
            is_half_applied: half > 0,
        })
    }
}

/// The table that records the applied migrations; it is not part of the schema.
struct HistoryLocation {
    table: Option<RelationRef>,
    /// Whether it can be trusted: reading it runs nobody's code, and only the schema's owners can write to it.
    is_trusted: bool,
    /// The schema that new tables go to.
    current: Option<String>,
}

impl HistoryLocation {
    fn find(
        client: &mut impl GenericClient,
        history: &HistoryTable,
    ) -> Result<HistoryLocation, VerifyError> {
        let row = first_row(client, &history::find(history))?.ok_or(VerifyError::NoRow)?;
        let text = |index: usize| row.get(index).map(str::to_owned);
        Ok(HistoryLocation {
            table: text(1).map(|schema| RelationRef {
                schema,
                name: history.table.clone(),
            }),
            is_trusted: row.get(2) == Some("t"),
            current: text(0),
        })
    }

    /// What of the database belongs to this program.
    fn scope(&self, history: &HistoryTable, included: Vec<String>) -> Scope {
        let own = |table: &RelationRef| {
            let tables = history.tables();
            tables.map(|name| RelationRef {
                name,
                ..table.clone()
            })
        };
        let schema = self.table.as_ref().map(|table| table.schema.as_str());
        let kept: Vec<&str> = schema.into_iter().chain(self.current.as_deref()).collect();
        Scope {
            without: self.table.iter().flat_map(own).collect(),
            schemas: if included.is_empty() {
                Schemas::AllBut(history::others(&kept))
            } else {
                Schemas::Only(included)
            },
            needs: None,
            queries: false,
        }
    }
}

/// A database that was taken over keeps the history of the tool that created it, which is not part of the schema either.
fn leave_out_histories(catalog: &mut Catalog) {
    let column = |column: &Column| foreign::Column {
        name: column.name.clone(),
        type_name: column.ty.name.clone(),
    };
    let candidate = |table: &Table| Candidate {
        schema: table.schema.clone(),
        table: table.name.clone(),
        columns: table.columns.iter().map(column).collect(),
        ..Candidate::default()
    };
    let tables: Vec<Candidate> = catalog.tables.iter().map(candidate).collect();
    let foreign = foreign::recognise(&tables);
    let theirs: Vec<(String, String)> = foreign.iter().flat_map(Foreign::tables).collect();
    catalog
        .tables
        .retain(|table| !theirs.contains(&(table.schema.clone(), table.name.clone())));
}

fn one_value(client: &mut impl GenericClient, query: &str) -> Result<String, VerifyError> {
    first_value(client, query)?.ok_or(VerifyError::NoRow)
}

fn first_value(
    client: &mut impl GenericClient,
    query: &str,
) -> Result<Option<String>, VerifyError> {
    let row = first_row(client, query)?;
    Ok(row.and_then(|row| row.get(0).map(str::to_owned)))
}

fn first_row(
    client: &mut impl GenericClient,
    query: &str,
) -> Result<Option<SimpleQueryRow>, VerifyError> {
    let rows = rows(client, &qualified(query)).map_err(VerifyError::Query)?;
    Ok(rows.into_iter().next())
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
    use catalog::Enum;

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
        insta::assert_snapshot!(VerifyError::Drift(Drift {
            differences: differences.clone(),
            queries: Vec::new(),
            ahead: None,
        }));
        let newer = NewerDatabase {
            database: 5,
            known: 3,
            is_half_applied: false,
        };
        insta::assert_snapshot!(VerifyError::Drift(Drift {
            differences,
            queries: Vec::new(),
            ahead: Some(newer),
        }));
    }
}
