//! Where to connect, read from a URL, and connecting.

use std::io;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use tokio::time::timeout;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Connection, Socket};

use super::Wire;
use crate::blocking;
use crate::link::Error;
use crate::tls::{self, Check};

/// How long connecting may take when the URL does not say.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where to connect, as whom, and how.
#[derive(Clone)]
pub struct Config {
    pub(super) postgres: tokio_postgres::Config,
    check: Check,
    root_certificates: Option<PathBuf>,
}

/// A connection string that cannot be read. The string itself is not shown: it may hold a password.
#[derive(Debug, thiserror::Error)]
#[error("the database URL cannot be read: {0}; it should look like {URL_FORM}")]
pub struct ConfigError(String);

/// What a database URL looks like.
const URL_FORM: &str = "postgres://user@host:5432/database?sslmode=prefer";

impl Config {
    /// Reads a URL (`postgres://…`) or a libpq keyword string.
    pub fn parse(url: &str) -> Result<Config, ConfigError> {
        if let Some((scheme, _)) = url.split_once("://")
            && !["postgres", "postgresql"].contains(&scheme)
        {
            return Err(ConfigError(format!("{scheme}:// is not PostgreSQL's")));
        }
        if !url.contains('=') && !url.contains("://") {
            return Err(ConfigError("it is no URL".to_owned()));
        }
        let (rest, tls) = take_tls_parameters(url);
        let mut postgres: tokio_postgres::Config = rest
            .parse()
            .map_err(|error: tokio_postgres::Error| ConfigError(explain(&error)))?;
        let (mode, check) = match tls.mode.as_deref() {
            Some("disable") => (SslMode::Disable, Check::Nothing),
            None | Some("allow" | "prefer") => (SslMode::Prefer, Check::Nothing),
            Some("require") => (SslMode::Require, Check::Nothing),
            Some("verify-ca") => (SslMode::Require, Check::Authority),
            Some("verify-full") => (SslMode::Require, Check::AuthorityAndHost),
            Some(other) => {
                return Err(ConfigError(format!(
                    "sslmode={other} is not one of disable, allow, prefer, require, verify-ca, verify-full"
                )));
            }
        };
        if postgres.get_hosts().is_empty() {
            return Err(ConfigError("it names no host".to_owned()));
        }
        if tls.mode.is_some() || url.contains("://") {
            postgres.ssl_mode(mode);
        }
        if postgres.get_connect_timeout().is_none() {
            postgres.connect_timeout(CONNECT_TIMEOUT);
        }
        if postgres.get_application_name().is_none() {
            postgres.application_name("migrate");
        }
        Ok(Config {
            postgres,
            check,
            root_certificates: tls.root_certificates,
        })
    }

    /// The database's name; the user's name when the URL names none, as PostgreSQL has it.
    pub fn database(&self) -> &str {
        self.postgres.get_dbname().unwrap_or_else(|| self.user())
    }

    /// Puts another database's name in.
    pub fn with_database(mut self, database: &str) -> Config {
        self.postgres.dbname(database);
        self
    }

    /// The user's name; `postgres` when the URL names none.
    pub fn user(&self) -> &str {
        self.postgres.get_user().unwrap_or("postgres")
    }

    /// Host and port for messages: `db.example:5432`, or the socket's folder.
    pub fn server(&self) -> String {
        let port = self.postgres.get_ports().first().copied().unwrap_or(5432);
        match self.postgres.get_hosts().first() {
            Some(Host::Tcp(host)) => format!("{host}:{port}"),
            #[cfg(unix)]
            Some(Host::Unix(path)) => format!("{}/.s.PGSQL.{port}", path.display()),
            None => format!("localhost:{port}"),
        }
    }

    /// Whether every host is this machine: a Unix socket or a loopback name or address.
    pub fn is_this_machine(&self) -> bool {
        self.elsewhere().is_none()
    }

    /// The first host or address that is not this machine, with its port.
    pub fn elsewhere(&self) -> Option<String> {
        let ports = self.postgres.get_ports();
        let port = |index: usize| ports.get(index).or(ports.first()).copied().unwrap_or(5432);
        let named = |(index, host): (usize, &Host)| match host {
            Host::Tcp(name) => {
                let address = name.parse::<std::net::IpAddr>();
                let is_local = name == "localhost" || address.is_ok_and(|it| it.is_loopback());
                (!is_local).then(|| format!("{name}:{}", port(index)))
            }
            #[cfg(unix)]
            Host::Unix(_) => None,
        };
        let mut hosts = self.postgres.get_hosts().iter().enumerate();
        let mut addresses = self.postgres.get_hostaddrs().iter().enumerate();
        hosts.find_map(named).or_else(|| {
            let (index, address) = addresses.find(|(_, address)| !address.is_loopback())?;
            Some(format!("{address}:{}", port(index)))
        })
    }

