//! One server for each test binary, one database for each test.
//!
//! The server is a temporary cluster of the installed PostgreSQL, or the one that `TEST_DATABASE_URL` names. It lives as long as the test
//! process: statics are never dropped, but the cluster's keeper waits for the end of the process.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use cluster::{Cluster, Running, Server, Settings};
use postgres::config::Host;
use postgres::{Client, Config, NoTls};

use crate::skip;

/// Where the databases of the tests are.
enum TestServer {
    Private(Running),
    Named(String),
}

impl TestServer {
    fn url(&self, database: &str) -> String {
        match self {
            Self::Private(running) => running.url(database),
            Self::Named(url) => with_database(url, database),
        }
    }

    /// A connection to a database that is always there.
    fn maintenance(&self) -> Client {
        Client::connect(&self.url("postgres"), NoTls).unwrap()
    }
}

/// The server of this run, or why there is none.
fn server() -> Result<&'static TestServer, &'static str> {
    static SERVER: OnceLock<Result<TestServer, String>> = OnceLock::new();
    let found = SERVER.get_or_init(|| match std::env::var("TEST_DATABASE_URL") {
        Ok(url) => Ok(TestServer::Named(url)),
        Err(_) => {
            let installed = Server::find().map_err(|error| error.to_string())?;
            let settings = Settings::throwaway().option("max_connections", "200");
            // An installed server that does not start is a failure, no reason to skip.
            Ok(TestServer::Private(
                Cluster::temporary(&installed, settings).unwrap(),
            ))
        }
    });
    found.as_ref().map_err(String::as_str)
}

/// The server of this run whose background workers run and that keeps prepared transactions, or why there is none.
fn working_server() -> Result<&'static TestServer, &'static str> {
    static SERVER: OnceLock<Result<TestServer, String>> = OnceLock::new();
    let found = SERVER.get_or_init(|| {
        let installed = Server::find().map_err(|error| error.to_string())?;
        let mut settings = Settings::throwaway()
            .option("max_connections", "100")
            .option("max_worker_processes", "64")
            .option("max_prepared_transactions", "10");
        if installed.has_extension("timescaledb") {
            settings = settings.option("timescaledb.max_background_workers", "40");
        }
        Ok(TestServer::Private(
            Cluster::temporary(&installed, settings).unwrap(),
        ))
    });
    found.as_ref().map_err(String::as_str)
}

/// A connection to a database that is always there, for a test that makes nothing but temporary objects.
pub fn session(test: &str) -> Option<Client> {
    let server = server().map_err(|reason| skip(test, reason)).ok()?;
    Some(server.maintenance())
}

/// An empty database for one test, dropped at its end.
pub struct Database {
    server: &'static TestServer,
    name: String,
}

impl Database {
    /// A database, or nothing and a word about it when there is no server.
    pub fn new(test: &str) -> Option<Self> {
        let server = server().map_err(|reason| skip(test, reason)).ok()?;
        Some(Self::on(server))
    }

    /// A database in which a script has run, or nothing and a word about it when there is no server.
    pub fn filled(test: &str, script: &str) -> Option<Self> {
        let database = Self::new(test)?;
        database.client().batch_execute(script).unwrap();
        Some(database)
    }

    /// A database on a server whose background workers run and that keeps prepared transactions.
    pub fn working(test: &str) -> Option<Self> {
        let server = working_server().map_err(|reason| skip(test, reason)).ok()?;
        Some(Self::on(server))
    }

    /// The same, in which the extension can be created, or nothing and a word about it. `what` is what the test needs TimescaleDB for.
    pub fn with_workers(test: &str, what: &str) -> Option<Self> {
        let database = Self::working(test)?;
        database.or_skip(test, what)
    }

    fn on(server: &'static TestServer) -> Self {
        // TimescaleDB's background workers connect to template1, which keeps it from being copied.
        Self::like(server, "template0")
    }

    /// Another database on the same server, a copy of this one. No session may be connected to it.
    pub fn copy(&self) -> Self {
        Self::like(self.server, &self.name)
    }

    fn like(server: &'static TestServer, template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("it_{}_{count}", std::process::id());
        server
            .maintenance()
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
            .unwrap();
        Self { server, name }
    }

    /// A database in which the extension can be created, or nothing and a word about it. `what` is what the test needs TimescaleDB for.
    pub fn timescale(test: &str, what: &str) -> Option<Self> {
        Self::new(test)?.or_skip(test, what)
    }

