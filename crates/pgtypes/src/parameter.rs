//! A value on its way to the server as a statement's parameter.

use std::error::Error;

use bytes::BytesMut;
use postgres_types::{Format, IsNull, ToSql, Type};

use crate::driver::base;

/// A value that a domain accepts if its base type does. The server reports the domain as the type of a parameter for such a column, and the
/// driver's impls know only the base types.
#[derive(Debug)]
pub(crate) struct Parameter<'a> {
    /// The column that it is written to or compared with, for errors.
    column: &'static str,
    value: Value<'a>,
}

#[derive(Debug)]
enum Value<'a> {
    Borrowed(&'a (dyn ToSql + Sync)),
    Owned(Box<dyn ToSql + Sync + Send + 'a>),
}

impl<'a> Parameter<'a> {
    pub(crate) fn borrowed(column: &'static str, value: &'a (dyn ToSql + Sync)) -> Self {
        let value = Value::Borrowed(value);
        Self { column, value }
    }

    pub(crate) fn owned(column: &'static str, value: impl ToSql + Sync + Send + 'a) -> Self {
        let value = Value::Owned(Box::new(value));
        Self { column, value }
    }

    pub(crate) fn boxed(column: &'static str, value: Box<dyn ToSql + Sync + Send + 'a>) -> Self {
        let value = Value::Owned(value);
        Self { column, value }
    }

    /// The column that it is written to or compared with.
    #[cfg(feature = "sqlx")]
    pub(crate) fn column(&self) -> &'static str {
        self.column
    }

    fn value(&self) -> &(dyn ToSql + Sync) {
        match &self.value {
            Value::Borrowed(value) => *value,
            Value::Owned(value) => value.as_ref(),
        }
    }
}

impl ToSql for Parameter<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let sent = self.value().to_sql_checked(base(ty), out);
        sent.map_err(|error| format!("column {}: {error}", self.column).into())
    }

    /// Any: the value itself is asked when it is written.
    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, ty: &Type) -> Format {
        self.value().encode_format(base(ty))
    }

    fn to_sql_checked(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.to_sql(ty, out)
    }
}
