//! The end of a run: the jobs that it paused run again, and the session is left as it was found.

use super::jobs::PausedJobs;
use super::locked_link::LockedLink;
use super::{Error, Event, Facts};
use crate::script::session::{self, Scope};

/// Leaves the session, or resumes the jobs through another one where it has ended. `outcome` is the run's own.
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
        // Then the run's own error says so.
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
        // Whom the file has become may not alter the jobs.
        start.push("ROLLBACK".to_owned());
        start.extend(link.settings().start());
        link.query(&start.join(";\n"))?;
    }
    let resumed = jobs.resume(link, facts);
    if resumed.is_err() {
        start = vec!["ROLLBACK".to_owned()];
    }
    start.push("RESET ALL".to_owned());
    // What is asked in this session after the run is not bound by the settings of role and database either.
    start.push(session::neutral(Scope::Session));
    start.push(link.give_up());
    let unlocked = link.query(&start.join(";\n"));
    resumed?;
    unlocked?;
    Ok(())
}

/// Jobs are resumed also where the run's session has ended. Where another runner has the lock already, it has resumed them.
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
