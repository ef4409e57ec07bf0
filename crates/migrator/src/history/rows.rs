//! Rows of the history as SQL that writes them: for a database that is taken over, and for one whose history was damaged. Pure.

use sql::quote::literal;

use super::{History, Row};

/// The columns for which a run writes a value.
const COLUMNS: &str = "version, name, checksum, steps, steps_done, started_at, applied_at, duration_ms, applied_by, mode";

/// Inserts these rows, at least one. Times that are not known become the current time. `table` may be any form of its name.
pub(crate) fn insert(table: &str, rows: &[&Row]) -> String {
    let rows: Vec<String> = rows.iter().map(|row| values(row)).collect();
    format!(
        "INSERT INTO {table} ({COLUMNS}) VALUES\n  {}",
        rows.join(",\n  ")
    )
}

fn values(row: &Row) -> String {
    let time = |time: &Option<String>| match time {
        Some(time) => literal(&format!("{time}+00")),
        None => "now()".to_owned(),
    };
    let applied_at = if row.is_applied() {
        time(&row.times.applied_at)
    } else {
        "NULL".to_owned()
    };
    let duration = row.duration_ms.map(|it| it.to_string());
    format!(
        "({}, {}, {}, {}, {}, {}, {applied_at}, {}, {}, {})",
        row.version,
        literal(&row.name),
        literal(&row.checksum),
        row.steps,
        row.steps_done,
        time(&row.times.started_at),
        duration.unwrap_or_else(|| "NULL".to_owned()),
        literal(&row.applied_by),
        literal(&row.mode),
    )
}

/// SQL that turns the history that was found into the expected one; `None` if they are the same. Any times will do for an expected row
/// without times.
pub(crate) fn repair(table: &str, found: &History, expected: &[Row]) -> Option<String> {
    let is_right = |row: &&Row| {
        let there = found.row(row.version);
        there.is_some_and(|there| is_same(there, row))
    };
    let wrong: Vec<&Row> = expected.iter().filter(|row| !is_right(row)).collect();
    let is_expected = |version: u32| expected.iter().any(|row| row.version == version);
    let in_the_way = found.rows.iter().map(|row| row.version);
    let in_the_way = in_the_way
        .filter(|&version| !is_expected(version) || wrong.iter().any(|row| row.version == version));
    let in_the_way: Vec<String> = in_the_way.map(|version| version.to_string()).collect();
    let mut statements = Vec::new();
    if !in_the_way.is_empty() {
        let versions = in_the_way.join(", ");
        statements.push(format!("DELETE FROM {table} WHERE version IN ({versions})"));
    }
    if !wrong.is_empty() {
        statements.push(insert(table, &wrong));
    }
    match &*statements {
        [] => None,
        [one] => Some(format!("{one};")),
        several => Some(format!("BEGIN;\n{};\nCOMMIT;", several.join(";\n"))),
    }
}

fn is_same(there: &Row, expected: &Row) -> bool {
    let mut there = there.clone();
    if expected.times.started_at.is_none() {
        there.applied_at.clone_from(&expected.applied_at);
        there.duration_ms = expected.duration_ms;
        there.times = expected.times.clone();
    }
    there == *expected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Times;

    fn row(version: u32, name: &str) -> Row {
        Row {
            version,
            name: name.to_owned(),
            checksum: "c".to_owned(),
            steps: 1,
            steps_done: 1,
            applied_at: Some("2026-11-20 09:12".to_owned()),
            applied_by: "o'brien".to_owned(),
            duration_ms: Some(7),
            mode: "plain".to_owned(),
            step_started_at: None,
            step_checksum: None,
            step_statement: None,
            times: Times {
                started_at: Some("2026-11-20 09:12:01.000001".to_owned()),
                applied_at: Some("2026-11-20 09:12:01.007".to_owned()),
            },
        }
    }

    #[test]
    fn only_what_is_wrong_is_put_right() {
        let expected = [row(1, "a"), row(2, "b")];
        let found = |rows: &[Row]| History {
            rows: rows.to_vec(),
            ..History::default()
        };
        assert_eq!(repair("h", &found(&expected), &expected), None);
        let mut own = row(2, "b");
        own.times = Times::default();
        let of_this_run = [row(1, "a"), own];
        assert_eq!(repair("h", &found(&expected), &of_this_run), None);
        let harmed = [row(2, "x"), row(9, "z")];
        insta::assert_snapshot!(repair("h", &found(&harmed), &expected).unwrap(), @r"
        BEGIN;
        DELETE FROM h WHERE version IN (2, 9);
        INSERT INTO h (version, name, checksum, steps, steps_done, started_at, applied_at, duration_ms, applied_by, mode) VALUES
          (1, 'a', 'c', 1, 1, '2026-11-20 09:12:01.000001+00', '2026-11-20 09:12:01.007+00', 7, 'o''brien', 'plain'),
          (2, 'b', 'c', 1, 1, '2026-11-20 09:12:01.000001+00', '2026-11-20 09:12:01.007+00', 7, 'o''brien', 'plain');
        COMMIT;
        ");
    }
}
