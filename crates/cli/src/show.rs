//! Shows a run while it continues: each finished migration, blockers, and the progress of a long statement.

use std::time::{Duration, Instant};

use migrator::run::{Applied, Blocked, Event, Replaced, Settled, Share, StatementProgress};

use crate::blockers::{self, span};
use crate::explain;
use crate::screen::Screen;
use crate::words::count;

/// How often a line is repeated that has not changed.
const REPEAT: Duration = Duration::from_secs(10);

/// What has been shown, and where.
pub struct Show<'s> {
    pub screen: &'s mut Screen,
    /// The width of the migrations' names.
    width: usize,
    /// Whether all of them share one transaction.
    pub is_whole: bool,
    blockers: Vec<String>,
    /// When something was last printed about a slow statement.
    said: Option<Instant>,
}

impl<'s> Show<'s> {
    pub fn new(screen: &'s mut Screen, width: usize) -> Show<'s> {
        Show {
            screen,
            width,
            is_whole: false,
            blockers: Vec::new(),
            said: None,
        }
    }

    pub fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::WaitingForLock(holder) => {
                self.screen.progress("waiting for another run");
                let holder = explain::describe_holder(holder);
                self.screen.progress(format!("     {holder}"));
            }
            Event::StepStarted { .. } => {
                self.blockers.clear();
                self.said = None;
            }
            Event::Blocked(blocked) => self.blocked(blocked),
            Event::Progress(progress) => self.progress(progress),
            Event::Retrying {
                migration,
                error,
                waited,
                patience,
            } => {
                let title = migration.file.title();
                let (waited, patience) = (waited.as_secs(), patience.as_secs());
                self.screen.progress(format!(
                    "{title}: {}; trying again, {waited} s of {patience} s at most",
                    error.message
                ));
            }
            Event::Reconnecting(error) => {
                self.screen.progress(format!("{error}; connecting again"))
            }
            Event::Settled {
                migration,
                step,
                how,
            } => {
                let (step, title) = (step + 1, migration.file.title());
                let found = match how {
                    Settled::Done => "had run".to_owned(),
                    Settled::Finished => "had been started; the rest of it runs now".to_owned(),
                    Settled::NotDone => "had not run; it is run again".to_owned(),
                    Settled::Replaced { statement, fate } => replaced(statement, fate),
                };
                let is_replaced = matches!(how, Settled::Replaced { .. });
                let colon = if is_replaced { ":" } else { "" };
                self.screen
                    .progress(format!("{title}: step {step}{colon} {found}"));
            }
            Event::StandInUpdated { .. } => self.screen.progress(
                "the stand-in for TimescaleDB was from an older version and has been updated",
            ),
            Event::JobsPaused(jobs) => {
                let names: Vec<&str> = jobs.iter().map(|job| job.application.as_str()).collect();
                let jobs = count(jobs.len(), "background job");
                self.screen
                    .progress(format!("paused {jobs}: {}", names.join(", ")));
            }
            Event::JobsResumed => self.screen.progress("background jobs are running again"),
            Event::JobsStayPaused(error) => self.screen.progress(format!(
                "background jobs stay paused: {error}; the next `cargo xtask migrate` tries again"
            )),
            Event::CannotLookOn(reason) => self.screen.progress(format!(
                "no second session is possible, so neither progress nor blockers are shown: {reason}"
            )),
            Event::Cancelling => self
                .screen
                .progress("stopping: cancelling the running statement"),
            Event::Doubtful(warning) => self.screen.progress(format!("warning: {warning}")),
            Event::Notice { migration, notice } => {
                let title = migration.file.title();
                let severity = notice.severity.to_lowercase();
                self.screen
                    .told(format!("{title}: {severity}"), &notice.message);
            }
            Event::Applied(applied) => {
                if applied.statements == 0 {
                    self.screen.progress(format!(
                        "{:03} {}: warning: the file holds no statement to run; it is recorded with what it holds now",
                        applied.version, applied.name
                    ));
                }
                let how = if self.is_whole {
                    in_one_transaction(applied)
                } else {
                    in_steps(applied)
                };
                self.screen.line(applied_line(applied, self.width, &how));
            }
            _ => {}
        }
    }

    /// Whether it is time to repeat a message.
    fn is_time(&mut self) -> bool {
        let is_time = self.said.is_none_or(|said| said.elapsed() >= REPEAT);
        if is_time {
            self.said = Some(Instant::now());
        }
        is_time
    }

    fn blocked(&mut self, blocked: &Blocked) {
        let pids: Vec<String> = blocked.blockers.iter().map(|it| it.pid.clone()).collect();
        let is_new = pids != self.blockers;
        if !self.is_time() && !is_new {
            return;
        }
        self.blockers = pids;
        for line in blocked_lines(blocked) {
            self.screen.progress(line);
        }
    }

    fn progress(&mut self, progress: &StatementProgress) {
        if self.screen.is_terminal() {
            self.screen.passing(progress_line(progress));
        } else if self.said.is_none() {
            self.said = Some(Instant::now());
        } else if self.is_time() {
            self.screen.progress(progress_line(progress));
        }
    }
}

