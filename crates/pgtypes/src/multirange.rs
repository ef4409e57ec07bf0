//! Multiranges: sets of values that consist of ranges.

use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::ops::Bound;
use std::str::FromStr;

use bytes::{Buf, BufMut, BytesMut};
use postgres_types::{FromSql, IsNull, Kind, ToSql, Type, to_sql_checked};

use crate::driver::{self, take_field};
use crate::encode::{Encode, EncodeError, field, set_length};
use crate::error::{DecodeError, ParseError};
use crate::range::{Range, cmp_upper};
use crate::range_element::RangeElement;
use crate::text::{Cursor, is_c_space, pad};

/// A multirange such as `tstzmultirange`: ranges in ascending order, none of which is empty or touches another.
///
/// `Display` prints what PostgreSQL prints, `{[1,3),[7,9)}`, and `FromStr` reads that, in any order. Order and equality are PostgreSQL's:
/// range by range, and a set comes after its beginning.
///
/// ```
/// use pgtypes::Multirange;
/// let days: Multirange<i32> = "{[7,8], [1,2], [3,3]}".parse()?;
/// assert_eq!(days.to_string(), "{[1,4),[7,9)}");
/// # Ok::<(), pgtypes::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Multirange<T>(Vec<Range<T>>);

impl<T: RangeElement> Multirange<T> {
    /// All the values of these ranges.
    pub fn new(mut ranges: Vec<Range<T>>) -> Self {
        ranges.retain(|range| !range.is_empty());
        ranges.sort_by(Range::order);
        let mut apart: Vec<Range<T>> = Vec::with_capacity(ranges.len());
        for range in ranges {
            let next = match apart.pop() {
                Some(last) => joined(last, range),
                None => [Some(range), None],
            };
            apart.extend(next.into_iter().flatten());
        }
        Self(apart)
    }

    /// Whether `value` is in one of the ranges.
    pub fn contains(&self, value: &T) -> bool {
        self.0.iter().any(|range| range.contains(value))
    }
}

/// One range where the two overlap or meet, of which `left` comes first; otherwise both.
fn joined<T: RangeElement>(left: Range<T>, right: Range<T>) -> [Option<Range<T>>; 2] {
    let (Some((_, end)), Some((start, _))) = (left.bounds(), right.bounds()) else {
        return [Some(left), Some(right)];
    };
    let is_apart = match (end, start) {
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
        (Bound::Excluded(end), Bound::Excluded(start)) => end.order(start) != Ordering::Greater,
        (
            Bound::Included(end) | Bound::Excluded(end),
            Bound::Included(start) | Bound::Excluded(start),
        ) => end.order(start) == Ordering::Less,
    };
    if is_apart {
        return [Some(left), Some(right)];
    }
    match (left.into_bounds(), right.into_bounds()) {
        (Some((start, end)), Some((_, other))) => {
            let is_further = cmp_upper(&other, &end) == Ordering::Greater;
            let end = if is_further { other } else { end };
            [Some(Range::of_bounds(start, end)), None]
        }
        _ => [None, None],
    }
}

impl<T> Multirange<T> {
    /// The set without any value.
    pub const EMPTY: Self = Self(Vec::new());

    /// The ranges in ascending order.
    pub fn ranges(&self) -> &[Range<T>] {
        &self.0
    }

    /// Whether there is no value in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: RangeElement> FromIterator<Range<T>> for Multirange<T> {
    fn from_iter<I: IntoIterator<Item = Range<T>>>(ranges: I) -> Self {
        Self::new(ranges.into_iter().collect())
    }
}

impl<T: RangeElement> From<Range<T>> for Multirange<T> {
    fn from(range: Range<T>) -> Self {
        Self::new(vec![range])
    }
}

impl<T: RangeElement + Ord> Ord for Multirange<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<T: RangeElement + Ord> PartialOrd for Multirange<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Multirange<T> {
    fn put_count(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        let bytes = self.0.len();
        out.put_i32(i32::try_from(bytes).map_err(|_| EncodeError::TooLong { bytes })?);
        Ok(())
    }
}

impl<T: RangeElement> Encode for Multirange<T> {
    const ELEMENT_OID: u32 = T::MULTIRANGE_OID;

    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        self.put_count(out)?;
        self.0.iter().try_for_each(|range| field(range, out))
    }
}

/// The first OID that PostgreSQL gives to an object of the user's.
const FIRST_NORMAL_OID: u32 = 16_384;

