//! The driver that runs one psql process and talks to it through its standard input and output.
//!
//! Queries of the engine go through standard input; the messages of all steps are in one file that psql includes with `\i`, so that it can
//! be copied into a container first. psql runs a message of it on request, and exits at the first error, which ends its transaction. Rows
//! come on its standard output, errors and notices on its standard error, so that they are never confused.

mod excerpt;
mod output;
mod process;
mod script;
mod streams;

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sql::lexer;

use crate::encoding::{self, Counts};
use crate::link::{BESIDE, Beside, Error, LOAD_NOTHING, Link, Notice, Rows};
use crate::message::Message;
use crate::notices::Notices;
use crate::script::session::{self, Scope};
use process::Process;
use script::Script;
use streams::Reply;

/// What psql calls its standard input.
const STDIN: &str = "<stdin>";

/// How psql is started and how files reach it.
pub trait Host: Clone + Send + 'static {
    /// A command that runs psql with `-X -f -` and ends when it ends. It creates a folder of this name for it first, and removes it
    /// afterwards, even if this process is killed; if its standard input ends while psql is busy, it makes psql cancel its statement.
    fn psql(&self, folder: &str) -> Command;

    /// Brings a file into the folder of a psql that runs, and returns its path there.
    fn copy(&self, file: &Path, folder: &str) -> Result<String, String>;
}

/// A session of a psql process.
pub struct Psql<H: Host> {
    host: H,
    process: Option<Process>,
    script: Script,
    /// How many scripts this session has been given.
    scripts: usize,
    /// Index of the message that comes next.
    next: usize,
    /// Where psql finds the script.
    file: Option<String>,
    /// The server's notices for messages.
    notices: Notices,
    /// How long an answer to a query may take.
    deadline: Option<Duration>,
    /// What the database counts where an error is.
    counts: Counts,
    child: SharedChild,
}

/// The psql that runs, where another thread can end it.
type SharedChild = Arc<Mutex<Option<Child>>>;

impl<H: Host> Psql<H> {
    /// Starts psql.
    pub fn start(host: H) -> Result<Psql<H>, Error> {
        let child = SharedChild::default();
        let process = Process::start(&host, child.clone())?;
        Ok(Psql {
            host,
            process: Some(process),
            script: Script::default(),
            scripts: 0,
            next: 0,
            file: None,
            notices: Notices::default(),
            deadline: None,
            counts: Counts::default(),
            child,
        })
    }

    fn process(&mut self) -> Result<&mut Process, Error> {
        self.process
            .as_mut()
            .ok_or_else(|| Error::lost("psql has ended"))
    }
}

impl<H: Host> Psql<H> {
    /// What psql is to read for the statements of a query, and what it prints after each of them: whether one has failed so far. At the
    /// end comes the last error as psql itself knows it: what is on its standard error, anything that a server says may look like.
    fn input(sql: &str, statements: &[lexer::RawStatement], mark: &str) -> String {
        let mut input = String::new();
        for (index, statement) in statements.iter().enumerate() {
            let statement = &sql[statement.range()];
            // As in one message, what follows a statement that failed does not run.
            let statement = match index {
                0 => format!("{statement};\n"),
                _ => format!("\\if :ERROR\n\\else\n{statement};\n\\endif\n"),
            };
            input.push_str(&format!("{statement}\\echo {mark} :ERROR\n"));
        }
        input.push_str(&format!(
            "\\echo :LAST_ERROR_MESSAGE\n\\echo {mark} :LAST_ERROR_SQLSTATE\n\\warn {mark}\n\\set ON_ERROR_STOP 1\n"
        ));
        input
    }

    /// The first input of a fresh session: settings, and a question. Each statement is a separate message, and no pooler is in between.
    fn greet(mark: &str) -> String {
        let neutral = session::neutral(Scope::Session);
        format!(
            "\\o /dev/null\n{neutral};\n\\o\nSELECT pg_catalog.getdatabaseencoding();\n\\echo {mark} false\n"
        )
    }

    fn ask(&mut self, sql: &str) -> Result<Vec<Rows>, Error> {
        let statements = lexer::split(sql).map_err(|error| Error::lost(error.to_string()))?;
        let deadline = self.deadline;
        let process = self.process()?;
        process.leave_script()?;
        let greets = process.is_fresh && sql != LOAD_NOTHING;
        let mut input = String::from("\\set ON_ERROR_STOP 0\n");
        if greets {
            input.push_str(&Self::greet(process.mark()));
            process.is_fresh = false;
        }
        input.push_str(&Self::input(sql, &statements, process.mark()));
        process.send(&input)?;
        let mut next = || match process.receive(deadline)? {
            Reply::Done { output, flag } => Ok((output, flag)),
            Reply::Ended { .. } => Err(output::ending(&process.errors().text)),
        };
        let counts = if greets {
            Some(Counts::of(next()?.0.trim()))
        } else {
            None
        };
        let mut results = Vec::new();
        let mut has_failed = false;
        for statement in &statements {
            let (output, flag) = next()?;
            has_failed |= flag == "true";
            if !has_failed && returns_rows(statement.tokens[0].text(sql)) {
                results.push(output::rows(&output));
            }
        }
        let (message, code) = next()?;
        let errors = process.errors();
        self.counts = counts.unwrap_or(self.counts);
        if has_failed {
            let message = message.strip_suffix('\n').unwrap_or(&message);
            let error = output::error(&errors.text, STDIN, &code, message);
            Err(Error::Server(Box::new(error)))
        } else {
            Ok(results)
        }
    }

