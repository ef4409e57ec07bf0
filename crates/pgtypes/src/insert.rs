//! Rows by `INSERT`: one that is returned, or many.

use std::error::Error;

use bytes::BytesMut;
use postgres::{GenericClient, Row};
use postgres_types::{Format, IsNull, ToSql, Type};

use crate::driver;
use crate::table::Insert;

/// Inserts one row and returns the stored row, with its defaults, generated columns and the effects of triggers.
///
/// # Errors
/// The server's, and the driver's when a value does not fit its column.
pub fn insert<C: GenericClient, R: Insert>(
    client: &mut C,
    row: &R,
) -> Result<Row, postgres::Error> {
    let statement = R::TABLE.insert_statement(&row.columns());
    let values: Vec<Parameter<'_>> = row.values().into_iter().map(Parameter).collect();
    let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
    client.query_one(&statement, &values)
}

/// A value that a domain accepts if its base type does. The server reports the domain as the type of a parameter for such a column, and the
/// driver's impls know only the base types.
#[derive(Debug)]
pub(crate) struct Parameter<'a>(pub(crate) &'a (dyn ToSql + Sync));

impl ToSql for Parameter<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.0.to_sql_checked(driver::base(ty), out)
    }

    /// Any: the value itself is asked when it is written.
    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, ty: &Type) -> Format {
        self.0.encode_format(driver::base(ty))
    }

    fn to_sql_checked(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.to_sql(ty, out)
    }
}
