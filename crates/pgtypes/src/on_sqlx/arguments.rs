//! A statement's parameters as sqlx's arguments.

use std::convert::Infallible;

use ::sqlx::encode::IsNull;
use ::sqlx::error::BoxDynError;
use ::sqlx::postgres::types::Oid;
use ::sqlx::postgres::{PgArgumentBuffer, PgArguments, PgConnection, PgTypeInfo, Postgres};
use ::sqlx::query::Query;
use ::sqlx::{Arguments, Either, Encode, Executor, Statement, Type as SqlxType};
use bytes::BytesMut;
use postgres_types::{Format, ToSql, Type};

use super::types;
use crate::parameter::Parameter;
use crate::query_error::QueryError;
use crate::request::Request;
use crate::text_literal::replace_parameters;

/// A statement with its arguments.
pub(super) struct Bound {
    sql: String,
    arguments: PgArguments,
}

impl Bound {
    /// As sqlx runs it. The arguments are lent once.
    pub(super) fn as_sqlx(&self) -> Query<'_, Postgres, PgArguments> {
        ::sqlx::query_with(&self.sql, self.arguments.clone())
    }
}

/// Prepares the statement, and writes the parameters in the types that the server names.
pub(super) async fn bind(
    connection: &mut PgConnection,
    request: &Request<'_>,
) -> Result<Bound, QueryError> {
    let sql = with_casts(request);
    let prepared = connection.prepare(&sql).await;
    let prepared = prepared.map_err(|cause| request.table.failed_on_sqlx(cause))?;
    let types = match prepared.parameters() {
        Some(Either::Left(types)) => types,
        _ => &[],
    };
    let mut arguments = PgArguments::default();
    for (parameter, info) in request.parameters.iter().zip(types) {
        let added = Argument::of(parameter, &types::of(info)).and_then(|it| arguments.add(it));
        let encoded = added.map_err(::sqlx::Error::Encode);
        encoded.map_err(|cause| request.table.failed_on_sqlx(cause))?;
    }
    Ok(Bound { sql, arguments })
}

/// The statement, with a cast from `text` for each parameter that is sent as its text.
fn with_casts(request: &Request<'_>) -> String {
    let replaced = replace_parameters(request.sql(), |at, after| {
        let number = at + 1;
        let parameter = &request.parameters[at];
        let is_text = matches!(parameter.encode_format(&Type::TEXT), Format::Text);
        Ok::<_, Infallible>(match request.column_type(parameter) {
            Some(ty) if is_text && !after.starts_with("::") => {
                format!("${number}::pg_catalog.text::{ty}")
            }
            _ if is_text => format!("${number}::pg_catalog.text"),
            _ => format!("${number}"),
        })
    });
    replaced.unwrap_or_else(|never| match never {})
}

/// A value in its binary form, with the OID of its type.
struct Argument {
    ty: u32,
    value: Option<BytesMut>,
}

impl Argument {
    fn of(value: &Parameter<'_>, ty: &Type) -> Result<Self, BoxDynError> {
        let mut sent = BytesMut::new();
        let is_null = matches!(value.to_sql(ty, &mut sent)?, postgres_types::IsNull::Yes);
        Ok(Self {
            ty: ty.oid(),
            value: (!is_null).then_some(sent),
        })
    }
}

impl SqlxType<Postgres> for Argument {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(0))
    }
}

impl Encode<'_, Postgres> for Argument {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Ok(match &self.value {
            None => IsNull::Yes,
            Some(value) => {
                buffer.extend_from_slice(value);
                IsNull::No
            }
        })
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_oid(Oid(self.ty)))
    }
}
