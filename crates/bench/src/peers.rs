//! Who is compared: this project's command, psql, a bare client, and the tools that people would use instead, where they are installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use cluster::Server;

use crate::cargo;
use crate::database::Way;
use crate::files::{self, Files};
use crate::scratch;
use crate::stats::output;

/// What a program is to do with files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Find that all are applied.
    Nothing,
    /// Applies them, each in a separate transaction.
    Each,
    /// Apply them in one transaction.
    Whole,
}

/// A program, and how it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// Ours as peers do it: a release build that leaves the snapshot alone.
    Ours,
    /// Ours as it is by default: a release build that brings the snapshot up to date.
    OursWithSnapshot,
    /// Ours as `cargo xtask` runs it: a debug build that brings the snapshot up to date.
    OursDebug,
    /// One psql over all files, each recording itself.
    Psql,
    /// The example `one_query_per_file`.
    Bare,
    /// sqlx-cli.
    Sqlx,
    /// The refinery CLI.
    Refinery,
    /// dbmate.
    Dbmate,
}

impl Peer {
    /// Those that are measured only where they are installed.
    pub const INSTALLED: [Peer; 3] = [Peer::Sqlx, Peer::Refinery, Peer::Dbmate];

    /// What it is called in the report.
    pub fn name(self) -> &'static str {
        match self {
            Peer::Ours => "without the snapshot",
            Peer::OursWithSnapshot => "with the snapshot",
            Peer::OursDebug => "with the snapshot, debug build",
            Peer::Psql => "psql",
            Peer::Bare => "one query per file",
            Peer::Sqlx => "sqlx-cli",
            Peer::Refinery => "refinery",
            Peer::Dbmate => "dbmate",
        }
    }

    /// Its program, where it is looked for in the path.
    fn program(self) -> &'static str {
        match self {
            Peer::Sqlx => "sqlx",
            Peer::Refinery => "refinery",
            Peer::Dbmate => "dbmate",
            Peer::Psql => "psql",
            Peer::Ours | Peer::OursWithSnapshot | Peer::OursDebug | Peer::Bare => "",
        }
    }

    /// Whether it is this project's command.
    pub fn is_ours(self) -> bool {
        matches!(self, Peer::Ours | Peer::OursWithSnapshot | Peer::OursDebug)
    }

    /// Whether it records what it applied in a table that has to be there.
    pub fn needs_record(self) -> bool {
        matches!(self, Peer::Psql | Peer::Bare)
    }

    /// Its version as it says it, where it is installed; else what people would type to have it.
    pub fn version(self) -> Result<String, &'static str> {
        output(Command::new(self.program()).arg("--version"))
            .map(|version| version.trim().replace('\n', ", "))
            .map_err(|_| match self {
                Peer::Sqlx => {
                    "not installed: cargo install sqlx-cli --no-default-features --features postgres,rustls"
                }
                Peer::Refinery => {
                    "not installed: cargo install refinery_cli --no-default-features --features postgresql"
                }
                Peer::Dbmate => "not installed: go install github.com/amacneil/dbmate/v2@latest",
                _ => "not installed",
            })
    }
}

/// Where the programs are.
pub struct Programs {
    /// Where they run.
    dir: PathBuf,
    debug: PathBuf,
    release: PathBuf,
    bare: PathBuf,
    psql: PathBuf,
}

impl Programs {
    /// Builds ours and the bare client; `debug` is built already, and everything runs in `dir`.
    pub fn new(dir: &Path, debug: &Path) -> Result<Programs> {
        // Debian's `psql` in the path is a Perl script that looks for the real one.
        let psql = Server::find()
            .map(|server| server.program("psql"))
            .ok()
            .filter(|path| path.is_file());
        Ok(Programs {
            dir: dir.to_owned(),
            debug: debug.to_owned(),
            release: cargo::release_xtask()?,
            bare: cargo::bare_client()?,
            psql: psql.unwrap_or_else(|| Peer::Psql.program().into()),
        })
    }

    /// The command for a task; `None` where the program has no such way of doing it.
    pub fn command(&self, peer: Peer, task: Task, files: &Files, way: &Way) -> Option<Command> {
        let whole = (task == Task::Whole).then_some("--all-or-nothing");
        match peer {
            Peer::Ours => {
                let mut command = self.migrate(&self.release, &files.plain, way);
                command.arg("--no-snapshot").args(whole);
                Some(command)
            }
            Peer::OursWithSnapshot | Peer::OursDebug => {
                let xtask = match peer {
                    Peer::OursDebug => &self.debug,
                    _ => &self.release,
                };
                let mut command = self.migrate(xtask, &files.plain, way);
                command.args(whole);
                Some(command)
            }
            Peer::Psql => Some(self.psql_for(task, files, way)),
            Peer::Bare => (task == Task::Each).then(|| {
                let mut command = self.of_url(&self.bare, way);
                command.arg(&files.plain);
                command
            }),
            Peer::Sqlx => (task != Task::Whole).then(|| {
                let mut command = self.of_url(peer.program(), way);
                command.args(["migrate", "run", "--no-dotenv", "--source"]);
                command.arg(&files.plain);
                command
            }),
            Peer::Refinery => {
                let mut command = self.of_url(peer.program(), way);
                command.args(["migrate", "-e", "DATABASE_URL", "-p"]);
                command.arg(&files.refinery);
                command.args((task == Task::Whole).then_some("-g"));
                Some(command)
            }
            Peer::Dbmate => (task != Task::Whole).then(|| {
                let mut command = self.of_url(peer.program(), way);
                // Its table would be called as ours is.
                command.args(["--migrations-table", "dbmate_migrations"]);
                command.args(["--no-dump-schema", "--migrations-dir"]);
                command.arg(&files.dbmate).arg("migrate");
                command
            }),
        }
    }

    /// `xtask migrate`, as `cargo xtask migrate` starts it.
    pub fn migrate(&self, xtask: &Path, folder: &Path, way: &Way) -> Command {
        let mut command = self.of_url(xtask, way);
        command.args(["migrate", "--migrations"]).arg(folder);
        command
    }

    /// The release build of ours.
    pub fn release(&self) -> &Path {
        &self.release
    }

    fn of_url(&self, program: impl AsRef<std::ffi::OsStr>, way: &Way) -> Command {
        let mut command = scratch::command(program, &self.dir);
        command.env("DATABASE_URL", &way.url);
        command
    }

    fn psql_for(&self, task: Task, files: &Files, way: &Way) -> Command {
        let mut command = scratch::command(&self.psql, &self.dir);
        command
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1"])
            .envs(way.environment.iter().map(|(name, value)| (name, value)));
        let folder = match task {
            Task::Nothing => {
                command.args(["-c", "select 1"]);
                return command;
            }
            Task::Each => &files.recorded,
            Task::Whole => {
                command.arg("-1");
                &files.grouped
            }
        };
        for file in files::listed(folder).unwrap_or_default() {
            command.arg("-f").arg(file);
        }
        command
    }
}
