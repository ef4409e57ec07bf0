//! Sends steps one after the other, and keeps track of what was sent.

mod history_repair;
mod in_doubt;
mod lone_statement;
mod refusal;

use super::attempt_error::AttemptError;
use super::current_step::{CurrentStep, PlannedStep};
use super::locked_link::LockedLink;
use super::locked_state::LockedState;
use super::prepared::{Prepared, Stretch};
use super::recorder::Recorder;
use super::started::StartedMigrations;
use super::{Applied, Error, Event, Facts, Options, Refused};
use crate::dump;
use crate::history::{History, Row};
use crate::link;
use crate::message::Message;
use crate::plan::{self, Migration, Pending};
use crate::question::Answer;
use crate::script::StepRef;

/// A session that holds the lock, and what a run has sent over it.
pub(super) struct StepSender<'a, 'o> {
    pub(super) link: LockedLink<'a, 'o>,
    migrations: &'a [Migration],
    options: &'a Options,
    facts: &'a Facts,
    recorder: Recorder,
    started: StartedMigrations<'a>,
    current: CurrentStep<'a>,
    /// The history from which its steps go on.
    found: History,
}

impl<'a, 'o> StepSender<'a, 'o> {
    /// Adds the migrations that it applies to `applied`.
    pub(super) fn new(
        link: LockedLink<'a, 'o>,
        migrations: &'a [Migration],
        options: &'a Options,
        facts: &'a Facts,
        applied: &'a mut Vec<Applied>,
    ) -> Result<StepSender<'a, 'o>, Error> {
        let user = || facts.user.clone();
        Ok(StepSender {
            link,
            migrations,
            options,
            facts,
            recorder: Recorder {
                table: facts.own_history()?,
                applied_by: options.applied_by.clone().unwrap_or_else(user),
                mode: options.mode,
            },
            started: StartedMigrations::new(applied),
            current: CurrentStep::default(),
            found: History::default(),
        })
    }

