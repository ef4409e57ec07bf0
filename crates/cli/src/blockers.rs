//! Who blocks a statement that waits for a lock, and what helps. Pure.

use migrator::run::Blocker;

use crate::screen::one_line;

/// How much of a query is shown.
const QUERY: usize = 80;

/// Printed if a background job is in the way.
pub const PAUSE_JOBS: &str = "`--pause-jobs` pauses the background jobs of what is touched";

/// A blocking session, in one line.
pub fn describe(blocker: &Blocker) -> String {
    let query = match blocker.query.chars().count() {
        0 => String::new(),
        1..=QUERY => format!(": {}", blocker.query),
        _ => {
            let start: String = blocker.query.chars().take(QUERY - 1).collect();
            format!(": {start}…")
        }
    };
    let line = if is_prepared(blocker) {
        prepared(blocker)
    } else {
        session(blocker) + &query
    };
    // What others call themselves and run may hold anything, a terminal's commands too; a query is often one of several lines.
    one_line(line.replace(['\n', '\t', '\r'], " "))
}

fn session(blocker: &Blocker) -> String {
    let Blocker {
        pid,
        user,
        application,
        kind,
        ..
    } = blocker;
    let who = match kind.as_str() {
        _ if is_job(blocker) => format!("background job {application}, {user}"),
        "client backend" | "" => format!("{user}, \"{application}\""),
        kind => format!("{user}, \"{application}\", {kind}"),
    };
    let state = match blocker.state.as_str() {
        "" => String::new(),
        state => format!(", {state} for {}", span(blocker.seconds)),
    };
    format!("pid {pid}  {who}{state}")
}

/// It belongs to no session; its name stands where a session's query does.
fn prepared(blocker: &Blocker) -> String {
    match blocker.query.as_str() {
        "" => "a prepared transaction: SELECT * FROM pg_prepared_xacts".to_owned(),
        name => format!("prepared transaction {name} of {}", blocker.user),
    }
}

/// What a person can do about all of them, as the start of a sentence.
pub fn remedy(blockers: &[Blocker]) -> String {
    let sessions = blockers
        .iter()
        .filter(|it| !is_prepared(it) && !is_job(it))
        .map(|it| format!("pg_terminate_backend({})", it.pid))
        .collect::<Vec<_>>();
    let transactions = blockers
        .iter()
        .filter(|it| is_prepared(it) && !it.query.is_empty())
        .map(|it| {
            format!(
                "COMMIT PREPARED {name}, or ROLLBACK PREPARED {name}",
                name = it.query
            )
        });
    let mut ways: Vec<String> = Vec::new();
    match sessions.len() {
        0 => {}
        1 => ways.push(format!(
            "wait until it ends, or end it (SELECT {})",
            sessions[0]
        )),
        _ => ways.push(format!(
            "wait until they end, or end them (SELECT {})",
            sessions.join(", ")
        )),
    }
    ways.extend(transactions.map(|how| format!("end the prepared transaction ({how})")));
    if blockers.iter().any(is_job) {
        ways.push(
            "wait until the background job ends, or keep it from starting (`--pause-jobs`)"
                .to_owned(),
        );
    }
    ways.push("run `cargo xtask migrate` again; `--patience SECONDS` waits longer".to_owned());
    ways.join(", and ")
}

fn is_prepared(blocker: &Blocker) -> bool {
    blocker.pid == "0"
}

/// Whether it is one of TimescaleDB's jobs: what serves it is called as the job is, with its number: `Columnstore Policy [1000]`.
pub fn is_job(blocker: &Blocker) -> bool {
    let number = blocker
        .kind
        .strip_suffix(']')
        .and_then(|kind| kind.rsplit_once(" ["));
    number.is_some_and(|(_, number)| number.parse::<u32>().is_ok())
}

/// `45 s`, `3 min`, `2 h`.
pub fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocker(pid: &str, kind: &str, query: &str) -> Blocker {
        Blocker {
            pid: pid.to_owned(),
            user: "grafana".to_owned(),
            application: "dashboards".to_owned(),
            state: "idle in transaction".to_owned(),
            seconds: 200,
            query: query.to_owned(),
            kind: kind.to_owned(),
        }
    }

    fn job() -> Blocker {
        let name = "Columnstore Policy [1000]";
        Blocker {
            application: name.to_owned(),
            state: "active".to_owned(),
            ..blocker("7", name, "CALL policy_compression()")
        }
    }

    #[test]
    fn who_stands_in_the_way_is_described_in_one_line() {
        let cases = [
            blocker("4121", "client backend", "SELECT 1"),
            blocker("4121", "parallel worker", &"x".repeat(81)),
            blocker("4121", "client backend", &"é".repeat(80)),
            Blocker {
                state: String::new(),
                ..blocker("12", "autovacuum worker", "")
            },
            blocker("4121", "client backend", "SELECT '\u{1b}[2J\u{7}'"),
            job(),
            blocker("0", "", "'transfer 7'"),
            blocker("0", "", ""),
        ];
        let lines: Vec<String> = cases.iter().map(describe).collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn what_helps_is_said_for_each_kind_of_blocker() {
        let session = |pid| blocker(pid, "client backend", "");
        let prepared = || blocker("0", "", "'transfer 7'");
        let cases: [&[Blocker]; 6] = [
            &[],
            &[session("4")],
            &[session("4"), session("5")],
            &[job()],
            &[prepared()],
            &[session("4"), prepared(), job()],
        ];
        let lines: Vec<String> = cases.iter().map(|it| remedy(it)).collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn a_span_is_told_in_the_unit_that_fits() {
        for (seconds, expected) in [
            (0, "0 s"),
            (119, "119 s"),
            (120, "2 min"),
            (7199, "119 min"),
            (7200, "2 h"),
            (u64::MAX, "5124095576030431 h"),
        ] {
            assert_eq!(span(seconds), expected);
        }
    }
}
