//! What a run had done when it stopped: an error says that nothing was run only where that is so. Pure.

use migrator::plan::Migration;
use migrator::run::{Error, Event};

use crate::failure::Failure;

/// What a run was seen to do.
#[derive(Debug, Default)]
pub struct Done {
    /// The numbers of the migrations that it applied, in order.
    applied: Vec<u32>,
    /// The migration that it went on with, and whether a step of it is done.
    begun: Option<String>,
}

impl Done {
    /// Takes note of what happens.
    pub fn see(&mut self, event: &Event<'_>) {
        match event {
            Event::StepStarted { migration, .. } => self.begun = Some(migration.file.title()),
            Event::Applied(applied) => {
                self.applied.push(applied.version);
                self.begun = None;
            }
            _ => {}
        }
    }

    /// What stays of it; `None` where it did nothing.
    fn state(&self) -> Option<String> {
        let applied = match self.applied.as_slice() {
            [] => None,
            [one] => Some(format!("{one:03} was applied by this run and stays")),
            [first, .., last] => Some(format!(
                "{first:03} to {last:03} were applied by this run and stay"
            )),
        };
        let begun = self
            .begun
            .as_ref()
            .map(|title| format!("{title} was begun; `cargo xtask status` shows how far it is"));
        let parts: Vec<String> = applied.into_iter().chain(begun).collect();
        Some(parts.join("; ")).filter(|text| !text.is_empty())
    }

    /// A run that stopped after that.
    pub fn stopped(&self, error: &Error, migrations: &[Migration]) -> Failure {
        let failure = super::run(error, migrations);
        match self.state() {
            Some(state) if !knows_its_state(error) => failure.state(state),
            _ => failure,
        }
    }
}

/// Whether the engine says with the error what is applied and what is not.
fn knows_its_state(error: &Error) -> bool {
    use Error::{Blocked, Cut, Interrupted, Refused, Statement};
    matches!(
        error,
        Statement(_) | Blocked(_) | Cut(_) | Interrupted(_) | Refused(_)
    )
}

/// A failure of what follows a run that applied these.
pub fn after(failure: Failure, applied: &[migrator::run::Applied]) -> Failure {
    let done = Done {
        applied: applied.iter().map(|applied| applied.version).collect(),
        begun: None,
    };
    match done.state() {
        Some(state) => failure.state(state),
        None => failure,
    }
}

#[cfg(test)]
mod tests {
    use migrator::link::{self, ServerError};

    use super::*;

    #[test]
    fn a_run_that_applied_something_never_says_that_it_did_not() {
        let error = Error::Link(link::Error::Server(Box::new(ServerError {
            code: "22P05".to_owned(),
            message: "no such character".to_owned(),
            ..ServerError::default()
        })));
        let shown = |applied: &[u32], begun: Option<&str>| {
            let done = Done {
                applied: applied.to_vec(),
                begun: begun.map(str::to_owned),
            };
            done.stopped(&error, &[]).diagnostic.to_string()
        };
        let nothing = shown(&[], None);
        assert!(nothing.contains("no migration was run"), "{nothing}");
        for (applied, begun, state) in [
            (
                &[1][..],
                None,
                "state: 001 was applied by this run and stays",
            ),
            (
                &[1, 2, 3],
                None,
                "state: 001 to 003 were applied by this run and stay",
            ),
            (
                &[],
                Some("001 a"),
                "state: 001 a was begun; `cargo xtask status` shows how far it is",
            ),
        ] {
            let shown = shown(applied, begun);
            assert!(!shown.contains("no migration was run"), "{shown}");
            assert!(shown.contains(state), "{shown}");
        }
    }
}
