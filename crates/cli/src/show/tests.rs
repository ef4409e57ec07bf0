use super::*;

use migrator::run::Blocker;

use crate::program::Program;

fn blocked(lock: &str, blockers: Vec<Blocker>) -> Blocked {
    Blocked {
        migration: "004 add_segments".to_owned(),
        lock: lock.to_owned(),
        blockers,
        waited: Duration::from_millis(12_900),
        patience: Duration::from_secs(60),
    }
}

fn share(number: u64, of: u64) -> Option<Share> {
    Some(Share { number, of })
}

fn blocker(kind: &str) -> Blocker {
    Blocker {
        pid: "4121".to_owned(),
        user: "grafana".to_owned(),
        application: "dashboards".to_owned(),
        state: "active".to_owned(),
        seconds: 3,
        query: "SELECT 1".to_owned(),
        kind: kind.to_owned(),
    }
}

#[test]
fn a_wait_is_told_with_each_who_is_in_the_way() {
    let of_the_engine = Blocked {
        migration: String::new(),
        ..blocked("schema_migrations", vec![blocker("client backend")])
    };
    let cases = [
        blocked("events", vec![blocker("client backend"); 2]),
        blocked("virtualxid", vec![blocker("client backend")]),
        blocked("transactionid", vec![]),
        blocked("", vec![blocker("Columnstore Policy [1000]")]),
        of_the_engine,
    ];
    let lines: Vec<String> = cases.iter().flat_map(blocked_lines).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn progress_is_told_as_far_as_the_server_tells_it() {
    let silent = StatementProgress {
        migration: "004 add_segments".to_owned(),
        command: String::new(),
        phase: String::new(),
        relation: String::new(),
        done: None,
        chunk: None,
        elapsed: Duration::from_millis(1999),
    };
    let building = StatementProgress {
        command: "CREATE INDEX".to_owned(),
        phase: "building index: scanning table".to_owned(),
        relation: "events".to_owned(),
        done: share(1, 3),
        elapsed: Duration::from_secs(240),
        ..silent.clone()
    };
    let chunk = StatementProgress {
        chunk: share(3, 12),
        relation: "_timescaledb_internal._hyper_1_3_chunk".to_owned(),
        ..building.clone()
    };
    let endless = StatementProgress {
        done: share(u64::MAX, u64::MAX),
        elapsed: Duration::MAX,
        ..building.clone()
    };
    let cases = [silent, building, chunk, endless];
    let lines: Vec<String> = cases.iter().map(progress_line).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_migration_is_told_by_how_it_ran() {
    let applied = |steps, alone, statements| Applied {
        version: 4,
        name: "add_segments".to_owned(),
        steps,
        alone,
        statements,
        elapsed: Duration::from_millis(212),
    };
    let cases = [
        applied(1, 0, 1),
        applied(2, 0, 9),
        applied(1, 1, 1),
        applied(3, 1, 9),
    ];
    let line = |it: &Applied, how: fn(&Applied) -> String| applied_line(it, 16, &how(it));
    let mut lines: Vec<String> = cases.iter().map(|it| line(it, in_steps)).collect();
    lines.push(line(&applied(2, 0, 9), in_one_transaction));
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_has_not_changed_is_said_again_after_ten_seconds() {
    let mut screen = Screen::new(Program::xtask("a-schema"), true);
    let mut show = Show::new(&mut screen, 0);
    assert!(show.is_time());
    assert!(!show.is_time());
    for (ago, expected) in [(9, false), (10, true), (11, true)] {
        show.said = Instant::now().checked_sub(Duration::from_secs(ago));
        assert_eq!(show.is_time(), expected, "{ago} s ago");
        assert!(!expected || !show.is_time(), "twice at once");
    }
}
