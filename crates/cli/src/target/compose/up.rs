//! Bringing the service up, with what `.env` has to say for that.

use crate::env_file;
use crate::failure::{Code, Failure};
use crate::screen::Screen;

use super::{CONTAINER_NAME, Compose, SERVICE, VARIABLE, compose_file, engine, errors, of_project};

/// The variable that the compose file does not do without.
const PASSWORD: &str = "POSTGRES_PASSWORD";

impl Compose {
    /// `up -d`.
    pub fn up(&mut self, screen: &mut Screen) -> Result<(), Failure> {
        self.name_container()?;
        screen.progress(format!("starting compose service `{SERVICE}`"));
        let output = self
            .tool
            .command(&["up", "-d", SERVICE])
            .output()
            .map_err(|error| {
                Failure::new(Code::Unreachable, format!("{}: {error}", self.typed()))
            })?;
        self.container = of_project(engine::containers(&self.root)?, &self.tool.project);
        self.was_started = true;
        if output.status.success() {
            return Ok(());
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        let env = env_file::read(&self.root.join(".env")).unwrap_or_default();
        let port = env.get("POSTGRES_PORT");
        let port = port.as_deref().unwrap_or("5432");
        Err(errors::of_up(&errors, &self.typed(), port))
    }

    /// Creates `.env` if there is none, and adds a password if it has none: compose needs one.
    pub fn complete_env(&self, screen: &mut Screen) -> Result<(), Failure> {
        let file = self.root.join(".env");
        if env_file::create(&file, &self.root.join(".env.example"))? {
            screen.progress("created .env from .env.example, with a new password");
        }
        let is_set = env_file::read(&file)?.get(PASSWORD).is_some();
        if is_set || !compose_file(&self.root)?.contains(PASSWORD) {
            return Ok(());
        }
        let inside = self.container.as_ref().and(self.inspect().ok());
        let known = inside.as_ref().and_then(|it| it.variable(PASSWORD));
        if env_file::set_password(&file, PASSWORD, known)? {
            screen.progress(match known {
                Some(_) => "wrote the container's POSTGRES_PASSWORD into .env, which had none",
                None => "wrote a POSTGRES_PASSWORD into .env, which had none",
            });
        }
        Ok(())
    }

    /// Gives the container a different name if another one has the compose file's.
    fn name_container(&mut self) -> Result<(), Failure> {
        let env = env_file::read(&self.root.join(".env"))?;
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
}
