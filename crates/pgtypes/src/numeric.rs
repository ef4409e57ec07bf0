//! `numeric`: a decimal number of any length, NaN or an infinity, as the digits that travel on the wire. Its text form is in
//! `text`.

mod text;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use sql::types::oid;

use crate::driver::sql_type;
use crate::encode::{Encode, EncodeError};
use crate::error::{DecodeError, OutOfRange, ParseError};

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const POSITIVE_INFINITY: u16 = 0xD000;
const NEGATIVE_INFINITY: u16 = 0xF000;

/// One wire digit counts to this.
const BASE: u64 = 10_000;

/// A `numeric`: exact, as long as PostgreSQL allows, which is 131072 decimal digits before the point and 16383 after it.
///
/// The scale, the number of digits after the point, is kept: `Display` prints `1.50` as PostgreSQL does. Equality, order and
/// hash are by value, as PostgreSQL's are: `1.5` equals `1.50`, and NaN equals itself and is greater than everything else.
///
/// ```
/// use pgtypes::Numeric;
/// let price: Numeric = "19.90".parse()?;
/// assert_eq!(price, Numeric::from_scaled(1990, 2).unwrap());
/// assert_eq!(price.to_string(), "19.90");
/// assert_eq!(price.to_f64(), 19.9);
/// # Ok::<(), pgtypes::ParseError>(())
/// ```
#[derive(Clone)]
pub struct Numeric(Repr);

#[derive(Clone)]
enum Repr {
    NegativeInfinity,
    Finite(Finite),
    Infinity,
    NaN,
}

/// A finite number: the sum of `digits[i] * 10000^(weight - i)`.
///
/// The first and last digit are never 0; zero has no digits, weight 0 and no sign. So equal numbers differ in their scale alone.
#[derive(Clone)]
pub(crate) struct Finite {
    pub(crate) negative: bool,
    pub(crate) weight: i16,
    pub(crate) scale: u16,
    pub(crate) digits: Vec<i16>,
}

impl Numeric {
    /// Not a number.
    pub const NAN: Self = Self(Repr::NaN);
    /// `Infinity`; PostgreSQL has it from version 14.
    pub const INFINITY: Self = Self(Repr::Infinity);
    /// `-Infinity`; PostgreSQL has it from version 14.
    pub const NEG_INFINITY: Self = Self(Repr::NegativeInfinity);
    /// Zero of scale 0.
    pub const ZERO: Self = Self(Repr::Finite(Finite {
        negative: false,
        weight: 0,
        scale: 0,
        digits: Vec::new(),
    }));

    /// The greatest scale of a numeric (`NUMERIC_DSCALE_MAX`).
    pub const MAX_SCALE: u16 = 16_383;

    /// `unscaled` divided by ten to the power of `scale`: 1990 and 2 are 19.90. `None` when `scale` exceeds [`MAX_SCALE`].
    ///
    /// [`MAX_SCALE`]: Self::MAX_SCALE
    pub fn from_scaled(unscaled: i128, scale: u16) -> Option<Self> {
        let digits = unscaled.unsigned_abs().to_string();
        let point = digits.len() as i64 - i64::from(scale);
        let number = Finite::from_decimal(unscaled < 0, digits.as_bytes(), point, scale.into());
        number.map(Self::from)
    }

    /// This number times ten to the power of `scale` if that is a whole number: 19.90 and 2 are 1990. `None` when digits would be
    /// lost, when an `i128` does not hold the result, and for NaN and the infinities.
    pub fn to_scaled(&self, scale: u16) -> Option<i128> {
        let number = self.finite()?;
        let mut result: i128 = 0;
        for (index, digit) in number.digits.iter().enumerate() {
            if *digit == 0 {
                continue;
            }
            let power = number.power_of_ten(index) + i64::from(scale);
            let mut digit = i128::from(*digit);
            // A part of the digit may be after the last requested place.
            for _ in power..0 {
                if digit % 10 != 0 {
                    return None;
                }
                digit /= 10;
            }
            let factor = 10i128.checked_pow(u32::try_from(power.max(0)).ok()?)?;
            result = result.checked_sub(digit.checked_mul(factor)?)?;
        }
        if number.negative {
            return Some(result);
        }
        result.checked_neg()
    }

