//! `money`: an amount in the smallest unit of a currency that is not stored with it.

use std::fmt;
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use sql::types::oid;

use crate::driver::sql_type;
use crate::encode::{Encode, EncodeError};
use crate::error::{DecodeError, ParseError};
use crate::text::{Cursor, pad};

/// A `money`: a number of cents, or of the smallest unit of whatever currency the server's `lc_monetary` is for. PostgreSQL stores neither
/// the currency nor how many digits follow the point.
///
/// `Display` prints what PostgreSQL prints with `lc_monetary = C`, `-$1,234.56`, and `FromStr` reads that. With another setting the server
/// prints the same value otherwise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

impl Money {
    /// That many cents.
    pub const fn from_cents(cents: i64) -> Self {
        Self(cents)
    }

    /// The number of cents.
    pub const fn cents(self) -> i64 {
        self.0
    }

    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let bytes = raw.try_into();
        let bytes = bytes.map_err(|_| DecodeError::new("money", "not 8 bytes long"))?;
        Ok(Self(i64::from_be_bytes(bytes)))
    }
}

impl Encode for Money {
    const ELEMENT_OID: u32 = oid("money");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        out.put_i64(self.0);
        Ok(())
    }
}

sql_type!(Money, "money");

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        pad(f, |out| {
            write!(out, "{sign}$")?;
            write_in_thousands(out, cents / 100)?;
            write!(out, ".{:02}", cents % 100)
        })
    }
}

fn write_in_thousands(out: &mut dyn fmt::Write, number: u64) -> fmt::Result {
    if number < 1000 {
        return write!(out, "{number}");
    }
    write_in_thousands(out, number / 1000)?;
    write!(out, ",{:03}", number % 1000)
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Money({self})")
    }
}

/// Reads `-$1,234.56`, also without the sign of the currency, the commas and the cents.
impl FromStr for Money {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text).map_err(|reason| ParseError::new("money", text, reason))
    }
}

fn parse(text: &str) -> Result<Money, &'static str> {
    let mut cursor = Cursor::new(text.trim_ascii());
    let negative = cursor.eat("-");
    cursor.eat("$");
    let whole = cursor.take_while(|c| c.is_ascii_digit() || c == ',');
    let whole = whole.replace(',', "");
    let cents = if cursor.eat(".") {
        cursor
            .two_digits()
            .ok_or("expected two digits after the point")?
    } else {
        0
    };
    if whole.is_empty() || !cursor.is_empty() {
        return Err("expected an amount like -$1,234.56");
    }
    let sum = || {
        let sum = whole.parse::<i128>().ok()?.checked_mul(100)?;
        let sum = sum.checked_add(i128::from(cents))?;
        i64::try_from(if negative { -sum } else { sum }).ok()
    };
    sum().map(Money).ok_or("out of range")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_as_in_the_c_locale() {
        for (cents, text) in [
            (0, "$0.00"),
            (-5, "-$0.05"),
            (123_456, "$1,234.56"),
            (100_000_000, "$1,000,000.00"),
            (i64::MIN, "-$92,233,720,368,547,758.08"),
            (i64::MAX, "$92,233,720,368,547,758.07"),
        ] {
            assert_eq!(Money::from_cents(cents).to_string(), text);
            assert_eq!(text.parse(), Ok(Money::from_cents(cents)));
        }
        assert_eq!("1234".parse::<Money>().unwrap().cents(), 123_400);
    }

    #[test]
    fn rejected_with_the_reason() {
        for (text, reason) in [
            ("", "expected an amount like -$1,234.56"),
            ("$", "expected an amount like -$1,234.56"),
            ("1 €", "expected an amount like -$1,234.56"),
            ("1.5", "expected two digits after the point"),
            ("$92,233,720,368,547,758.08", "out of range"),
        ] {
            assert_eq!(
                text.parse::<Money>().unwrap_err().reason(),
                reason,
                "{text}"
            );
        }
    }
}
