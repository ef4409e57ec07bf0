//! Many years of migrations, nothing pending: how long that takes, and how much memory.

use std::time::Duration;

use anyhow::Result;

use crate::database::Database;
use crate::files;
use crate::memory;
use crate::peers::Programs;
use crate::report::{Report, Verdict};
use crate::scratch::Scratch;
use crate::stats::{Times, output, shown, timed};

/// How many files that are.
const FILES: usize = 10_000;
/// Most time.
const TIME: Duration = Duration::from_millis(150);
/// Most memory.
const MEMORY: u64 = 50_000_000;

/// A migration of a usual size, which costs the server next to nothing from the second time on.
const TEXT: &str = "\
-- Orders as the shop sees them: one row each, never deleted.
CREATE TABLE IF NOT EXISTS orders (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint      NOT NULL,
    placed_at   timestamptz NOT NULL DEFAULT now(),
    state       text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paid', 'sent', 'done')),
    total       numeric(12, 2),
    note        text
);
";

/// Applies the files once, then measures.
pub fn run(
    scratch: &Scratch,
    database: &Database,
    programs: &Programs,
    runs: usize,
    report: &mut Report,
) -> Result<()> {
    let folder = scratch.folder("many")?;
    files::write_plain(&folder, FILES, |_| TEXT.to_owned())?;
    database.renew()?;
    let way = database.direct();
    let command = |snapshot: &[&str]| {
        let mut command = programs.migrate(programs.release(), &folder, &way);
        command.args(snapshot);
        command
    };
    output(&mut command(&[]))?;
    let what = format!("URL, {FILES} files, nothing pending: time");
    let with = Times::take(runs, || timed(&mut command(&[])))?;
    let without = Times::take(runs, || timed(&mut command(&["--no-snapshot"])))?;
    for (times, how) in [
        (with, "with the snapshot"),
        (without, "without the snapshot"),
    ] {
        let median = times.median();
        let rest = format!("{how}; at most {}; {}", shown(TIME), times.range());
        report.line(Verdict::of(median <= TIME), &what, &shown(median), &rest)?;
    }
    let what = format!("URL, {FILES} files, nothing pending: memory");
    match memory::peak(&mut command(&[]))? {
        Some(peak) => report.line(
            Verdict::of(peak <= MEMORY),
            &what,
            &megabytes(peak),
            &format!("most that is resident, at most {}", megabytes(MEMORY)),
        ),
        None => report.skip(&what, "this system has no /proc"),
    }
}

/// Bytes as people read them: `12.4 MB`.
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