/// The type of the values if `ty` is a multirange or a domain over one. Of a multirange type of the user's the driver knows nothing but its
/// name: its values are those that are asked for.
fn element_type<T: RangeElement>(ty: &Type) -> Option<Type> {
    let ty = driver::base(ty);
    match ty.kind() {
        Kind::Multirange(element) => Some(driver::base(element).clone()),
        Kind::Simple if ty.oid() >= FIRST_NORMAL_OID => Type::from_oid(T::ELEMENT_OID),
        _ => None,
    }
}

impl<T: RangeElement + ToSql> ToSql for Multirange<T> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let element_type = element_type::<T>(ty).ok_or("not a multirange")?;
        self.put_count(out)?;
        for range in &self.0 {
            let start = out.len();
            out.put_i32(0);
            range.put(&element_type, out)?;
            set_length(start, out)?;
        }
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        element_type::<T>(ty).is_some_and(|ty| T::accepts(&ty))
    }

    to_sql_checked!();
}

impl<'a, T: RangeElement + FromSql<'a>> FromSql<'a> for Multirange<T> {
    fn from_sql(ty: &Type, mut raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let error = |reason| DecodeError::new("multirange", reason);
        let element_type = element_type::<T>(ty).ok_or("not a multirange")?;
        let count = raw.try_get_i32().map_err(|_| error("no count"))?;
        let mut ranges = Vec::new();
        for _ in 0..count {
            let field = take_field(&mut raw).ok_or(error("cut short"))?;
            let field = field.ok_or(error("a range is null"))?;
            ranges.push(Range::take(&element_type, field)?);
        }
        if count < 0 || !raw.is_empty() {
            return Err(error("of another length than it says").into());
        }
        Ok(Self(ranges))
    }

    fn accepts(ty: &Type) -> bool {
        element_type::<T>(ty).is_some_and(|ty| T::accepts(&ty))
    }
}

impl<T: RangeElement> fmt::Display for Multirange<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |out| {
            out.write_char('{')?;
            for (index, range) in self.0.iter().enumerate() {
                let comma = if index == 0 { "" } else { "," };
                write!(out, "{comma}{range}")?;
            }
            out.write_char('}')
        })
    }
}

impl<T: RangeElement + FromStr> FromStr for Multirange<T> {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text).map_err(|reason| ParseError::new("multirange", text, reason))
    }
}

fn parse<T: RangeElement + FromStr>(text: &str) -> Result<Multirange<T>, &'static str> {
    let mut cursor = Cursor::new(text.trim_matches(is_c_space));
    if !cursor.eat("{") {
        return Err("expected an opening brace");
    }
    let mut ranges = Vec::new();
    cursor.eat_space();
    while !cursor.eat("}") {
        if !ranges.is_empty() && !cursor.eat(",") {
            return Err("expected a comma or the closing brace");
        }
        cursor.eat_space();
        ranges.push(Range::take_text(&mut cursor)?);
        cursor.eat_space();
    }
    if !cursor.is_empty() {
        return Err("expected nothing after the closing brace");
    }
    Ok(Multirange::new(ranges))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Numeric;

    #[test]
    fn what_meets_is_one_range() {
        for (text, same) in [
            ("{}", "{}"),
            ("{empty,[1,1)}", "{}"),
            ("{[1,2),[2,3)}", "{[1,3)}"),
            ("{[1,2],(2,3)}", "{[1,3)}"),
            ("{[1,2),(2,3)}", "{[1,2),(2,3)}"),
            ("{[5,9),[1,7],[2,3]}", "{[1,9)}"),
            ("{(,1),[3,),[4,5)}", "{(,1),[3,)}"),
        ] {
            let set = parse::<Numeric>(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(set.to_string(), same, "{text}");
        }
        let set = parse::<i32>("{[1,2],[3,4]}").unwrap();
        assert_eq!(set.to_string(), "{[1,5)}");
        assert!(set.contains(&4) && !set.contains(&5));
    }

    #[test]
    fn rejected_with_the_reason() {
        for (text, reason) in [
            ("", "expected an opening brace"),
            ("{[1,2)", "expected a comma or the closing brace"),
            ("{[1,2) [3,4)}", "expected a comma or the closing brace"),
            ("{[1,2),}", "expected empty, [ or ("),
            ("{[2,1)}", "the lower bound is greater than the upper one"),
            ("{}{}", "expected nothing after the closing brace"),
        ] {
            assert_eq!(parse::<i32>(text).unwrap_err(), reason, "{text}");
        }
    }
}
