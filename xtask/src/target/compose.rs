//! The service `timescaledb` of `docker-compose.yml`: bringing it up, and running psql inside it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use migrator::link::Link;
use migrator::psql::{Host, Psql};
use xshell::{Shell, cmd};

use crate::env_file::{self, EnvFile};
use crate::explain;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;

/// The service's name in the compose file.
pub const SERVICE: &str = "timescaledb";

/// What runs in the container: psql, once the server answers over TCP twice in a row, and what ends it when we are gone.
const PSQL_IN_CONTAINER: &str = include_str!("psql.sh");

/// A compose project on a Docker engine that answers.
pub struct Compose {
    root: PathBuf,
    /// `docker compose` or `docker-compose`.
    command: Vec<OsString>,
    user: String,
    password: String,
    database: String,
    port: String,
    /// The service's container, where there is one.
    pub container: Option<Container>,
}

/// A container as `docker ps` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    pub id: String,
    /// `running`, `exited`, `created`, …
    pub state: String,
    /// `Up 3 minutes (healthy)`.
    pub status: String,
    /// The image that it was made from.
    pub image: String,
    /// The host's port of 5432.
    port: Option<String>,
}

impl Compose {
    /// Asks the engine for the service's container; a failure says why compose cannot be the target.
    pub fn find(project: &Project, env: &EnvFile) -> Result<Compose, Failure> {
        let file = project.path("docker-compose.yml");
        if !file.is_file() {
            return Err(
                Failure::new(Code::Unreachable, "there is no docker-compose.yml")
                    .next("--target embedded, or a database URL"),
            );
        }
        let container = find_container(project.root(), env)?;
        let command = compose_command().ok_or_else(|| {
            Failure::new(
                Code::Unreachable,
                "neither `docker compose` nor `docker-compose` is installed",
            )
            .next("apt-get install docker-compose, or `--target embedded`")
        })?;
        let user = env
            .get("POSTGRES_USER")
            .unwrap_or_else(|| "user".to_owned());
        Ok(Compose {
            root: project.root().to_owned(),
            command,
            password: env.get("POSTGRES_PASSWORD").unwrap_or_default(),
            database: env
                .get("POSTGRES_DB")
                .unwrap_or_else(|| "analytics".to_owned()),
            port: env
                .get("POSTGRES_PORT")
                .unwrap_or_else(|| "5432".to_owned()),
            user,
            container,
        })
    }

