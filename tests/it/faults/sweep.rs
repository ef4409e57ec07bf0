//! Every fault at every message, and the table of what came of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Instant;

use super::cases::{self, Mode, Outcome};
use super::state::Kind;
use super::target::Target;

/// How many messages more one run may take than another: a session that has just ended may still hold the lock, and then it is asked
/// for again.
const POLLS: usize = 6;

/// What came of one mode's cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    runs: usize,
    went_on: usize,
    lost: usize,
    doubled: usize,
    other: usize,
}

impl Tally {
    fn add(&mut self, outcome: &Outcome) {
        let any = |kind| outcome.findings.iter().any(|finding| finding.kind == kind);
        self.runs += 1;
        self.went_on += usize::from(outcome.went_on);
        // A case counts once, as the worst that is found in it.
        if any(Kind::Doubled) {
            self.doubled += 1;
        } else if any(Kind::Lost) {
            self.lost += 1;
        } else if any(Kind::Other) {
            self.other += 1;
        }
    }
}

/// A server for some of the cases, and what happens there. All lanes of a sweep have the same modes.
pub struct Lane {
    /// Where its databases are.
    pub target: Target,
    /// What happens.
    pub modes: Vec<Mode>,
    /// How many cases at once.
    pub threads: usize,
}

/// The cases of a sweep that are still to be run, and what came of the others.
struct Sweep<'a> {
    modes: &'a [Mode],
    /// For each mode how many messages were begun with.
    begun: Vec<AtomicUsize>,
    /// For each mode the first message that no run has come to.
    end: Vec<AtomicUsize>,
    tallies: Mutex<Vec<Tally>>,
    /// What is wrong, by mode and message.
    wrong: Mutex<BTreeMap<(usize, usize), String>>,
}

/// Makes every fault happen at every message of the plan, on all lanes at once; fails when any next run did not finish the work exactly
/// once. Prints the counts in any case.
pub fn sweep(title: &str, lanes: &[Lane]) {
    let started = Instant::now();
    let target = &lanes[0].target;
    let modes = &lanes[0].modes;
    let (clean, messages) = cases::clean_run(target);
    for lane in &lanes[1..] {
        lane.target.commit_as(target);
    }
    let sweep = Sweep {
        modes,
        begun: modes.iter().map(|_| AtomicUsize::new(0)).collect(),
        end: modes.iter().map(|_| AtomicUsize::new(usize::MAX)).collect(),
        tallies: Mutex::new(vec![Tally::default(); modes.len()]),
        wrong: Mutex::default(),
    };
    thread::scope(|scope| {
        for lane in lanes {
            for _ in 0..lane.threads {
                scope.spawn(|| {
                    while let Some((mode, at)) = sweep.next() {
                        let outcome = cases::run(&lane.target, &lane.modes[mode], at, &clean);
                        sweep.record(mode, at, &outcome);
                    }
                });
            }
        }
    });
    let seconds = started.elapsed().as_secs_f64();
    let table = sweep.table(title, target.plan.len(), messages, seconds);
    // Past libtest, which would keep it to itself.
    std::io::stderr().write_all(table.as_bytes()).unwrap();
    for (mode, end) in modes.iter().zip(&sweep.end) {
        let reached = end.load(SeqCst) - 1;
        let name = mode.name;
        assert!(
            reached + POLLS >= messages,
            "{name}: only {reached} of {messages} messages had a fault"
        );
    }
    let wrong = sweep.wrong.into_inner().unwrap();
    let lines: Vec<String> = wrong.into_values().collect();
    assert!(lines.is_empty(), "{title}:\n{}", lines.join("\n"));
}

impl Sweep<'_> {
    /// The next case: a mode and a message.
    fn next(&self) -> Option<(usize, usize)> {
        (0..self.modes.len()).find_map(|mode| {
            let stride = self.modes[mode].stride;
            let at = stride.first + stride.step * self.begun[mode].fetch_add(1, SeqCst);
            (at < self.end[mode].load(SeqCst)).then_some((mode, at))
        })
    }

    fn record(&self, mode: usize, at: usize, outcome: &Outcome) {
        if outcome.fired {
            self.tallies.lock().unwrap()[mode].add(outcome);
        } else {
            self.end[mode].fetch_min(at, SeqCst);
        }
        if !outcome.findings.is_empty() {
            let findings: Vec<String> = outcome.findings.iter().map(ToString::to_string).collect();
            let name = self.modes[mode].name;
            let line = format!("{name}, message {at}: {}", findings.join("; "));
            self.wrong.lock().unwrap().insert((mode, at), line);
        }
    }

    fn table(&self, title: &str, migrations: usize, messages: usize, seconds: f64) -> String {
        let tallies = self.tallies.lock().unwrap();
        let width = self.modes.iter().map(|mode| mode.name.len()).max();
        let width = width.unwrap_or_default().max(4);
        let mut text = format!(
            "faults: {title}: {migrations} migrations, {messages} messages, {seconds:.1} s\n  \
             {:width$}  {:>5} {:>8} {:>5} {:>8} {:>6}\n",
            "mode", "runs", "went on", "lost", "doubled", "other"
        );
        for (mode, tally) in self.modes.iter().zip(&*tallies) {
            let Tally {
                runs,
                went_on,
                lost,
                doubled,
                other,
            } = tally;
            writeln!(
                text,
                "  {:width$}  {runs:>5} {went_on:>8} {lost:>5} {doubled:>8} {other:>6}",
                mode.name
            )
            .unwrap();
        }
        text
    }
}
