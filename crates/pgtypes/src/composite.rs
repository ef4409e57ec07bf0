//! SQL composite types: what a generated struct needs to be one of this crate's values.

use std::error::Error;

use bytes::{Buf, BufMut, BytesMut};
use postgres_types::{Field, FromSql, Kind, ToSql, Type};

use crate::driver::{self, put_field, take_field};
use crate::error::DecodeError;
use crate::table::Column;

/// A composite type, as the generated code describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompositeType {
    /// Schema of the type, unquoted.
    pub schema: &'static str,
    /// Name of the type, unquoted.
    pub name: &'static str,
    /// The attributes, by position.
    pub attributes: &'static [Column],
}

type AnyError = Box<dyn Error + Sync + Send>;

/// Implements [`Encode`](crate::Encode), [`ToSql`](crate::ToSql) and [`FromSql`](crate::FromSql) for a struct that represents an SQL composite
/// type: its fields are `Option`s, and their numbers are the positions of their attributes in the constant, a [`CompositeType`].
///
/// Attributes are found by their names, whatever else the type has in the database: an attribute that the struct does not have is not read,
/// and is null in what is written.
///
/// ```
/// use pgtypes::{Column, CompositeType};
///
/// #[derive(Debug, PartialEq)]
/// struct Address {
///     street: Option<String>,
///     number: Option<i32>,
/// }
///
/// const ADDRESS: CompositeType = CompositeType {
///     schema: "public",
///     name: "address",
///     attributes: &[Column::nullable("street", "text"), Column::nullable("number", "integer")],
/// };
///
/// pgtypes::composite_sql! { Address, ADDRESS; 0 street, 1 number }
/// ```
#[macro_export]
macro_rules! composite_sql {
    ($type:ident, $composite:expr; $($at:literal $field:ident),*) => {
        impl $crate::Encode for $type {
            fn encode(
                &self,
                _: &mut $crate::BytesMut,
            ) -> ::std::result::Result<(), $crate::EncodeError> {
                ::std::result::Result::Err($crate::EncodeError::OnlyAsParameter)
            }
        }

        impl $crate::ToSql for $type {
            fn to_sql(
                &self,
                ty: &$crate::private::Type,
                out: &mut $crate::BytesMut,
            ) -> ::std::result::Result<
                $crate::private::IsNull,
                ::std::boxed::Box<
                    dyn ::std::error::Error + ::std::marker::Sync + ::std::marker::Send,
                >,
            > {
                $crate::private::write_composite(&$composite, ty, out, &[
                    $(&self.$field),*
                ])?;
                ::std::result::Result::Ok($crate::private::IsNull::No)
            }

            fn accepts(ty: &$crate::private::Type) -> bool {
                let fields: &[fn(&$crate::private::Type) -> bool] = &[
                    $($crate::private::writes(|it: &Self| &it.$field)),*
                ];
                $crate::private::fits_composite(&$composite, ty, fields)
            }

            $crate::private::to_sql_checked!();
        }

        impl<'a> $crate::FromSql<'a> for $type {
            fn from_sql(
                ty: &$crate::private::Type,
                raw: &'a [u8],
            ) -> ::std::result::Result<
                Self,
                ::std::boxed::Box<
                    dyn ::std::error::Error + ::std::marker::Sync + ::std::marker::Send,
                >,
            > {
                #[allow(unused_variables, reason = "there may be no attribute")]
                let attributes = $crate::private::Attributes::read(&$composite, ty, raw)?;
                ::std::result::Result::Ok(Self {
                    $($field: attributes.get($at)?,)*
                })
            }

            fn accepts(ty: &$crate::private::Type) -> bool {
                let fields: &[fn(&$crate::private::Type) -> bool] = &[
                    $($crate::private::reads(|it: &Self| &it.$field)),*
                ];
                $crate::private::fits_composite(&$composite, ty, fields)
            }
        }

        $crate::composite_json! { $type, $composite; $($at $field),* }
    };
}

