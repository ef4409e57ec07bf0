//! Sending what is pending, step by step, and starting again from the history where that is worth it.

use std::collections::BTreeMap;
use std::time::Instant;

use sql::quote;

use super::attempt_error::AttemptError;
use super::lock::Lock;
use super::prepared::{Prepared, is_fresh_session};
use super::retry::{BlockedStep, CutStep};
use super::stand_in;
use super::started::StartedMigration;
use super::watch::Watch;
use super::{Doubt, Error, Event, Fate, Interrupted, Options, Refused, Report, facts, lock};
use crate::history::{self, History};
use crate::link::{self, Link};
use crate::message::Message;
use crate::plan::{self, Division, Migration, Pending};
use crate::question::Answer;
use crate::script::{Bounds, Session, StepRef};

/// A run while it goes on.
pub(super) struct Runner<'a, 'o> {
    pub(super) link: &'a mut (dyn Link + 'o),
    pub(super) migrations: &'a [Migration],
    pub(super) options: &'a Options,
    pub(super) report: &'a mut Report,
    pub(super) watch: &'a Watch<'o>,
    /// The history's quoted name.
    pub(super) table: String,
    pub(super) lock: Lock,
    applied_by: String,
    pub(super) session: Session,
    /// The quoted name of the table of paused jobs, and whether there is one.
    pub(super) paused_jobs: String,
    pub(super) has_paused_jobs: bool,
    /// The version of the stand-in for TimescaleDB, where there is one.
    pub(super) stand_in: Option<u32>,
    /// Whether this run has paused what it is to pause.
    pub(super) pauses_jobs: bool,
    /// What a person says of a step in doubt, until it has been heeded.
    pub(super) in_doubt: Option<Doubt>,
    /// The process that serves the session; `None` while the session has not taken the lock.
    pub(super) backend: Option<String>,
    /// The process that served the session when the settings that it began with were read.
    served_by: String,
    /// Whether the session has loaded nothing of TimescaleDB.
    pub(super) is_fresh: bool,
    /// Whether a pooler may give a new session the server process of an old one.
    pub(super) is_pooled: bool,
    pub(super) began: BTreeMap<u32, StartedMigration>,
    /// The migration that an attempt went on with, and how many of its steps were done before.
    pub(super) resumed: Option<(u32, usize)>,
    /// The step that is under way, and whether it runs alone.
    pub(super) current: Option<(&'a Migration, usize)>,
    pub(super) runs_alone: bool,
    /// When the message that is under way, or was last, was sent.
    pub(super) sent: Instant,
    pub(super) blocked: Option<BlockedStep>,
    pub(super) cut: Option<CutStep>,
    /// Where new tables go since a migration of this run has changed that, if it is another schema than the history's.
    pub(super) moved: Option<String>,
    /// How often the connection broke since a step was done.
    pub(super) losses: u32,
}

/// How an attempt ended that did not fail.
enum Outcome {
    Done,
    /// Something has changed; the history says what is left.
    Again,
}

