use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Form, JsonForm};
use crate::random::Random;
use crate::{
    Array, Column, Dimension, Hstore, Json, Jsonb, Numeric, Range, Table, Time, Timestamp,
};

fn written(value: &impl JsonForm) -> String {
    serde_json::to_string(&Form(value)).unwrap_or_else(|error| panic!("{error}"))
}

fn read<T: JsonForm>(json: &str) -> Result<T, String> {
    let value: Result<Form<T>, _> = serde_json::from_str(json);
    value.map(|Form(value)| value).map_err(|e| e.to_string())
}

fn array<T>(lengths: &[usize], elements: Vec<Option<T>>) -> Array<T> {
    let dimensions = lengths.iter().map(|len| Dimension {
        len: *len,
        lower_bound: 1,
    });
    Array::new(dimensions.collect(), elements).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_digit_of_a_numeric_is_kept() {
    let mut random = Random::new(41);
    for _ in 0..5_000 {
        let number = random.numeric();
        let text = number.to_string();
        assert_eq!(written(&number), format!("\"{text}\""));
        let as_number: Numeric = read(&text).unwrap();
        assert_eq!(as_number.to_string(), text);
        assert_eq!(read(&written(&number)), Ok(number));
    }
    assert_eq!(written(&Numeric::NEG_INFINITY), "\"-Infinity\"");
    assert_eq!(read("\"NaN\""), Ok(Numeric::NAN));
    for (json, error) in [
        (
            "true",
            "invalid type: boolean `true`, expected a string at line 1 column 4",
        ),
        (
            "\"1,5\"",
            "invalid numeric `1,5`: expected nothing after the number",
        ),
        (
            "1e999999",
            "invalid numeric `1e999999`: a numeric has at most 131072 digits before its point and 16383 after it",
        ),
    ] {
        assert_eq!(read::<Numeric>(json).unwrap_err(), error, "{json}");
    }
}

#[test]
fn a_number_that_serde_buffers_is_exact_or_an_error() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(untagged)]
    enum Buffered {
        Number(Numeric),
        Numbers(Array<Numeric>),
    }
    let whole: Buffered = serde_json::from_str("18446744073709551615").unwrap();
    assert_eq!(
        whole,
        Buffered::Number("18446744073709551615".parse().unwrap())
    );
    let text: Buffered = serde_json::from_str("\"0.10\"").unwrap();
    assert_eq!(text, Buffered::Number("0.10".parse().unwrap()));
    let list: Buffered = serde_json::from_str("[[1], [\"2.5\"]]").unwrap();
    let numbers = ["1", "2.5"].map(|text| text.parse().ok());
    assert_eq!(list, Buffered::Numbers(array(&[2, 1], numbers.to_vec())));
    assert!(serde_json::from_str::<Buffered>("0.10000000000000000000001").is_err());
}

#[test]
fn floating_point_with_nan_and_the_infinities() {
    let mut random = Random::new(42);
    for _ in 0..5_000 {
        let number = random.float();
        let back: f64 = read(&written(&number)).unwrap();
        let same_nan = back.is_nan() && number.is_nan();
        assert!(same_nan || back.to_bits() == number.to_bits(), "{number:e}");
        let number = number as f32;
        let back: f32 = read(&written(&number)).unwrap();
        let same_nan = back.is_nan() && number.is_nan();
        assert!(same_nan || back.to_bits() == number.to_bits(), "{number:e}");
    }
    assert_eq!(written(&f64::NEG_INFINITY), "\"-Infinity\"");
    assert_eq!(
        read::<f64>("1e400").unwrap_err(),
        "the number 1e400 is out of range"
    );
}

#[test]
fn timestamps_are_rfc_3339_where_that_has_them() {
    for (text, json) in [
        ("2026-11-22 12:04:05.25+02", "2026-11-22T10:04:05.25+00:00"),
        ("0044-03-15 12:00:00+00 BC", "0044-03-15T12:00:00+00:00 BC"),
        ("20000-01-01 00:00:00+00", "20000-01-01T00:00:00+00:00"),
        ("-infinity", "-infinity"),
    ] {
        let timestamp: Timestamp = text.parse().unwrap();
        let json = format!("\"{json}\"");
        assert_eq!(written(&timestamp), json);
        assert_eq!(read(&json), Ok(timestamp));
    }
    assert_eq!(
        read("\"2026-11-22T10:04:05.25Z\""),
        read::<Timestamp>("\"2026-11-22T10:04:05.25+00:00\"")
    );
    assert_eq!(written(&Time::MAX), "\"24:00:00\"");
}

#[test]
fn json_is_itself() {
    let text = r#"{"a": 1.00, "a": 12345678901234567890.12345678901234567890}"#;
    assert_eq!(written(&Json::from_text(text)), text);
    assert_eq!(read(text), Ok(Json::from_text(text)));
    let no_json = serde_json::to_string(&Jsonb::from_text("{"));
    assert!(no_json.is_err());
    let lists: Array<Json> = read("[[1, 2], null, {}]").unwrap();
    let texts = [Some("[1, 2]"), None, Some("{}")];
    let expected = texts.map(|text| text.map(Json::from_text));
    assert_eq!(lists, Array::from_elements(expected.to_vec()));
}

