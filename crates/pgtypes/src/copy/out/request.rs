//! The statement that a COPY sends.

use postgres::Statement;

use crate::query_error::QueryError;
use crate::request::Request;
use crate::text_literal::{constant, replace_parameters};

/// `COPY (query) TO STDOUT`, in the binary format, with constants in place of the query's parameters: COPY takes none.
///
/// `prepared` is the query as the server has prepared it.
pub(super) fn statement(request: &Request<'_>, prepared: &Statement) -> Result<String, QueryError> {
    let query = replace_parameters(request.sql(), |at, _| {
        let parameter = &request.parameters[at];
        let ty = &prepared.params()[at];
        match constant(parameter, ty) {
            Ok(Some(constant)) => Ok(constant),
            Ok(None) => Err(format!(
                "a COPY takes no parameters, and a value of type {ty} is not written as a constant: use `iter` or `stream`"
            )),
            Err(error) => Err(error.to_string()),
        }
    });
    let query = query.map_err(|reason| QueryError::NotSent {
        relation: request.table.quoted(),
        reason,
    })?;
    Ok(format!("COPY ({query}) TO STDOUT (FORMAT binary)"))
}
