//! Ranges: the values from one bound to another. Their text form is in `text`, and sets of them in `multirange`.

mod text;

use std::cmp::Ordering;
use std::error::Error;
use std::ops::Bound;
use std::str::FromStr;

use bytes::{Buf, BufMut, BytesMut};
use postgres_types::{FromSql, IsNull, Kind, ToSql, Type, to_sql_checked};

use crate::driver::{self, put_field, take_field};
use crate::encode::{Encode, EncodeError, field};
use crate::error::DecodeError;
use crate::range_element::RangeElement;
use crate::text::Cursor;

/// Bits of the first byte, as in PostgreSQL's `utils/rangetypes.h`.
const EMPTY: u8 = 0x01;
const LOWER_INCLUDED: u8 = 0x02;
const UPPER_INCLUDED: u8 = 0x04;
const LOWER_UNBOUNDED: u8 = 0x08;
const UPPER_UNBOUNDED: u8 = 0x10;

/// A range such as `int4range` or `tstzrange`: empty, or all values between two bounds, each of which is included, excluded or absent.
///
/// As PostgreSQL does, [`new`](Self::new) and `FromStr` bring a range of whole numbers or days into the form `[from,to)`, and one without
/// any value into `empty`. Order and equality are PostgreSQL's. `Display` prints what PostgreSQL prints, `[1,10)`, `(,"2026-11-22 00:00:00+00"]`
/// and `empty`.
///
/// ```
/// use pgtypes::Range;
/// let week: Range<i32> = "[1,7]".parse()?;
/// assert_eq!(week, Range::try_from(1..8).unwrap());
/// assert_eq!(week.to_string(), "[1,8)");
/// assert!(week.contains(&7) && !week.contains(&8));
/// # Ok::<(), pgtypes::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Range<T>(Option<(Bound<T>, Bound<T>)>);

/// What keeps two bounds from being a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RangeError {
    /// The lower bound is greater than the upper one.
    #[error("the lower bound is greater than the upper one")]
    Reversed,
    /// The value after an excluded lower or an included upper bound does not exist.
    #[error("the value next to a bound is out of range")]
    OutOfRange,
}

impl<T> Range<T> {
    /// The range without any value.
    pub const EMPTY: Self = Self(None);

    /// The range of all values.
    pub const ALL: Self = Self(Some((Bound::Unbounded, Bound::Unbounded)));

    /// Whether there is no value in it.
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The lower bound; `None` for the empty range.
    pub fn lower(&self) -> Option<Bound<&T>> {
        self.0.as_ref().map(|(lower, _)| lower.as_ref())
    }

    /// The upper bound; `None` for the empty range.
    pub fn upper(&self) -> Option<Bound<&T>> {
        self.0.as_ref().map(|(_, upper)| upper.as_ref())
    }

    fn flags(&self) -> u8 {
        let Some((lower, upper)) = &self.0 else {
            return EMPTY;
        };
        let of = |bound: &Bound<T>, included, unbounded| match bound {
            Bound::Included(_) => included,
            Bound::Excluded(_) => 0,
            Bound::Unbounded => unbounded,
        };
        of(lower, LOWER_INCLUDED, LOWER_UNBOUNDED) | of(upper, UPPER_INCLUDED, UPPER_UNBOUNDED)
    }

    /// The values that bound it, in the order of the wire.
    fn values(&self) -> impl Iterator<Item = &T> {
        let bounds = self.0.iter().flat_map(|(lower, upper)| [lower, upper]);
        bounds.filter_map(|bound| match bound {
            Bound::Included(value) | Bound::Excluded(value) => Some(value),
            Bound::Unbounded => None,
        })
    }
}

impl<T: RangeElement + FromStr> Range<T> {
    /// The range that comes next in a text.
    pub(crate) fn take_text(cursor: &mut Cursor<'_>) -> Result<Self, &'static str> {
        text::take(cursor)
    }
}

impl<T: RangeElement> Range<T> {
    /// The range between two bounds.
    ///
    /// # Errors
    /// When the lower bound is greater than the upper one, and when whole numbers or days end next to a bound.
    pub fn new(lower: Bound<T>, upper: Bound<T>) -> Result<Self, RangeError> {
        if is_empty(&lower, &upper)? {
            return Ok(Self::EMPTY);
        }
        let lower = match lower {
            Bound::Excluded(value) => match value.next().ok_or(RangeError::OutOfRange)? {
                Some(next) => Bound::Included(next),
                None => Bound::Excluded(value),
            },
            bound => bound,
        };
        let upper = match upper {
            Bound::Included(value) => match value.next().ok_or(RangeError::OutOfRange)? {
                Some(next) => Bound::Excluded(next),
                None => Bound::Included(value),
            },
            bound => bound,
        };
        if is_empty(&lower, &upper)? {
            return Ok(Self::EMPTY);
        }
        Ok(Self(Some((lower, upper))))
    }

