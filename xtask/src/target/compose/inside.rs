//! psql in the service's container.

use std::path::Path;
use std::process::Command;

use migrator::link::{Error, Link};
use migrator::psql::{Host, Psql};

use super::SERVICE;
use super::tool::Tool;

/// What runs in the container: psql, once the server answers over TCP twice in a row, and what ends it when we are gone.
const PSQL_IN_CONTAINER: &str = include_str!("../psql.sh");

/// psql in the service's container.
#[derive(Clone)]
pub struct InContainer {
    pub tool: Tool,
    /// The container's.
    pub id: Option<String>,
    /// Another database than the container's own.
    pub database: Option<String>,
}

impl InContainer {
    /// The same on another database.
    pub fn on(&self, database: &str) -> InContainer {
        InContainer {
            database: Some(database.to_owned()),
            ..self.clone()
        }
    }

    /// Starts it.
    pub fn start(self) -> Result<Box<dyn Link>, Error> {
        Ok(Box::new(Psql::start(self)?))
    }
}

impl Host for InContainer {
    fn psql(&self, folder: &str) -> Command {
        let psql = ["exec", "-T", SERVICE, "sh", "-c", PSQL_IN_CONTAINER, "sh"];
        let mut command = self.tool.command(&psql);
        command.arg(folder).args(&self.database);
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
