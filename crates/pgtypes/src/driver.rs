//! What connects the value types to the driver: impls of its traits on top of the binary forms.

use std::error::Error;

use bytes::{Buf, BufMut, BytesMut};
use postgres_types::{IsNull, Kind, ToSql, Type};

use crate::encode::set_length;

/// The type that a domain is over, through every level; any other type itself.
pub(crate) fn base(ty: &Type) -> &Type {
    let mut ty = ty;
    while let Kind::Domain(inner) = ty.kind() {
        ty = inner;
    }
    ty
}

/// Takes one length-prefixed field off `raw`; `Some(None)` for null.
pub(crate) fn take_field<'a>(raw: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    match raw.try_get_i32().ok()? {
        -1 => Some(None),
        length => {
            let (field, rest) = raw.split_at_checked(usize::try_from(length).ok()?)?;
            *raw = rest;
            Some(Some(field))
        }
    }
}

/// Appends a value as a field: its length, or -1 for null, and its binary form in that type.
pub(crate) fn put_field(
    value: &impl ToSql,
    ty: &Type,
    out: &mut BytesMut,
) -> Result<(), Box<dyn Error + Sync + Send>> {
    let start = out.len();
    out.put_i32(-1);
    if let IsNull::No = value.to_sql(ty, out)? {
        set_length(start, out)?;
    }
    Ok(())
}

/// Implements `ToSql` and `FromSql` for a type that has `Encode` and `fn decode(&[u8]) -> Result<Self, DecodeError>`. The names are those
/// of the SQL types that it holds.
macro_rules! sql_type {
    ($type:ty, $($name:literal),+) => {
        crate::driver::driver_traits!($type, |ty| {
            const OIDS: &[u32] = &[$(sql::types::oid($name)),+];
            OIDS.contains(&ty.oid())
        });
    };
}
pub(crate) use sql_type;

/// The same for a type of an extension, whose OID differs from database to database: it is known by its name.
macro_rules! extension_type {
    ($type:ty, $name:literal) => {
        crate::driver::driver_traits!($type, |ty| {
            ty.name() == $name && *ty.kind() == postgres_types::Kind::Simple
        });
    };
}
pub(crate) use extension_type;

macro_rules! driver_traits {
    ($type:ty, |$ty:ident| $accepts:expr) => {
        impl postgres_types::ToSql for $type {
            fn to_sql(
                &self,
                _: &postgres_types::Type,
                out: &mut bytes::BytesMut,
            ) -> Result<postgres_types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
                crate::encode::Encode::encode(self, out)?;
                Ok(postgres_types::IsNull::No)
            }

            fn accepts(ty: &postgres_types::Type) -> bool {
                let $ty = crate::driver::base(ty);
                $accepts
            }

            postgres_types::to_sql_checked!();
        }

        impl<'a> postgres_types::FromSql<'a> for $type {
            fn from_sql(
                _: &postgres_types::Type,
                raw: &'a [u8],
            ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
                Ok(Self::decode(raw)?)
            }

            fn accepts(ty: &postgres_types::Type) -> bool {
                let $ty = crate::driver::base(ty);
                $accepts
            }
        }
    };
}
pub(crate) use driver_traits;
