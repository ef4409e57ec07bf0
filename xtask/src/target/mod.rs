//! Where migrations run: which target, why that one, and opening it.

pub mod compose;
pub mod embedded;
pub mod url;

use migrator::cluster::Running;
use migrator::link::Link;
use migrator::run::Facts;
use migrator::wire::Config;

use crate::cli::TargetArgs;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;

use compose::Compose;
use embedded::Embedded;
use url::Url;

/// A target and the reason for choosing it.
pub struct Chosen {
    pub target: Target,
    /// How it was chosen, for people.
    pub why: String,
}

/// Where migrations run.
pub enum Target {
    Compose(Compose),
    Embedded(Embedded),
    Url(Url),
}

/// What a command is going to do with its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Only look: start nothing that is not there, create nothing.
    Read,
    /// Bring the target up if it is not.
    Write,
}

/// An open target.
pub struct Session {
    pub link: Box<dyn Link>,
    // The embedded server runs as long as this lives; after the link, so that it is dropped last.
    _server: Option<Running>,
}

/// Chooses the target: as the command line says, else `DATABASE_URL`, else compose where an engine answers, else embedded.
pub fn choose(project: &Project, args: &TargetArgs) -> Result<Chosen, Failure> {
    let env = project.env_file()?;
    let chosen = |target, why: &str| {
        Ok(Chosen {
            target,
            why: why.to_owned(),
        })
    };
    match args.target.as_deref() {
        Some("compose") => {
            return chosen(Target::Compose(Compose::find(project, &env)?), "--target");
        }
        Some("embedded") => {
            return chosen(Target::Embedded(Embedded::new(project, &env)), "--target");
        }
        Some(url) if url.contains("://") || url.contains('=') => {
            return chosen(Target::Url(Url::parse(url, "--target")?), "--target");
        }
        Some(other) => {
            let message = format!("`{other}` is not a target");
            return Err(Failure::new(Code::Usage, message)
                .next("--target compose, --target embedded or --target postgres://user@host:5432/database"));
        }
        None => {}
    }
    if let Some(url) = env.get("DATABASE_URL") {
        return chosen(
            Target::Url(Url::parse(&url, "DATABASE_URL")?),
            "DATABASE_URL",
        );
    }
    match Compose::find(project, &env) {
        Ok(compose) => chosen(Target::Compose(compose), "a Docker engine answers"),
        Err(failure) => {
            let why = failure
                .diagnostic
                .message
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            Ok(Chosen {
                target: Target::Embedded(Embedded::new(project, &env)),
                why,
            })
        }
    }
}

impl Chosen {
    /// The first line of a command's screen.
    pub fn headline(&self, facts: Option<&Facts>) -> String {
        let mut line = format!("target   {}", self.target.name());
        if let Some(facts) = facts {
            let timescaledb = match &facts.timescaledb {
                Some(version) => format!("TimescaleDB {version}, "),
                None => String::new(),
            };
            line += &format!(" ({timescaledb}PostgreSQL {})", facts.server_version);
            line += &format!(", database {}", facts.database);
        }
        // A reason longer than the line itself is cut where its sentence ends.
        line + &format!(" [{}]", self.why)
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

    /// Opens it. `None` when it is only to be looked at and is not there.
    pub fn open(&self, access: Access, screen: &mut Screen) -> Result<Option<Session>, Failure> {
        match self {
            Target::Compose(compose) => Ok(compose.open(access, screen)?.map(|link| Session {
                link,
                _server: None,
            })),
            Target::Url(url) => Ok(Some(Session {
                link: Box::new(url.connect()?),
                _server: None,
            })),
            Target::Embedded(embedded) => match embedded.start(access)? {
                Some((link, server)) => Ok(Some(Session {
                    link: Box::new(link),
                    _server: Some(server),
                })),
                None => Ok(None),
            },
        }
    }

    /// The database's address for a program on this machine, and what keeps it up meanwhile.
    pub fn address(
        &self,
        screen: &mut Screen,
    ) -> Result<(Config, String, Option<Running>), Failure> {
        let (url, server) = match self {
            Target::Compose(compose) => (compose.url(screen)?, None),
            Target::Url(url) => (url.text().to_owned(), None),
            Target::Embedded(embedded) => {
                let server = embedded.serve()?;
                (server.url(embedded.database()), Some(server))
            }
        };
        let config =
            Config::parse(&url).map_err(|error| Failure::new(Code::Usage, error.to_string()))?;
        Ok((config, url, server))
    }
}