    /// Whether the extension can be created.
    pub fn has_timescaledb(&self) -> bool {
        let sql = "SELECT count(*) FROM pg_available_extensions WHERE name = 'timescaledb'";
        let available: i64 = self.client().query_one(sql, &[]).unwrap().get(0);
        available > 0
    }

    fn or_skip(self, test: &str, what: &str) -> Option<Self> {
        if self.has_timescaledb() {
            return Some(self);
        }
        skip_without_timescaledb(test, what);
        None
    }

    /// The connection URL, with the password.
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// Where the server listens.
    pub fn server(&self) -> SocketAddr {
        let config: Config = self.url().parse().unwrap();
        let Host::Tcp(host) = &config.get_hosts()[0] else {
            panic!("the server listens at no address");
        };
        let port = config.get_ports().first().copied().unwrap_or(5432);
        (host.as_str(), port)
            .to_socket_addrs()
            .unwrap()
            .next()
            .unwrap()
    }

    /// How to connect to the database through what passes on at this address, such as a pooler.
    pub fn through(&self, address: SocketAddr) -> String {
        let config: Config = self.url().parse().unwrap();
        let password = config.get_password().map(String::from_utf8_lossy);
        let password = password.map(|it| format!(" password='{it}'"));
        format!(
            "host={} port={} user={} dbname={}{}",
            address.ip(),
            address.port(),
            config.get_user().unwrap(),
            self.name,
            password.unwrap_or_default(),
        )
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes it again, empty and in this encoding.
    pub fn make_anew(&self, encoding: &str) {
        let name = &self.name;
        let mut client = self.server.maintenance();
        for sql in [
            format!("DROP DATABASE {name} WITH (FORCE)"),
            format!(
                "CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
            ),
        ] {
            client.batch_execute(&sql).unwrap();
        }
    }

    /// A new connection.
    pub fn client(&self) -> Client {
        Client::connect(&self.url(), NoTls).unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropped = self.server.maintenance().batch_execute(&sql);
        // A panic on top of a failed test's would end the whole run.
        assert!(dropped.is_ok() || thread::panicking(), "{dropped:?}");
    }
}

/// Whether the server of an embedded cluster has TimescaleDB; `None`, and a message, if there is no server to run.
pub fn installed_has_timescaledb(test: &str) -> Option<bool> {
    let installed = Server::find().map_err(|error| skip(test, &error.to_string()));
    Some(installed.ok()?.has_extension("timescaledb"))
}

/// Reports a test that cannot run here, as it needs TimescaleDB for this.
pub fn skip_without_timescaledb(test: &str, what: &str) {
    let reason =
        format!("the PostgreSQL server has no extension timescaledb, which is needed for {what}");
    skip(test, &reason);
}

/// The installed psql, or nothing and a word about it.
pub fn installed_psql(test: &str) -> Option<PathBuf> {
    let installed = Server::find().map_err(|error| skip(test, &error.to_string()));
    let psql = installed.ok()?.program("psql");
    if !psql.is_file() {
        skip(test, &format!("there is no {}", psql.display()));
        return None;
    }
    Some(psql)
}

/// The URL with another database.
pub fn with_database(url: &str, database: &str) -> String {
    let (base, query) = match url.split_once('?') {
        Some((base, query)) => (base, format!("?{query}")),
        None => (url, String::new()),
    };
    let authority = base.find("://").map_or(0, |at| at + 3);
    let end = base[authority..]
        .find('/')
        .map_or(base.len(), |at| authority + at);
    format!("{}/{database}{query}", &base[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_of_the_same_server() {
        for (url, expected) in [
            (
                "postgresql://u:p@h:5432/one?sslmode=require",
                "postgresql://u:p@h:5432/two?sslmode=require",
            ),
            ("postgres://h", "postgres://h/two"),
            ("postgres://h/one", "postgres://h/two"),
        ] {
            assert_eq!(with_database(url, "two"), expected);
        }
    }

    #[crate::test]
    fn each_test_has_a_database_of_its_own(one: Database) {
        let two = Database::new(crate::test_name!()).unwrap();
        one.client().batch_execute("CREATE TABLE here ()").unwrap();
        assert!(two.client().batch_execute("SELECT FROM here").is_err());
        let name = two.name().to_owned();
        drop(two);
        let sql = "SELECT count(*) FROM pg_database WHERE datname = $1";
        assert_eq!(
            one.client()
                .query_one(sql, &[&name])
                .unwrap()
                .get::<_, i64>(0),
            0
        );
    }
}
