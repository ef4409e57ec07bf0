//! The service `timescaledb` of `docker-compose.yml`: finding its container, bringing it up, and the ways to its database.

mod address;
mod checkout;
mod engine;
mod errors;
mod inside;
pub mod state;
mod tool;
mod up;
mod wait;

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::env_file::EnvFile;
use crate::failure::{Code, Failure};
use crate::project::Project;

pub use checkout::VARIABLE;
use checkout::{By, InFile};
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
    /// Whether this command has started the container.
    was_started: bool,
    /// The service's container, if there is one.
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
            Some(name) if std::env::var_os(VARIABLE).is_some() => Some((name, By::Environment)),
            Some(name) => Some((name, By::EnvFile)),
            None => name_in_file(&text, &tool)?.map(|name| (name, By::File)),
        };
        let name = named.as_ref().map(|(name, _)| name.as_str());
        let known = checkout::known(name, root, &containers, &tool.typed())?;
        let by = named.as_ref().map(|(_, by)| *by);
        tool.project = match (known, by) {
            (Some(name), Some(by)) if is_in_doubt(&name, by, root, &containers)? => {
                return Err(checkout::in_doubt(&name, by, root, &tool.typed()));
            }
            (Some(name), _) => name,
            (None, _) => {
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
            was_started: false,
            container,
        })
    }

    /// The container as it is now.
    fn look_again(&self) -> Option<Container> {
        let containers = engine::containers(&self.root).ok()?;
        of_project(containers, &self.tool.project)
    }

    /// The compose command as a person types it.
    pub fn typed(&self) -> String {
        self.tool.typed()
    }

    /// psql in the container.
    fn psql(&self) -> InContainer {
        let id = self.container.as_ref().map(|it| it.id.clone());
        InContainer {
            tool: self.tool.clone(),
            id,
            database: None,
            options: None,
        }
    }

    /// What the engine knows about the container.
    fn inspect(&self) -> Result<Inspection, Failure> {
        let missing = || {
            Failure::new(Code::Unreachable, "the service has no container")
                .next("cargo xtask migrate")
        };
        let container = self.container.as_ref().ok_or_else(missing)?;
        engine::inspect(&self.root, &container.id)
    }
}

/// Whether a named project without a container here has data that may be another checkout's.
fn is_in_doubt(name: &str, by: By, root: &Path, containers: &[Container]) -> Result<bool, Failure> {
    let is_ours = |it: &Container| it.project == name && it.is_ours;
    if containers.iter().any(is_ours) || !checkout::may_be_another_s(name, by, root) {
        return Ok(false);
    }
    let with_data = engine::projects_with_data(root)?;
    Ok(with_data.iter().any(|it| it == name))
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
    if of_it.is_empty() {
        None
    } else {
        Some(of_it.swap_remove(running.unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
