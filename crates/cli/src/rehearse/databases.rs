//! The scratch databases of a rehearsal: on a private server, or on one that the user names. Each trial has a copy of its own.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use cluster::{Cluster, Running, Server, Settings};
use migrator::history::Mode;
use migrator::link::{self, Link};
use migrator::wire::{Config, Wire};
use sql::qualified::qualified;
use sql::quote::{identifier, literal};

use super::claim::Claim;
use crate::explain;
use crate::failure::{Code, Failure};

/// SQLSTATE `object_in_use`: somebody is connected.
const IN_USE: &str = "55006";
/// How long sessions on a database may take to end before it is copied.
const PATIENCE: Duration = Duration::from_secs(10);

/// The server of the scratch databases.
pub struct Scratch {
    config: Config,
    /// What people read of it.
    pub shown: String,
    made: AtomicU32,
    /// The roles that stay: those that are there before the rehearsed migrations.
    roles: Mutex<BTreeSet<String>>,
    /// The private server, which is gone with this value.
    private: Option<Running>,
    /// Whose the databases are on the server of others.
    claim: Option<Claim>,
}

impl Scratch {
    /// A private server from the installed binaries.
    pub fn private() -> Result<Scratch, Failure> {
        let unavailable = |error: cluster::Error| {
            let failure = Failure::new(Code::Unreachable, error.to_string());
            failure.next(error.next().unwrap_or_else(|| {
                "--scratch URL names a server where databases may be created".to_owned()
            }))
        };
        let server = Server::find().map_err(unavailable)?;
        // Jobs would change what is measured.
        let running = Cluster::temporary(&server, Settings::throwaway()).map_err(unavailable)?;
        let config = Config::exactly(&running.url("postgres"))
            .map_err(|error| Failure::new(Code::Failed, error.to_string()))?;
        Ok(Scratch {
            shown: format!("a private server, PostgreSQL {}", server.version()),
            config,
            made: AtomicU32::new(0),
            roles: Mutex::default(),
            private: Some(running),
            claim: None,
        })
    }

    /// A server that the user names.
    pub fn at(url: &str) -> Result<Scratch, Failure> {
        let config = Config::parse(url).map_err(|error| {
            let message = format!("--scratch: {error}");
            Failure::new(Code::Usage, message).next("--scratch postgres://user@host/postgres")
        })?;
        let session = connected(&config)?;
        Ok(Scratch {
            shown: config.server(),
            claim: Some(Claim::take(&config, session)?),
            config,
            made: AtomicU32::new(0),
            roles: Mutex::default(),
            private: None,
        })
    }

    /// Whether nobody else uses the server.
    pub fn is_private(&self) -> bool {
        self.private.is_some()
    }

    /// From now on, what a database's migrations make of roles goes with it: roles belong to the server, and the next copy would find them.
    /// Not on a server of others, where roles may be theirs.
    pub fn keep_roles(&self) -> Result<(), Failure> {
        let roles = roles(&mut self.session()?).map_err(explain::asked)?;
        *self.roles.lock().unwrap_or_else(PoisonError::into_inner) = roles;
        Ok(())
    }

    /// The mode in which its databases are.
    pub fn mode(&self, wants_plain: bool) -> Result<Mode, Failure> {
        let sql = "SELECT FROM pg_available_extensions WHERE name = 'timescaledb'";
        let results = self.session()?.query(&qualified(sql));
        let rows = results.map_err(explain::asked)?.into_iter().flatten();
        Ok(if wants_plain || rows.count() == 0 {
            Mode::Plain
        } else {
            Mode::TimescaleDb
        })
    }

    fn session(&self) -> Result<Wire, Failure> {
        connected(&self.config)
    }

    /// An empty database.
    pub fn empty(&self) -> Result<Database<'_>, Failure> {
        self.create("template0")
    }

    /// A copy of a database. Sessions there are ended, and nobody may connect to it any more.
    pub fn copy(&self, of: &Database<'_>) -> Result<Database<'_>, Failure> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.create(&of.name) {
                Err(failure)
                    if failure.diagnostic.code.as_deref() == Some(IN_USE)
                        && Instant::now() < deadline =>
                {
                    self.disconnect(of)?;
                    thread::sleep(Duration::from_millis(20));
                }
                other => return other,
            }
        }
    }

    /// Ends the sessions of a database, background workers as well.
    fn disconnect(&self, database: &Database<'_>) -> Result<(), Failure> {
        let sql = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname::text = {}::text",
            literal(&database.name)
        );
        let mut session = self.session()?;
        let allow = format!(
            "ALTER DATABASE {} ALLOW_CONNECTIONS false",
            identifier(&database.name)
        );
        session.query(&allow).map_err(explain::asked)?;
        // This role may not be allowed to end one of the server's workers; it ends by itself.
        let _ended = session.query(&qualified(&sql));
        Ok(())
    }

    fn create(&self, template: &str) -> Result<Database<'_>, Failure> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let prefix = self.claim.as_ref().map_or("scratch_", Claim::prefix);
        let name = format!("{prefix}{number}");
        let sql = format!(
            "CREATE DATABASE {} TEMPLATE {}",
            identifier(&name),
            identifier(template)
        );
        let mut session = self.session()?;
        let mut create = || session.query(&sql).map_err(refused);
        match &self.claim {
            Some(claim) => claim.creating(create)?,
            None => create()?,
        };
        Ok(Database {
            scratch: self,
            name,
        })
    }
}

fn connected(config: &Config) -> Result<Wire, Failure> {
    config
        .connect()
        .map_err(|error| explain::unreachable(&error, "--scratch URL of a server that answers"))
}

/// What the server says against a new database.
fn refused(error: link::Error) -> Failure {
    let link::Error::Server(server) = &error else {
        return explain::asked(error);
    };
    let mut failure = Failure::new(Code::Failed, server.message.clone())
        .note("state", "no scratch database could be created")
        .next("--scratch URL of a server and a role that may create databases");
    failure.diagnostic.code = Some(server.code.clone());
    failure
}

/// A database that is dropped with its value.
pub struct Database<'s> {
    scratch: &'s Scratch,
    name: String,
}

impl Database<'_> {
    pub fn config(&self) -> Config {
        self.scratch.config.clone().with_database(&self.name)
    }

    pub fn connect(&self) -> Result<Wire, Failure> {
        self.config().connect().map_err(explain::asked)
    }
}

/// The roles of a server.
fn roles(session: &mut Wire) -> Result<BTreeSet<String>, link::Error> {
    let results = session.query(&qualified("SELECT rolname::text FROM pg_roles"))?;
    Ok(results.into_iter().flatten().flatten().flatten().collect())
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        let Ok(mut session) = self.scratch.session() else {
            return;
        };
        let sql = format!(
            "DROP DATABASE IF EXISTS {} WITH (FORCE)",
            identifier(&self.name)
        );
        let _ = session.query(&sql);
        let kept = self.scratch.roles.lock();
        let kept = kept.unwrap_or_else(PoisonError::into_inner);
        if self.scratch.is_private() && !kept.is_empty() {
            let new = roles(&mut session).unwrap_or_default();
            for role in new.difference(&kept) {
                let _ = session.query(&format!("DROP ROLE IF EXISTS {}", identifier(role)));
            }
        }
    }
}
