//! A row to be written, as one list of its columns. What a statement and a COPY need of it follows from the list.

use bytes::BytesMut;
use postgres_types::ToSql;

use crate::encode::{Encode, EncodeError, field, nullable_field};
use crate::table::{Column, Table};

/// A row to insert, as generated for a table.
pub trait Insert: Send + Sync + Sized {
    /// The table it goes into.
    const TABLE: Table;

    /// Gives the columns in the table's order, by their positions there. [`defaulted`](Fields::defaulted) gives those that a row may leave
    /// to their defaults.
    ///
    /// # Errors
    /// Those of `to`.
    fn visit<'a>(&'a self, to: &mut impl Fields<'a>) -> Result<(), EncodeError>;

    /// Which of the columns that have a default this row sets.
    fn given(&self) -> Given {
        let mut given = Given(Vec::new());
        // It refuses nothing. Likewise the next two.
        let _ = self.visit(&mut given);
        given
    }

    /// The columns this row sends, in the table's order. Rows whose [`given`](Self::given) is the same send the same.
    fn sent(&self) -> Vec<&'static Column> {
        let mut columns = Columns(Vec::new(), Self::TABLE.columns);
        let _ = self.visit(&mut columns);
        columns.0
    }

    /// The names of these columns.
    fn columns(&self) -> Vec<&'static str> {
        self.sent().into_iter().map(|column| column.name).collect()
    }

    /// The values of [`columns`](Self::columns), for an `INSERT`.
    fn values(&self) -> Vec<Value<'_>> {
        let mut values = Values(Vec::with_capacity(Self::TABLE.columns.len()));
        let _ = self.visit(&mut values);
        values.0
    }

    /// Appends the values of [`columns`](Self::columns) for COPY, each as [`field`] writes it.
    ///
    /// # Errors
    /// When a value cannot be sent. `out` then ends with the last whole field, as [`field`] leaves it.
    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        self.visit(&mut Encoded(out))
    }
}

/// What takes the columns of a row.
pub trait Fields<'a> {
    /// A column that the row gives.
    ///
    /// # Errors
    /// When the value cannot be sent.
    fn field<T: Field>(&mut self, position: usize, value: &'a T) -> Result<(), EncodeError>;

    /// A column that the row gives, or leaves to its default.
    ///
    /// # Errors
    /// When the value cannot be sent.
    #[inline]
    fn defaulted<T: Field>(
        &mut self,
        position: usize,
        value: &'a Option<T>,
    ) -> Result<(), EncodeError> {
        match value {
            Some(value) => self.field(position, value),
            None => Ok(()),
        }
    }
}

/// The value of a column: one that has a binary form, or an `Option` of one.
pub trait Field: ToSql + Sync {
    /// Whether it is null.
    fn is_null(&self) -> bool;

    /// Appends the value for COPY.
    ///
    /// # Errors
    /// Those of [`field`].
    fn put(&self, out: &mut BytesMut) -> Result<(), EncodeError>;
}

impl<T: Encode + ToSql + Sync> Field for T {
    fn is_null(&self) -> bool {
        false
    }

    #[inline]
    fn put(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        field(self, out)
    }
}

impl<T: Encode + ToSql + Sync> Field for Option<T> {
    fn is_null(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn put(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        nullable_field(self, out)
    }
}

/// A value for an `INSERT`.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    /// The value as the driver sends it.
    pub sql: &'a (dyn ToSql + Sync),
    /// Whether it is null.
    pub is_null: bool,
}

/// Which of the columns that have a default a row sets, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given(Vec<bool>);

impl Given {
    /// Whether `row` sets the same ones.
    #[inline]
    pub(crate) fn is_that_of(&self, row: &impl Insert) -> bool {
        let mut same = Same {
            given: self.0.iter(),
            so_far: true,
        };
        let _ = row.visit(&mut same);
        same.so_far
    }
}

impl<'a> Fields<'a> for Given {
    fn field<T: Field>(&mut self, _: usize, _: &'a T) -> Result<(), EncodeError> {
        Ok(())
    }

    fn defaulted<T: Field>(&mut self, _: usize, value: &'a Option<T>) -> Result<(), EncodeError> {
        self.0.push(value.is_some());
        Ok(())
    }
}

/// Compares without memory of its own: a COPY asks for each row.
struct Same<'g> {
    given: std::slice::Iter<'g, bool>,
    so_far: bool,
}

impl<'a> Fields<'a> for Same<'_> {
    #[inline]
    fn field<T: Field>(&mut self, _: usize, _: &'a T) -> Result<(), EncodeError> {
        Ok(())
    }

    #[inline]
    fn defaulted<T: Field>(&mut self, _: usize, value: &'a Option<T>) -> Result<(), EncodeError> {
        self.so_far &= self.given.next() == Some(&value.is_some());
        Ok(())
    }
}

struct Columns(Vec<&'static Column>, &'static [Column]);

impl<'a> Fields<'a> for Columns {
    fn field<T: Field>(&mut self, position: usize, _: &'a T) -> Result<(), EncodeError> {
        self.0.push(&self.1[position]);
        Ok(())
    }
}

struct Values<'a>(Vec<Value<'a>>);

impl<'a> Fields<'a> for Values<'a> {
    fn field<T: Field>(&mut self, _: usize, value: &'a T) -> Result<(), EncodeError> {
        self.0.push(Value {
            sql: value,
            is_null: value.is_null(),
        });
        Ok(())
    }
}

struct Encoded<'o>(&'o mut BytesMut);

impl<'a> Fields<'a> for Encoded<'_> {
    #[inline]
    fn field<T: Field>(&mut self, _: usize, value: &'a T) -> Result<(), EncodeError> {
        value.put(self.0)
    }
}
