//! What a rule is.

use sql::statement::words::Words;
use sql::versions::Versions;

use crate::act::Act;
use crate::day::Day;
use crate::finding::{Finding, Place, Severity};
use crate::progress::Progress;
use crate::schema::Schema;

/// A rule. Each is a file of `rules/`, with a page in `docs/checks/`.
#[derive(Debug)]
pub struct Rule {
    /// Its name, in kebab case: that of its file and its page.
    pub name: &'static str,
    /// How bad its findings are.
    pub severity: Severity,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// Migrations in which it finds something, with what a server does about them.
    pub failing: &'static [Example],
    /// Migrations in which it finds nothing: what to write instead, and what only looks similar.
    pub passing: &'static [Example],
    /// How it is found.
    pub finds: Finds,
}

impl Rule {
    /// Whether the server runs what it finds, and something is lost then: nobody else says so.
    pub fn finds_losses(&self) -> bool {
        let mut examples = self.failing.iter();
        examples.any(|it| matches!(it.server, Server::Damages { .. }))
    }
}

/// When a rule looks.
#[derive(Debug, Clone, Copy)]
pub enum Finds {
    /// At each act, with the schema before it.
    Acts(fn(&Act, &Context<'_>) -> Vec<Finding>),
    /// At each statement, once, by its words and what was read of its file.
    Statements(fn(&Context<'_>) -> Vec<Finding>),
    /// After all files, at the schema that they make.
    Schema(fn(&Context<'_>) -> Vec<Finding>),
}

/// What a rule may look at.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The schema before the act, or after all files.
    pub schema: &'a Schema,
    /// The index of the file.
    pub file: usize,
    /// The words of the statement; none after all files.
    pub words: Words<'a>,
    /// What was read of the file before it.
    pub progress: &'a Progress,
    /// The oldest servers that the files run on, as far as the project says so.
    pub versions: Versions,
    /// The day on which it is checked, for dates in messages.
    pub today: Day,
}

impl Context<'_> {
    /// A place in the file that is read.
    pub fn place(&self, range: &std::ops::Range<usize>) -> Place {
        Place {
            file: self.file,
            range: range.clone(),
        }
    }
}

/// Migrations, in the order in which they run. Each but the last is context.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// The files' SQL. TimescaleDB is installed before them.
    pub files: &'static [&'static str],
    /// SQL that runs before the last file: rows that the rule is about.
    pub rows: &'static str,
    /// What the project says of its servers.
    pub versions: Versions,
    /// What a server with TimescaleDB does.
    pub server: Server,
}

/// What a server does with the last file of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// It runs.
    Runs,
    /// It refuses it with this SQLSTATE.
    Refuses(&'static str),
    /// It runs it, and after more statements, such as the jobs that the file sets up, a query answers something else than before.
    Damages {
        /// What runs after the file.
        then: &'static str,
        /// What is asked.
        query: &'static str,
        /// The answer before the file.
        before: &'static str,
        /// The answer after it.
        after: &'static str,
    },
    /// It holds this lock on a table until the end of the file's transaction, as `pg_locks` names it.
    Locks(&'static str, &'static str),
    /// It writes a table anew: its file is another one.
    Rewrites(&'static str),
}

impl Example {
    /// An example of one file that runs.
    pub const fn new(files: &'static [&'static str]) -> Example {
        Example {
            files,
            rows: "",
            versions: Versions {
                postgresql: None,
                timescaledb: None,
                edition: None,
            },
            server: Server::Runs,
        }
    }

    /// The same with rows.
    pub const fn rows(self, rows: &'static str) -> Example {
        Example { rows, ..self }
    }

    /// The same in a project that says this of its servers.
    pub const fn on(self, versions: Versions) -> Example {
        Example { versions, ..self }
    }

    /// The same with what the server does.
    pub const fn server(self, server: Server) -> Example {
        Example { server, ..self }
    }
}
