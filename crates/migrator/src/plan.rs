//! From files and history to the steps that are still to run. Pure: nothing here reads a disk or a server.

use std::ops::Range;
use std::path::PathBuf;

use crate::history::{History, Row};
use crate::lexer;
use crate::source::{self, File};
use crate::statement::{self, Kind, Reason, Refusal, Statement};

/// A migration file with its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// The file that it was read from.
    pub file: File,
    /// What runs as one unit each, in the file's order. Never empty.
    pub steps: Vec<Step>,
}

/// What runs as one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How it runs.
    pub kind: StepKind,
    /// Its statements, as byte ranges of the file's text.
    pub statements: Vec<Range<usize>>,
}

/// How a step runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// All statements and their history update in one transaction; the range is the file's own `BEGIN`, where it has one.
    Transaction {
        /// The explicit `BEGIN …` of the file, which may set an isolation level.
        begin: Option<Range<usize>>,
    },
    /// One statement that the server refuses in a transaction block.
    Alone(Reason),
    /// `ALTER EXTENSION timescaledb UPDATE`, which must be the first statement of its session.
    FreshSession,
}

impl Step {
    /// Bytes from the first statement to the end of the last.
    pub fn range(&self) -> Range<usize> {
        let end = self.statements.last().map_or(0, |range| range.end);
        self.statements.first().map_or(0, |range| range.start)..end
    }
}

/// A migration file whose text cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}:{column}: {message}", path.display())]
pub struct TextError {
    /// The file.
    pub path: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what to write instead.
    pub message: String,
    /// Byte of the file's text.
    pub offset: usize,
    /// The file's text, for showing the line.
    pub text: String,
}

impl Migration {
    /// Splits a file into its steps.
    pub fn parse(file: File) -> Result<Migration, TextError> {
        let error = |offset: usize, message: String| {
            let (line, column) = source::position(&file.text[..offset]);
            let path = file.path.clone();
            TextError {
                path,
                line,
                column,
                message,
                offset,
                text: file.text.clone(),
            }
        };
        let steps = steps(&file.text).map_err(|(offset, message)| error(offset, message))?;
        if steps.is_empty() {
            return Err(error(
                0,
                "no statement: a migration holds at least one".to_owned(),
            ));
        }
        Ok(Migration { file, steps })
    }

    /// The checksum that the history holds once `steps_done` steps are done: over the whole file when that is all of them, else over its
    /// done part, so that the rest may still be corrected.
    pub fn checksum(&self, steps_done: usize) -> String {
        match steps_done >= self.steps.len() {
            true => self.file.checksum.clone(),
            false => source::checksum(self.done_part(steps_done).unwrap_or_default()),
        }
    }

    /// The text up to the end of the last of `steps_done` steps; `None` when the file has fewer.
    fn done_part(&self, steps_done: usize) -> Option<&str> {
        let end = match steps_done.checked_sub(1) {
            Some(last) => self.steps.get(last)?.range().end,
            None => 0,
        };
        Some(&self.file.text[..end])
    }

    /// How many statements the migration holds.
    pub fn statement_count(&self) -> usize {
        self.steps.iter().map(|step| step.statements.len()).sum()
    }

    /// First and last line of a step, from 1.
    pub fn lines(&self, step: &Step) -> (usize, usize) {
        let range = step.range();
        let line = |offset| source::position(&self.file.text[..offset]).0;
        (line(range.start), line(range.end))
    }

    /// `SET` statements of the first `steps_done` steps, which a new session has to repeat before the next one.
    pub fn session_settings(&self, steps_done: usize) -> Vec<&str> {
        self.steps[..steps_done.min(self.steps.len())]
            .iter()
            .flat_map(|step| &step.statements)
            .map(|range| &self.file.text[range.clone()])
            .filter(|text| statement::is_setting(text))
            .collect()
    }
}

fn lexer_message(text: &str, error: &lexer::Error) -> String {
    if error.problem != lexer::Problem::MetaCommand {
        return error.problem.to_string();
    }
    let rest = &text[error.offset + 1..];
    let command = rest
        .split(|c: char| c.is_whitespace() || c == ';')
        .next()
        .unwrap_or_default();
    let instead = match command {
        "i" | "ir" | "include" => "put the statements into this file",
        "set" | "gset" => "write the value itself",
        "copy" | "." => "write INSERT … VALUES",
        "c" | "connect" => "a migration runs in the database that it is started for: remove it",
        "echo" | "qecho" | "warn" => "write RAISE NOTICE in a DO block, or remove it",
        "if" | "elif" | "else" | "endif" => "write IF in a DO block",
        _ => "remove it",
    };
    format!("`\\{command}` is a psql meta-command, not SQL: {instead}")
}

