//! sqlx's traits for values, so that a query written by hand binds and reads them.

use std::sync::OnceLock;

use ::sqlx::encode::IsNull;
use ::sqlx::error::BoxDynError;
use ::sqlx::postgres::types::Oid as SqlxOid;
use ::sqlx::postgres::{
    PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueFormat, PgValueRef, Postgres,
};
use ::sqlx::{Decode, Encode, Type as SqlxType, ValueRef};
use bytes::BytesMut;
use postgres_types::{FromSql, ToSql, Type};
use sql::quote::identifier;

use super::types;
use crate::array::Array;
use crate::as_text::AsText;
use crate::bits::Bits;
use crate::converted::Converted;
use crate::date::Date;
use crate::geometry::{Circle, Line, LineSegment, Path, Point, Polygon, Rectangle};
use crate::hstore::Hstore;
use crate::ids::{Cid, Oid, PgLsn, Tid, Xid, Xid8};
use crate::internal_char::InternalChar;
use crate::interval::Interval;
use crate::json::{Json, Jsonb};
use crate::json_path::JsonPath;
use crate::local_timestamp::LocalTimestamp;
use crate::ltree::Ltree;
use crate::macaddr::{MacAddr, MacAddr8};
use crate::money::Money;
use crate::multirange::Multirange;
use crate::net::{Cidr, Inet};
use crate::numeric::Numeric;
use crate::postgis::{Geography, Geometry};
use crate::range::Range;
use crate::snapshot::PgSnapshot;
use crate::time::{Time, TimeTz};
use crate::timestamp::Timestamp;
use crate::tsquery::TsQuery;
use crate::tsvector::TsVector;
use crate::vector::Vector;
use crate::xml::Xml;

/// Whether a value of the type is read from a column of sqlx's type.
pub fn is_compatible<T: for<'a> FromSql<'a>>(info: &PgTypeInfo) -> bool {
    T::accepts(&types::of(info))
}

/// A value from sqlx's.
///
/// # Errors
/// When it came as text, or does not fit.
pub fn decode_value<'r, T: FromSql<'r>>(value: PgValueRef<'r>) -> Result<T, BoxDynError> {
    if !value.is_null() && value.format() != PgValueFormat::Binary {
        return Err("the value came as text: use `query` in place of `raw_sql`".into());
    }
    let ty = types::of(&value.type_info());
    let raw = if value.is_null() {
        None
    } else {
        Some(value.as_bytes()?)
    };
    T::from_sql_nullable(&ty, raw)
}

/// Writes a value in the binary form of the type.
///
/// # Errors
/// When the value cannot be sent.
pub fn encode_value(
    value: &impl ToSql,
    ty: &Type,
    buffer: &mut PgArgumentBuffer,
) -> Result<IsNull, BoxDynError> {
    let mut sent = BytesMut::new();
    Ok(match value.to_sql(ty, &mut sent)? {
        postgres_types::IsNull::Yes => IsNull::Yes,
        postgres_types::IsNull::No => {
            buffer.extend_from_slice(&sent);
            IsNull::No
        }
    })
}

/// A type of the schema's own, which sqlx finds by its name, and that of its arrays.
#[derive(Debug)]
pub struct Declared {
    name: OnceLock<String>,
}

impl Declared {
    /// For a type whose name is not known yet.
    pub const fn new() -> Self {
        Self {
            name: OnceLock::new(),
        }
    }

    /// The type of that name.
    pub fn info(&'static self, schema: &str, name: &str) -> PgTypeInfo {
        PgTypeInfo::with_name(self.quoted(schema, name))
    }

    /// The type of its arrays.
    pub fn array_info(&'static self, schema: &str, name: &str) -> PgTypeInfo {
        PgTypeInfo::array_of(self.quoted(schema, name))
    }

    fn quoted(&'static self, schema: &str, name: &str) -> &'static str {
        let quoted = || [schema, name].map(identifier).join(".");
        self.name.get_or_init(quoted)
    }
}

impl Default for Declared {
    fn default() -> Self {
        Self::new()
    }
}

/// A built-in type, which has the same OID everywhere.
fn built_in(ty: &Type) -> PgTypeInfo {
    PgTypeInfo::with_oid(SqlxOid(ty.oid()))
}

macro_rules! traits {
    ($type:ty, $info:expr, $array_info:expr, $sent_as:expr) => {
        impl SqlxType<Postgres> for $type {
            fn type_info() -> PgTypeInfo {
                $info
            }

            fn compatible(info: &PgTypeInfo) -> bool {
                is_compatible::<Self>(info)
            }
        }

        impl PgHasArrayType for $type {
            fn array_type_info() -> PgTypeInfo {
                $array_info
            }
        }

        impl Encode<'_, Postgres> for $type {
            fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
                encode_value(self, &$sent_as, buffer)
            }
        }

        impl Decode<'_, Postgres> for $type {
            fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
                decode_value(value)
            }
        }
    };
}

macro_rules! built_in_values {
    ($($type:ty: $sql:ident $array:ident),+ $(,)?) => {
        $(traits!($type, built_in(&Type::$sql), built_in(&Type::$array), Type::$sql);)+
    };
}

