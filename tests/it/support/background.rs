//! A command that runs while its test does something else.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Sandbox, eventually};

/// A command in the background. Standard output and standard error go to one file, in the order of their lines.
pub struct Background<'a> {
    project: &'a Sandbox,
    child: Child,
    output: PathBuf,
}

impl Sandbox {
    /// Starts `cargo xtask` with arguments that are separated by blanks.
    pub fn start(&self, arguments: &str) -> Background<'_> {
        let mut command = self.xtask();
        command.args(arguments.split_whitespace());
        self.start_command(command)
    }

    /// Starts a command of this project.
    pub fn start_command(&self, mut command: Command) -> Background<'_> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let output = self.dir().join(format!("home/background-{count}"));
        let file = File::create(&output).unwrap();
        command.stdout(file.try_clone().unwrap()).stderr(file);
        Background {
            project: self,
            child: command.spawn().unwrap(),
            output,
        }
    }
}

impl Background<'_> {
    /// What it has written so far.
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.output).unwrap()).into_owned()
    }

    /// Waits until it has written this text.
    pub fn says(&mut self, text: &str) {
        eventually(text, || {
            let ended = self.child.try_wait().unwrap();
            let said = self.said();
            let is_said = said.contains(text);
            assert!(
                is_said || ended.is_none(),
                "{ended:?} without `{text}`:\n{said}"
            );
            is_said
        });
    }

    /// Sends it a signal: `INT`, `KILL`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }

    /// Whether it is still running.
    pub fn goes_on(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end; its exit status and all that it wrote, as it was.
    pub fn end(mut self) -> (ExitStatus, String) {
        let mut status = None;
        eventually("the command ends", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        (status.unwrap(), self.said())
    }

    /// As [`Background::end`], as one text for a snapshot.
    pub fn screen(self) -> String {
        let project = self.project;
        let (status, said) = self.end();
        let code = status
            .code()
            .map_or_else(|| status.to_string(), |code| format!("exit {code}"));
        project.stable(&format!("{code}\n{said}"))
    }
}

impl Drop for Background<'_> {
    fn drop(&mut self) {
        let _ended_by_itself = self.child.kill();
        let _reaped = self.child.wait();
    }
}
