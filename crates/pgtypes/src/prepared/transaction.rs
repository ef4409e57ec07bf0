//! Transactions with the prepared statements of their connection.

use super::{Prepared, Statements};
#[cfg(feature = "tokio")]
use crate::run::Answering;
use crate::run::{Direct, Through};

use std::ops::DerefMut;

/// A client or transaction that begins a transaction, or what dereferences to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` begins no transaction",
    note = "a client or transaction of `postgres` does, and with the feature `tokio` of `tokio_postgres`, and what dereferences to one \
            that may be changed"
)]
pub trait Begin<Via = Direct> {
    /// The transaction: at once, or as a future.
    type Begun<'c>
    where
        Self: 'c;

    /// Begins a transaction that uses these statements.
    #[doc(hidden)]
    fn begin(&mut self, statements: Statements) -> Self::Begun<'_>;
}

impl<C> Prepared<C> {
    /// Begins a transaction, which uses the statements that are prepared, and prepares others. It is rolled back when it is dropped
    /// before [`commit`](Prepared::commit). In a transaction this is a savepoint.
    ///
    /// # Errors
    /// Those of the driver. On `tokio_postgres` the result is a future.
    pub fn transaction<'c, V>(&'c mut self) -> C::Begun<'c>
    where
        C: Begin<V> + 'c,
    {
        let statements = self.0.statements.clone();
        self.0.client.begin(statements)
    }
}

impl<P, V> Begin<Through<V>> for P
where
    P: DerefMut<Target: Begin<V>>,
{
    type Begun<'c>
        = <P::Target as Begin<V>>::Begun<'c>
    where
        Self: 'c;

    fn begin(&mut self, statements: Statements) -> Self::Begun<'_> {
        (**self).begin(statements)
    }
}

macro_rules! blocking {
    ($($type:ty),+) => {$(
        impl Begin for $type {
            type Begun<'c>
                = Result<Prepared<postgres::Transaction<'c>>, postgres::Error>
            where
                Self: 'c;

            fn begin(&mut self, statements: Statements) -> Self::Begun<'_> {
                let begun = self.transaction()?;
                Ok(Prepared::with_statements(begun, statements))
            }
        }
    )+};
}
blocking! { postgres::Client, postgres::Transaction<'_> }

#[cfg(feature = "tokio")]
macro_rules! asynchronous {
    ($($type:ty),+) => {$(
        impl Begin for $type {
            type Begun<'c>
                = Answering<'c, Prepared<tokio_postgres::Transaction<'c>>, tokio_postgres::Error>
            where
                Self: 'c;

            fn begin(&mut self, statements: Statements) -> Self::Begun<'_> {
                Box::pin(async move {
                    let begun = self.transaction().await?;
                    Ok(Prepared::with_statements(begun, statements))
                })
            }
        }
    )+};
}
#[cfg(feature = "tokio")]
asynchronous! { tokio_postgres::Client, tokio_postgres::Transaction<'_> }

impl Prepared<postgres::Transaction<'_>> {
    /// Commits.
    ///
    /// # Errors
    /// Those of the driver.
    pub fn commit(self) -> Result<(), postgres::Error> {
        self.into_inner().commit()
    }

    /// Rolls back.
    ///
    /// # Errors
    /// Those of the driver.
    pub fn rollback(self) -> Result<(), postgres::Error> {
        self.into_inner().rollback()
    }

    /// Sets a savepoint of that name.
    ///
    /// # Errors
    /// Those of the driver.
    pub fn savepoint(
        &mut self,
        name: impl Into<String>,
    ) -> Result<Prepared<postgres::Transaction<'_>>, postgres::Error> {
        let statements = self.0.statements.clone();
        let begun = self.0.client.savepoint(name)?;
        Ok(Prepared::with_statements(begun, statements))
    }
}

#[cfg(feature = "tokio")]
impl Prepared<tokio_postgres::Transaction<'_>> {
    /// Commits.
    ///
    /// # Errors
    /// Those of the driver.
    pub async fn commit(self) -> Result<(), tokio_postgres::Error> {
        self.into_inner().commit().await
    }

    /// Rolls back.
    ///
    /// # Errors
    /// Those of the driver.
    pub async fn rollback(self) -> Result<(), tokio_postgres::Error> {
        self.into_inner().rollback().await
    }

    /// Sets a savepoint of that name.
    ///
    /// # Errors
    /// Those of the driver.
    pub async fn savepoint(
        &mut self,
        name: impl Into<String>,
    ) -> Result<Prepared<tokio_postgres::Transaction<'_>>, tokio_postgres::Error> {
        let statements = self.0.statements.clone();
        let begun = self.0.client.savepoint(name).await?;
        Ok(Prepared::with_statements(begun, statements))
    }
}
