//! A private PostgreSQL cluster under `target/`, from the installed server binaries: no Docker, no root, no set-up.

use std::path::PathBuf;

use cluster::{Cluster, Running, Server, Settings};
use migrator::link::{Error, Link};
use migrator::wire::{Config, Wire};
use sql::quote;

use crate::env_file::EnvFile;
use crate::explain;
use crate::failure::{Code, Failure};
use crate::project::Project;

/// SQLSTATE of a database that does not exist.
const NO_SUCH_DATABASE: &str = "3D000";
/// SQLSTATEs of a database that another command has just created: before this one looked, and meanwhile.
const DUPLICATE_DATABASE: [&str; 2] = ["42P04", "23505"];

pub struct Embedded {
    dir: PathBuf,
    checkout: PathBuf,
    database: String,
}

impl Embedded {
    pub fn new(project: &Project, env: &EnvFile) -> Result<Embedded, Failure> {
        let database = match env.get("POSTGRES_DB") {
            Some(name) => name,
            None => project.database()?,
        };
        Ok(Embedded {
            dir: project.path("target/embedded"),
            checkout: project.root().to_owned(),
            database,
        })
    }

    pub fn name(&self) -> String {
        "embedded cluster".to_owned()
    }

    pub fn database(&self) -> &str {
        &self.database
    }

    /// The server binaries that it runs.
    pub fn server() -> Result<Server, Failure> {
        Server::find().map_err(|error| explain_cluster(&error))
    }

    /// Starts the server, making the cluster if need be.
    pub fn serve(&self) -> Result<Running, Failure> {
        let server = Self::server()?;
        let settings = Settings::durable().belongs_to(&self.checkout);
        let cluster = Cluster::open(&self.dir, &server, settings);
        cluster
            .and_then(|cluster| cluster.start())
            .map_err(|error| explain_cluster(&error))
    }

    /// Starts the server and connects, creating the database if need be.
    pub fn connect(&self) -> Result<(Wire, Running), Failure> {
        let running = self.serve()?;
        let config = self.config(&running)?;
        let link = match config.connect() {
            Err(error) if is_missing_database(&error) => {
                self.create_database(&config)?;
                config.connect()
            }
            result => result,
        };
        let link = link.map_err(|error| explain::unreachable(&error, RESET))?;
        Ok((link, running))
    }

    /// Starts the server and connects; `None` if there is no cluster or no database yet.
    pub fn look(&self) -> Result<Option<(Wire, Running)>, Failure> {
        if !self.exists()? {
            return Ok(None);
        }
        let running = self.serve()?;
        match self.config(&running)?.connect() {
            Ok(link) => Ok(Some((link, running))),
            Err(error) if is_missing_database(&error) => Ok(None),
            Err(error) => Err(explain::unreachable(&error, RESET)),
        }
    }

    /// Whether a cluster was made before.
    pub fn exists(&self) -> Result<bool, Failure> {
        Cluster::exists(&self.dir).map_err(|error| explain_cluster(&error))
    }

    fn config(&self, running: &Running) -> Result<Config, Failure> {
        Config::exactly(&running.url(&self.database))
            .map_err(|error| Failure::new(Code::Failed, error.to_string()))
    }

    fn create_database(&self, config: &Config) -> Result<(), Failure> {
        // Of template1 there is no copy while one of TimescaleDB's background workers is connected to it.
        let name = quote::identifier(&self.database);
        let create = format!("CREATE DATABASE {name} TEMPLATE template0");
        let maintenance = config.clone().with_database("postgres");
        let created = maintenance
            .connect()
            .and_then(|mut link| link.query(&create));
        match created {
            Ok(_) => Ok(()),
            Err(Error::Server(error)) if DUPLICATE_DATABASE.contains(&error.code.as_str()) => {
                Ok(())
            }
            Err(error) => Err(explain::unreachable(&error, RESET)),
        }
    }
}

fn is_missing_database(error: &Error) -> bool {
    matches!(error, Error::Unreachable { code: Some(code), .. } if code == NO_SUCH_DATABASE)
}

const RESET: &str = "cargo xtask reset --target embedded";

fn explain_cluster(error: &cluster::Error) -> Failure {
    let failure = Failure::new(Code::Unreachable, error.to_string());
    match error.next() {
        Some(next) => failure.next(next),
        None => failure,
    }
}
