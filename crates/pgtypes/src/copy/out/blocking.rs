//! COPY read on the blocking driver.

use std::io::{self, BufRead};
use std::iter;

use postgres::{CopyOutReader, Error, GenericClient};

use super::decoder::Decoder;
use super::{CopyOut, request};
use crate::columns::FromColumns;
use crate::driver_error::DriverError;
use crate::query_error::QueryError;
use crate::request::Request;
use crate::rows::Rows;
use crate::run::Blocking;
use crate::table::Table;

impl<C: Blocking<V>, V: 'static> CopyOut<V> for &mut C {
    type Answer<'d, R: 'd>
        = Result<Rows<'d, R>, QueryError>
    where
        Self: 'd;

    fn read_copy<'d, R: FromColumns + 'd>(
        self,
        mut request: Request<'d>,
    ) -> Result<Rows<'d, R>, QueryError>
    where
        Self: 'd,
    {
        request.check()?;
        let table = request.table;
        let client = self.client();
        let prepared = client.prepare(request.sql());
        let prepared = prepared.map_err(|cause| table.failed(cause))?;
        let statement = request::statement(&request, &prepared)?;
        let types = prepared.columns().iter().map(|it| it.type_().clone());
        let decoder = Decoder::new(table, types.collect());
        let bytes = client.copy_out(&statement);
        let bytes = bytes.map_err(|cause| table.failed(cause))?;
        Ok(Rows::new(rows(table, decoder, bytes)))
    }
}

fn rows<'d, R: FromColumns + 'd>(
    table: &'static Table,
    mut decoder: Decoder<R>,
    mut bytes: CopyOutReader<'d>,
) -> impl Iterator<Item = Result<R, QueryError>> + 'd {
    iter::from_fn(move || {
        loop {
            if let Some(row) = decoder.next().transpose() {
                return Some(row);
            }
            match bytes.fill_buf() {
                Ok([]) => return decoder.end().err().map(Err),
                Ok(read) => {
                    let length = read.len();
                    decoder.push(read);
                    bytes.consume(length);
                }
                Err(error) => return Some(Err(connection(table, error))),
            }
        }
    })
}

/// The driver wraps its errors for `Read`.
fn connection(table: &'static Table, error: io::Error) -> QueryError {
    match error.downcast::<Error>() {
        Ok(cause) => table.failed(cause),
        Err(error) => QueryError::Database {
            relation: table.quoted(),
            cause: DriverError::Other(error.into()),
        },
    }
}
