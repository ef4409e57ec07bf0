//! What a statement becomes when it is run.

use postgres::types::{ToSql, Type};

use crate::parameter::Parameter;
use crate::query_error::QueryError;
use crate::table::Table;

/// What a driver sends.
#[doc(hidden)]
pub struct Request<'a> {
    pub(crate) table: &'static Table,
    /// Why it must not be sent.
    pub(crate) refused: Option<String>,
    pub(crate) sql: String,
    pub(crate) parameters: Vec<Parameter<'a>>,
    /// The type of every parameter; `None` when the server has to say.
    pub(crate) types: Option<Vec<Type>>,
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

    /// The type of the column that a parameter is written to or compared with.
    #[cfg(feature = "sqlx")]
    pub(crate) fn column_type(&self, parameter: &Parameter<'_>) -> Option<String> {
        let mut columns = self.table.columns.iter();
        let column = columns.find(|column| column.name == parameter.column())?;
        Some(column.type_name())
    }

    pub(crate) fn values(&self) -> Vec<Value<'_>> {
        let values = self.parameters.iter();
        values.map(|value: &Parameter<'_>| value as _).collect()
    }

    /// The parameters with their types, when all are known: the statement then takes one round trip.
    pub(crate) fn typed(&self) -> Option<Vec<(Value<'_>, Type)>> {
        let types = self.types.as_ref()?.iter().cloned();
        Some(self.values().into_iter().zip(types).collect())
    }
}
