//! `cargo xtask migrate` over a URL: its connections and round trips, and its time beside psql's.
//!
//! The server is `DATABASE_URL`'s, or else a private cluster for as long as the bench runs. Everything happens in a database of the
//! bench's own, which is dropped at the end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use migrator::cluster::{Cluster, Server, Settings};
use migrator::link::Link;
use migrator::wire::Config;

use crate::proxy::{Counts, Proxy, Upstream};
use crate::report::{Report, Verdict};
use crate::scratch::{self, Scratch, trivial_migrations};
use crate::stats::{Times, output, shown, timed};

/// The database that is made and dropped.
const DATABASE: &str = "migrate_bench";
/// How many migrations are many.
const MANY: usize = 300;
/// What may be sent when nothing is pending.
const NOTHING_PENDING: Counts = Counts {
    connections: 1,
    round_trips: 2,
};

/// Measures, or says why that is not possible here.
pub fn run(scratch: &Scratch, xtask: &Path, runs: usize, report: &mut Report) -> Result<()> {
    let (url, _server) = match std::env::var("DATABASE_URL") {
        Ok(url) if !url.is_empty() => (url, None),
        _ => match Server::find() {
            // Flushed to disk like a server that people use.
            Ok(server) => {
                let server = Cluster::temporary(&server, Settings::durable())?;
                (server.url("postgres"), Some(server))
            }
            Err(error) => {
                return report.skip("URL", &format!("DATABASE_URL is not set, and {error}"));
            }
        },
    };
    let database = Database::create(&url)?;
    let bench = Bench::new(scratch, xtask, &database)?;
    bench.count_round_trips(report)?;
    bench.compare_times(runs, report)
}

/// The bench's own database on the server.
struct Database {
    maintenance: Config,
    config: Config,
}

impl Database {
    fn create(url: &str) -> Result<Database> {
        let maintenance = Config::parse(url)?;
        let mut link = maintenance.connect()?;
        link.query(&format!("CREATE DATABASE {DATABASE}")).with_context(|| {
            format!("failed to create the database {DATABASE}; one that a killed bench left may be dropped")
        })?;
        let config = maintenance.clone().with_database(DATABASE);
        Ok(Database {
            maintenance,
            config,
        })
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

    fn upstream(&self) -> Upstream {
        let (host, port) = (self.host(), self.port());
        #[cfg(unix)]
        if host.starts_with('/') {
            return Upstream::Unix(Path::new(&host).join(format!(".s.PGSQL.{port}")));
        }
        Upstream::Tcp(host, port)
    }

    /// The database's URL as it is reached at another host and port; it holds the password.
    fn url(&self, host: &str, port: u16, tls: &[(&str, String)]) -> String {
        let encoded = |name: &str| percent_encode(&self.value(name).unwrap_or_default());
        let parameters: Vec<String> = tls
            .iter()
            .map(|(name, value)| format!("{name}={}", percent_encode(value)))
            .collect();
        format!(
            "postgresql://{}:{}@{}:{port}/{DATABASE}?{}",
            encoded("PGUSER"),
            encoded("PGPASSWORD"),
            percent_encode(host),
            parameters.join("&"),
        )
    }

    /// The URL without a proxy, and as much TLS as the given one asks for.
    fn direct(&self) -> String {
        let mut tls = vec![("sslmode", self.value("PGSSLMODE").unwrap_or_default())];
        tls.extend(
            self.value("PGSSLROOTCERT")
                .map(|file| ("sslrootcert", file)),
        );
        self.url(&self.host(), self.port(), &tls)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // FORCE ends TimescaleDB's background workers. What stays is named by the next run.
        let drop = format!("DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)");
        let _ = self
            .maintenance
            .connect()
            .and_then(|mut link| link.query(&drop));
    }
}

/// The project and the programs that are compared.
struct Bench<'a> {
    database: &'a Database,
    dir: PathBuf,
    xtask: &'a Path,
    psql: PathBuf,
}

