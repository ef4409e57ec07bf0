//! The service `timescaledb` of `docker-compose.yml`: finding its container, bringing it up, and the ways to its database.

mod checkout;
mod engine;
mod inside;
mod tool;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use migrator::link::{Error, Link};
use migrator::wire::Config;

use crate::env_file::{self, EnvFile};
use crate::explain;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;

use super::place::{Place, identity};
use checkout::InFile;
pub use checkout::VARIABLE;
use engine::{Container, Inspection};
pub use inside::InContainer;
use tool::Tool;

/// The service's name in the compose file.
pub const SERVICE: &str = "timescaledb";

/// The variable that the compose file takes the container's name of.
const CONTAINER_NAME: &str = "TIMESCALEDB_CONTAINER";

/// A compose project on a Docker engine that answers.
pub struct Compose {
    root: PathBuf,
    tool: Tool,
    /// Whether the environment or `.env` names the compose project.
    is_named: bool,
    /// The service's container, where there is one.
    pub container: Option<Container>,
}

impl Compose {
    /// Asks the engine for the service's container; a failure says why compose cannot be the target.
    pub fn find(project: &Project, env: &EnvFile) -> Result<Compose, Failure> {
        let root = project.root();
        let text = compose_file(root)?;
        let containers = engine::containers(root)?;
        let mut tool = Tool::find(root).ok_or_else(|| {
            Failure::new(
                Code::Unreachable,
                "neither `docker compose` nor `docker-compose` is installed",
            )
            .next("apt-get install docker-compose, or `--target embedded`")
        })?;
        let in_env = env.get(VARIABLE);
        let named = match in_env.clone() {
            Some(name) => Some(name),
            None => name_in_file(&text, &tool)?,
        };
        let known = checkout::known(named.as_deref(), root, &containers, &tool.typed())?;
        tool.project = match known {
            Some(name) => name,
            None => {
                let has_env = root.join(".env").exists();
                let with_data = engine::projects_with_data(root)?;
                checkout::fresh(root, has_env, &with_data, &containers)?
            }
        };
        tool.is_found = named.is_some() || tool.project == checkout::by_folder(root);
        let container = of_project(containers, &tool.project);
        Ok(Compose {
            root: root.to_owned(),
            tool,
            is_named: in_env.is_some(),
            container,
        })
    }

    /// `docker compose …` or `docker-compose …` in the project's folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.tool.command(arguments)
    }

    /// The compose command as a person types it.
    pub fn typed(&self) -> String {
        self.tool.typed()
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
        let psql = self.psql().start();
        let next = format!("{} logs {SERVICE}", self.typed());
        psql.map_err(|error| explain::unreachable(&error, &next))
    }

    /// psql in the container.
    fn psql(&self) -> InContainer {
        let id = self.container.as_ref().map(|it| it.id.clone());
        InContainer {
            tool: self.tool.clone(),
            id,
            database: None,
        }
    }

    /// `up -d`, with the `.env` that the compose file needs.
    pub fn up(&mut self, screen: &mut Screen) -> Result<(), Failure> {
        let env_file = self.root.join(".env");
        if env_file::create(&env_file, &self.root.join(".env.example"))? {
            screen.progress("made .env from .env.example, with a password of its own");
        }
        self.name_container(&env_file::read(&env_file)?)?;
        screen.progress(format!("starting compose service `{SERVICE}`"));
        let output = self
            .command(&["up", "-d", SERVICE])
            .output()
            .map_err(|error| {
                Failure::new(Code::Unreachable, format!("{}: {error}", self.typed()))
            })?;
        self.container = of_project(engine::containers(&self.root)?, &self.tool.project);
        match output.status.success() {
            true => Ok(()),
            false => Err(self.explain_up(&String::from_utf8_lossy(&output.stderr))),
        }
    }

    /// Gives the container a name of its own where another has the one of the compose file.
    fn name_container(&mut self, env: &EnvFile) -> Result<(), Failure> {
        if env.get(CONTAINER_NAME).is_some() || !compose_file(&self.root)?.contains(CONTAINER_NAME)
        {
            return Ok(());
        }
        self.tool.container_name = match &self.container {
            Some(container) => Some(container.name.clone()),
            None if engine::has_container(&self.root, SERVICE)? => Some(self.tool.project.clone()),
            None => None,
        };
        Ok(())
    }

    /// Writes into `.env` which compose project is this checkout's: the next command finds the same database, also when no engine answers,
    /// and so does a compose command that a person types.
    pub fn remember(&self, screen: &mut Screen) {
        if self.is_named {
            return;
        }
        let mut lines = vec![(VARIABLE, self.tool.project.as_str())];
        let name = self.tool.container_name.as_deref();
        lines.extend(
            name.filter(|it| *it != SERVICE)
                .map(|it| (CONTAINER_NAME, it)),
        );
        if let Err(failure) = env_file::add(&self.root.join(".env"), &lines) {
            screen.progress(failure.diagnostic.message);
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
            let env = env_file::read(&self.root.join(".env")).unwrap_or_default();
            let port = env.get("POSTGRES_PORT");
            let port = port.as_deref().unwrap_or("5432");
            return failure.next(format!(
                "set POSTGRES_PORT in .env to a free port (it is {port})"
            ));
        }
        failure.next(format!(
            "{} up {SERVICE}, which shows everything; or `--target embedded`",
            self.typed()
        ))
    }

    /// What the engine knows of the container.
    fn inspect(&self) -> Result<Inspection, Failure> {
        let missing = || {
            Failure::new(Code::Unreachable, "the service has no container")
                .next("cargo xtask migrate")
        };
        let container = self.container.as_ref().ok_or_else(missing)?;
        engine::inspect(&self.root, &container.id)
    }

    /// Where its database is made and dropped: in the container, as migrations are.
    pub fn place(&self) -> Result<Place, Failure> {
        let inside = self.inspect()?;
        let container = self.container.as_ref().map(|it| it.name.as_str());
        Ok(Place::in_container(
            self.psql(),
            inside.database().to_owned(),
            format!("container {}", container.unwrap_or(SERVICE)),
            engine::elsewhere(&self.root),
        ))
    }

    /// The database's URL as seen from this machine, as the container says; the container must run. Whether another server answers there
    /// is not known yet.
    pub fn url(&self) -> Result<String, Failure> {
        let inside = self.inspect()?;
        let port = inside.published.as_ref().ok_or_else(|| {
            Failure::new(
                Code::Unreachable,
                "the container publishes no port of its database",
            )
            .next(format!(
                "write `ports` into docker-compose.yml, then {} up -d {SERVICE}",
                self.typed()
            ))
        })?;
        let server = port.reached_from_here(engine::elsewhere(&self.root).as_deref());
        let password = inside.variable("POSTGRES_PASSWORD").unwrap_or_default();
        Ok(format!(
            "postgres://{}:{}@{server}/{}",
            percent_encode(inside.user()),
            percent_encode(password),
            percent_encode(inside.database()),
        ))
    }

    /// Refuses a URL behind which is another server than `inside`, a session in the container: then a program on this machine would
    /// work on somebody else's database.
    pub fn check_url(&self, config: &Config, inside: &mut dyn Link) -> Result<(), Failure> {
        let server = config.server();
        let next = format!(
            "`cargo xtask psql` goes into the container; {}",
            self.unreachable_from_here()
        );
        let mut outside = config.connect().map_err(|error| {
            let (message, is_refused) = match &error {
                Error::Unreachable { message, code } => (message.clone(), code.is_some()),
                other => (other.to_string(), false),
            };
            let message = message.lines().next().unwrap_or_default().to_owned();
            let failure = Failure::new(Code::Unreachable, message)
                .note("at", format!("{server}, the port of the container"));
            failure.next(match is_refused {
                true => format!(
                    "another server may answer at {server}; or the data has another password than the container: \
                     `cargo xtask psql -- -c '\\password'` sets one"
                ),
                false => next.clone(),
            })
        })?;
        let asked = |error: Error| explain::run(&error.into(), &[]);
        let there = identity(inside).map_err(asked)?;
        match identity(&mut outside).map_err(asked)? == there {
            true => Ok(()),
            false => Err(Failure::new(
                Code::Unreachable,
                format!("another server than the container's answers at {server}"),
            )
            .next(next)),
        }
    }

    /// What helps where the container's port is not to be reached.
    fn unreachable_from_here(&self) -> String {
        match engine::elsewhere(&self.root) {
            Some(host) => format!(
                "to reach it from this machine, forward its port from the engine's: ssh -L … {host}"
            ),
            None => format!(
                "to reach it from this machine, set POSTGRES_PORT in .env to a free port, then {} up -d {SERVICE}",
                self.typed()
            ),
        }
    }
}

