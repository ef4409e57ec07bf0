//! `cargo xtask migrate` through compose: how many Docker programs it starts, and its time beside one `exec … psql`.
//!
//! Everything happens in a compose project of the bench's own, with its own container, port, volume and password.

use std::ffi::OsStr;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::cargo;
use crate::report::{Report, Verdict};
use crate::scratch::{self, Scratch, trivial_migrations};
use crate::shim::Shims;
use crate::stats::{Times, output, shown, timed};

/// The compose project and its container; the same always, so that the next run removes what a killed one left.
const PROJECT: &str = "analytics-bench";
const SERVICE: &str = "timescaledb";
const USER: &str = "bench";

/// Most Docker programs that a run may start with the container up.
const MOST_PROCESSES: usize = 6;
/// Most time that many trivial migrations may take, in runs of `exec … psql -c 'select 1'`.
const MOST_EXECS: f64 = 3.0;
/// Few migrations, and many.
const FEW: usize = 3;
const MANY: usize = 300;

/// Measures, or says why that is not possible here.
pub fn run(scratch: &Scratch, xtask: &Path, runs: usize, report: &mut Report) -> Result<()> {
    let service = match Service::start(scratch, xtask)? {
        Ok(service) => service,
        Err(why) => return report.skip("compose", &why),
    };
    count_processes(&service, scratch, report)?;
    compare_times(&service, runs, report)
}

fn count_processes(service: &Service, scratch: &Scratch, report: &mut Report) -> Result<()> {
    let shims = Shims::new(scratch.folder("shims")?)?;
    let count = |folder: &str| -> Result<Vec<String>> {
        let mut command = service.migrate(folder);
        shims.watch(&mut command)?;
        output(&mut command)?;
        shims.started()
    };
    service.forget()?;
    let few = count("few")?;
    service.forget()?;
    let many = count("many")?;
    let none = count("many")?;
    let bound = format!("at most {MOST_PROCESSES}");
    let same = format!("{bound}, and as many as for {FEW}");
    let within = |started: &[String]| started.len() <= MOST_PROCESSES;
    let mut line = |kept, what: String, started: &[String], bound: &str| {
        let rest = format!("{bound}: {}", started.join(", "));
        let what = format!("compose, {what}: Docker programs");
        report.line(Verdict::of(kept), &what, &started.len().to_string(), &rest)
    };
    line(within(&few), format!("{FEW} pending"), &few, &bound)?;
    line(
        within(&many) && many.len() == few.len(),
        format!("{MANY} pending"),
        &many,
        &same,
    )?;
    line(within(&none), "nothing pending".to_owned(), &none, &bound)
}

fn compare_times(service: &Service, runs: usize, report: &mut Report) -> Result<()> {
    let many = || {
        service.forget()?;
        timed(&mut service.migrate("many"))
    };
    let (ours, exec) = Times::compare(runs, many, || service.select_1())?;
    let ratio = ours.ratio(&exec);
    let bound = format!(
        "{ratio:.2} x `{} exec -T {SERVICE} psql -c 'select 1'` ({}), at most {MOST_EXECS}",
        service.compose.join(" "),
        shown(exec.median()),
    );
    let what = format!("compose, {MANY} pending: time");
    report.line(
        Verdict::of(ratio <= MOST_EXECS),
        &what,
        &shown(ours.median()),
        &bound,
    )?;

    let none = || timed(&mut service.migrate("many"));
    let (ours, exec) = Times::compare(runs, none, || service.select_1())?;
    let bound = format!(
        "{:.2} x the same ({})",
        ours.ratio(&exec),
        shown(exec.median())
    );
    report.line(
        Verdict::Unbound,
        "compose, nothing pending: time",
        &shown(ours.median()),
        &bound,
    )
}

/// The service, up and migrated once, in a project of the bench's own.
pub struct Service {
    /// The project's folder.
    dir: PathBuf,
    xtask: PathBuf,
    /// `docker compose` or `docker-compose`.
    compose: &'static [&'static str],
    port: u16,
    password: String,
}