    /// Whether `value` is in it.
    pub fn contains(&self, value: &T) -> bool {
        let Some((lower, upper)) = &self.0 else {
            return false;
        };
        let is_after = match lower {
            Bound::Included(lower) => value.order(lower) != Ordering::Less,
            Bound::Excluded(lower) => value.order(lower) == Ordering::Greater,
            Bound::Unbounded => true,
        };
        let is_before = match upper {
            Bound::Included(upper) => value.order(upper) != Ordering::Greater,
            Bound::Excluded(upper) => value.order(upper) == Ordering::Less,
            Bound::Unbounded => true,
        };
        is_after && is_before
    }
}

fn is_empty<T: RangeElement>(lower: &Bound<T>, upper: &Bound<T>) -> Result<bool, RangeError> {
    use Bound::{Excluded, Included, Unbounded};
    let (low, high) = match (lower, upper) {
        (Unbounded, _) | (_, Unbounded) => return Ok(false),
        (Included(low) | Excluded(low), Included(high) | Excluded(high)) => (low, high),
    };
    match low.order(high) {
        Ordering::Greater => Err(RangeError::Reversed),
        Ordering::Equal => Ok(!matches!((lower, upper), (Included(_), Included(_)))),
        Ordering::Less => Ok(false),
    }
}

/// Fails where the start is after the end.
impl<T: RangeElement> TryFrom<std::ops::Range<T>> for Range<T> {
    type Error = RangeError;

    fn try_from(range: std::ops::Range<T>) -> Result<Self, RangeError> {
        Self::new(Bound::Included(range.start), Bound::Excluded(range.end))
    }
}

/// The order of two lower bounds.
fn cmp_lower<T: RangeElement>(a: &Bound<T>, b: &Bound<T>) -> Ordering {
    let key = |bound: &Bound<T>| matches!(bound, Bound::Excluded(_));
    match (value(a), value(b)) {
        (Some(left), Some(right)) => left.order(right).then_with(|| key(a).cmp(&key(b))),
        (left, right) => left.is_some().cmp(&right.is_some()),
    }
}

/// The order of two upper bounds.
pub(crate) fn cmp_upper<T: RangeElement>(a: &Bound<T>, b: &Bound<T>) -> Ordering {
    let key = |bound: &Bound<T>| matches!(bound, Bound::Included(_));
    match (value(a), value(b)) {
        (Some(left), Some(right)) => left.order(right).then_with(|| key(a).cmp(&key(b))),
        (left, right) => right.is_some().cmp(&left.is_some()),
    }
}

fn value<T>(bound: &Bound<T>) -> Option<&T> {
    match bound {
        Bound::Included(value) | Bound::Excluded(value) => Some(value),
        Bound::Unbounded => None,
    }
}

impl<T> Range<T> {
    /// The two bounds, unless it is empty.
    pub(crate) fn bounds(&self) -> Option<&(Bound<T>, Bound<T>)> {
        self.0.as_ref()
    }

    /// The two bounds, unless it is empty.
    pub(crate) fn into_bounds(self) -> Option<(Bound<T>, Bound<T>)> {
        self.0
    }

    /// The range between bounds that are in order and in the form that PostgreSQL gives them.
    pub(crate) fn of_bounds(lower: Bound<T>, upper: Bound<T>) -> Self {
        Self(Some((lower, upper)))
    }
}

impl<T: RangeElement> Range<T> {
    /// PostgreSQL's order: the empty range first, then by the lower bound and the upper one.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Some((low, high)), Some((other_low, other_high))) => {
                cmp_lower(low, other_low).then_with(|| cmp_upper(high, other_high))
            }
            (left, right) => left.is_some().cmp(&right.is_some()),
        }
    }
}

/// The empty range first, then by the lower bound and the upper one.
impl<T: RangeElement + Ord> Ord for Range<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order(other)
    }
}

impl<T: RangeElement + Ord> PartialOrd for Range<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: RangeElement> Encode for Range<T> {
    const ELEMENT_OID: u32 = T::RANGE_OID;

    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        out.put_u8(self.flags());
        self.values().try_for_each(|value| field(value, out))
    }
}

/// The type of the values if `ty` is a range or a domain over one.
fn element_type(ty: &Type) -> Option<&Type> {
    match driver::base(ty).kind() {
        Kind::Range(element) => Some(driver::base(element)),
        _ => None,
    }
}