    /// The variables through which libpq's programs find the same database, its password among them.
    ///
    /// <https://www.postgresql.org/docs/current/libpq-envars.html>
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            ("PGUSER", self.user().to_owned()),
            ("PGDATABASE", self.database().to_owned()),
            ("PGSSLMODE", self.ssl_mode().to_owned()),
        ];
        match self.postgres.get_hosts().first() {
            Some(Host::Tcp(host)) => variables.push(("PGHOST", host.clone())),
            #[cfg(unix)]
            Some(Host::Unix(path)) => variables.push(("PGHOST", path.display().to_string())),
            None => {}
        }
        if let Some(port) = self.postgres.get_ports().first() {
            variables.push(("PGPORT", port.to_string()));
        }
        if let Some(password) = self.postgres.get_password() {
            variables.push(("PGPASSWORD", String::from_utf8_lossy(password).into_owned()));
        }
        if let Some(options) = self.postgres.get_options() {
            variables.push(("PGOPTIONS", options.to_owned()));
        }
        if let Some(file) = &self.root_certificates {
            variables.push(("PGSSLROOTCERT", file.display().to_string()));
        }
        variables
    }

    fn ssl_mode(&self) -> &'static str {
        match (&self.check, self.postgres.get_ssl_mode()) {
            (Check::Authority, _) => "verify-ca",
            (Check::AuthorityAndHost, _) => "verify-full",
            (Check::Nothing, SslMode::Disable) => "disable",
            (Check::Nothing, SslMode::Require) => "require",
            (Check::Nothing, _) => "prefer",
        }
    }

    /// Connects for the engine.
    ///
    /// # Errors
    /// [`Error::Unreachable`], also on a thread that polls an asynchronous task: there it must not block.
    pub fn connect(&self) -> Result<Wire, Error> {
        may_block()?;
        Wire::connect(self)
    }

    /// Waits until the server takes a connection, for at most `patience`: a service and its database are often started together.
    ///
    /// # Errors
    /// The last attempt's error; at once where the server answers and says no for good, as to a wrong password.
    pub fn wait(&self, patience: Duration) -> Result<(), Error> {
        may_block()?;
        let started = Instant::now();
        let mut pause = Duration::from_millis(50);
        loop {
            match self.connect() {
                Ok(_) => return Ok(()),
                Err(error) if !may_pass(&error) || started.elapsed() >= patience => {
                    return Err(error);
                }
                Err(_) => thread::sleep(pause),
            }
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    /// Connects for a caller that queries by itself.
    pub fn client(&self) -> Result<postgres::Client, Error> {
        may_block()?;
        let connector = self.connector()?;
        postgres::Config::from(self.postgres.clone())
            .connect(connector)
            .map_err(|error| self.connect_error(&error))
    }

    fn connector(&self) -> Result<tls::Connector, Error> {
        if !tls::CAN_ENCRYPT && self.postgres.get_ssl_mode() == SslMode::Require {
            return Err(unreachable(
                "sslmode asks for TLS, and this program is built without: enable the feature `tls`"
                    .to_owned(),
            ));
        }
        tls::connector(&self.check, self.root_certificates.as_ref()).map_err(unreachable)
    }

    pub(super) async fn open(&self) -> Result<(tokio_postgres::Client, Open), Error> {
        let connector = self.connector()?;
        let patience = self.postgres.get_connect_timeout();
        let patience = patience.copied().unwrap_or(CONNECT_TIMEOUT);
        // The driver's own timeout ends with the TCP connection: who answers may still say nothing.
        timeout(patience, self.postgres.connect(connector))
            .await
            .map_err(|_| unreachable(format!("{}: it does not answer", self.server())))?
            .map_err(|error| self.connect_error(&error))
    }

    fn connect_error(&self, error: &tokio_postgres::Error) -> Error {
        let code = error
            .as_db_error()
            .map(|error| error.code().code().to_owned());
        let cause = match hung_up(error) {
            true => "hung up before it said a word of PostgreSQL's protocol".to_owned(),
            false => explain(error),
        };
        Error::Unreachable {
            message: format!("{}: {cause}", self.server()),
            code,
        }
    }
}

/// Whether the connection was made and then closed from the other side.
fn hung_up(error: &tokio_postgres::Error) -> bool {
    let mut causes =
        std::iter::successors(std::error::Error::source(error), |error| error.source());
    causes.any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|cause| {
            use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
            matches!(cause.kind(), BrokenPipe | ConnectionReset | UnexpectedEof)
        })
    })
}

