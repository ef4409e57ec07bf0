//! Two databases of one server: with TimescaleDB, where the server has it, and in plain mode.

use std::io::Write as _;

use migrator::cluster::{Cluster, Running, Server, Settings};
use migrator::plain;
use postgres::{Client, NoTls};

/// A function that gives an expression's value as text, or the SQLSTATE and the message of the error.
const ANSWER: &str = "
    CREATE SCHEMA test;
    CREATE FUNCTION test.answer(expression text) RETURNS text LANGUAGE plpgsql AS $$
    DECLARE
        value text;
    BEGIN
        EXECUTE 'SELECT (' || expression || ')::text' INTO value;
        RETURN COALESCE(value, 'null');
    EXCEPTION WHEN OTHERS THEN
        RETURN SQLSTATE || ' ' || SQLERRM;
    END
    $$;
";

/// The two databases.
pub struct Pair {
    pub plain: Client,
    /// With the version of the extension.
    pub timescaledb: Option<(Client, String)>,
    // Behind the clients, so that it is stopped when nobody is connected any more.
    _running: Running,
}

impl Pair {
    /// `None`, and a line on standard error, where there is no server.
    pub fn start(test: &str) -> Option<Self> {
        let server = match Server::find() {
            Ok(server) => server,
            Err(error) => {
                skip(test, &error.to_string().replace('\n', " "));
                return None;
            }
        };
        let running = Cluster::temporary(&server, Settings::throwaway()).unwrap();
        let connect = |database: &str| Client::connect(&running.url(database), NoTls).unwrap();
        let create = |database: &str, script: &str| {
            connect("postgres")
                .batch_execute(&format!("CREATE DATABASE {database}"))
                .unwrap();
            let mut client = connect(database);
            client
                .batch_execute(&format!(
                    "{ANSWER} SET client_min_messages = error; {script}"
                ))
                .unwrap_or_else(|error| panic!("{database}: {error:?}"));
            client
        };
        let plain = create("plain", &plain::script());
        let timescaledb = server.has_extension("timescaledb").then(|| {
            let mut client = create("timescaledb", "CREATE EXTENSION timescaledb");
            let version = "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'";
            let version = client.query_one(version, &[]).unwrap().get(0);
            (client, version)
        });
        Some(Pair {
            plain,
            timescaledb,
            _running: running,
        })
    }
}

/// What each expression is in a database.
pub fn answers(client: &mut Client, expressions: &[String]) -> Vec<String> {
    let query =
        "SELECT test.answer(e) FROM unnest($1::text[]) WITH ORDINALITY AS e (e, n) ORDER BY n";
    let rows = client.query(query, &[&expressions]).unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

fn skip(test: &str, reason: &str) {
    let line = format!("skipped: {test}: {reason}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
