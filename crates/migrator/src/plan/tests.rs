//! What is planned, and what is refused.

use std::path::Path;

use super::*;
use crate::history::{Row, Times};

fn migration(version: u32, text: &str) -> Migration {
    let path = format!("migrations/{version:03}_m{version}.sql");
    let file = File::new(Path::new(&path), text.as_bytes().to_vec()).unwrap();
    Migration::parse(file).unwrap()
}

fn applied(migration: &Migration, steps_done: usize) -> Row {
    Row {
        version: migration.file.version,
        name: migration.file.name.clone(),
        checksum: migration.checksum(steps_done),
        steps: migration.steps.len(),
        steps_done,
        applied_at: None,
        applied_by: "deploy".to_owned(),
        duration_ms: None,
        mode: "timescaledb".to_owned(),
        step_started_at: None,
        step_checksum: None,
        step_statement: None,
        times: Times::default(),
    }
}

fn history(rows: Vec<Row>) -> History {
    History {
        table: "public.schema_migrations".to_owned(),
        rows,
    }
}

/// `T2` is a transaction of two statements, `A` one alone, `Q` one that the catalog is asked about, `F` a fresh session.
fn shape(text: &str) -> String {
    let migration = migration(1, text);
    let letters = migration.steps.iter().map(|step| match step.kind {
        StepKind::Transaction { begin: None } => format!("T{}", step.statements.len()),
        StepKind::Transaction { begin: Some(_) } => format!("B{}", step.statements.len()),
        StepKind::Alone(_) => "A".to_owned(),
        StepKind::Asked(_) => "Q".to_owned(),
        StepKind::FreshSession => "F".to_owned(),
    });
    letters.collect::<Vec<_>>().join(" ")
}

#[test]
fn statements_are_grouped_into_steps() {
    let cases = [
        ("a; b; c", "T3"),
        ("a; CLUSTER t; b; CALL p(); c", "T1 Q T1 Q T1"),
        ("a; DO $$BEGIN NULL; END$$; b; REINDEX TABLE t", "T3 Q"),
        ("a; VACUUM; b; c", "T1 A T2"),
        ("VACUUM; VACUUM", "A A"),
        ("BEGIN; a; b; COMMIT", "B2"),
        ("a; BEGIN; b; COMMIT; c; d", "T1 B1 T2"),
        ("BEGIN; COMMIT; a", "T1"),
        ("BEGIN; a; END; START TRANSACTION; b; COMMIT", "B1 B1"),
        ("ALTER EXTENSION timescaledb UPDATE; a", "F T1"),
        ("BEGIN; a; SAVEPOINT s; b; ROLLBACK TO s; COMMIT", "B4"),
    ];
    for (text, expected) in cases {
        assert_eq!(shape(text), expected, "{text}");
    }
}

