//! `rust_decimal`: numbers of 96 bits with up to 28 digits after the point.

use rust_decimal::Decimal;

use super::{ConversionError, Reason, finite, try_from};
use crate::numeric::Numeric;

try_from! {
    &Numeric => Decimal, "rust_decimal::Decimal", to_decimal;
}

impl TryFrom<Numeric> for Decimal {
    type Error = ConversionError;

    fn try_from(number: Numeric) -> Result<Self, ConversionError> {
        Self::try_from(&number)
    }
}

/// The scale is kept too.
impl From<Decimal> for Numeric {
    fn from(decimal: Decimal) -> Self {
        let scale = decimal.scale() as u16;
        // A `Decimal` has 28 digits after the point at most, and a `Numeric` has room for 16383.
        Self::from_scaled(decimal.mantissa(), scale).unwrap_or(Self::NAN)
    }
}

/// Of the zeros that end the fraction, as many are kept as fit.
fn to_decimal(number: &Numeric) -> Result<Decimal, Reason> {
    let scale = finite(number)?.scale.min(Decimal::MAX_SCALE as u16);
    let fitting = (0..=scale).rev().find_map(|scale| {
        let mantissa = number.to_scaled(scale)?;
        Decimal::try_from_i128_with_scale(mantissa, scale.into()).ok()
    });
    fitting.ok_or("it has more digits than 96 bits and a scale of 28 hold")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::testing::{all_round_trip, refused, round_trips};
    use crate::random::Random;

    fn decimal(random: &mut Random) -> Decimal {
        let (low, mid, high) = (
            random.u64() as u32,
            random.u64() as u32,
            random.u64() as u32,
        );
        let [mid, high] = [mid, high].map(|word| word >> random.below(32));
        Decimal::from_parts(low, mid, high, random.one_in(2), random.below(29) as u32)
    }

    /// What a `Decimal` holds, by the digits of the text alone.
    fn fits(number: &Numeric) -> bool {
        let text = number.to_string();
        let text = text.trim_start_matches('-');
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let fraction = fraction.trim_end_matches('0');
        let digits = format!("{whole}{fraction}");
        let digits = digits.trim_start_matches('0');
        let mantissa = if digits.is_empty() {
            Some(0)
        } else {
            digits.parse::<u128>().ok()
        };
        fraction.len() <= 28 && mantissa.is_some_and(|it| it < 1 << 96)
    }

    #[test]
    fn numbers() {
        round_trips(Random::numeric, Decimal::try_from, |it| Ok(it.into()), fits);
        all_round_trip(decimal, |it| Ok(Numeric::from(it)), Decimal::try_from);
    }

    #[test]
    fn the_scale_is_kept_where_it_fits() {
        for text in [
            "1.50",
            "0.00",
            "-0.0000000000000000000000000001",
            "79228162514264337593543950335",
        ] {
            let number: Numeric = text.parse().unwrap();
            let decimal = Decimal::try_from(&number).unwrap();
            assert_eq!(decimal.to_string(), text);
            assert_eq!(Numeric::from(decimal).to_string(), text);
        }
        let average: Numeric = "12345678901234567890.5000000000000000".parse().unwrap();
        let decimal = Decimal::try_from(&average).unwrap();
        assert_eq!(decimal.to_string(), "12345678901234567890.500000000");
        assert_eq!(Numeric::from(decimal), average);
        let zero: Numeric = "0e-16383".parse().unwrap();
        assert_eq!(Decimal::try_from(zero).unwrap(), Decimal::ZERO);
    }

    #[test]
    fn numbers_that_do_not_fit() {
        let too_long = "it has more digits than 96 bits and a scale of 28 hold";
        for (text, reason) in [
            ("NaN", "it is not a number"),
            ("Infinity", "it is infinite"),
            ("-Infinity", "it is infinite"),
            ("79228162514264337593543950336", too_long),
            ("100000000000000000000000000000", too_long),
            ("0.12345678901234567890123456789012345", too_long),
            ("0.00000000000000000000000000001", too_long),
        ] {
            let error = refused(Decimal::try_from(text.parse::<Numeric>().unwrap()));
            let expected = format!("cannot convert {text} to rust_decimal::Decimal: {reason}");
            assert_eq!(error, expected);
        }
        for text in ["1e131071", "1e-16383", "1.5e-1000"] {
            assert!(Decimal::try_from(text.parse::<Numeric>().unwrap()).is_err());
        }
    }

    #[test]
    fn both_print_the_same() {
        let mut random = Random::new(28);
        for _ in 0..5_000 {
            let decimal = decimal(&mut random);
            if !decimal.is_zero() {
                assert_eq!(Numeric::from(decimal).to_string(), decimal.to_string());
            }
        }
    }
}
