//! The engine against a server that only pretends.

use std::collections::VecDeque;
use std::path::Path;

use super::*;
use crate::source::File;

/// Answers queries from a list, and remembers what it was asked.
struct Fake {
    answers: VecDeque<Result<Vec<Rows>, link::Error>>,
    asked: Vec<String>,
}

impl Fake {
    fn new(answers: impl IntoIterator<Item = Result<Vec<Rows>, link::Error>>) -> Self {
        let answers = answers.into_iter().collect();
        let asked = Vec::new();
        Self { answers, asked }
    }
}

impl Link for Fake {
    fn query(&mut self, sql: &str) -> Result<Vec<Rows>, link::Error> {
        self.asked.push(sql.to_owned());
        self.answers.pop_front().unwrap_or_else(|| Ok(Vec::new()))
    }

    fn run(&mut self, _: &Message) -> Result<(), link::Error> {
        Err(refusal("42601"))
    }

    fn reconnect(&mut self) -> Result<(), link::Error> {
        Ok(())
    }
}

fn refusal(code: &str) -> link::Error {
    link::Error::Server(Box::new(ServerError {
        code: code.to_owned(),
        message: "no".to_owned(),
        ..ServerError::default()
    }))
}

/// What a server of this version says of itself.
fn facts(version: &str, number: &str) -> Rows {
    let values = ["d", "u", version, number, "", "", "", "public"];
    vec![values.map(|value| Some(value.to_owned())).to_vec()]
}

#[test]
fn a_server_that_is_too_old_is_told_so() {
    let mut link = Fake::new([
        Err(refusal(UNDEFINED_TABLE)),
        Ok(vec![facts("12.22", "120022")]),
    ]);
    let error = read(&mut link, None).unwrap_err();
    insta::assert_snapshot!(error, @"PostgreSQL 12.22 is too old: 13 is the oldest that works");
}

#[test]
fn a_refusal_that_is_not_about_the_history_is_the_server_s() {
    let mut link = Fake::new([Err(refusal("42883")), Err(refusal("42883"))]);
    assert!(matches!(read(&mut link, None), Err(Error::Link(_))));
    let mut link = Fake::new([Err(refusal(INSUFFICIENT_PRIVILEGE))]);
    assert!(matches!(read(&mut link, None), Err(Error::Link(_))));
}

#[test]
fn a_failed_run_leaves_neither_transaction_nor_setting_nor_lock() {
    let file = File::new(Path::new("001_a.sql"), b"SELECT 1".to_vec()).unwrap();
    let migrations = [Migration::parse(file).unwrap()];
    let locked = vec![vec![vec![Some("t".to_owned())]]];
    let mut link = Fake::new([
        Err(refusal(UNDEFINED_TABLE)),
        Ok(vec![facts("15.1", "150001")]),
        Ok(locked),
        Ok(vec![Rows::new()]),
    ]);
    let outcome = run(
        &mut link,
        &migrations,
        &Options::default(),
        None,
        &mut |_| (),
    );
    assert!(matches!(outcome, Err(Error::Statement(_))));
    let last = link.asked.last().unwrap();
    assert!(last.starts_with("ROLLBACK;\nRESET"), "{last}");
    assert!(last.contains("pg_advisory_unlock"), "{last}");
}
