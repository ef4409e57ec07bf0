//! Rows read by binary COPY.

#[cfg(feature = "tokio")]
mod asynchronous;
mod blocking;
mod decoder;
mod request;

use crate::columns::FromColumns;
use crate::request::Request;
use crate::run::Direct;

/// What a COPY is read from: a reference to a client or transaction of a driver, or to what dereferences to one, as for
/// [`Run`](crate::Run).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not run a COPY",
    note = "a COPY runs on a `&mut` client or transaction of `postgres`, and with the feature `tokio` on a `&` client or \
            transaction of `tokio_postgres`"
)]
pub trait CopyOut<Via = Direct> {
    /// How the rows come: as an iterator, or as a future of a stream.
    type Answer<'d, R: 'd>
    where
        Self: 'd;

    /// Reads the rows.
    #[doc(hidden)]
    fn read_copy<'d, R: FromColumns + 'd>(self, request: Request<'d>) -> Self::Answer<'d, R>
    where
        Self: 'd;
}