/// The steps of a text, or the first place that none can be made of, and why.
fn steps(text: &str) -> Result<Vec<Step>, (usize, String)> {
    let mut steps: Vec<Step> = Vec::new();
    let mut block: Option<Step> = None;
    for statement in statement::statements(text) {
        let Statement { range, kind } =
            statement.map_err(|cause| (cause.offset, lexer_message(text, &cause)))?;
        let start = range.start;
        let refuse = |refusal: Refusal| Err((start, refusal.to_string()));
        match (kind, &mut block) {
            (Kind::Refused(refusal), _) => return refuse(refusal),
            (Kind::Begin, None) => {
                let kind = StepKind::Transaction { begin: Some(range) };
                block = Some(Step {
                    kind,
                    statements: Vec::new(),
                });
            }
            (Kind::Begin, Some(_)) => return refuse(Refusal::NestedBegin),
            (Kind::Commit, None) => return refuse(Refusal::StrayCommit),
            (Kind::Commit, Some(_)) => {
                steps.extend(block.take().filter(|step| !step.statements.is_empty()));
            }
            (Kind::Alone(_) | Kind::FreshSession, Some(_)) => {
                return refuse(Refusal::AloneInBlock);
            }
            (_, Some(step)) => step.statements.push(range),
            (Kind::Alone(reason), None) => steps.push(Step {
                kind: StepKind::Alone(reason),
                statements: vec![range],
            }),
            (Kind::FreshSession, None) => steps.push(Step {
                kind: StepKind::FreshSession,
                statements: vec![range],
            }),
            (Kind::Ordinary | Kind::Set, None) => push_ordinary(&mut steps, range),
        }
    }
    match block {
        Some(Step {
            kind: StepKind::Transaction { begin: Some(begin) },
            ..
        }) => Err((begin.start, Refusal::UnclosedBegin.to_string())),
        _ => Ok(steps),
    }
}

/// Adds a statement to the transaction step before it, unless that one is the file's own.
fn push_ordinary(steps: &mut Vec<Step>, range: Range<usize>) {
    match steps.last_mut() {
        Some(Step {
            kind: StepKind::Transaction { begin: None },
            statements,
        }) => {
            statements.push(range);
        }
        _ => {
            let kind = StepKind::Transaction { begin: None };
            steps.push(Step {
                kind,
                statements: vec![range],
            });
        }
    }
}

/// Where a migration stands in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Not started.
    Pending,
    /// Stopped behind this many steps.
    Half {
        /// Steps that are done.
        steps_done: usize,
    },
    /// Done.
    Applied,
    /// Applied (or half applied), and the file's done part was changed since.
    Changed,
}

/// Why the files and the history do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// A file was changed after it was applied.
    #[error("{} was changed after it was applied", path.display())]
    Changed {
        /// The file as it is now.
        path: PathBuf,
        /// What the history says of it.
        row: Row,
        /// The checksum that the file (or its done part) has now.
        now: String,
    },
    /// The history holds a migration that has no file.
    #[error("{} is {}applied, and its file is not there", row.file_name(), if row.is_applied() { "" } else { "half " })]
    Missing {
        /// What the history says of it.
        row: Row,
    },
    /// A file has the number of an applied migration and another name.
    #[error("{} was applied under the name {}", path.display(), row.file_name())]
    Renamed {
        /// The file as it is now.
        path: PathBuf,
        /// What the history says of it.
        row: Row,
    },
    /// A later migration is applied already.
    #[error("{} is pending, but {} is applied already", path.display(), row.file_name())]
    OutOfOrder {
        /// The file that is still pending.
        path: PathBuf,
        /// The applied migration with the higher number.
        row: Row,
    },
}

/// Every migration's state, in order, and what does not fit.
pub fn compare(migrations: &[Migration], history: &History) -> (Vec<State>, Vec<Mismatch>) {
    let mut mismatches = Vec::new();
    let last = history.rows.last();
    let states = migrations
        .iter()
        .map(|migration| {
            let Some(row) = history.row(migration.file.version) else {
                if let Some(row) = last.filter(|row| row.version > migration.file.version) {
                    let path = migration.file.path.clone();
                    mismatches.push(Mismatch::OutOfOrder {
                        path,
                        row: row.clone(),
                    });
                }
                return State::Pending;
            };
            state(migration, row, &mut mismatches)
        })
        .collect();
    for row in &history.rows {
        if !migrations
            .iter()
            .any(|migration| migration.file.version == row.version)
        {
            mismatches.push(Mismatch::Missing { row: row.clone() });
        }
    }
    (states, mismatches)
}

