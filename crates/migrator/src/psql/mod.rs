//! The driver that runs one psql process and talks to it through its standard input and output.
//!
//! Queries of the engine go through standard input; the messages of all steps lie in one file that psql includes with `\i`, so that a
//! container can be given it first. psql runs a message of it when told to, stops at the first error and ends, and its transaction with it.
//! Rows come on its standard output, errors and notices on its standard error, so that neither is ever taken for the other.

mod output;
mod script;

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, BufRead, BufReader, Read, Write};
#[cfg(unix)]
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::lexer;
use crate::link::{Beside, Error, LOAD_NOTHING, Link, Notice, Rows};
use crate::script::Message;
use crate::script::session::{self, Scope};
use script::Script;

/// What psql calls its standard input.
const STDIN: &str = "<stdin>";

/// What psql is told before anything else: values come separated by control characters that no text of ours holds, and none of the
/// variables that psql sets by itself may stand for something in a migration's text.
const PREAMBLE: &str = "\\set QUIET 1\n\\set VERBOSITY verbose\n\\pset pager off\n\\pset format unaligned\n\\pset tuples_only on\n\
     \\pset fieldsep '\\037'\n\\pset recordsep '\\036'\n\\pset null '\\035'\n\
     \\unset DBNAME\n\\unset USER\n\\unset HOST\n\\unset PORT\n\\unset ENCODING\n\\unset VERSION\n\\unset VERSION_NAME\n\\unset VERSION_NUM\n\
     \\unset SERVER_VERSION_NAME\n\\unset SERVER_VERSION_NUM\n\\unset SERVICE\n";

/// How psql is started and how files reach it.
pub trait Host: Clone + Send + 'static {
    /// A command that runs psql with `-X -f -` and ends when it ends. It makes a folder of this name for it first, and removes it
    /// afterwards, whatever becomes of us; when its standard input ends and psql is still busy, it has psql cancel what it does.
    fn psql(&self, folder: &str) -> Command;

    /// Brings a file into the folder of a psql that runs, and returns its path there.
    fn copy(&self, file: &Path, folder: &str) -> Result<String, String>;
}

/// What the names of psql's folders begin with.
const FOLDER_PREFIX: &str = "schema-migrations-";

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
    /// What the server said beside its answers to messages.
    notices: Vec<Notice>,
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
            notices: Vec::new(),
            child,
        })
    }

    fn process(&mut self) -> Result<&mut Process, Error> {
        self.process
            .as_mut()
            .ok_or_else(|| Error::lost("psql has ended"))
    }
}

impl<H: Host> Link for Psql<H> {
    fn query(&mut self, sql: &str) -> Result<Vec<Rows>, Error> {
        let statements = lexer::split(sql).map_err(|error| Error::lost(error.to_string()))?;
        let process = self.process()?;
        process.leave_script()?;
        let mark = process.mark.clone();
        let mut input = String::from("\\set ON_ERROR_STOP 0\n");
        if process.is_fresh && sql != LOAD_NOTHING {
            // Each statement is a message of its own here, and no pooler stands in between.
            let neutral = session::neutral(Scope::Session);
            input.push_str(&format!("\\o /dev/null\n{neutral};\n\\o\n"));
            process.is_fresh = false;
        }
        for (index, statement) in statements.iter().enumerate() {
            let statement = &sql[statement.range()];
            // As in one message, what follows a statement that failed does not run.
            let statement = match index {
                0 => format!("{statement};\n"),
                _ => format!("\\if :ERROR\n\\else\n{statement};\n\\endif\n"),
            };
            input.push_str(&format!("{statement}\\echo {mark} :ERROR\n"));
        }
        input.push_str(&format!("\\warn {mark}\n\\set ON_ERROR_STOP 1\n"));
        let mut results = Vec::new();
        let mut has_failed = false;
        process.send(&input)?;
        for statement in &statements {
            match process.receive()? {
                Reply::Done { failed: true, .. } => has_failed = true,
                Reply::Done { output, .. } => {
                    if returns_rows(statement.tokens[0].text(sql)) {
                        results.push(output::rows(&output));
                    }
                }
                Reply::Ended { .. } => {
                    let errors = process.errors();
                    self.process = None;
                    return Err(output::ending(&errors));
                }
            }
        }
        let errors = process.errors();
        match output::heard(&errors, STDIN).error {
            Some(found) if has_failed => Err(Error::Server(Box::new(found.error))),
            _ => Ok(results),
        }
    }

    fn prepare(&mut self, messages: &mut dyn Iterator<Item = Message>) -> Result<(), Error> {
        let lost = |error: io::Error| Error::lost(format!("failed to write the scripts: {error}"));
        let here = Folder::create().map_err(lost)?;
        self.next = 0;
        self.scripts += 1;
        // psql may still be in the one before.
        let file = here.0.join(format!("migrations-{}.sql", self.scripts));
        let mut writer = io::BufWriter::new(fs::File::create(&file).map_err(lost)?);
        self.script = Script::write(messages, &mark(), &mut writer).map_err(lost)?;
        let folder = self.process()?.folder.clone();
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
        let reply = process.receive()?;
        let errors = process.errors();
        let heard = output::heard(&errors, &file);
        self.notices.extend(heard.notices);
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
                Error::Server(Box::new(found.locate(message)))
            }
            None => output::ending(&errors),
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

    fn notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
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
        Ok(Box::new(Psql::start(self.host.clone())?))
    }

    fn sever(&self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(child) = child.as_mut() {
            // One that has ended by itself is as good.
            let _ = child.kill();
        }
    }
}

