//! Templates: databases that the tests' ones are copies of. A template is made once, by whoever needs it first, and by its name others
//! know what it holds.

use std::thread;
use std::time::{Duration, Instant};

use sql::qualified::qualified;
use sql::quote::{identifier, literal};

use super::Error;
use super::names;
use super::server::{Database, Server, lock, value};
use crate::link::{self, Link as _};
use crate::wire::{Config, Wire};

/// SQLSTATE `object_in_use`: somebody is connected.
const IN_USE: &str = "55006";
/// How long who is connected to a new template may take to go: the server's own workers, at most.
const PATIENCE: Duration = Duration::from_secs(10);

/// Makes the template of this name, unless it is there: a copy of `base`, or an empty database, in which `fill` puts what it holds.
pub(super) fn make(
    server: &'static Server,
    name: &str,
    base: Option<&str>,
    fill: impl FnOnce(&Config) -> Result<(), Error>,
) -> Result<(), Error> {
    let once = *lock(&server.templates)
        .entry(name.to_owned())
        .or_insert_with(|| Box::leak(Box::default()));
    let made = once.get_or_init(|| {
        // From here on nobody removes it for its age.
        server.use_template(name)?;
        let mut session = server.session()?;
        // Another process may be making it; the lock goes with the session.
        session.query(&qualified(&format!(
            "SELECT pg_advisory_lock({}::bigint)",
            names::lock_of_making(name)
        )))?;
        if is_there(&mut session, name)? {
            return Ok(());
        }
        let building = server.create(base)?;
        fill(&server.config(building.name())?)?;
        publish(&mut session, building, name)
    });
    made.clone()
}

fn is_there(session: &mut Wire, name: &str) -> Result<bool, Error> {
    let sql = format!(
        "SELECT datname::text FROM pg_database WHERE datname::text = {}::text",
        literal(name)
    );
    Ok(value(session.query(&qualified(&sql))?).is_some())
}

/// Gives a database that is complete the name of the template. Nobody can connect to it any more, so that it can always be copied.
fn publish(session: &mut Wire, building: Database, name: &str) -> Result<(), Error> {
    let database = identifier(building.name());
    let now = qualified("SELECT floor(date_part('epoch', now()))::bigint::text");
    let now = value(session.query(&now)?).unwrap_or_default();
    session.query(&format!(
        "ALTER DATABASE {database} ALLOW_CONNECTIONS false; COMMENT ON DATABASE {database} IS {}",
        literal(&names::comment(&now))
    ))?;
    let end = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname::text = {}::text",
        literal(building.name())
    );
    let deadline = Instant::now() + PATIENCE;
    loop {
        // A worker of the server's may be out of this role's reach; it goes by itself.
        let _ended = session.query(&qualified(&end));
        let rename = format!("ALTER DATABASE {database} RENAME TO {}", identifier(name));
        match session.query(&rename) {
            Ok(_) => break,
            Err(link::Error::Server(error))
                if error.code == IN_USE && Instant::now() < deadline =>
            {
                thread::sleep(Duration::from_millis(20));
            }
            Err(error) => return Err(error.into()),
        }
    }
    building.keep();
    Ok(())
}
