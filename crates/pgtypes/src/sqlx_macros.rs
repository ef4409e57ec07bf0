//! What generated code has for sqlx, if this crate has the feature.

/// sqlx's `FromRow` for a row of a relation.
#[cfg(feature = "sqlx")]
#[doc(hidden)]
#[macro_export]
macro_rules! sqlx_row {
    ($type:ident, $table:expr) => {
        impl<'r> $crate::private::sqlx::FromRow<'r, $crate::private::sqlx::postgres::PgRow>
            for $type
        {
            fn from_row(
                row: &'r $crate::private::sqlx::postgres::PgRow,
            ) -> ::std::result::Result<Self, $crate::private::sqlx::Error> {
                $crate::private::from_row(&$table, row)
            }
        }
    };
}

/// sqlx's traits for an enum of the schema.
#[cfg(feature = "sqlx")]
#[doc(hidden)]
#[macro_export]
macro_rules! sqlx_enum {
    ($type:ty, $schema:literal, $name:literal) => {
        const _: () = {
            use $crate::private::sqlx;
            use $crate::private::sqlx::error::BoxDynError;
            use $crate::private::sqlx::postgres::{
                PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueRef, Postgres,
            };

            static DECLARED: $crate::private::Declared = $crate::private::Declared::new();

            impl sqlx::Type<Postgres> for $type {
                fn type_info() -> PgTypeInfo {
                    DECLARED.info($schema, $name)
                }

                fn compatible(info: &PgTypeInfo) -> bool {
                    $crate::private::is_compatible::<Self>(info)
                }
            }

            impl PgHasArrayType for $type {
                fn array_type_info() -> PgTypeInfo {
                    DECLARED.array_info($schema, $name)
                }
            }

            impl sqlx::Encode<'_, Postgres> for $type {
                fn encode_by_ref(
                    &self,
                    buffer: &mut PgArgumentBuffer,
                ) -> ::std::result::Result<sqlx::encode::IsNull, BoxDynError> {
                    $crate::private::encode_value(self, &$crate::private::Type::TEXT, buffer)
                }
            }

            impl sqlx::Decode<'_, Postgres> for $type {
                fn decode(value: PgValueRef<'_>) -> ::std::result::Result<Self, BoxDynError> {
                    $crate::private::decode_value(value)
                }
            }
        };
    };
}

/// Nothing: this crate is without its feature `sqlx`.
#[cfg(not(feature = "sqlx"))]
#[doc(hidden)]
#[macro_export]
macro_rules! sqlx_row {
    ($($ignored:tt)*) => {};
}

/// Nothing: this crate is without its feature `sqlx`.
#[cfg(not(feature = "sqlx"))]
#[doc(hidden)]
#[macro_export]
macro_rules! sqlx_enum {
    ($($ignored:tt)*) => {};
}