    fn sever(&self) {
        sever(&self.child);
    }
}

/// Ends a psql, wherever it is.
fn sever(child: &SharedChild) {
    let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(child) = child.as_mut() {
        // One that has already ended is just as well.
        let _ = child.kill();
    }
}

impl<H: Host> Link for Psql<H> {
    fn query(&mut self, sql: &str) -> Result<Vec<Rows>, Error> {
        let outcome = self.ask(sql);
        if matches!(outcome, Err(Error::Lost { .. })) {
            // Whatever psql still does, nothing waits for it.
            self.sever();
            self.process = None;
        }
        outcome
    }

    fn prepare(&mut self, messages: &mut dyn Iterator<Item = Message>) -> Result<(), Error> {
        let lost = |error: io::Error| Error::lost(format!("failed to write the scripts: {error}"));
        let here = Folder::create().map_err(lost)?;
        self.next = 0;
        self.scripts += 1;
        // psql may still be in the one before.
        let file = here.0.join(format!("migrations-{}.sql", self.scripts));
        let mut writer = io::BufWriter::new(fs::File::create(&file).map_err(lost)?);
        let mark = self.process()?.mark().to_owned();
        self.script = Script::write(messages, &mark, &mut writer).map_err(lost)?;
        let folder = self.process()?.folder().to_owned();
        self.file = Some(self.host.copy(&file, &folder).map_err(Error::lost)?);
        Ok(())
    }

    fn run(&mut self, message: &Message) -> Result<(), Error> {
        let missing = || Error::lost("a script was not prepared");
        let index = self.script.find(message, self.next);
        let index = index.ok_or_else(missing)?;
        let file = self.file.clone().ok_or_else(missing)?;
        let gates = self.script.len();
        let process = self.process()?;
        process.run_message(&file, index, gates)?;
        let reply = process.receive(None)?;
        let errors = process.errors();
        let heard = output::heard(&errors.text, &file);
        for notice in heard.notices {
            self.notices.push(notice);
        }
        self.notices.leave_out(errors.left_out);
        if let Reply::Done { .. } = reply {
            self.next = index + 1;
            return Ok(());
        }
        self.process = None;
        Err(match heard.error {
            // The server ended the session, and the statement with it.
            Some(found) if output::ends_session(&found.error) => Error::Lost {
                message: found.error.message,
                code: Some(found.error.code),
            },
            Some(mut found) => {
                found.line = self.script.line_of(index, found.line);
                let mut error = found.locate(message, self.counts);
                encoding::place(message, &mut error);
                Error::Server(Box::new(error))
            }
            None => output::ending(&errors.text),
        })
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        // The script goes with the session.
        self.process = None;
        self.file = None;
        self.process = Some(Process::start(&self.host, self.child.clone())?);
        Ok(())
    }

    fn is_open(&self) -> bool {
        self.process.is_some()
    }

    fn answer_within(&mut self, patience: Duration) {
        self.deadline = Some(patience);
    }

    fn notices(&mut self) -> Vec<Notice> {
        self.notices.take()
    }

    fn beside(&self) -> Option<Box<dyn Beside>> {
        Some(Box::new(BesidePsql {
            host: self.host.clone(),
            child: self.child.clone(),
        }))
    }
}

/// The way to the server of a busy psql.
struct BesidePsql<H> {
    host: H,
    child: SharedChild,
}

impl<H: Host> Beside for BesidePsql<H> {
    fn open(&self) -> Result<Box<dyn Link>, Error> {
        let mut psql = Psql::start(self.host.clone())?;
        psql.answer_within(BESIDE);
        Ok(Box::new(psql))
    }

    fn sever(&self) {
        sever(&self.child);
    }
}

/// Whether a statement with this first word returns rows, if only none.
fn returns_rows(first_word: &str) -> bool {
    ["select", "with", "values", "table", "show"]
        .iter()
        .any(|word| first_word.eq_ignore_ascii_case(word))
}

/// A marker that cannot be guessed, so no server can print it.
fn mark() -> String {
    format!("\u{1c}migrate-{:016x}{:016x}", serial(), serial())
}

/// A unique number. Not the process id: a killed runner leaves its folder, and the next one may have its id.
fn serial() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A folder in the system's temporary folder, removed with the value.
struct Folder(PathBuf);

impl Folder {
    fn create() -> io::Result<Folder> {
        loop {
            let path = std::env::temp_dir().join(format!("xtask-migrate-{:016x}", serial()));
            match fs::create_dir(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                result => return result.map(|()| Folder(path)),
            }
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed from a temporary folder is the system's to clean.
        let _ = fs::remove_dir_all(&self.0);
    }
}
