//! Where migrations run: which target, why that one, and opening it.

pub mod compose;
pub mod embedded;
pub mod server;
pub mod url;

use std::time::Duration;

use cluster::Running;
use migrator::history::Mode;
use migrator::link::Link;
use migrator::run::Facts;
use migrator::wire::Config;

use crate::args::{ModeArgs, TargetArgs};
use crate::explain;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;

use compose::Compose;
use compose::state::State;
use embedded::Embedded;
use server::TargetServer;
use url::Url;

/// How long a command that only looks waits for each answer.
pub const LOOKING: Duration = Duration::from_secs(60);

/// A target and the reason for choosing it.
pub struct Chosen {
    pub target: Target,
    /// How it was chosen, for people.
    pub why: String,
    /// The private cluster to use instead if compose was not requested by name and cannot be started.
    fallback: Option<Embedded>,
}

/// Where migrations run.
pub enum Target {
    Compose(Box<Compose>),
    Embedded(Embedded),
    Url(Url),
}

/// An open target.
pub struct Session {
    pub link: Box<dyn Link>,
    // The embedded server runs as long as this lives; after the link, so that it is dropped last.
    _server: Option<Running>,
}

/// Where a program on this machine finds the database.
pub struct Address {
    pub config: Config,
    /// With its password: for the environment of a child, not for a screen.
    pub url: String,
    // The embedded server runs as long as this lives.
    server: Option<Running>,
}

/// Chooses the target: as the command line says, else `DATABASE_URL`, else compose where an engine answers, else embedded.
pub fn choose(project: &Project, args: &TargetArgs) -> Result<Chosen, Failure> {
    let env = project.env_file()?;
    let compose = || Compose::find(project, &env);
    let embedded = || Embedded::new(project, &env);
    match args.target.as_deref() {
        Some("compose") => {
            let compose = Target::Compose(Box::new(compose()?));
            Ok(Chosen::new(compose, "--target"))
        }
        Some("embedded") => Ok(Chosen::new(Target::Embedded(embedded()?), "--target")),
        // A URL without its scheme, too: its password would be shown as the name of a target.
        Some(url) if url.contains(['=', ':', '@', '/']) => Ok(Chosen::new(
            Target::Url(Url::parse(url, "--target")?),
            "--target",
        )),
        Some(other) => {
            let message = format!("`{other}` is not a target");
            Err(Failure::new(Code::Usage, message).next(
                "--target compose, --target embedded or --target postgres://user@host:5432/database",
            ))
        }
        None => match env.get("DATABASE_URL") {
            Some(url) => {
                let url = Url::parse(&url, "DATABASE_URL")?;
                Ok(Chosen::new(Target::Url(url), "DATABASE_URL"))
            }
            None => {
                let is_in_use = env.get(compose::VARIABLE).is_some();
                by_what_is_there(compose(), embedded()?, is_in_use)
            }
        },
    }
}

/// Compose where an engine answers, else embedded; what was in use stays in use, since the same command must not find another database
/// than the one before it did. Once compose was brought up here, `.env` names its project: then nothing takes its place.
fn by_what_is_there(
    compose: Result<Compose, Failure>,
    embedded: Embedded,
    is_in_use: bool,
) -> Result<Chosen, Failure> {
    let has_container = compose
        .as_ref()
        .map(|compose| compose.container.is_some())
        .map_err(|failure| failure.code);
    match (
        preferred(has_container, is_in_use, embedded.exists()?),
        compose,
    ) {
        (Preferred::Compose { may_give_way }, Ok(compose)) => {
            let mut chosen = Chosen::new(
                Target::Compose(Box::new(compose)),
                "a Docker engine answers",
            );
            chosen.fallback = may_give_way.then_some(embedded);
            Ok(chosen)
        }
        (Preferred::Embedded, Ok(_)) => {
            let why = "compose has no container here, and there is an embedded cluster";
            Ok(Chosen::new(Target::Embedded(embedded), why))
        }
        (Preferred::Embedded, Err(failure)) => {
            let why = failure.diagnostic.message.lines().next();
            Ok(Chosen::new(
                Target::Embedded(embedded),
                why.unwrap_or_default(),
            ))
        }
        (Preferred::Compose { .. }, Err(failure))
            if is_in_use && failure.code == Code::Unreachable =>
        {
            Err(failure.note_before_next(
                "target",
                format!(
                    "{} names this checkout's compose project, so no other database is used",
                    compose::VARIABLE
                ),
            ))
        }
        (Preferred::Compose { .. }, Err(failure)) => Err(failure),
    }
}

/// Which target is used if none is named.
#[derive(Debug, PartialEq, Eq)]
enum Preferred {
    Compose {
        /// Whether the embedded cluster may replace it if it cannot be started.
        may_give_way: bool,
    },
    Embedded,
}