/// The value as an object for serde, if this crate has the feature.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! composite_json {
    ($type:ident, $composite:expr; $($at:literal $field:ident),*) => {
        $crate::struct_json!($type, $composite.attributes, false; $($at $field),*);

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
macro_rules! composite_json {
    ($($ignored:tt)*) => {};
}

/// The attributes that the server has, if `ty` is a composite type or a domain over one.
fn fields(ty: &Type) -> Option<&[Field]> {
    match driver::base(ty).kind() {
        Kind::Composite(fields) => Some(fields),
        _ => None,
    }
}

/// Whether `ty` is a composite type that has each attribute, with a type that its field in the struct can hold.
pub fn fits_composite(composite: &CompositeType, ty: &Type, holds: &[fn(&Type) -> bool]) -> bool {
    let Some(fields) = fields(ty) else {
        return false;
    };
    let mut own = composite.attributes.iter().zip(holds);
    own.all(|(attribute, holds)| {
        let mut fields = fields.iter();
        let field = fields.find(|field| field.name() == attribute.name);
        field.is_some_and(|field| holds(driver::base(field.type_())))
    })
}

/// What a field of `S` accepts when it is read; the function only names the field's type.
pub fn reads<S, T: for<'a> FromSql<'a>>(_: fn(&S) -> &T) -> fn(&Type) -> bool {
    <T as FromSql>::accepts
}

/// The same when it is written.
pub fn writes<S, T: ToSql>(_: fn(&S) -> &T) -> fn(&Type) -> bool {
    T::accepts
}

/// The value of an attribute on its way to the server, whatever its type.
pub trait PutField {
    /// Appends the value as a field of that type.
    ///
    /// # Errors
    /// When the value cannot be sent.
    fn put(&self, ty: &Type, out: &mut BytesMut) -> Result<(), AnyError>;
}

impl<T: ToSql> PutField for T {
    fn put(&self, ty: &Type, out: &mut BytesMut) -> Result<(), AnyError> {
        put_field(self, ty, out)
    }
}

/// Appends the wire form of a composite value: the attributes that the server has, in its order, and null where `values` has none.
///
/// # Errors
/// When a value cannot be sent, with the name of its attribute, and when `ty` is no composite type.
pub fn write_composite(
    composite: &CompositeType,
    ty: &Type,
    out: &mut BytesMut,
    values: &[&dyn PutField],
) -> Result<(), AnyError> {
    let fields = fields(ty).ok_or("not a composite type")?;
    out.put_i32(i32::try_from(fields.len())?);
    for field in fields {
        out.put_u32(field.type_().oid());
        let mut own = composite.attributes.iter().zip(values);
        match own.find(|(attribute, _)| attribute.name == field.name()) {
            Some((attribute, value)) => value
                .put(driver::base(field.type_()), out)
                .map_err(|error| format!("attribute {}: {error}", attribute.name))?,
            None => out.put_i32(-1),
        }
    }
    Ok(())
}

/// The attributes in the wire form of a composite value.
pub struct Attributes<'t, 'a> {
    composite: &'static CompositeType,
    values: Vec<(&'t Field, Option<&'a [u8]>)>,
}

impl<'t, 'a> Attributes<'t, 'a> {
    /// Splits the wire form.
    ///
    /// # Errors
    /// When it is none of `ty`.
    pub fn read(
        composite: &'static CompositeType,
        ty: &'t Type,
        mut raw: &'a [u8],
    ) -> Result<Self, AnyError> {
        let error = |reason| DecodeError::new("composite value", reason);
        let fields = fields(ty).ok_or("not a composite type")?;
        let count = raw.try_get_i32().map_err(|_| error("no count"))?;
        let count = usize::try_from(count).map_err(|_| error("a negative count"))?;
        if count < fields.len() {
            return Err(error("fewer attributes than the type has").into());
        }
        let mut values = Vec::with_capacity(fields.len());
        for at in 0..count {
            let oid = raw.try_get_u32().map_err(|_| error("cut short"))?;
            let value = take_field(&mut raw).ok_or(error("cut short"))?;
            // The driver asks once for a type: attributes that were added since are the last ones.
            let Some(field) = fields.get(at) else {
                continue;
            };
            if field.type_().oid() != oid {
                return Err(error("other attributes than when the session was opened").into());
            }
            values.push((field, value));
        }
        if !raw.is_empty() {
            return Err(error("bytes after the last attribute").into());
        }
        Ok(Self { composite, values })
    }

    /// The value of the attribute at that position of the struct's type.
    ///
    /// # Errors
    /// When the server has no such attribute, or its value does not fit `T`.
    pub fn get<T: FromSql<'a>>(&self, at: usize) -> Result<T, AnyError> {
        let name = self.composite.attributes[at].name;
        // Mostly it is at the same position.
        let mut values = self.values.get(at).into_iter().chain(&self.values);
        let (field, raw) = values
            .find(|(field, _)| field.name() == name)
            .ok_or_else(|| format!("there is no attribute {name}"))?;
        let value = T::from_sql_nullable(driver::base(field.type_()), *raw);
        value.map_err(|error| format!("attribute {name}: {error}").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Address {
        street: Option<String>,
        number: Option<i32>,
    }

    const ADDRESS: CompositeType = CompositeType {
        schema: "public",
        name: "address",
        attributes: &[
            Column::nullable("street", "text"),
            Column::nullable("number", "integer"),
        ],
    };

    crate::composite_sql! { Address, ADDRESS; 0 street, 1 number }

    fn composite(fields: &[(&str, Type)]) -> Type {
        let fields = fields.iter();
        let fields = fields.map(|(name, ty)| Field::new((*name).to_owned(), ty.clone()));
        Type::new(
            "address".to_owned(),
            20_000,
            Kind::Composite(fields.collect()),
            "public".to_owned(),
        )
    }

    fn address() -> Address {
        Address {
            street: Some("High Street".to_owned()),
            number: None,
        }
    }

    fn written(value: &Address, ty: &Type) -> BytesMut {
        let mut out = BytesMut::new();
        value.to_sql_checked(ty, &mut out).unwrap();
        out
    }

    #[test]
    fn attributes_are_found_by_name() {
        let same = composite(&[("street", Type::TEXT), ("number", Type::INT4)]);
        let other = composite(&[
            ("added", Type::BOOL),
            ("number", Type::INT4),
            ("street", Type::VARCHAR),
        ]);
        let domain = Type::new(
            "home".to_owned(),
            20_001,
            Kind::Domain(other.clone()),
            "public".to_owned(),
        );
        for ty in [same, other, domain] {
            assert!(<Address as FromSql>::accepts(&ty) && <Address as ToSql>::accepts(&ty));
            let raw = written(&address(), &ty);
            assert_eq!(Address::from_sql(&ty, &raw).unwrap(), address());
        }
    }

    #[test]
    fn types_that_do_not_fit_are_not_accepted() {
        for ty in [
            composite(&[("street", Type::TEXT)]),
            composite(&[("street", Type::TEXT), ("number", Type::INT8)]),
            composite(&[("Street", Type::TEXT), ("number", Type::INT4)]),
            Type::RECORD,
            Type::TEXT,
        ] {
            assert!(!<Address as FromSql>::accepts(&ty), "{ty:?}");
            assert!(!<Address as ToSql>::accepts(&ty), "{ty:?}");
        }
    }

    #[test]
    fn bytes_that_are_none() {
        let ty = composite(&[("street", Type::TEXT), ("number", Type::INT4)]);
        let whole = written(&address(), &ty);
        let mut short_number = whole[..whole.len() - 4].to_vec();
        short_number.extend([0, 0, 0, 1, 7]);
        let mut other_type = whole.to_vec();
        other_type[4..8].copy_from_slice(&Type::INT8.oid().to_be_bytes());
        let mut longer = whole.to_vec();
        longer.push(0);
        for (raw, reason) in [
            (&[][..], "no count"),
            (&[0, 0, 0, 1], "fewer attributes"),
            (&[0xFF; 4], "a negative count"),
            (&[0, 0, 0, 3], "cut short"),
            (&whole[..6], "cut short"),
            (&whole[..whole.len() - 1], "cut short"),
            (&other_type, "other attributes"),
            (&short_number, "attribute number: "),
            (&longer, "bytes after the last attribute"),
        ] {
            let error = Address::from_sql(&ty, raw).unwrap_err().to_string();
            assert!(error.contains(reason), "{reason}: {error}");
        }
    }

    #[test]
    fn a_binary_copy_refuses_it() {
        let mut out = BytesMut::new();
        let refused = crate::field(&address(), &mut out);
        assert_eq!(refused, Err(crate::EncodeError::OnlyAsParameter));
        assert!(out.is_empty());
    }
}
