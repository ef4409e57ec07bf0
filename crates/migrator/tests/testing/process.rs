//! Other processes of a test run: this program once more, with one of its tests.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};

use migrator::testing::TestDatabases;

/// The folder of the migrations that the other process applies.
const FOLDER: &str = "TESTING_FOLDER";

/// Another process, which has a seeded database until it is ended or killed.
pub struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    /// The URL of its database.
    pub url: String,
    /// What the seed wrote.
    pub row: String,
}

impl Process {
    fn command(folder: &str, server: Option<&str>) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "process::this_is_another_process", "--nocapture"])
            .env(FOLDER, folder)
            .env_remove("TEST_DATABASE_URL")
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .stdout(Stdio::null());
        if let Some(url) = server {
            command.env("TEST_DATABASE_URL", url);
        }
        command
    }

    /// What one prints that gets no database on this server.
    pub fn refused(folder: &str, server: &str) -> String {
        let output = Process::command(folder, Some(server)).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Starts one on the server of this variable, or on the private one.
    pub fn start(folder: &str, server: Option<&str>) -> Process {
        let mut child = Process::command(folder, server).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut line = |name: &str| {
            let found = lines.find_map(|line| Some(line.unwrap().strip_prefix(name)?.to_owned()));
            found.unwrap_or_else(|| panic!("the other process did not print {name}"))
        };
        let (url, row) = (line("url "), line("row "));
        Process {
            stdin: child.stdin.take(),
            child,
            url,
            row,
        }
    }

    pub fn end(mut self) {
        drop(self.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn this_is_another_process() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let database = TestDatabases::of(folder).seeded(|client| {
        client.batch_execute("INSERT INTO one SELECT (random() * 1000000000)::int")?;
        Ok(())
    });
    let database = database.unwrap();
    let mut client = database.client().unwrap();
    let row: i32 = client.query_one("SELECT id FROM one", &[]).unwrap().get(0);
    drop(client);
    let lines = format!("url {}\nrow {row}\n", database.url());
    std::io::stderr().write_all(lines.as_bytes()).unwrap();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
