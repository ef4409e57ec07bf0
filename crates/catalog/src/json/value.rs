//! JSON whose members are not known beforehand: a job's configuration.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::error::JsonError;
use super::reader::{FromJson, Reader, from_text};
use super::writer::{ToJson, Writer, compact};

/// A value of JSON. `Display` is its text on one line, and `FromStr` reads a text.
///
/// Equal values have equal texts: the members of an object are sorted, and a number has no zeros at the end of its fraction but the first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum JsonValue {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, exactly as it is written.
    Number(String),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<JsonValue>),
    /// An object; of several members of one name, the last.
    Object(BTreeMap<String, JsonValue>),
}

impl JsonValue {
    /// A member of an object; `None` if there is none of this name, or this is no object.
    pub fn get(&self, name: &str) -> Option<&JsonValue> {
        match self {
            JsonValue::Object(members) => members.get(name),
            _ => None,
        }
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            JsonValue::String(string) => Some(string),
            _ => None,
        }
    }

    /// The integer, if this is a number without fraction and exponent that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            JsonValue::Number(number) => number.parse().ok(),
            _ => None,
        }
    }
}

impl FromJson for JsonValue {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        Ok(match reader.peek() {
            Some(b'{') => JsonValue::Object(FromJson::from_json(reader)?),
            Some(b'[') => JsonValue::Array(FromJson::from_json(reader)?),
            Some(b'"') => JsonValue::String(FromJson::from_json(reader)?),
            Some(b't' | b'f') => JsonValue::Bool(reader.boolean()?),
            Some(b'-' | b'0'..=b'9') => JsonValue::Number(shortest(reader.number()?)),
            _ if reader.null()? => JsonValue::Null,
            _ => return Err(reader.unexpected("a value")),
        })
    }
}

/// The number without zeros at the end of its fraction, of which one digit is left.
fn shortest(number: &str) -> String {
    match number.split_once('.') {
        Some((whole, fraction)) if !fraction.contains(['e', 'E']) => {
            let fraction = fraction.trim_end_matches('0');
            let fraction = if fraction.is_empty() { "0" } else { fraction };
            format!("{whole}.{fraction}")
        }
        _ => number.to_owned(),
    }
}

impl ToJson for JsonValue {
    fn to_json(&self, writer: &mut Writer) {
        match self {
            JsonValue::Null => writer.literal("null"),
            JsonValue::Bool(value) => value.to_json(writer),
            JsonValue::Number(number) => writer.literal(number),
            JsonValue::String(string) => writer.string(string),
            JsonValue::Array(values) => values.to_json(writer),
            JsonValue::Object(members) => {
                writer.open('{');
                for (name, value) in members {
                    writer.member(name);
                    value.to_json(writer);
                }
                writer.close('}');
            }
        }
    }
}

impl fmt::Display for JsonValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&compact(self))
    }
}

impl FromStr for JsonValue {
    type Err = JsonError;

    fn from_str(text: &str) -> Result<Self, JsonError> {
        from_text(text)
    }
}
