//! A database of one's own on a private server; the reason by name where there is no server.

use std::io::Write as _;
use std::sync::OnceLock;

use cluster::{Cluster, Running, Server, Settings};
use timeschema::postgres::{Client, NoTls};

/// A connection to a new database. `None`, and a line on standard error, where PostgreSQL is not installed.
pub fn database(test: &str) -> Option<Client> {
    let server = match server() {
        Ok(server) => server,
        Err(reason) => {
            // In one piece, since tests run side by side.
            let line = format!("skipped: {test}: {reason}\n");
            let _ = std::io::stderr().write_all(line.as_bytes());
            return None;
        }
    };
    let mut maintenance = Client::connect(&server.url("postgres"), NoTls).unwrap();
    maintenance
        .batch_execute(&format!("CREATE DATABASE {test}"))
        .unwrap();
    Some(Client::connect(&server.url(test), NoTls).unwrap())
}

/// The server for all tests of this process, which it goes with.
fn server() -> &'static Result<Running, String> {
    static SERVER: OnceLock<Result<Running, String>> = OnceLock::new();
    SERVER.get_or_init(|| {
        let server = Server::find().map_err(|error| error.to_string().replace('\n', " "))?;
        let running = Cluster::temporary(&server, Settings::throwaway());
        Ok(running.unwrap_or_else(|error| panic!("private server: {error}")))
    })
}
