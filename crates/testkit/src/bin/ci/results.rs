//! The results of the tests in cargo's output. Pure.

use std::fmt::Write as _;

/// How many lines of a failed test are shown.
const SHOWN: usize = 40;

/// The outcome of all tests.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Results {
    /// Those that ran and succeeded, skipped ones among them.
    succeeded: usize,
    /// Those that the test harness left out.
    ignored: usize,
    /// Those that reported that they cannot run here, each with its reason.
    pub skipped: Vec<(String, String)>,
    /// Those that failed, each with the end of what it printed.
    pub failed: Vec<(String, Vec<String>)>,
}

impl Results {
    pub fn read(printed: &str) -> Results {
        let mut results = Results::default();
        for line in printed.lines() {
            if let Some(counts) = line.strip_prefix("test result: ") {
                results.succeeded += count(counts, "passed");
                results.ignored += count(counts, "ignored");
            } else if let Some(name) = failed(line) {
                results
                    .failed
                    .push((name.to_owned(), printed_by(printed, name)));
            }
            // Standard error comes between: the line may begin in the middle of another.
            if let Some((_, skip)) = line.split_once("skipped: ")
                && let Some((name, reason)) = skip.split_once(": ")
                && is_test_name(name)
                && !results.skipped.iter().any(|(known, _)| known == name)
            {
                results.skipped.push((name.to_owned(), reason.to_owned()));
            }
        }
        results
    }

    /// The lines at the end, the checks that are no tests among them.
    pub fn summary(&self, failed_checks: &[&str]) -> String {
        let mut shown = String::new();
        // Writing to a String does not fail.
        for (name, reason) in &self.skipped {
            let _ = writeln!(shown, "skipped: {name}: {reason}");
        }
        for name in failed_checks {
            let _ = writeln!(shown, "failed: {name}");
        }
        for (name, lines) in &self.failed {
            let _ = writeln!(shown, "failed: {name}");
            for line in lines {
                let _ = writeln!(shown, "    {line}");
            }
        }
        let passed = self.succeeded.saturating_sub(self.skipped.len());
        let failed = self.failed.len() + failed_checks.len();
        let skipped = self.skipped.len() + self.ignored;
        let _ = writeln!(shown, "{passed} passed, {failed} failed, {skipped} skipped");
        shown
    }
}

/// `3` of `ok. 3 passed; 0 failed; …`.
fn count(counts: &str, kind: &str) -> usize {
    let mut parts = counts.split(['.', ';']).map(str::trim);
    let number = parts.find_map(|part| part.strip_suffix(kind));
    number
        .and_then(|number| number.trim().parse().ok())
        .unwrap_or(0)
}

/// The name of a test in the line that says that it failed.
fn failed(line: &str) -> Option<&str> {
    let name = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
    Some(name.strip_suffix(" - should panic").unwrap_or(name))
}

fn is_test_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    !name.is_empty() && name.chars().all(is_part)
}

/// The end of what a failed test printed, which the harness shows after all results.
fn printed_by(printed: &str, name: &str) -> Vec<String> {
    let title = format!("---- {name} stdout ----");
    let is_end = |line: &&str| {
        *line == "failures:" || (line.starts_with("---- ") && line.ends_with(" stdout ----"))
    };
    let lines = printed.lines().skip_while(|line| *line != title).skip(1);
    let lines: Vec<&str> = lines
        .take_while(|line| !is_end(line))
        .filter(|line| !line.trim().is_empty())
        .collect();
    let last = lines.len().saturating_sub(SHOWN);
    lines[last..].iter().map(|&line| line.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "
running 4 tests
skipped: a::needs_docker: no engine answers: none
test a::needs_docker ... ok
test a::works ... skipped: b: there is no psql
ok
test b ... ok
test c - should panic ... FAILED
test d ... FAILED

failures:

---- c stdout ----
thread 'c' panicked at tests/c.rs:1:1:

it did not panic
---- d stdout ----
left: 1

failures:
    c
    d

test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
test result: ok. 10 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
skipped: a::needs_docker: no engine answers: none
";

    #[test]
    fn the_results_of_all_binaries_are_added_up() {
        let results = Results::read(PRINTED);
        let summary = results.summary(&["clippy"]);
        assert_eq!(
            summary,
            "skipped: a::needs_docker: no engine answers: none\n\
             skipped: b: there is no psql\n\
             failed: clippy\n\
             failed: c\n    thread 'c' panicked at tests/c.rs:1:1:\n    it did not panic\n\
             failed: d\n    left: 1\n\
             11 passed, 3 failed, 3 skipped\n"
        );
    }

    #[test]
    fn of_a_long_failure_the_end_is_shown() {
        let lines: String = (0..100).map(|line| format!("line {line}\n")).collect();
        let shown = printed_by(&format!("---- t stdout ----\n{lines}failures:\nline"), "t");
        assert_eq!((shown.len(), shown[0].as_str()), (SHOWN, "line 60"));
    }
}
