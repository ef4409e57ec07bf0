//! What stands for `tls` in a program that is built without it: no connection is encrypted, and none that should be is made.

use std::path::PathBuf;

pub(crate) use tokio_postgres::NoTls as Connector;

/// How far the server's certificate would be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Check {
    /// `disable`, `prefer`, `require`: no certificate is looked at.
    Nothing,
    /// `verify-ca`.
    Authority,
    /// `verify-full`.
    AuthorityAndHost,
}

/// Whether a connection can be encrypted.
pub(crate) const CAN_ENCRYPT: bool = false;

/// A connector that offers no TLS.
pub(crate) fn connector(_: &Check, _: Option<&PathBuf>) -> Result<Connector, String> {
    Ok(Connector)
}
