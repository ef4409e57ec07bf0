//! The asynchronous driver, `tokio-postgres`.

use std::pin::Pin;

use postgres::Row;
use tokio_postgres::GenericClient;

use crate::query_error::QueryError;
use crate::request::Request;
use crate::run::Run;
use crate::table::Table;

impl<C: GenericClient + Sync> Run for &C {
    type Answer<'d, T: Send + 'd>
        = Pin<Box<dyn Future<Output = Result<T, QueryError>> + Send + 'd>>
    where
        Self: 'd;

    fn rows<'d, T: Send + 'd>(
        self,
        request: Request<'d>,
        read: fn(&'static Table, Vec<Row>) -> Result<T, QueryError>,
    ) -> Self::Answer<'d, T>
    where
        Self: 'd,
    {
        Box::pin(async move {
            let client = self.client();
            let rows = match request.typed() {
                Some(typed) => client.query_typed(&request.sql, &typed).await,
                None => client.query(&request.sql, &request.values()).await,
            };
            let rows = rows.map_err(|cause| request.table.failed(cause))?;
            read(request.table, rows)
        })
    }

    fn count<'d>(self, request: Request<'d>) -> Self::Answer<'d, u64>
    where
        Self: 'd,
    {
        Box::pin(async move {
            let client = self.client();
            let count = match request.typed() {
                Some(typed) => client.execute_typed(&request.sql, &typed).await,
                None => client.execute(&request.sql, &request.values()).await,
            };
            count.map_err(|cause| request.table.failed(cause))
        })
    }
}
