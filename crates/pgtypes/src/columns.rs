//! Rows from whatever has their columns: an answer of a driver, or a row of a COPY.

use postgres_types::FromSql;

/// A row's values.
#[doc(hidden)]
pub trait Columns {
    /// Why there is no value.
    type Error;

    /// The value of the column at `position` of the table.
    ///
    /// # Errors
    /// When there is no such column, or its value does not fit `T`.
    fn column<'r, T: FromSql<'r>>(&'r self, position: usize) -> Result<T, Self::Error>;

    /// The value of the first column, whatever its name is.
    ///
    /// # Errors
    /// When there is no column, or its value does not fit `T`.
    fn first<'r, T: FromSql<'r>>(&'r self) -> Result<T, Self::Error>;
}

/// A value that does not fit, with the position of its column in the table.
pub(crate) struct Unfit {
    pub(crate) position: usize,
    pub(crate) is_null: bool,
    pub(crate) cause: Box<dyn std::error::Error + Send + Sync>,
}

/// A row of a relation, as generated: `Row`.
pub trait FromColumns: Sized {
    /// Reads the columns.
    ///
    /// # Errors
    /// Those of [`Columns::column`].
    #[doc(hidden)]
    fn from_columns<C: Columns>(columns: &C) -> Result<Self, C::Error>;
}

/// What makes a struct of columns a row, by their positions in `TABLE`: it is read from the drivers' rows by name, so that a query may return
/// the columns in any order, together with others.
#[doc(hidden)]
#[macro_export]
macro_rules! row {
    ($type:ident, $table:expr; $($at:literal $field:ident),* $(,)?) => {
        impl ::std::convert::TryFrom<&$crate::postgres::Row> for $type {
            type Error = $crate::postgres::Error;

            fn try_from(row: &$crate::postgres::Row) -> ::std::result::Result<Self, Self::Error> {
                $crate::private::from_driver(&$table, row)
            }
        }

        impl $crate::FromColumns for $type {
            #[allow(unused_variables, reason = "there may be no column")]
            fn from_columns<C: $crate::Columns>(
                columns: &C,
            ) -> ::std::result::Result<Self, C::Error> {
                ::std::result::Result::Ok(Self {
                    $($field: $crate::Columns::column(columns, $at)?,)*
                })
            }
        }

        $crate::sqlx_row!($type, $table);
        $crate::struct_json!($type, $table.columns, false; $($at $field),*);
    };
}