/// Whether waiting may help: nobody answered, the server is starting up (57P03), or its connections are all taken (53300).
fn may_pass(error: &Error) -> bool {
    match error {
        Error::Unreachable { code, .. } => {
            matches!(code.as_deref(), None | Some("57P03" | "53300"))
        }
        _ => false,
    }
}

fn may_block() -> Result<(), Error> {
    match blocking::is_allowed() {
        true => Ok(()),
        false => Err(unreachable(blocking::REFUSAL.to_owned())),
    }
}

pub(super) fn unreachable(message: String) -> Error {
    Error::Unreachable {
        message,
        code: None,
    }
}

type Tls = <tls::Connector as MakeTlsConnect<Socket>>::Stream;

/// The half of a connection that reads and writes.
pub(super) type Open = Connection<Socket, Tls>;

#[derive(Default)]
struct TlsParameters {
    mode: Option<String>,
    root_certificates: Option<PathBuf>,
}

/// Takes `sslmode` and `sslrootcert` out of a URL: the parser behind knows only three of the six modes.
fn take_tls_parameters(url: &str) -> (String, TlsParameters) {
    let mut tls = TlsParameters::default();
    let Some((base, query)) = url.split_once('?').filter(|_| url.contains("://")) else {
        return (url.to_owned(), tls);
    };
    let mut rest = Vec::new();
    for parameter in query.split('&') {
        match parameter.split_once('=') {
            Some(("sslmode", value)) => tls.mode = Some(value.to_owned()),
            Some(("sslrootcert", value)) => {
                tls.root_certificates = Some(PathBuf::from(value.replace("%2F", "/")));
            }
            _ => rest.push(parameter),
        }
    }
    let separator = if rest.is_empty() { "" } else { "?" };
    (format!("{base}{separator}{}", rest.join("&")), tls)
}

/// What the causes of an error say; `tokio-postgres` itself says only "error connecting to server".
pub(super) fn explain(error: &tokio_postgres::Error) -> String {
    if let Some(server) = error.as_db_error() {
        let detail = server.detail().map(|detail| format!(": {detail}"));
        return format!("{}{}", server.message(), detail.unwrap_or_default());
    }
    let mut causes = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    // A cause that repeats its own cause says it once.
    causes.dedup_by(|inner, outer| outer.ends_with(inner.as_str()));
    match causes.is_empty() {
        true => error.to_string(),
        false => causes.join(": "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sslmode_is_taken_from_the_url_and_the_rest_stays() {
        let (rest, tls) = take_tls_parameters(
            "postgres://u@h/d?connect_timeout=3&sslmode=verify-full&sslrootcert=/etc/ca.pem",
        );
        assert_eq!(rest, "postgres://u@h/d?connect_timeout=3");
        assert_eq!(tls.mode.as_deref(), Some("verify-full"));
        assert_eq!(tls.root_certificates, Some(PathBuf::from("/etc/ca.pem")));
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn a_program_without_tls_refuses_what_asks_for_it() {
        let says = |mode: &str| {
            let config = Config::parse(&format!("postgres://u@127.0.0.1:1/d?sslmode={mode}"));
            config.unwrap().client().err().unwrap().to_string()
        };
        for mode in ["require", "verify-ca", "verify-full"] {
            assert!(says(mode).contains("the feature `tls`"), "{mode}");
        }
        assert!(!says("prefer").contains("the feature `tls`"));
    }

    #[test]
    fn a_url_that_cannot_be_read_says_so_without_its_password() {
        for url in [
            "",
            "postgres://",
            "postgres://u:secret@h:port/d",
            "mysql://u:secret@h/d",
            "postgres://u:secret@h/d?sslmode=on",
        ] {
            let error = Config::parse(url).err().unwrap().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn only_sockets_and_loopback_are_this_machine() {
        let is_local = |url: &str| Config::parse(url).unwrap().is_this_machine();
        assert!(is_local("postgres://u@localhost/d"));
        assert!(is_local("postgres://u@127.0.0.1/d"));
        assert!(is_local("postgres://u@[::1]/d"));
        assert!(is_local("postgres://u@%2Ftmp%2Fx/d"));
        assert!(!is_local("postgres://u@db.example/d"));
        assert!(!is_local("postgres://u@localhost,db.example/d"));
        assert!(!is_local("postgres://u@localhost/d?hostaddr=192.0.2.1"));
    }
}
