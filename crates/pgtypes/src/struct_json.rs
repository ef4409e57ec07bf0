//! Generated structs as JSON: an object with a member for each column, if this crate has the feature `serde`.

/// Serde's traits for `New` and `Update`, of which the members that are `None` are not written. Nothing without the feature.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! partial_json {
    ($type:ident, $table:expr; $($at:literal $field:ident),* $(,)?) => {
        $crate::struct_json!($type, $table.columns, true; $($at $field),*);
    };
}

/// Serde's traits for a struct of columns, by their positions. If it is not partial, null is written as null.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! struct_json {
    ($type:ident, $columns:expr, $is_partial:literal; $($at:literal $field:ident),*) => {
        impl $crate::private::serde::Serialize for $type {
            fn serialize<S: $crate::private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                #[allow(unused_mut, reason = "there may be no column")]
                let mut members =
                    $crate::private::Members::new(serializer, $columns, $is_partial)?;
                $(members.write($at, &self.$field)?;)*
                members.end()
            }
        }

        impl<'de> $crate::private::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                struct Reader;

                impl<'de> $crate::private::serde::de::Visitor<'de> for Reader {
                    type Value = $type;

                    fn expecting(
                        &self,
                        f: &mut ::std::fmt::Formatter<'_>,
                    ) -> ::std::fmt::Result {
                        f.write_str("an object with a member for each column")
                    }

                    fn visit_map<A: $crate::private::serde::de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> ::std::result::Result<$type, A::Error> {
                        $(let mut $field = ::std::option::Option::None;)*
                        while let ::std::option::Option::Some(at) =
                            $crate::private::next_column(&mut map, $columns)?
                        {
                            match at {
                                $($at => $crate::private::read_member(
                                    &mut $field, &mut map, $columns, $at,
                                )?,)*
                                _ => $crate::private::skip_member(&mut map)?,
                            }
                        }
                        ::std::result::Result::Ok($type {
                            $($field: $crate::private::present($field, $columns, $at)?,)*
                        })
                    }
                }

                deserializer.deserialize_map(Reader)
            }
        }
    };
}

/// Nothing: this crate is without its feature `serde`.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! struct_json {
    ($($ignored:tt)*) => {};
}

/// Nothing: this crate is without its feature `serde`.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! partial_json {
    ($($ignored:tt)*) => {};
}
