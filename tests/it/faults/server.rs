//! Faults of the server, at every message.

use std::sync::{Arc, Mutex};
use std::thread;

use super::cases::Mode;
use super::plan::Plan;
use super::private::Private;
use super::proxy::{Deed, Moment};
use super::sweep::{Lane, sweep};
use super::target::Target;
use super::turns::{Stride, in_groups};
use crate::support::{Database, test_name};

/// How many servers crash side by side: each takes a while to come back.
const SERVERS: usize = 4;

/// A mode in which something is done to the server, given the pid of the client's backend.
fn mode(name: &'static str, moment: Moment, call: impl Fn(u32) + Send + Sync + 'static) -> Mode {
    Mode {
        name,
        moment,
        deed: Deed::Call(Arc::new(call)),
        stride: Stride::ALL,
    }
}

/// A separate server, because each crash ends every session.
fn crashing(private: Private) -> Lane {
    let private = Arc::new(private);
    let (stopped, killed) = (Arc::clone(&private), Arc::clone(&private));
    let modes = vec![
        mode("server stopped, immediate", Moment::InFlight, move |_| {
            stopped.crash();
        }),
        mode("backend killed -9", Moment::InFlight, move |pid| {
            killed.kill_backend(pid);
        }),
    ];
    Lane {
        target: private.target(),
        modes: in_groups(modes, 2),
        threads: 1,
    }
}

#[test]
fn a_server_that_crashes_at_any_message_has_the_work_finished_by_the_next_run() {
    let test = test_name!();
    let private = || Private::start(test).map(crashing);
    let Some(first) = private() else {
        return;
    };
    let others: Option<Vec<Lane>> = thread::scope(|scope| {
        let starting: Vec<_> = (1..SERVERS).map(|_| scope.spawn(private)).collect();
        let started = starting.into_iter().map(|it| it.join().unwrap());
        started.collect()
    });
    let mut lanes = others.unwrap();
    lanes.push(first);
    sweep("crashes", &lanes);
}

#[testkit::test]
fn a_backend_that_is_terminated_at_any_message_has_its_work_finished_by_the_next_run(
    database: Database,
) {
    let plan = Plan::every_step(&mut database.client());
    let target = Target::by_url(&database.url(), plan);
    let admin = Arc::new(Mutex::new(database.client()));
    let terminate = move |pid: u32| {
        let sql = format!("SELECT pg_terminate_backend({pid})");
        admin.lock().unwrap().batch_execute(&sql).unwrap();
    };
    let terminate = Arc::new(terminate);
    let (idle, busy) = (Arc::clone(&terminate), terminate);
    let modes = [
        mode("backend terminated, unsent", Moment::Unsent, move |pid| {
            idle(pid);
        }),
        mode(
            "backend terminated, in flight",
            Moment::InFlight,
            move |pid| busy(pid),
        ),
    ];
    let lane = Lane {
        target,
        modes: in_groups(modes.into(), 2),
        threads: 4,
    };
    sweep("pg_terminate_backend", &[lane]);
}
