//! The result for each schema: the table and the document at the end. Pure.

use std::time::Duration;

use migrator::run::Applied;
use serde_json::{Value, json};
use sql::quote::plain;

use crate::failure::{Code, Failure};
use crate::migrate::applied_json;
use crate::screen::one_line;
use crate::words::count;

/// A schema and its result.
pub struct Outcome {
    pub schema: String,
    pub state: State,
    /// What the run applied, also one that failed afterwards.
    pub applied: Vec<Applied>,
    pub elapsed: Duration,
}

/// How far a schema has come.
pub enum State {
    NotBegun,
    /// All is applied; so many had been before.
    Done {
        before: usize,
    },
    Failed(Failure),
}

impl Outcome {
    pub fn not_begun(schema: String) -> Outcome {
        Outcome {
            schema,
            state: State::NotBegun,
            applied: Vec::new(),
            elapsed: Duration::ZERO,
        }
    }

    fn word(&self) -> &'static str {
        match &self.state {
            State::NotBegun => "not begun",
            State::Done { .. } if self.applied.is_empty() => "nothing to do",
            State::Done { .. } => "applied",
            State::Failed(failure) if was_stopped(failure) => "stopped",
            State::Failed(_) => "failed",
        }
    }

    fn row(&self) -> Vec<String> {
        let seconds = || format!("{:.1} s", self.elapsed.as_secs_f64());
        let (applied, time, cause) = match &self.state {
            State::NotBegun => (String::new(), String::new(), String::new()),
            State::Done { .. } => (self.applied.len().to_string(), seconds(), String::new()),
            State::Failed(failure) => (self.applied.len().to_string(), seconds(), cause(failure)),
        };
        vec![
            one_line(plain(&self.schema)),
            applied,
            self.word().to_owned(),
            time,
            cause,
        ]
    }

    pub fn document(&self) -> Value {
        let mut document = json!({
            "schema": self.schema,
            "state": self.word().replace(' ', "_"),
            "applied": self.applied.iter().map(applied_json).collect::<Vec<_>>(),
            "milliseconds": self.elapsed.as_millis() as u64,
        });
        match &self.state {
            State::NotBegun => {}
            State::Done { before } => document["already_applied"] = (*before).into(),
            State::Failed(failure) => document["error"] = failure.to_json()["error"].take(),
        }
        document
    }
}

/// Whether a person or the system ended the run.
pub fn was_stopped(failure: &Failure) -> bool {
    matches!(
        failure.code,
        Code::Interrupted | Code::Terminated | Code::HungUp
    )
}

/// A failure in one line.
fn cause(failure: &Failure) -> String {
    one_line(
        failure
            .diagnostic
            .message
            .lines()
            .next()
            .unwrap_or_default(),
    )
}

/// The table of all schemas, and how many of them are where.
pub fn render(outcomes: &[Outcome]) -> String {
    let header = ["schema", "applied", "state", "time", ""]
        .map(str::to_owned)
        .to_vec();
    let rows = outcomes.iter().map(Outcome::row);
    let table = table(&[header].into_iter().chain(rows).collect::<Vec<_>>());
    format!("{table}\n{}", summary(outcomes.iter().map(Outcome::word)))
}

/// `48 applied, 1 failed, 1 not begun`
pub fn summary<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    let mut all = 0;
    for word in words {
        all += 1;
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, number)) => *number += 1,
            None => counts.push((word, 1)),
        }
    }
    let parts: Vec<String> = counts
        .iter()
        .map(|(word, number)| format!("{number} {word}"))
        .collect();
    format!("{}: {}", count(all, "schema"), parts.join(", "))
}

/// Rows below each other, each column as wide as its widest cell.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |row: &Vec<String>, at: usize| row.get(at).map_or(0, |it| it.chars().count());
    let widths: Vec<usize> = (0..columns)
        .map(|at| rows.iter().map(|row| cell(row, at)).max().unwrap_or(0))
        .collect();
    let line = |row: &Vec<String>| {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(text, &width)| format!("{text:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(schema: &str, state: State, applied: usize) -> Outcome {
        let one = |version: usize| Applied {
            version: version as u32 + 1,
            name: "a".to_owned(),
            steps: 1,
            alone: 0,
            statements: 1,
            elapsed: Duration::ZERO,
        };
        Outcome {
            schema: schema.to_owned(),
            state,
            applied: (0..applied).map(one).collect(),
            elapsed: Duration::from_millis(340),
        }
    }

    #[test]
    fn the_table_shows_each_schema_in_one_line() {
        let refused = Failure::new(
            Code::Failed,
            "relation \"x\"\u{202e} already exists\nand more",
        );
        let stopped = Failure::new(Code::Interrupted, "interrupted by SIGINT");
        let outcomes = [
            outcome("tenant_1", State::Done { before: 0 }, 2),
            outcome("Te\nnant", State::Failed(refused), 1),
            outcome("a\"b", State::Done { before: 2 }, 0),
            outcome("tenant_2", State::Failed(stopped), 0),
            Outcome::not_begun("tenant_3".to_owned()),
        ];
        insta::assert_snapshot!(render(&outcomes), @r#"
        schema      applied  state          time
        tenant_1    2        applied        0.3 s
        "Te\nnant"  1        failed         0.3 s  relation "x"\u{202e} already exists
        "a""b"      0        nothing to do  0.3 s
        tenant_2    0        stopped        0.3 s  interrupted by SIGINT
        tenant_3             not begun
        5 schemas: 1 applied, 1 failed, 1 nothing to do, 1 stopped, 1 not begun
        "#);
        let documents: Vec<Value> = outcomes.iter().map(Outcome::document).collect();
        assert_eq!(documents[0]["state"], "applied");
        assert_eq!(documents[1]["applied"].as_array().unwrap().len(), 1);
        assert_eq!(documents[1]["error"]["exit_code"], 1);
        assert_eq!(
            documents[4],
            json!({ "schema": "tenant_3", "state": "not_begun", "applied": [], "milliseconds": 0 })
        );
    }
}
