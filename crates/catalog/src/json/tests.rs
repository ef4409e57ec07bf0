//! Reading and writing, compared with serde_json over texts that are right, and over many more that are not.

use std::path::Path;

use super::{JsonValue, compact, from_text, object, pretty, record, row, words};
use crate::model::Catalog;
use crate::snapshot::Snapshot;

/// Edge cases of JSON: right ones and wrong ones.
const TEXTS: &[&str] = &[
    "",
    " ",
    "null",
    "nul",
    "nulll",
    "true",
    "false",
    "fals",
    "True",
    "0",
    "-0",
    "-",
    "01",
    "-01",
    "1.",
    ".5",
    "1.5",
    "1e5",
    "1E+5",
    "1e-7",
    "1e",
    "1e+",
    "+1",
    "0x10",
    "NaN",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "1 2",
    "1,",
    r#""""#,
    r#"""#,
    r#""a"#,
    r#""\""#,
    r#""\"""#,
    r#""\\\/\b\f\n\r\t""#,
    r#""\x""#,
    r#""\u0041""#,
    r#""\u004""#,
    r#""\u004g""#,
    r#""\u+041""#,
    r#""\uD83D\uDE00""#,
    r#""\ud83d\ude00""#,
    r#""\uD83D""#,
    r#""\uD83D\n""#,
    r#""\uD83D\uD83D""#,
    r#""\uD83Dx""#,
    r#""\uDE00""#,
    r#""\uD83D\u0041""#,
    r#""\u0000""#,
    "\"\u{1f}\"",
    "\"\n\"",
    "\"\u{7f}é\u{2028}😀\"",
    "\u{feff}1",
    "\u{a0}1",
    "[",
    "]",
    "[]",
    "[ ]",
    "[1]",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1,2,[3,[],{}]]",
    "[1}",
    "{",
    "{}",
    "{ }",
    r#"{"a"}"#,
    r#"{"a":}"#,
    r#"{"a":1}"#,
    r#"{"a":1,}"#,
    r#"{,"a":1}"#,
    r#"{"a" : 1 , "b" : [ true , null ] }"#,
    r#"{"a":1,"a":2}"#,
    r#"{"b":1,"a":2,"B":3,"":4}"#,
    "{a:1}",
    "{1:1}",
    r#"{"a":1]"#,
    "// 1",
    "/**/1",
    "'a'",
];

/// What serde_json makes of a text, on one line; its own numbers are those of a processor.
fn by_serde(text: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(value.to_string())
}

/// Both accept it or both refuse it, and make the same of it.
#[track_caller]
fn is_read_as_by_serde(text: &str) {
    let own = text.parse::<JsonValue>().ok();
    // Written once more by serde_json, because the spelling of a number is kept here and not there.
    let own = own.map(|value| by_serde(&value.to_string()).unwrap());
    assert_eq!(own, by_serde(text), "{text}");
}

/// The JSON files that tests and this repository's schema have.
fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut paths = vec![root.join("analytics-schema/schema.json")];
    for entry in std::fs::read_dir(root.join("crates/codegen/tests/fixtures")).unwrap() {
        paths.push(entry.unwrap().path());
    }
    paths.retain(|path| path.extension().is_some_and(|it| it == "json"));
    assert!(paths.len() > 2, "{paths:?}");
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        (path.display().to_string(), text)
    };
    paths.iter().map(read).collect()
}

/// A generator of numbers, always the same (<https://prng.di.unimi.it/splitmix64.c>).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((number ^ (number >> 31)) % bound as u64) as usize
    }

    /// The text with a few bytes removed, doubled or replaced by something that JSON is sensitive to.
    fn mutated(&mut self, text: &str) -> Option<String> {
        const PIECES: &[&str] = &[
            "\"", "\\", "\\u", "\\uD83D", "{", "}", "[", "]", ",", ":", "0", "-", ".", "e", "null",
            "true", " ", "\n", "\u{1}", "é", "",
        ];
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(4)).min(bytes.len());
            let piece = PIECES[self.below(PIECES.len())].bytes();
            bytes.splice(at..end, piece);
        }
        String::from_utf8(bytes).ok()
    }
}

#[test]
fn edge_cases_are_read_as_serde_json_reads_them() {
    for text in TEXTS {
        is_read_as_by_serde(text);
        is_read_as_by_serde(&format!("[{text}]"));
        is_read_as_by_serde(&format!("{{\"a\":{text}}}"));
    }
}

#[test]
fn damaged_files_are_read_as_serde_json_reads_them() {
    let mut numbers = Numbers(7);
    let (mut accepted, mut refused) = (0, 0);
    for (_, text) in files() {
        for _ in 0..300 {
            // A part, so that most of what is changed still matters.
            let start = numbers.below(text.len());
            let part = text.get(start..(start + 2000).min(text.len()));
            let whole = part.map(|part| format!("[{}", part.trim_start_matches([',', ':', ' '])));
            for text in [Some(text.clone()), whole].into_iter().flatten() {
                let Some(text) = numbers.mutated(&text) else {
                    continue;
                };
                is_read_as_by_serde(&text);
                match by_serde(&text) {
                    Some(_) => accepted += 1,
                    None => refused += 1,
                }
            }
        }
    }
    assert!(accepted > 50 && refused > 50, "{accepted} and {refused}");
}

