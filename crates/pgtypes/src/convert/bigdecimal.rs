//! `bigdecimal`: numbers of any length, without NaN and the infinities.

use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::Sign;

use super::{ConversionError, OUT_OF_RANGE, Reason, finite, try_from};
use crate::numeric::{Finite, Numeric};

try_from! {
    &Numeric => BigDecimal, "bigdecimal::BigDecimal", to_big_decimal;
    &BigDecimal => Numeric, "numeric", from_big_decimal;
}

impl TryFrom<Numeric> for BigDecimal {
    type Error = ConversionError;

    fn try_from(number: Numeric) -> Result<Self, ConversionError> {
        Self::try_from(&number)
    }
}

impl TryFrom<BigDecimal> for Numeric {
    type Error = ConversionError;

    fn try_from(number: BigDecimal) -> Result<Self, ConversionError> {
        Self::try_from(&number)
    }
}

/// The scale is kept too.
fn to_big_decimal(number: &Numeric) -> Result<BigDecimal, Reason> {
    finite(number)?;
    number.to_string().parse().map_err(|_| OUT_OF_RANGE)
}

/// The scale is kept where it is one of PostgreSQL's, which are 0 to 16383; otherwise zeros are added to or taken from the end.
fn from_big_decimal(number: &BigDecimal) -> Result<Numeric, Reason> {
    exact(number)
        .or_else(|| exact(&number.normalized()))
        .ok_or("a numeric has at most 131072 digits before its point and 16383 after it")
}

fn exact(number: &BigDecimal) -> Option<Numeric> {
    let (unscaled, scale) = number.as_bigint_and_exponent();
    let digits = unscaled.magnitude().to_string();
    let point = i64::try_from(digits.len()).ok()?.checked_sub(scale)?;
    // Far outside every range, and the sums below stay in that of an `i64`.
    if point.unsigned_abs() > 1 << 40 {
        return None;
    }
    let negative = unscaled.sign() == Sign::Minus;
    Finite::from_decimal(negative, digits.as_bytes(), point, scale.max(0)).map(Numeric::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::testing::{all_round_trip, refused};
    use crate::random::Random;

    fn big_decimal(random: &mut Random) -> BigDecimal {
        random.decimal().parse().unwrap()
    }

    #[test]
    fn numbers() {
        all_round_trip(Random::numeric, BigDecimal::try_from, Numeric::try_from);
        all_round_trip(big_decimal, Numeric::try_from, BigDecimal::try_from);
        let scale = |it: &Numeric| it.scale();
        let mut random = Random::new(29);
        for _ in 0..5_000 {
            let number = random.numeric();
            let back = Numeric::try_from(BigDecimal::try_from(&number).unwrap()).unwrap();
            assert_eq!(scale(&back), scale(&number));
        }
    }

    #[test]
    fn the_longest() {
        for text in ["1e131071", "1e-16383", "0e-16383", "-9999.9999e131000"] {
            let number: Numeric = text.parse().unwrap();
            let there = BigDecimal::try_from(&number).unwrap();
            assert_eq!(Numeric::try_from(there).unwrap(), number);
        }
        let zeros: BigDecimal =
            "1.5e-20000".parse::<BigDecimal>().unwrap() * "1e20000".parse::<BigDecimal>().unwrap();
        assert_eq!(Numeric::try_from(zeros).unwrap().to_string(), "1.5");
        let zeros = BigDecimal::new(10.into(), 16_384);
        assert_eq!(Numeric::try_from(zeros).unwrap().scale(), Some(16_383));
    }

    #[test]
    fn numbers_that_do_not_fit() {
        assert_eq!(
            refused(BigDecimal::try_from(Numeric::NAN)),
            "cannot convert NaN to bigdecimal::BigDecimal: it is not a number"
        );
        for infinite in [Numeric::INFINITY, Numeric::NEG_INFINITY] {
            let error = BigDecimal::try_from(&infinite).unwrap_err();
            assert_eq!(error.reason(), "it is infinite");
        }
        for text in ["1e131072", "1e-16384"] {
            let number: BigDecimal = text.parse().unwrap();
            let error = Numeric::try_from(number).unwrap_err();
            assert_eq!(
                error.reason(),
                "a numeric has at most 131072 digits before its point and 16383 after it"
            );
        }
        for scale in [i64::MIN, i64::MIN + 1, i64::MAX] {
            assert!(
                Numeric::try_from(BigDecimal::new(1.into(), scale)).is_err(),
                "{scale}"
            );
        }
    }

    #[test]
    fn both_print_the_same() {
        let mut random = Random::new(30);
        for _ in 0..5_000 {
            let number = big_decimal(&mut random);
            let ours = Numeric::try_from(&number).unwrap();
            assert_eq!(number.to_plain_string().parse(), Ok(ours));
        }
    }
}
