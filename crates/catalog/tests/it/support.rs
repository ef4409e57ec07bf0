//! A database of its own for each test, on a private server with TimescaleDB, and psql as the driver.

use std::convert::Infallible;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use catalog::{Catalog, RelationRef};
use migrator::cluster::{Cluster, Running, Server, Settings, USER};

/// The server for all tests of this process, which it goes with, and its psql.
struct Private {
    running: Running,
    psql: PathBuf,
    /// Why there is no TimescaleDB, where that is so.
    without_timescaledb: Option<String>,
}

static SERVER: OnceLock<Result<Private, String>> = OnceLock::new();

/// A database on the private server.
pub(crate) struct Database {
    server: &'static Private,
    name: String,
}

/// A new, empty database on a server with TimescaleDB, or `None` after saying on stderr why the test is skipped.
pub(crate) fn database(test: &str) -> Option<Database> {
    let server = SERVER.get_or_init(start).as_ref();
    let has_timescaledb = server.and_then(|server| match &server.without_timescaledb {
        Some(reason) => Err(reason),
        None => Ok(server),
    });
    created(test, has_timescaledb)
}

/// The same on any server.
pub(crate) fn plain_database(test: &str) -> Option<Database> {
    created(test, SERVER.get_or_init(start).as_ref())
}

fn created(test: &str, server: Result<&'static Private, &String>) -> Option<Database> {
    match server {
        Ok(server) => {
            let maintenance = Database {
                server,
                name: "postgres".to_owned(),
            };
            maintenance.run(&format!("CREATE DATABASE {test}"));
            Some(Database {
                server,
                name: test.to_owned(),
            })
        }
        Err(reason) => {
            // Nothing can be done about a closed stderr.
            let _ = writeln!(std::io::stderr(), "skipped: {test}: {reason}");
            None
        }
    }
}

fn start() -> Result<Private, String> {
    let server = Server::find().map_err(|error| error.to_string().replace('\n', " "))?;
    let without_timescaledb = (!server.has_extension("timescaledb"))
        .then(|| format!("PostgreSQL {} has no TimescaleDB", server.version()));
    let running = Cluster::temporary(&server, Settings::throwaway())
        .unwrap_or_else(|error| panic!("private server: {error}"));
    Ok(Private {
        running,
        psql: server.program("psql"),
        without_timescaledb,
    })
}

impl Database {
    /// Runs SQL as `psql -f` would and gives what it prints; panics on the first error.
    pub(crate) fn run(&self, sql: &str) -> String {
        self.try_run(sql)
            .unwrap_or_else(|error| panic!("{error}\nin: {sql:.300}"))
    }

    /// Runs SQL, or gives psql's message.
    pub(crate) fn try_run(&self, sql: &str) -> Result<String, String> {
        let mut psql = Command::new(&self.server.psql)
            .args([
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-U",
                USER,
                "-d",
                &self.name,
                "-f",
                "-",
            ])
            .arg("-h")
            .arg(self.server.running.socket_dir())
            .args(["-p", &self.server.running.port().to_string()])
            .env("PGCLIENTENCODING", "UTF8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let mut input = psql.stdin.take().ok_or("psql has no stdin")?;
        let sql = sql.to_owned();
        let writer = std::thread::spawn(move || input.write_all(sql.as_bytes()));
        let output = psql.wait_with_output().map_err(|error| error.to_string())?;
        // psql closes its input early when a statement fails, and tells so itself.
        let _ = writer.join();
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout)
                .trim_end_matches('\n')
                .to_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// The catalog, read by this crate through psql.
    pub(crate) fn catalog(&self) -> Catalog {
        self.catalog_without(&[], "")
    }

    /// The catalog without some tables, in a session that begins with `settings`.
    pub(crate) fn catalog_without(&self, exclude: &[RelationRef], settings: &str) -> Catalog {
        let run = |query: &str| Ok::<_, Infallible>(self.run(&format!("{settings}\n{query};")));
        catalog::introspect(exclude, run).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Applies the project's migrations.
    pub(crate) fn migrate(&self) {
        for (_, text) in migrations() {
            self.run(&text);
        }
    }
}

/// Name and text of each of the project's migrations, in order.
pub(crate) fn migrations() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |file: &PathBuf| {
        (
            file.file_name().unwrap().to_string_lossy().into_owned(),
            std::fs::read_to_string(file).unwrap(),
        )
    };
    files.iter().map(read).collect()
}