#[test]
fn what_cannot_be_planned_is_named_with_its_place() {
    let texts = [
        "a;\n  \\i other.sql\n",
        "a;\n\\copy t FROM 'x'",
        "\\gexec",
        "COPY t FROM stdin;\n1\n\\.\n",
        "a;\nROLLBACK;",
        "a;\nCOMMIT;",
        "BEGIN;\na;",
        "BEGIN; BEGIN; COMMIT;",
        "BEGIN;\n  VACUUM;\nCOMMIT;",
        "BEGIN; a; COMMIT AND CHAIN;",
        "PREPARE TRANSACTION 'x'",
        "SELECT 'never closed",
        "SELECT (1;",
    ];
    let messages: Vec<String> = texts
        .iter()
        .map(|text| {
            let path = Path::new("migrations/001_a.sql");
            let file = File::new(path, text.as_bytes().to_vec()).unwrap();
            Migration::parse(file).unwrap_err().to_string()
        })
        .collect();
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn a_file_without_a_statement_has_no_step_and_its_own_checksum() {
    for text in ["", " \n", "-- only a comment", ";;", "BEGIN; COMMIT;"] {
        let migration = migration(1, text);
        assert!(migration.steps.is_empty(), "{text}");
        assert_eq!(migration.checksum(0), migration.file.checksum);
    }
}

#[test]
fn only_what_is_left_is_planned() {
    let migrations = [
        migration(1, "a"),
        migration(2, "a; VACUUM; b"),
        migration(3, "c"),
    ];
    let plan_of = |rows: Vec<Row>, selection| -> Result<Vec<(u32, usize)>, Error> {
        let pending = plan(&migrations, &history(rows), selection, Ahead::Refuse)?;
        Ok(pending
            .iter()
            .map(|p| (p.migration.file.version, p.steps_done))
            .collect())
    };
    let one = || applied(&migrations[0], 1);
    assert_eq!(
        plan_of(vec![], Selection::All).unwrap(),
        [(1, 0), (2, 0), (3, 0)]
    );
    assert_eq!(
        plan_of(vec![one()], Selection::All).unwrap(),
        [(2, 0), (3, 0)]
    );
    let half = applied(&migrations[1], 2);
    assert_eq!(
        plan_of(vec![one(), half], Selection::All).unwrap(),
        [(2, 2), (3, 0)]
    );
    let all = migrations
        .iter()
        .map(|m| applied(m, m.steps.len()))
        .collect();
    assert_eq!(plan_of(all, Selection::All).unwrap(), []);
    assert_eq!(plan_of(vec![one()], Selection::To(2)).unwrap(), [(2, 0)]);
    assert_eq!(plan_of(vec![one()], Selection::Only(2)).unwrap(), [(2, 0)]);
    assert_eq!(plan_of(vec![one()], Selection::Only(1)).unwrap(), []);
    assert!(matches!(
        plan_of(vec![], Selection::Only(2)),
        Err(Error::NotNext { asked: 2, .. })
    ));
    assert_eq!(
        plan_of(vec![], Selection::To(9)),
        Err(Error::NoSuchMigration(9))
    );
}

#[test]
fn the_done_part_of_a_half_applied_file_may_not_change_and_the_rest_may() {
    let before = migration(1, "a;\nVACUUM;\nb");
    let rows = || history(vec![applied(&before, 1)]);
    let corrected = [migration(1, "a;\nVACUUM;\nb, corrected")];
    assert_eq!(
        compare(&corrected, &rows()).states,
        [State::Half { steps_done: 1 }]
    );
    let changed = [migration(1, "a, changed;\nVACUUM;\nb")];
    assert_eq!(compare(&changed, &rows()).states, [State::Changed]);
    let nothing_left = [migration(1, "a; -- that is all")];
    assert_eq!(
        compare(&nothing_left, &rows()).states,
        [State::Half { steps_done: 1 }]
    );
    let two_done = history(vec![applied(&before, 2)]);
    assert_eq!(compare(&nothing_left, &two_done).states, [State::Changed]);
}

#[test]
fn what_does_not_fit_the_history_is_told() {
    let migrations = [migration(1, "a"), migration(2, "b")];
    let mut renamed = applied(&migrations[0], 1);
    renamed.name = "other".to_owned();
    let mut changed = applied(&migrations[1], 1);
    changed.checksum = "x".to_owned();
    let later = Row {
        version: 7,
        ..applied(&migrations[1], 1)
    };
    let kinds = |rows: Vec<Row>| -> Vec<&'static str> {
        let mismatches = compare(&migrations, &history(rows)).mismatches;
        let kind = |mismatch: &Mismatch| match mismatch {
            Mismatch::Changed { .. } => "changed",
            Mismatch::Missing { .. } => "missing",
            Mismatch::Renamed { .. } => "renamed",
            Mismatch::OutOfOrder { .. } => "out of order",
        };
        mismatches.iter().map(kind).collect()
    };
    assert_eq!(kinds(vec![renamed, changed]), ["renamed", "changed"]);
    assert_eq!(kinds(vec![applied(&migrations[1], 1)]), ["out of order"]);
    assert_eq!(
        kinds(vec![applied(&migrations[0], 1), later]),
        ["out of order", "missing"]
    );
}

#[test]
fn a_database_that_is_ahead_is_accepted_only_where_all_else_fits() {
    let files: Vec<Migration> = (1..=5)
        .map(|number| migration(number, "a; VACUUM"))
        .collect();
    let known = &files[..3];
    let rows = |numbers: &[u32]| -> Vec<Row> {
        let row = |number: &u32| applied(&files[*number as usize - 1], 2);
        numbers.iter().map(row).collect()
    };
    let half = |numbers: &[u32], at: usize| {
        let mut rows = rows(numbers);
        rows[at] = applied(&files[at], 1);
        rows
    };
    let changed = |mut rows: Vec<Row>| {
        rows[1].checksum = "x".to_owned();
        rows
    };
    let cases = [
        ("not ahead", rows(&[1, 2, 3])),
        ("ahead by one", rows(&[1, 2, 3, 4])),
        ("ahead by two", rows(&[1, 2, 3, 4, 5])),
        ("ahead by a half", half(&[1, 2, 3, 4], 3)),
        ("ahead and a gap behind", rows(&[1, 2, 3, 5])),
        ("ahead and one is pending", rows(&[1, 2, 4])),
        ("ahead and nothing of ours", rows(&[4, 5])),
        ("ahead and one is changed", changed(rows(&[1, 2, 3, 4]))),
        ("ahead and one is half applied", half(&[1, 2, 3, 4], 2)),
        ("not ahead and one is half applied", half(&[1, 2], 1)),
    ];
    let answer = |rows: &[Row], ahead| {
        let history = history(rows.to_vec());
        match plan(known, &history, Selection::All, ahead) {
            Err(error) => format!("refused: {error}"),
            Ok(pending) => {
                let newer = newer(known, &history).map(|newer| format!("; {newer}"));
                format!("{} to run{}", pending.len(), newer.unwrap_or_default())
            }
        }
    };
    let lines = cases.iter().map(|(name, rows)| {
        let (refuse, start) = (answer(rows, Ahead::Refuse), answer(rows, Ahead::Start));
        format!("{name}\n  Refuse  {refuse}\n  Start   {start}")
    });
    let text = lines
        .collect::<Vec<_>>()
        .join("\n")
        .replace("migrations/", "");
    insta::assert_snapshot!(text);
}

#[test]
fn without_files_no_database_is_ahead() {
    let row = applied(&migration(1, "a"), 1);
    assert_eq!(newer(&[], &history(vec![row.clone()])), None);
    let refused = plan(&[], &history(vec![row]), Selection::All, Ahead::Start);
    assert!(matches!(refused, Err(Error::Mismatch(_))));
}