/// The text of the compose file.
fn compose_file(root: &Path) -> Result<String, Failure> {
    let file = root.join("docker-compose.yml");
    fs::read_to_string(&file).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            Failure::new(Code::Unreachable, "there is no docker-compose.yml")
                .next("--target embedded, or a database URL")
        }
        _ => Failure::new(
            Code::Usage,
            format!("failed to read docker-compose.yml: {error}"),
        ),
    })
}

/// What the compose file calls the project; compose itself is asked where that is put together.
fn name_in_file(text: &str, tool: &Tool) -> Result<Option<String>, Failure> {
    match checkout::in_file(text) {
        InFile::Nothing => Ok(None),
        InFile::Name(name) => Ok(Some(name)),
        InFile::Variables => {
            let output = tool.command(&["config"]).output();
            let text = output.map(|it| String::from_utf8_lossy(&it.stdout).into_owned());
            match checkout::in_file(&text.unwrap_or_default()) {
                InFile::Name(name) => Ok(Some(name)),
                _ => Err(Failure::new(
                    Code::Usage,
                    format!("`{} config` does not name the project", tool.typed()),
                )
                .next(format!("set {} in .env", VARIABLE))),
            }
        }
    }
}

/// The project's container that runs, or else the newest.
fn of_project(containers: Vec<Container>, project: &str) -> Option<Container> {
    let mut of_it: Vec<Container> = containers
        .into_iter()
        .filter(|it| it.project == project && it.is_ours)
        .collect();
    let running = of_it.iter().position(|it| it.state == "running");
    match of_it.is_empty() {
        true => None,
        false => Some(of_it.swap_remove(running.unwrap_or(0))),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_may_hold_anything() {
        assert_eq!(percent_encode("p@ss:w/rd ü"), "p%40ss%3Aw%2Frd%20%C3%BC");
    }

    #[test]
    fn of_several_containers_the_one_that_runs_counts() {
        let container = |id: &str, state: &str, project: &str| Container {
            id: id.to_owned(),
            state: state.to_owned(),
            project: project.to_owned(),
            is_ours: true,
            ..Container::default()
        };
        let all = vec![
            container("a", "exited", "app"),
            container("b", "running", "other"),
            container("c", "running", "app"),
        ];
        let id = |project: &str| of_project(all.clone(), project).map(|it| it.id);
        assert_eq!(id("app").as_deref(), Some("c"));
        assert_eq!(id("none"), None);
    }
}
