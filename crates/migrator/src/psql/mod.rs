//! The driver that runs one psql process and talks to it through its standard input and output.
//!
//! Queries of the engine go through standard input; the messages of all steps lie in one file that psql includes with `\i`, so that a
//! container can be given it first. psql runs a message of it when told to, stops at the first error and ends, and its transaction with it.

mod output;
mod script;

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::lexer;
use crate::link::{Error, Link, Rows};
use crate::script::Message;
use script::Script;

/// The name of the file with all messages.
const SCRIPT: &str = "migrations.sql";

/// What psql is told before anything else: values come separated by control characters that no text of ours holds, and none of the
/// variables that psql sets by itself may stand for something in a migration's text.
const PREAMBLE: &str = "\\set QUIET 1\n\\set VERBOSITY verbose\n\\pset pager off\n\\pset format unaligned\n\\pset tuples_only on\n\
     \\pset fieldsep '\\037'\n\\pset recordsep '\\036'\n\\pset null '\\035'\n\
     \\unset DBNAME\n\\unset USER\n\\unset HOST\n\\unset PORT\n\\unset ENCODING\n\\unset VERSION\n\\unset VERSION_NAME\n\\unset VERSION_NUM\n\
     \\unset SERVER_VERSION_NAME\n\\unset SERVER_VERSION_NUM\n\\unset SERVICE\n";

/// How psql is started and how files reach it.
pub trait Host {
    /// A command that runs psql with `-X -f -`, its errors joined to its standard output.
    fn psql(&self) -> Command;

    /// Brings a folder to where psql can read it, and returns its path there.
    fn copy(&self, folder: &Path) -> Result<String, String>;

    /// Removes such a folder when psql itself no longer can.
    fn remove(&self, folder: &str);
}

/// A session of a psql process.
pub struct Psql<H: Host> {
    host: H,
    process: Option<Process>,
    script: Script,
    /// Index of the message that comes next.
    next: usize,
    /// Where psql finds the folder of the script.
    folder: Option<String>,
}

impl<H: Host> Psql<H> {
    /// Starts psql.
    pub fn start(host: H) -> Result<Psql<H>, Error> {
        let process = Process::start(host.psql())?;
        Ok(Psql {
            host,
            process: Some(process),
            script: Script::default(),
            next: 0,
            folder: None,
        })
    }

    fn process(&mut self) -> Result<&mut Process, Error> {
        self.process
            .as_mut()
            .ok_or_else(|| Error::Lost("psql has ended".to_owned()))
    }
}

impl<H: Host> Link for Psql<H> {
    fn query(&mut self, sql: &str) -> Result<Vec<Rows>, Error> {
        let statements = lexer::split(sql).map_err(|error| Error::Lost(error.to_string()))?;
        let process = self.process()?;
        process.leave_script()?;
        let mut input = String::from("\\set ON_ERROR_STOP 0\n");
        for statement in &statements {
            input.push_str(&sql[statement.range()]);
            input.push_str(&format!(";\n\\echo {} :ERROR\n", process.mark));
        }
        input.push_str("\\set ON_ERROR_STOP 1\n");
        let mut results = Vec::new();
        let mut failed = None;
        process.send(&input)?;
        for statement in &statements {
            match process.receive()? {
                Reply::Done {
                    output,
                    failed: false,
                } => {
                    if returns_rows(statement.tokens[0].text(sql)) {
                        results.push(output::rows(&output));
                    }
                }
                Reply::Done {
                    output,
                    failed: true,
                } => {
                    failed = failed.or_else(|| output::first_error(&output));
                }
                Reply::Ended { output } => {
                    self.process = None;
                    return Err(output::ending(&output));
                }
            }
        }
        match failed {
            Some(found) => Err(Error::Server(Box::new(found.error))),
            None => Ok(results),
        }
    }

