//! The rows of one of our own queries.

use pgtypes::postgres::{Error, GenericClient, SimpleQueryMessage, SimpleQueryRow};

/// The rows that a message returns, as text.
pub fn rows(client: &mut impl GenericClient, query: &str) -> Result<Vec<SimpleQueryRow>, Error> {
    let messages = client.simple_query(query)?;
    let rows = messages.into_iter().filter_map(|it| match it {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    Ok(rows.collect())
}
