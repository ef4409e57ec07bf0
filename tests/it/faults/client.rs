//! Faults of the client and of the network, at every message.

use std::path::PathBuf;

use super::cases::Mode;
use super::plan::Plan;
use super::proxy::{Deed, Moment};
use super::sweep::{Lane, sweep};
use super::target::Target;
use super::turns::{Stride, in_groups, one_by_one};
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

#[testkit::test]
fn whatever_happens_to_the_client_the_next_run_finishes_the_work_exactly_once(database: Database) {
    let plan = Plan::every_step(&mut database.client());
    let target = Target::by_url(&database.url(), plan);
    let lane = Lane {
        target,
        modes: in_groups(modes(NETWORK), 6),
        threads: 8,
    };
    sweep("by URL", &[lane]);
}

#[testkit::test(installed_psql)]
fn whatever_happens_to_a_client_or_its_psql_the_next_run_finishes_the_work_exactly_once(
    psql: PathBuf,
) {
    let Some(database) = Database::new(test_name!()) else {
        return;
    };
    let plan = Plan::every_kind(&mut database.client());
    let lane = Lane {
        target: Target::by_psql(&database.url(), plan, &psql),
        // psql sends each statement separately, which makes three times the messages, and programs start slowly.
        modes: one_by_one(modes(PSQL), 8, 1),
        threads: 6,
    };
    sweep("through psql", &[lane]);
}

#[testkit::test]
fn whatever_happens_in_plain_mode_the_next_run_finishes_the_work_exactly_once(database: Database) {
    let lane = Lane {
        target: Target::by_url(&database.url(), Plan::STOOD_FOR),
        modes: one_by_one(modes(NETWORK), 4, 1),
        threads: 6,
    };
    sweep("in plain mode", &[lane]);
}

#[testkit::test(installed_psql)]
fn whatever_happens_in_plain_mode_through_psql_the_next_run_finishes_the_work_exactly_once(
    psql: PathBuf,
) {
    let Some(database) = Database::new(test_name!()) else {
        return;
    };
    let lane = Lane {
        target: Target::by_psql(&database.url(), Plan::STOOD_FOR, &psql),
        modes: one_by_one(modes(PSQL), 48, 6),
        threads: 6,
    };
    sweep("in plain mode, through psql", &[lane]);
}