built_in_values! {
    Bits: VARBIT VARBIT_ARRAY,
    Cid: CID CID_ARRAY,
    Cidr: CIDR CIDR_ARRAY,
    Circle: CIRCLE CIRCLE_ARRAY,
    Date: DATE DATE_ARRAY,
    Inet: INET INET_ARRAY,
    InternalChar: CHAR CHAR_ARRAY,
    Interval: INTERVAL INTERVAL_ARRAY,
    Json: JSON JSON_ARRAY,
    JsonPath: JSONPATH JSONPATH_ARRAY,
    Jsonb: JSONB JSONB_ARRAY,
    Line: LINE LINE_ARRAY,
    LineSegment: LSEG LSEG_ARRAY,
    LocalTimestamp: TIMESTAMP TIMESTAMP_ARRAY,
    MacAddr8: MACADDR8 MACADDR8_ARRAY,
    MacAddr: MACADDR MACADDR_ARRAY,
    Money: MONEY MONEY_ARRAY,
    Multirange<Date>: DATEMULTI_RANGE DATEMULTI_RANGE_ARRAY,
    Multirange<LocalTimestamp>: TSMULTI_RANGE TSMULTI_RANGE_ARRAY,
    Multirange<Numeric>: NUMMULTI_RANGE NUMMULTI_RANGE_ARRAY,
    Multirange<Timestamp>: TSTZMULTI_RANGE TSTZMULTI_RANGE_ARRAY,
    Multirange<i32>: INT4MULTI_RANGE INT4MULTI_RANGE_ARRAY,
    Multirange<i64>: INT8MULTI_RANGE INT8MULTI_RANGE_ARRAY,
    Numeric: NUMERIC NUMERIC_ARRAY,
    Oid: OID OID_ARRAY,
    Path: PATH PATH_ARRAY,
    PgLsn: PG_LSN PG_LSN_ARRAY,
    PgSnapshot: PG_SNAPSHOT PG_SNAPSHOT_ARRAY,
    Point: POINT POINT_ARRAY,
    Polygon: POLYGON POLYGON_ARRAY,
    Range<Date>: DATE_RANGE DATE_RANGE_ARRAY,
    Range<LocalTimestamp>: TS_RANGE TS_RANGE_ARRAY,
    Range<Numeric>: NUM_RANGE NUM_RANGE_ARRAY,
    Range<Timestamp>: TSTZ_RANGE TSTZ_RANGE_ARRAY,
    Range<i32>: INT4_RANGE INT4_RANGE_ARRAY,
    Range<i64>: INT8_RANGE INT8_RANGE_ARRAY,
    Rectangle: BOX BOX_ARRAY,
    Tid: TID TID_ARRAY,
    Time: TIME TIME_ARRAY,
    TimeTz: TIMETZ TIMETZ_ARRAY,
    Timestamp: TIMESTAMPTZ TIMESTAMPTZ_ARRAY,
    TsQuery: TSQUERY TSQUERY_ARRAY,
    TsVector: TS_VECTOR TS_VECTOR_ARRAY,
    Xid8: XID8 XID8_ARRAY,
    Xid: XID XID_ARRAY,
    Xml: XML XML_ARRAY,
}

/// Sent as `text`, which the query casts to the type: `$1::text::cube`.
mod as_text {
    use super::*;

    traits!(
        AsText,
        built_in(&Type::TEXT),
        built_in(&Type::TEXT_ARRAY),
        Type::TEXT
    );
}

macro_rules! extension_values {
    ($($type:ty: $name:literal),+ $(,)?) => {
        $(traits!($type, PgTypeInfo::with_name($name), PgTypeInfo::array_of($name), Type::UNKNOWN);)+
    };
}

// Found by the search path, in whatever schema the extension is.
extension_values! {
    Geography: "geography",
    Geometry: "geometry",
    Hstore: "hstore",
    Ltree: "ltree",
    Vector: "vector",
}

impl<T: PgHasArrayType> SqlxType<Postgres> for Array<T>
where
    T: for<'a> FromSql<'a>,
{
    fn type_info() -> PgTypeInfo {
        T::array_type_info()
    }

    fn compatible(info: &PgTypeInfo) -> bool {
        is_compatible::<Self>(info)
    }
}

/// An array of a built-in type. sqlx encodes before it knows the OID of an enum; write such arrays through the generated functions.
impl<T: PgHasArrayType + ToSql> Encode<'_, Postgres> for Array<T> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let oid = T::array_type_info().oid().map_or(0, |oid| oid.0);
        match Type::from_oid(oid) {
            Some(ty) => encode_value(self, &ty, buffer),
            None => Err(
                "sqlx encodes an array before it knows the type of its elements: \
                 write arrays of types of the schema by the generated functions"
                    .into(),
            ),
        }
    }
}

impl<T: for<'a> FromSql<'a>> Decode<'_, Postgres> for Array<T> {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        decode_value(value)
    }
}

impl<T, V: SqlxType<Postgres>> SqlxType<Postgres> for Converted<T, V> {
    fn type_info() -> PgTypeInfo {
        V::type_info()
    }

    fn compatible(info: &PgTypeInfo) -> bool {
        V::compatible(info)
    }
}

impl<'q, T, V> Encode<'q, Postgres> for Converted<T, V>
where
    T: Clone,
    V: TryFrom<T, Error: std::fmt::Display> + Encode<'q, Postgres>,
{
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let stored = self.stored().map_err(|error| error.to_string())?;
        stored.encode_by_ref(buffer)
    }
}

impl<'r, T, V> Decode<'r, Postgres> for Converted<T, V>
where
    T: TryFrom<V, Error: std::fmt::Display>,
    V: Decode<'r, Postgres>,
{
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        let held = T::try_from(V::decode(value)?);
        Ok(held.map_err(|error| error.to_string())?.into())
    }
}
