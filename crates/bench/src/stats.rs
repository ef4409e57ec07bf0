//! Times of commands, their medians, and two commands compared in turn.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Times of one thing, taken several times; never empty.
pub struct Times(Vec<Duration>);

impl Times {
    /// Times that were taken elsewhere; at least one.
    pub fn of(times: Vec<Duration>) -> Times {
        Times(times)
    }

    /// Takes `runs` times.
    pub fn take(runs: usize, mut one: impl FnMut() -> Result<Duration>) -> Result<Times> {
        (0..runs.max(1))
            .map(|_| one())
            .collect::<Result<_>>()
            .map(Times)
    }

    /// Takes the times of two things in turn, so that what else the machine does meets both.
    pub fn compare(
        runs: usize,
        mut ours: impl FnMut() -> Result<Duration>,
        mut theirs: impl FnMut() -> Result<Duration>,
    ) -> Result<(Times, Times)> {
        let mut pairs = (Vec::new(), Vec::new());
        for _ in 0..runs.max(1) {
            pairs.0.push(ours()?);
            pairs.1.push(theirs()?);
        }
        Ok((Times(pairs.0), Times(pairs.1)))
    }

    /// The middle one; of an even number the mean of the two in the middle.
    pub fn median(&self) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        let middle = sorted.len() / 2;
        match sorted.len() % 2 {
            1 => sorted[middle],
            _ => (sorted[middle - 1] + sorted[middle]) / 2,
        }
    }

    /// The shortest and the longest, for people: `12.1 ms to 14.0 ms`.
    pub fn range(&self) -> String {
        let ends = (self.0.iter().min(), self.0.iter().max());
        let end = |time: Option<&Duration>| shown(time.copied().unwrap_or_default());
        format!("{} to {}", end(ends.0), end(ends.1))
    }

    /// How many medians of `other` this median is.
    pub fn ratio(&self, other: &Times) -> f64 {
        self.median().as_secs_f64() / other.median().as_secs_f64()
    }
}

/// Takes the times of several things in turn, and each round begins with another one: what else the machine does meets all of them.
pub fn race(
    runs: usize,
    things: usize,
    mut one: impl FnMut(usize) -> Result<Duration>,
) -> Result<Vec<Times>> {
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); things];
    for round in 0..runs.max(1) {
        for place in 0..things {
            let thing = (place + round) % things;
            times[thing].push(one(thing)?);
        }
    }
    Ok(times.into_iter().map(Times).collect())
}

/// A time as people read it: `12.3 ms`, `1.42 s`.
pub fn shown(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        ..1.0 => format!("{:.1} ms", seconds * 1000.0),
        ..10.0 => format!("{seconds:.2} s"),
        _ => format!("{seconds:.1} s"),
    }
}

/// Runs a command that must succeed, and returns how long it took from start to end.
pub fn timed(command: &mut Command) -> Result<Duration> {
    let started = Instant::now();
    output(command)?;
    Ok(started.elapsed())
}

/// What a command prints; it must succeed.
pub fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("failed to start {program}"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        bail!("{program} failed ({}): {errors}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(milliseconds: &[u64]) -> Times {
        Times(
            milliseconds
                .iter()
                .copied()
                .map(Duration::from_millis)
                .collect(),
        )
    }

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        assert_eq!(times(&[900, 1, 3]).median(), Duration::from_millis(3));
        assert_eq!(times(&[4, 1, 900, 2]).median(), Duration::from_millis(3));
        assert_eq!(times(&[4, 1, 900, 2]).range(), "1.0 ms to 900.0 ms");
        assert!((times(&[6]).ratio(&times(&[4])) - 1.5).abs() < 1e-9);
    }

    #[test]
    fn each_round_of_a_race_begins_with_another_one() {
        let mut order = Vec::new();
        let taken = race(2, 3, |thing| {
            order.push(thing);
            Ok(Duration::from_millis(order.len() as u64))
        });
        assert_eq!(order, [0, 1, 2, 1, 2, 0]);
        let ranges: Vec<String> = taken.unwrap().iter().map(Times::range).collect();
        assert_eq!(
            ranges,
            ["1.0 ms to 6.0 ms", "2.0 ms to 4.0 ms", "3.0 ms to 5.0 ms"]
        );
    }

    #[test]
    fn times_are_shown_with_what_matters_of_them() {
        let all = [
            Duration::from_micros(12_345),
            Duration::from_millis(1420),
            Duration::from_secs(61),
        ];
        assert_eq!(all.map(shown), ["12.3 ms", "1.42 s", "61.0 s"]);
    }

    #[test]
    fn a_command_that_fails_says_why() {
        let error =
            output(Command::new("sh").args(["-c", "echo no room >&2; exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "sh failed (exit status: 3): no room");
    }
}
