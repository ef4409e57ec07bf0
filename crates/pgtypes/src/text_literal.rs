//! A parameter as a constant in the text of a statement, for those that take no parameters.

use std::error::Error;

use bytes::BytesMut;
use postgres_types::{Format, FromSql, IsNull, Kind, ToSql, Type};
use sql::quote::literal;

use crate::bits::Bits;
use crate::date::Date;
use crate::driver::base;
use crate::ids::{Oid, PgLsn, Xid8};
use crate::interval::Interval;
use crate::local_timestamp::LocalTimestamp;
use crate::macaddr::{MacAddr, MacAddr8};
use crate::net::{Cidr, Inet};
use crate::numeric::Numeric;
use crate::parameter::Parameter;
use crate::time::{Time, TimeTz};
use crate::timestamp::Timestamp;
use uuid::Uuid;

/// The value as a constant, of which the server takes the type from its place, as of a parameter. `None` if there is no such constant for
/// the type.
pub(crate) fn constant(
    value: &Parameter<'_>,
    ty: &Type,
) -> Result<Option<String>, Box<dyn Error + Sync + Send>> {
    let mut sent = BytesMut::new();
    if let IsNull::Yes = value.to_sql(ty, &mut sent)? {
        return Ok(Some("NULL".to_owned()));
    }
    let text = match value.encode_format(ty) {
        Format::Text => Some(String::from_utf8(sent.to_vec())?),
        Format::Binary => text(base(ty), &sent)?,
    };
    Ok(text.map(|text| literal(&text)))
}

/// The text of a value. The server reads it the same way whatever the session's settings are, so dates are in the ISO style.
fn text(ty: &Type, raw: &[u8]) -> Result<Option<String>, Box<dyn Error + Sync + Send>> {
    macro_rules! texts {
        ($($rust:ty),+) => {$(
            if <$rust as FromSql>::accepts(ty) {
                return Ok(Some(<$rust>::from_sql(ty, raw)?.to_string()));
            }
        )+};
    }
    if let Kind::Enum(_) = ty.kind() {
        return Ok(Some(std::str::from_utf8(raw)?.to_owned()));
    }
    texts!(
        bool,
        i16,
        i32,
        i64,
        f32,
        f64,
        String,
        Uuid,
        Numeric,
        Timestamp,
        LocalTimestamp,
        Date,
        Time,
        TimeTz,
        Interval,
        Inet,
        Cidr,
        MacAddr,
        MacAddr8,
        Oid,
        PgLsn,
        Xid8,
        Bits
    );
    Ok(None)
}

/// `sql` with a text in place of each parameter: what `replaced` gives for its index and the SQL after it.
///
/// Only `sql` that this crate has made: it has names in double quotes and constants in single ones, and neither comments nor dollar quotes.
pub(crate) fn replace_parameters<E>(
    sql: &str,
    mut replaced: impl FnMut(usize, &str) -> Result<String, E>,
) -> Result<String, E> {
    let mut result = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find(['"', '\'', '$']) {
        let (before, marked) = rest.split_at(at);
        result += before;
        let mark = &marked[..1];
        let after = &marked[1..];
        let length = if mark == "$" {
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            match after[..digits].parse::<usize>() {
                Ok(number) => result += &replaced(number - 1, &after[digits..])?,
                Err(_) => result += mark,
            }
            1 + digits
        } else {
            // A doubled quote ends one piece and begins the next.
            let length = after.find(mark).map_or(marked.len(), |end| end + 2);
            result += &marked[..length];
            length
        };
        rest = &marked[length..];
    }
    Ok(result + rest)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn only_parameters_are_replaced() {
        let replace = |sql: &str| {
            let replaced = replace_parameters(sql, |at, _| Ok::<_, Infallible>(format!("<{at}>")));
            replaced.unwrap()
        };
        for (sql, expected) in [
            ("a = $1 AND b = $12", "a = <0> AND b = <11>"),
            ("\"a$1\" = $2", "\"a$1\" = <1>"),
            ("\"a\"\"$1\" = $1::text", "\"a\"\"$1\" = <0>::text"),
            ("'$1''$1' E'\\\\$1' $1", "'$1''$1' E'\\\\$1' <0>"),
            ("\"'\" $1 \"'\" $2", "\"'\" <0> \"'\" <1>"),
            ("", ""),
            ("\"ü$1\"$3", "\"ü$1\"<2>"),
        ] {
            assert_eq!(replace(sql), expected);
        }
    }

    #[test]
    fn constants_are_quoted() {
        let constant = |value: &(dyn ToSql + Sync), ty: &Type| {
            let value = Parameter::borrowed("c", value);
            constant(&value, ty).unwrap()
        };
        let moment: Timestamp = "2026-11-22 12:04:05.25+00".parse().unwrap();
        for (constant, expected) in [
            (constant(&7_i64, &Type::INT8), Some("'7'")),
            (constant(&None::<i64>, &Type::INT8), Some("NULL")),
            (constant(&"it's \\", &Type::TEXT), Some("E'it''s \\\\'")),
            (
                constant(&moment, &Type::TIMESTAMPTZ),
                Some("'2026-11-22 12:04:05.25+00'"),
            ),
            (constant(&true, &Type::BOOL), Some("'true'")),
            (constant(&f64::NAN, &Type::FLOAT8), Some("'NaN'")),
            (constant(&f64::NEG_INFINITY, &Type::FLOAT8), Some("'-inf'")),
            (constant(&vec![1_u8], &Type::BYTEA), None),
        ] {
            assert_eq!(constant.as_deref(), expected);
        }
        let wrong = Parameter::borrowed("c", &7_i64);
        assert!(super::constant(&wrong, &Type::TEXT).is_err());
    }
}
