//! Arrays' shape and wire form; their text is tested in `array_text`.

use bytes::BytesMut;
use postgres_types::{FromSql, ToSql, Type};

use super::{Array, ArrayError, Dimension};
use crate::encode::Encode;

fn dimension(len: usize, lower_bound: i32) -> Dimension {
    Dimension { len, lower_bound }
}

#[test]
fn the_wire_form_is_postgresqls() {
    let array = Array::new(vec![dimension(2, 0)], vec![Some("a"), None]).unwrap();
    let mut out = BytesMut::new();
    array.encode(&mut out).unwrap();
    let expected: &[u8] =
        b"\0\0\0\x01\0\0\0\x01\0\0\0\x19\0\0\0\x02\0\0\0\0\0\0\0\x01a\xff\xff\xff\xff";
    assert_eq!(&out[..], expected);

    let mut as_parameter = BytesMut::new();
    array
        .to_sql_checked(&Type::TEXT_ARRAY, &mut as_parameter)
        .unwrap();
    assert_eq!(as_parameter, out);
    assert_eq!(Array::from_sql(&Type::TEXT_ARRAY, &out).unwrap(), array);
}

#[test]
fn the_parameters_element_type_is_the_servers() {
    let array = Array::from(vec!["a"]);
    let mut out = BytesMut::new();
    array
        .to_sql_checked(&Type::VARCHAR_ARRAY, &mut out)
        .unwrap();
    assert_eq!(&out[8..12], Type::VARCHAR.oid().to_be_bytes());
    assert!(array.to_sql_checked(&Type::INT4_ARRAY, &mut out).is_err());
    assert!(array.to_sql_checked(&Type::TEXT, &mut out).is_err());
}

#[test]
fn every_empty_array_is_the_same() {
    let empty = Array::<i32>::default();
    assert_eq!(empty, Array::from(vec![]));
    assert_eq!(empty, Array::new(vec![dimension(0, 5)], vec![]).unwrap());
    assert!(empty.is_empty() && empty.dimensions().is_empty());
    let mut out = BytesMut::new();
    empty.encode(&mut out).unwrap();
    assert_eq!(&out[..], b"\0\0\0\0\0\0\0\0\0\0\0\x17");
    assert_eq!(Vec::try_from(empty), Ok(vec![]));
}

#[test]
fn a_list_loses_nothing_or_fails() {
    assert_eq!(Vec::try_from(Array::from(vec![1, 2])), Ok(vec![1, 2]));
    let null = Array::from_elements(vec![Some(1), None]);
    assert_eq!(null.len(), 2);
    assert_eq!(Vec::try_from(null), Err(ArrayError::NullElement(1)));
    let from_zero = Array::new(vec![dimension(1, 0)], vec![Some(1)]).unwrap();
    assert_eq!(Vec::try_from(from_zero), Err(ArrayError::LowerBound(0)));
    let square = Array::new(vec![dimension(2, 1); 2], vec![Some(1); 4]).unwrap();
    assert_eq!(Vec::try_from(square), Err(ArrayError::NotOneDimensional(2)));
}

#[test]
fn shapes_that_postgresql_does_not_have() {
    let new = |dimensions, len| Array::new(dimensions, vec![Some(0); len]).unwrap_err();
    assert_eq!(
        new(vec![dimension(1, 1); 7], 1),
        ArrayError::TooManyDimensions(7)
    );
    assert_eq!(
        new(vec![dimension(2, 1), dimension(3, 1)], 5).to_string(),
        "the dimensions have room for 6 elements, but there are 5"
    );
    assert_eq!(
        new(vec![], 1),
        ArrayError::WrongLength {
            expected: 0,
            actual: 1
        }
    );
    assert_eq!(
        new(vec![dimension(1, 1), dimension(1, i32::MAX)], 1),
        ArrayError::SubscriptRange(2)
    );
}

#[test]
fn bytes_that_are_no_array() {
    let mut good = BytesMut::new();
    Array::from(vec![7i32, 8]).encode(&mut good).unwrap();
    for length in 0..good.len() {
        let cut = Array::<i32>::from_sql(&Type::INT4_ARRAY, &good[..length]);
        assert!(cut.is_err(), "{length} bytes");
    }
    good.extend_from_slice(b"\0");
    let error = Array::<i32>::from_sql(&Type::INT4_ARRAY, &good).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the server sent an invalid binary array: bytes after the last element"
    );
    let huge = b"\0\0\0\x02\0\0\0\0\0\0\0\x17\x7f\xff\xff\xf0\0\0\0\x01\x7f\xff\xff\xf0\0\0\0\x01";
    assert!(Array::<i32>::from_sql(&Type::INT4_ARRAY, huge).is_err());
}