/// `compose` is whether the service has a container, or how looking for it failed; `is_in_use` whether it was brought up before.
fn preferred(compose: Result<bool, Code>, is_in_use: bool, has_cluster: bool) -> Preferred {
    match compose {
        Ok(false) if has_cluster && !is_in_use => Preferred::Embedded,
        Ok(_) => Preferred::Compose {
            may_give_way: !is_in_use,
        },
        // Nothing of Docker is here, or no engine answers.
        Err(Code::Unreachable) if !is_in_use => Preferred::Embedded,
        Err(_) => Preferred::Compose {
            may_give_way: false,
        },
    }
}

impl Chosen {
    fn new(target: Target, why: &str) -> Chosen {
        Chosen {
            target,
            why: why.to_owned(),
            fallback: None,
        }
    }

    /// The first line of a command's screen.
    pub fn headline(&self, facts: Option<&Facts>) -> String {
        match facts {
            Some(facts) => {
                let timescaledb = facts.timescaledb.as_deref();
                self.headline_of(&facts.database, &facts.server_version, timescaledb)
            }
            None => format!("target   {} [{}]", self.target.name(), self.why),
        }
    }

    /// The same for a database of these versions.
    pub fn headline_of(
        &self,
        database: &str,
        postgresql: &str,
        timescaledb: Option<&str>,
    ) -> String {
        let timescaledb =
            timescaledb.map_or(String::new(), |version| format!("TimescaleDB {version}, "));
        format!(
            "target   {} ({timescaledb}PostgreSQL {postgresql}), database {database} [{}]",
            self.target.name(),
            self.why
        )
    }

    /// The mode: plain if requested, and on an embedded server without TimescaleDB.
    pub fn mode(&self, args: &ModeArgs) -> Result<Mode, Failure> {
        let is_plain = match &self.target {
            Target::Embedded(_) if !args.plain => !Embedded::server()?.has_extension("timescaledb"),
            _ => args.plain,
        };
        Ok(if is_plain {
            Mode::Plain
        } else {
            Mode::TimescaleDb
        })
    }

    /// Starts the target if it is not running. If compose was not requested by name, has never run, and cannot be started, the embedded
    /// cluster replaces it: most often its image cannot be pulled.
    pub fn bring_up(&mut self, screen: &mut Screen) -> Result<(), Failure> {
        let Target::Compose(compose) = &mut self.target else {
            return Ok(());
        };
        let was_never_up = compose.container.is_none();
        let brought_up = bring_up(compose, screen);
        match (brought_up, self.fallback.take()) {
            (Err(failure), Some(embedded))
                if was_never_up
                    && compose.container.is_none()
                    && failure.code == Code::Unreachable =>
            {
                screen.progress(&failure.diagnostic.message);
                screen.progress("using a private cluster of the installed PostgreSQL instead");
                self.target = Target::Embedded(embedded);
                self.why = "compose could not be started".to_owned();
                Ok(())
            }
            (Ok(()), _) => {
                compose.remember(screen);
                Ok(())
            }
            (failed, _) => failed,
        }
    }

    /// Opens the target, bringing it up first if need be.
    pub fn open(&mut self, screen: &mut Screen) -> Result<Session, Failure> {
        self.bring_up(screen)?;
        self.target
            .open(screen)
            .map_err(|failure| self.named_in(failure))
    }

    /// Opens a target that is up, whose server is known, for sessions whose search path holds these schemas.
    pub fn open_with_path(
        &self,
        server: &TargetServer,
        path: &[String],
    ) -> Result<Session, Failure> {
        let next = match &self.target {
            Target::Url(url) => url.next(),
            Target::Compose(_) | Target::Embedded(_) => "try again in a moment".to_owned(),
        };
        let link = server.connect_with_path(path, &next);
        link.map(Session::new)
            .map_err(|failure| self.named_in(failure))
    }

    /// Waits until a started target answers, for a program that does not wait itself.
    pub fn wait(&self, screen: &mut Screen) -> Result<(), Failure> {
        match &self.target {
            Target::Compose(compose) => {
                let waited = compose.wait(screen);
                waited.map_err(|failure| self.named_in(failure))
            }
            Target::Url(_) | Target::Embedded(_) => Ok(()),
        }
    }

    /// Opens the target only to look: starts no container and makes no cluster. `None` when it does
    /// not run.
    pub fn look(&self, screen: &mut Screen) -> Result<Option<Session>, Failure> {
        self.target
            .look(screen)
            .map_err(|failure| self.named_in(failure))
    }

    /// A failure of a connection that broke, with the state of its container.
    pub fn why_it_went(&self, failure: Failure) -> Failure {
        let ended = match &self.target {
            Target::Compose(compose) => compose.ended(),
            Target::Url(_) | Target::Embedded(_) => None,
        };
        match ended {
            Some(how) => failure.note_before_next("container", how),
            None => failure,
        }
    }

    /// A failure because TimescaleDB's library is not loaded, with what helps: an embedded server loads it when it starts, so this one was
    /// started before TimescaleDB was installed, and has been in use ever since.
    pub fn restarts_by_itself(&self, mut failure: Failure) -> Failure {
        let notes = &mut failure.diagnostic.notes;
        let next = notes.iter_mut().find(|(_, text)| text == explain::PRELOAD);
        if let (Target::Embedded(_), Some((_, next))) = (&self.target, next) {
            *next = "end the other commands that use this cluster, whose server was started before TimescaleDB was installed, and run \
                     this one again: it starts a server that loads the library"
                .to_owned();
        }
        failure
    }

