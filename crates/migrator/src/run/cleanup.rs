//! The end of a run: resumes the jobs that it paused, and leaves the session as it was found.

use super::jobs::PausedJobs;
use super::locked_link::LockedLink;
use super::{Error, Event, Facts};
use crate::script::session::{self, Scope};

/// Leaves the session; if it has ended, resumes the jobs through another one. `outcome` is the run's own.
pub(super) fn leave<T>(
    link: &mut LockedLink<'_, '_>,
    jobs: &mut PausedJobs,
    facts: &Facts,
    outcome: Result<T, &Error>,
) -> Result<(), Error> {
    link.watch().stop_cancelling();
    let left = if link.is_open() && link.holds_lock() {
        leave_session(link, jobs, facts, outcome.is_ok())
    } else {
        resume_elsewhere(link, jobs, facts)
    };
    if let (true, Err(error)) = (jobs.exist(), &left) {
        let is_damaged = |error: &Error| matches!(error, Error::DamagedPausedJobs { .. });
        // Otherwise the run's own error reports it.
        if !is_damaged(error) || outcome.is_err_and(|it| !is_damaged(it)) {
            link.watch().tell(Event::JobsStayPaused(error));
        }
    }
    left
}

fn leave_session(
    link: &mut LockedLink<'_, '_>,
    jobs: &mut PausedJobs,
    facts: &Facts,
    succeeded: bool,
) -> Result<(), Error> {
    let mut start = Vec::new();
    if !succeeded {
        // The role that the file switched to may not be able to alter the jobs.
        start.push("ROLLBACK".to_owned());
        start.extend(link.settings().start());
        link.query(&start.join(";\n"))?;
    }
    let resumed = jobs.resume(link, facts);
    if resumed.is_err() {
        start = vec!["ROLLBACK".to_owned()];
    }
    start.push("RESET ALL".to_owned());
    // The caller's queries in this session are not affected by settings of role and database, either.
    start.push(session::neutral(Scope::Session));
    start.push(link.give_up());
    let unlocked = link.query(&start.join(";\n"));
    resumed?;
    unlocked?;
    Ok(())
}

/// Resumes the jobs although the run's session has ended. If another runner holds the lock already, it has resumed them.
fn resume_elsewhere(
    link: &mut LockedLink<'_, '_>,
    jobs: &mut PausedJobs,
    facts: &Facts,
) -> Result<(), Error> {
    if jobs.exist() && link.reopen_with_lock()? {
        jobs.resume(link, facts)?;
    }
    Ok(())
}
