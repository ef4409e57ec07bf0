//! Named SQL queries: the files that hold them, and what a database says of them.
//!
//! [`read`] takes the queries out of a file's text, [`read_dir`] those of a folder's files. [`Query::variants`] gives the SQL that is sent, with `$1` for `:name`. A
//! [`Described`] is what a migrated database answered, as the committed file `queries.json`. The crate opens no
//! connection.

mod assemble;
mod checksum;
mod described;
mod files;
mod mismatch;
mod read;
mod text;
mod variant;

pub use assemble::{Answer, Untyped};
pub use described::{
    Column, ColumnName, Described, DescribedError, DescribedQuery, End, Parameter, RelationName,
    RowCount, TimeBound, Type, fingerprint,
};
pub use files::{File, FileError, read_dir};
pub use mismatch::Mismatch;
pub use read::{Problem, ReadError, read};
pub use text::{Filter, Placeholder, Query};
pub use variant::{MOST_FILTERS, Variant};
