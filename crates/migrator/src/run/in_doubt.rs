//! A statement that runs alone and was begun by a run that was cut, or failed: whether it was carried out, and what it left.

use super::attempt_error::AttemptError;
use super::runner::Runner;
use super::{Doubt, Error, Event, InDoubt, Replaced, Settled, lock};
use crate::history::{History, Row};
use crate::link;
use crate::message::Message;
use crate::plan::{Migration, Pending, StepKind};
use crate::recovery::{self, Journal, Recovery, Verdict};
use crate::script;
use crate::source;

/// What the history says of the statement that was begun, beside the one that the file has in its place.
enum Begun<'r> {
    /// It is the same one.
    Same,
    /// It is another one, whose text the history has.
    Replaced(&'r str),
    /// It is another one, and nothing is known of it.
    Other,
}

impl<'r> Begun<'r> {
    fn of(row: &'r Row, now: &str) -> Begun<'r> {
        match (&row.step_statement, &row.step_checksum) {
            (Some(begun), _) if !recovery::is_same(begun, now) => Begun::Replaced(begun),
            (None, Some(begun)) if *begun != source::checksum(now) => Begun::Other,
            _ => Begun::Same,
        }
    }
}

impl Runner<'_, '_> {
    /// Settles whether the first pending step was carried out, where the history leaves that open; returns whether it changed the history.
    pub(super) fn settle(
        &mut self,
        first: &Pending<'_>,
        history: &History,
    ) -> Result<bool, AttemptError> {
        let migration = first.migration;
        let row = history.row(migration.file.version);
        // It is about what was in doubt when the run began, and is heeded once.
        let in_doubt = self.in_doubt.take();
        let Some(since) = row.and_then(|row| row.step_started_at.clone()) else {
            return Ok(false);
        };
        let step = first.steps_done;
        let begun = row.map_or(Begun::Same, |row| Begun::of(row, migration.text_of(step)));
        if let Begun::Replaced(old) = begun
            && let Some(fate) = self.fate(migration, step, old)?
        {
            let how = Settled::Replaced {
                statement: old.to_owned(),
                fate,
            };
            self.watch.tell(Event::Settled {
                migration,
                step,
                how,
            });
            return Ok(false);
        }
        let is_replaced = !matches!(begun, Begun::Same);
        let verdict = match begun {
            Begun::Same => self.verdict(migration, step)?,
            // The catalog would answer for the statement that has replaced the one that was begun.
            Begun::Replaced(_) | Begun::Other => Verdict::Ask,
        };
        let how = match verdict {
            Verdict::Redo { repairs } => {
                self.mend(migration, step, &repairs)?;
                Settled::NotDone
            }
            Verdict::Finish { statements } => {
                self.mend(migration, step, &statements)?;
                Settled::Finished
            }
            Verdict::Done => Settled::Done,
            Verdict::Ask => match in_doubt {
                Some(Doubt::Redo) => Settled::NotDone,
                Some(Doubt::Done) => Settled::Done,
                None => {
                    return Err(AttemptError::Failed(Error::InDoubt(Box::new(InDoubt {
                        migration: migration.clone(),
                        step,
                        since,
                        is_replaced,
                    }))));
                }
            },
        };
        let is_done = how != Settled::NotDone;
        if is_done {
            self.note_begin(first);
            let record = if step < migration.steps.len() {
                script::complete(self.step_ref(migration, step))
            } else {
                script::finish(self.step_ref(migration, step))
            };
            self.query(&record.text)?;
        }
        self.watch.tell(Event::Settled {
            migration,
            step,
            how,
        });
        Ok(is_done)
    }

    /// What became of a statement that its author has replaced since; `None` where the catalog does not show it. What it left half-made is
    /// removed, and what is left of it to do is not done.
    fn fate(
        &mut self,
        migration: &Migration,
        step: usize,
        old: &str,
    ) -> Result<Option<Replaced>, AttemptError> {
        let recovery = recovery::of(old, &self.journal(migration));
        if recovery == Recovery::Redo {
            return Ok(Some(Replaced::LeavesNothing));
        }
        Ok(match self.verdict_of(recovery, migration, step)? {
            Verdict::Ask => None,
            Verdict::Done => Some(Replaced::Ran),
            Verdict::Finish { statements } => Some(Replaced::RanInPart { rest: statements }),
            Verdict::Redo { repairs } => {
                self.mend(migration, step, &repairs)?;
                Some(Replaced::DidNotFinish { removed: repairs })
            }
        })
    }

