//! Values of the types that have no Rust type here, as the text that PostgreSQL prints.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::str::FromStr;

use bytes::BytesMut;
use postgres_types::{Format, FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::encode::{self, Encode, EncodeError};

/// A value of any SQL type, as the text that PostgreSQL prints for it: `(1,"a b")` of a composite type, `(1, 2)` of `cube`.
///
/// Columns have it whose type has no Rust type. The server reads the text when it is written, and refuses one that is no value of the
/// type. Equality is of the text, which for some types differs between values that PostgreSQL calls equal.
///
/// The generated functions read such a column as its text. A query written by hand has to do the same, because the driver asks for
/// every column in the type's own binary form: `format('%s', shape) AS shape`, or the cast `shape::text` where the type's cast to
/// `text` gives what it prints.
///
/// ```
/// use pgtypes::AsText;
/// let point = AsText::from("(1, 2)");
/// assert_eq!(point.as_str(), "(1, 2)");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AsText(String);

impl AsText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl From<String> for AsText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for AsText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl FromStr for AsText {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl fmt::Display for AsText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for AsText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AsText({:?})", self.0)
    }
}

/// Sent in the text format, which the server reads by the type's own input function.
impl ToSql for AsText {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        encode::text(&self.0, out)?;
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}

/// Read from `text` alone: of another type the server sends the binary form.
impl<'a> FromSql<'a> for AsText {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        String::from_sql(ty, raw).map(Self)
    }

    fn accepts(ty: &Type) -> bool {
        <String as FromSql>::accepts(ty)
    }
}

/// A binary COPY cannot carry the text; [`copy_in`](crate::copy_in) writes the rows of such tables by INSERT.
impl Encode for AsText {
    fn encode(&self, _: &mut BytesMut) -> Result<(), EncodeError> {
        Err(EncodeError::OnlyAsText)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_prints_as_it_is() {
        let value = AsText::from("(1,\"a b\")");
        assert_eq!(value.to_string(), "(1,\"a b\")");
        assert_eq!(
            format!("{value:>10}|{value:?}"),
            " (1,\"a b\")|AsText(\"(1,\\\"a b\\\")\")"
        );
        assert_eq!("x".parse(), Ok(AsText::from("x")));
    }

    #[test]
    fn a_binary_copy_refuses_it() {
        let mut out = BytesMut::new();
        let refused = encode::field(&AsText::from("x"), &mut out);
        assert_eq!(refused, Err(EncodeError::OnlyAsText));
        assert!(out.is_empty());
    }
}