    /// `docker compose …` or `docker-compose …` in the project's folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.command[0]);
        command
            .args(&self.command[1..])
            .args(arguments)
            .current_dir(&self.root);
        command
    }

    /// The compose command as a person types it.
    pub fn typed(&self) -> String {
        let words: Vec<_> = self
            .command
            .iter()
            .map(|word| word.to_string_lossy())
            .collect();
        words.join(" ")
    }

    /// Whether the service's container runs.
    pub fn is_running(&self) -> bool {
        self.container
            .as_ref()
            .is_some_and(|container| container.state == "running")
    }

    /// Starts psql in the container, which must run: what a stopped one holds is not known.
    pub fn connect(&self) -> Result<Box<dyn Link>, Failure> {
        if let Some(container) = self.container.as_ref().filter(|_| !self.is_running()) {
            let message = format!("the container does not run: {}", container.status);
            return Err(Failure::new(Code::Unreachable, message)
                .next(format!("{} up -d {SERVICE}", self.typed())));
        }
        let psql = Psql::start(InContainer {
            compose: self.command.clone(),
            root: self.root.clone(),
            id: self
                .container
                .as_ref()
                .map(|container| container.id.clone()),
        });
        let next = format!("{} logs {SERVICE}", self.typed());
        psql.map(|psql| Box::new(psql) as Box<dyn Link>)
            .map_err(|error| explain::unreachable(&error, &next))
    }

    /// `up -d`, with the `.env` that the compose file needs.
    pub fn up(&mut self, screen: &mut Screen) -> Result<(), Failure> {
        if env_file::create(&self.root.join(".env"), &self.root.join(".env.example"))? {
            screen.progress("made .env from .env.example, with a password of its own");
        }
        screen.progress(format!("starting compose service `{SERVICE}`"));
        let output = self
            .command(&["up", "-d", SERVICE])
            .output()
            .map_err(|error| {
                Failure::new(Code::Unreachable, format!("{}: {error}", self.typed()))
            })?;
        let env = env_file::read(&self.root.join(".env"))?;
        self.container = find_container(&self.root, &env)?;
        match output.status.success() {
            true => Ok(()),
            false => Err(self.explain_up(&String::from_utf8_lossy(&output.stderr))),
        }
    }

    fn explain_up(&self, errors: &str) -> Failure {
        let mut lines = errors.lines().map(str::trim);
        let cause = lines
            .rfind(|line| !line.is_empty() && !line.contains("Encountered errors"))
            .unwrap_or("it did not say why");
        let cause = cause.trim_start_matches("ERROR: for timescaledb").trim();
        let failure = Failure::new(
            Code::Unreachable,
            format!("`{} up -d {SERVICE}` failed: {cause}", self.typed()),
        );
        if errors.contains("is already in use by container") {
            return failure.next(
                "set TIMESCALEDB_CONTAINER in .env to another name, or remove that container",
            );
        }
        let port_is_taken = [
            "port is already allocated",
            "address already in use",
            "Ports are not available",
        ];
        if port_is_taken.iter().any(|text| errors.contains(text)) {
            let port = &self.port;
            return failure.next(format!(
                "set POSTGRES_PORT in .env to a free port (it is {port})"
            ));
        }
        failure.next(format!(
            "{} up {SERVICE}, which shows everything; or `--target embedded`",
            self.typed()
        ))
    }

    /// The database's URL as seen from this machine; the container must run.
    pub fn url(&self) -> Result<String, Failure> {
        let published = self
            .container
            .as_ref()
            .and_then(|container| container.port.clone());
        let port = published.unwrap_or_else(|| self.port.clone());
        // `up` may have made the file that holds the password.
        let env = env_file::read(&self.root.join(".env"))?;
        let value = |name: &str, known: &str| env.get(name).unwrap_or_else(|| known.to_owned());
        Ok(format!(
            "postgres://{}:{}@127.0.0.1:{port}/{}",
            percent_encode(&value("POSTGRES_USER", &self.user)),
            percent_encode(&value("POSTGRES_PASSWORD", &self.password)),
            percent_encode(&value("POSTGRES_DB", &self.database)),
        ))
    }
}

/// Asks `docker ps` for the service's container of this folder; fails when no engine answers.
fn find_container(root: &Path, env: &EnvFile) -> Result<Option<Container>, Failure> {
    let shell = Shell::new().map_err(anyhow::Error::from)?;
    let folder = format!(
        "label=com.docker.compose.project.working_dir={}",
        root.display()
    );
    let service = format!("label=com.docker.compose.service={SERVICE}");
    let project = env.get("COMPOSE_PROJECT_NAME").map(|name| {
        [
            "--filter".to_owned(),
            format!("label=com.docker.compose.project={name}"),
        ]
    });
    let project = project.as_ref().map_or(&[][..], |pair| pair);
    let format = "{{.ID}}\t{{.State}}\t{{.Status}}\t{{.Image}}\t{{.Ports}}";
    let output = cmd!(
        shell,
        "docker ps --all --filter {folder} --filter {service} {project...} --format {format}"
    )
    .quiet()
    .ignore_status()
    .output()
    .map_err(|_| {
        no_engine(
            "docker is not installed",
            "install Docker, or `--target embedded`",
        )
    })?;
    if !output.status.success() {
        return Err(explain_engine(&String::from_utf8_lossy(&output.stderr)));
    }
    Ok(parse_container(&String::from_utf8_lossy(&output.stdout)))
}

fn no_engine(message: &str, next: &str) -> Failure {
    Failure::new(Code::Unreachable, message).next(next)
}

