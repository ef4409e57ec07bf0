//! The text of a value in JSON, where it is serde_json that reads it. Others give what they have: a number may then be a double, which has
//! lost digits.

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Name of the type that serde_json knows its `RawValue` by. It gives `visit_map` to a visitor that asks for it; every other deserializer
/// gives `visit_newtype_struct`.
const TOKEN: &str = "$serde_json::private::RawValue";

/// Asks for the text. The visitor gets it by [`text`] in `visit_map`.
pub(crate) fn deserialize<'de, D: Deserializer<'de>, V: Visitor<'de>>(
    deserializer: D,
    visitor: V,
) -> Result<V::Value, D::Error> {
    deserializer.deserialize_newtype_struct(TOKEN, visitor)
}

/// The text.
pub(crate) fn text<'de, A: MapAccess<'de>>(map: A) -> Result<Box<RawValue>, A::Error> {
    Box::<RawValue>::deserialize(MapAccessDeserializer::new(map))
}
