//! What will be sent for a step, in each of the ways that the catalog may require. It is rendered only when it is sent, so that the text of
//! everything pending is not held in memory twice. Pure.

use sql::statement::Reason;

use super::current_step::PlannedStep;
use crate::history::{History, Kept};
use crate::message::Message;
use crate::plan::{Pending, StepKind};
use crate::question::Question;
use crate::script::{self, Bounds, Part, StepRef};

/// A step that will be sent.
#[derive(Debug, Clone)]
pub(super) struct Prepared<'a> {
    pending: Pending<'a>,
    step: PlannedStep<'a>,
    way: Way,
    /// Whether the history has no row of its migration yet.
    is_new: bool,
    bounds: Bounds,
    /// Whether no earlier step has started the session.
    starts_session: bool,
    /// What the history records about the migrations before it.
    kept: Kept,
}

/// How a step is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// In a transaction, a separate one or the one for everything.
    Shared,
    /// Alone.
    Alone(Option<Reason>),
    /// In a transaction or alone, as the catalog shows right before.
    Asked,
    /// Only the history changes: the file has no statements, or lost steps after the completed ones.
    Recorded,
}

impl Way {
    fn of(step: PlannedStep<'_>) -> Way {
        match step.planned().map(|planned| &planned.kind) {
            None => Way::Recorded,
            Some(StepKind::Transaction { .. }) => Way::Shared,
            Some(StepKind::Alone(reason)) => Way::Alone(Some(*reason)),
            Some(StepKind::FreshSession) => Way::Alone(None),
            Some(StepKind::Asked(_)) => Way::Asked,
        }
    }
}

impl<'a> Prepared<'a> {
    pub(super) fn step(&self) -> PlannedStep<'a> {
        self.step
    }

    /// What is left of its migration when the attempt begins.
    pub(super) fn pending(&self) -> &Pending<'a> {
        &self.pending
    }

    /// `step`, which is this one, with what is recorded about it.
    pub(super) fn recorded<'s>(&self, step: StepRef<'s>) -> StepRef<'s> {
        StepRef {
            is_new: self.is_new,
            bounds: self.bounds,
            kept: Some(self.kept),
            ..step
        }
    }

    /// The question to ask the catalog right before it is sent.
    pub(super) fn question(&self) -> Option<Question> {
        self.step.migration.question(self.step.planned()?)
    }

    /// Whether it may share a transaction, as far as the text shows.
    pub(super) fn may_share(&self) -> bool {
        !matches!(self.way, Way::Alone(_))
    }

    /// What starts its session, if no earlier step has.
    pub(super) fn start(&self, step: StepRef<'_>) -> Option<Message> {
        self.starts_session.then(|| script::start(step)).flatten()
    }

    /// Its message in a transaction: the part that begins with the statement `first`.
    pub(super) fn shared(&self, step: StepRef<'_>, first: usize) -> Part {
        match self.way {
            Way::Recorded => Part {
                message: script::finish(step),
                next: None,
            },
            _ => script::part(step, first),
        }
    }

    /// Its messages if it runs alone.
    pub(super) fn alone(&self, step: StepRef<'_>) -> Vec<Message> {
        match self.way {
            Way::Alone(reason) => script::alone(step, reason),
            _ => script::alone(step, None),
        }
    }

    /// All messages that may be sent, in order.
    pub(super) fn messages<'s>(
        &'s self,
        step: StepRef<'s>,
    ) -> impl Iterator<Item = Message> + use<'a, 's> {
        let mut next = self.may_share().then_some(0);
        let shared = std::iter::from_fn(move || {
            let part = self.shared(step, next?);
            next = part.next;
            Some(part.message)
        });
        let may_run_alone = matches!(self.way, Way::Alone(_) | Way::Asked);
        let alone = may_run_alone.then(|| self.alone(step));
        let start = self.start(step);
        start
            .into_iter()
            .chain(shared)
            .chain(alone.into_iter().flatten())
    }
}

/// The steps that one session can run.
#[derive(Debug)]
pub(super) struct Stretch {
    steps: Vec<StepOf>,
    /// Whether no other steps are left.
    pub is_end: bool,
}

/// A step of one of the pending migrations.
#[derive(Debug, Clone, Copy)]
struct StepOf {
    /// The index of its migration among the pending ones.
    position: usize,
    /// The index of the step in the migration.
    index: usize,
}