    fn prepare(&mut self, messages: &[Message]) -> Result<(), Error> {
        let lost = |error: io::Error| Error::Lost(format!("failed to write the scripts: {error}"));
        let folder = Folder::create().map_err(lost)?;
        self.script = Script::new(messages, &mark());
        self.next = 0;
        fs::write(folder.0.join(SCRIPT), &self.script.text).map_err(lost)?;
        self.folder = Some(self.host.copy(&folder.0).map_err(Error::Lost)?);
        Ok(())
    }

    fn run(&mut self, message: &Message) -> Result<(), Error> {
        let missing = || Error::Lost("a script was not prepared".to_owned());
        let index = self.script.find(message, self.next);
        let index = index.ok_or_else(missing)?;
        let file = format!("{}/{SCRIPT}", self.folder.as_deref().ok_or_else(missing)?);
        let gates = self.script.len();
        let process = self.process()?;
        process.run_message(&file, index, gates)?;
        match process.receive()? {
            Reply::Done { .. } => {
                self.next = index + 1;
                Ok(())
            }
            Reply::Ended { output } => {
                self.process = None;
                Err(match output::first_error(&output) {
                    Some(mut found) => {
                        found.line = self.script.line_of(index, found.line);
                        Error::Server(Box::new(found.locate(message)))
                    }
                    None => output::ending(&output),
                })
            }
        }
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        self.process = None;
        self.process = Some(Process::start(self.host.psql())?);
        Ok(())
    }
}

impl<H: Host> Drop for Psql<H> {
    fn drop(&mut self) {
        let Some(folder) = self.folder.take() else {
            return;
        };
        let remove = |process: &mut Process| {
            process.leave_script()?;
            process.send(&format!("\\! rm -rf {folder}\n"))
        };
        let removed = self.process.as_mut().map(remove);
        let removed = removed.is_some_and(|sent| sent.is_ok());
        if !removed {
            self.host.remove(&folder);
        }
    }
}

/// Whether a statement with this first word returns rows, if only none.
fn returns_rows(first_word: &str) -> bool {
    ["select", "with", "values", "table", "show"]
        .iter()
        .any(|word| first_word.eq_ignore_ascii_case(word))
}

/// A folder of our own under the system's temporary one, removed with the value.
struct Folder(PathBuf);

impl Folder {
    fn create() -> io::Result<Folder> {
        loop {
            // Not the process id: a killed runner leaves its folder in the container, the next one there may have the same id, and
            // copying a folder onto one that exists leaves the old script in its place.
            let serial = RandomState::new().build_hasher().finish();
            let path = std::env::temp_dir().join(format!("schema-migrations-{serial:016x}"));
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
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// What ends each reply.
    mark: String,
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
    fn start(mut command: Command) -> Result<Process, Error> {
        let program = command.get_program().to_string_lossy().into_owned();
        let unreachable = |error: io::Error| Error::Unreachable {
            message: format!("failed to start {program}: {error}"),
            code: None,
        };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(unreachable)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(unreachable(io::Error::other(
                "it has no standard input or output",
            )));
        };
        let output = BufReader::new(output);
        let mut process = Process {
            child,
            input: Some(input),
            output,
            mark: mark(),
            gates: 0,
        };
        let hello = format!("{PREAMBLE}\\echo {} false\n", process.mark);
        // A psql that cannot connect ends before it reads; what it printed says why.
        let _ = process.send(&hello);
        match process.receive()? {
            Reply::Done { .. } => Ok(process),
            Reply::Ended { output } => Err(Error::Unreachable {
                message: output.trim().to_owned(),
                code: None,
            }),
        }
    }

    fn send(&mut self, text: &str) -> Result<(), Error> {
        let ended = || Error::Lost("psql has ended".to_owned());
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
                .map_err(|error| Error::Lost(error.to_string()))?;
            if read == 0 {
                // What psql does not say, the program that was to start it may.
                if let Some(mut errors) = self.child.stderr.take() {
                    let _ = errors.read_to_end(&mut output);
                }
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
}

impl Drop for Process {
    fn drop(&mut self) {
        // End of input is psql's signal to end.
        self.input = None;
        let _ = self.child.wait();
    }
}
