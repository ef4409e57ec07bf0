//! What the tests of all conversions share.

use std::fmt::Debug;

use super::ConversionError;
use crate::random::Random;

const ROUNDS: usize = 20_000;

/// Converts random values there and back. Those that fit come back the same, and the others are refused. Returns how many fit.
pub(crate) fn round_trips<T: Clone + PartialEq + Debug, U>(
    make: impl Fn(&mut Random) -> T,
    there: impl Fn(T) -> Result<U, ConversionError>,
    back: impl Fn(U) -> Result<T, ConversionError>,
    fits: impl Fn(&T) -> bool,
) -> usize {
    let mut random = Random::new(23);
    let mut fitting = 0;
    for _ in 0..ROUNDS {
        let value = make(&mut random);
        match there(value.clone()) {
            Ok(converted) => {
                assert!(fits(&value), "{value:?} does not fit");
                assert_eq!(back(converted).as_ref(), Ok(&value));
                fitting += 1;
            }
            Err(error) => assert!(!fits(&value), "{error}"),
        }
    }
    assert!(fitting > ROUNDS / 20, "{fitting} values fit");
    fitting
}

/// All of the random values come back the same.
pub(crate) fn all_round_trip<T: Clone + PartialEq + Debug, U>(
    make: impl Fn(&mut Random) -> T,
    there: impl Fn(T) -> Result<U, ConversionError>,
    back: impl Fn(U) -> Result<T, ConversionError>,
) {
    let fitting = round_trips(make, there, back, |_| true);
    assert_eq!(fitting, ROUNDS);
}

/// What the error says.
pub(crate) fn refused<T: Debug>(result: Result<T, ConversionError>) -> String {
    result.expect_err("does not fit").to_string()
}