fn state(migration: &Migration, row: &Row, mismatches: &mut Vec<Mismatch>) -> State {
    let path = migration.file.path.clone();
    if row.name != migration.file.name {
        mismatches.push(Mismatch::Renamed {
            path,
            row: row.clone(),
        });
        return State::Changed;
    }
    let now = match row.is_applied() {
        true => migration.file.checksum.clone(),
        // A file that lost steps which are done has nothing that could match.
        false => migration
            .done_part(row.steps_done)
            .map_or_else(|| migration.file.checksum.clone(), source::checksum),
    };
    if now != row.checksum {
        mismatches.push(Mismatch::Changed {
            path,
            row: row.clone(),
            now,
        });
        return State::Changed;
    }
    match row.is_applied() {
        true => State::Applied,
        false => State::Half {
            steps_done: row.steps_done,
        },
    }
}

/// Which of the pending migrations to run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Selection {
    /// All of them.
    #[default]
    All,
    /// Those up to and including this number.
    To(u32),
    /// This one, which must be the next.
    Only(u32),
}

/// A migration that is to run, from the step behind those that are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending<'a> {
    /// The migration.
    pub migration: &'a Migration,
    /// How many of its steps are done.
    pub steps_done: usize,
}

/// Why nothing can be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Files and history do not fit together; never empty.
    #[error("{}", .0.iter().map(Mismatch::to_string).collect::<Vec<_>>().join("; "))]
    Mismatch(Vec<Mismatch>),
    /// `--only` or `--to` names a number that no file has.
    #[error("there is no migration {0:03}")]
    NoSuchMigration(u32),
    /// `--only` names a migration while an earlier one is not applied.
    #[error("{asked:03} cannot be applied before {}", next.title())]
    NotNext {
        /// The one that was asked for.
        asked: u32,
        /// The first that is pending.
        next: File,
    },
}

/// What is left to run, in order.
pub fn plan<'a>(
    migrations: &'a [Migration],
    history: &History,
    selection: Selection,
) -> Result<Vec<Pending<'a>>, Error> {
    let (states, mismatches) = compare(migrations, history);
    if !mismatches.is_empty() {
        return Err(Error::Mismatch(mismatches));
    }
    if let Selection::To(version) | Selection::Only(version) = selection
        && !migrations
            .iter()
            .any(|migration| migration.file.version == version)
    {
        return Err(Error::NoSuchMigration(version));
    }
    let pending = migrations
        .iter()
        .zip(&states)
        .filter_map(|(migration, state)| match state {
            State::Pending => Some(Pending {
                migration,
                steps_done: 0,
            }),
            State::Half { steps_done } => Some(Pending {
                migration,
                steps_done: *steps_done,
            }),
            State::Applied | State::Changed => None,
        });
    let pending: Vec<Pending<'a>> = match selection {
        Selection::All => pending.collect(),
        Selection::To(to) => pending.filter(|p| p.migration.file.version <= to).collect(),
        Selection::Only(only) => pending
            .filter(|p| p.migration.file.version <= only)
            .collect(),
    };
    match (selection, pending.first()) {
        (Selection::Only(asked), Some(first)) if first.migration.file.version != asked => {
            Err(Error::NotNext {
                asked,
                next: first.migration.file.clone(),
            })
        }
        _ => Ok(pending),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

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
        }
    }

    fn history(rows: Vec<Row>) -> History {
        History { rows }
    }

    /// `T2` is a transaction of two statements, `A` one alone, `F` a fresh session.
    fn shape(text: &str) -> String {
        let migration = migration(1, text);
        let letters = migration.steps.iter().map(|step| match step.kind {
            StepKind::Transaction { begin: None } => format!("T{}", step.statements.len()),
            StepKind::Transaction { begin: Some(_) } => format!("B{}", step.statements.len()),
            StepKind::Alone(_) => "A".to_owned(),
            StepKind::FreshSession => "F".to_owned(),
        });
        letters.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn statements_are_grouped_into_steps() {
        let cases = [
            ("a; b; c", "T3"),
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
            "-- only a comment",
            ";;",
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
    fn only_what_is_left_is_planned() {
        let migrations = [
            migration(1, "a"),
            migration(2, "a; VACUUM; b"),
            migration(3, "c"),
        ];
        let plan_of = |rows: Vec<Row>, selection| -> Result<Vec<(u32, usize)>, Error> {
            let pending = plan(&migrations, &history(rows), selection)?;
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
            compare(&corrected, &rows()).0,
            [State::Half { steps_done: 1 }]
        );
        let changed = [migration(1, "a, changed;\nVACUUM;\nb")];
        assert_eq!(compare(&changed, &rows()).0, [State::Changed]);
        let nothing_left = [migration(1, "a; -- that is all")];
        assert_eq!(
            compare(&nothing_left, &rows()).0,
            [State::Half { steps_done: 1 }]
        );
        let two_done = history(vec![applied(&before, 2)]);
        assert_eq!(compare(&nothing_left, &two_done).0, [State::Changed]);
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
            let (_, mismatches) = compare(&migrations, &history(rows));
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
}
