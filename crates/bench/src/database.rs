//! The database of the bench's own: on the server of `DATABASE_URL`, or else on a private one that runs as long as the bench.

use std::path::Path;

use anyhow::{Context, Result};
use cluster::percent;
use cluster::{Cluster, Running, Server, Settings};
use migrator::link::Link;
use migrator::wire::Config;

use crate::proxy::{Proxy, Upstream};

/// The database that is made and dropped.
const DATABASE: &str = "migrate_bench";

/// The table in which psql and the bare client record what they applied.
const RECORD: &str = "CREATE TABLE record (version integer PRIMARY KEY, name text, checksum text, applied_at timestamptz)";

/// A database that is dropped at the end.
pub struct Database {
    maintenance: Config,
    config: Config,
    /// How the direct way is encrypted, where the server is not ours.
    tls: Vec<(&'static str, String)>,
    // Stopped last.
    _server: Option<Running>,
}

/// How programs reach the database.
pub struct Way {
    /// The URL; it holds the password.
    pub url: String,
    /// The same for libpq's programs.
    pub environment: Vec<(&'static str, String)>,
}

impl Database {
    /// Creates it; says why not if there is neither a URL nor a server.
    pub fn create() -> Result<Result<Database, String>> {
        let (url, server) = match std::env::var("DATABASE_URL") {
            Ok(url) if !url.is_empty() => (url, None),
            _ => match Server::find() {
                // Flushed to disk like a server that people use.
                Ok(server) => {
                    let server = Cluster::temporary(&server, Settings::durable())?;
                    (server.url("postgres"), Some(server))
                }
                Err(error) => return Ok(Err(format!("DATABASE_URL is not set, and {error}"))),
            },
        };
        let maintenance = Config::parse(&url)?;
        let create = format!("CREATE DATABASE {DATABASE}");
        maintenance.connect()?.query(&create).with_context(|| {
            format!("failed to create the database {DATABASE}; one that a killed bench left may be dropped")
        })?;
        let config = maintenance.clone().with_database(DATABASE);
        let mut database = Database {
            maintenance,
            config,
            tls: vec![("sslmode", "disable".to_owned())],
            _server: server,
        };
        if database._server.is_none() {
            database.tls = [("sslmode", "PGSSLMODE"), ("sslrootcert", "PGSSLROOTCERT")]
                .into_iter()
                .filter_map(|(parameter, name)| Some((parameter, database.value(name)?)))
                .collect();
        }
        Ok(Ok(database))
    }

    /// Replaces it by an empty one, which a first session has been in: a later one finds the server's caches filled.
    pub fn renew(&self) -> Result<()> {
        let mut link = self.maintenance.connect()?;
        // FORCE ends TimescaleDB's background workers.
        link.query(&format!("DROP DATABASE {DATABASE} WITH (FORCE)"))?;
        link.query(&format!("CREATE DATABASE {DATABASE}"))?;
        self.query("SELECT 1")
    }

    /// Creates the table in which tools without a history record; ours would refuse a database with a foreign table.
    pub fn create_record(&self) -> Result<()> {
        self.query(RECORD)
    }

    /// Runs statements in a separate session.
    fn query(&self, sql: &str) -> Result<()> {
        self.config.connect()?.query(sql)?;
        Ok(())
    }

    /// The way without a proxy; encrypted as `DATABASE_URL` says, and never on our own server.
    pub fn direct(&self) -> Way {
        self.way(&self.host(), self.port(), &self.tls)
    }

    /// The way through a proxy, which reads along and so takes no encryption.
    pub fn through(&self, proxy: &Proxy, sslmode: &str) -> Way {
        let tls = [("sslmode", sslmode.to_owned())];
        self.way("127.0.0.1", proxy.port(), &tls)
    }

    /// Where a proxy passes on to.
    pub fn upstream(&self) -> Upstream {
        let (host, port) = (self.host(), self.port());
        #[cfg(unix)]
        if host.starts_with('/') {
            return Upstream::Unix(Path::new(&host).join(format!(".s.PGSQL.{port}")));
        }
        Upstream::Tcp(host, port)
    }

    fn way(&self, host: &str, port: u16, tls: &[(&'static str, String)]) -> Way {
        let encoded = |name: &str| percent::encoded(&self.value(name).unwrap_or_default());
        let parameters: Vec<String> = tls
            .iter()
            .map(|(name, value)| format!("{name}={}", percent::encoded(value)))
            .collect();
        let url = format!(
            "postgresql://{}:{}@{}:{port}/{DATABASE}?{}",
            encoded("PGUSER"),
            encoded("PGPASSWORD"),
            percent::encoded(host),
            parameters.join("&"),
        );
        let mut environment = self.config.environment();
        environment.retain(|(name, _)| !["PGHOST", "PGPORT", "PGSSLMODE"].contains(name));
        let mode = tls.iter().find(|(name, _)| *name == "sslmode");
        environment.extend(mode.map(|(_, mode)| ("PGSSLMODE", mode.clone())));
        environment.extend([("PGHOST", host.to_owned()), ("PGPORT", port.to_string())]);
        Way { url, environment }
    }

    /// A value that libpq's programs would find in their environment.
    fn value(&self, name: &str) -> Option<String> {
        let variables = self.config.environment();
        variables
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    fn port(&self) -> u16 {
        self.value("PGPORT")
            .and_then(|port| port.parse().ok())
            .unwrap_or(5432)
    }

    fn host(&self) -> String {
        self.value("PGHOST")
            .unwrap_or_else(|| "localhost".to_owned())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // What stays is named by the next run.
        let drop = format!("DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)");
        let _ = self
            .maintenance
            .connect()
            .and_then(|mut link| link.query(&drop));
    }
}
