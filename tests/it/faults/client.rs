//! Faults of the client and of the network, at every message.

use super::cases::{Mode, Stride};
use super::plan::Plan;
use super::proxy::{Deed, Moment};
use super::sweep::{Lane, sweep};
use super::target::Target;
use crate::support::{Database, installed_psql, test_name};

/// What may happen to a client and its connection.
fn modes() -> Vec<Mode> {
    let mode = |name, moment, deed| Mode {
        name,
        moment,
        deed,
        stride: Stride::ALL,
    };
    use Moment::{Unanswered, Unsent};
    vec![
        mode("client killed, unsent", Unsent, Deed::Kill),
        mode("client killed, unanswered", Unanswered, Deed::Kill),
        mode("connection reset, unsent", Unsent, Deed::Reset),
        mode("connection reset, unanswered", Unanswered, Deed::Reset),
        mode("black hole, one connection", Unsent, Deed::Swallow),
        mode("black hole, whole network", Unanswered, Deed::SwallowAll),
    ]
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
        modes: modes(),
        threads: 8,
    };
    sweep("by URL", &[lane]);
}

#[test]
fn whatever_happens_in_plain_mode_the_next_run_finishes_the_work_exactly_once() {
    let Some(database) = Database::new(test_name!()) else {
        return;
    };
    let mut modes = modes();
    // What the client does is the same in both modes: each message has one of the faults.
    for (first, mode) in modes.iter_mut().enumerate() {
        mode.stride = Stride {
            first: 1 + first,
            step: 6,
        };
    }
    let lane = Lane {
        target: Target::by_url(&database.url(), Plan::STOOD_FOR),
        modes,
        threads: 6,
    };
    sweep("in plain mode", &[lane]);
}

/// What may happen to a client that goes through psql, and to psql's connection.
///
/// psql sends each statement by itself, which makes three times the messages, and programs start slowly. So each message has one fault
/// before it and another one behind it, and the faults take turns; with `FAULTS=all` in the environment each message has all of them.
fn modes_of_psql() -> Vec<Mode> {
    let all = std::env::var_os("FAULTS").is_some_and(|value| value == "all");
    let mode = |name, moment, deed, first| Mode {
        name,
        moment,
        deed,
        stride: match all {
            true => Stride::ALL,
            false => Stride { first, step: 3 },
        },
    };
    use Moment::{Unanswered, Unsent};
    vec![
        mode("client killed, unsent", Unsent, Deed::Kill, 1),
        mode("client killed, unanswered", Unanswered, Deed::Kill, 2),
        mode("psql killed, unsent", Unsent, Deed::KillPsql, 2),
        mode("psql killed, unanswered", Unanswered, Deed::KillPsql, 3),
        mode("connection reset, unsent", Unsent, Deed::Reset, 3),
        mode("connection reset, unanswered", Unanswered, Deed::Reset, 1),
    ]
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
        modes: modes_of_psql(),
        threads: 6,
    };
    sweep("through psql", &[lane]);
}