    /// The nearest `f64`; an infinity for what is too great for one.
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Repr::NaN => f64::NAN,
            Repr::Infinity => f64::INFINITY,
            Repr::NegativeInfinity => f64::NEG_INFINITY,
            Repr::Finite(number) => number.to_f64(),
        }
    }

    /// Digits after the decimal point; `None` for NaN and the infinities.
    pub fn scale(&self) -> Option<u16> {
        self.finite().map(|number| number.scale)
    }

    /// Whether this is NaN.
    pub fn is_nan(&self) -> bool {
        matches!(self.0, Repr::NaN)
    }

    /// Whether this is a number, neither NaN nor an infinity.
    pub fn is_finite(&self) -> bool {
        self.finite().is_some()
    }

    pub(crate) fn finite(&self) -> Option<&Finite> {
        match &self.0 {
            Repr::Finite(number) => Some(number),
            _ => None,
        }
    }

    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let error = |reason| DecodeError::new("numeric", reason);
        let word = |at| Some(u16::from_be_bytes(*raw.get(at..)?.first_chunk()?));
        let header = || Some((word(0)?, word(2)?, word(4)?, word(6)?));
        let (count, weight, sign, scale) = header().ok_or(error("no header"))?;
        let negative = match sign {
            0 => false,
            NEGATIVE => true,
            NAN => return Ok(Self::NAN),
            POSITIVE_INFINITY => return Ok(Self::INFINITY),
            NEGATIVE_INFINITY => return Ok(Self::NEG_INFINITY),
            _ => return Err(error("unknown sign")),
        };
        let (pairs, rest) = raw[8..].as_chunks();
        if pairs.len() != usize::from(count) || !rest.is_empty() {
            return Err(error("wrong length"));
        }
        let digits: Vec<i16> = pairs.iter().map(|pair| i16::from_be_bytes(*pair)).collect();
        if digits.iter().any(|digit| !(0..BASE as i16).contains(digit)) {
            return Err(error("digit out of range"));
        }
        let weight = i64::from(weight as i16);
        let number = Finite::new(negative, weight, scale.into(), digits);
        number.map(Self::from).ok_or(error("out of range"))
    }
}

impl Finite {
    /// Brings the digits into their one form. `None` when the number is out of range.
    pub(crate) fn new(
        negative: bool,
        weight: i64,
        scale: i64,
        mut digits: Vec<i16>,
    ) -> Option<Self> {
        let zeros = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..zeros);
        let end = digits.iter().rposition(|digit| *digit != 0);
        digits.truncate(end.map_or(0, |last| last + 1));
        let weight = if digits.is_empty() {
            0
        } else {
            weight - zeros as i64
        };
        let scale = u16::try_from(scale).ok()?;
        (scale <= Numeric::MAX_SCALE).then_some(Self {
            negative: negative && !digits.is_empty(),
            weight: i16::try_from(weight).ok()?,
            scale,
            digits,
        })
    }

    /// The number that the ASCII digits spell with the decimal point before the digit at `point`, which may be outside them.
    pub(crate) fn from_decimal(
        negative: bool,
        decimal: &[u8],
        point: i64,
        scale: i64,
    ) -> Option<Self> {
        let zeros = decimal.iter().take_while(|digit| **digit == b'0').count();
        let (decimal, point) = (&decimal[zeros..], point - zeros as i64);
        if decimal.is_empty() {
            return Self::new(false, 0, scale, Vec::new());
        }
        let weight = (point + 3).div_euclid(4) - 1;
        let first_length = (point - 1).rem_euclid(4) as usize + 1;
        let (first, rest) = decimal.split_at(first_length.min(decimal.len()));
        let mut digits = Vec::with_capacity(1 + rest.len().div_ceil(4));
        digits.push(wire_digit(first, first_length));
        digits.extend(rest.chunks(4).map(|group| wire_digit(group, 4)));
        Self::new(negative, weight, scale, digits)
    }

    /// The power of ten that the digit at `index` counts.
    fn power_of_ten(&self, index: usize) -> i64 {
        4 * (i64::from(self.weight) - index as i64)
    }

    fn to_f64(&self) -> f64 {
        let Some(last) = self.digits.len().checked_sub(1) else {
            return 0.0;
        };
        let mut text = String::with_capacity(self.digits.len() * 4 + 12);
        text.push_str(if self.negative { "-" } else { "" });
        for digit in &self.digits {
            text.push_str(&format!("{digit:04}"));
        }
        text.push_str(&format!("e{}", self.power_of_ten(last)));
        // The standard library reads decimal digits with an exponent, and rounds to nearest.
        text.parse().unwrap_or(f64::NAN)
    }

    /// Compares without regard to the signs.
    fn cmp_magnitude(&self, other: &Self) -> Ordering {
        let zero = |number: &Self| !number.digits.is_empty();
        zero(self)
            .cmp(&zero(other))
            .then_with(|| self.weight.cmp(&other.weight))
            .then_with(|| self.digits.cmp(&other.digits))
    }
}