impl Service {
    /// Starts it; says why not if there is no engine or no image.
    pub fn start(scratch: &Scratch, xtask: &Path) -> Result<Result<Service, String>> {
        if output(Command::new("docker").arg("info")).is_err() {
            return Ok(Err("no Docker engine answers".to_owned()));
        }
        let Some(compose) = compose_command() else {
            return Ok(Err(
                "neither `docker compose` nor `docker-compose` is installed".to_owned(),
            ));
        };
        let dir = scratch.project("compose")?;
        let file = cargo::workspace().join("docker-compose.yml");
        fs::copy(&file, dir.join("docker-compose.yml"))
            .with_context(|| format!("failed to copy {}", file.display()))?;
        trivial_migrations(&dir.join("few"), FEW)?;
        trivial_migrations(&dir.join("many"), MANY)?;
        let service = Service {
            dir,
            xtask: xtask.to_owned(),
            compose,
            port: free_port()?,
            // The port is open to this machine's other users.
            password: random_password()?,
        };
        let image = service.image()?;
        if output(Command::new("docker").args(["image", "inspect", &image])).is_err() {
            let why = format!(
                "the engine has no image {image}: docker pull {image}, or set TIMESCALEDB_IMAGE"
            );
            return Ok(Err(why));
        }
        service.remove()?;
        output(&mut service.migrate("few")).context("the service did not come up")?;
        Ok(Ok(service))
    }

    /// A command in the project's folder and environment.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = scratch::command(program, &self.dir);
        command
            .env("COMPOSE_PROJECT_NAME", PROJECT)
            .env("TIMESCALEDB_CONTAINER", PROJECT)
            .env("POSTGRES_USER", USER)
            .env("POSTGRES_DB", USER)
            .env("POSTGRES_PASSWORD", &self.password)
            .env("POSTGRES_PORT", self.port.to_string());
        command
    }

    fn compose(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(self.compose[0]);
        command.args(&self.compose[1..]).args(arguments);
        command
    }

    /// `cargo xtask migrate`, without the time that cargo itself takes.
    pub fn migrate(&self, migrations: impl AsRef<OsStr>) -> Command {
        let mut command = self.command(&self.xtask);
        command.args(["migrate", "--target", "compose", "--migrations"]);
        command.arg(migrations);
        command
    }

    /// The time of what the manual has people type.
    fn select_1(&self) -> Result<Duration> {
        timed(&mut self.compose(&[
            "exec", "-T", SERVICE, "psql", "-U", USER, "-d", USER, "-c", "select 1",
        ]))
    }

    /// Makes every migration pending again; trivial ones leave nothing but their history.
    pub fn forget(&self) -> Result<()> {
        let drop = "DROP TABLE IF EXISTS schema_migrations";
        let mut command = Command::new("docker");
        output(command.args([
            "exec", PROJECT, "psql", "-X", "-q", "-U", USER, "-d", USER, "-c", drop,
        ]))?;
        Ok(())
    }

    /// The image that the compose file names in this environment.
    fn image(&self) -> Result<String> {
        let config = output(&mut self.compose(&["config"]))?;
        let image = config
            .lines()
            .find_map(|line| line.trim().strip_prefix("image: "));
        match image {
            Some(image) => Ok(image.trim_matches(['"', '\'']).to_owned()),
            None => bail!("docker-compose.yml names no image"),
        }
    }

    /// Removes container, volume and network.
    fn remove(&self) -> Result<()> {
        output(&mut self.compose(&["down", "--volumes", "--timeout", "0"]))?;
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // What cannot be removed now is removed at the next start.
        let _ = self.remove();
    }
}

/// `docker compose` where it is installed, else `docker-compose`: the commands choose the same.
fn compose_command() -> Option<&'static [&'static str]> {
    let generations: [&'static [&'static str]; 2] = [&["docker", "compose"], &["docker-compose"]];
    generations
        .into_iter()
        .find(|words| output(Command::new(words[0]).args(&words[1..]).arg("version")).is_ok())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

fn random_password() -> Result<String> {
    let mut bytes = [0; 16];
    std::io::Read::read_exact(&mut fs::File::open("/dev/urandom")?, &mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
