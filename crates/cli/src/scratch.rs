//! What some of the migrations leave: they are applied to a private cluster, which is gone again when nobody asks it any more.

use std::collections::BTreeSet;
use std::fmt;

use catalog::Catalog;
use cluster::{Cluster, Running, Server, Settings};
use migrator::history::Mode;
use migrator::link::Link;
use migrator::plan::Migration;
use migrator::run::{self, Facts, Options};
use migrator::wire::{Config, Wire};
use sql::quote::identifier;

use crate::explain;
use crate::failure::{Code, Failure};
use crate::snapshot;

/// The database of the private cluster.
const DATABASE: &str = "postgres";

/// What was made. The cluster is gone with it.
pub struct Made {
    pub catalog: Catalog,
    /// What the cluster's database says of itself.
    pub facts: Facts,
    /// Where it is.
    pub config: Config,
    _running: Running,
    /// Major version of the server.
    pub major: String,
}

/// Why there is no such catalog.
#[derive(Debug)]
pub enum Error {
    /// There is no private cluster to be had.
    Unavailable {
        message: String,
        next: Option<String>,
    },
    /// The migrations fail on the private cluster already, or the database did not answer.
    Failed(Failure),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Unavailable { message, .. } => message,
            Error::Failed(failure) => &failure.diagnostic.message,
        })
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Error::Failed(failure)
    }
}

/// The catalog after these migrations, in the schemas of the session of `link`, in a database that already had those of `extensions` that
/// no migration creates.
///
/// # Errors
/// When no server is installed here, or one without the TimescaleDB that the database has.
pub fn catalog(
    link: &mut dyn Link,
    facts: &Facts,
    included: &[String],
    mode: Mode,
    migrations: &[Migration],
    extensions: &[String],
) -> Result<Made, Error> {
    let server = Server::find().map_err(|error| unavailable(error.to_string(), error.next()))?;
    if facts.timescaledb.is_some() && !server.has_extension("timescaledb") {
        let message = format!(
            "the installed PostgreSQL {} has no extension timescaledb",
            server.version()
        );
        let next =
            "install TimescaleDB for it: https://docs.timescale.com/self-hosted/latest/install/";
        return Err(unavailable(message, Some(next.to_owned())));
    }
    let schemas = schemas(link)?;
    let running = Cluster::temporary(&server, Settings::throwaway())
        .map_err(|error| unavailable(error.to_string(), error.next()))?;
    let config = Config::exactly(&running.url(DATABASE))
        .map_err(|error| Failure::new(Code::Failed, error.to_string()))?;
    let mut scratch = look_up_in(&config, &schemas)?;
    let created = not_created(extensions, migrations);
    // In plain mode the catalog names TimescaleDB where something replaces it.
    for extension in created.filter(|name| mode == Mode::TimescaleDb || *name != "timescaledb") {
        // One that this server lacks is a difference that the comparison names.
        let sql = format!(
            "CREATE EXTENSION IF NOT EXISTS {} CASCADE",
            identifier(extension)
        );
        let _refused = scratch.query(&sql);
    }
    let options = Options {
        mode,
        ..Options::default()
    };
    let report = run::run(&mut scratch, migrations, &options, None, &mut |_| ())
        .map_err(|error| on_scratch(explain::run(&error, migrations)))?;
    Ok(Made {
        catalog: snapshot::introspect(&mut scratch, &report.facts, included, None)?,
        major: server.major().to_owned(),
        facts: report.facts,
        config,
        _running: running,
    })
}

/// The extensions that an image or an administrator created: no migration does.
fn not_created<'a>(
    extensions: &'a [String],
    migrations: &[Migration],
) -> impl Iterator<Item = &'a String> {
    let mut created = BTreeSet::new();
    for migration in migrations {
        let text = migration.file.text.to_lowercase();
        let words: Vec<&str> = text
            .split(|c: char| c.is_whitespace() || c == ';')
            .filter(|word| !word.is_empty())
            .collect();
        for at in 0..words.len() {
            if let ["create", "extension", rest @ ..] = &words[at..] {
                let name = match rest {
                    ["if", "not", "exists", name, ..] | [name, ..] => name.trim_matches('"'),
                    [] => continue,
                };
                created.insert(name.to_owned());
            }
        }
    }
    extensions
        .iter()
        .filter(move |name| !created.contains(name.as_str()))
}

/// The schemas of the search path that exist, in order.
fn schemas(link: &mut dyn Link) -> Result<Vec<String>, Failure> {
    let sql = "SELECT schema FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS s (schema, n) ORDER BY n";
    let results = link.query(sql).map_err(explain::asked)?;
    let rows = results.into_iter().flatten();
    Ok(rows.flatten().flatten().collect())
}

/// Connects to a database that has these schemas in its search path.
fn look_up_in(config: &Config, schemas: &[String]) -> Result<Wire, Failure> {
    let failed = |error| on_scratch(explain::run(&run::Error::Link(error), &[]));
    let names: Vec<String> = schemas.iter().map(|name| identifier(name)).collect();
    // The server's schemas always exist, and must not be requested.
    let others = schemas.iter().filter(|name| !name.starts_with("pg_"));
    let create = others.map(|name| {
        let name = identifier(name);
        format!("CREATE SCHEMA IF NOT EXISTS {name};\n")
    });
    let path = format!(
        "ALTER DATABASE {DATABASE} SET search_path = {}",
        names.join(", ")
    );
    let sql = create.collect::<String>() + &path;
    let mut link = config.connect().map_err(failed)?;
    link.query(&sql).map_err(failed)?;
    link.reconnect().map_err(failed)?;
    Ok(link)
}

fn unavailable(message: String, next: Option<String>) -> Error {
    Error::Unavailable { message, next }
}

/// The migrations fail on the private cluster already.
fn on_scratch(failure: Failure) -> Failure {
    let mut failure = failure;
    // Its state and next step apply only to the private cluster.
    let notes = &mut failure.diagnostic.notes;
    notes.retain(|(label, _)| !["state", "next"].contains(label));
    failure
        .note(
            "state",
            "this is the private cluster that the database is compared with; the database itself was not touched",
        )
        .next("correct the file and run the same command again")
}
