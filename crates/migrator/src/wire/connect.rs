//! Connecting, and what an error of it says.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Connection, Socket};

use super::security::Mode;
use super::{Config, Wire};
use crate::blocking;
use crate::link::Error;
use crate::tls;

/// SQLSTATE `too_many_connections`.
const TOO_MANY: &str = "53300";

/// How long the end of a session may take.
const SOON: Duration = Duration::from_secs(5);

impl Config {
    /// Connects for the engine.
    ///
    /// # Errors
    /// [`Error::Unreachable`], also on a thread that polls an asynchronous task: there it must not block.
    pub fn connect(&self) -> Result<Wire, Error> {
        may_block()?;
        Wire::connect(self)
    }

    /// Waits until the server accepts a connection, for at most `patience`: a service and its database are often started together.
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

    /// Connects after another session of this role has ended: the server counts that one until its process has ended, too.
    ///
    /// # Errors
    /// As [`Config::connect`].
    pub fn connect_soon(&self) -> Result<Wire, Error> {
        let started = Instant::now();
        loop {
            match self.connect() {
                Err(Error::Unreachable { code, .. })
                    if code.as_deref() == Some(TOO_MANY) && started.elapsed() < SOON =>
                {
                    thread::sleep(Duration::from_millis(20));
                }
                outcome => return outcome,
            }
        }
    }

    /// Connects for a caller that runs its own queries.
    pub fn client(&self) -> Result<postgres::Client, Error> {
        may_block()?;
        let connector = self.connector()?;
        let (first, second) = self.attempts();
        let connect = |config: tokio_postgres::Config| {
            postgres::Config::from(config).connect(connector.clone())
        };
        let outcome = match (connect(first), second) {
            (Err(error), Some(second)) if may_differ(&error) => connect(second),
            (outcome, _) => outcome,
        };
        outcome.map_err(|error| self.connect_error(&error))
    }

    fn connector(&self) -> Result<tls::Connector, Error> {
        let is_needed = self.postgres.get_ssl_mode() == SslMode::Require;
        if !tls::CAN_ENCRYPT && is_needed {
            return Err(unreachable(
                "sslmode asks for TLS, and this program is built without it: enable the feature `tls`"
                    .to_owned(),
            ));
        }
        tls::connector(&self.tls).map_err(unreachable)
    }

    /// How to connect, and how where that is refused: `prefer` gives TLS up then, `allow` asks for it.
    fn attempts(&self) -> (tokio_postgres::Config, Option<tokio_postgres::Config>) {
        let with = |mode| {
            let mut config = self.postgres.clone();
            config.ssl_mode(mode);
            config
        };
        let second = match self.mode {
            Mode::Prefer if self.postgres.get_ssl_mode() == SslMode::Prefer => {
                Some(with(SslMode::Disable))
            }
            Mode::Allow if tls::CAN_ENCRYPT => Some(with(SslMode::Require)),
            _ => None,
        };
        (self.postgres.clone(), second)
    }

    pub(super) async fn open(&self) -> Result<(tokio_postgres::Client, Open), Error> {
        let connector = self.connector()?;
        let (first, second) = self.attempts();
        match self.open_once(&first, connector.clone()).await? {
            Err(error) if may_differ(&error) && second.is_some() => {
                let outcome = self.open_once(&second.unwrap_or(first), connector).await?;
                outcome.map_err(|error| self.connect_error(&error))
            }
            outcome => outcome.map_err(|error| self.connect_error(&error)),
        }
    }

    async fn open_once(
        &self,
        config: &tokio_postgres::Config,
        connector: tls::Connector,
    ) -> Result<Result<(tokio_postgres::Client, Open), tokio_postgres::Error>, Error> {
        let patience = config
            .get_connect_timeout()
            .copied()
            .unwrap_or(Duration::MAX);
        // The driver's own timeout ends with the TCP connection: a server that accepts it may still stay silent.
        timeout(patience, config.connect(connector))
            .await
            .map_err(|_| unreachable(format!("{}: it does not answer", self.server())))
    }

    /// Asks the server to cancel the statement of the token's session, with the protocol's cancel request, which needs no session.
    pub(super) fn cancel(
        &self,
        token: &tokio_postgres::CancelToken,
        patience: Duration,
    ) -> Result<(), Error> {
        let connector = self.connector()?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime =
            runtime.map_err(|error| unreachable(format!("failed to start a runtime: {error}")))?;
        let asked =
            runtime.block_on(async { timeout(patience, token.cancel_query(connector)).await });
        match asked {
            Err(_) => Err(unreachable(format!(
                "{}: it does not answer",
                self.server()
            ))),
            Ok(outcome) => outcome.map_err(|error| self.connect_error(&error)),
        }
    }

    /// Asks the server to cancel what the session of a [`Config::client`] does.
    ///
    /// # Errors
    /// If the server cannot be reached.
    pub fn cancel_client(&self, token: &postgres::CancelToken) -> Result<(), Error> {
        let connector = self.connector()?;
        let asked = token.cancel_query(connector);
        asked.map_err(|error| self.connect_error(&error))
    }

    fn connect_error(&self, error: &tokio_postgres::Error) -> Error {
        let code = error
            .as_db_error()
            .map(|error| error.code().code().to_owned());
        let cause = if hung_up(error) {
            "closed the connection before it answered in PostgreSQL's protocol".to_owned()
        } else {
            explain(error)
        };
        Error::Unreachable {
            message: format!("{}: {cause}", self.server()),
            code,
        }
    }
}

/// Whether the other kind of connection may be let in: `pg_hba.conf` has no line for this one (28000), or TLS came to nothing.
fn may_differ(error: &tokio_postgres::Error) -> bool {
    match error.as_db_error() {
        Some(server) => server.code().code() == "28000",
        None => error.to_string().contains("TLS"),
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
    if blocking::is_allowed() {
        Ok(())
    } else {
        Err(unreachable(blocking::REFUSAL.to_owned()))
    }
}

pub(super) fn unreachable(message: String) -> Error {
    Error::Unreachable {
        message,
        code: None,
    }
}

type Stream = <tls::Connector as MakeTlsConnect<Socket>>::Stream;

/// The half of a connection that reads and writes.
pub(super) type Open = Connection<Socket, Stream>;

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
    if causes.is_empty() {
        error.to_string()
    } else {
        causes.join(": ")
    }
}
