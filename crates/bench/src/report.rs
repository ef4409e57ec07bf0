//! What is printed: one line for each measurement, with its bound and whether it is kept.

use std::io::Write;
use std::time::Duration;

use anyhow::Result;

use crate::stats::{Times, shown};

/// Whether a measurement keeps its bound.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Pass,
    /// It does not.
    Miss,
    /// Nothing was promised; the figure is for people.
    Unbound,
}

impl Verdict {
    /// Pass when `kept`.
    pub fn of(kept: bool) -> Verdict {
        if kept { Verdict::Pass } else { Verdict::Miss }
    }

    fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "PASS",
            Verdict::Miss => "MISS",
            Verdict::Unbound => "-",
        }
    }
}

/// Prints lines as they are measured, and remembers whether a bound was missed.
pub struct Report {
    out: Box<dyn Write>,
    missed: bool,
}

impl Report {
    /// A report that goes to `out`.
    pub fn new(out: Box<dyn Write>) -> Report {
        Report { out, missed: false }
    }

    /// One measurement: what was measured, what came out, what it is compared with or bound to.
    pub fn line(
        &mut self,
        verdict: Verdict,
        what: &str,
        measured: &str,
        bound: &str,
    ) -> Result<()> {
        self.missed |= verdict == Verdict::Miss;
        self.write(verdict.word(), what, measured, bound)
    }

    /// A time and the most that it may be; `how` says what else there is to know of it.
    pub fn time(&mut self, what: &str, times: &Times, most: Duration, how: &str) -> Result<()> {
        let median = times.median();
        let parts = [how, &format!("at most {}", shown(most)), &times.range()];
        self.line(
            Verdict::of(median <= most),
            &format!("{what}: time"),
            &shown(median),
            &joined(&parts),
        )
    }

    /// The most memory that was resident, and the most that it may be; `None` where the system does not say.
    pub fn memory(&mut self, what: &str, peak: Option<u64>, most: u64, how: &str) -> Result<()> {
        let what = format!("{what}: memory");
        let megabytes = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);
        match peak {
            Some(peak) => self.line(
                Verdict::of(peak <= most),
                &what,
                &megabytes(peak),
                &joined(&[how, &format!("at most {}", megabytes(most))]),
            ),
            None => self.skip(&what, "this system has no /proc"),
        }
    }

    /// Something that cannot be measured here, and why.
    pub fn skip(&mut self, what: &str, why: &str) -> Result<()> {
        self.write("SKIP", what, why, "")
    }

    /// Something to know about what follows.
    pub fn note(&mut self, what: &str, text: &str) -> Result<()> {
        self.write(Verdict::Unbound.word(), what, text, "")
    }

    /// Whether a bound was missed.
    pub fn missed(&self) -> bool {
        self.missed
    }

    fn write(&mut self, word: &str, what: &str, measured: &str, rest: &str) -> Result<()> {
        let line = format!("{word:<4}  {what:<52}  {measured:<12}  {rest}");
        writeln!(self.out, "{}", line.trim_end())?;
        Ok(self.out.flush()?)
    }
}

/// What there is of the parts, with semicolons.
fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|it| !it.is_empty()).collect();
    parts.join("; ")
}
