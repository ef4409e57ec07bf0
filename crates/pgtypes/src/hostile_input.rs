//! Tests that no text and no bytes make the parsers and decoders panic, and that what they accept is a value like any other.

use bytes::BytesMut;
use postgres_types::{FromSql, Kind, Type};

use crate::Array;
use crate::encode::Encode;
use crate::random::Random;
use crate::samples::{self, Sample, Text, Value, Visitor};

const ROUNDS: usize = 5_000;

/// A valid text with a few characters replaced, removed or added.
fn damaged(random: &mut Random, text: &str) -> String {
    const CHARS: &str = "0123456789 -+:./TZeE{}[],\"\\=BCinfaé\u{0}";
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..1 + random.below(3) {
        let any = CHARS
            .chars()
            .nth(random.below(CHARS.chars().count() as u64) as usize);
        let at = random.below(chars.len() as u64 + 1) as usize;
        let removed = usize::from(at < chars.len() && random.one_in(2));
        chars.splice(at..at + removed, any.filter(|_| !random.one_in(3)));
    }
    chars.into_iter().collect()
}

struct Damaged;

impl Visitor for Damaged {
    fn visit<T: Value>(&mut self, sample: Sample<T>) {
        if let Some(text) = &sample.text {
            texts(&sample, text);
        }
        bytes(&sample);
    }
}

#[test]
fn damaged_texts_and_bytes_of_every_type() {
    samples::each(&mut Damaged);
    samples::each_of_extensions(&mut Damaged);
}

/// Parses damaged texts; whatever is accepted prints as a text that reads back as the same value.
fn texts<T: Value>(sample: &Sample<T>, text: &Text<T>) {
    let mut random = Random::new(61);
    let mut accepted = 0;
    for _ in 0..ROUNDS {
        let valid = (text.print)(&(sample.random)(&mut random));
        let damaged = damaged(&mut random, &valid);
        if let Some(value) = (text.read)(&damaged) {
            accepted += 1;
            let printed = (text.print)(&value);
            assert!(text.reads(&printed, &value), "{}: {damaged}", sample.name);
        }
    }
    let all_or_some = if text.reads_all { ROUNDS } else { ROUNDS - 1 };
    assert!(
        0 < accepted && accepted <= all_or_some,
        "{}: {accepted} of {ROUNDS}",
        sample.name
    );
}

/// Decodes damaged bytes; whatever is accepted encodes to bytes that decode to the same value.
fn bytes<T: Value>(sample: &Sample<T>) {
    let ty = driver_type(sample.name);
    let mut random = Random::new(71);
    for _ in 0..ROUNDS {
        let mut raw = BytesMut::new();
        let valid = (sample.random)(&mut random);
        Encode::encode(&valid, &mut raw).expect("a valid value");
        damage(&mut random, &mut raw);
        let Ok(value) = T::from_sql(&ty, &raw) else {
            continue;
        };
        let mut again = BytesMut::new();
        // No server sends a text with U+0000, and none takes it.
        if Encode::encode(&value, &mut again).is_ok() {
            let back = T::from_sql(&ty, &again).unwrap_or_else(|e| panic!("{}: {e}", sample.name));
            let mut bytes = BytesMut::new();
            Encode::encode(&back, &mut bytes).expect("encoded before");
            assert_eq!(bytes, again, "{}: {value:?}", sample.name);
        }
    }
}

/// The driver's own type, or one of an extension.
fn driver_type(name: &str) -> Type {
    let builtin = sql::types::find(name).and_then(|ty| Type::from_oid(ty.oid));
    builtin.unwrap_or_else(|| Type::new(name.to_owned(), 0, Kind::Simple, "public".to_owned()))
}

fn damage(random: &mut Random, raw: &mut BytesMut) {
    if raw.is_empty() {
        return;
    }
    for _ in 0..random.below(4) {
        let at = random.below(raw.len() as u64) as usize;
        raw[at] = random.u64() as u8;
    }
    if random.one_in(4) {
        raw.truncate(random.below(raw.len() as u64) as usize);
    }
}

#[test]
fn damaged_arrays() {
    let mut random = Random::new(68);
    for _ in 0..ROUNDS {
        let array = random.array();
        let text = damaged(&mut random, &array.to_string());
        if let Ok(array) = text.parse::<Array<String>>() {
            assert_eq!(array.to_string().parse(), Ok(array), "{text}");
        }
        let mut raw = BytesMut::new();
        array.encode(&mut raw).expect("a valid array");
        damage(&mut random, &mut raw);
        let _ = Array::<String>::from_sql(&Type::TEXT_ARRAY, &raw);
    }
}