/// Whether a statement with this first word returns rows, if only none.
fn returns_rows(first_word: &str) -> bool {
    ["select", "with", "values", "table", "show"]
        .iter()
        .any(|word| first_word.eq_ignore_ascii_case(word))
}

/// A number that nobody else has. Not the process id: a killed runner leaves its folder, and the next one may have its id.
fn serial() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A folder of our own under the system's temporary one, removed with the value.
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

/// A running psql.
struct Process {
    child: SharedChild,
    /// The name of its folder.
    folder: String,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// The lines of its standard error, which another thread reads: psql must not wait for us to read one stream while we wait for the
    /// other.
    errors: Receiver<Vec<u8>>,
    /// What ends each reply.
    mark: String,
    /// Whether nothing was asked of its session yet.
    is_fresh: bool,
    /// How many gates of the script are still before psql; 0 when it is not in the script.
    gates: usize,
}

/// What ends each reply; no server prints it.
fn mark() -> String {
    format!("\u{1c}migrate-{}", std::process::id())
}

enum Reply {
    Done { output: String, failed: bool },
    Ended { output: String },
}

impl Process {
    fn start(host: &impl Host, shared: SharedChild) -> Result<Process, Error> {
        let folder = format!("{FOLDER_PREFIX}{:016x}", serial());
        let mut command = host.psql(&folder);
        let program = command.get_program().to_string_lossy().into_owned();
        let unreachable = |error: io::Error| Error::Unreachable {
            message: format!("failed to start {program}: {error}"),
            code: None,
        };
        // Ctrl-C on the terminal is for us, who cancel what psql waits for.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(unreachable)?;
        let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(input), Some(output), Some(errors)) = streams else {
            return Err(unreachable(io::Error::other("its streams are not there")));
        };
        *shared.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        let mut process = Process {
            child: shared,
            folder,
            input: Some(input),
            output: BufReader::new(output),
            errors: lines(errors),
            mark: mark(),
            is_fresh: true,
            gates: 0,
        };
        let mark = &process.mark;
        let hello = format!("{PREAMBLE}\\echo {mark} false\n\\warn {mark}\n");
        // A psql that cannot connect ends before it reads; what it printed says why.
        let _ = process.send(&hello);
        let reply = process.receive()?;
        let errors = process.errors();
        match reply {
            Reply::Done { .. } => Ok(process),
            Reply::Ended { output } => Err(Error::Unreachable {
                message: format!("{output}{errors}").trim().to_owned(),
                code: None,
            }),
        }
    }

    fn send(&mut self, text: &str) -> Result<(), Error> {
        let ended = || Error::lost("psql has ended");
        let input = self.input.as_mut().ok_or_else(ended)?;
        input
            .write_all(text.as_bytes())
            .and_then(|()| input.flush())
            .map_err(|_| ended())
    }

    /// Has psql run the message at `index` of a script with so many `gates`, including the script first where it is not in it.
    fn run_message(&mut self, file: &str, index: usize, gates: usize) -> Result<(), Error> {
        let mut input = String::new();
        if self.gates == 0 {
            input = format!("\\i {file}\n");
            self.gates = gates;
        }
        let passed = index - (gates - self.gates);
        input.push_str(&script::PASS.repeat(passed));
        input.push_str(script::RUN);
        self.gates -= passed + 1;
        self.send(&input)
    }

    /// Has psql pass over the rest of the script, so that it listens again.
    fn leave_script(&mut self) -> Result<(), Error> {
        let rest = std::mem::take(&mut self.gates);
        match rest {
            0 => Ok(()),
            rest => self.send(&script::PASS.repeat(rest)),
        }
    }

    /// Everything that psql prints up to the next mark, or up to its end.
    fn receive(&mut self) -> Result<Reply, Error> {
        let mut output = Vec::new();
        loop {
            let start = output.len();
            let read = self
                .output
                .read_until(b'\n', &mut output)
                .map_err(|error| Error::lost(error.to_string()))?;
            if read == 0 {
                let output = String::from_utf8_lossy(&output).into_owned();
                return Ok(Reply::Ended { output });
            }
            // A result of no rows ends without a newline of its own.
            let line = String::from_utf8_lossy(&output[start..]).into_owned();
            if let Some(at) = line.find(&self.mark) {
                let failed = line[at + self.mark.len()..].trim() == "true";
                output.truncate(start + at);
                let output = String::from_utf8_lossy(&output).into_owned();
                return Ok(Reply::Done { output, failed });
            }
        }
    }

    /// Everything on psql's standard error up to the next mark, or up to its end.
    fn errors(&mut self) -> String {
        let mut errors = String::new();
        while let Ok(line) = self.errors.recv() {
            let line = String::from_utf8_lossy(&line);
            match line.find(&self.mark) {
                Some(at) => return errors + &line[..at],
                None => errors.push_str(&line),
            }
        }
        errors
    }
}

/// The lines of a stream, read by a thread of its own.
fn lines(stream: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream
            .read_until(b'\n', &mut line)
            .is_ok_and(|read| read > 0)
        {
            if sender.send(std::mem::take(&mut line)).is_err() {
                // Read on: a psql that cannot write would not end.
                continue;
            }
        }
    });
    receiver
}

impl Drop for Process {
    fn drop(&mut self) {
        // End of input is psql's signal to end.
        self.input = None;
        let child = self.child.lock();
        let child = child.unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut child) = child {
            let _ = child.wait();
        }
    }
}
