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
/// How long sessions on a new template may take to end; at most the server's workers have any.
const PATIENCE: Duration = Duration::from_secs(10);

/// Makes the template of this name, unless it is there: a copy of `base`, or an empty database, which `fill` fills.
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
        // From here on it is not removed because of its age.
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

/// Renames a complete database to the template's name. Connections are no longer allowed, so it can always be copied.
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
        // This role may not be allowed to end one of the server's workers; it ends on its own.
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
