//! Faults of the client and of the network, at every message.

use super::cases::{Mode, Stride};
use super::plan::Plan;
use super::proxy::{Deed, Moment};
use super::sweep::{Lane, sweep};
use super::target::Target;
use crate::support::{Database, installed_psql, test_name};

type Fault = (&'static str, Moment, Deed);

/// Where nothing is between the client and the server but a network.
const NETWORK: [Fault; 2] = [
    ("black hole, one connection", Moment::Unsent, Deed::Swallow),
    (
        "black hole, whole network",
        Moment::Unanswered,
        Deed::SwallowAll,
    ),
];

/// Where psql is.
const PSQL: [Fault; 2] = [
    ("psql killed, unsent", Moment::Unsent, Deed::KillPsql),
    (
        "psql killed, unanswered",
        Moment::Unanswered,
        Deed::KillPsql,
    ),
];

/// What may happen to a client and its connection, and to what is between them and the server.
fn modes(between: [Fault; 2]) -> Vec<Mode> {
    let client: [Fault; 4] = [
        ("client killed, unsent", Moment::Unsent, Deed::Kill),
        ("client killed, unanswered", Moment::Unanswered, Deed::Kill),
        ("connection reset, unsent", Moment::Unsent, Deed::Reset),
        (
            "connection reset, unanswered",
            Moment::Unanswered,
            Deed::Reset,
        ),
    ];
    let faults = client.into_iter().chain(between);
    faults
        .map(|(name, moment, deed)| Mode {
            name,
            moment,
            deed,
            stride: Stride::ALL,
        })
        .collect()
}

#[test]
fn whatever_happens_to_the_client_the_next_run_finishes_the_work_exactly_once() {
    let Some(database) = Database::new(test_name!()) else {
        return;
    };
    let plan = Plan::every_step(&mut database.client());
    let target = Target::by_url(&database.url(), plan);
    let lane = Lane {
        target,
        modes: modes(NETWORK),
        threads: 8,
    };
    sweep("by URL", &[lane]);
}

/// Modes that take turns: one of them at every `apart`-th message. With `FAULTS=all` in the environment each message has all of them.
fn in_turn(modes: Vec<Mode>, apart: usize) -> Vec<Mode> {
    if std::env::var_os("FAULTS").is_some_and(|value| value == "all") {
        return modes;
    }
    let step = apart * modes.len();
    let stride = |at| Stride {
        first: 1 + at * apart,
        step,
    };
    let modes = modes.into_iter().enumerate();
    modes
        .map(|(at, mode)| Mode {
            stride: stride(at),
            ..mode
        })
        .collect()
}

#[test]
fn whatever_happens_to_a_client_or_its_psql_the_next_run_finishes_the_work_exactly_once() {
    let Some(psql) = installed_psql(test_name!()) else {
        return;
    };
    let Some(database) = Database::new(test_name!()) else {
        return;
    };
    let plan = Plan::every_kind(&mut database.client());
    let lane = Lane {
        target: Target::by_psql(&database.url(), plan, &psql),
        // psql sends each statement by itself, which makes three times the messages, and programs start slowly.
        modes: in_turn(modes(PSQL), 1),
        threads: 6,
    };
    sweep("through psql", &[lane]);
}

#[test]
fn whatever_happens_in_plain_mode_the_next_run_finishes_the_work_exactly_once() {
    let Some(database) = Database::new(test_name!()) else {
        return;
    };
    let lane = Lane {
        target: Target::by_url(&database.url(), Plan::STOOD_FOR),
        modes: in_turn(modes(NETWORK), 1),
        threads: 6,
    };
    sweep("in plain mode", &[lane]);
}

#[test]
fn whatever_happens_in_plain_mode_through_psql_the_next_run_finishes_the_work_exactly_once() {
    let Some(psql) = installed_psql(test_name!()) else {
        return;
    };
    let Some(database) = Database::new(test_name!()) else {
        return;
    };
    let lane = Lane {
        target: Target::by_psql(&database.url(), Plan::STOOD_FOR, &psql),
        modes: in_turn(modes(PSQL), 6),
        threads: 6,
    };
    sweep("in plain mode, through psql", &[lane]);
}
