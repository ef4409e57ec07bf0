//! Arrays with everything PostgreSQL stores of them: dimensions, lower bounds, null elements. Their text form is in `array_text`.

use std::error::Error;

use bytes::{Buf, BufMut, BytesMut};
use postgres_types::{FromSql, IsNull, Kind, ToSql, Type, to_sql_checked};
use thiserror::Error;

use crate::driver::{self, put_field, take_field};
use crate::encode::{Encode, EncodeError, nullable_field};
use crate::error::DecodeError;

/// `MAXDIM` of PostgreSQL.
const MAX_DIMENSIONS: usize = 6;

/// The extent of an array in one dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dimension {
    /// Number of elements.
    pub len: usize,
    /// Subscript of the first element; 1 unless SQL specifies another.
    pub lower_bound: i32,
}

/// An array. Its elements are in row-major order; `None` is null.
///
/// ```
/// use pgtypes::Array;
/// let tags = Array::from(vec!["new".to_owned(), "big".to_owned()]);
/// assert_eq!(tags.to_string(), "{new,big}");
/// let tags: Vec<String> = tags.try_into()?;
/// assert_eq!(tags.len(), 2);
/// # Ok::<(), pgtypes::ArrayError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Array<T> {
    dimensions: Vec<Dimension>,
    elements: Vec<Option<T>>,
}

/// What keeps dimensions and elements from being an array, or an array from being a `Vec`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ArrayError {
    /// PostgreSQL has six dimensions at most.
    #[error("an array has at most 6 dimensions, not {0}")]
    TooManyDimensions(usize),
    /// The extents multiply to another number than there are elements.
    #[error("the dimensions have room for {expected} elements, but there are {actual}")]
    WrongLength {
        /// Product of the extents.
        expected: usize,
        /// Number of elements.
        actual: usize,
    },
    /// The last subscript of each dimension must be an `integer` and not the greatest one.
    #[error("the subscripts of dimension {0} exceed the range of integer")]
    SubscriptRange(usize),
    /// A `Vec` has one dimension.
    #[error("an array of {0} dimensions is not a list: use its elements() and dimensions()")]
    NotOneDimensional(usize),
    /// A `Vec` counts from its start.
    #[error("an array that starts at subscript {0} is not a list: use its into_elements()")]
    LowerBound(i32),
    /// An element is null.
    #[error("element {0} is null: use into_elements()")]
    NullElement(usize),
}

impl<T> Array<T> {
    /// An array of those dimensions, the outermost first; no dimensions and no elements for the empty one.
    ///
    /// # Errors
    /// When PostgreSQL has no such array.
    pub fn new(dimensions: Vec<Dimension>, elements: Vec<Option<T>>) -> Result<Self, ArrayError> {
        if dimensions.len() > MAX_DIMENSIONS {
            return Err(ArrayError::TooManyDimensions(dimensions.len()));
        }
        let mut expected = usize::from(!dimensions.is_empty());
        for (index, dimension) in dimensions.iter().enumerate() {
            let Dimension { len, lower_bound } = *dimension;
            let end = i32::try_from(len)
                .ok()
                .and_then(|len| lower_bound.checked_add(len));
            end.ok_or(ArrayError::SubscriptRange(index + 1))?;
            expected = expected.saturating_mul(len);
        }
        let actual = elements.len();
        if actual != expected {
            return Err(ArrayError::WrongLength { expected, actual });
        }
        Ok(Self::normal(dimensions, elements))
    }

    /// An array of one dimension that counts from 1.
    pub fn from_elements(elements: Vec<Option<T>>) -> Self {
        let (len, lower_bound) = (elements.len(), 1);
        Self::normal(vec![Dimension { len, lower_bound }], elements)
    }

    /// The dimensions, the outermost first; none for the empty array.
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// All elements in row-major order.
    pub fn elements(&self) -> &[Option<T>] {
        &self.elements
    }

    /// All elements in row-major order. Dimensions and lower bounds are lost.
    pub fn into_elements(self) -> Vec<Option<T>> {
        self.elements
    }

    /// Number of elements, null ones with them.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// The empty array has no dimensions, however it was written.
    fn normal(mut dimensions: Vec<Dimension>, elements: Vec<Option<T>>) -> Self {
        if elements.is_empty() {
            dimensions.clear();
        }
        Self {
            dimensions,
            elements,
        }
    }