    /// The failure with a note that names its target: it may not be the intended one.
    fn named_in(&self, failure: Failure) -> Failure {
        failure.note_before_next("target", format!("{} [{}]", self.target.name(), self.why))
    }
}

/// Starts a stopped container, or creates it. A paused one, for instance, is somebody's decision, and the failure says so.
fn bring_up(compose: &mut Compose, screen: &mut Screen) -> Result<(), Failure> {
    compose.complete_env(screen)?;
    match compose.state() {
        Some(state) if state.is_running() => Ok(()),
        None | Some(State::Stopped) => compose.up(screen),
        Some(_) => Err(compose.stuck()),
    }
}

impl Session {
    fn new(link: Box<dyn Link>) -> Session {
        Session {
            link,
            _server: None,
        }
    }
}

impl Target {
    /// What the target is called on the screen.
    pub fn name(&self) -> String {
        match self {
            Target::Compose(_) => format!("compose service `{}`", compose::SERVICE),
            Target::Embedded(embedded) => embedded.name(),
            Target::Url(url) => url.name(),
        }
    }

    fn open(&self, screen: &mut Screen) -> Result<Session, Failure> {
        match self {
            Target::Compose(compose) => Ok(Session::new(compose.connect(screen)?)),
            Target::Url(url) => Ok(Session::new(Box::new(url.connect()?))),
            Target::Embedded(embedded) => {
                let (link, server) = embedded.connect()?;
                Ok(Session {
                    link: Box::new(link),
                    _server: Some(server),
                })
            }
        }
    }

    fn look(&self, screen: &mut Screen) -> Result<Option<Session>, Failure> {
        let mut session = match self {
            Target::Compose(compose) if compose.container.is_none() => None,
            Target::Compose(compose) => Some(Session::new(compose.connect(screen)?)),
            Target::Url(url) => Some(Session::new(Box::new(url.connect()?))),
            Target::Embedded(embedded) => embedded.look()?.map(|(link, server)| Session {
                link: Box::new(link),
                _server: Some(server),
            }),
        };
        if let Some(session) = &mut session {
            session.link.answer_within(LOOKING);
        }
        Ok(session)
    }

    /// The server of a target that is up, by the way that migrations take.
    pub fn server(&self) -> Result<TargetServer, Failure> {
        match self {
            Target::Compose(compose) => compose.server(),
            _ => {
                let address = self.address()?;
                Ok(TargetServer::by_url(address.config, address.server))
            }
        }
    }

    /// The address of a database that is up, for a program on this machine, and what keeps it running meanwhile. If migrations connect in
    /// another way, it is not known yet whether both lead to the same server: [`Target::check`] finds out.
    pub fn address(&self) -> Result<Address, Failure> {
        let exactly = |url: &str| {
            let config = Config::exactly(url);
            config.map_err(|error| Failure::new(Code::Failed, error.to_string()))
        };
        let (url, config, server) = match self {
            Target::Compose(compose) => {
                let url = compose.url()?;
                let config = exactly(&url)?;
                (url, config, None)
            }
            Target::Url(url) => (url.text().to_owned(), url.config().clone(), None),
            Target::Embedded(embedded) => {
                let server = embedded.serve()?;
                let url = server.url(embedded.database());
                let config = exactly(&url)?;
                (url, config, Some(server))
            }
        };
        Ok(Address {
            config,
            url,
            server,
        })
    }

    /// Refuses an address that leads to a server other than that of `link`, an open session of the target.
    pub fn check(&self, address: &Address, link: &mut dyn Link) -> Result<(), Failure> {
        match self {
            Target::Compose(compose) => compose.check_url(&address.config, link),
            Target::Url(_) | Target::Embedded(_) => Ok(()),
        }
    }

    /// Whether libpq's environment (a service, an address or a password file) does not apply to the target.
    pub fn is_apart(&self) -> bool {
        !matches!(self, Target::Url(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_in_use_stays_in_use() {
        use Preferred::{Compose, Embedded};
        let give_way = |may_give_way| Compose { may_give_way };
        let gone = Err(Code::Unreachable);
        for (compose, is_in_use, has_cluster, expected) in [
            (Ok(false), false, false, give_way(true)),
            (Ok(false), false, true, Embedded),
            (Ok(true), false, true, give_way(true)),
            (gone, false, false, Embedded),
            (gone, false, true, Embedded),
            // Brought up before: neither an engine that is stopped nor `down` leads to another database.
            (gone, true, false, give_way(false)),
            (gone, true, true, give_way(false)),
            (Ok(false), true, true, give_way(false)),
            // Refused: another checkout's project.
            (Err(Code::Usage), false, true, give_way(false)),
        ] {
            let found = preferred(compose, is_in_use, has_cluster);
            assert_eq!(found, expected, "{compose:?} {is_in_use} {has_cluster}");
        }
    }
}
