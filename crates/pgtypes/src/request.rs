//! What a statement becomes when it is run.

use postgres::types::{ToSql, Type};

use crate::parameter::Parameter;
use crate::query_error::QueryError;
use crate::query_text::QueryText;
use crate::table::Table;

/// What a driver sends.
#[doc(hidden)]
pub struct Request<'a> {
    pub(crate) table: &'static Table,
    /// Why it must not be sent.
    pub(crate) refused: Option<String>,
    pub(crate) text: Text,
    pub(crate) parameters: Vec<Parameter<'a>>,
}

/// Where a request's SQL is from, and with it the types of its parameters.
pub(crate) enum Text {
    /// A generated query, and which of its texts.
    Query(&'static QueryText, usize),
    /// A statement that is put together when it is run.
    Built {
        sql: String,
        /// The type of every parameter; `None` when the server has to say.
        types: Option<Vec<Type>>,
        /// Whether the same text is expected again, and so worth preparing.
        recurs: bool,
    },
}

/// A parameter as the drivers take it.
pub(crate) type Value<'a> = &'a (dyn ToSql + Sync);

impl Request<'_> {
    /// Fails if the statement must not be sent.
    pub(crate) fn check(&mut self) -> Result<(), QueryError> {
        let refused = self.refused.take();
        refused.map_or(Ok(()), |reason| {
            Err(QueryError::NotSent {
                relation: self.table.quoted(),
                reason,
            })
        })
    }

    pub(crate) fn sql(&self) -> &str {
        match &self.text {
            Text::Query(query, variant) => query.variants[*variant].sql,
            Text::Built { sql, .. } => sql,
        }
    }

    /// The type of the column that a parameter is written to or compared with.
    #[cfg(feature = "sqlx")]
    pub(crate) fn column_type(&self, parameter: &Parameter<'_>) -> Option<String> {
        let mut columns = self.table.columns.iter();
        let column = columns.find(|column| column.name == parameter.column())?;
        Some(column.type_name())
    }

    pub(crate) fn values(&self) -> impl ExactSizeIterator<Item = Value<'_>> + Clone {
        let values = self.parameters.iter();
        values.map(|value: &Parameter<'_>| value as _)
    }

    /// The type of every parameter, when all are known and the driver knows the types of the answer.
    pub(crate) fn types(&self) -> Option<Vec<Type>> {
        match &self.text {
            Text::Query(query, variant) => {
                let numbers = query.variants[*variant].parameters.iter();
                let types = numbers.map(|at| query.parameters[*at].known_type());
                types
                    .collect::<Option<_>>()
                    .filter(|_| query.table.has_known_types())
            }
            Text::Built { types, .. } => types.clone(),
        }
    }

    /// The parameters with their types, when all are known: the statement then takes one round trip.
    pub(crate) fn typed(&self) -> Option<Vec<(Value<'_>, Type)>> {
        Some(self.values().zip(self.types()?).collect())
    }
}
