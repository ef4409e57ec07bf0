//! The compose program, in the project's folder and for its compose project: all its commands are built here.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{CONTAINER_NAME, VARIABLE};
use crate::shell;

/// Where plugins of Docker's client are, in addition to the user's folder.
const PLUGINS: [&str; 5] = [
    "/usr/local/lib/docker",
    "/usr/local/libexec/docker",
    "/usr/lib/docker",
    "/usr/libexec/docker",
    "/opt/homebrew/lib/docker",
];

/// `docker compose` or `docker-compose`, with all necessary arguments.
#[derive(Clone)]
pub struct Tool {
    words: Vec<OsString>,
    root: PathBuf,
    /// The compose project.
    pub project: String,
    /// Whether compose finds that project on its own, so that a person need not name it either.
    pub is_found: bool,
    /// The container's name, if the compose file does not set it.
    pub container_name: Option<String>,
}

impl Tool {
    /// `docker compose` where the plugin is installed, else `docker-compose` from the path.
    pub fn find(root: &Path) -> Option<Tool> {
        Some(Tool {
            words: installed()?,
            root: root.to_owned(),
            project: String::new(),
            is_found: true,
            container_name: None,
        })
    }

    /// The compose program with arguments, in the project's folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.words[0]);
        command
            .args(&self.words[1..])
            .args(arguments)
            .current_dir(&self.root);
        if !self.project.is_empty() {
            command.env(VARIABLE, &self.project);
        }
        if let Some(name) = &self.container_name {
            command.env(CONTAINER_NAME, name);
        }
        command
    }

    /// What compose has to say against its file; nothing where that is in order.
    pub fn complaint(&self) -> String {
        let output = self.command(&["config", "--quiet"]).output();
        match output {
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => error.to_string(),
        }
    }

    /// The compose program as a person types it.
    pub fn typed(&self) -> String {
        let mut words: Vec<_> = self
            .words
            .iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        if !self.is_found {
            words.extend(["-p".to_owned(), shell::quote(&self.project)]);
        }
        words.join(" ")
    }
}

fn installed() -> Option<Vec<OsString>> {
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".docker"));
    let mut folders = home.into_iter().chain(PLUGINS.map(PathBuf::from));
    if folders.any(|folder| folder.join("cli-plugins/docker-compose").exists()) {
        return Some(vec!["docker".into(), "compose".into()]);
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .any(|folder| folder.join("docker-compose").is_file())
        .then(|| vec!["docker-compose".into()])
}
