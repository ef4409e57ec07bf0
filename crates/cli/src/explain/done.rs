//! What a run had done when it stopped: an error says that nothing was run only where that is so. Pure.

use migrator::link;
use migrator::plan::{Migration, StepId};
use migrator::run::{Error, Event};

use crate::failure::Failure;

/// What a run was seen to do.
#[derive(Debug, Default)]
pub struct Done {
    /// The numbers of the migrations that it applied, in order.
    applied: Vec<u32>,
    /// The first step that it sent of the migration that it is in.
    current: Option<StepId>,
    /// That migration, where a step of it is done.
    begun: Option<String>,
    /// Whether everything shares one transaction, so that no step is done before all are.
    is_whole: bool,
}

impl Done {
    /// Nothing yet.
    pub fn new(is_whole: bool) -> Done {
        Done {
            is_whole,
            ..Done::default()
        }
    }

    /// Takes note of what happens.
    pub fn see(&mut self, event: &Event<'_>) {
        match event {
            Event::StepStarted { migration, step } => {
                let version = migration.file.version;
                match self.current {
                    Some(first) if first.version == version => {
                        let is_done = *step > first.index && !self.is_whole;
                        self.begun = is_done.then(|| migration.file.title());
                    }
                    _ => {
                        self.current = Some(StepId {
                            version,
                            index: *step,
                        });
                    }
                }
            }
            Event::Applied(applied) => {
                self.applied.push(applied.version);
                self.begun = None;
            }
            _ => {}
        }
    }

    /// What remains of it; `None` if it did nothing.
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
            .map(|title| format!("{title} was started; `cargo xtask status` shows how far it is"));
        let parts: Vec<String> = applied.into_iter().chain(begun).collect();
        Some(parts.join("; ")).filter(|text| !text.is_empty())
    }

    /// A run that stopped after that.
    pub fn stopped(&self, error: &Error, migrations: &[Migration]) -> Failure {
        use Error::{Blocked, Cut, Interrupted, Link, NoExtensionFiles, Refused, Statement};
        let failure = super::run(error, migrations);
        let Some(state) = self.state() else {
            return failure;
        };
        match error {
            // The engine says with these what is applied and what is not.
            Statement(_) | Blocked(_) | Cut(_) | Interrupted(_) | Refused(_) => failure,
            // These are of one step.
            Link(link::Error::Lost { .. }) | NoExtensionFiles { .. } => {
                let notes = &failure.diagnostic.notes;
                let step = notes.iter().find(|(label, _)| *label == "state");
                let step = step.map_or(String::new(), |(_, step)| format!("; {step}"));
                failure.state(state + &step)
            }
            _ => failure.state(state),
        }
    }
}

/// A failure of what follows a run that applied these.
pub fn after(failure: Failure, applied: &[migrator::run::Applied]) -> Failure {
    let done = Done {
        applied: applied.iter().map(|applied| applied.version).collect(),
        ..Done::default()
    };
    match done.state() {
        Some(state) => failure.state(state),
        None => failure,
    }
}

#[cfg(test)]
mod tests {
    use migrator::link::ServerError;

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
                ..Done::default()
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
                "state: 001 a was started; `cargo xtask status` shows how far it is",
            ),
        ] {
            let shown = shown(applied, begun);
            assert!(!shown.contains("no migration was run"), "{shown}");
            assert!(shown.contains(state), "{shown}");
        }
    }
}
