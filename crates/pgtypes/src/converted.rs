//! Values that a program holds as another type, chosen in `timeschema.toml`.

use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use bytes::BytesMut;
use postgres_types::{Format, FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::encode::{Encode, EncodeError};

/// A value of the SQL type of `V` that is held as a `T`: `Converted<jiff::Timestamp, Timestamp>`.
///
/// It is read by `T: TryFrom<V>` and written by `V: TryFrom<T>`. A value that one of the two cannot hold is an error, which has the message of
/// the conversion.
///
/// ```
/// use pgtypes::{Converted, Numeric};
///
/// #[derive(Debug, Clone, PartialEq)]
/// struct Cents(i64);
///
/// impl TryFrom<Numeric> for Cents {
///     type Error = String;
///
///     fn try_from(value: Numeric) -> Result<Self, String> {
///         let cents = value.to_string().replace('.', "");
///         cents.parse().map(Cents).map_err(|_| format!("{value} is no amount"))
///     }
/// }
///
/// impl From<Cents> for Numeric {
///     fn from(cents: Cents) -> Self {
///         Numeric::from_scaled(cents.0.into(), 2).expect("two digits fit")
///     }
/// }
///
/// let price: Converted<Cents, Numeric> = Cents(1999).into();
/// assert_eq!(price.0, 1999);
/// assert_eq!(price.into_inner(), Cents(1999));
/// ```
pub struct Converted<T, V> {
    held: T,
    stored: PhantomData<fn() -> V>,
}

impl<T, V> Converted<T, V> {
    /// The value as the program holds it.
    pub fn into_inner(self) -> T {
        self.held
    }
}

impl<T, V> From<T> for Converted<T, V> {
    fn from(held: T) -> Self {
        Self {
            held,
            stored: PhantomData,
        }
    }
}

impl<T, V> Deref for Converted<T, V> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.held
    }
}

impl<T, V> DerefMut for Converted<T, V> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.held
    }
}

// Derived, they would ask the same of `V`.
impl<T: fmt::Debug, V> fmt::Debug for Converted<T, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.held.fmt(f)
    }
}

impl<T: fmt::Display, V> fmt::Display for Converted<T, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.held.fmt(f)
    }
}

impl<T: Clone, V> Clone for Converted<T, V> {
    fn clone(&self) -> Self {
        self.held.clone().into()
    }
}

impl<T: Default, V> Default for Converted<T, V> {
    fn default() -> Self {
        T::default().into()
    }
}

impl<T: PartialEq, V> PartialEq for Converted<T, V> {
    fn eq(&self, other: &Self) -> bool {
        self.held == other.held
    }
}

impl<T: Eq, V> Eq for Converted<T, V> {}

impl<T: PartialOrd, V> PartialOrd for Converted<T, V> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.held.partial_cmp(&other.held)
    }
}

impl<T: Ord, V> Ord for Converted<T, V> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.held.cmp(&other.held)
    }
}

impl<T: Hash, V> Hash for Converted<T, V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.held.hash(state);
    }
}

impl<T: Clone, V: TryFrom<T>> Converted<T, V> {
    /// The value as it is stored.
    ///
    /// # Errors
    /// When the stored type cannot hold it.
    pub fn stored(&self) -> Result<V, V::Error> {
        V::try_from(self.held.clone())
    }
}

impl<T, V> ToSql for Converted<T, V>
where
    T: Clone + fmt::Debug,
    V: TryFrom<T, Error: fmt::Display> + ToSql,
{
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let stored = self.stored().map_err(|error| error.to_string())?;
        stored.to_sql(ty, out)
    }

    fn accepts(ty: &Type) -> bool {
        V::accepts(ty)
    }

    fn encode_format(&self, ty: &Type) -> Format {
        // One that cannot be stored is refused when it is written.
        self.stored()
            .map_or(Format::Binary, |stored| stored.encode_format(ty))
    }

    to_sql_checked!();
}

impl<'a, T, V> FromSql<'a> for Converted<T, V>
where
    T: TryFrom<V, Error: fmt::Display>,
    V: FromSql<'a>,
{
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let held = T::try_from(V::from_sql(ty, raw)?);
        Ok(held.map_err(|error| error.to_string())?.into())
    }

    fn accepts(ty: &Type) -> bool {
        V::accepts(ty)
    }
}

impl<T, V> Encode for Converted<T, V>
where
    T: Clone,
    V: TryFrom<T, Error: fmt::Display> + Encode,
{
    const ELEMENT_OID: u32 = V::ELEMENT_OID;
    const DELIMITER: char = V::DELIMITER;

    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        let stored = self.stored();
        let stored = stored.map_err(|error| EncodeError::Unfit(error.to_string()))?;
        stored.encode(out)
    }
}

#[cfg(feature = "serde")]
mod json {
    use std::fmt::Display;

    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Converted;
    use crate::json_form::JsonForm;

    /// As the stored value.
    impl<T, V> JsonForm for Converted<T, V>
    where
        T: Clone + TryFrom<V, Error: Display>,
        V: TryFrom<T, Error: Display> + JsonForm,
    {
        fn to_json<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let stored = self.stored().map_err(S::Error::custom)?;
            stored.to_json(serializer)
        }

        fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let held = T::try_from(V::from_json(deserializer)?);
            held.map(Self::from).map_err(D::Error::custom)
        }
    }

    impl<T, V> Serialize for Converted<T, V>
    where
        Self: JsonForm,
    {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.to_json(serializer)
        }
    }

    impl<'de, T, V> Deserialize<'de> for Converted<T, V>
    where
        Self: JsonForm,
    {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Self::from_json(deserializer)
        }
    }
}