impl<T: ToSql> Range<T> {
    /// The wire form where the values are of that type.
    pub(crate) fn put(
        &self,
        element_type: &Type,
        out: &mut BytesMut,
    ) -> Result<(), Box<dyn Error + Sync + Send>> {
        out.put_u8(self.flags());
        self.values()
            .try_for_each(|value| put_field(value, element_type, out))
    }
}

impl<'a, T: FromSql<'a>> Range<T> {
    /// The range in a wire form where the values are of that type.
    pub(crate) fn take(
        element_type: &Type,
        mut raw: &'a [u8],
    ) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let error = |reason| DecodeError::new("range", reason);
        let flags = raw.try_get_u8().map_err(|_| error("no flags"))?;
        let mut value = || -> Result<T, Box<dyn Error + Sync + Send>> {
            let field = take_field(&mut raw).ok_or(error("cut short"))?;
            T::from_sql(element_type, field.ok_or(error("a bound is null"))?)
        };
        let mut bound = |included: u8, unbounded: u8| {
            Ok::<_, Box<dyn Error + Sync + Send>>(match (flags & unbounded, flags & included) {
                (0, 0) => Bound::Excluded(value()?),
                (0, _) => Bound::Included(value()?),
                _ => Bound::Unbounded,
            })
        };
        let range = if flags & EMPTY == 0 {
            let lower = bound(LOWER_INCLUDED, LOWER_UNBOUNDED)?;
            Self(Some((lower, bound(UPPER_INCLUDED, UPPER_UNBOUNDED)?)))
        } else {
            Self::EMPTY
        };
        if !raw.is_empty() {
            return Err(error("bytes after the last bound").into());
        }
        Ok(range)
    }
}

impl<T: ToSql> ToSql for Range<T> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.put(element_type(ty).ok_or("not a range")?, out)?;
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        element_type(ty).is_some_and(T::accepts)
    }

    to_sql_checked!();
}

impl<'a, T: FromSql<'a>> FromSql<'a> for Range<T> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Self::take(element_type(ty).ok_or("not a range")?, raw)
    }

    fn accepts(ty: &Type) -> bool {
        element_type(ty).is_some_and(T::accepts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Date;

    #[test]
    fn discrete_ranges_have_one_form() {
        use Bound::{Excluded, Included, Unbounded};
        let range = |lower, upper| Range::<i32>::new(lower, upper);
        let expected = range(Included(2), Excluded(5));
        assert_eq!(range(Excluded(1), Included(4)), expected);
        assert_eq!(range(Excluded(1), Excluded(2)), Ok(Range::EMPTY));
        assert_eq!(range(Included(1), Excluded(1)), Ok(Range::EMPTY));
        assert_eq!(range(Included(2), Excluded(1)), Err(RangeError::Reversed));
        assert_eq!(
            range(Included(1), Included(i32::MAX)),
            Err(RangeError::OutOfRange)
        );
        assert_eq!(range(Unbounded, Unbounded), Ok(Range::ALL));
        let forever = Range::new(Included(Date::MIN), Included(Date::INFINITY)).unwrap();
        assert_eq!(forever.upper(), Some(Included(&Date::INFINITY)));
    }

    #[test]
    fn floats_have_postgresqls_order_and_text() {
        use Bound::{Excluded, Included};
        let text = "[-Infinity,1e+15)";
        let range: Range<f64> = text.parse().unwrap();
        assert_eq!(range.to_string(), text);
        assert!(range.contains(&f64::NEG_INFINITY) && !range.contains(&f64::NAN));
        let all = Range::new(Included(0.0), Included(f64::NAN)).unwrap();
        assert!(all.contains(&f64::NAN) && all.contains(&-0.0) && !all.contains(&-1.0));
        assert_eq!(
            Range::new(Included(f64::NAN), Included(1.0)),
            Err(RangeError::Reversed)
        );
        let nothing = Range::new(Included(f64::NAN), Excluded(f64::NAN));
        assert_eq!(nothing, Ok(Range::EMPTY));
    }

    #[test]
    fn bytes_that_are_none() {
        let ty = &Type::INT4_RANGE;
        for (raw, reason) in [
            (&[][..], "no flags"),
            (&[0], "cut short"),
            (&[0, 0xFF, 0xFF, 0xFF, 0xFF], "a bound is null"),
            (&[EMPTY, 0], "bytes after the last bound"),
        ] {
            let error = Range::<i32>::from_sql(ty, raw).unwrap_err();
            let expected = DecodeError::new("range", reason);
            assert_eq!(error.to_string(), expected.to_string());
        }
        assert!(Range::<i64>::from_sql(ty, &[UPPER_UNBOUNDED, 0, 0, 0, 0]).is_err());
        assert!(!<Range<i64> as FromSql>::accepts(ty));
    }
}
