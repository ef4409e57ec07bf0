//! A project with migrations and queries, on a database of the bench's own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use migrator::wire::Config;

use crate::cargo;
use crate::database::Database;
use crate::scratch::{self, Scratch};
use crate::stats::output;

use super::texts::{self, Text};
use super::write;

pub struct Project {
    dir: PathBuf,
    schema: PathBuf,
    xtask: PathBuf,
    url: String,
}

impl Project {
    /// A project that is migrated, as a schema crate in a folder of a workspace that there is not yet.
    pub fn new(scratch: &Scratch, database: &Database) -> Result<Project> {
        let dir = scratch.project("queries")?;
        let project = Project {
            schema: dir.join("analytics-schema"),
            xtask: cargo::release_xtask()?,
            dir,
            url: database.direct().url,
        };
        write(
            &project.dir.join("migrations/001_readings.sql"),
            texts::MIGRATION,
        )?;
        let root = cargo::workspace().join("crates");
        let manifest = format!(
            "[package]\nname = \"analytics-schema\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
             [dependencies]\ntimeschema = {{ path = {:?}, features = [\"tokio\"] }}\n\
             [build-dependencies]\ntimeschema-build = {{ path = {:?} }}\n",
            root.join("schema"),
            root.join("schema-build"),
        );
        write(&project.schema.join("Cargo.toml"), &manifest)?;
        write(
            &project.schema.join("build.rs"),
            "fn main() {\n    timeschema_build::compile()\n}\n",
        )?;
        write(
            &project.schema.join("src/lib.rs"),
            "//! The schema.\ntimeschema::include_schema!();\n",
        )?;
        output(&mut project.migrate())?;
        Ok(project)
    }

    /// The project's folder, which becomes a workspace.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The folder of the schema crate.
    pub fn schema(&self) -> &Path {
        &self.schema
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn run(&self, sql: &str) -> Result<()> {
        Config::parse(&self.url)?.client()?.batch_execute(sql)?;
        Ok(())
    }

    /// `migrate`, optimised as peers are.
    pub fn migrate(&self) -> Command {
        let mut command = scratch::command(&self.xtask, &self.dir);
        command.env("DATABASE_URL", &self.url).arg("migrate");
        command
    }

    pub fn write_queries(&self, texts: &[Text]) -> Result<()> {
        write(
            &self.schema.join("queries/readings.sql"),
            &texts::ours(texts),
        )
    }

    /// Has the database describe these queries.
    pub fn describe(&self, texts: &[Text]) -> Result<()> {
        self.write_queries(texts)?;
        output(&mut self.migrate())?;
        Ok(())
    }
}
