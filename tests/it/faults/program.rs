//! A running program, which another thread may kill meanwhile.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::private::signal;

/// A program that must not run yet.
#[derive(Clone, Default)]
pub struct Program {
    child: Arc<Mutex<Option<Child>>>,
}

impl Program {
    /// Starts it; what it writes goes to the file `output`.
    pub fn start(&self, command: &mut Command, output: &Path) {
        let file = File::create(output).unwrap();
        command.stdout(file.try_clone().unwrap()).stderr(file);
        // Held while it starts, so that who kills it finds it.
        let mut child = self.child.lock().unwrap();
        *child = Some(command.spawn().unwrap());
    }

    /// Kills it (SIGKILL), whether it has ended or not.
    pub fn kill(&self) {
        if let Some(child) = self.child.lock().unwrap().as_mut() {
            let _ended_by_itself = child.kill();
        }
    }

    /// Sends it a signal; it must run.
    pub fn signal(&self, name: &str) {
        signal(name, self.pid());
    }

    /// Sends a signal to its process group, which it must lead.
    pub fn signal_group(&self, name: &str) {
        let group = format!("-{}", self.pid());
        let status = Command::new("kill")
            .args([&format!("-{name}"), "--", &group])
            .status();
        assert!(status.unwrap().success());
    }

    fn pid(&self) -> u32 {
        self.child.lock().unwrap().as_ref().unwrap().id()
    }

    /// Its exit status when it has ended.
    pub fn ended(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock().unwrap();
        child.as_mut().unwrap().try_wait().unwrap()
    }

    /// Waits for its end; `None` when it hangs, and has been killed.
    pub fn wait(&self, patience: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            if Instant::now() > deadline {
                self.kill();
                self.child.lock().unwrap().as_mut().unwrap().wait().unwrap();
                return None;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// The lines of a program's output that say what went wrong.
pub fn complaint(output: &Path) -> String {
    let text = String::from_utf8_lossy(&fs::read(output).unwrap_or_default()).into_owned();
    let mut lines = text.lines().skip_while(|line| !line.contains("error"));
    let first = lines.next().unwrap_or("no error shown");
    first.trim().to_owned()
}
