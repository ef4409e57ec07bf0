//! Finds the end of a file's completed part again, after the file was corrected below it. Pure.
//!
//! Where a step ends depends on what follows: an ordinary statement that is inserted between a completed transaction and the statement that
//! failed would become part of that transaction. The checksum in the history shows where the completed part ends.

use std::borrow::Cow;
use std::ops::Range;

use super::{Migration, Step, StepKind};
use crate::history::{History, Row};
use crate::source;

/// The migrations with their steps as the history has them: if the steps of a half-applied file now divide the text elsewhere, the
/// completed part and what was added after it are separate steps.
pub fn fit<'a>(migrations: &'a [Migration], history: &History) -> Cow<'a, [Migration]> {
    let mut fitted = Cow::Borrowed(migrations);
    for (at, migration) in migrations.iter().enumerate() {
        let row = history.row(migration.file.version);
        if let Some(steps) = row.and_then(|row| divided(migration, row)) {
            fitted.to_mut()[at].steps = steps;
        }
    }
    fitted
}

/// The steps with a boundary where the completed part ends; `None` if there is one already, or if the completed part was changed.
fn divided(migration: &Migration, row: &Row) -> Option<Vec<Step>> {
    let fits =
        || migration.done_part(row.steps_done).map(source::checksum) == Some(row.checksum.clone());
    if row.is_applied() || row.steps_done == 0 || fits() {
        return None;
    }
    let mut steps = migration.steps.clone();
    let ends = steps.iter().flat_map(|step| &step.statements);
    let ends = ends.map(|statement| statement.end);
    let mut statements = 1 + source::end_of(&migration.file.text, &row.checksum, ends)?;
    let mut done = 0;
    while statements > 0 {
        let length = steps[done].statements.len();
        if statements < length {
            divide(&mut steps, done, statements)?;
        }
        statements = statements.saturating_sub(length);
        done += 1;
    }
    // An earlier correction has also divided the completed part; where no longer matters.
    while done < row.steps_done {
        let long = steps[..done]
            .iter()
            .position(|step| step.statements.len() > 1 && is_ordinary(step))?;
        divide(&mut steps, long, 1)?;
        done += 1;
    }
    (done == row.steps_done).then_some(steps)
}

/// Where to divide a transaction step that the engine put together: the server accepts the statement only once those before it are
/// committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Division {
    /// The migration's number.
    pub version: u32,
    /// Index of the step.
    pub step: usize,
    /// How many of its statements go to the first of the two.
    pub statements: usize,
}

impl Division {
    /// Before the statement that contains this byte of the file; `None` if it is the first of its step, or if the file itself decides what
    /// shares a transaction.
    pub(crate) fn before(migration: &Migration, step: usize, byte: usize) -> Option<Division> {
        let planned = migration.steps.get(step).filter(|it| is_ordinary(it))?;
        let holds = |statement: &Range<usize>| statement.start <= byte && byte <= statement.end;
        let statements = planned.statements.iter().position(holds)?;
        (statements > 0).then_some(Division {
            version: migration.file.version,
            step,
            statements,
        })
    }
}

/// The migrations with a step of one of them divided. A later run finds the division again by the checksum, as after a correction.
pub(crate) fn divided_at(migrations: &[Migration], division: Division) -> Vec<Migration> {
    let mut migrations = migrations.to_vec();
    let found = migrations
        .iter_mut()
        .find(|it| it.file.version == division.version);
    if let Some(migration) = found {
        // A step that cannot be divided stays whole.
        let _ = divide(&mut migration.steps, division.step, division.statements);
    }
    migrations
}

fn is_ordinary(step: &Step) -> bool {
    step.kind == StepKind::Transaction { begin: None }
}

/// Splits a step in two after this many of its statements; `None` if the engine did not put the step together.
fn divide(steps: &mut Vec<Step>, at: usize, behind: usize) -> Option<()> {
    if !is_ordinary(&steps[at]) {
        return None;
    }
    let statements = steps[at].statements.split_off(behind);
    let kind = StepKind::Transaction { begin: None };
    steps.insert(at + 1, Step { kind, statements });
    Some(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::plan::{State, compare};
    use crate::source::File;

    fn migration(text: &str) -> Migration {
        let file = File::new(Path::new("001_a.sql"), text.as_bytes().to_vec()).unwrap();
        Migration::parse(file).unwrap()
    }

    /// The history of a file that stopped after this many steps.
    fn half(migration: &Migration, steps_done: usize) -> History {
        History {
            table: String::new(),
            rows: vec![Row {
                version: 1,
                name: "a".to_owned(),
                checksum: migration.checksum(steps_done),
                steps: migration.steps.len(),
                steps_done,
                applied_at: None,
                applied_by: String::new(),
                duration_ms: None,
                mode: "timescaledb".to_owned(),
                step_started_at: None,
                step_checksum: None,
                step_statement: None,
                times: crate::history::Times::default(),
            }],
        }
    }

    #[test]
    fn what_is_added_behind_the_done_part_is_a_step_of_its_own() {
        let history = half(&migration("SELECT 1;\nSELECT 2;\nVACUUM;"), 1);
        for (text, steps) in [
            ("SELECT 1;\nSELECT 2;\nVACUUM;", Some(2)),
            (
                "SELECT 1;\nSELECT 2;\nSELECT 3;\nSELECT 4;\nVACUUM;",
                Some(3),
            ),
            ("SELECT 1;\nSELECT 2;\nSELECT 3;", Some(2)),
            ("SELECT 1;\nSELECT 2;\nBEGIN;\nSELECT 3;\nCOMMIT;", Some(2)),
            ("SELECT 1;\nSELECT 2;", Some(1)),
            // What is done was changed.
            ("SELECT 1;\nSELECT 3;\nVACUUM;", None),
            ("SELECT 1;\nVACUUM;", None),
        ] {
            let migrations = [migration(text)];
            let fitted = fit(&migrations, &history);
            let states = compare(&fitted, &history).states;
            let expected = match steps {
                Some(_) => State::Half { steps_done: 1 },
                None => State::Changed,
            };
            assert_eq!(states, [expected], "{text}");
            if let Some(steps) = steps {
                assert_eq!(fitted[0].steps.len(), steps, "{text}");
            }
        }
    }
    #[test]
    fn a_file_may_be_corrected_again_and_again() {
        let first = migration("SELECT 1;\nSELECT 2;\nVACUUM;");
        let mut history = half(&first, 1);
        let mut text = "SELECT 1;\nSELECT 2;".to_owned();
        for correction in 1..4 {
            text += &format!("\nSELECT {correction};");
            let migrations = [migration(&format!("{text}\nVACUUM;"))];
            let fitted = fit(&migrations, &history);
            assert_eq!(fitted[0].steps.len(), correction + 2);
            // The correction is done now, and VACUUM failed again.
            history = half(&fitted[0], correction + 1);
            let again = fit(&migrations, &history);
            let states = compare(&again, &history).states;
            let steps_done = correction + 1;
            assert_eq!(states, [State::Half { steps_done }]);
        }
    }
}
