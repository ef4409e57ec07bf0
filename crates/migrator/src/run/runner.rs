//! Sends what is pending, attempt by attempt: each starts from the history.

use super::attempt_error::AttemptError;
use super::current_step::PlannedStep;
use super::jobs::PausedJobs;
use super::locked_link::LockedLink;
use super::new_tables::NewTables;
use super::prepared::{Stretch, is_fresh_session};
use super::retries::Retries;
use super::stand_in::StandIn;
use super::step_sender::StepSender;
use super::watch::Watch;
use super::{
    Doubt, Error, Facts, Fate, Interrupted, Options, Report, UnderWay, cleanup, extension_update,
};
use crate::history::History;
use crate::link::{self, Link, Pooling};
use crate::plan::{self, Division, Migration, NewerDatabase, Pending};

/// A run in progress.
pub(super) struct Runner<'a, 'o> {
    options: &'a Options,
    facts: &'a Facts,
    /// The session that holds the lock, and what was sent over it.
    sender: StepSender<'a, 'o>,
    /// When to try again, and when not.
    retries: Retries,
    paused_jobs: PausedJobs,
    /// What replaces TimescaleDB in plain mode.
    stand_in: StandIn,
    /// Where new tables go, and so where later runs look for the history.
    new_tables: NewTables,
    /// The user's answer about a step whose outcome is unknown, until it is used.
    in_doubt: Option<Doubt>,
    /// The history as the run found it.
    found: &'a mut History,
    /// How far the database is ahead of the files.
    ahead: &'a mut Option<NewerDatabase>,
}

/// How an attempt ended that did not fail.
enum Outcome {
    Done,
    /// Something has changed; the history shows what is left.
    Again,
}

