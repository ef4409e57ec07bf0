//! The project that a command works on: its root folder, its `.env`, and the paths of the usual files as they are shown to people.

use std::path::{Path, PathBuf};

use migrator::history::HistoryTable;
use migrator::plan::Migration;
use migrator::settings::Settings;
use migrator::source;

use crate::env_file::{self, EnvFile};
use crate::explain::{self, names};
use crate::failure::{Code, Failure};
use crate::settings;

/// Where the migration files are unless `--migrations` says otherwise.
const MIGRATIONS: &str = "migrations";
/// The snapshot's name in the schema crate, unless `--snapshot` names another file.
const SNAPSHOT: &str = "schema.json";

/// A project folder.
pub struct Project {
    root: PathBuf,
    /// The folder of the schema crate, relative to the root.
    schema_crate: PathBuf,
}

impl Project {
    /// The nearest folder, from the current one upwards, that holds `migrations/` or a workspace's `Cargo.toml`.
    pub fn find(schema_crate: &str) -> Result<Project, Failure> {
        let current = std::env::current_dir()
            .map_err(|error| Failure::new(Code::Usage, format!("no current directory: {error}")))?;
        let is_root = |dir: &&Path| {
            dir.join(MIGRATIONS).is_dir()
                || std::fs::read_to_string(dir.join("Cargo.toml"))
                    .is_ok_and(|manifest| manifest.contains("[workspace]"))
        };
        match current.ancestors().find(is_root) {
            Some(root) => Ok(Project {
                root: root.to_owned(),
                schema_crate: schema_crate.into(),
            }),
            None => Err(Failure::new(
                Code::Usage,
                format!(
                    "{} is not inside a project: no folder above it holds migrations/",
                    current.display()
                ),
            )
            .next("cd to the project and run the command again")),
        }
    }

    /// The root folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path of the project.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// The path as it is shown: relative to the root where it lies below it.
    pub fn shown<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }

    /// The folder of the migration files, relative to the root unless it was named.
    pub fn migrations_dir(&self, named: Option<&Path>) -> PathBuf {
        named.map_or_else(|| self.path(MIGRATIONS), Path::to_owned)
    }

    /// The snapshot file.
    pub fn snapshot_file(&self, named: Option<&Path>) -> PathBuf {
        named.map_or_else(
            || self.path(self.schema_crate.join(SNAPSHOT)),
            Path::to_owned,
        )
    }

    /// Reads and splits every migration.
    pub fn migrations(&self, named: Option<&Path>) -> Result<Vec<Migration>, Failure> {
        let dir = self.migrations_dir(named);
        let mut files = source::read_dir(&dir).map_err(|error| explain::source(&error, self))?;
        for file in &mut files {
            file.path = self.shown(&file.path).to_owned();
        }
        if files.is_empty() {
            return Err(empty(self.shown(&dir), &folders_with_sql(&dir)));
        }
        files
            .into_iter()
            .map(|file| Migration::parse(file).map_err(|error| explain::text(&error)))
            .collect()
    }

    /// What `timeschema.toml` says.
    pub fn settings(&self) -> Result<Settings, Failure> {
        settings::read(&self.root)
    }

    /// Which table is the history, as `timeschema.toml` says.
    pub fn history(&self) -> Result<HistoryTable, Failure> {
        Ok(self.settings()?.history)
    }

    /// The project's `.env`; empty when there is none.
    pub fn env_file(&self) -> Result<EnvFile, Failure> {
        env_file::read(&self.path(".env"))
    }
}

/// A folder without a migration; `folders` are those in it that hold SQL files.
fn empty(dir: &Path, folders: &[String]) -> Failure {
    let shown = dir.display();
    if folders.is_empty() {
        let message = format!("{shown} holds no migration");
        return Failure::new(Code::Usage, message).next("cargo xtask new-migration initial schema");
    }
    let message = format!(
        "{shown} itself holds no migration, but these folders in it hold SQL files: {}",
        folders.join(", ")
    );
    let import = names::import(dir);
    Failure::new(Code::Usage, message).next(format!(
        "put the files into {shown} itself; of another tool: {import}"
    ))
}

/// The folders directly below one that hold SQL files: the first of them, and how many more there are.
fn folders_with_sql(dir: &Path) -> Vec<String> {
    const SHOWN: usize = 3;
    let entries = |dir: &Path| {
        let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
        entries.map(|entry| entry.path())
    };
    let is_sql = |path: PathBuf| {
        path.extension()
            .is_some_and(|it| it.eq_ignore_ascii_case("sql"))
    };
    let holds = |dir: &PathBuf| dir.is_dir() && entries(dir).any(is_sql);
    let mut folders: Vec<String> = entries(dir)
        .filter(holds)
        .filter_map(|path| Some(format!("{}/", path.file_name()?.to_string_lossy())))
        .collect();
    folders.sort_unstable();
    let more = folders.len().saturating_sub(SHOWN);
    folders.truncate(SHOWN);
    if more > 0 {
        folders.push(format!("and {more} more"));
    }
    folders
}