impl<'a, 'o> Runner<'a, 'o> {
    pub(super) fn new(
        link: &'a mut (dyn Link + 'o),
        migrations: &'a [Migration],
        options: &'a Options,
        report: &'a mut Report,
        watch: &'a Watch<'o>,
    ) -> Result<Runner<'a, 'o>, Error> {
        let user = report.facts.user.clone();
        Ok(Runner {
            link,
            migrations,
            options,
            watch,
            table: report.facts.own_history()?,
            lock: report.facts.lock()?,
            applied_by: options.applied_by.clone().unwrap_or(user),
            session: Session {
                // One attempt waits no longer than all of them together.
                lock_timeout: options.lock_timeout.min(options.patience),
                patience: options.patience,
                statement_timeout: options.statement_timeout,
                checks_connection: report.facts.checks_connection,
                lock: lock::is_runners_lock(report.facts.lock()?),
                stored_settings: None,
            },
            served_by: String::new(),
            paused_jobs: report.facts.own_paused_jobs()?,
            has_paused_jobs: report.facts.has_paused_jobs,
            stand_in: None,
            pauses_jobs: false,
            in_doubt: options.in_doubt,
            report,
            backend: None,
            is_fresh: false,
            is_pooled: false,
            began: BTreeMap::new(),
            resumed: None,
            current: None,
            runs_alone: false,
            sent: Instant::now(),
            moved: None,
            losses: 0,
            blocked: None,
            cut: None,
        })
    }

    /// Runs everything, and leaves the session as it found it: a caller that keeps the connection must not keep the lock, nor what a
    /// migration left.
    /// Returns where a step has to be divided before it can go on.
    pub(super) fn run(&mut self) -> Result<Option<Division>, Error> {
        let outcome = self.run_to_the_end().map_err(|error| match error {
            Error::Interrupted(stopped) => Error::Interrupted(Box::new(Interrupted {
                signal: stopped.signal,
                applied: self.report.applied.clone(),
                during: self.current.map(|(it, step)| (it.clone(), step)),
                fate: match (stopped.fate, self.current) {
                    (Fate::Cancelled, Some((it, step))) if self.may_be_partial(it, step) => {
                        Fate::MaybePartial
                    }
                    (fate, _) => fate,
                },
            })),
            other => other,
        });
        if let Ok(Some(_)) = &outcome {
            return outcome;
        }
        self.watch.farewell();
        let farewell = self.take_leave(outcome.as_ref());
        outcome?;
        farewell?;
        Ok(None)
    }

    /// The same run with other steps.
    pub(super) fn with<'b>(self, migrations: &'b [Migration]) -> Runner<'b, 'o>
    where
        'a: 'b,
    {
        let runner: Runner<'b, 'o> = self;
        Runner {
            migrations,
            current: None,
            ..runner
        }
    }

    fn run_to_the_end(&mut self) -> Result<Option<Division>, Error> {
        loop {
            self.watch.check()?;
            match self.attempt() {
                Ok(Outcome::Done) => return Ok(None),
                Ok(Outcome::Again) => {}
                Err(stop) => {
                    // Whatever else it says, a statement that was cancelled failed for that.
                    self.watch.check().map_err(|error| error.after(&stop))?;
                    match stop {
                        AttemptError::Failed(error) => return Err(error),
                        AttemptError::Blocked(failure) => self.back_off(*failure)?,
                        AttemptError::Lost(error, step) => self.reconnect(error, step)?,
                        AttemptError::Outdated => self.renew()?,
                        AttemptError::Divided(division) => {
                            self.end_transaction()?;
                            return Ok(Some(division));
                        }
                    }
                }
            }
        }
    }

    /// From the history to its end, as far as one session and its locks carry.
    fn attempt(&mut self) -> Result<Outcome, AttemptError> {
        self.take_lock()?;
        let history = self.read_history()?;
        self.note_applied(&history);
        let options = self.options;
        let pending = plan::plan(self.migrations, &history, options.selection, options.ahead)
            .map_err(Error::Plan)?;
        self.report.ahead = plan::newer(self.migrations, &history);
        if pending.is_empty() || !self.pauses_jobs {
            // A run before this one paused them.
            self.resume_jobs()?;
        }
        let Some(first) = pending.first().copied() else {
            self.update_stand_in()?;
            return Ok(Outcome::Done);
        };
        self.check_schema()?;
        self.install_stand_in(&history)?;
        self.pause_jobs(&pending)?;
        if self.settle(&first, &history)? {
            return Ok(Outcome::Again);
        }
        self.check_cut(&first)?;
        if self.options.all_or_nothing {
            plan::check_all_or_nothing(&pending).map_err(Error::from)?;
        }
        if is_fresh_session(&first, first.steps_done) {
            if !self.is_fresh {
                self.open_fresh_session()?;
                return Ok(Outcome::Again);
            }
            self.check_extension_files(&first)?;
        }
        self.send_all(&pending, &history)
    }

    /// Sends steps up to the end, or to where another session is needed.
    fn send_all(
        &mut self,
        pending: &[Pending<'a>],
        history: &History,
    ) -> Result<Outcome, AttemptError> {
        let (stretch, is_end) = self.stretch(pending);
        let steps = self.prepare(pending, &stretch, history);
        self.hand_over(&steps)?;
        let first = pending.first().map(|it| (it.migration, it.steps_done));
        self.resumed = first.map(|(it, steps_done)| (it.file.version, steps_done));
        for (&(position, step), prepared) in stretch.iter().zip(&steps) {
            let pending = &pending[position];
            let migration = pending.migration;
            self.note_begin(pending);
            self.watch.check()?;
            self.watch.tell(Event::StepStarted { migration, step });
            // All that share one transaction stop where the first of them does.
            self.current = if self.options.all_or_nothing {
                first
            } else {
                Some((migration, step))
            };
            self.send_step(*prepared)?;
            if migration.gives_up_lock(step) {
                self.backend = None;
            }
            self.current = None;
            self.blocked = None;
            self.losses = 0;
            self.watch.blocked_since(None);
            if step + 1 >= migration.steps.len() && !self.options.all_or_nothing {
                self.note(migration);
            }
        }
        if self.options.all_or_nothing {
            pending.iter().for_each(|it| self.note(it.migration));
        }
        if self.is_fresh {
            self.leave_fresh_session()?;
        }
        Ok(if is_end {
            Outcome::Done
        } else {
            Outcome::Again
        })
    }

    /// Gives the driver all messages at once, each rendered when it takes it.
    fn hand_over(&mut self, steps: &[Prepared<'a>]) -> Result<(), link::Error> {
        let (table, applied_by, session) = (&self.table, &self.applied_by, &self.session);
        let mode = self.options.mode;
        let mut messages = steps.iter().flat_map(|prepared| {
            let step = StepRef {
                migration: prepared.migration,
                index: prepared.index,
                is_new: prepared.is_new,
                bounds: prepared.bounds,
                table,
                applied_by,
                mode,
                session,
                kept: Some(prepared.kept),
            };
            prepared.messages(step)
        });
        self.link.prepare(&mut messages)
    }

    fn prepared_ref<'s>(&'s self, prepared: &'s Prepared<'_>) -> StepRef<'s> {
        StepRef {
            is_new: prepared.is_new,
            bounds: prepared.bounds,
            kept: Some(prepared.kept),
            ..self.step_ref(prepared.migration, prepared.index)
        }
    }

    pub(super) fn step_ref<'s>(&'s self, migration: &'s Migration, index: usize) -> StepRef<'s> {
        StepRef {
            migration,
            index,
            is_new: false,
            bounds: Bounds::OWN,
            table: &self.table,
            applied_by: &self.applied_by,
            mode: self.options.mode,
            session: &self.session,
            kept: None,
        }
    }

    /// Sends a step in the way that the catalog, where it has to be asked, says.
    fn send_step(&mut self, prepared: Prepared<'a>) -> Result<(), AttemptError> {
        let (migration, step) = (prepared.migration, prepared.index);
        self.runs_alone = !prepared.may_share();
        let start = prepared.start(self.prepared_ref(&prepared));
        self.send(migration, step, start.as_slice())?;
        if let Some(question) = prepared.question() {
            let rows = self.query(&question.query())?.into_iter().next_back();
            match question.answer(&rows.unwrap_or_default()) {
                Answer::AsRead => {}
                Answer::Alone(reason) if self.options.all_or_nothing => {
                    let divided = plan::NotAllOrNothing::alone(migration, step, reason);
                    return Err(Error::from(Box::new(divided)).into());
                }
                Answer::Alone(_) => self.runs_alone = true,
                Answer::Never(refusal) => {
                    let refused = Refused {
                        migration: migration.clone(),
                        step,
                        refusal,
                    };
                    return Err(Error::Refused(Box::new(refused)).into());
                }
            }
        }
        if !self.runs_alone {
            return self.send_transaction(prepared);
        }
        if let Some(began) = self.began.get_mut(&migration.file.version) {
            began.alone += 1;
        }
        let messages = prepared.alone(self.prepared_ref(&prepared));
        self.send(migration, step, &messages)
    }

    /// Sends a step in a transaction, of a long one never more than a message at a time.
    fn send_transaction(&mut self, prepared: Prepared<'a>) -> Result<(), AttemptError> {
        let mut next = Some(0);
        while let Some(first) = next {
            let (message, following) = prepared.shared(self.prepared_ref(&prepared), first);
            self.send(prepared.migration, prepared.index, &[message])?;
            next = following;
        }
        Ok(())
    }

    fn send(
        &mut self,
        migration: &Migration,
        step: usize,
        messages: &[Message],
    ) -> Result<(), AttemptError> {
        // What the engine's own statements said is of no interest.
        self.link.notices();
        let backend = self.backend.clone().unwrap_or_default();
        for message in messages {
            self.sent = Instant::now();
            self.watch.begin(&migration.file.title(), &backend);
            let outcome = self.link.run(message);
            self.watch.end();
            for notice in &self.link.notices() {
                self.watch.tell(Event::Notice { migration, notice });
            }
            outcome.map_err(|error| self.stopped(migration, step, message, error))?;
        }
        Ok(())
    }

    /// A query of the engine's own.
    pub(super) fn query(&mut self, sql: &str) -> Result<Vec<link::Rows>, link::Error> {
        self.query_for("", sql)
    }

    /// A query of the engine's own for a migration.
    pub(super) fn query_for(
        &mut self,
        title: &str,
        sql: &str,
    ) -> Result<Vec<link::Rows>, link::Error> {
        let backend = self.backend.clone().unwrap_or_default();
        self.sent = Instant::now();
        self.watch.begin(title, &backend);
        let outcome = self.link.query(sql);
        self.watch.end();
        outcome
    }

    fn take_lock(&mut self) -> Result<(), AttemptError> {
        if self.backend.is_some() {
            return Ok(());
        }
        let taken = lock::take(self.link, self.lock, self.options.patience, self.watch)?;
        if self.served_by != taken.backend {
            self.served_by.clone_from(&taken.backend);
            self.session.stored_settings = taken.stored_settings;
        }
        self.backend = Some(taken.backend);
        Ok(())
    }

    /// Reads the history, which another runner may have changed since it was read without the lock, and whether that one left jobs paused.
    fn read_history(&mut self) -> Result<History, AttemptError> {
        let create = if self.is_fresh {
            // Creating what is there already would load the library, by TimescaleDB's event trigger.
            String::new()
        } else {
            self.report.facts.create_history()? + ";\n"
        };
        let named = self.report.facts.named_history();
        let sql = format!(
            "SELECT pg_catalog.to_regclass({}) IS NOT NULL, \
             {};\n{create}{};\n{}",
            quote::literal(&self.paused_jobs),
            stand_in::FOUND,
            facts::guard(&named),
            history::read(&self.table),
        );
        let results = match self.query(&sql) {
            // Somebody has put a table of theirs there since it was read without the lock.
            Err(link::Error::Server(error)) if error.code == facts::NO_HISTORY => {
                facts::check_trust(self.link, &named)?;
                return Err(link::Error::Server(error).into());
            }
            other => other?,
        };
        let mut results = results.into_iter();
        let found: Vec<_> = results.next().into_iter().flatten().flatten().collect();
        let found = |at: usize| found.get(at).and_then(|it| it.as_deref());
        self.has_paused_jobs = found(0) == Some("t");
        // Those that this run had paused, another runner has resumed while this one had no session.
        self.pauses_jobs &= self.has_paused_jobs;
        self.stand_in = stand_in::version(found(1));
        let rows = results.next_back();
        let history = facts::parse_history(&self.report.facts, &rows.unwrap_or_default())?;
        if self.began.is_empty() {
            self.report.history = history.clone();
        }
        Ok(history)
    }

    pub(super) fn has_timescaledb(&self) -> bool {
        self.report.facts.timescaledb.is_some()
    }
}