#[test]
fn arrays_are_lists_of_lists() {
    let mut random = Random::new(43);
    for _ in 0..5_000 {
        let any = random.array();
        // The lower bounds are lost.
        let lengths: Vec<usize> = any.dimensions().iter().map(|it| it.len).collect();
        let any = array(&lengths, any.into_elements());
        assert_eq!(read(&written(&any)).as_ref(), Ok(&any));
        let by_value: Value = serde_json::from_str(&written(&any)).unwrap();
        assert_eq!(
            serde_json::from_value::<Array<String>>(by_value).unwrap(),
            any
        );
    }
    assert_eq!(
        written(&array(&[2, 2], vec![Some(1), None, Some(3), Some(4)])),
        "[[1,null],[3,4]]"
    );
    assert_eq!(written(&Array::<i32>::default()), "[]");
    assert_eq!(read("[[], []]"), Ok(Array::<i32>::default()));
    let bytes = Array::from(vec![vec![0u8, 255]]);
    assert_eq!(written(&bytes), r#"["\\x00ff"]"#);
    assert_eq!(read(r#"["\\x00ff"]"#), Ok(bytes));
    for (json, error) in [
        ("[[1], 2]", "some elements are in more lists than others"),
        ("[null, [1]]", "some elements are in more lists than others"),
        (
            "[[1], [2, 3]]",
            "the lists of one dimension have different lengths",
        ),
        ("[[[[[[[1]]]]]]]", "an array has at most 6 dimensions"),
    ] {
        assert!(
            read::<Array<i32>>(json).unwrap_err().contains(error),
            "{json}"
        );
    }
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    assert!(read::<Array<i32>>(&deep).is_err());
}

#[test]
fn bytes_ranges_and_hstore() {
    for wrong in [
        "\"00ff\"",
        "\"\\\\x0\"",
        "\"\\\\xzz\"",
        "[1]",
        "\"\\\\x+1\"",
    ] {
        assert!(read::<Vec<u8>>(wrong).is_err(), "{wrong}");
    }
    let range: Range<i32> = "[1,5)".parse().unwrap();
    assert_eq!(written(&range), "\"[1,5)\"");
    assert_eq!(read("\"[1,5)\""), Ok(range));
    let tags: Hstore = r#"a=>1, b=>NULL"#.parse().unwrap();
    assert_eq!(written(&tags), r#"{"a":"1","b":null}"#);
    assert_eq!(read(r#"{"b":null,"a":"1"}"#), Ok(tags));
}

#[test]
fn enums_are_their_labels() {
    #[derive(Debug, PartialEq)]
    struct Label(String);
    impl Label {
        fn as_str(&self) -> &str {
            &self.0
        }
    }
    impl From<&str> for Label {
        fn from(label: &str) -> Self {
            Self(label.to_owned())
        }
    }
    crate::enum_sql!(Label);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        #[serde(with = "crate::json_form")]
        label: Option<Label>,
    }
    let row = Row {
        label: Some(Label("high \"risk\"".to_owned())),
    };
    let json = serde_json::to_string(&row).unwrap();
    assert_eq!(json, r#"{"label":"high \"risk\""}"#);
    assert_eq!(serde_json::from_str::<Row>(&json).unwrap(), row);
}

const TABLE: Table = Table {
    schema: "public",
    name: "readings",
    columns: &[
        Column::never_null("type", "text"),
        Column::nullable("Größe", "double precision"),
        Column::nullable("payload", "bytea"),
    ],
    primary_key: &[],
};

#[derive(Debug, Clone, PartialEq)]
struct Row {
    r#type: String,
    size: Option<f64>,
    payload: Option<Vec<u8>>,
}

crate::struct_json! { Row, TABLE.columns, false; 0 r#type, 1 size, 2 payload }

#[derive(Debug, Clone, PartialEq, Default)]
struct Update {
    size: Option<f64>,
    payload: Option<Option<Vec<u8>>>,
}

crate::partial_json! { Update, TABLE; 1 size, 2 payload, }

#[test]
fn a_row_is_an_object_by_the_names_of_the_columns() {
    let row = Row {
        r#type: "a".to_owned(),
        size: Some(f64::INFINITY),
        payload: None,
    };
    let json = serde_json::to_string(&row).unwrap();
    assert_eq!(json, r#"{"type":"a","Größe":"Infinity","payload":null}"#);
    assert_eq!(serde_json::from_str::<Row>(&json).unwrap(), row);
    let other_order = r#"{"unknown":[{}],"Größe":"Infinity","type":"a"}"#;
    assert_eq!(serde_json::from_str::<Row>(other_order).unwrap(), row);
    for (json, error) in [
        ("{}", "missing field `type` at line 1 column 2"),
        (
            r#"{"type":"a","type":"b"}"#,
            "duplicate field `type` at line 1 column 18",
        ),
        (
            "[]",
            "invalid type: sequence, expected an object with a member for each column at line 1 column 0",
        ),
    ] {
        assert_eq!(
            serde_json::from_str::<Row>(json).unwrap_err().to_string(),
            error
        );
    }
    assert!(serde_json::from_str::<Row>(r#"{"type":null}"#).is_err());
}

#[test]
fn what_is_left_out_is_not_null() {
    for (update, json) in [
        (Update::default(), "{}"),
        (
            Update {
                payload: Some(None),
                size: None,
            },
            r#"{"payload":null}"#,
        ),
        (
            Update {
                payload: Some(Some(vec![1])),
                size: Some(0.5),
            },
            r#"{"Größe":0.5,"payload":"\\x01"}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&update).unwrap(), json);
        assert_eq!(serde_json::from_str::<Update>(json).unwrap(), update);
    }
}
