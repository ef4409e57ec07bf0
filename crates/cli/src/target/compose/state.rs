//! What a container's state means for a command, and the command that helps. Pure.

use super::SERVICE;
use super::engine::{Container, Inspection};
use crate::failure::{Code, Failure};

/// The state of a container, as far as it matters for connecting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It runs, and nothing is known against its server.
    Up,
    /// It runs, and its server has not been found to answer yet.
    Starting,
    /// It runs, and its server was found not to answer.
    Unhealthy,
    Paused,
    /// It ended, and the engine starts it again.
    Restarting,
    /// It ended, was stopped or killed, or was never started.
    Stopped,
    /// The engine is removing it, or could not.
    Gone,
}

impl State {
    /// As `docker ps` shows it.
    pub fn of(container: &Container) -> State {
        let is = |health: &str| container.status.contains(health);
        match container.state.as_str() {
            "running" if is("(health: starting)") => State::Starting,
            "running" if is("(unhealthy)") => State::Unhealthy,
            "running" => State::Up,
            "paused" => State::Paused,
            "restarting" => State::Restarting,
            "removing" | "dead" => State::Gone,
            _ => State::Stopped,
        }
    }

    /// Whether psql can be started in it.
    pub fn is_running(self) -> bool {
        matches!(self, State::Up | State::Starting | State::Unhealthy)
    }
}

/// Whether the server is already known to be healthy.
pub fn is_healthy(container: &Container) -> bool {
    State::of(container) == State::Up && container.status.contains("(healthy)")
}

/// Why nobody can connect, and what helps. `was_started` means that this command has just started the container; `compose` is what a person
/// types.
pub fn failure(
    container: &Container,
    inside: &Inspection,
    was_started: bool,
    compose: &str,
) -> Failure {
    let Container {
        id, name, status, ..
    } = container;
    let restarts = inside.restarts;
    let logs = format!("{compose} logs {SERVICE}");
    let (message, next) = match State::of(container) {
        State::Paused => (
            format!("container {name} is paused"),
            format!("{compose} unpause {SERVICE}"),
        ),
        State::Restarting => (format!("container {name} keeps exiting: {status}"), logs),
        State::Gone => (
            format!("container {name} is being removed, or could not be removed: {status}"),
            format!("docker rm --force {id}, then cargo xtask migrate: the data is in the volume"),
        ),
        State::Stopped if was_started => (
            format!("container {name} exited as soon as it started: {status}"),
            logs,
        ),
        State::Stopped => (
            format!("the container is not running: {status}"),
            "cargo xtask migrate, which starts it".to_owned(),
        ),
        _ if restarts > 0 => (
            format!("container {name} keeps exiting: restarted {restarts} times"),
            logs,
        ),
        _ => (
            format!("container {name} is running, but its server accepts no connections: {status}"),
            logs,
        ),
    };
    let mut failure = Failure::new(Code::Unreachable, message);
    let ended = matches!(State::of(container), State::Stopped | State::Restarting);
    if let Some(cause) = cause(inside).filter(|_| ended) {
        failure = failure.note("cause", cause);
    }
    if !inside.log.is_empty() && State::of(container) != State::Paused {
        failure = failure.note("log", inside.log.join("\n"));
    }
    failure.next(next)
}

/// What is known about how a container ended.
pub fn cause(inside: &Inspection) -> Option<String> {
    match (&*inside.error, inside.exit_code) {
        ("", _) if inside.is_out_of_memory => {
            Some("it was killed because memory ran out".to_owned())
        }
        ("", 137) => Some("it was killed".to_owned()),
        ("", _) => None,
        (error, _) => Some(error.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_said_with_what_helps() {
        let log = || vec!["FATAL:  could not access file \"nope\"".to_owned()];
        let with_log = || Inspection {
            log: log(),
            ..Inspection::default()
        };
        let killed = Inspection {
            exit_code: 137,
            ..with_log()
        };
        let out_of_memory = Inspection {
            is_out_of_memory: true,
            exit_code: 137,
            ..Inspection::default()
        };
        let not_started = Inspection {
            exit_code: 128,
            error: "driver failed programming external connectivity".to_owned(),
            ..Inspection::default()
        };
        let again = Inspection {
            restarts: 3,
            ..with_log()
        };
        let cases = [
            ("running", "Up 2 hours", with_log(), false),
            (
                "running",
                "Up 4 seconds (health: starting)",
                with_log(),
                false,
            ),
            ("running", "Up 2 hours (unhealthy)", with_log(), false),
            ("running", "Up Less than a second", again, false),
            ("paused", "Up 2 hours (Paused)", with_log(), false),
            (
                "restarting",
                "Restarting (1) 3 seconds ago",
                with_log(),
                false,
            ),
            ("exited", "Exited (137) 3 seconds ago", killed, false),
            ("exited", "Exited (137) 3 seconds ago", out_of_memory, false),
            ("exited", "Exited (1) 1 second ago", with_log(), true),
            ("created", "Created", not_started, false),
            ("dead", "Dead", Inspection::default(), false),
        ];
        let mut screen = String::new();
        for (state, status, inside, was_started) in cases {
            let container = Container {
                id: "abc123".to_owned(),
                name: "timescaledb".to_owned(),
                state: state.to_owned(),
                status: status.to_owned(),
                ..Container::default()
            };
            let failure = failure(&container, &inside, was_started, "docker-compose");
            screen += &format!("{state}: {}", failure.diagnostic);
        }
        insta::assert_snapshot!(screen);
    }
}
