//! A statement that runs alone and was started by an interrupted run: whether it ran, and what it left.

use super::{PlannedStep, StepSender};
use crate::history::{History, Row};
use crate::message::Message;
use crate::plan::{Migration, Pending};
use crate::recovery::{self, Recovery, Verdict};
use crate::run::attempt_error::AttemptError;
use crate::run::{Doubt, Error, Event, InDoubt, Replaced, Settled};
use crate::script;
use crate::source;

/// How the statement that was started compares with the one that the file has now.
enum Begun<'r> {
    /// It is the same one.
    Same,
    /// It is another one, whose text the history has.
    Replaced(&'r str),
    /// It is another one, and the history does not have its text.
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

impl StepSender<'_, '_> {
    /// Determines whether the first pending step ran, if the history leaves that open; returns whether it changed the history. `answer` is
    /// what the user says.
    pub(in crate::run) fn settle(
        &mut self,
        first: &Pending<'_>,
        history: &History,
        answer: Option<Doubt>,
    ) -> Result<bool, AttemptError> {
        let step = PlannedStep::next_of(first);
        let migration = step.migration;
        let row = history.row(migration.file.version);
        let Some(since) = row.and_then(|row| row.step_started_at.clone()) else {
            return Ok(false);
        };
        let begun = row.map_or(Begun::Same, |row| {
            Begun::of(row, migration.text_of(step.index))
        });
        if let Begun::Replaced(old) = begun
            && let Some(fate) = self.fate(step, old)?
        {
            let statement = old.to_owned();
            self.tell_settled(step, Settled::Replaced { statement, fate });
            return Ok(false);
        }
        let is_replaced = !matches!(begun, Begun::Same);
        let verdict = match begun {
            Begun::Same => self.verdict(step)?,
            // The catalog shows the outcome of the new statement, not of the one that was started.
            Begun::Replaced(_) | Begun::Other => Verdict::Ask,
        };
        let Some(how) = self.carry_out(step, verdict, answer)? else {
            return Err(AttemptError::Failed(Error::InDoubt(Box::new(InDoubt {
                migration: migration.clone(),
                step: step.index,
                since,
                is_replaced,
            }))));
        };
        let is_done = how != Settled::NotDone;
        if is_done {
            self.note_begin(first);
            self.record_done(step)?;
        }
        self.tell_settled(step, how);
        Ok(is_done)
    }

    /// The outcome of a statement that its author has replaced since; `None` if the catalog does not show it. Removes what the statement
    /// left unfinished, and does not complete it.
    fn fate(&mut self, step: PlannedStep<'_>, old: &str) -> Result<Option<Replaced>, AttemptError> {
        let recovery = recovery::of(old, &self.journal(step.migration));
        if recovery == Recovery::Redo {
            return Ok(Some(Replaced::LeavesNothing));
        }
        Ok(match self.verdict_of(recovery, step)? {
            Verdict::Ask => None,
            Verdict::Done => Some(Replaced::Ran),
            Verdict::Finish { statements } => Some(Replaced::RanInPart { rest: statements }),
            Verdict::Redo { repairs } => {
                self.mend(step, &repairs)?;
                Some(Replaced::DidNotFinish { removed: repairs })
            }
        })
    }

    /// Does what the catalog requires, or the user's answer if the catalog does not show enough; `None` if there is no answer.
    fn carry_out(
        &mut self,
        step: PlannedStep<'_>,
        verdict: Verdict,
        answer: Option<Doubt>,
    ) -> Result<Option<Settled>, AttemptError> {
        Ok(match verdict {
            Verdict::Redo { repairs } => {
                self.mend(step, &repairs)?;
                Some(Settled::NotDone)
            }
            Verdict::Finish { statements } => {
                self.mend(step, &statements)?;
                Some(Settled::Finished)
            }
            Verdict::Done => Some(Settled::Done),
            Verdict::Ask => answer.map(|answer| match answer {
                Doubt::Redo => Settled::NotDone,
                Doubt::Done => Settled::Done,
            }),
        })
    }

    /// Runs the statements that clean up after an interrupted step, or complete it. They wait for locks as the step itself does, and fail
    /// as it does.
    fn mend(&mut self, step: PlannedStep<'_>, statements: &[String]) -> Result<(), AttemptError> {
        for statement in statements {
            if statement.contains(" CONCURRENTLY ") {
                let waits_aside = script::set_lock_timeout(self.link.settings().patience);
                self.link.query(&waits_aside)?;
            }
            let title = step.migration.file.title();
            if let Err(error) = self.link.query_for(&title, statement) {
                self.current.set_alone(true);
                return Err(self.stopped(step, &Message::own(statement), error));
            }
        }
        Ok(())
    }

    fn record_done(&mut self, step: PlannedStep<'_>) -> Result<(), AttemptError> {
        let record = match step.planned() {
            Some(_) => script::complete(self.step_ref(step)),
            None => script::finish(self.step_ref(step)),
        };
        self.link.query(&record.text)?;
        Ok(())
    }

    fn tell_settled(&self, step: PlannedStep<'_>, how: Settled) {
        let migration: &Migration = step.migration;
        self.link.watch().tell(Event::Settled {
            migration,
            step: step.index,
            how,
        });
    }
}
