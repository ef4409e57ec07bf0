//! How many connections and round trips a run takes.

use anyhow::{Context, Result, bail};

use crate::database::Database;
use crate::files::Files;
use crate::peers::{Peer, Programs, Task};
use crate::proxy::{Counts, Proxy};
use crate::report::{Report, Verdict};
use crate::stats::output;

/// What may be sent when nothing is pending.
const NOTHING_PENDING: Counts = Counts {
    connections: 1,
    round_trips: 2,
};

/// Counts them for a run that applies all files, and for one that finds nothing pending. Leaves the files applied.
pub fn count(
    database: &Database,
    programs: &Programs,
    files: &Files,
    report: &mut Report,
) -> Result<()> {
    database.renew()?;
    let many = counted(database, programs, files)?;
    let each = many.round_trips as f64 / files.count as f64;
    let connections = |counts: Counts| match counts.connections {
        1 => "1 connection".to_owned(),
        more => format!("{more} connections"),
    };
    report.line(
        Verdict::Unbound,
        &format!("URL, {} pending: round trips", files.count),
        &many.round_trips.to_string(),
        &format!("{}; {each:.2} for each file", connections(many)),
    )?;

    let none = counted(database, programs, files)?;
    let rest = format!(
        "{}; bound: 1 connection, {} round trips",
        connections(none),
        NOTHING_PENDING.round_trips
    );
    let kept = none.connections == NOTHING_PENDING.connections
        && none.round_trips <= NOTHING_PENDING.round_trips;
    report.line(
        Verdict::of(kept),
        "URL, nothing pending: round trips",
        &none.round_trips.to_string(),
        &rest,
    )
}

/// What one run sends, the snapshot's questions included.
fn counted(database: &Database, programs: &Programs, files: &Files) -> Result<Counts> {
    let proxy = Proxy::start(database.upstream())?;
    let way = database.through(&proxy, "prefer");
    let command = programs.command(Peer::OursWithSnapshot, Task::Each, files, &way);
    let result = command.map_or(Ok(String::new()), |mut command| output(&mut command));
    if let Some(failure) = proxy.failure() {
        bail!("the proxy between the command and the server failed: {failure}");
    }
    result.context("a server that insists on TLS cannot be listened to")?;
    Ok(proxy.counts())
}