    /// The same with other steps.
    pub(super) fn with<'b>(self, migrations: &'b [Migration]) -> StepSender<'b, 'o>
    where
        'a: 'b,
    {
        let mut sender: StepSender<'b, 'o> = self;
        sender.current.end();
        sender.migrations = migrations;
        sender
    }

    pub(super) fn migrations(&self) -> &'a [Migration] {
        self.migrations
    }

    /// Reads the state of the database while the session holds the lock.
    pub(super) fn read_state(&mut self, paused_jobs: &str) -> Result<LockedState, Error> {
        LockedState::read(
            &mut self.link,
            self.facts,
            &self.recorder.table,
            paused_jobs,
        )
    }

    /// Whether nothing was sent yet.
    pub(super) fn is_new(&self) -> bool {
        self.started.is_empty()
    }

    /// The migrations that this run applied.
    pub(super) fn applied(&self) -> &[Applied] {
        self.started.applied()
    }

    /// The current step.
    pub(super) fn current_step(&self) -> Option<PlannedStep<'a>> {
        self.current.step()
    }

    /// Ends the current step, whatever its answer was.
    pub(super) fn end_step(&mut self) {
        self.current.end();
    }

    /// What will be sent for the steps that this session can run.
    pub(super) fn prepare(
        &mut self,
        stretch: &Stretch,
        pending: &[Pending<'a>],
        history: &History,
    ) -> Vec<Prepared<'a>> {
        self.found.clone_from(history);
        let kept = self.recorder.kept(pending, history, self.link.settings());
        stretch.prepare(pending, history, &kept, self.options.all_or_nothing)
    }

    /// Continues with these steps: gives the driver all their messages at once, each rendered when the driver takes it.
    pub(super) fn hand_over(&mut self, steps: &[Prepared<'a>]) -> Result<(), link::Error> {
        let session = self.link.settings().clone();
        let recorder = &self.recorder;
        let mut messages = steps.iter().flat_map(|prepared| {
            let step = recorder.step_ref(prepared.step(), &session);
            prepared.messages(prepared.recorded(step))
        });
        self.link.prepare(&mut messages)?;
        if let Some(first) = steps.first() {
            self.current.resume(first.step());
        }
        Ok(())
    }

    /// Sends a step that was handed over.
    pub(super) fn send_next(&mut self, prepared: &Prepared<'a>) -> Result<(), AttemptError> {
        let step = prepared.step();
        self.note_begin(prepared.pending());
        self.link.watch().check()?;
        self.link.watch().tell(Event::StepStarted {
            migration: step.migration,
            step: step.index,
        });
        // If steps share a transaction, the first of them is where all of them stop.
        let first = self.current.resumed();
        let whole = first.filter(|_| self.options.all_or_nothing);
        self.current.begin(whole.unwrap_or(step));
        self.send_step(prepared)?;
        if step.migration.gives_up_lock(step.index) {
            self.link.lock_was_given_up();
        }
        self.current.end();
        self.link.watch().blocked_since(None);
        if step.is_last() && whole.is_none() {
            self.report(step.migration);
        }
        Ok(())
    }

    /// Reports the steps that shared one transaction, after its commit.
    pub(super) fn finish(&mut self, steps: &[Prepared<'a>]) {
        if self.options.all_or_nothing {
            let last = steps.iter().map(Prepared::step).filter(|it| it.is_last());
            last.for_each(|it| self.report(it.migration));
        }
    }

    fn step_ref<'s>(&'s self, step: PlannedStep<'s>) -> StepRef<'s> {
        self.recorder.step_ref(step, self.link.settings())
    }

    fn prepared_ref<'s>(&'s self, prepared: &Prepared<'s>) -> StepRef<'s> {
        prepared.recorded(self.step_ref(prepared.step()))
    }

    /// Sends a step in the way that the text or the catalog requires.
    fn send_step(&mut self, prepared: &Prepared<'a>) -> Result<(), AttemptError> {
        let step = prepared.step();
        self.current.set_alone(!prepared.may_share());
        let start = prepared.start(self.prepared_ref(prepared));
        self.send(step, start.as_slice())?;
        self.ask(prepared)?;
        if !self.current.runs_alone() {
            return self.send_transaction(prepared);
        }
        self.started.count_alone(step.migration.file.version);
        let messages = prepared.alone(self.prepared_ref(prepared));
        self.send(step, &messages)
    }

    /// Asks the catalog how a step runs, if the text does not show it.
    fn ask(&mut self, prepared: &Prepared<'a>) -> Result<(), AttemptError> {
        let Some(question) = prepared.question() else {
            return Ok(());
        };
        let PlannedStep { migration, index } = prepared.step();
        let rows = self.link.query(&question.query())?.into_iter().next_back();
        match question.answer(&rows.unwrap_or_default()) {
            Answer::AsRead => {}
            Answer::Alone(reason) if self.options.all_or_nothing => {
                let step = plan::NotAllOrNothing::alone(migration, index, reason);
                return Err(Error::from(Box::new(step)).into());
            }
            Answer::Alone(_) => self.current.set_alone(true),
            Answer::Never(refusal) => {
                let refused = Refused {
                    migration: migration.clone(),
                    step: index,
                    refusal,
                };
                return Err(Error::Refused(Box::new(refused)).into());
            }
        }
        Ok(())
    }

    /// Sends a step in a transaction; a long one in several messages, one at a time.
    fn send_transaction(&mut self, prepared: &Prepared<'a>) -> Result<(), AttemptError> {
        let mut next = Some(0);
        while let Some(first) = next {
            let part = prepared.shared(self.prepared_ref(prepared), first);
            self.send(prepared.step(), &[part.message])?;
            next = part.next;
        }
        Ok(())
    }

    fn send(&mut self, step: PlannedStep<'_>, messages: &[Message]) -> Result<(), AttemptError> {
        // Notices from the engine's own statements are dropped.
        self.link.notices();
        let migration = step.migration;
        for message in messages {
            let outcome = self.link.run(&migration.file.title(), message);
            for notice in &self.link.notices() {
                self.link.watch().tell(Event::Notice { migration, notice });
            }
            outcome.map_err(|error| self.stopped(step, message, error))?;
        }
        Ok(())
    }

    /// Counts the migration as one of this run's from now on.
    fn note_begin(&mut self, pending: &Pending<'_>) {
        let file = &pending.migration.file;
        if pending.steps_done == 0
            && !self.started.contains(file.version)
            && let Some(warning) = dump::warning(file)
        {
            self.link.watch().tell(Event::Doubtful(&warning));
        }
        self.started.begin(pending);
    }

    /// Reports migrations of this run that the history records as applied, although their last answer did not arrive.
    pub(super) fn report_applied(&mut self, history: &History) {
        for migration in self.migrations {
            let version = migration.file.version;
            if self.started.is_open(version) && history.row(version).is_some_and(Row::is_applied) {
                self.report(migration);
            }
        }
    }

    /// Reports a migration as applied.
    fn report(&mut self, migration: &Migration) {
        if let Some(applied) = self.started.finish(migration) {
            self.link.watch().tell(Event::Applied(applied));
        }
    }
}