#[test]
fn small_texts_of_all_kinds_of_pieces_are_read_as_serde_json_reads_them() {
    const PIECES: &[&str] = &[
        "\"", "\\", "u", "D83D", "DE00", "{", "}", "[", "]", ",", ":", "0", "1", "-", ".", "e",
        "null", "a", " ",
    ];
    let mut numbers = Numbers(11);
    for _ in 0..200_000 {
        let count = 1 + numbers.below(7);
        let text: String = (0..count)
            .map(|_| PIECES[numbers.below(PIECES.len())])
            .collect();
        is_read_as_by_serde(&text);
    }
}

#[test]
fn what_is_written_are_the_bytes_of_serde_json() {
    for (path, text) in files() {
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let own: JsonValue = text.parse().unwrap();
        assert_eq!(pretty(&own), serde_json::to_string_pretty(&value).unwrap());
        assert_eq!(compact(&own), value.to_string());
        if let Ok(snapshot) = Snapshot::parse_known(&text) {
            assert_eq!(snapshot.to_text(), text, "{path}");
            Snapshot::parse(&text).unwrap();
        } else {
            // In the order of the fields, and not in that of the alphabet.
            let catalog = Catalog::parse(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
            let again: serde_json::Value = serde_json::from_str(&catalog.to_text()).unwrap();
            assert_eq!(again, value, "{path}");
        }
    }
    for code in 0..=0x0011_0000 {
        let Some(character) = char::from_u32(code) else {
            continue;
        };
        let string = character.to_string();
        let own = JsonValue::String(string.clone()).to_string();
        assert_eq!(own, serde_json::to_string(&string).unwrap());
    }
}

#[test]
fn a_text_cannot_exhaust_the_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| open.repeat(depth) + "1" + &close.repeat(depth);
        for depth in [126, 127, 128, 129] {
            is_read_as_by_serde(&nested(depth));
        }
        let error = open.repeat(1_000_000).parse::<JsonValue>().unwrap_err();
        assert_eq!(error.cause(), "recursion limit exceeded");
        let unknown = format!("{{\"count\":1,\"other\":{}}}", nested(1_000_000));
        let error = from_text::<Read>(&unknown).err().unwrap();
        assert_eq!(error.cause(), "recursion limit exceeded");
    }
}

#[test]
fn numbers_are_kept_exactly() {
    let same = |text: &str| text.parse::<JsonValue>().unwrap().to_string();
    let long = "123456789012345678901234567890.000000000000000000001";
    assert_eq!(same(long), long);
    assert_eq!(same("1e999"), "1e999");
    // jsonb keeps a numeric's scale, which makes no difference to its value.
    assert_eq!(same("[1.500,1.000,100,0.0]"), "[1.5,1.0,100,0.0]");
    assert_eq!("5.0".parse::<JsonValue>().unwrap().as_i64(), None);
    assert_eq!("-5".parse::<JsonValue>().unwrap().as_i64(), Some(-5));
}

object! {
    #[derive(Debug, PartialEq)]
    struct Both {
        name: String,
        ty: Option<String> as "type" = None,
        labels: Vec<String>,
        schema: String = "pg_catalog".to_owned(),
        order: Order,
    }
}

words! {
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Order {
        First = "first",
        LastOfAll = "last_of_all",
    }
}

record! {
    #[derive(Debug, PartialEq)]
    struct Read {
        count: u32,
        text: Option<String>,
    }
}

row! {
    #[derive(Debug, PartialEq)]
    struct Row {
        number: i64,
        is_set: bool,
    }
}

#[test]
fn a_field_with_its_default_is_left_out() {
    let text = r#"{"name":"a","labels":[],"order":"last_of_all"}"#;
    let value: Both = from_text(text).unwrap();
    assert_eq!(value.schema, "pg_catalog");
    assert_eq!(compact(&value), text);
    let text = r#"{"name":"a","type":"b","labels":["c"],"schema":"d","order":"first"}"#;
    assert_eq!(compact(&from_text::<Both>(text).unwrap()), text);
    let reordered = r#"{"order":"first","schema":"d","labels":["c"],"type":"b","name":"a"}"#;
    assert_eq!(
        from_text::<Both>(reordered).unwrap(),
        from_text::<Both>(text).unwrap()
    );
    assert_eq!(
        from_text::<Read>(r#"{"more":{"x":[1,"y",null,false]},"count":7}"#).unwrap(),
        Read {
            count: 7,
            text: None
        }
    );
    assert_eq!(
        from_text::<Row>("[-1,true]").unwrap(),
        Row {
            number: -1,
            is_set: true
        }
    );
}

#[test]
fn an_error_names_the_field_and_the_place() {
    let both = |text: &str| from_text::<Both>(text).unwrap_err().to_string();
    let read = |text: &str| from_text::<Read>(text).unwrap_err().to_string();
    let row = |text: &str| from_text::<Row>(text).unwrap_err().to_string();
    let report = [
        both(r#"{"name":"a"}"#),
        both("{\n  \"name\": \"é\", \"nome\": 1}"),
        both(r#"{"name":"a","name":"b"}"#),
        both(r#"{"name":1}"#),
        both(r#"{"labels":[true]}"#),
        both(r#"{"labels":null}"#),
        both(r#"{"order":"middle"}"#),
        both("[]"),
        both(r#"{"name":"a"#),
        both(r#"{"name""#),
        both(r#"{"name":?}"#),
        read(r#"{"count":-1}"#),
        read(r#"{"count":4294967296}"#),
        read(r#"{"count":1.0}"#),
        read(r#"{"count":1} {}"#),
        row("[1]"),
        row("[1,true,2]"),
        row("[9223372036854775808,true]"),
    ];
    insta::assert_snapshot!(report.join("\n"));
}
