//! What some of the migrations leave: they are applied to a private cluster, which is gone again at once.

use catalog::Catalog;
use migrator::cluster::{Cluster, Server, Settings};
use migrator::history::identifier;
use migrator::link::Link;
use migrator::plan::Migration;
use migrator::run::{self, Facts, Options};
use migrator::wire::{Config, Wire};

use crate::explain;
use crate::failure::{Code, Failure};
use crate::snapshot;

/// The database of the private cluster.
const DATABASE: &str = "postgres";

/// What was made.
pub struct Made {
    pub catalog: Catalog,
    /// Major version of the server.
    pub major: String,
}

/// The catalog behind these migrations, in the schemas that the session of `link` looks them up in.
///
/// # Errors
/// When no server is installed here, or one without the TimescaleDB that the database has.
pub fn catalog(
    link: &mut dyn Link,
    facts: &Facts,
    migrations: &[Migration],
) -> Result<Made, Failure> {
    let server = Server::find().map_err(|error| lacking(error.to_string(), error.next()))?;
    if facts.timescaledb.is_some() && !server.has_extension("timescaledb") {
        let message = format!(
            "the installed PostgreSQL {} has no extension timescaledb",
            server.version()
        );
        let next =
            "install TimescaleDB for it: https://docs.timescale.com/self-hosted/latest/install/";
        return Err(lacking(message, Some(next.to_owned())));
    }
    let schemas = schemas(link)?;
    let running = Cluster::temporary(&server, Settings::throwaway())
        .map_err(|error| lacking(error.to_string(), error.next()))?;
    let config = Config::exactly(&running.url(DATABASE))
        .map_err(|error| Failure::new(Code::Failed, error.to_string()))?;
    let mut scratch = look_up_in(&config, &schemas)?;
    let report = run::run(
        &mut scratch,
        migrations,
        &Options::default(),
        None,
        &mut |_| (),
    )
    .map_err(|error| on_scratch(explain::run(&error, migrations)))?;
    Ok(Made {
        catalog: snapshot::introspect(&mut scratch, &report.facts, None)?,
        major: server.major().to_owned(),
    })
}

/// The schemas of the search path that are there, in order.
fn schemas(link: &mut dyn Link) -> Result<Vec<String>, Failure> {
    let sql = "SELECT schema FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS s (schema, n) ORDER BY n";
    let results = link
        .query(sql)
        .map_err(|error| explain::run(&error.into(), &[]))?;
    let rows = results.into_iter().flatten();
    Ok(rows.flatten().flatten().collect())
}

/// Connects to a database that has these schemas in its search path.
fn look_up_in(config: &Config, schemas: &[String]) -> Result<Wire, Failure> {
    let failed = |error| on_scratch(explain::run(&run::Error::Link(error), &[]));
    let names: Vec<String> = schemas.iter().map(|name| identifier(name)).collect();
    let create = names
        .iter()
        .map(|name| format!("CREATE SCHEMA IF NOT EXISTS {name};\n"));
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

/// There is no private cluster to be had.
fn lacking(message: String, next: Option<String>) -> Failure {
    let failure = Failure::new(Code::Failed, message)
        .note(
            "why",
            "schema.json tells what the last migration leaves; what an earlier one leaves is found out on a private cluster",
        )
        .note("state", "nothing was compared, recorded or run");
    let last = "take over all migrations: --baseline with the last number needs no server here";
    failure.next(match next {
        Some(next) => format!("{next}\nor {last}"),
        None => last.to_owned(),
    })
}

/// The migrations fail on the private cluster already.
fn on_scratch(failure: Failure) -> Failure {
    let mut failure = failure;
    // What it says of state and next step is true of the private cluster alone.
    let notes = &mut failure.diagnostic.notes;
    notes.retain(|(label, _)| !["state", "next"].contains(label));
    failure
        .note(
            "state",
            "this is the private cluster that the database is compared with; the database itself was not touched",
        )
        .next("correct the file and run the same command again")
}
