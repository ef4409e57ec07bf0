//! JSON, as far as a catalog needs it: reading a server's answer and the snapshot, and writing the snapshot.
//!
//! A service that verifies its schema at start-up carries this code, so it is made to be small: reading and writing are functions that exist
//! once, and what a type adds is the list of its members. That list is the struct itself, in [`object!`]:
//!
//! ```text
//! object! {
//!     /// A column.
//!     pub struct Column {
//!         pub name: String,
//!         pub ty: TypeRef as "type",
//!         pub comment: Option<String> = None,
//!     }
//! }
//! ```
//!
//! The members of the text are in the order of the fields. `as` gives a member another name than its field. `=` gives the value of a member
//! that is not there: a field with that value is not written. Members that the struct does not have are refused.
//!
//! [`record!`] is a struct that is only read: other members are skipped. [`row!`] is one that is read from an array of its fields, and
//! [`words!`] is an enum as its words.

mod error;
mod reader;
#[cfg(test)]
mod tests;
mod value;
mod writer;

pub use error::JsonError;
pub(crate) use reader::{FromJson, Others, Reader, Slot, from_text};
pub use value::JsonValue;
pub(crate) use writer::{ToJson, Writer, compact, pretty};

/// The name of a field in JSON.
macro_rules! member {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $name:literal) => {
        $name
    };
}

/// Reads a struct from an object with these members.
macro_rules! read_object {
    ($type:ident, $others:ident, { $($field:ident $(as $name:literal)? $(= $default:expr)?),* }) => {
        impl $crate::json::FromJson for $type {
            fn from_json(
                reader: &mut $crate::json::Reader<'_>,
            ) -> Result<Self, $crate::json::JsonError> {
                $(let mut $field = None;)*
                reader.object(
                    &[$($crate::json::member!($field $($name)?)),*],
                    &mut [$(&mut $field as &mut dyn $crate::json::Slot),*],
                    $crate::json::Others::$others,
                )?;
                $($(let $field = $field.or_else(|| Some($default));)?)*
                Ok($type {
                    $($field: match $field.or_else($crate::json::FromJson::absent) {
                        Some(value) => value,
                        None => {
                            return Err(reader.missing($crate::json::member!($field $($name)?)));
                        }
                    }),*
                })
            }
        }
    };
}

/// A struct that is an object.
macro_rules! object {
    (
        $(#[$attribute:meta])*
        $visible:vis struct $type:ident {
            $(
                $(#[$doc:meta])*
                $of:vis $field:ident: $kind:ty $(as $name:literal)? $(= $default:expr)?
            ),* $(,)?
        }
    ) => {
        $(#[$attribute])*
        $visible struct $type {
            $($(#[$doc])* $of $field: $kind),*
        }

        $crate::json::read_object!($type, Refused, { $($field $(as $name)? $(= $default)?),* });

        impl $crate::json::ToJson for $type {
            fn to_json(&self, writer: &mut $crate::json::Writer) {
                writer.open('{');
                $(
                    let is_left_out = false $(|| {
                        let default: $kind = $default;
                        self.$field == default
                    })?;
                    if !is_left_out {
                        writer.member($crate::json::member!($field $($name)?));
                        $crate::json::ToJson::to_json(&self.$field, writer);
                    }
                )*
                writer.close('}');
            }
        }
    };
}

/// A struct that is read from an object, which may have other members too.
macro_rules! record {
    (
        $(#[$attribute:meta])*
        $visible:vis struct $type:ident {
            $($(#[$doc:meta])* $of:vis $field:ident: $kind:ty $(as $name:literal)?),* $(,)?
        }
    ) => {
        $(#[$attribute])*
        $visible struct $type {
            $($(#[$doc])* $of $field: $kind),*
        }

        $crate::json::read_object!($type, Skipped, { $($field $(as $name)?),* });
    };
}

/// A struct that is read from an array of its fields.
macro_rules! row {
    (
        $(#[$attribute:meta])*
        $visible:vis struct $type:ident {
            $($(#[$doc:meta])* $of:vis $field:ident: $kind:ty),* $(,)?
        }
    ) => {
        $(#[$attribute])*
        $visible struct $type {
            $($(#[$doc])* $of $field: $kind),*
        }

        impl $crate::json::FromJson for $type {
            fn from_json(
                reader: &mut $crate::json::Reader<'_>,
            ) -> Result<Self, $crate::json::JsonError> {
                $(let mut $field = None;)*
                reader.row(&mut [$(&mut $field as &mut dyn $crate::json::Slot),*])?;
                Ok($type {
                    $($field: match $field {
                        Some(value) => value,
                        None => return Err(reader.missing(stringify!($field))),
                    }),*
                })
            }
        }
    };
}

/// An enum that is a string, and `Copy`.
macro_rules! words {
    (
        $(#[$attribute:meta])*
        $visible:vis enum $type:ident {
            $($(#[$doc:meta])* $variant:ident = $word:literal),* $(,)?
        }
    ) => {
        $(#[$attribute])*
        $visible enum $type {
            $($(#[$doc])* $variant),*
        }

        impl $crate::json::FromJson for $type {
            fn from_json(
                reader: &mut $crate::json::Reader<'_>,
            ) -> Result<Self, $crate::json::JsonError> {
                let index = reader.word(&[$($word),*])?;
                Ok([$($type::$variant),*][index])
            }
        }

        impl $crate::json::ToJson for $type {
            fn to_json(&self, writer: &mut $crate::json::Writer) {
                writer.string(match self {
                    $($type::$variant => $word),*
                });
            }
        }
    };
}

pub(crate) use {member, object, read_object, record, row, words};
