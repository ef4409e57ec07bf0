//! What `sslmode` and the options beside it ask for: <https://www.postgresql.org/docs/current/libpq-ssl.html>.

use std::path::{Path, PathBuf};

use super::defaults::Named;

/// How a connection is protected, `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(crate) enum Mode {
    Disable,
    /// Not encrypted, but where the server insists.
    Allow,
    /// Encrypted, but where the server cannot.
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

const MODES: [(&str, Mode); 6] = [
    ("disable", Mode::Disable),
    ("allow", Mode::Allow),
    ("prefer", Mode::Prefer),
    ("require", Mode::Require),
    ("verify-ca", Mode::VerifyCa),
    ("verify-full", Mode::VerifyFull),
];

impl Mode {
    pub fn name(self) -> &'static str {
        MODES
            .iter()
            .find(|(_, mode)| *mode == self)
            .map_or("", |(name, _)| name)
    }
}

/// How far the server's certificate is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Check {
    /// Whatever the server shows; encrypted, but not who it is.
    Nothing,
    /// Signed by a trusted authority.
    Authority,
    /// And made for this host.
    AuthorityAndHost,
}

/// What a connector needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tls {
    pub check: Check,
    /// The file of trusted authorities; the system's when `None`.
    pub authorities: Option<PathBuf>,
    /// Our certificate and its key.
    pub client: Option<Client>,
    /// Encrypted from the first byte on.
    pub is_direct: bool,
}

/// A certificate that shows the server who we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Client {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Reads the options; `home` has the files that count where none are named.
pub(super) fn read(named: &Named, home: Option<&Path>) -> Result<(Mode, Tls), String> {
    let of_home =
        |name: &str| Some(home?.join(".postgresql").join(name)).filter(|file| file.exists());
    let mode = mode(named)?;
    let authorities = match named.some("sslrootcert") {
        Some("system") => None,
        Some(file) => Some(PathBuf::from(file)),
        None => of_home("root.crt"),
    };
    let check = match mode {
        Mode::VerifyFull => Check::AuthorityAndHost,
        Mode::VerifyCa => Check::Authority,
        Mode::Require if authorities.is_some() => Check::Authority,
        _ => Check::Nothing,
    };
    let is_direct = named.some("sslnegotiation") == Some("direct");
    if is_direct && mode < Mode::Require {
        return Err(format!(
            "{} asks for sslmode=require or more",
            named.called("sslnegotiation")
        ));
    }
    let certificate = named
        .some("sslcert")
        .map(PathBuf::from)
        .or_else(|| of_home("postgresql.crt"));
    let certificate = certificate.filter(|_| named.some("sslcertmode") != Some("disable"));
    let key = || {
        named
            .some("sslkey")
            .map(PathBuf::from)
            .or_else(|| of_home("postgresql.key"))
    };
    let client = match certificate {
        None => None,
        Some(certificate) => {
            let key = key().ok_or_else(|| {
                format!("{} has no key: name it in sslkey", named.called("sslcert"))
            })?;
            Some(Client { certificate, key })
        }
    };
    Ok((
        mode,
        Tls {
            check,
            authorities,
            client,
            is_direct,
        },
    ))
}

fn mode(named: &Named) -> Result<Mode, String> {
    let is_system = named.some("sslrootcert") == Some("system");
    let Some(text) = named.get("sslmode") else {
        return Ok(if is_system {
            Mode::VerifyFull
        } else {
            Mode::Prefer
        });
    };
    let Some((_, mode)) = MODES.iter().find(|(name, _)| *name == text) else {
        let called = named.called("sslmode");
        return Err(format!(
            "{called} is not one of disable, allow, prefer, require, verify-ca, verify-full"
        ));
    };
    if is_system && *mode != Mode::VerifyFull {
        return Err(format!(
            "{}=system asks for sslmode=verify-full",
            named.called("sslrootcert")
        ));
    }
    Ok(*mode)
}

#[cfg(test)]
mod tests {
    use super::super::conninfo::{self, Values};
    use super::super::defaults::{Surroundings, complete};
    use super::*;

    fn shown(text: &str) -> String {
        let values: Values = conninfo::parse(text).unwrap();
        let named = complete(values, &Surroundings::default()).ok().unwrap();
        match read(&named, None) {
            Ok((mode, tls)) => format!(
                "{} {:?} {:?}",
                mode.name(),
                tls.check,
                tls.authorities.unwrap_or_default()
            ),
            Err(error) => error,
        }
    }

    #[test]
    fn each_mode_checks_as_much_as_libpq_does() {
        let cases = [
            ("user=u", "prefer Nothing \"\""),
            ("sslmode=allow", "allow Nothing \"\""),
            ("sslmode=require", "require Nothing \"\""),
            (
                "sslmode=require sslrootcert=/ca.pem",
                "require Authority \"/ca.pem\"",
            ),
            (
                "sslmode=verify-ca sslrootcert=/ca.pem",
                "verify-ca Authority \"/ca.pem\"",
            ),
            ("sslmode=verify-full", "verify-full AuthorityAndHost \"\""),
            ("sslrootcert=system", "verify-full AuthorityAndHost \"\""),
            (
                "sslmode=require sslrootcert=system",
                "sslrootcert=system asks for sslmode=verify-full",
            ),
            (
                "sslmode=secret",
                "sslmode is not one of disable, allow, prefer, require, verify-ca, verify-full",
            ),
            ("sslcert=/c.pem", "sslcert has no key: name it in sslkey"),
            (
                "sslnegotiation=direct",
                "sslnegotiation asks for sslmode=require or more",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
