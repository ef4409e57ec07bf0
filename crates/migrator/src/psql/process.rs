//! A psql that runs: what is sent to it, and what it answers up to a mark.

use std::io::{self, Write as _};
#[cfg(unix)]
use std::os::unix::process::CommandExt as _;
use std::process::{ChildStdin, Stdio};
use std::sync::PoisonError;
use std::time::Duration;

use super::streams::{self, Errors, Output, Reply};
use super::{Host, SharedChild, mark, script, serial, sever};
use crate::link::Error;

/// psql's first input: values are separated by control characters that none of our texts contains, and none of the variables that psql sets
/// itself may replace something in a migration's text.
const PREAMBLE: &str = "\\set QUIET 1\n\\set VERBOSITY verbose\n\\pset pager off\n\\pset format unaligned\n\\pset tuples_only on\n\
     \\pset fieldsep '\\037'\n\\pset recordsep '\\036'\n\\pset null '\\035'\n\
     \\unset DBNAME\n\\unset USER\n\\unset HOST\n\\unset PORT\n\\unset ENCODING\n\\unset VERSION\n\\unset VERSION_NAME\n\\unset VERSION_NUM\n\
     \\unset SERVER_VERSION_NAME\n\\unset SERVER_VERSION_NUM\n\\unset SERVICE\n";

/// What the names of psql's folders begin with.
const FOLDER_PREFIX: &str = "schema-migrations-";

/// How long psql has until it is connected; it waits for a server that starts for less.
const CONNECTED: Duration = Duration::from_secs(90);

/// A running psql.
pub(super) struct Process {
    child: SharedChild,
    /// The name of its folder.
    folder: String,
    input: Option<ChildStdin>,
    output: Output,
    errors: Errors,
    /// What ends each reply.
    mark: String,
    /// Whether nothing was asked of its session yet.
    pub(super) is_fresh: bool,
    /// How many gates of the script are still before psql; 0 when it is not in the script.
    gates: usize,
}

impl Process {
    pub(super) fn start(host: &impl Host, shared: SharedChild) -> Result<Process, Error> {
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
            // What psql writes around the server's words is read here: it is in one language.
            .env("LC_ALL", "C")
            .env_remove("LANGUAGE")
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
        let mark = mark();
        let mut process = Process {
            child: shared,
            folder,
            input: Some(input),
            output: Output::read(output),
            errors: streams::errors(errors, &mark),
            mark,
            is_fresh: true,
            gates: 0,
        };
        let mark = &process.mark;
        let hello = format!("{PREAMBLE}\\echo {mark} false\n\\warn {mark}\n");
        // A psql that cannot connect ends before it reads; what it printed says why.
        let _ = process.send(&hello);
        match process.receive(Some(CONNECTED)) {
            Ok(Reply::Done { .. }) => {
                process.errors();
                Ok(process)
            }
            Ok(Reply::Ended { output }) => {
                let (output, code) = output_and_code(&output);
                let message = format!("{output}{}", process.errors().text);
                Err(Error::Unreachable {
                    message: message.trim().to_owned(),
                    code,
                })
            }
            Err(error) => {
                sever(&process.child);
                Err(Error::Unreachable {
                    message: format!("{program}: {error}"),
                    code: None,
                })
            }
        }
    }

    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    pub(super) fn folder(&self) -> &str {
        &self.folder
    }

    pub(super) fn send(&mut self, text: &str) -> Result<(), Error> {
        let ended = || Error::lost("psql has ended");
        let input = self.input.as_mut().ok_or_else(ended)?;
        input
            .write_all(text.as_bytes())
            .and_then(|()| input.flush())
            .map_err(|_| ended())
    }

    /// Has psql run the message at `index` of a script with so many `gates`, including the script first where it is not in it.
    pub(super) fn run_message(
        &mut self,
        file: &str,
        index: usize,
        gates: usize,
    ) -> Result<(), Error> {
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
    pub(super) fn leave_script(&mut self) -> Result<(), Error> {
        let rest = std::mem::take(&mut self.gates);
        match rest {
            0 => Ok(()),
            rest => self.send(&script::PASS.repeat(rest)),
        }
    }

    /// Everything that psql prints up to the next mark, or up to its end; within this time, if it is limited.
    pub(super) fn receive(&mut self, within: Option<Duration>) -> Result<Reply, Error> {
        self.output.receive(&self.mark, within)
    }

    /// Everything on psql's standard error up to the next mark, or up to its end.
    pub(super) fn errors(&mut self) -> streams::Said {
        self.errors.recv().unwrap_or_default()
    }
}

/// What the shell around a psql that could not connect printed, without its last line where that is the SQLSTATE that it found out.
fn output_and_code(output: &str) -> (&str, Option<String>) {
    let line = output.lines().next_back().unwrap_or_default();
    match line.strip_prefix("SQLSTATE ") {
        Some(code) => (
            output.trim_end().strip_suffix(line).unwrap_or_default(),
            Some(code.to_owned()),
        ),
        None => (output, None),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_the_shell_s_last_line() {
        let printed = "psql: error: FATAL:  Datenbank »x« existiert nicht\nSQLSTATE 3D000\n";
        let (message, code) = output_and_code(printed);
        assert_eq!(message.lines().count(), 1);
        assert_eq!(code.as_deref(), Some("3D000"));
        assert_eq!(output_and_code("psql: error\n"), ("psql: error\n", None));
        assert_eq!(output_and_code(""), ("", None));
    }
}
