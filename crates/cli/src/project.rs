//! The project that a command works on: its root folder, its `.env`, and the paths of the usual files as they are shown to people.

use std::path::{Path, PathBuf};

use migrator::history::HistoryTable;
use migrator::plan::Migration;
use migrator::settings::{FILE, Places, Settings};
use migrator::source;

use crate::env_file::{self, EnvFile};
use crate::explain::{self, names};
use crate::failure::{Code, Failure};
use crate::program::Program;
use crate::settings;

/// Where the migration files are unless `--migrations` or `timeschema.toml` says otherwise.
const MIGRATIONS: &str = "migrations";
/// The snapshot's name in the schema crate, unless `--snapshot` or `timeschema.toml` names another file.
const SNAPSHOT: &str = "schema.json";
/// What a schema crate's name ends in, after the project's name.
const SCHEMA_CRATE: &str = "-schema";
/// The database of a project without a schema crate.
const DATABASE: &str = "app";

/// A project folder.
pub struct Project {
    root: PathBuf,
    program: Program,
}

impl Project {
    /// The nearest folder, from the current one upwards, that holds `migrations/`, `timeschema.toml` or a workspace's `Cargo.toml`.
    pub fn find(program: Program) -> Result<Project, Failure> {
        let current = std::env::current_dir()
            .map_err(|error| Failure::new(Code::Usage, format!("no current directory: {error}")))?;
        let is_root = |dir: &&Path| {
            dir.join(MIGRATIONS).is_dir()
                || dir.join(FILE).is_file()
                || std::fs::read_to_string(dir.join("Cargo.toml"))
                    .is_ok_and(|manifest| manifest.contains("[workspace]"))
        };
        match current.ancestors().find(is_root) {
            Some(root) => Ok(Project {
                root: root.to_owned(),
                program,
            }),
            None => Err(Failure::new(
                Code::Usage,
                format!(
                    "{} is not inside a project: no folder above it holds {MIGRATIONS}/",
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

    /// The path to show: relative to the root if it is below it.
    pub fn shown<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }

    /// The folder of the migration files.
    pub fn migrations_dir(&self, named: Option<&Path>) -> Result<PathBuf, Failure> {
        if let Some(named) = named {
            return Ok(named.to_owned());
        }
        let places = self.settings()?.project;
        Ok(self.path(places.migrations.unwrap_or_else(|| MIGRATIONS.into())))
    }

    /// The snapshot file.
    pub fn snapshot_file(&self, named: Option<&Path>) -> Result<PathBuf, Failure> {
        if let Some(named) = named {
            return Ok(named.to_owned());
        }
        Ok(self.path(self.snapshot_of(&self.settings()?)))
    }

    /// The path of the snapshot file in the project, by these settings.
    pub fn snapshot_of(&self, settings: &Settings) -> PathBuf {
        let places = &settings.project;
        let folder = self.schema_crate(places).unwrap_or_default();
        let named = places.snapshot.clone();
        named.unwrap_or_else(|| folder.join(SNAPSHOT))
    }

    /// The name of the database that the embedded target makes, unless `POSTGRES_DB` names another.
    pub fn database(&self) -> Result<String, Failure> {
        let places = self.settings()?.project;
        let schema_crate = self.schema_crate(&places);
        let name = schema_crate.as_deref().and_then(Path::file_name);
        let name = name.map(|name| name.to_string_lossy().into_owned());
        let of_crate = |name: String| {
            let project = name.strip_suffix(SCHEMA_CRATE).unwrap_or(&name);
            project.replace('-', "_")
        };
        Ok(places
            .database
            .or(name.map(of_crate))
            .unwrap_or_else(|| DATABASE.to_owned()))
    }

    fn schema_crate(&self, places: &Places) -> Option<PathBuf> {
        let known = self.program.schema_crate();
        places.schema_crate.clone().or(known.map(PathBuf::from))
    }

    /// Reads and splits every migration.
    pub fn migrations(&self, named: Option<&Path>) -> Result<Vec<Migration>, Failure> {
        let dir = self.migrations_dir(named)?;
        let mut files =
            source::read_dir(&dir).map_err(|error| explain::source(&error, &self.root))?;
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

    /// The project's `.env`; empty if there is none.
    pub fn env_file(&self) -> Result<EnvFile, Failure> {
        env_file::read(&self.path(".env"))
    }
}

/// A folder without a migration; `folders` are those in it that hold SQL files.
fn empty(dir: &Path, folders: &[String]) -> Failure {
    let shown = dir.display();
    if folders.is_empty() {
        let message = format!("{shown} contains no migration");
        return Failure::new(Code::Usage, message).next("cargo xtask new-migration initial schema");
    }
    let message = format!(
        "{shown} itself contains no migration, but these folders in it contain SQL files: {}",
        folders.join(", ")
    );
    let import = names::import(dir);
    Failure::new(Code::Usage, message).next(format!(
        "put the files into {shown} itself; of another tool: {import}"
    ))
}

/// The folders directly below one that contain SQL files: the first of them, and how many more there are.
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
