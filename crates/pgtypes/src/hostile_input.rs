//! Tests that no text and no bytes make the parsers and decoders panic, and that what they accept is a value like any other.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use bytes::BytesMut;
use postgres_types::{FromSql, ToSql, Type};

use crate::random::Random;
use crate::{Array, Cidr, Date, Inet, Interval, Json, Jsonb, Numeric, Timestamp};

const ROUNDS: usize = 20_000;

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

/// Parses damaged texts; whatever is accepted prints as a text that reads back as the same value.
fn texts<T: FromStr + Display + PartialEq + Debug>(
    seed: u64,
    mut valid: impl FnMut(&mut Random) -> String,
) {
    let mut random = Random::new(seed);
    let mut accepted = 0;
    for _ in 0..ROUNDS {
        let text = valid(&mut random);
        let text = damaged(&mut random, &text);
        if let Ok(value) = text.parse::<T>() {
            accepted += 1;
            assert_eq!(value.to_string().parse().ok(), Some(value), "{text}");
        }
    }
    assert!(accepted > 0 && accepted < ROUNDS, "{accepted} of {ROUNDS}");
}

#[test]
fn damaged_texts() {
    texts::<Timestamp>(61, |random| random.timestamp().to_string());
    texts::<Timestamp>(62, |random| format!("{:#}", random.timestamp()));
    texts::<Date>(63, |random| random.date().to_string());
    texts::<Interval>(64, |random| random.interval().to_string());
    texts::<Numeric>(65, Random::decimal);
    texts::<Inet>(66, |random| random.inet().to_string());
    texts::<Cidr>(67, |random| random.inet().to_string());
    texts::<Array<String>>(68, |random| random.array().to_string());
}

/// Decodes damaged bytes; whatever is accepted encodes to bytes that decode to the same value.
fn bytes<T>(seed: u64, ty: &Type, valid: impl Fn(&mut Random) -> T)
where
    T: ToSql + for<'a> FromSql<'a> + PartialEq + Debug,
{
    let mut random = Random::new(seed);
    for _ in 0..ROUNDS {
        let mut raw = BytesMut::new();
        valid(&mut random).to_sql_checked(ty, &mut raw).unwrap();
        for _ in 0..random.below(4) {
            let at = random.below(raw.len() as u64) as usize;
            raw[at] = random.u64() as u8;
        }
        if random.one_in(4) {
            raw.truncate(random.below(raw.len() as u64) as usize);
        }
        if let Ok(value) = T::from_sql(ty, &raw) {
            let mut again = BytesMut::new();
            // No server sends a text with U+0000, and none takes it.
            if value.to_sql_checked(ty, &mut again).is_ok() {
                assert_eq!(T::from_sql(ty, &again).unwrap(), value);
            }
        }
    }
}

#[test]
fn damaged_bytes() {
    bytes(71, &Type::TIMESTAMPTZ, Random::timestamp);
    bytes(72, &Type::DATE, Random::date);
    bytes(73, &Type::INTERVAL, Random::interval);
    bytes(74, &Type::NUMERIC, Random::numeric);
    bytes(75, &Type::INET, Random::inet);
    bytes(76, &Type::TEXT_ARRAY, Random::array);
    bytes(77, &Type::JSON, |random| {
        Json::from_text(format!("\"{}\"", random.text()))
    });
    bytes(78, &Type::JSONB, |random| {
        Jsonb::from_text(format!("\"{}\"", random.text()))
    });
}
