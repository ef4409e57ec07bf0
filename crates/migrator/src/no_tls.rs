//! What stands for `tls` in a program that is built without it: no connection is encrypted, and none that should be is made.

use std::path::PathBuf;

pub(crate) use tokio_postgres::NoTls as Connector;

/// How far the server's certificate would be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Check {
    /// `disable`, `prefer`: no certificate is needed; `require` is refused when it comes to connecting.
    Nothing,
    /// `verify-ca`.
    Authority,
    /// `verify-full`.
    AuthorityAndHost,
}

/// A connector that offers no TLS; an error where `check` asks for it.
pub(crate) fn connector(check: &Check, _: Option<&PathBuf>) -> Result<Connector, String> {
    match check {
        Check::Nothing => Ok(Connector),
        Check::Authority | Check::AuthorityAndHost => Err(
            "sslmode asks for TLS, and this program is built without: enable the feature `tls`"
                .to_owned(),
        ),
    }
}
