//! A session for each server test, in a database of its own where the test makes tables; the reason by name where there is no server.

pub mod random;

use std::io::Write;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use cluster::{Cluster, Running, Server, Settings};
use postgres::{Client, Config, NoTls};

/// A connection for a test that makes nothing but temporary objects. See [`Database::new`] for which server, and for `None`.
pub fn session(test: &str) -> Option<Client> {
    found(test).map(connect)
}

/// The server, or a line on standard error.
fn found(test: &str) -> Option<&'static Config> {
    match server() {
        Ok(config) => Some(config),
        Err(reason) => {
            // Not `eprintln!`, which the test harness captures; in one piece, since tests run side by side.
            let line = format!("skipped: {test}: {reason}\n");
            std::io::stderr()
                .write_all(line.as_bytes())
                .expect("standard error");
            None
        }
    }
}

/// A connection to an empty database, which is dropped with it.
pub struct Database {
    client: Option<Client>,
    config: Config,
}

impl Database {
    /// On the server of `TEST_DATABASE_URL`, else on a private one. `None`, and a line on standard error, where there is neither.
    pub fn new(test: &str) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = found(test)?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("pgtypes_{}_{number}", std::process::id());
        let mut maintenance = connect(server);
        let create = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'");
        maintenance
            .batch_execute(&create)
            .unwrap_or_else(|error| panic!("{create}: {error}"));
        let mut config = server.clone();
        config.dbname(&name);
        let client = Some(connect(&config));
        Some(Self { client, config })
    }

    /// One more connection to the same database.
    pub fn connect(&self) -> Client {
        connect(&self.config)
    }
}

impl Deref for Database {
    type Target = Client;

    fn deref(&self) -> &Client {
        self.client.as_ref().expect("there until dropped")
    }
}

impl DerefMut for Database {
    fn deref_mut(&mut self) -> &mut Client {
        self.client.as_mut().expect("there until dropped")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        drop(self.client.take());
        if let (Ok(server), Some(name)) = (server(), self.config.get_dbname())
            && let Ok(mut maintenance) = server.connect(NoTls)
        {
            // On a private server it goes with the server anyway.
            let _ =
                maintenance.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// A session whose settings are those that the text forms of this crate are for.
fn connect(config: &Config) -> Client {
    let mut client = config
        .connect(NoTls)
        .unwrap_or_else(|error| panic!("connect: {error}"));
    client
        .batch_execute(
            "SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'",
        )
        .expect("settings");
    client
}

/// Where the maintenance database is, or why there is none.
fn server() -> &'static Result<Config, String> {
    static SERVER: OnceLock<Result<Config, String>> = OnceLock::new();
    SERVER.get_or_init(|| match std::env::var("TEST_DATABASE_URL") {
        Ok(url) => Ok(url
            .parse()
            .unwrap_or_else(|error| panic!("TEST_DATABASE_URL: {error}"))),
        Err(_) => private_server(),
    })
}

fn private_server() -> Result<Config, String> {
    // Its guard is never dropped: the server stops when this process ends.
    static RUNNING: OnceLock<Running> = OnceLock::new();
    let one_line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let server = Server::find().map_err(|error| one_line(error.to_string()))?;
    let running = Cluster::temporary(&server, Settings::throwaway())
        .unwrap_or_else(|error| panic!("private server: {error}"));
    let url = RUNNING.get_or_init(|| running).url("postgres");
    Ok(url.parse().expect("the URL of a private server"))
}
