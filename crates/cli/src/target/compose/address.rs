//! The ways to the container's database: in the container, as migrations go, and by its port for programs on this machine.

use cluster::percent;
use migrator::link::{Error, Link};
use migrator::wire::Config;

use super::{Compose, SERVICE, engine};
use crate::explain;
use crate::failure::{Code, Failure};
use crate::target::server::{TargetServer, identity};

impl Compose {
    /// Where its database is made and dropped: in the container, as migrations are.
    pub fn server(&self) -> Result<TargetServer, Failure> {
        let inside = self.inspect()?;
        let container = self.container.as_ref().map(|it| it.name.as_str());
        Ok(TargetServer::in_container(
            self.psql(),
            inside.database().to_owned(),
            format!("container {}", container.unwrap_or(SERVICE)),
            engine::elsewhere(&self.root),
        ))
    }

    /// The database's URL as seen from this machine, as the container says; the container must run. Whether another server answers there
    /// is not known yet.
    pub fn url(&self) -> Result<String, Failure> {
        let inside = self.inspect()?;
        let port = inside.published.as_ref().ok_or_else(|| {
            Failure::new(
                Code::Unreachable,
                "the container publishes no port of its database",
            )
            .next(format!(
                "write `ports` into docker-compose.yml, then {} up -d {SERVICE}",
                self.typed()
            ))
        })?;
        let server = port.reached_from_here(engine::elsewhere(&self.root).as_deref());
        let password = inside.variable("POSTGRES_PASSWORD").unwrap_or_default();
        Ok(format!(
            "postgres://{}:{}@{server}/{}",
            percent::encoded(inside.user()),
            percent::encoded(password),
            percent::encoded(inside.database()),
        ))
    }

    /// Refuses a URL that leads to a server other than that of `inside`, a session in the container: a program on this machine would
    /// otherwise work on somebody else's database.
    pub fn check_url(&self, config: &Config, inside: &mut dyn Link) -> Result<(), Failure> {
        let server = config.server();
        let next = format!(
            "`cargo xtask psql` goes into the container; {}",
            self.unreachable_from_here()
        );
        let mut outside = config.connect().map_err(|error| {
            let (message, is_refused) = match &error {
                Error::Unreachable { message, code } => (message.clone(), code.is_some()),
                other => (other.to_string(), false),
            };
            let message = message.lines().next().unwrap_or_default().to_owned();
            let failure = Failure::new(Code::Unreachable, message)
                .note("at", format!("{server}, the port of the container"));
            failure.next(if is_refused {
format!(
                    "another server may answer at {server}; or the data has a different password from the container's: \
                     `cargo xtask psql -- -c '\\password'` sets one"
                )
} else {
next.clone()
})
        })?;
        let asked = explain::asked;
        let there = identity(inside).map_err(asked)?;
        if identity(&mut outside).map_err(asked)? == there {
            Ok(())
        } else {
            Err(Failure::new(
                Code::Unreachable,
                format!("a server other than the container's answers at {server}"),
            )
            .next(next))
        }
    }

    /// What helps where the container's port is not to be reached.
    fn unreachable_from_here(&self) -> String {
        match engine::elsewhere(&self.root) {
            Some(host) => format!(
                "to reach it from this machine, forward its port from the engine's: ssh -L … {host}"
            ),
            None => format!(
                "to reach it from this machine, set POSTGRES_PORT in .env to a free port, then {} up -d {SERVICE}",
                self.typed()
            ),
        }
    }
}
