//! The end of a run: the jobs that it paused run again, and the session is left as it was found.

use super::lock;
use super::runner::Runner;
use super::{Error, Event};
use crate::script::session::{self, Scope};

impl Runner<'_, '_> {
    /// Leaves the session, or resumes the jobs through another one where it has ended.
    pub(super) fn take_leave<T>(&mut self, outcome: Result<T, &Error>) -> Result<(), Error> {
        let farewell = if self.link.is_open() && self.backend.is_some() {
            self.farewell(outcome.is_ok())
        } else {
            self.farewell_elsewhere()
        };
        if let (true, Err(error)) = (self.has_paused_jobs, &farewell) {
            let is_damaged = |error: &Error| matches!(error, Error::DamagedPausedJobs { .. });
            // Then the run's own error says so.
            if !is_damaged(error) || outcome.is_err_and(|it| !is_damaged(it)) {
                self.watch.tell(Event::JobsStayPaused(error));
            }
        }
        farewell
    }

    fn farewell(&mut self, succeeded: bool) -> Result<(), Error> {
        let mut start = Vec::new();
        if !succeeded {
            // Whom the file has become may not alter the jobs.
            start.push("ROLLBACK".to_owned());
            start.extend(self.session.start());
            self.query(&start.join(";\n"))?;
        }
        let resumed = self.resume_jobs();
        if resumed.is_err() {
            start = vec!["ROLLBACK".to_owned()];
        }
        start.push("RESET ALL".to_owned());
        // What is asked in this session after the run is not bound by the settings of role and database either.
        start.push(session::neutral(Scope::Session));
        start.push(lock::give_up(self.lock));
        let unlocked = self.query(&start.join(";\n"));
        resumed?;
        unlocked?;
        Ok(())
    }

    /// Jobs are resumed also where the run's session has ended.
    fn farewell_elsewhere(&mut self) -> Result<(), Error> {
        if self.has_paused_jobs {
            self.link.reconnect()?;
            self.backend = lock::try_take(self.link, self.lock)?.map(|taken| taken.backend);
            // Where another runner has the lock already, it has resumed them.
            if self.backend.is_some() {
                self.resume_jobs()?;
            }
        }
        Ok(())
    }
}
