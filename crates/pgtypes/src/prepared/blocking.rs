//! Prepared statements on the blocking driver.

use postgres::error::SqlState;
use postgres::{Error, GenericClient, Row, RowIter, Statement};

use super::statements::{After, Key};
use super::{Held, Kept, Statements};
use crate::request::Request;
use crate::run::Blocking;
use crate::run::blocking::{Session, values};

impl<C: Blocking<V>, V: 'static> Blocking<Kept<V>> for Held<C> {
    type Client = C::Client;
    type Session<'s>
        = Preparing<'s, C::Client>
    where
        Self: 's;

    fn client(&mut self) -> &mut C::Client {
        self.client.client()
    }

    fn session(&mut self) -> Preparing<'_, C::Client> {
        Preparing {
            client: self.client.client(),
            statements: &self.statements,
        }
    }
}

/// A client and what it has prepared.
#[doc(hidden)]
#[derive(Debug)]
pub struct Preparing<'s, C> {
    client: &'s mut C,
    statements: &'s Statements,
}

impl<'s, C: GenericClient> Session<'s> for Preparing<'s, C> {
    fn query(self, request: &Request<'_>) -> Result<Vec<Row>, Error> {
        match Key::of(request) {
            Some(key) => self.run(request, &key, |client, prepared| {
                client.query(prepared, &values(request))
            }),
            None => Session::query(self.client, request),
        }
    }

    fn execute(self, request: &Request<'_>) -> Result<u64, Error> {
        match Key::of(request) {
            Some(key) => self.run(request, &key, |client, prepared| {
                client.execute(prepared, &values(request))
            }),
            None => Session::execute(self.client, request),
        }
    }

    /// Not prepared: the rows borrow the client, so that nothing could be prepared again after an error.
    fn iter(self, request: &Request<'_>) -> Result<RowIter<'s>, Error> {
        Session::iter(self.client, request)
    }
}

impl<C: GenericClient> Preparing<'_, C> {
    fn run<T>(
        self,
        request: &Request<'_>,
        key: &Key<'_>,
        run: impl Fn(&mut C, &Statement) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Self { client, statements } = self;
        let Some(kept) = statements.get(key) else {
            let prepared = prepare(client, statements, request, key)?;
            return run(client, &prepared);
        };
        let error = match run(client, &kept) {
            Err(error) => error,
            done => return done,
        };
        if statements.after(&error, is_unexecuted(&error), key) != After::PrepareAgain {
            return Err(error);
        }
        drop(kept);
        match prepare(client, statements, request, key) {
            Ok(prepared) => run(client, &prepared),
            // The error has ended the transaction that the statement is in.
            Err(refused) if refused.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION) => {
                Err(error)
            }
            Err(other) => Err(other),
        }
    }
}

fn prepare(
    client: &mut impl GenericClient,
    statements: &Statements,
    request: &Request<'_>,
    key: &Key<'_>,
) -> Result<Statement, Error> {
    let types = request.types().unwrap_or_default();
    let prepared = client.prepare_typed(request.sql(), &types)?;
    statements.insert(key, &prepared);
    Ok(prepared)
}

/// Whether an error that says that a statement cannot run is of the statement itself, and not of one that it has run: such an error has a
/// context.
fn is_unexecuted(error: &Error) -> bool {
    error.as_db_error().is_some_and(|it| it.where_().is_none())
}
