//! A private PostgreSQL with TimescaleDB for this test binary, one database per test, psql as the driver.
//!
//! A test whose server cannot be had is skipped by name. The cluster goes away with the process, however that ends: a shell holds
//! the read end of a pipe whose other end only this process has, and stops the server when the pipe closes.

use std::convert::Infallible;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use catalog::{Catalog, RelationRef};

/// Arguments: the folder, the folder of the binaries.
const GUARD: &str = r#"
    "$2/postgres" -D "$1/data" -k "$1" -c listen_addresses= -c fsync=off -c shared_preload_libraries=timescaledb \
        -c timescaledb.max_background_workers=0 -c timescaledb.telemetry_level=off -c log_min_messages=fatal \
        2> "$1/log" < /dev/null &
    read -r never
    kill -INT $!
    wait $!
    rm -rf "$1"
"#;

struct Cluster {
    folder: PathBuf,
    psql: PathBuf,
    /// Holds the pipe that keeps the server alive.
    _guard: Mutex<Child>,
}

static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();

/// A database of its own for a test.
pub(crate) struct Database {
    cluster: &'static Cluster,
    name: String,
}

/// An empty database, or `None` after saying on stderr why the test is skipped.
pub(crate) fn database(test: &str) -> Option<Database> {
    match CLUSTER.get_or_init(Cluster::start) {
        Ok(cluster) => {
            let name = format!("it_{test}");
            let database = Database {
                cluster,
                name: "postgres".to_owned(),
            };
            database.run(&format!(
                "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"
            ));
            Some(Database { cluster, name })
        }
        Err(reason) => {
            // Nothing can be done about a closed stderr.
            let _ = writeln!(std::io::stderr(), "skipped: {test}: {reason}");
            None
        }
    }
}

impl Database {
    /// Runs SQL as `psql -f` would and gives what it prints; panics on the first error.
    pub(crate) fn run(&self, sql: &str) -> String {
        self.try_run(sql)
            .unwrap_or_else(|error| panic!("{error}\nin: {sql:.300}"))
    }

    /// Runs SQL, or gives psql's message.
    pub(crate) fn try_run(&self, sql: &str) -> Result<String, String> {
        let mut psql = Command::new(&self.cluster.psql)
            .args([
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-U",
                "postgres",
                "-d",
                &self.name,
                "-f",
                "-",
            ])
            .arg("-h")
            .arg(&self.cluster.folder)
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

impl Cluster {
    fn start() -> Result<Cluster, String> {
        let bin = binaries()?;
        let psql = bin.join("psql");
        let psql = if psql.exists() {
            psql
        } else {
            PathBuf::from("psql")
        };
        let folder = std::env::temp_dir().join(format!("catalog-it-{}", std::process::id()));
        std::fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let user = unprivileged()?;
        if let Some((uid, gid)) = user {
            std::os::unix::fs::chown(&folder, Some(uid), Some(gid))
                .map_err(|error| error.to_string())?;
        }
        let command = |program: &Path| {
            let mut command = Command::new(program);
            if let Some((uid, gid)) = user {
                command.uid(uid).gid(gid);
            }
            command.current_dir(&folder);
            command
        };
        let initdb = command(&bin.join("initdb"))
            .args([
                "--no-sync",
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--locale=C",
                "--pgdata=data",
            ])
            .output()
            .map_err(|error| format!("initdb: {error}"))?;
        if !initdb.status.success() {
            return Err(format!(
                "initdb: {}",
                String::from_utf8_lossy(&initdb.stderr)
            ));
        }
        let guard = command(Path::new("/bin/sh"))
            .args(["-c", GUARD, "guard"])
            .args([&folder, &bin])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("/bin/sh: {error}"))?;
        let cluster = Cluster {
            folder,
            psql,
            _guard: Mutex::new(guard),
        };
        cluster.wait()?;
        Ok(cluster)
    }

    fn wait(&self) -> Result<(), String> {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let probe = Command::new(&self.psql)
                .args([
                    "-X", "-U", "postgres", "-d", "postgres", "-c", "SELECT 1", "-h",
                ])
                .arg(&self.folder)
                .output()
                .map_err(|error| format!("psql: {error}"))?;
            if probe.status.success() {
                return Ok(());
            }
            if Instant::now() > until {
                let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                return Err(format!("the server did not start: {log}"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// The newest installed server that has the extension.
fn binaries() -> Result<PathBuf, String> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.path().join("bin"))
                .collect()
        })
        .unwrap_or_default();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(PathBuf::from(
            String::from_utf8_lossy(&output.stdout).trim(),
        ));
    }
    folders.retain(|folder| folder.join("postgres").exists());
    folders.sort();
    if folders.is_empty() {
        return Err("no PostgreSQL server is installed".to_owned());
    }
    let has_extension = |folder: &PathBuf| {
        let output = Command::new(folder.join("pg_config"))
            .arg("--sharedir")
            .output();
        let shared = output
            .map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
            .unwrap_or_default();
        shared.join("extension/timescaledb.control").exists()
    };
    folders
        .into_iter()
        .rev()
        .find(has_extension)
        .ok_or_else(|| "no installed PostgreSQL has TimescaleDB".to_owned())
}

/// User and group `postgres` for root, under whom a server refuses to run.
fn unprivileged() -> Result<Option<(u32, u32)>, String> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id")
            .args(arguments)
            .output()
            .map_err(|error| format!("id: {error}"))?;
        String::from_utf8_lossy(&output.stdout)
            .trim()
            .parse::<u32>()
            .map_err(|_| "there is no user postgres".to_owned())
    };
    if id(&["-u"])? != 0 {
        return Ok(None);
    }
    Ok(Some((id(&["-u", "postgres"])?, id(&["-g", "postgres"])?)))
}
