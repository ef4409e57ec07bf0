//! What connects the value types to the driver: impls of its traits on top of the binary forms.

use postgres_types::{Kind, Type};

/// The type that a domain is over, through every level; any other type itself.
pub(crate) fn base(ty: &Type) -> &Type {
    let mut ty = ty;
    while let Kind::Domain(inner) = ty.kind() {
        ty = inner;
    }
    ty
}

/// Implements `ToSql` and `FromSql` for a type that has `Encode` and `fn decode(&[u8]) -> Result<Self, DecodeError>`. The names are those
/// of the SQL types that it holds.
macro_rules! sql_type {
    ($type:ty, $($name:literal),+) => {
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
                const OIDS: &[u32] = &[$(sql::types::oid($name)),+];
                OIDS.contains(&crate::driver::base(ty).oid())
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
                const OIDS: &[u32] = &[$(sql::types::oid($name)),+];
                OIDS.contains(&crate::driver::base(ty).oid())
            }
        }
    };
}
pub(crate) use sql_type;
