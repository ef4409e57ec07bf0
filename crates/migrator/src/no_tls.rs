//! What replaces `tls` in a program that is built without it: no connection is encrypted, and none that should be is made.

pub(crate) use tokio_postgres::NoTls as Connector;

use crate::wire::Tls;

/// Whether a connection can be encrypted.
pub(crate) const CAN_ENCRYPT: bool = false;

/// A connector that offers no TLS.
pub(crate) fn connector(_: &Tls) -> Result<Connector, String> {
    Ok(Connector)
}