fn explain_engine(errors: &str) -> Failure {
    if errors.contains("permission denied") {
        return no_engine(
            "the Docker engine refuses this user: permission denied on its socket",
            "sudo usermod -aG docker $USER, then log in again; or `--target embedded`",
        );
    }
    let cause = errors.lines().next().unwrap_or("docker ps failed").trim();
    no_engine(
        "no Docker engine answers",
        "sudo systemctl start docker, or `--target embedded`",
    )
    .note_before_next("cause", cause)
}

/// The running container of `docker ps`' lines, or else the newest.
fn parse_container(lines: &str) -> Option<Container> {
    let containers: Vec<Container> = lines.lines().filter_map(parse_line).collect();
    let running = containers
        .iter()
        .find(|container| container.state == "running");
    running.or(containers.first()).cloned()
}

fn parse_line(line: &str) -> Option<Container> {
    let mut fields = line.split('\t').map(str::to_owned);
    let (id, state, status, image) = (
        fields.next()?,
        fields.next()?,
        fields.next()?,
        fields.next()?,
    );
    let ports = fields.next().unwrap_or_default();
    let port = ports.split(", ").find_map(|port| {
        let (host, container) = port.split_once("->")?;
        container
            .starts_with("5432/")
            .then(|| host.rsplit(':').next().map(str::to_owned))?
    });
    Some(Container {
        id,
        state,
        status,
        image,
        port,
    })
}

/// `docker compose` where the plugin is installed, else `docker-compose` from the path.
fn compose_command() -> Option<Vec<OsString>> {
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".docker"));
    let plugins = [
        "/usr/local/lib/docker",
        "/usr/local/libexec/docker",
        "/usr/lib/docker",
        "/usr/libexec/docker",
        "/opt/homebrew/lib/docker",
    ];
    let mut folders = home.into_iter().chain(plugins.map(PathBuf::from));
    if folders.any(|folder| folder.join("cli-plugins/docker-compose").exists()) {
        return Some(vec!["docker".into(), "compose".into()]);
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .any(|folder| folder.join("docker-compose").is_file())
        .then(|| vec!["docker-compose".into()])
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

/// psql in the service's container.
#[derive(Clone)]
struct InContainer {
    compose: Vec<OsString>,
    root: PathBuf,
    id: Option<String>,
}

impl InContainer {
    fn compose(&self) -> Command {
        let mut command = Command::new(&self.compose[0]);
        command.args(&self.compose[1..]).current_dir(&self.root);
        command
    }
}

impl Host for InContainer {
    fn psql(&self, folder: &str) -> Command {
        let mut command = self.compose();
        command.args(["exec", "-T", SERVICE, "sh", "-c", PSQL_IN_CONTAINER, "sh"]);
        command.arg(folder);
        command
    }

    fn copy(&self, file: &Path, folder: &str) -> Result<String, String> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let inside = format!("/tmp/{folder}/{name}");
        let container = self.id.as_ref().ok_or("the service has no container")?;
        let output = Command::new("docker")
            .arg("cp")
            .arg(file)
            .arg(format!("{container}:{inside}"))
            .output()
            .map_err(|error| format!("docker cp: {error}"))?;
        match output.status.success() {
            true => Ok(inside),
            false => Err(format!(
                "docker cp: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_docker_ps_is_read() {
        let line = "abc\trunning\tUp 3 minutes (healthy)\tx/timescaledb:1\t127.0.0.1:5433->5432/tcp, :::8008->8008/tcp\n";
        let container = parse_container(line).unwrap();
        assert_eq!(container.id, "abc");
        assert_eq!(container.port.as_deref(), Some("5433"));
        assert_eq!(container.status, "Up 3 minutes (healthy)");
        assert_eq!(parse_container(""), None);
        let stopped = parse_container("a\texited\tExited (0)\ti\t\nb\trunning\tUp\ti\t").unwrap();
        assert_eq!(stopped.id, "b");
    }

    #[test]
    fn a_password_may_hold_anything() {
        assert_eq!(percent_encode("p@ss:w/rd ü"), "p%40ss%3Aw%2Frd%20%C3%BC");
    }
}
