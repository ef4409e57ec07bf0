//! A client that prepares each statement once.
//!
//! A client itself sends the text of a statement each time, and the server parses and plans it each time. It could not know that its
//! connection is the same one all the time: behind a pooler it is not.

#[cfg(feature = "tokio")]
mod asynchronous;
mod blocking;
#[cfg(any(feature = "bb8", feature = "deadpool"))]
mod pools;
mod statements;
mod transaction;

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

#[cfg(any(feature = "bb8", feature = "deadpool"))]
pub use pools::PreparedManager;
pub use statements::Statements;
pub use transaction::Begin;

/// A client or transaction that prepares each statement once. From then on the server gets the values alone, and need not parse the
/// statement again, nor plan it each time.
///
/// `C` is a client or transaction of `postgres`, or with the feature `tokio` of `tokio_postgres`, or what dereferences to one. Statements
/// and queries run on a reference to this as they do on one to the client. It dereferences to the client, for everything else.
///
/// ```no_run
/// # use pgtypes::{Column, FromColumns, Prepared, Query, AtMostOne, QueryError};
/// # use pgtypes::postgres::{self, Client, NoTls};
/// # fn user<R: FromColumns>(_: i64) -> Query<'static, R, AtMostOne> { unimplemented!() }
/// # fn read<R: FromColumns + Send>() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::connect("host=localhost user=service", NoTls)?;
/// let mut client = Prepared::new(client);
/// for id in 1..=100 {
///     // Prepared for the first one.
///     let user: Option<R> = user(id).optional(&mut client)?;
/// }
/// let mut transaction = client.transaction()?;
/// let user: Option<R> = user(1).optional(&mut transaction)?;
/// transaction.execute("DELETE FROM sessions WHERE user_id = 1", &[])?;
/// transaction.commit()?;
/// # Ok(())
/// # }
/// ```
///
/// # Not behind a pooler in transaction mode
/// A prepared statement belongs to one connection of the server. A pooler that gives each transaction another one has to know of prepared
/// statements, as PgBouncer does from 1.21 on with `max_prepared_statements`. Behind any other, statements fail with `26000` or `42P05`, or
/// the server runs what another program has prepared under the same name. Run statements on the client itself there.
///
/// # When the schema changes
/// A statement that the server no longer has, or whose columns have changed, is prepared once more and then run, if nothing was executed.
/// In a transaction that is not possible, because the error has ended it: the error is returned, and the next transaction prepares anew.
///
/// # What is not prepared
/// `iter` on the blocking driver, `copy_in`, `copy_out`, and lists of values whose text depends on the number of rows. They run as on the
/// client itself, and so does what the driver's own methods run.
pub struct Prepared<C>(Held<C, [(); 0]>);

/// What a [`Prepared`] dereferences to, and which dereferences to the client.
///
/// `T` makes it a type without a size. An impl for everything that dereferences to a client is then not for this one, so that there is one
/// way only in which a statement runs on it.
pub struct Held<C, T: ?Sized = [()]> {
    statements: Statements,
    client: C,
    _size: T,
}

/// By it the compiler chooses the impl for a [`Prepared`], whose client is one via `V`; there is no value of it.
#[derive(Debug)]
pub struct Kept<V>(Infallible, PhantomData<V>);

impl<C> Prepared<C> {
    /// The client with no statement prepared yet. It keeps 256 of them at most.
    pub fn new(client: C) -> Self {
        Self::with_statements(client, Statements::new())
    }

    /// The client with the statements that its connection has prepared: with a limit of your own, or those of the `Prepared` that a
    /// transaction is of which the driver's builder has begun.
    ///
    /// ```no_run
    /// # use pgtypes::Prepared;
    /// # use pgtypes::postgres::{Client, Error};
    /// # fn read(client: &mut Prepared<Client>) -> Result<(), Error> {
    /// let statements = client.statements().clone();
    /// let transaction = client.build_transaction().read_only(true).start()?;
    /// let transaction = Prepared::with_statements(transaction, statements);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_statements(client: C, statements: Statements) -> Self {
        Self(Held {
            statements,
            client,
            _size: [],
        })
    }

    /// What is prepared.
    pub fn statements(&self) -> &Statements {
        &self.0.statements
    }

    /// The client. The connection closes the statements that nothing else shares.
    pub fn into_inner(self) -> C {
        self.0.client
    }
}

impl<C> Deref for Prepared<C> {
    type Target = Held<C>;

    fn deref(&self) -> &Held<C> {
        &self.0
    }
}

impl<C> DerefMut for Prepared<C> {
    fn deref_mut(&mut self) -> &mut Held<C> {
        &mut self.0
    }
}

impl<C> Deref for Held<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.client
    }
}

impl<C> DerefMut for Held<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.client
    }
}

impl<C> fmt::Debug for Prepared<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").finish_non_exhaustive()
    }
}

impl<C, T: ?Sized> fmt::Debug for Held<C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}
