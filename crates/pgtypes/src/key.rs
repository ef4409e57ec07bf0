//! The functions of a relation that find, change or order its rows by the columns of a key.
//!
//! Generated text has the names, positions and types of the columns; the macros here make the functions of them.

/// The functions of a key. Before them are its columns as documentation shows them, their positions, and a parameter for each with the
/// comparison that it is for.
#[doc(hidden)]
#[macro_export]
macro_rules! key {
    ($shown:literal $positions:tt $parameters:tt: $($function:ident $names:tt),+) => {
        $($crate::key_function! { $function $names $shown $positions $parameters })+
    };
}

/// One kind of functions of [`key!`](crate::key), with their names and the statement that they make.
#[doc(hidden)]
#[macro_export]
macro_rules! key_function {
    (primary ($find:ident $select:ident) $shown:literal $positions:tt
        ($($name:ident: $type:ty = $compare:ident($($value:expr),+)),+)) => {
        #[doc = concat!("The row with this primary key: ", $shown, ".")]
        pub fn $find<'a>($($name: $type),+) -> $crate::Statement<'a, Row> {
            $crate::Statement::$select(&TABLE)$(.$compare($($value),+, $name))+
        }
    };
    (unique ($find:ident $select:ident) $shown:literal $positions:tt
        ($($name:ident: $type:ty = $compare:ident($($value:expr),+)),+)) => {
        #[doc = concat!("The row with this unique key: ", $shown, ".")]
        pub fn $find<'a>($($name: $type),+) -> $crate::Statement<'a, Row> {
            $crate::Statement::$select(&TABLE)$(.$compare($($value),+, $name))+
        }
    };
    (upsert ($one:ident $many:ident) $shown:literal [$($position:literal),+] $parameters:tt) => {
        #[doc = concat!("Writes one row, or changes the row that has its ", $shown, ", and returns it.")]
        ///
        /// The columns that `row` leaves to their defaults keep their values in a row that exists.
        pub fn $one(row: &New) -> $crate::Upsert<'_, Row> {
            $crate::Statement::upsert(&TABLE, &[$($position),+], row)
        }

        #[doc = concat!("Writes many rows, or changes those that have their ", $shown, ". Each row has another.")]
        ///
        /// All rows set the same columns among those that have a default.
        pub fn $many(rows: &[New]) -> $crate::Upsert<'_, Row> {
            $crate::Statement::upsert_many(&TABLE, &[$($position),+], rows)
        }
    };
    (update ($update:ident) $shown:literal $positions:tt
        ($($name:ident: $type:ty = $compare:ident($($value:expr),+)),+)) => {
        #[doc = concat!("Changes the row with this primary key (", $shown, "), and returns it.")]
        pub fn update<'a>($($name: $type,)+ change: &'a Update) -> $crate::Statement<'a, Row> {
            $crate::Statement::$update(&TABLE, change)$(.$compare($($value),+, $name))+
        }

        /// The same, if the row still has the values that `expected` sets. Otherwise there is no row.
        pub fn update_if<'a>(
            $($name: $type,)+
            expected: &'a Update,
            change: &'a Update,
        ) -> $crate::Statement<'a, Row> {
            $crate::Statement::$update(&TABLE, change)
                $(.$compare($($value),+, $name))+
                .unchanged(expected)
        }
    };
    (delete ($delete:ident) $shown:literal $positions:tt
        ($($name:ident: $type:ty = $compare:ident($($value:expr),+)),+)) => {
        #[doc = concat!("Deletes the row with this primary key (", $shown, "), and returns it.")]
        pub fn delete<'a>($($name: $type),+) -> $crate::Statement<'a, Row> {
            $crate::Statement::$delete(&TABLE)$(.$compare($($value),+, $name))+
        }
    };
}

/// The pages of a relation: the columns that order its rows as documentation shows them, what bounds do for its queries, and each column
/// with its position and type.
#[doc(hidden)]
#[macro_export]
macro_rules! pages {
    ($shown:literal $bounded:literal: $at:literal $name:ident $type:ty) => {
        $crate::pages! { @ $shown $bounded [$at] $type, ($name); cursor => cursor.map(|cursor| (cursor,)) }
    };
    ($shown:literal $bounded:literal: $($at:literal $name:ident $type:ty),+) => {
        $crate::pages! { @ $shown $bounded [$($at),+] ($($type),+), ($($name),+); cursor => cursor }
    };
    (@ $shown:literal $bounded:literal [$($at:literal),+] $cursor:ty, ($($name:ident),+);
        $argument:ident => $value:expr) => {
        #[doc = concat!("A place in the order of the pages: ", $shown, ".")]
        pub type Cursor = $cursor;

        impl Row {
            /// Where the row stands in that order.
            pub fn cursor(&self) -> Cursor {
                ($(::std::clone::Clone::clone(&self.$name)),+)
            }
        }

        #[doc = concat!("At most `rows` rows after `cursor`, or the first ones, in ascending order of ", $shown, ".")]
        #[doc = concat!("The next page begins at the [`Row::cursor`] of the last row.", $bounded)]
        pub fn page_after($argument: Option<Cursor>, rows: u32) -> $crate::Statement<'static, Row> {
            $crate::Statement::page_after(&TABLE, &[$($at),+], $value, rows)
        }

        #[doc = concat!("At most `rows` rows before `cursor`, or the last ones, in descending order of ", $shown, ".")]
        #[doc = concat!("The next page begins at the [`Row::cursor`] of the last row.", $bounded)]
        pub fn page_before($argument: Option<Cursor>, rows: u32) -> $crate::Statement<'static, Row> {
            $crate::Statement::page_before(&TABLE, &[$($at),+], $value, rows)
        }
    };
}

/// The rows of a range: position and type of the time column, how documentation shows it, and what bounds do.
#[doc(hidden)]
#[macro_export]
macro_rules! between {
    ($shown:literal $bounded:literal: $at:literal $type:ty) => {
        #[doc = concat!("The rows whose ", $shown, " is in `range`, in ascending order. The start of `range` is included, its end is not.", $bounded)]
        pub fn between(range: ::std::ops::Range<$type>) -> $crate::Statement<'static, Row> {
            $crate::Statement::select(&TABLE)
                .from($at, range.start)
                .before($at, range.end)
                .ordered_by($at)
        }
    };
}

/// The functions of a continuous aggregate: position and type of the column of its buckets.
#[doc(hidden)]
#[macro_export]
macro_rules! aggregate {
    ($at:literal $type:ty) => {
        /// Computes the buckets again that lie in `range` as a whole. Run it by `execute`; it cannot run in a transaction.
        ///
        /// In plain mode there is nothing to compute.
        pub fn refresh(range: ::std::ops::Range<$type>) -> $crate::Statement<'static, ()> {
            $crate::Statement::refresh(&TABLE, $at, range)
        }

        /// The end of the newest bucket that is materialized. Rows from there on are computed when they are read, or not read.
        ///
        /// Plain mode does not have it.
        pub fn watermark() -> $crate::Statement<'static, $crate::Scalar<$type>> {
            $crate::Statement::watermark(&TABLE, $at)
        }
    };
}
