//! What is going to be sent for a step, in each of the ways that the catalog may call for. It is rendered when it is sent: the text of all
//! that is pending need not be held a second time.

use super::runner::Runner;
use crate::history::{History, Kept, Recorded};
use crate::message::Message;
use crate::plan::{Migration, Pending, StepKind};
use crate::question::Question;
use crate::script::{self, Bounds, StepRef};

/// A step that is going to be sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prepared<'a> {
    pub migration: &'a Migration,
    /// Index of the step.
    pub index: usize,
    /// Whether the history has no row of its migration yet.
    pub is_new: bool,
    pub bounds: Bounds,
    /// Whether no step before it has started the session.
    pub starts_session: bool,
    /// What the history says of the migrations before it.
    pub kept: Kept,
}

impl<'a> Prepared<'a> {
    fn kind(&self) -> Option<&'a StepKind> {
        let step = self.migration.steps.get(self.index);
        step.map(|step| &step.kind)
    }

    /// What has to be asked right before it is sent.
    pub(super) fn question(&self) -> Option<Question> {
        let step = self.migration.steps.get(self.index)?;
        self.migration.question(step)
    }

    /// Whether it may share a transaction, as far as the text shows. So may the record of a file without
    /// statements, or of one that lost steps after those that are done.
    pub(super) fn may_share(&self) -> bool {
        let alone = |kind: &StepKind| matches!(kind, StepKind::Alone(_) | StepKind::FreshSession);
        !self.kind().is_some_and(alone)
    }

    fn may_run_alone(&self) -> bool {
        let shares = |kind: &StepKind| matches!(kind, StepKind::Transaction { .. });
        !self.kind().is_none_or(shares)
    }

    /// What starts its session, where no step before it has.
    pub(super) fn start(&self, step: StepRef<'_>) -> Option<Message> {
        self.starts_session.then(|| script::start(step)).flatten()
    }

    /// It in a transaction: the message from the statement `first` on, and where the next one goes on.
    pub(super) fn shared(&self, step: StepRef<'_>, first: usize) -> (Message, Option<usize>) {
        match self.kind() {
            Some(_) => script::part(step, first),
            None => (script::finish(step), None),
        }
    }

    /// It alone.
    pub(super) fn alone(&self, step: StepRef<'_>) -> Vec<Message> {
        match self.kind() {
            Some(StepKind::Alone(reason)) => script::alone(step, Some(*reason)),
            _ => script::alone(step, None),
        }
    }

    /// All that may be sent, in the order in which it is.
    pub(super) fn messages<'s>(
        self,
        step: StepRef<'s>,
    ) -> impl Iterator<Item = Message> + use<'a, 's> {
        let mut next = self.may_share().then_some(0);
        let shared = std::iter::from_fn(move || {
            let (message, following) = self.shared(step, next?);
            next = following;
            Some(message)
        });
        let alone = self.may_run_alone().then(|| self.alone(step));
        let start = self.start(step);
        start
            .into_iter()
            .chain(shared)
            .chain(alone.into_iter().flatten())
    }
}

impl<'a> Runner<'a, '_> {
    /// The steps that this session can run, as positions in `pending` and indexes of steps, and whether they are all.
    pub(super) fn stretch(&self, pending: &[Pending<'_>]) -> (Vec<(usize, usize)>, bool) {
        let all = pending.iter().enumerate().flat_map(|(position, pending)| {
            // A file that lost its last steps is still to be recorded.
            let end = pending.migration.steps.len().max(pending.steps_done + 1);
            (pending.steps_done..end).map(move |step| (position, step))
        });
        let all: Vec<_> = all.collect();
        let fresh = |&(position, step): &(usize, usize)| is_fresh_session(&pending[position], step);
        let end = if self.is_fresh {
            1
        } else {
            all.iter().position(fresh).unwrap_or(all.len())
        };
        let gives_up_lock = |&(position, step): &(usize, usize)| {
            let migration: &Migration = pending[position].migration;
            migration.gives_up_lock(step)
        };
        // What follows needs the lock again, and the history as another runner may have left it.
        if let Some(at) = all[..end].iter().position(gives_up_lock) {
            return (all[..=at].to_vec(), false);
        }
        let is_end = end == all.len();
        (all[..end].to_vec(), is_end)
    }

    pub(super) fn prepare(
        &self,
        pending: &[Pending<'a>],
        stretch: &[(usize, usize)],
        history: &History,
    ) -> Vec<Prepared<'a>> {
        let kept = self.kept(pending, history);
        let of = |(place, &(position, index)): (usize, &(usize, usize))| {
            let migration = pending[position].migration;
            let whole = self.options.all_or_nothing;
            Prepared {
                kept: kept[position],
                migration,
                index,
                is_new: index == 0 && history.row(migration.file.version).is_none(),
                bounds: Bounds {
                    begins: !whole || place == 0,
                    commits: !whole || place + 1 == stretch.len(),
                },
                starts_session: place == 0,
            }
        };
        stretch.iter().enumerate().map(of).collect()
    }

    /// What the history says of other migrations while each of these runs: they are recorded one after the other, and only the first may
    /// have a row already.
    fn kept(&self, pending: &[Pending<'a>], history: &History) -> Vec<Kept> {
        let first = pending.first().map(|it| it.migration.file.version);
        let mut recorded = Recorded::default();
        let others = history.rows.iter().filter(|row| Some(row.version) != first);
        others.for_each(|row| recorded.push(row));
        let kept = pending.iter().map(|Pending { migration, .. }| {
            let kept = recorded.kept();
            let file = &migration.file;
            let row = history.row(file.version);
            let mode = row.map_or(self.options.mode.as_str(), |row| &row.mode);
            let last = self.step_ref(migration, migration.steps.len());
            recorded.push_own(
                &last.history_entry(migration.steps.len(), &file.checksum),
                mode,
            );
            kept
        });
        kept.collect()
    }
}

/// Whether a step needs a session in which nothing has run.
pub(super) fn is_fresh_session(pending: &Pending<'_>, step: usize) -> bool {
    let step = pending.migration.steps.get(step);
    step.is_some_and(|step| step.kind == StepKind::FreshSession)
}
