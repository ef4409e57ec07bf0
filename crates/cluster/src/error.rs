//! Everything that can go wrong with a private cluster.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

/// Why a private cluster cannot be had. The text names what failed and why; [`Error::next`] says
/// what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No server is installed, as far as can be seen.
    #[error("no PostgreSQL server found: initdb and postgres are in none of\n{}", indented(.looked))]
    NoServer {
        /// Where it was looked for, in order.
        looked: Vec<String>,
    },
    /// The variable `PG_CONFIG` was set, but leads to no server.
    #[error("PG_CONFIG is `{pg_config}`, but {cause}")]
    PgConfig {
        /// The variable's value.
        pg_config: String,
        /// What is wrong with it.
        cause: String,
    },
    /// A file or directory could not be used.
    #[error("failed to {action} `{}`: {cause}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's reason.
        cause: io::Error,
    },
    /// A program of the server could not be run.
    #[error("failed to run `{}`: {cause}", .program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// The system's reason.
        cause: io::Error,
    },
    /// A program of the server failed.
    #[error("`{}` failed with {status}\n{}", .program.display(), output.trim_end())]
    Failed {
        /// The program.
        program: PathBuf,
        /// How it ended.
        status: ExitStatus,
        /// What it wrote.
        output: String,
    },
    /// The cluster was made by another major version.
    #[error("the cluster in `{}` is of PostgreSQL {found}, and the server is PostgreSQL {server}", .dir.display())]
    OtherVersion {
        /// The cluster's directory.
        dir: PathBuf,
        /// The version that made it.
        found: String,
        /// The version of the server.
        server: String,
    },
    /// The server ended, or did not get ready, after it was started.
    #[error("PostgreSQL did not start: {reason}\n{}", .tail.trim_end())]
    Start {
        /// How it ended, or how long it was waited for.
        reason: String,
        /// The end of the server's log.
        tail: String,
        /// The server's log.
        log: PathBuf,
    },
    /// We are root, and there is no account to run the server as.
    #[error(
        "PostgreSQL refuses to run as root, and /etc/passwd has neither `postgres` nor `nobody`"
    )]
    NoAccount,
    /// Something else is where a file or folder of a cluster should be: a link, say, that another account has put there.
    #[error("`{}` should be {wanted}, and is {found}", .path.display())]
    Found {
        /// Where.
        path: PathBuf,
        /// What was found, and who owns it.
        found: String,
        /// What should be there.
        wanted: &'static str,
    },
    /// Another process does not release the lock of a cluster.
    #[error("`{}` has been locked by another process for {} s", .path.display(), .patience.as_secs())]
    Held {
        /// The locked file.
        path: PathBuf,
        /// How long it was waited for.
        patience: Duration,
    },
}

impl Error {
    /// What to do about it, as a sentence without a full stop, when there is something to do.
    pub fn next(&self) -> Option<String> {
        match self {
            Self::NoServer { .. } => Some(
                "install a server: `apt-get install postgresql` on Debian or Ubuntu, `brew install postgresql@17` with Homebrew; \
                 or use Docker"
                    .to_owned(),
            ),
            Self::PgConfig { .. } => {
                Some("unset PG_CONFIG, or set it to the pg_config of a server installation".to_owned())
            }
            Self::OtherVersion { dir, found, .. } => Some(format!(
                "remove `{}` if its data is not needed, or set PG_CONFIG to the pg_config of PostgreSQL {found}",
                dir.display()
            )),
            Self::Start { log, .. } if log.exists() => Some(format!("read `{}`", log.display())),
            Self::NoAccount => Some("create the account: `useradd --system postgres`".to_owned()),
            Self::Found { path, found, .. } => Some(format!(
                "look at it, then remove it: `{} {}`",
                if found.starts_with("a folder") { "rm -r" } else { "rm" },
                path.display()
            )),
            Self::Held { path, .. } => Some(format!(
                "end the process that holds it: `fuser -v {}` shows it",
                path.display()
            )),
            Self::Io { .. } | Self::Run { .. } | Self::Failed { .. } | Self::Start { .. } => None,
        }
    }

    /// For `map_err`: what was tried on which path.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Io {
            action,
            path,
            cause,
        }
    }
}

fn indented(lines: &[String]) -> String {
    lines
        .iter()
        .map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}
