//! sqlx as a driver: its pools, connections and transactions run statements, and its traits are there for rows and values.
//!
//! A statement is prepared first, so that the server names the types of its parameters. sqlx keeps prepared statements by their SQL, so that
//! is one more round trip the first time. sqlx sends every parameter in the binary form: a value that has none here is sent as `text`, which
//! the statement casts.

mod arguments;
pub(crate) mod errors;
mod row;
mod rows;
mod types;
mod values;

use ::sqlx::pool::PoolConnection;
use ::sqlx::postgres::{PgConnection, PgPool, PgRow, Postgres};
use ::sqlx::{Executor, Transaction};

use crate::columns::FromColumns;
use crate::driver_error::DriverError;
use crate::gather::Gather;
use crate::query_error::QueryError;
use crate::request::Request;
use crate::row_stream::RowStream;
use crate::run::{Answering, Run, RunStream};
use crate::table::Table;

pub use row::from_row;
pub use values::{Declared, decode_value, encode_value, is_compatible};

/// A pool, connection or transaction of sqlx. By it the compiler chooses a type's impl; there is no value of it.
#[derive(Debug)]
pub enum Sqlx {}

impl Table {
    /// sqlx's error with the name of the relation.
    fn failed_on_sqlx(&self, cause: ::sqlx::Error) -> QueryError {
        QueryError::Database {
            relation: self.quoted(),
            cause: DriverError::Sqlx(cause),
        }
    }
}

async fn fetch(
    connection: &mut PgConnection,
    mut request: Request<'_>,
) -> Result<Vec<PgRow>, QueryError> {
    request.check()?;
    let query = arguments::bind(connection, &request).await?;
    let rows = connection.fetch_all(query.as_sqlx()).await;
    rows.map_err(|cause| request.table.failed_on_sqlx(cause))
}

async fn execute(
    connection: &mut PgConnection,
    mut request: Request<'_>,
) -> Result<u64, QueryError> {
    request.check()?;
    let query = arguments::bind(connection, &request).await?;
    let done = connection.execute(query.as_sqlx()).await;
    let done = done.map_err(|cause| request.table.failed_on_sqlx(cause))?;
    Ok(done.rows_affected())
}

/// What runs statements, and how it gives a connection.
macro_rules! runs {
    ($($driver:ty: |$self:ident, $table:ident| $connection:expr;)+) => {$(
        impl Run<Sqlx> for $driver {
            type Answer<'d, T: Send + 'd>
                = Answering<'d, T>
            where
                Self: 'd;

            fn rows<'d, G: Gather + 'd>(self, request: Request<'d>) -> Answering<'d, G::Gathered>
            where
                Self: 'd,
            {
                let $self = self;
                Box::pin(async move {
                    let $table = request.table;
                    #[allow(unused_mut, reason = "a pool's connection is owned")]
                    let mut connection = $connection;
                    let rows = fetch(&mut *connection, request).await?;
                    row::read_all::<G>($table, &rows)
                })
            }

            fn count<'d>(self, request: Request<'d>) -> Answering<'d, u64>
            where
                Self: 'd,
            {
                let $self = self;
                Box::pin(async move {
                    let $table = request.table;
                    #[allow(unused_mut, reason = "a pool's connection is owned")]
                    let mut connection = $connection;
                    execute(&mut *connection, request).await
                })
            }
        }

        impl RunStream<Sqlx> for $driver {
            fn stream<'d, R: FromColumns + Send + 'd>(
                self,
                request: Request<'d>,
            ) -> Answering<'d, RowStream<'d, R>>
            where
                Self: 'd,
            {
                let $self = self;
                Box::pin(async move {
                    let $table = request.table;
                    let connection = $connection;
                    rows::stream(connection, request).await
                })
            }
        }
    )+};
}

runs! {
    &PgPool: |pool, table| pool.acquire().await.map_err(|cause| table.failed_on_sqlx(cause))?;
    &mut PgConnection: |connection, _table| connection;
    &mut PoolConnection<Postgres>: |connection, _table| connection;
    &mut Transaction<'_, Postgres>: |transaction, _table| transaction;
}