    /// Appends the header before the elements.
    fn encode_header(&self, element_oid: u32, out: &mut BytesMut) -> Result<(), EncodeError> {
        let has_null = self.elements.iter().any(Option::is_none);
        // At most six dimensions.
        out.put_i32(self.dimensions.len() as i32);
        out.put_i32(i32::from(has_null));
        out.put_u32(element_oid);
        for Dimension { len, lower_bound } in &self.dimensions {
            let len = i32::try_from(*len).map_err(|_| EncodeError::TooLong { bytes: *len })?;
            out.put_i32(len);
            out.put_i32(*lower_bound);
        }
        Ok(())
    }
}

/// The array that counts from 1 and has no null.
impl<T> From<Vec<T>> for Array<T> {
    fn from(elements: Vec<T>) -> Self {
        Self::from_elements(elements.into_iter().map(Some).collect())
    }
}

impl<T> FromIterator<T> for Array<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self::from_elements(elements.into_iter().map(Some).collect())
    }
}

impl<T> Default for Array<T> {
    fn default() -> Self {
        Self::from_elements(Vec::new())
    }
}

/// Fails rather than lose a dimension, a lower bound or a null.
impl<T> TryFrom<Array<T>> for Vec<T> {
    type Error = ArrayError;

    fn try_from(array: Array<T>) -> Result<Self, ArrayError> {
        match array.dimensions[..] {
            [] | [Dimension { lower_bound: 1, .. }] => {}
            [Dimension { lower_bound, .. }] => return Err(ArrayError::LowerBound(lower_bound)),
            [..] => return Err(ArrayError::NotOneDimensional(array.dimensions.len())),
        }
        let elements = array.elements.into_iter().enumerate();
        elements
            .map(|(index, element)| element.ok_or(ArrayError::NullElement(index)))
            .collect()
    }
}

/// The element type's OID is [`Encode::ELEMENT_OID`]; [`copy_in`](crate::copy_in) replaces it with the column's if they differ.
impl<T: Encode> Encode for Array<T> {
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        self.encode_header(T::ELEMENT_OID, out)?;
        let mut elements = self.elements.iter();
        elements.try_for_each(|element| nullable_field(element, out))
    }
}

/// The element type if `ty` is an array or a domain over one.
fn element_type(ty: &Type) -> Option<&Type> {
    match driver::base(ty).kind() {
        Kind::Array(element) => Some(element),
        _ => None,
    }
}

impl<T: ToSql> ToSql for Array<T> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let element_type = element_type(ty).ok_or("not an array")?;
        self.encode_header(element_type.oid(), out)?;
        let element_type = driver::base(element_type);
        let mut elements = self.elements.iter();
        elements.try_for_each(|element| put_field(element, element_type, out))?;
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        element_type(ty).is_some_and(|element| T::accepts(driver::base(element)))
    }

    to_sql_checked!();
}

impl<'a, T: FromSql<'a>> FromSql<'a> for Array<T> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let element_type = element_type(ty).ok_or("not an array")?;
        let error = |reason| DecodeError::new("array", reason);
        let (dimensions, mut raw) = decode_header(raw).ok_or(error("no header"))?;
        let mut count = usize::from(!dimensions.is_empty());
        for dimension in &dimensions {
            count = count.saturating_mul(dimension.len);
        }
        // An element takes at least four bytes, so a wrong count never reserves too much memory.
        let mut elements = Vec::with_capacity(count.min(raw.len() / 4));
        for _ in 0..count {
            let field = take_field(&mut raw).ok_or(error("cut short"))?;
            let decoded = field.map(|field| T::from_sql(driver::base(element_type), field));
            elements.push(decoded.transpose()?);
        }
        if !raw.is_empty() {
            return Err(error("bytes after the last element").into());
        }
        Ok(Self::new(dimensions, elements)?)
    }

    fn accepts(ty: &Type) -> bool {
        element_type(ty).is_some_and(|element| T::accepts(driver::base(element)))
    }
}

/// The dimensions, and the bytes of the elements.
fn decode_header(mut raw: &[u8]) -> Option<(Vec<Dimension>, &[u8])> {
    let count = usize::try_from(raw.try_get_i32().ok()?).ok()?;
    let _has_null = raw.try_get_i32().ok()?;
    let _element_type = raw.try_get_u32().ok()?;
    if count > MAX_DIMENSIONS {
        return None;
    }
    let mut dimensions = Vec::with_capacity(count);
    for _ in 0..count {
        let len = usize::try_from(raw.try_get_i32().ok()?).ok()?;
        let lower_bound = raw.try_get_i32().ok()?;
        dimensions.push(Dimension { len, lower_bound });
    }
    Some((dimensions, raw))
}

#[cfg(test)]
mod tests;
