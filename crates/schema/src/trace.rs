//! What start-up reports through `tracing`.

use std::time::{Duration, Instant};

use migrator::history::Mode;
use migrator::run::{Blocked, Event, Report, Settled};
use tracing::{Dispatch, dispatcher, info, warn};

/// The target of the events, whatever module they come from.
const TARGET: &str = "timeschema::migrate";

/// How often is repeated what has not changed.
const REPEAT: Duration = Duration::from_secs(10);

/// Reports the engine's events to the subscriber of the thread that created it: the engine reports from two threads.
pub(crate) struct Teller {
    dispatch: Dispatch,
    /// The mode that was asked for.
    asked: Mode,
    /// The blockers that were reported last, and when.
    blockers: Vec<String>,
    said: Option<Instant>,
}

impl Teller {
    pub(crate) fn new(asked: Mode) -> Teller {
        Teller {
            asked,
            dispatch: dispatcher::get_default(Clone::clone),
            blockers: Vec::new(),
            said: None,
        }
    }

    pub(crate) fn tell(&mut self, event: &Event<'_>) {
        let dispatch = self.dispatch.clone();
        dispatcher::with_default(&dispatch, || match event {
            Event::Blocked(blocked) => self.blocked(blocked),
            // Nobody asked for it: the database is older than the server's TimescaleDB.
            Event::Connected(facts) if facts.is_plain && self.asked == Mode::TimescaleDb => info!(
                target: TARGET,
                database = facts.database,
                "the database is in plain mode, without TimescaleDB, and stays so"
            ),
            other => tell(other),
        });
    }

    fn blocked(&mut self, blocked: &Blocked) {
        let pids: Vec<String> = blocked.blockers.iter().map(|it| it.pid.clone()).collect();
        let is_time = self.said.is_none_or(|said| said.elapsed() >= REPEAT);
        if !is_time && pids == self.blockers {
            return;
        }
        self.said = Some(Instant::now());
        self.blockers = pids;
        for blocker in &blocked.blockers {
            warn!(
                target: TARGET,
                migration = blocked.migration,
                lock = blocked.lock,
                waited_s = blocked.waited.as_secs(),
                patience_s = blocked.patience.as_secs(),
                pid = blocker.pid,
                user = blocker.user,
                application = blocker.application,
                state = blocker.state,
                query = blocker.query,
                "waiting for a lock"
            );
        }
    }
}

fn tell(event: &Event<'_>) {
    match event {
        Event::WaitingForLock(holder) => info!(
            target: TARGET,
            pid = holder.pid,
            user = holder.user,
            application = holder.application,
            host = holder.host,
            since = holder.since,
            "waiting for another run"
        ),
        Event::StandInUpdated { from } => info!(
            target: TARGET,
            from,
            "the stand-in for TimescaleDB was from an older version"
        ),
        Event::Doubtful(warning) => warn!(target: TARGET, %warning, "a migration is a dump"),
        Event::Applied(applied) if applied.statements == 0 => warn!(
            target: TARGET,
            version = applied.version,
            name = applied.name,
            "recorded a migration whose file holds no statement to run"
        ),
        Event::Applied(applied) => info!(
            target: TARGET,
            version = applied.version,
            name = applied.name,
            steps = applied.steps,
            elapsed_ms = u64::try_from(applied.elapsed.as_millis()).unwrap_or(u64::MAX),
            "applied a migration"
        ),
        Event::Retrying {
            migration, error, ..
        } => warn!(
            target: TARGET,
            version = migration.file.version,
            error = error.message,
            "a step is sent again"
        ),
        Event::Reconnecting(error) => warn!(target: TARGET, %error, "connecting again"),
        Event::Settled {
            migration,
            step,
            how,
        } => warn!(
            target: TARGET,
            version = migration.file.version,
            step = step + 1,
            carried_out = matches!(how, Settled::Done | Settled::Finished),
            "an interrupted run had left this step open"
        ),
        Event::Notice { migration, notice } if notice.severity == "WARNING" => warn!(
            target: TARGET,
            version = migration.file.version,
            "{}",
            notice.message
        ),
        Event::Notice { migration, notice } => info!(
            target: TARGET,
            version = migration.file.version,
            "{}",
            notice.message
        ),
        _ => {}
    }
}

/// Reports what a run of `known` migrations found, if no event has reported it.
pub(crate) fn tell_outcome(report: &Report, known: usize) {
    if let Some(newer) = &report.ahead {
        info!(
            target: TARGET,
            database = newer.database,
            known = newer.known,
            half_applied = newer.is_half_applied,
            "{newer}"
        );
    } else if report.applied.is_empty() {
        info!(target: TARGET, migrations = known, "nothing is pending");
    }
}