/// At most four ASCII digits as a wire digit, as if zeros followed up to `length`.
fn wire_digit(ascii: &[u8], length: usize) -> i16 {
    let value = |value, digit: &u8| value * 10 + i16::from(digit - b'0');
    ascii.iter().fold(0, value) * 10i16.pow((length - ascii.len()) as u32)
}

impl From<Finite> for Numeric {
    fn from(number: Finite) -> Self {
        Self(Repr::Finite(number))
    }
}

impl From<i64> for Numeric {
    fn from(value: i64) -> Self {
        let mut rest = value.unsigned_abs();
        let mut digits = Vec::with_capacity(5);
        while rest > 0 {
            digits.push((rest % BASE) as i16);
            rest /= BASE;
        }
        digits.reverse();
        let weight = digits.len() as i64 - 1;
        // At most five digits: always in range.
        Finite::new(value < 0, weight, 0, digits).map_or(Self::ZERO, Self::from)
    }
}

impl From<i32> for Numeric {
    fn from(value: i32) -> Self {
        Self::from(i64::from(value))
    }
}

impl From<i16> for Numeric {
    fn from(value: i16) -> Self {
        Self::from(i64::from(value))
    }
}

/// Fails for a fraction, for what an `i64` does not hold, for NaN and the infinities.
impl TryFrom<&Numeric> for i64 {
    type Error = OutOfRange;

    fn try_from(number: &Numeric) -> Result<Self, OutOfRange> {
        let whole = number.to_scaled(0).and_then(|whole| whole.try_into().ok());
        whole.ok_or(OutOfRange { kind: "i64" })
    }
}

impl Ord for Numeric {
    fn cmp(&self, other: &Self) -> Ordering {
        let rank = |number: &Self| match &number.0 {
            Repr::NegativeInfinity => 0,
            Repr::Finite(number) if number.negative => 1,
            Repr::Finite(_) => 2,
            Repr::Infinity => 3,
            Repr::NaN => 4,
        };
        rank(self)
            .cmp(&rank(other))
            .then_with(|| match (&self.0, &other.0) {
                (Repr::Finite(a), Repr::Finite(b)) if a.negative => b.cmp_magnitude(a),
                (Repr::Finite(a), Repr::Finite(b)) => a.cmp_magnitude(b),
                _ => Ordering::Equal,
            })
    }
}

impl PartialOrd for Numeric {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Numeric {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Numeric {}

impl Hash for Numeric {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(&self.0).hash(state);
        if let Some(number) = self.finite() {
            (number.negative, number.weight, &number.digits).hash(state);
        }
    }
}

impl Encode for Numeric {
    const ELEMENT_OID: u32 = oid("numeric");

    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        // The scale of an infinity means nothing; the server reads 32 from the sign bits and sends that.
        let (sign, scale, number) = match &self.0 {
            Repr::NaN => (NAN, 0, None),
            Repr::Infinity => (POSITIVE_INFINITY, 32, None),
            Repr::NegativeInfinity => (NEGATIVE_INFINITY, 32, None),
            Repr::Finite(number) if number.negative => (NEGATIVE, number.scale, Some(number)),
            Repr::Finite(number) => (0, number.scale, Some(number)),
        };
        let digits = number.map_or(&[][..], |number| &number.digits);
        out.reserve(8 + 2 * digits.len());
        // The limits of a numeric, 131072 and 16383 decimal digits, allow 36864 digits: an unsigned 16-bit number, as the server reads it.
        out.put_u16(digits.len() as u16);
        out.put_i16(number.map_or(0, |number| number.weight));
        out.put_u16(sign);
        out.put_u16(scale);
        for digit in digits {
            out.put_i16(*digit);
        }
        Ok(())
    }
}

sql_type!(Numeric, "numeric");

impl fmt::Display for Numeric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::NaN => f.pad("NaN"),
            Repr::Infinity => f.pad("Infinity"),
            Repr::NegativeInfinity => f.pad("-Infinity"),
            Repr::Finite(number) => text::fmt(number, f),
        }
    }
}

impl fmt::Debug for Numeric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Numeric({self})")
    }
}

impl FromStr for Numeric {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        text::parse(text)
    }
}

#[cfg(test)]
mod tests;
