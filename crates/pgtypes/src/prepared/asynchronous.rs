//! Prepared statements on the asynchronous driver.

use std::pin::Pin;

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, RowStream, Statement};

use super::statements::{After, Key};
use super::{Held, Kept, Statements};
use crate::request::Request;
use crate::run::Asynchronous;
use crate::run::asynchronous::Session;

impl<C: Asynchronous<V>, V> Asynchronous<Kept<V>> for Held<C> {
    type Session<'s>
        = Preparing<'s>
    where
        Self: 's;

    fn client(&self) -> &Client {
        self.client.client()
    }

    fn session(&self) -> Preparing<'_> {
        Preparing {
            client: self.client.client(),
            statements: &self.statements,
        }
    }
}

/// A client and what it has prepared.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Preparing<'s> {
    client: &'s Client,
    statements: &'s Statements,
}

impl Session for Preparing<'_> {
    async fn send(self, request: &Request<'_>) -> Result<RowStream, Error> {
        let Some(key) = Key::of(request) else {
            return Box::pin(self.client.send(request)).await;
        };
        let Some(kept) = self.statements.get(&key) else {
            // In a box: what is done once does not make every future larger.
            let prepared = Box::pin(self.prepare(request, &key)).await?;
            return self.run(request, &prepared).await;
        };
        // The driver returns when the values are bound, or when they could not be: an error here is one before the statement was executed.
        match self.run(request, &kept).await {
            Err(error) if self.statements.after(&error, true, &key) == After::PrepareAgain => {
                drop(kept);
                Box::pin(self.run_anew(request, &key, error)).await
            }
            done => done,
        }
    }
}

impl<'s> Preparing<'s> {
    /// In a box, too: the driver's future has room for preparing, a kilobyte. With what is around it, it would be more than an allocator
    /// has at hand.
    fn run<'r>(
        self,
        request: &'r Request<'_>,
        prepared: &'r Statement,
    ) -> Pin<Box<impl Future<Output = Result<RowStream, Error>> + Send + use<'s, 'r>>> {
        Box::pin(self.client.query_raw(prepared, request.values()))
    }

    async fn prepare(self, request: &Request<'_>, key: &Key<'_>) -> Result<Statement, Error> {
        let types = request.types().unwrap_or_default();
        let prepared = self.client.prepare_typed(request.sql(), &types).await?;
        self.statements.insert(key, &prepared);
        Ok(prepared)
    }

    /// Runs a statement that failed because of how it was prepared. In a transaction, which the error has ended, that error remains.
    async fn run_anew(
        self,
        request: &Request<'_>,
        key: &Key<'_>,
        error: Error,
    ) -> Result<RowStream, Error> {
        match self.prepare(request, key).await {
            Ok(prepared) => self.run(request, &prepared).await,
            Err(refused) if refused.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION) => {
                Err(error)
            }
            Err(other) => Err(other),
        }
    }
}
