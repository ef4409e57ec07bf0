//! What runs a statement: the drivers.

#[cfg(feature = "tokio")]
pub(crate) mod asynchronous;
pub(crate) mod blocking;

#[cfg(feature = "tokio")]
pub use asynchronous::Asynchronous;
pub use blocking::Blocking;

#[cfg(any(feature = "tokio", feature = "sqlx"))]
use std::pin::Pin;

#[cfg(any(feature = "tokio", feature = "sqlx"))]
use crate::columns::FromColumns;
use crate::gather::Gather;
#[cfg(any(feature = "tokio", feature = "sqlx"))]
use crate::query_error::QueryError;
use crate::request::Request;
#[cfg(any(feature = "tokio", feature = "sqlx"))]
use crate::row_stream::RowStream;

/// What runs a [`Statement`](crate::Statement): a reference to a client or transaction of a driver, or to what dereferences to one, such
/// as an `Arc` or the object of a pool.
///
/// `Via` is inferred. Code for any driver names the trait without it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not run statements",
    note = "a statement runs on a `&mut` client or transaction of `postgres`, and with the feature `tokio` on a `&` client or \
            transaction of `tokio_postgres`"
)]
pub trait Run<Via = Direct> {
    /// How the answer comes: at once, or as a future.
    type Answer<'d, T: Send + 'd>
    where
        Self: 'd;

    /// Runs a statement and reads the rows that it returns.
    #[doc(hidden)]
    fn rows<'d, G: Gather + 'd>(self, request: Request<'d>) -> Self::Answer<'d, G::Gathered>
    where
        Self: 'd;

    /// Runs a statement and counts the rows that it read or wrote.
    #[doc(hidden)]
    fn count<'d>(self, request: Request<'d>) -> Self::Answer<'d, u64>
    where
        Self: 'd;
}

/// An answer on its way.
#[cfg(any(feature = "tokio", feature = "sqlx"))]
pub type Answering<'d, T, E = QueryError> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'd>>;

/// What gives the rows of a statement as a stream: what [`Run`] is for, of an asynchronous driver.
#[cfg(any(feature = "tokio", feature = "sqlx"))]
pub trait RunStream<Via = Direct> {
    /// Runs a statement and gives the rows as they come.
    #[doc(hidden)]
    fn stream<'d, R: FromColumns + Send + 'd>(
        self,
        request: Request<'d>,
    ) -> Answering<'d, RowStream<'d, R>>
    where
        Self: 'd;
}

/// A client or a transaction of a driver itself. By it the compiler chooses one of two impls; there is no value of it.
#[derive(Debug)]
pub enum Direct {}

/// What dereferences to something that is a client or a transaction via `V`.
#[derive(Debug)]
pub struct Through<V>(std::convert::Infallible, std::marker::PhantomData<V>);