/// How much is shown of a statement that a file no longer has.
const STATEMENT: usize = 120;

/// The fate of a statement that a run started and that the file no longer has.
fn replaced(statement: &str, fate: &Replaced) -> String {
    let words: Vec<&str> = statement.split_whitespace().collect();
    let mut statement = words.join(" ");
    if statement.chars().count() > STATEMENT {
        statement = statement.chars().take(STATEMENT - 1).collect::<String>() + "…";
    }
    let list = |statements: &[String]| format!("`{}`", statements.join("; "));
    let fate = match fate {
        Replaced::Ran => "ran: what it did stays".to_owned(),
        Replaced::RanInPart { rest } => {
            format!("ran partly: {} finishes it", list(rest))
        }
        Replaced::DidNotFinish { removed } if removed.is_empty() => {
            "did not run to its end".to_owned()
        }
        Replaced::DidNotFinish { removed } => format!(
            "did not run to its end; what it left was removed: {}",
            list(removed)
        ),
        Replaced::LeavesNothing => "left nothing to repair".to_owned(),
    };
    format!("an interrupted run started `{statement}`, which is no longer in the file and {fate}")
}

/// The wait and each blocker, each on a separate line.
fn blocked_lines(blocked: &Blocked) -> Vec<String> {
    let what = match blocked.migration.as_str() {
        "" => String::new(),
        migration => format!("{migration}: "),
    };
    let on = match blocked.lock.as_str() {
        "" => String::new(),
        "virtualxid" | "transactionid" => " of a transaction that is still open".to_owned(),
        relation => format!(" on {relation}"),
    };
    let (waited, patience) = (blocked.waited.as_secs(), blocked.patience.as_secs());
    let wait = format!("{what}waiting for a lock{on}, {waited} s of {patience} s at most");
    let mut below: Vec<String> = blocked.blockers.iter().map(blockers::describe).collect();
    if blocked.blockers.iter().any(blockers::is_job) {
        below.push(blockers::PAUSE_JOBS.to_owned());
    }
    let below = below.into_iter().map(|it| format!("     {it}"));
    [wait].into_iter().chain(below).collect()
}

fn progress_line(progress: &StatementProgress) -> String {
    let elapsed = span(progress.elapsed.as_secs());
    let mut line = format!("{}: {elapsed}", progress.migration);
    if !progress.command.is_empty() {
        line += &format!(", {} {}", progress.command, progress.relation);
    }
    if let Some(Share { number, of }) = progress.chunk {
        line += &format!(", chunk {number} of {of}");
    }
    if !progress.phase.is_empty() {
        line += &format!(", {}", progress.phase);
    }
    if let Some(Share { number, of }) = progress.done {
        line += &format!(", {} %", u128::from(number) * 100 / u128::from(of));
    }
    line
}

/// How the migration ran.
fn in_steps(applied: &Applied) -> String {
    match (applied.steps, applied.alone) {
        (0, _) => "recorded, without a statement".to_owned(),
        (1, 0) => format!("1 transaction, {}", count(applied.statements, "statement")),
        (steps, 0) => format!(
            "{steps} transactions, {}",
            count(applied.statements, "statement")
        ),
        (1, _) => "1 statement, alone".to_owned(),
        (steps, alone) => format!("{steps} steps, {alone} of them alone"),
    }
}

/// What it ran as where everything that was pending shared one transaction.
fn in_one_transaction(applied: &Applied) -> String {
    format!("{}, all or nothing", count(applied.statements, "statement"))
}

fn applied_line(applied: &Applied, width: usize, how: &str) -> String {
    let milliseconds = applied.elapsed.as_millis();
    format!(
        "  {:03} {:width$}  {how:<30} {milliseconds:>6} ms",
        applied.version, applied.name
    )
}

#[cfg(test)]
mod tests;