impl Stretch {
    /// The steps that the next session can run; only one step if `is_fresh`: a session that has not loaded TimescaleDB's library.
    pub(super) fn next(pending: &[Pending<'_>], is_fresh: bool) -> Stretch {
        let mut steps = all_of(pending);
        let all = steps.len();
        let planned = |it: &StepOf| PlannedStep {
            migration: pending[it.position].migration,
            index: it.index,
        };
        let end = if is_fresh {
            1
        } else {
            let fresh = |it: &StepOf| is_fresh_session(planned(it));
            steps.iter().position(fresh).unwrap_or(all)
        };
        steps.truncate(end);
        // The steps after it need the lock again, and the history as another runner may have left it.
        let gives_up_lock = |it: &StepOf| pending[it.position].migration.gives_up_lock(it.index);
        let gives_up = steps.iter().position(gives_up_lock);
        if let Some(at) = gives_up {
            steps.truncate(at + 1);
        }
        Stretch {
            is_end: gives_up.is_none() && steps.len() == all,
            steps,
        }
    }

    /// What will be sent for each step, in one transaction if everything is to be applied or nothing. `kept` is, for each pending
    /// migration, what the history records about the others.
    pub(super) fn prepare<'a>(
        &self,
        pending: &[Pending<'a>],
        history: &History,
        kept: &[Kept],
        all_or_nothing: bool,
    ) -> Vec<Prepared<'a>> {
        let of = |(place, it): (usize, &StepOf)| {
            let pending = pending[it.position];
            let version = pending.migration.file.version;
            let step = PlannedStep {
                migration: pending.migration,
                index: it.index,
            };
            Prepared {
                pending,
                step,
                way: Way::of(step),
                is_new: it.index == 0 && history.row(version).is_none(),
                bounds: Bounds {
                    begins: !all_or_nothing || place == 0,
                    commits: !all_or_nothing || place + 1 == self.steps.len(),
                },
                starts_session: place == 0,
                kept: kept[it.position],
            }
        };
        self.steps.iter().enumerate().map(of).collect()
    }
}

fn all_of(pending: &[Pending<'_>]) -> Vec<StepOf> {
    let all = pending.iter().enumerate().flat_map(|(position, pending)| {
        // If a file lost its last steps, its migration is still to be recorded.
        let end = pending.migration.steps.len().max(pending.steps_done + 1);
        (pending.steps_done..end).map(move |index| StepOf { position, index })
    });
    all.collect()
}

/// Whether a step needs a session in which nothing has run.
pub(super) fn is_fresh_session(step: PlannedStep<'_>) -> bool {
    step.planned()
        .is_some_and(|planned| planned.kind == StepKind::FreshSession)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::plan::Migration;
    use crate::source::File;

    /// The steps of the next session as `migration.step`, and whether no others are left.
    fn next(texts: &[&str], steps_done: usize, is_fresh: bool) -> String {
        let parse = |(index, text): (usize, &&str)| {
            let name = format!("{:03}_a.sql", index + 1);
            let file = File::new(Path::new(&name), text.as_bytes().to_vec()).unwrap();
            Migration::parse(file).unwrap()
        };
        let migrations: Vec<Migration> = texts.iter().enumerate().map(parse).collect();
        let pending = |(index, migration)| Pending {
            migration,
            steps_done: if index == 0 { steps_done } else { 0 },
        };
        let pending: Vec<Pending<'_>> = migrations.iter().enumerate().map(pending).collect();
        let stretch = Stretch::next(&pending, is_fresh);
        let steps = stretch.steps.iter();
        let steps = steps.map(|it| format!("{}.{}", it.position + 1, it.index + 1));
        let end = if stretch.is_end { "end" } else { "more" };
        format!("{} {end}", steps.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_stretch_is_what_one_session_can_run() {
        let update = "ALTER EXTENSION timescaledb UPDATE;";
        assert_eq!(
            next(&["SELECT 1;\nVACUUM;", "SELECT 2;"], 0, false),
            "1.1 1.2 2.1 end"
        );
        assert_eq!(
            next(&["SELECT 1;\nVACUUM;", "SELECT 2;"], 1, false),
            "1.2 2.1 end"
        );
        assert_eq!(
            next(&["SELECT 1;", update, "SELECT 2;"], 0, false),
            "1.1 more"
        );
        assert_eq!(next(&[update, "SELECT 2;"], 0, true), "1.1 more");
        assert_eq!(next(&[update], 0, true), "1.1 end");
        assert_eq!(
            next(&["DISCARD ALL;\nSELECT 1;", "SELECT 2;"], 0, false),
            "1.1 more"
        );
        assert_eq!(next(&["DISCARD ALL;"], 0, false), "1.1 more");
    }

    #[test]
    fn a_file_without_a_step_left_is_still_to_be_recorded() {
        assert_eq!(next(&["SELECT 1;"], 1, false), "1.2 end");
        assert_eq!(next(&["-- nothing"], 0, false), "1.1 end");
    }
}
