//! Where a target's database is made and dropped, and whether two ways lead to the same server.

use cluster::Running;
use migrator::link::{Error, Link};
use migrator::wire::Config;
use sql::qualified::qualified;

use super::compose::InContainer;
use crate::explain;
use crate::failure::Failure;

/// The target's server, by the way that the migrations take.
pub struct TargetServer {
    /// The target's database.
    pub database: String,
    /// The server, for people.
    pub title: String,
    /// The machine that it is on, where that is not this one.
    pub elsewhere: Option<String>,
    way: Way,
}

enum Way {
    Container(InContainer),
    Wire {
        config: Box<Config>,
        // The embedded server runs as long as this lives.
        _server: Option<Running>,
    },
}

impl TargetServer {
    /// That of a container; `elsewhere` is its engine's machine where that is another one.
    pub fn in_container(
        psql: InContainer,
        database: String,
        title: String,
        elsewhere: Option<String>,
    ) -> TargetServer {
        TargetServer {
            database,
            title,
            elsewhere,
            way: Way::Container(psql),
        }
    }

    /// That of a URL.
    pub fn by_url(config: Config, server: Option<Running>) -> TargetServer {
        TargetServer {
            database: config.database().to_owned(),
            title: config.server(),
            elsewhere: config.elsewhere(),
            way: Way::Wire {
                config: Box::new(config),
                _server: server,
            },
        }
    }

    /// A session on the target's database whose search path holds these schemas, whatever role and database set, also after a reconnect;
    /// `next` is what helps if it cannot be opened.
    pub fn connect_with_path(
        &self,
        schemas: &[String],
        next: &str,
    ) -> Result<Box<dyn Link>, Failure> {
        match &self.way {
            Way::Container(psql) => psql.with_search_path(schemas).start(),
            Way::Wire { config, .. } => {
                let wire = config.as_ref().clone().with_search_path(schemas);
                wire.connect_soon()
                    .map(|wire| Box::new(wire) as Box<dyn Link>)
                    .map_err(|error| explain::unreachable(&error, next))
            }
        }
    }

    /// A session on one of its databases.
    pub fn connect(&self, database: &str) -> Result<Box<dyn Link>, Failure> {
        match &self.way {
            Way::Container(psql) => psql.on(database).start(),
            Way::Wire { config, .. } => {
                let wire = config.as_ref().clone().with_database(database).connect();
                wire.map(|wire| Box::new(wire) as Box<dyn Link>)
                    .map_err(|error| explain::unreachable(&error, "correct user and password"))
            }
        }
    }
}

/// What no two servers have in common, with the database's name: the cluster's identifier, and when its server started, since a copy of
/// its files has the same identifier.
pub fn identity(link: &mut dyn Link) -> Result<Vec<Option<String>>, Error> {
    let sql = "SELECT system_identifier, date_part('epoch', pg_postmaster_start_time()), current_database() \
               FROM pg_control_system()";
    let results = link.query(&qualified(sql))?;
    Ok(results.into_iter().flatten().next().unwrap_or_default())
}