impl Bench<'_> {
    fn new<'a>(scratch: &Scratch, xtask: &'a Path, database: &'a Database) -> Result<Bench<'a>> {
        let dir = scratch.project("url")?;
        trivial_migrations(&dir.join("migrations"), MANY)?;
        for folder in ["bare", "recorded"] {
            fs::create_dir_all(dir.join(folder))?;
        }
        for number in 1..=MANY {
            let record = format!(
                "INSERT INTO record (version, name, checksum, applied_at) VALUES ({number}, 'trivial', '{:064x}', now());",
                number
            );
            fs::write(
                dir.join(format!("bare/{number:03}.sql")),
                "BEGIN;\nSELECT 1;\nCOMMIT;\n",
            )?;
            fs::write(
                dir.join(format!("recorded/{number:03}.sql")),
                format!("BEGIN;\nSELECT 1;\n{record}\nCOMMIT;\n"),
            )?;
        }
        // Debian's `psql` in the path is a Perl script that looks for the real one.
        let psql = Server::find()
            .map(|server| server.program("psql"))
            .ok()
            .filter(|path| path.is_file());
        Ok(Bench {
            database,
            dir,
            xtask,
            psql: psql.unwrap_or_else(|| "psql".into()),
        })
    }

    fn migrate(&self, url: &str) -> Command {
        let mut command = scratch::command(self.xtask, &self.dir);
        command.arg("migrate").env("DATABASE_URL", url);
        command
    }

    fn psql(&self) -> Command {
        let mut command = scratch::command(&self.psql, &self.dir);
        command
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1"])
            .envs(self.database.config.environment());
        command
    }

    /// psql over all files of a folder, in one session.
    fn psql_files(&self, folder: &str) -> Command {
        let mut command = self.psql();
        for number in 1..=MANY {
            command.arg("-f").arg(format!("{folder}/{number:03}.sql"));
        }
        command
    }

    fn query(&self, sql: &str) -> Result<()> {
        output(self.psql().args(["-c", sql]))?;
        Ok(())
    }

    /// Makes every migration pending again.
    fn forget(&self) -> Result<()> {
        self.query("DROP TABLE IF EXISTS schema_migrations")
    }

    fn count_round_trips(&self, report: &mut Report) -> Result<()> {
        self.forget()?;
        let many = self.counted()?;
        let what = format!("URL, {MANY} pending: round trips");
        let each = many.round_trips as f64 / MANY as f64;
        let connections = |counts: Counts| match counts.connections {
            1 => "1 connection".to_owned(),
            more => format!("{more} connections"),
        };
        let rest = format!("{}; {each:.2} for each file", connections(many));
        report.line(
            Verdict::Unbound,
            &what,
            &many.round_trips.to_string(),
            &rest,
        )?;

        let none = self.counted()?;
        let rest = format!(
            "{}; bound: 1 connection, {} round trips",
            connections(none),
            NOTHING_PENDING.round_trips
        );
        let kept = none.connections == NOTHING_PENDING.connections
            && none.round_trips <= NOTHING_PENDING.round_trips;
        report.line(
            Verdict::of(kept),
            "URL, nothing pending: round trips",
            &none.round_trips.to_string(),
            &rest,
        )
    }

    /// What one run sends.
    fn counted(&self) -> Result<Counts> {
        let proxy = Proxy::start(self.database.upstream())?;
        let plain = [("sslmode", "prefer".to_owned())];
        let url = self.database.url("127.0.0.1", proxy.port(), &plain);
        let result = output(&mut self.migrate(&url));
        if let Some(failure) = proxy.failure() {
            bail!("the proxy between the command and the server failed: {failure}");
        }
        result.context("a server that insists on TLS cannot be listened to")?;
        Ok(proxy.counts())
    }

    fn compare_times(&self, runs: usize, report: &mut Report) -> Result<()> {
        let url = self.database.direct();
        // Everything is applied by now.
        let none = || timed(&mut self.migrate(&url));
        let (ours, psql) =
            Times::compare(runs, none, || timed(self.psql().args(["-c", "select 1"])))?;
        self.ratio(
            report,
            "URL, nothing pending: time",
            &ours,
            &psql,
            "psql -c 'select 1'",
        )?;

        let many = || {
            self.forget()?;
            timed(&mut self.migrate(&url))
        };
        let what = format!("URL, {MANY} pending: time");
        let (ours, psql) = Times::compare(runs, many, || self.psql_recorded())?;
        self.ratio(
            report,
            &what,
            &ours,
            &psql,
            "one psql -f over them, each recording itself",
        )?;
        let (ours, psql) = Times::compare(runs, many, || timed(&mut self.psql_files("bare")))?;
        self.ratio(
            report,
            &what,
            &ours,
            &psql,
            "one psql -f over them, none recording itself",
        )
    }

    fn psql_recorded(&self) -> Result<Duration> {
        self.query(
            "DROP TABLE IF EXISTS record; \
             CREATE TABLE record (version integer PRIMARY KEY, name text, checksum text, applied_at timestamptz)",
        )?;
        timed(&mut self.psql_files("recorded"))
    }

    fn ratio(
        &self,
        report: &mut Report,
        what: &str,
        ours: &Times,
        theirs: &Times,
        name: &str,
    ) -> Result<()> {
        let rest = format!(
            "{:.2} x {name} ({})",
            ours.ratio(theirs),
            shown(theirs.median())
        );
        report.line(Verdict::Unbound, what, &shown(ours.median()), &rest)
    }
}

/// Percent-encodes everything that is not unreserved in a URL.
fn percent_encode(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            (byte as char).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
