//! The Docker engine, when there is one, and what tests leave in it.

use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use super::is_gone;

/// Every compose project of a test begins so, followed by the test process's pid.
const PROJECT_PREFIX: &str = "analytics-test-";

/// The label by which both generations of compose mark what belongs to a project.
const PROJECT_LABEL: &str = "com.docker.compose.project";

/// A Docker engine that answers, with compose.
pub struct Engine {
    /// `docker compose`, or `docker-compose` of the first generation.
    compose: &'static [&'static str],
}

impl Engine {
    /// The engine, or why there is none. Leftovers of killed test runs are removed first.
    pub fn get() -> Result<&'static Self, &'static str> {
        static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();
        let found = ENGINE.get_or_init(|| {
            if run(&["info"]).is_none() {
                return Err("no Docker engine answers".to_owned());
            }
            let generations: [&'static [&'static str]; 2] =
                [&["docker", "compose"], &["docker-compose"]];
            let answers = |words: &&&[&str]| {
                let output = Command::new(words[0])
                    .args(&words[1..])
                    .arg("version")
                    .output();
                output.is_ok_and(|output| output.status.success())
            };
            let Some(compose) = generations.iter().find(answers) else {
                return Err("neither `docker compose` nor `docker-compose` is installed".to_owned());
            };
            let engine = Engine { compose };
            engine.remove_abandoned();
            Ok(engine)
        });
        found.as_ref().map_err(String::as_str)
    }

    /// The words that a compose command begins with.
    pub fn compose(&self) -> &'static [&'static str] {
        self.compose
    }

    /// The name of a compose project for one test.
    pub fn new_project(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        format!("{PROJECT_PREFIX}{}-{count}", std::process::id())
    }

    /// Whether the engine has an image.
    pub fn has_image(&self, name: &str) -> bool {
        run(&["image", "inspect", "--format", "{{.Id}}", name]).is_some()
    }

    /// The images of a repository, as `name:tag`.
    pub fn images(&self, repository: &str) -> Vec<String> {
        lines(&[
            "image",
            "ls",
            "--format",
            "{{.Repository}}:{{.Tag}}",
            repository,
        ])
    }

    /// Removes an image that nothing uses.
    pub fn remove_image(&self, name: &str) {
        // One that is in use stays, and that is right.
        let _used = run(&["image", "rm", name]);
    }

    /// Removes the containers, volumes and networks of a project. It needs neither the compose file
    /// nor its `.env`, which a test may have spoilt on purpose.
    pub fn remove_project(&self, project: &str) {
        let filter = format!("label={PROJECT_LABEL}={project}");
        for (list, remove) in [
            (
                ["ps", "--all", "--quiet"].as_slice(),
                ["rm", "--force", "--volumes"].as_slice(),
            ),
            (&["volume", "ls", "--quiet"], &["volume", "rm", "--force"]),
            (&["network", "ls", "--quiet"], &["network", "rm"]),
        ] {
            let ids = lines(&[list, &["--filter", &filter]].concat());
            if !ids.is_empty() {
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                let arguments = [remove, &ids].concat();
                let removed = run(&arguments).is_some();
                // A panic on top of a failed test's would end the whole run.
                assert!(
                    removed || thread::panicking(),
                    "docker {} failed",
                    arguments.join(" ")
                );
            }
        }
    }

    /// The same for a project and everything of checkouts in folders of its name.
    pub fn remove_projects(&self, name: &str) {
        let of_checkout = format!("{name}-");
        let projects = projects().into_iter();
        for project in projects.filter(|it| it == name || it.starts_with(&of_checkout)) {
            self.remove_project(&project);
        }
    }

    /// Removes the projects of test processes that have ended.
    fn remove_abandoned(&self) {
        for project in projects() {
            let pid = project
                .strip_prefix(PROJECT_PREFIX)
                .and_then(|rest| rest.split('-').next());
            if pid.is_some_and(is_gone) {
                self.remove_project(&project);
            }
        }
    }
}

/// Every project that anything on the engine belongs to.
fn projects() -> Vec<String> {
    let format = format!("{{{{.Label \"{PROJECT_LABEL}\"}}}}");
    let mut projects = lines(&["ps", "--all", "--format", &format]);
    projects.extend(lines(&["volume", "ls", "--format", &format]));
    projects.extend(lines(&["network", "ls", "--format", &format]));
    projects.sort();
    projects.dedup();
    projects
}

/// The output of a docker command that succeeds.
fn run(arguments: &[&str]) -> Option<String> {
    let output = Command::new("docker").args(arguments).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn lines(arguments: &[&str]) -> Vec<String> {
    run(arguments)
        .unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect()
}
