//! PgBouncer in between: in session mode a session is a session; in transaction mode it is not, and a run refuses.

use testkit::{Behind, Pooler};

use super::cases;
use super::plan::Plan;
use super::program::Program;
use super::state::State;
use super::target::Target;
use crate::support::{Database, PATIENCE, free_port};

/// A run through a pooler; its exit code, what it wrote, and what is in the database.
fn run(test: &str, mode: &str) -> Option<(Option<i32>, String, bool)> {
    let database = Database::new(test)?;
    let plan = Plan::every_step(&mut database.client());
    let target = Target::by_url(&database.url(), plan);
    let (clean, _) = cases::clean_run(&target);
    let place = target.place();
    let config: postgres::Config = place.url.parse().unwrap();
    let password = config.get_password().map(String::from_utf8_lossy);
    let behind = Behind {
        server: place.target.server(),
        user: config.get_user().unwrap(),
        password: password.as_deref(),
        sessions: 20,
    };
    let port = free_port();
    let pooler = Pooler::start(test, mode, port, &behind)?;
    let run = Program::default();
    run.start(&mut place.migrate(Some(port)), &place.output());
    let status = run.wait(PATIENCE);
    drop(pooler);
    let same = State::read(&place).differences(&clean).is_empty();
    let output = std::fs::read_to_string(place.output()).unwrap();
    Some((status.and_then(|status| status.code()), output, same))
}

#[testkit::test(|test| run(test, "session"))]
fn through_a_pooler_in_session_mode_every_step_works(
    (code, output, same): (Option<i32>, String, bool),
) {
    assert_eq!(code, Some(0), "{output}");
    assert!(same, "{output}");
}

#[testkit::test(|test| run(test, "transaction"))]
fn a_pooler_in_transaction_mode_is_refused((code, output, _): (Option<i32>, String, bool)) {
    assert_eq!(code, Some(1), "{output}");
    let (_, error) = output.split_once("error: ").unwrap();
    insta::assert_snapshot!(error);
}
