//! Many rows by binary COPY.

#[cfg(feature = "tokio")]
mod asynchronous;
mod blocking;
mod encoder;
mod error;
mod insert;
mod out;
mod row;

use crate::insert::Insert;
use crate::run::Direct;

#[cfg(feature = "tokio")]
pub use asynchronous::copy_in_stream;
pub use error::CopyError;
pub use out::CopyOut;
pub use row::CopyRow;

/// Stores the rows by one binary COPY and returns how many. All are stored or none.
///
/// `client` is what a [`Statement`](crate::Statement) runs on. On the asynchronous driver the answer is a future, which takes the next
/// rows when the connection has room for them. If it is dropped before its end, no row is stored. `copy_in_stream` takes a `Stream`.
///
/// The rows are an iterator's items: rows, references to them, or results, of which an error ends the COPY.
///
/// Rows with a column that is [`AsText`](crate::AsText) or holds composite values are stored by `INSERT`s of many rows instead. In a
/// transaction these are in a savepoint, so that an error leaves the transaction usable. On the asynchronous driver they need a
/// transaction, because other tasks may use the same client meanwhile.
///
/// The columns are those that the first row sets; the other columns get their defaults in all rows. No memory is allocated per row. Outside
/// a transaction the rows are committed at the end; inside one, an error aborts the transaction, as with any statement. After an error the
/// client is ready for the next statement.
///
/// # Errors
/// The first row that cannot be sent, by its index, or what the server says.
pub fn copy_in<'d, R, D, V>(
    client: D,
    rows: impl IntoIterator<Item: CopyRow<R>, IntoIter: Send + 'd>,
) -> D::Answer<'d>
where
    R: Insert + 'd,
    D: CopyIn<V> + 'd,
{
    client.copy_in(rows.into_iter())
}

/// What a COPY runs on: a reference to a client or transaction of a driver, or to what dereferences to one, as for
/// [`Run`](crate::Run).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not run a COPY",
    note = "a COPY runs on a `&mut` client or transaction of `postgres`, and with the feature `tokio` on a `&` client or \
            transaction of `tokio_postgres`"
)]
pub trait CopyIn<Via = Direct> {
    /// How the number of rows comes: at once, or as a future.
    type Answer<'d>
    where
        Self: 'd;

    /// Stores the rows.
    #[doc(hidden)]
    fn copy_in<'d, R, I>(self, rows: I) -> Self::Answer<'d>
    where
        Self: 'd,
        R: Insert + 'd,
        I: Iterator<Item: CopyRow<R>> + Send + 'd;
}

/// Rows are collected up to this many bytes before they are sent. From 64 KiB on more makes no difference.
const SEND_AT: usize = 64 * 1024;

#[cfg(test)]
mod tests;