    /// Removes what a failed statement that ran alone left, and takes its intent back; returns whether nothing remains of it.
    pub(super) fn tidy(&mut self, migration: &Migration, step: usize) -> bool {
        if !self.runs_alone {
            return true;
        }
        // Who stopped the run does not want to wait for it.
        self.watch.check().is_ok() && self.try_tidy(migration, step).is_ok_and(|tidied| tidied)
    }

    fn try_tidy(&mut self, migration: &Migration, step: usize) -> Result<bool, AttemptError> {
        if !self.link.is_open() {
            self.link.reconnect()?;
            self.backend = lock::try_take(self.link, self.lock)?.map(|taken| taken.backend);
        }
        if self.backend.is_none() {
            // Another runner goes on with it already.
            return Ok(false);
        }
        match self.verdict(migration, step)? {
            Verdict::Redo { repairs } => self.carry_out(&repairs)?,
            // The server said that it failed.
            Verdict::Ask => {}
            Verdict::Done | Verdict::Finish { .. } => return Ok(true),
        }
        // Whom the file has become may not write the history.
        self.query(&self.session.start().join(";\n"))?;
        let unbegin = self
            .step_ref(migration, step)
            .history_entry(step, "")
            .unbegin();
        self.query(&unbegin)?;
        Ok(true)
    }

    /// Whether a failed step may have committed a part of its work of which the catalog shows nothing.
    pub(super) fn may_be_partial(&self, migration: &Migration, step: usize) -> bool {
        self.runs_alone && self.recovery(migration, step) == Recovery::Ask
    }

    fn journal(&self, migration: &Migration) -> Journal<'_> {
        Journal {
            table: &self.table,
            version: migration.file.version,
        }
    }

    fn recovery(&self, migration: &Migration, step: usize) -> Recovery {
        let journal = self.journal(migration);
        match migration.steps.get(step) {
            Some(step) if !matches!(step.kind, StepKind::Transaction { .. }) => {
                recovery::of(&migration.file.text[step.range()], &journal)
            }
            // The statement that was begun is not in the file any more.
            _ => Recovery::Ask,
        }
    }

    fn verdict(&mut self, migration: &Migration, step: usize) -> Result<Verdict, AttemptError> {
        self.verdict_of(self.recovery(migration, step), migration, step)
    }

    fn verdict_of(
        &mut self,
        recovery: Recovery,
        migration: &Migration,
        step: usize,
    ) -> Result<Verdict, AttemptError> {
        match recovery {
            Recovery::Redo => Ok(Verdict::Redo {
                repairs: Vec::new(),
            }),
            Recovery::Ask => Ok(Verdict::Ask),
            Recovery::Check(question) => {
                // Names are looked up as the statement looks them up.
                let mut settings = self.session.start();
                let own = migration.session_settings(step);
                settings.extend(own.into_iter().map(str::to_owned));
                // Whom the file has become may not read the history.
                settings.extend(["RESET SESSION AUTHORIZATION", "RESET ROLE"].map(str::to_owned));
                self.query(&settings.join(";\n"))?;
                let rows = self.query(&question)?.into_iter().next_back();
                Ok(Verdict::parse(&rows.unwrap_or_default()))
            }
        }
    }

    /// Carries out what mends a step that was cut. It waits for locks as the step itself does, and fails as it does.
    fn mend(
        &mut self,
        migration: &Migration,
        step: usize,
        statements: &[String],
    ) -> Result<(), AttemptError> {
        for statement in statements {
            if statement.contains(" CONCURRENTLY ") {
                let waits_aside = script::set_lock_timeout(self.session.patience);
                self.query(&waits_aside)?;
            }
            if let Err(error) = self.query_for(&migration.file.title(), statement) {
                self.runs_alone = true;
                let message = Message::own(statement);
                return Err(self.stopped(migration, step, &message, error));
            }
        }
        Ok(())
    }

    /// Runs statements each by itself: the server refuses some of them in a transaction block.
    fn carry_out(&mut self, statements: &[String]) -> Result<(), link::Error> {
        for statement in statements {
            self.query(statement)?;
        }
        Ok(())
    }
}
