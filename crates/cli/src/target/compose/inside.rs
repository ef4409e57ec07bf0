//! psql in the service's container.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::process::Command;

use migrator::link::{Error, Link};
use migrator::psql::{Host, Psql};
use migrator::wire;

use super::tool::Tool;
use super::{Compose, SERVICE, errors};
use crate::explain::unreachable;
use crate::failure::{Code, Failure};

/// What runs in the container: psql, once the server answers over TCP twice in a row, and what ends it when we are gone.
const PSQL_IN_CONTAINER: &str = include_str!("../psql.sh");

/// psql in the service's container.
#[derive(Clone)]
pub struct InContainer {
    pub tool: Tool,
    /// The container's.
    pub id: Option<String>,
    /// A database other than the container's default.
    pub database: Option<String>,
    /// Options of the connection, as in `PGOPTIONS`.
    pub options: Option<String>,
}

impl InContainer {
    /// The same on another database.
    pub fn on(&self, database: &str) -> InContainer {
        InContainer {
            database: Some(database.to_owned()),
            ..self.clone()
        }
    }

    /// The same for sessions whose search path holds these schemas: an option of the connection, which `RESET` comes back to.
    pub fn with_search_path(&self, schemas: &[String]) -> InContainer {
        InContainer {
            options: Some(wire::search_path(schemas)),
            ..self.clone()
        }
    }

    /// Starts it where the server is known to answer.
    pub fn start(self) -> Result<Box<dyn Link>, Failure> {
        let tool = self.tool.clone();
        match Psql::start(self) {
            Ok(psql) => Ok(Box::new(psql)),
            Err(error) => Err(explain(&error, &tool)),
        }
    }
}

/// What psql, or compose on its way to it, printed instead of starting.
pub fn explain(error: &Error, tool: &Tool) -> Failure {
    let compose = tool.typed();
    let logs = format!("{compose} logs {SERVICE}");
    let says_nothing = says_nothing(error);
    let message = if says_nothing {
        // `exec` of docker-compose 1 does not say what is wrong with its file.
        tool.complaint()
    } else {
        error.to_string()
    };
    match errors::of_file(&message, &compose) {
        Some(failure) => failure,
        None if says_nothing => {
            let message = match message.trim() {
                "" => "psql in the container exited without output",
                complaint => complaint,
            };
            Failure::new(Code::Unreachable, message).next(logs)
        }
        None => unreachable(error, &logs),
    }
}

/// Whether psql ended without output.
pub fn says_nothing(error: &Error) -> bool {
    matches!(error, Error::Unreachable { message, .. } if message.trim().is_empty())
}

impl Compose {
    /// psql for a person, with their arguments. Through the engine, which needs no compose file and starts at once.
    pub fn for_person(&self, arguments: &[OsString]) -> Command {
        // By way of the environment, where what the person names counts first.
        let script = r#"export PGUSER="${POSTGRES_USER:-postgres}" && export PGDATABASE="${POSTGRES_DB:-$PGUSER}" && exec psql "$@""#;
        let id = self.container.as_ref().map(|it| it.id.as_str());
        let mut command = Command::new("docker");
        command.args(["exec", "--interactive"]);
        if io::stdin().is_terminal() && io::stdout().is_terminal() {
            command.arg("--tty");
        }
        command.args([id.unwrap_or(SERVICE), "sh", "-c", script, "psql"]);
        command.args(arguments);
        command
    }
}

impl Host for InContainer {
    fn psql(&self, folder: &str) -> Command {
        let psql = ["exec", "-T", SERVICE, "sh", "-c", PSQL_IN_CONTAINER, "sh"];
        let mut command = self.tool.command(&psql);
        command.arg(folder);
        command.args([&self.database, &self.options].map(|it| it.as_deref().unwrap_or_default()));
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
        if output.status.success() {
            Ok(inside)
        } else {
            Err(format!(
                "docker cp: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            ))
        }
    }
}
