//! The rows of a COPY as their source gives them.

use std::borrow::Borrow;
use std::error::Error;
use std::marker::PhantomData;

use super::error::CopyError;
use crate::insert::{Given, Insert};

/// What [`copy_in`](crate::copy_in) takes as a row of `R`: the row, a reference to it, or a result, whose error ends the COPY with no row
/// stored.
pub trait CopyRow<R>: Send {
    /// The row or a reference to it.
    #[doc(hidden)]
    type Row: Borrow<R> + Send + Sync;

    /// The row, if there is no error in its place.
    #[doc(hidden)]
    fn row(self) -> Source<Self::Row>;
}

/// What a source gives.
type Source<T> = Result<T, Box<dyn Error + Send + Sync>>;

impl<R: Insert> CopyRow<R> for R {
    type Row = R;

    fn row(self) -> Source<R> {
        Ok(self)
    }
}

impl<R: Insert> CopyRow<R> for &R {
    type Row = Self;

    fn row(self) -> Source<Self> {
        Ok(self)
    }
}

impl<R, E> CopyRow<R> for Result<R, E>
where
    R: Insert,
    E: Into<Box<dyn Error + Send + Sync>> + Send,
{
    type Row = R;

    fn row(self) -> Source<R> {
        self.map_err(Into::into)
    }
}

/// Counts the rows, and checks that all set the same columns.
pub(super) struct Checked<R: Insert> {
    given: Option<Given>,
    rows: PhantomData<fn() -> R>,
    /// How many rows there were.
    pub(super) count: usize,
}

impl<R: Insert> Checked<R> {
    pub(super) fn new() -> Self {
        Self {
            given: None,
            rows: PhantomData,
            count: 0,
        }
    }

    /// The next row.
    pub(super) fn next<T: CopyRow<R>>(&mut self, row: T) -> Result<T::Row, CopyError> {
        let table = || R::TABLE.quoted();
        let row = row.row().map_err(|cause| CopyError::Source {
            table: table(),
            row: self.count,
            cause,
        })?;
        let given = self.given.get_or_insert_with(|| row.borrow().given());
        if !given.is_that_of(row.borrow()) {
            return Err(CopyError::MixedDefaults {
                table: table(),
                row: self.count,
            });
        }
        self.count += 1;
        Ok(row)
    }
}
