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
    };
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
