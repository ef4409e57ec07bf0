//! Databases of their own for tests, on one private server for each test binary.

use std::io::Write as _;
use std::sync::OnceLock;

use analytics_schema::Config;
use analytics_schema::postgres::{Client, NoTls};
use migrator::cluster::{Cluster, Running, Server, Settings};

/// A new database without anything in it; `None`, and a line on standard error, where that cannot be.
pub fn empty_database(test: &str) -> Option<Config> {
    let server = match server() {
        Ok(server) => server,
        Err(reason) => {
            let _ = writeln!(std::io::stderr(), "skipped: {test}: {reason}");
            return None;
        }
    };
    let mut maintenance = Client::connect(&server.url("postgres"), NoTls).unwrap();
    maintenance
        .batch_execute(&format!("CREATE DATABASE {test}"))
        .unwrap();
    Some(Config::parse(&server.url(test)).unwrap())
}

/// The server for all tests of this process, which it goes with.
fn server() -> &'static Result<Running, String> {
    static SERVER: OnceLock<Result<Running, String>> = OnceLock::new();
    SERVER.get_or_init(|| {
        let server = Server::find().map_err(|error| error.to_string().replace('\n', " "))?;
        if !server.has_extension("timescaledb") {
            return Err("the installed PostgreSQL has no TimescaleDB".to_owned());
        }
        let running = Cluster::temporary(&server, Settings::throwaway());
        Ok(running.unwrap_or_else(|error| panic!("private server: {error}")))
    })
}
