//! `json` and `jsonb`: the JSON itself, with every digit and key of it.

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::JsonForm;
use crate::json::{Json, Jsonb};

macro_rules! document {
    ($($type:ty),+) => {$(
        /// As the JSON itself. Fails if the text is none.
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let raw: &RawValue = serde_json::from_str(self.as_str()).map_err(S::Error::custom)?;
                raw.serialize(serializer)
            }
        }

        /// Takes any JSON, and leaves it as it is written.
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = Box::<RawValue>::deserialize(deserializer).map_err(D::Error::custom)?;
                Ok(Self::from_text(raw.get()))
            }
        }

        impl JsonForm for $type {
            const IS_DOCUMENT: bool = true;

            fn to_json<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.serialize(serializer)
            }

            fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize(deserializer)
            }
        }
    )+};
}

document!(Json, Jsonb);
