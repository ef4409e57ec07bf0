//! Numeric's values, order and wire form; its text is tested in `text`.

use std::collections::HashSet;

use bytes::BytesMut;

use super::{NAN, NEGATIVE, Numeric};
use crate::encode::Encode;
use crate::random::Random;

fn numeric(text: &str) -> Numeric {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn encoded(number: &Numeric) -> Vec<u8> {
    let mut out = BytesMut::new();
    number.encode(&mut out).unwrap();
    out.to_vec()
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

#[test]
fn the_wire_form_is_postgresqls() {
    for (text, expected) in [
        ("0", &[0, 0, 0, 0][..]),
        ("0.00", &[0, 0, 0, 2]),
        ("1", &[1, 0, 0, 0, 1]),
        ("-12345.6789", &[3, 1, NEGATIVE, 4, 1, 2345, 6789]),
        ("10000", &[1, 1, 0, 0, 1]),
        ("0.0001", &[1, 0xFFFF, 0, 4, 1]),
        ("0.00001", &[1, 0xFFFE, 0, 5, 1000]),
        ("1.50", &[2, 0, 0, 2, 1, 5000]),
        ("NaN", &[0, 0, NAN, 0]),
        ("1e-16383", &[1, 0xF000, 0, 16_383, 10]),
    ] {
        assert_eq!(encoded(&numeric(text)), words(expected), "{text}");
        assert_eq!(Numeric::decode(&words(expected)).unwrap(), numeric(text));
    }
}

#[test]
fn a_wire_form_with_idle_zeros_is_the_same_number() {
    let sent = words(&[4, 1, 0, 2, 0, 7, 5000, 0]);
    let number = Numeric::decode(&sent).unwrap();
    assert_eq!(number, numeric("7.5"));
    assert_eq!(number.to_string(), "7.50");
    assert_eq!(encoded(&number), words(&[2, 0, 0, 2, 7, 5000]));
}

#[test]
fn bytes_that_are_no_numeric() {
    for (raw, reason) in [
        (vec![], "no header"),
        (words(&[1, 0, 0, 0]), "wrong length"),
        (words(&[0, 0, 0, 0, 0]), "wrong length"),
        (vec![0; 9], "wrong length"),
        (words(&[0, 0, 1, 0]), "unknown sign"),
        (words(&[1, 0, 0, 0, 10_000]), "digit out of range"),
        (words(&[1, 0, 0, 0, 0xFFFF]), "digit out of range"),
        (words(&[0, 0, 0, 16_384]), "out of range"),
    ] {
        assert_eq!(Numeric::decode(&raw).unwrap_err().reason, reason);
    }
}

#[test]
fn order_is_by_value_and_nan_is_greatest() {
    let ascending = [
        "-Infinity",
        "-1e10",
        "-10000",
        "-9999.9",
        "-1.5",
        "-1",
        "-0.0001",
        "-1e-9",
        "0",
        "1e-9",
        "0.0001",
        "0.9999",
        "1",
        "1.00000001",
        "1.5",
        "9999",
        "10000",
        "1e10",
        "Infinity",
        "NaN",
    ];
    for (i, a) in ascending.iter().enumerate() {
        for (j, b) in ascending.iter().enumerate() {
            assert_eq!(numeric(a).cmp(&numeric(b)), i.cmp(&j), "{a} and {b}");
        }
    }
}

#[test]
fn equal_numbers_of_other_scales_hash_alike() {
    let same = ["100", "100.0", "1e2", "+0100.000", "100.00000000"].map(numeric);
    assert_eq!(HashSet::from(same).len(), 1);
    let zeros = ["0", "-0", "0.000", "0e5", "-0.00"].map(numeric);
    assert_eq!(HashSet::from(zeros).len(), 1);
    assert_eq!(HashSet::from([Numeric::NAN, Numeric::NAN]).len(), 1);
}

#[test]
fn integers() {
    for value in [
        0,
        1,
        -1,
        9_999,
        10_000,
        -10_000,
        123_456_789,
        i64::MAX,
        i64::MIN,
    ] {
        let number = Numeric::from(value);
        assert_eq!(number.to_string(), value.to_string());
        assert_eq!(number, numeric(&value.to_string()));
        assert_eq!(i64::try_from(&number), Ok(value));
    }
    for text in ["9223372036854775808", "0.5", "NaN", "Infinity", "1e100"] {
        let error = i64::try_from(&numeric(text)).unwrap_err();
        assert_eq!(error.to_string(), "value is out of range for i64");
    }
}

#[test]
fn scaled_integers() {
    for (unscaled, scale, text) in [
        (1990, 2, "19.90"),
        (-5, 3, "-0.005"),
        (0, 2, "0.00"),
        (i128::MIN, 38, "-1.70141183460469231731687303715884105728"),
        (i128::MAX, 0, "170141183460469231731687303715884105727"),
    ] {
        let number = Numeric::from_scaled(unscaled, scale).unwrap();
        assert_eq!(number.to_string(), text);
        assert_eq!(number.to_scaled(scale), Some(unscaled));
    }
    assert_eq!(
        Numeric::from_scaled(1, Numeric::MAX_SCALE + 1).map(|n| n.scale()),
        None
    );
    assert_eq!(numeric("19.90").to_scaled(1), Some(199));
    assert_eq!(numeric("19.90").to_scaled(0), None);
    assert_eq!(numeric("19.90").to_scaled(4), Some(199_000));
    assert_eq!(numeric("1e38").to_scaled(1), None);
    assert_eq!(Numeric::NAN.to_scaled(0), None);
}

#[test]
fn floats_are_the_nearest() {
    for (text, float) in [
        ("0", 0.0),
        ("-19.90", -19.9),
        ("0.1", 0.1),
        ("1e400", f64::INFINITY),
        ("-1e400", f64::NEG_INFINITY),
        ("1e-400", 0.0),
        ("179769313486231570e291", f64::MAX),
        ("9007199254740993", 9_007_199_254_740_992.0),
        ("Infinity", f64::INFINITY),
        ("-Infinity", f64::NEG_INFINITY),
    ] {
        assert_eq!(numeric(text).to_f64(), float, "{text}");
    }
    assert!(Numeric::NAN.to_f64().is_nan());
}

#[test]
fn wire_and_order_at_random() {
    let mut random = Random::new(2);
    for _ in 0..5_000 {
        let number = random.numeric();
        let back = Numeric::decode(&encoded(&number)).unwrap();
        assert_eq!(back.to_string(), number.to_string());
        let other = random.numeric();
        if let Some(order) = number.to_f64().partial_cmp(&other.to_f64())
            && order.is_ne()
        {
            assert_eq!(number.cmp(&other), order, "{number} and {other}");
        }
    }
}
