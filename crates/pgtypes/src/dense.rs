//! Values of a range type of the user's over whole numbers or days.

use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use bytes::BytesMut;
use postgres_types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::encode::{Encode, EncodeError};
use crate::range_element::RangeElement;

/// A bound of a range as a range type of the user's has it, for which there is always another value between two: `[1,7]` and `[1,8)` are
/// equal in PostgreSQL's `int4range`, and differ in such a type over `integer`.
///
/// ```
/// use pgtypes::{Dense, Range};
/// let week: Range<Dense<i32>> = "[1,7]".parse()?;
/// assert_eq!(week.to_string(), "[1,7]");
/// assert_ne!(week, "[1,8)".parse()?);
/// assert!(week.contains(&Dense(7)));
/// # Ok::<(), pgtypes::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dense<T>(pub T);

impl<T> Deref for Dense<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Dense<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T: fmt::Display> fmt::Display for Dense<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: FromStr> FromStr for Dense<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        text.parse().map(Self)
    }
}

impl<T: RangeElement> RangeElement for Dense<T> {
    fn order(&self, other: &Self) -> Ordering {
        self.0.order(&other.0)
    }

    fn print(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        self.0.print(out)
    }
}

impl<T: Encode> Encode for Dense<T> {
    const ELEMENT_OID: u32 = T::ELEMENT_OID;

    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        self.0.encode(out)
    }
}

impl<T: ToSql> ToSql for Dense<T> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.0.to_sql(ty, out)
    }

    fn accepts(ty: &Type) -> bool {
        T::accepts(ty)
    }

    to_sql_checked!();
}

impl<'a, T: FromSql<'a>> FromSql<'a> for Dense<T> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        T::from_sql(ty, raw).map(Self)
    }

    fn accepts(ty: &Type) -> bool {
        T::accepts(ty)
    }
}
