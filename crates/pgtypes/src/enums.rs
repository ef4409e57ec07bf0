//! SQL enums: what a generated Rust enum needs to be one of this crate's values.

use std::error::Error;

use postgres_types::{Kind, Type};

use crate::driver;
use crate::error::DecodeError;

/// Implements [`Encode`](crate::Encode), [`ToSql`](crate::ToSql) and [`FromSql`](crate::FromSql) for a type that represents an SQL enum: it
/// has `fn as_str(&self) -> &str`, its label, and `From<&str>`, which takes any label.
///
/// The values travel as their labels, so a type that keeps the labels it does not know lives through `ALTER TYPE … ADD VALUE`. They
/// may be read from and sent to every enum, `text`, `varchar`, and domains over these.
///
/// ```
/// #[derive(Debug, PartialEq)]
/// enum Mood {
///     Happy,
///     Unknown(String),
/// }
///
/// impl Mood {
///     fn as_str(&self) -> &str {
///         match self {
///             Self::Happy => "happy",
///             Self::Unknown(label) => label,
///         }
///     }
/// }
///
/// impl From<&str> for Mood {
///     fn from(label: &str) -> Self {
///         match label {
///             "happy" => Self::Happy,
///             label => Self::Unknown(label.to_owned()),
///         }
///     }
/// }
///
/// pgtypes::enum_sql!(Mood);
/// ```
#[macro_export]
macro_rules! enum_sql {
    ($type:ty) => {
        impl $crate::Encode for $type {
            #[inline]
            fn encode(
                &self,
                out: &mut $crate::BytesMut,
            ) -> ::std::result::Result<(), $crate::EncodeError> {
                $crate::Encode::encode(<$type>::as_str(self), out)
            }
        }

        impl $crate::ToSql for $type {
            fn to_sql(
                &self,
                _: &$crate::private::Type,
                out: &mut $crate::BytesMut,
            ) -> ::std::result::Result<
                $crate::private::IsNull,
                ::std::boxed::Box<
                    dyn ::std::error::Error + ::std::marker::Sync + ::std::marker::Send,
                >,
            > {
                $crate::Encode::encode(self, out)?;
                ::std::result::Result::Ok($crate::private::IsNull::No)
            }

            fn accepts(ty: &$crate::private::Type) -> bool {
                $crate::private::accepts(ty)
            }

            $crate::private::to_sql_checked!();
        }

        impl<'a> $crate::FromSql<'a> for $type {
            fn from_sql(
                _: &$crate::private::Type,
                raw: &'a [u8],
            ) -> ::std::result::Result<
                Self,
                ::std::boxed::Box<
                    dyn ::std::error::Error + ::std::marker::Sync + ::std::marker::Send,
                >,
            > {
                ::std::result::Result::Ok(<$type as ::std::convert::From<&str>>::from(
                    $crate::private::decode(raw)?,
                ))
            }

            fn accepts(ty: &$crate::private::Type) -> bool {
                $crate::private::accepts(ty)
            }
        }

        $crate::enum_json!($type);
    };
    // With the names of its schema and of itself, by which sqlx finds it.
    ($type:ty, $schema:literal, $name:literal) => {
        $crate::enum_sql!($type);
        $crate::sqlx_enum!($type, $schema, $name);
    };
}

/// The label as a text for serde, if this crate has the feature.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! enum_json {
    ($type:ty) => {
        impl $crate::private::serde::Serialize for $type {
            fn serialize<S: $crate::private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(<$type>::as_str(self))
            }
        }

        impl<'de> $crate::private::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                let label: ::std::string::String =
                    $crate::private::serde::Deserialize::deserialize(deserializer)?;
                ::std::result::Result::Ok(<$type as ::std::convert::From<&str>>::from(&label))
            }
        }

        impl $crate::private::JsonForm for $type {
            fn to_json<S: $crate::private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::private::serde::Serialize::serialize(self, serializer)
            }

            fn from_json<'de, D: $crate::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::private::serde::Deserialize::deserialize(deserializer)
            }
        }
    };
}

/// Nothing: this crate is without its feature `serde`.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! enum_json {
    ($type:ty) => {};
}

/// Whether values of `ty` travel as labels.
pub fn accepts(ty: &Type) -> bool {
    let base = driver::base(ty);
    matches!(base.kind(), Kind::Enum(_)) || matches!(*base, Type::TEXT | Type::VARCHAR)
}

/// The label.
///
/// # Errors
/// When the bytes are not UTF-8.
pub fn decode(raw: &[u8]) -> Result<&str, Box<dyn Error + Sync + Send>> {
    let label = std::str::from_utf8(raw);
    Ok(label.map_err(|_| DecodeError::new("enum", "not UTF-8"))?)
}
