//! Two databases of one server: with TimescaleDB, where the server has it, and in plain mode.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use cluster::{Cluster, Running, Server, Settings};
use postgres::{Client, NoTls};

use super::recorded;

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

/// What each database is a copy of.
const TEMPLATES: [&str; 2] = ["plain_template", "timescaledb_template"];

/// The server of all tests; it stops when their process ends.
static SERVER: OnceLock<Result<Shared, String>> = OnceLock::new();

struct Shared {
    running: Running,
    /// The version of the extension, where the server has it.
    timescaledb: Option<String>,
}

impl Shared {
    fn start() -> Result<Self, String> {
        let server = Server::find().map_err(|error| error.to_string().replace('\n', " "))?;
        // A scheduler would be connected to what is copied.
        let settings = Settings::throwaway();
        let settings = if server.has_extension("timescaledb") {
            settings.option("timescaledb.max_background_workers", "0")
        } else {
            settings
        };
        let mut shared = Self {
            running: Cluster::temporary(&server, settings).unwrap(),
            timescaledb: None,
        };
        let [plain, timescaledb] = TEMPLATES;
        shared.create(plain, &plain::script());
        if server.has_extension("timescaledb") {
            let mut client = shared.create(timescaledb, "CREATE EXTENSION timescaledb");
            let version = "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'";
            shared.timescaledb = Some(client.query_one(version, &[]).unwrap().get(0));
        }
        Ok(shared)
    }

    fn connect(&self, database: &str) -> Client {
        Client::connect(&self.running.url(database), NoTls).unwrap()
    }

    fn create(&self, database: &str, script: &str) -> Client {
        self.connect("postgres")
            .batch_execute(&format!("CREATE DATABASE {database}"))
            .unwrap();
        let mut client = self.connect(database);
        client
            .batch_execute(&format!(
                "SET client_min_messages = error; {ANSWER} {script}"
            ))
            .unwrap_or_else(|error| panic!("{database}: {error:?}"));
        client
    }

    fn copy(&self, template: &str) -> Client {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("pair_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.connect("postgres")
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
            .unwrap();
        let mut client = self.connect(&name);
        client
            .batch_execute("SET client_min_messages = error")
            .unwrap();
        client
    }
}

/// The two databases.
pub struct Pair {
    pub plain: Client,
    /// With the version of the extension.
    pub timescaledb: Option<(Client, String)>,
}

impl Pair {
    /// `None`, and a line on standard error, if there is no server.
    pub fn start(test: &str) -> Option<Self> {
        let server = SERVER.get_or_init(Shared::start).as_ref();
        let server = server.map_err(|reason| testkit::skip(test, reason)).ok()?;
        let [plain, timescaledb] = TEMPLATES;
        Some(Pair {
            plain: server.copy(plain),
            timescaledb: server
                .timescaledb
                .as_ref()
                .map(|version| (server.copy(timescaledb), version.clone())),
        })
    }

    /// The major version of the server.
    pub fn server_version(&mut self) -> u32 {
        let row = self.plain.query_one("SHOW server_version_num", &[]);
        let number: String = row.unwrap().get(0);
        number.parse::<u32>().unwrap() / 10000
    }

    /// Compares the lines of plain mode with those of TimescaleDB, which it answers now, or did when they were recorded.
    pub fn compare_lines(
        &mut self,
        name: &str,
        with_timescaledb: impl FnOnce(&mut Client) -> Vec<String>,
        in_plain_mode: impl FnOnce(&mut Client) -> Vec<String>,
    ) {
        let fresh = self
            .timescaledb
            .as_mut()
            .map(|(client, version)| (version.as_str(), with_timescaledb(client)));
        let fresh = fresh
            .as_ref()
            .map(|(version, lines)| (*version, &lines[..]));
        let recorded = recorded::lines(name, fresh);
        recorded::compare(name, &recorded, &in_plain_mode(&mut self.plain));
    }
}

/// What each expression is in a database.
pub fn answers(client: &mut Client, expressions: &[String]) -> Vec<String> {
    let query =
        "SELECT test.answer(e) FROM unnest($1::text[]) WITH ORDINALITY AS e (e, n) ORDER BY n";
    let rows = client.query(query, &[&expressions]).unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}