impl<'a, 'o> Runner<'a, 'o> {
    pub(super) fn new(
        link: &'a mut (dyn Link + 'o),
        pooling: Pooling,
        migrations: &'a [Migration],
        options: &'a Options,
        report: &'a mut Report,
        watch: &'a Watch<'o>,
    ) -> Result<Runner<'a, 'o>, Error> {
        let facts = &report.facts;
        let link = LockedLink::new(link, pooling, options, facts, watch)?;
        Ok(Runner {
            options,
            facts,
            sender: StepSender::new(link, migrations, options, facts, &mut report.applied)?,
            retries: Retries::new(options),
            paused_jobs: PausedJobs::new(facts)?,
            stand_in: StandIn::default(),
            new_tables: NewTables::default(),
            in_doubt: options.in_doubt,
            found: &mut report.history,
            ahead: &mut report.ahead,
        })
    }

    /// Runs everything, and leaves the session as it found it: a caller that keeps the connection must keep neither the lock nor what a
    /// migration left. Returns where a step must be divided before the run can go on.
    pub(super) fn run(&mut self) -> Result<Option<Division>, Error> {
        let outcome = self.run_to_the_end().map_err(|error| match error {
            Error::Interrupted(stopped) => Error::Interrupted(Box::new(self.interrupted(&stopped))),
            other => other,
        });
        if let Ok(Some(_)) = &outcome {
            return outcome;
        }
        let (link, jobs) = (&mut self.sender.link, &mut self.paused_jobs);
        let left = cleanup::leave(link, jobs, self.facts, outcome.as_ref());
        outcome?;
        left?;
        Ok(None)
    }

    /// The same run with other steps.
    pub(super) fn with<'b>(self, migrations: &'b [Migration]) -> Runner<'b, 'o>
    where
        'a: 'b,
    {
        Runner {
            sender: self.sender.with(migrations),
            ..self
        }
    }

    pub(super) fn migrations(&self) -> &'a [Migration] {
        self.sender.migrations()
    }

    /// The position of the run when it was stopped.
    fn interrupted(&self, stopped: &Interrupted) -> Interrupted {
        let step = self.sender.current_step();
        let may_be_partial = step.is_some_and(|step| self.sender.may_be_partial(step));
        Interrupted {
            signal: stopped.signal,
            applied: self.sender.applied().to_vec(),
            during: step.map(|PlannedStep { migration, index }| UnderWay {
                migration: migration.clone(),
                step: index,
            }),
            fate: match stopped.fate {
                Fate::Cancelled if may_be_partial => Fate::MaybePartial,
                fate => fate,
            },
        }
    }

    fn run_to_the_end(&mut self) -> Result<Option<Division>, Error> {
        loop {
            let watch = self.sender.link.watch();
            watch.check()?;
            match self.attempt() {
                Ok(Outcome::Done) => return Ok(None),
                Ok(Outcome::Again) => {}
                Err(stop) => {
                    // A statement that was cancelled failed because of that, whatever the message.
                    watch.check().map_err(|error| error.after(&stop))?;
                    if let Some(division) = self.go_on(stop)? {
                        return Ok(Some(division));
                    }
                }
            }
        }
    }

    /// Prepares another attempt, unless the run is over or its steps must be divided.
    fn go_on(&mut self, after: AttemptError) -> Result<Option<Division>, Error> {
        let sender = &mut self.sender;
        match after {
            AttemptError::Failed(error) => return Err(error),
            AttemptError::Blocked(failure) => self.retries.back_off(sender, *failure)?,
            AttemptError::Lost { error, step } => {
                self.retries.reconnect(&mut sender.link, error, step)?;
            }
            AttemptError::Outdated => self.renew()?,
            AttemptError::Divided(division) => {
                self.retries.end_transaction(&mut sender.link)?;
                return Ok(Some(division));
            }
        }
        Ok(None)
    }

    /// One attempt: from the history to the end, as far as one session and its locks go.
    fn attempt(&mut self) -> Result<Outcome, AttemptError> {
        let history = self.take_over()?;
        self.sender.report_applied(&history);
        let pending = self.plan(&history)?;
        if pending.is_empty() || self.paused_jobs.are_left_over() {
            self.paused_jobs.resume(&mut self.sender.link, self.facts)?;
        }
        let Some(first) = pending.first() else {
            self.stand_in.update(&mut self.sender.link)?;
            return Ok(Outcome::Done);
        };
        self.make_room(&pending, &history)?;
        let answer = self.in_doubt.take();
        if self.sender.settle(first, &history, answer)? {
            return Ok(Outcome::Again);
        }
        self.retries.check_cut(first, &self.sender)?;
        if self.options.all_or_nothing {
            plan::check_all_or_nothing(&pending).map_err(Error::from)?;
        }
        if is_fresh_session(PlannedStep::next_of(first)) {
            if !self.sender.link.is_fresh() {
                self.sender.link.open_fresh()?;
                return Ok(Outcome::Again);
            }
            extension_update::check_files(&mut self.sender.link, first)?;
        }
        self.send_all(&pending, &history)
    }

    /// Takes the lock, and reads the state of the database under it.
    fn take_over(&mut self) -> Result<History, Error> {
        self.sender.link.take_lock()?;
        let state = self.sender.read_state(self.paused_jobs.table())?;
        self.paused_jobs.found(state.has_paused_jobs);
        self.stand_in.found(state.stand_in);
        if self.sender.is_new() {
            self.found.clone_from(&state.history);
        }
        Ok(state.history)
    }

    fn plan(&mut self, history: &History) -> Result<Vec<Pending<'a>>, Error> {
        let (migrations, options) = (self.migrations(), self.options);
        let pending = plan::plan(migrations, history, options.selection, options.ahead);
        let pending = pending.map_err(Error::Plan)?;
        *self.ahead = plan::newer(migrations, history);
        Ok(pending)
    }

    /// Creates what must exist, and removes what is in the way, before anything is sent.
    fn make_room(&mut self, pending: &[Pending<'a>], history: &History) -> Result<(), Error> {
        self.new_tables.check(self.facts)?;
        let link = &mut self.sender.link;
        self.stand_in.install(link, self.options.mode, history)?;
        if self.options.pause_jobs && self.facts.timescaledb.is_some() {
            self.paused_jobs.pause(link, pending)?;
        }
        Ok(())
    }

    /// Sends steps to the end, or until another session is needed.
    fn send_all(
        &mut self,
        pending: &[Pending<'a>],
        history: &History,
    ) -> Result<Outcome, AttemptError> {
        let stretch = Stretch::next(pending, self.sender.link.is_fresh());
        let steps = self.sender.prepare(&stretch, pending, history);
        self.sender.hand_over(&steps)?;
        for prepared in &steps {
            self.sender.send_next(prepared)?;
            self.retries.step_done();
        }
        self.sender.finish(&steps);
        if self.sender.link.is_fresh() {
            self.sender.link.leave_fresh()?;
        }
        Ok(if stretch.is_end {
            Outcome::Done
        } else {
            Outcome::Again
        })
    }

    /// Continues in a session with the settings that a migration has changed for new sessions. The migration is recorded.
    fn renew(&mut self) -> Result<(), Error> {
        self.sender.end_step();
        let link = &mut self.sender.link;
        let changed = if link.is_open() {
            link.change()
        } else {
            link.reopen()
        };
        match changed.and_then(|()| self.new_tables.look(link, self.facts)) {
            Ok(()) => Ok(()),
            Err(error @ link::Error::Lost { .. }) => self.retries.reconnect(link, error, None),
            Err(error) => Err(error.into()),
        }
    }
}
