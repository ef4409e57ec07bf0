//! How long the command takes beside its peers: in one run, in turn, medians and their ratios.
//!
//! A bound is held by the release build without the snapshot, because the peers are release builds and make none. What the command
//! takes with it, and as a debug build, is printed without a bound.

use std::time::Duration;

use anyhow::Result;

use crate::database::{Database, Way};
use crate::files::Files;
use crate::peers::{Peer, Programs, Task};
use crate::proxy::Proxy;
use crate::report::{Report, Verdict};
use crate::stats::{Times, output, race, shown, timed};

/// What the proxy adds to each round trip.
pub const ROUND_TRIP: Duration = Duration::from_millis(20);

/// One comparison.
struct Case<'a> {
    what: String,
    task: Task,
    files: &'a Files,
    way: &'a Way,
    runs: usize,
    /// The most that our time may be, in theirs.
    bounds: &'a [(Peer, f64)],
    /// Who takes part beside ours without a snapshot.
    peers: Vec<Peer>,
}

/// What is compared with what.
pub struct Speed<'a> {
    pub database: &'a Database,
    pub programs: &'a Programs,
    /// Which of the tools are installed.
    pub installed: Vec<Peer>,
    pub runs: usize,
}

impl Speed<'_> {
    /// Everything that is compared; `trivial` and `tables` are the migrations.
    pub fn compare(&self, trivial: &Files, tables: &Files, report: &mut Report) -> Result<()> {
        let direct = self.database.direct();
        let case = |task, files: &Files| {
            let what = format!("{} x {}", files.count, files.what);
            let what = match task {
                Task::Nothing => "nothing pending".to_owned(),
                Task::Each => what,
                Task::Whole => format!("--all-or-nothing, {what}"),
            };
            (what, task)
        };
        let mut run = |task, files, way, runs, suffix: &str, bounds: &[(Peer, f64)]| {
            let (what, task) = case(task, files);
            let case = Case {
                what: format!("{what}{suffix}"),
                task,
                files,
                way,
                runs,
                bounds,
                peers: self.peers(),
            };
            self.measure(case, report)
        };
        let sqlx = |most| (Peer::Sqlx, most);
        let runs = self.runs;
        run(Task::Nothing, trivial, &direct, runs, "", &[sqlx(0.6)])?;
        let bounds = [sqlx(0.6), (Peer::Bare, 1.1)];
        run(Task::Each, trivial, &direct, runs, "", &bounds)?;
        run(Task::Each, tables, &direct, runs, "", &[sqlx(0.85)])?;
        run(
            Task::Whole,
            trivial,
            &direct,
            runs,
            "",
            &[(Peer::Psql, 1.1)],
        )?;
        let proxy = Proxy::distant(self.database.upstream(), ROUND_TRIP)?;
        let distant = self.database.through(&proxy, "disable");
        let away = format!(", {} ms away", ROUND_TRIP.as_millis());
        run(Task::Nothing, trivial, &distant, runs, &away, &[sqlx(0.6)])?;
        // Thousands of round trips: one run is their mean already.
        run(Task::Each, trivial, &distant, 1, &away, &[sqlx(0.25)])
    }

    fn peers(&self) -> Vec<Peer> {
        let ours = [Peer::OursWithSnapshot, Peer::OursDebug];
        let always = [Peer::Psql, Peer::Bare];
        let installed = self.installed.iter().copied();
        always.into_iter().chain(installed).chain(ours).collect()
    }

    fn measure(&self, case: Case<'_>, report: &mut Report) -> Result<()> {
        let command = |peer| self.programs.command(peer, case.task, case.files, case.way);
        let mut peers = vec![Peer::Ours];
        peers.extend(case.peers.iter().filter(|&&peer| command(peer).is_some()));
        if case.task == Task::Nothing {
            self.apply_by_all(case.files)?;
        }
        let times = race(case.runs, peers.len(), |index| {
            if case.task != Task::Nothing {
                self.database.renew()?;
                if peers[index].needs_record() {
                    self.database.create_record()?;
                }
            }
            command(peers[index]).map_or(Ok(Duration::ZERO), |mut command| timed(&mut command))
        })?;
        let what = format!("URL, {}: time", case.what);
        let ours = &times[0];
        for (peer, theirs) in peers.iter().zip(&times).skip(1) {
            let bound = case.bounds.iter().find(|(bound, _)| bound == peer);
            line(&what, ours, *peer, theirs, bound.map(|it| it.1), report)?;
        }
        Ok(())
    }

    /// Has every tool apply the files to one database: ours first, because it refuses another tool's.
    fn apply_by_all(&self, files: &Files) -> Result<()> {
        self.database.renew()?;
        let direct = self.database.direct();
        for peer in [Peer::OursWithSnapshot].iter().chain(&self.installed) {
            let command = self.programs.command(*peer, Task::Each, files, &direct);
            command.map_or(Ok(String::new()), |mut command| output(&mut command))?;
        }
        Ok(())
    }
}

/// Ours beside theirs; or another way of ours beside the one that is held to the bounds.
fn line(
    what: &str,
    ours: &Times,
    peer: Peer,
    theirs: &Times,
    bound: Option<f64>,
    report: &mut Report,
) -> Result<()> {
    if peer.is_ours() {
        let rest = format!("{}; {:.2} x without", peer.name(), theirs.ratio(ours));
        return report.line(Verdict::Unbound, what, &shown(theirs.median()), &rest);
    }
    let ratio = ours.ratio(theirs);
    let most = bound.map_or(String::new(), |most| format!(", at most {most}"));
    let rest = format!(
        "{ratio:.2} x {} ({}){most}",
        peer.name(),
        shown(theirs.median())
    );
    let verdict = bound.map_or(Verdict::Unbound, |most| Verdict::of(ratio <= most));
    report.line(verdict, what, &shown(ours.median()), &rest)
}
