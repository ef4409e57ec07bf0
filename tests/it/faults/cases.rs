//! One case: a run with one fault, then plain runs, then the comparison with what a run without a fault leaves.

use std::thread;
use std::time::{Duration, Instant};

use super::program::{Program, complaint};
use super::proxy::{Deed, Fault, Moment, Proxy};
use super::state::{Finding, State};
use super::target::{CaseDatabase, Target};
use super::turns::Stride;
use crate::support::PATIENCE;

/// How long a client may wait behind a black hole before it is killed.
const IN_THE_DARK: Duration = Duration::from_millis(400);

/// A kind of fault.
#[derive(Clone)]
pub struct Mode {
    /// What it is called in tables.
    pub name: &'static str,
    /// When it happens.
    pub moment: Moment,
    /// What happens.
    pub deed: Deed,
    /// At which messages.
    pub stride: Stride,
}

/// The result of a case.
pub struct Outcome {
    /// Whether the run was long enough for its fault to happen.
    pub fired: bool,
    /// Whether the run with the fault succeeded in spite of it.
    pub went_on: bool,
    /// What is wrong after the plain run.
    pub findings: Vec<Finding>,
}

/// Runs the plan without a fault; returns what it leaves, and the number of messages that it takes.
pub fn clean_run(target: &Target) -> (State, usize) {
    let place = target.place();
    let program = Program::default();
    let proxy = Proxy::start(target.server(), &program, None);
    program.start(&mut place.migrate(Some(proxy.port())), &place.output());
    finish(&program, &place);
    let count = proxy.count();
    drop(proxy);
    let state = State::read(&place);
    assert!(state.is_clean(), "{state:?}");
    (state, count)
}

/// Starts a run on a database, without a fault.
pub fn start(place: &CaseDatabase<'_>) -> Program {
    let program = Program::default();
    program.start(&mut place.migrate(None), &place.output());
    program
}

/// Applies migrations up to one of them, without a fault.
pub fn run_to(place: &CaseDatabase<'_>, version: u32) {
    let program = Program::default();
    let mut command = place.migrate(None);
    command.args(["--to", &version.to_string()]);
    program.start(&mut command, &place.output());
    finish(&program, place);
}

/// Waits for a run that must succeed.
pub fn finish(program: &Program, place: &CaseDatabase<'_>) {
    let status = program.wait(PATIENCE);
    let succeeded = status.is_some_and(|status| status.success());
    assert!(succeeded, "{status:?}: {}", complaint(&place.output()));
}

/// Makes one fault happen at message `at`.
pub fn run(target: &Target, mode: &Mode, at: usize, clean: &State) -> Outcome {
    let place = target.place();
    let program = Program::default();
    let fault = Fault {
        at,
        moment: mode.moment,
        deed: mode.deed.clone(),
    };
    let proxy = Proxy::start(target.server(), &program, Some(fault));
    let output = place.output();
    program.start(&mut place.migrate(Some(proxy.port())), &output);
    let mut findings = Vec::new();
    let went_on = match mode.deed {
        Deed::Swallow | Deed::SwallowAll => wait_in_the_dark(&program, &proxy),
        _ => {
            let status = program.wait(PATIENCE);
            if status.is_none() {
                findings.push(Finding::other("the run with the fault hangs"));
            }
            status.is_some_and(|status| status.success())
        }
    };
    let fired = proxy.fired();
    drop(proxy);
    if !fired && !went_on {
        let complaint = complaint(&output);
        findings.push(Finding::other(format!(
            "failed without a fault: {complaint}"
        )));
    }
    if fired {
        findings.extend(rerun(&place, clean));
    }
    Outcome {
        fired,
        went_on,
        findings,
    }
}

/// Waits for the end of a program that may be behind a black hole, which is killed after a while.
fn wait_in_the_dark(program: &Program, proxy: &Proxy) -> bool {
    let hangs = Instant::now() + PATIENCE;
    while !proxy.fired() && program.ended().is_none() && Instant::now() < hangs {
        thread::sleep(Duration::from_millis(2));
    }
    let status = program.wait(IN_THE_DARK);
    status.is_some_and(|status| status.success())
}

/// The next run, and what is wrong after it.
pub fn rerun(place: &CaseDatabase<'_>, clean: &State) -> Vec<Finding> {
    let program = start(place);
    let output = place.output();
    let refused = match program.wait(PATIENCE) {
        Some(status) if status.success() => None,
        Some(status) => Some(format!("the next run: {status}: {}", complaint(&output))),
        None => Some("the next run hangs".to_owned()),
    };
    match refused {
        // What it has not come to is not lost yet.
        Some(refused) => vec![Finding::other(refused)],
        None => State::read(place).differences(clean),
    }
}
