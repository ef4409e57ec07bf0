//! What `struct_json!` calls: the members of an object by the columns of a table.

use serde::Serializer;
use serde::de::{Error, IgnoredAny, MapAccess};
use serde::ser::SerializeMap;

use super::{Form, JsonForm};
use crate::table::Column;

/// Writes the members of an object.
pub struct Members<'a, M> {
    map: M,
    columns: &'a [Column],
    is_partial: bool,
}

impl<'a, M: SerializeMap> Members<'a, M> {
    /// An object without members yet; a partial one gets none for `None`.
    ///
    /// # Errors
    /// The serializer's.
    pub fn new<S: Serializer<SerializeMap = M, Error = M::Error>>(
        serializer: S,
        columns: &'a [Column],
        is_partial: bool,
    ) -> Result<Self, M::Error> {
        Ok(Self {
            map: serializer.serialize_map(None)?,
            columns,
            is_partial,
        })
    }

    /// Writes the member of the column at that position.
    ///
    /// # Errors
    /// Those of [`JsonForm::to_json`].
    pub fn write<T: JsonForm>(&mut self, at: usize, value: &T) -> Result<(), M::Error> {
        if self.is_partial && value.is_absent() {
            return Ok(());
        }
        let name = self.columns[at].name;
        self.map.serialize_entry(name, &Form(value))
    }

    /// Ends the object.
    ///
    /// # Errors
    /// The serializer's.
    pub fn end(self) -> Result<M::Ok, M::Error> {
        self.map.end()
    }
}

/// Position of the column that the next member is for. Members for no column are skipped.
///
/// # Errors
/// The deserializer's.
pub fn next_column<'de, A: MapAccess<'de>>(
    map: &mut A,
    columns: &[Column],
) -> Result<Option<usize>, A::Error> {
    while let Some(name) = map.next_key::<String>()? {
        let at = columns.iter().position(|column| column.name == name);
        if at.is_some() {
            return Ok(at);
        }
        skip_member(map)?;
    }
    Ok(None)
}

/// Reads over the value of a member.
///
/// # Errors
/// The deserializer's.
pub fn skip_member<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(|_| ())
}

/// Reads the value of a member.
///
/// # Errors
/// Those of [`JsonForm::from_json`], and if there was such a member before.
pub fn read_member<'de, T: JsonForm, A: MapAccess<'de>>(
    slot: &mut Option<T>,
    map: &mut A,
    columns: &[Column],
    at: usize,
) -> Result<(), A::Error> {
    let name = columns[at].name;
    if slot.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    let Form(value) = map.next_value()?;
    *slot = Some(value);
    Ok(())
}

/// The value of a member: `None` if there was no such member and the type has that.
///
/// # Errors
/// If there was no such member.
pub fn present<T: JsonForm, E: Error>(
    slot: Option<T>,
    columns: &[Column],
    at: usize,
) -> Result<T, E> {
    let missing = || E::missing_field(columns[at].name);
    slot.or_else(T::absent).ok_or_else(missing)
}
