//! The structs of a relation, from one list of its columns.
//!
//! Generated text has the list; [`relation!`](crate::relation) makes `Row`, `New`, `Required` and `Update` of it, with the functions that
//! need no key. A column says in which of them it is: a generated module stays short, and no struct can miss a column that another has.

/// Items of a relation's module. Each column of the list has its documentation, its field in `Row`, and its name and type in SQL. What
/// follows says in which structs it is, each time with its position:
///
/// - `row`: a field of `Row`
/// - `required`: a field of `Required`, and of `New` with the same type
/// - `given`: a field of `New` with the same type
/// - `default`: a field of `New` that may be left to its default
/// - `update`: a field of `Update`
///
/// Before the list are the names and the primary key of the relation, what it is, and the items to make.
#[doc(hidden)]
#[macro_export]
macro_rules! relation {
    ($schema:literal $relation:literal $key:tt $kind:literal: $($item:ident)+; $columns:tt) => {
        $($crate::relation_item! { $item $schema $relation $key $kind $columns })+
    };
}

/// One item of [`relation!`](crate::relation).
#[doc(hidden)]
#[macro_export]
macro_rules! relation_item {
    (Row $schema:literal $relation:literal [$($key:literal)*] $kind:literal { $(
        $doc:literal $name:ident: $type:ty = $column:ident($sql_name:literal, $sql_type:literal)
        $(as $compared:ident($($schema_of_type:literal)?))?
        $(, row $row:tt $at:tt)?
        $(, required $q:tt $q_at:tt)? $(, given $g:tt $g_at:tt)? $(, default $d:tt $d_at:tt)?
        $(, update $u:tt $u_at:tt)?;
    )* }) => {
        #[doc = concat!("A row of the ", $kind, ", as it is read.")]
        #[derive(Debug, Clone, PartialEq)]
        pub struct Row {
            $($(#[doc = $doc] $row $name: $type,)?)*
        }

        /// Name, columns and primary key.
        pub const TABLE: $crate::Table = $crate::Table {
            schema: $schema,
            name: $relation,
            columns: &[$(
                $crate::Column::$column($sql_name, $sql_type)$(.$compared($($schema_of_type)?))?
            ),*],
            primary_key: &[$($key),*],
        };

        $crate::row! { Row, TABLE; $($($at $name,)?)* }

        /// All rows, in no order.
        pub fn select() -> $crate::Statement<'static, Row> {
            $crate::Statement::select(&TABLE)
        }
    };
    // With the columns that every row needs in a struct of their own.
    (NewOfRequired $schema:literal $relation:literal $key:tt $kind:literal { $(
        $doc:literal $name:ident: $type:ty = $column:ident($sql_name:literal, $sql_type:literal)
        $(as $compared:ident($($schema_of_type:literal)?))?
        $(, row $row:tt $at:tt)?
        $(, required $q:tt $q_at:tt)? $(, given $g:tt $g_at:tt)? $(, default $d:tt $d_at:tt)?
        $(, update $u:tt $u_at:tt)?;
    )* }) => {
        /// A row to be written. `None` is the default of a column that has one, and null otherwise.
        ///
        /// [`Required`] holds what every row needs; add the rest by struct update:
        /// `New { a: Some(1), ..Required { b, c }.into() }`.
        #[derive(Debug, Clone, PartialEq)]
        pub struct New {
            $(
                $(#[doc = $doc] $q $name: $type,)?
                $(#[doc = $doc] $g $name: $type,)?
                $(#[doc = $doc] $d $name: ::std::option::Option<$type>,)?
            )*
        }

        /// The columns that every row needs: they are never null and have no default.
        ///
        /// If a migration adds such a column, code that writes rows without it no longer compiles.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Required {
            $($(#[doc = $doc] $q $name: $type,)?)*
        }

        impl From<Required> for New {
            fn from(required: Required) -> Self {
                Self {
                    $(
                        $($name: $crate::private::at::<$q_at, _>(required.$name),)?
                        $($name: $crate::private::at::<$g_at, _>(::std::option::Option::None),)?
                        $($name: $crate::private::at::<$d_at, _>(::std::option::Option::None),)?
                    )*
                }
            }
        }

        $crate::new_functions! {
            $($($q_at $name field,)? $($g_at $name field,)? $($d_at $name defaulted,)?)*
        }
    };
    // Every row gives every column.
    (New $schema:literal $relation:literal $key:tt $kind:literal { $(
        $doc:literal $name:ident: $type:ty = $column:ident($sql_name:literal, $sql_type:literal)
        $(as $compared:ident($($schema_of_type:literal)?))?
        $(, row $row:tt $at:tt)? $(, given $g:tt $g_at:tt)? $(, update $u:tt $u_at:tt)?;
    )* }) => {
        /// A row to be written.
        #[derive(Debug, Clone, PartialEq)]
        pub struct New {
            $($(#[doc = $doc] $g $name: $type,)?)*
        }

        $crate::new_functions! { $($($g_at $name field,)?)* }
    };
    // No row has to give any.
    (NewOfDefaults $schema:literal $relation:literal $key:tt $kind:literal { $(
        $doc:literal $name:ident: $type:ty = $column:ident($sql_name:literal, $sql_type:literal)
        $(as $compared:ident($($schema_of_type:literal)?))?
        $(, row $row:tt $at:tt)? $(, given $g:tt $g_at:tt)? $(, default $d:tt $d_at:tt)?
        $(, update $u:tt $u_at:tt)?;
    )* }) => {
        /// A row to be written. `None` is the default of a column that has one, and null otherwise.
        ///
        /// No column is needed: `New::default()` is a row of nulls and defaults.
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct New {
            $(
                $(#[doc = $doc] $g $name: $type,)?
                $(#[doc = $doc] $d $name: ::std::option::Option<$type>,)?
            )*
        }

        $crate::new_functions! { $($($g_at $name field,)? $($d_at $name defaulted,)?)* }
    };
    (Update $schema:literal $relation:literal $key:tt $kind:literal { $(
        $doc:literal $name:ident: $type:ty = $column:ident($sql_name:literal, $sql_type:literal)
        $(as $compared:ident($($schema_of_type:literal)?))?
        $(, row $row:tt $at:tt)?
        $(, required $q:tt $q_at:tt)? $(, given $g:tt $g_at:tt)? $(, default $d:tt $d_at:tt)?
        $(, update $u:tt $u_at:tt)?;
    )* }) => {
        /// The columns of a row to change. `None` leaves a column as it is; `Some(None)` makes one null that can be.
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct Update {
            $($(#[doc = $doc] $u $name: ::std::option::Option<$type>,)?)*
        }

        $crate::partial_json! { Update, TABLE; $($($u_at $name,)?)* }

        impl $crate::Change for Update {
            fn columns<'a>(&'a self, to: &mut $crate::ColumnValues<'a>) {
                $($(to.column($u_at, &self.$name);)?)*
            }
        }
    };
}

/// What writes a `New`: each field with its position, and how it is given.
#[doc(hidden)]
#[macro_export]
macro_rules! new_functions {
    ($($at:tt $name:ident $how:ident,)*) => {
        $crate::partial_json! { New, TABLE; $($at $name,)* }

        impl $crate::Insert for New {
            const TABLE: $crate::Table = TABLE;

            #[inline]
            #[allow(unused_variables, reason = "there may be no column")]
            fn visit<'a>(
                &'a self,
                to: &mut impl $crate::Fields<'a>,
            ) -> ::std::result::Result<(), $crate::EncodeError> {
                $($crate::Fields::$how(to, $at, &self.$name)?;)*
                ::std::result::Result::Ok(())
            }
        }

        /// Writes `rows`, all or none, and returns how many they were: with one binary `COPY`, or with `INSERT`s of many rows if a column
        /// is text here or has a composite type.
        ///
        /// All rows must set the same columns among those that have a default. The error for a row that does not has its index.
        pub fn copy_in<'d, D: $crate::CopyIn<V> + 'd, V>(
            client: D,
            rows: impl IntoIterator<Item: $crate::CopyRow<New>, IntoIter: Send + 'd>,
        ) -> D::Answer<'d> {
            $crate::copy_in(client, rows)
        }

        /// Writes one row and returns it as it is stored, defaults and generated columns included.
        pub fn insert(row: &New) -> $crate::Statement<'_, Row> {
            $crate::Statement::insert(&TABLE, row)
        }

        /// Writes many rows by one statement, and returns them in their order as they are stored.
        pub fn insert_many(rows: &[New]) -> $crate::Statement<'_, Row> {
            $crate::Statement::insert_many(&TABLE, rows)
        }
    };
}

/// The value of the column at that position, which a macro has to mention.
#[inline]
pub fn at<const POSITION: usize, T>(value: T) -> T {
    value
}
