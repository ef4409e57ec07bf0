//! From files and history to the steps that are left to run. Pure: nothing here reads files or asks a server.

mod ahead;
mod all_or_nothing;
mod fit;
mod plain;
mod size;
mod state;

pub use ahead::{Ahead, NewerDatabase, newer};
pub use all_or_nothing::{NotAllOrNothing, check_all_or_nothing};
pub use fit::fit;
pub(crate) use fit::{Division, divided_at};
pub(crate) use plain::is_unseen;
pub use plain::plain;
pub use size::{LONGEST_STEP, TooLong, check_sizes};
pub use state::{Comparison, Mismatch, State, compare};

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use sql::lexer;
use sql::rewriting::Rewriting;
use sql::statement::{self, Kind, Reason, Refusal, Statement};

use crate::history::{History, Row, Times};
use crate::question::{self, Question};
use crate::sections;
use crate::source::{self, File, Lines, TextError};

/// A migration file with its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// The file that it was read from; shared, because it may be long and plans are copied.
    pub file: Arc<File>,
    /// Its units, in the file's order; none if the file has no statement.
    pub steps: Vec<Step>,
    /// What plain mode sends instead of statements that PostgreSQL does not know, by their first byte.
    pub rewritten: BTreeMap<usize, Rewriting>,
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
    /// All statements and their history update in one transaction; the range is the file's `BEGIN`, if it has one.
    Transaction {
        /// The explicit `BEGIN …` of the file, which may set an isolation level.
        begin: Option<Range<usize>>,
    },
    /// One statement that the server refuses in a transaction block.
    Alone(Reason),
    /// One statement for which only the catalog shows whether the server refuses it in a transaction block: checked right before it runs.
    Asked(Question),
    /// `ALTER EXTENSION timescaledb UPDATE`, which must be the first statement of its session.
    FreshSession,
}

/// Which step of which migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepId {
    /// The migration's number.
    pub version: u32,
    /// Index of the step.
    pub index: usize,
}

/// A temporary table, view or sequence that a step makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Temporary {
    /// Its name.
    pub name: String,
    /// Index of the step.
    pub step: usize,
}

impl Step {
    /// Bytes from the first statement to the end of the last.
    pub fn range(&self) -> Range<usize> {
        let end = self.statements.last().map_or(0, |range| range.end);
        self.statements.first().map_or(0, |range| range.start)..end
    }
}

impl Migration {
    /// Splits a file into its steps.
    pub fn parse(file: File) -> Result<Migration, TextError> {
        let steps =
            steps(&file.text).map_err(|wrong| TextError::at(&file, wrong.offset, wrong.message))?;
        Ok(Migration {
            file: Arc::new(file),
            steps,
            rewritten: BTreeMap::new(),
        })
    }

    /// What is sent for a statement of the text.
    pub fn sent(&self, statement: &Range<usize>) -> &str {
        match self.rewritten.get(&statement.start) {
            Some(rewriting) => &rewriting.text,
            None => &self.file.text[statement.clone()],
        }
    }

    /// The checksum that the history holds once `steps_done` steps are done: over the whole file if that is all of them, else over its
    /// completed part, so that the rest may still be corrected.
    pub fn checksum(&self, steps_done: usize) -> String {
        if steps_done >= self.steps.len() {
            self.file.checksum.clone()
        } else {
            source::checksum(self.done_part(steps_done).unwrap_or_default())
        }
    }

    /// The history's row once the migration is applied, without a time.
    pub(crate) fn applied(&self, applied_by: &str, mode: &str) -> Row {
        Row {
            version: self.file.version,
            name: self.file.name.clone(),
            checksum: self.file.checksum.clone(),
            steps: self.steps.len(),
            steps_done: self.steps.len(),
            applied_at: None,
            applied_by: applied_by.to_owned(),
            duration_ms: None,
            mode: mode.to_owned(),
            step_started_at: None,
            step_checksum: None,
            step_statement: None,
            times: Times::default(),
        }
    }

    /// The text up to the end of the last of `steps_done` steps; `None` if the file has fewer.
    fn done_part(&self, steps_done: usize) -> Option<&str> {
        let end = match steps_done.checked_sub(1) {
            Some(last) => self.steps.get(last)?.range().end,
            None => 0,
        };
        Some(&self.file.text[..end])
    }

    /// What to ask the catalog about a step before it runs.
    pub fn question(&self, step: &Step) -> Option<Question> {
        match &step.kind {
            StepKind::Asked(question) => Some(question.clone()),
            StepKind::Alone(Reason::Concurrently) => question::of(&self.file.text[step.range()]),
            _ => None,
        }
    }

    /// File, line and column of a byte of the text.
    pub fn place(&self, offset: usize) -> String {
        let place = source::position(&self.file.text[..offset]);
        format!("{}:{place}", self.file.path.display())
    }

    /// The lines of a step.
    pub fn lines(&self, step: &Step) -> Lines {
        self.lines_of(&step.range())
    }

    /// The lines of a range of the text.
    pub fn lines_of(&self, range: &Range<usize>) -> Lines {
        let line = |offset| source::position(&self.file.text[..offset]).line;
        Lines {
            first: line(range.start),
            last: line(range.end),
        }
    }

    /// The bytes of the step at an index; the start of the file if it has no such step, such as a file that lost its last steps.
    pub fn range(&self, index: usize) -> Range<usize> {
        self.steps.get(index).map_or(0..0, Step::range)
    }

    /// The text of the step at an index; empty if the file has no such step.
    pub(crate) fn text_of(&self, index: usize) -> &str {
        &self.file.text[self.range(index)]
    }

    /// `SET` statements of the first `steps_done` steps, which a new session must repeat before the next one.
    pub fn session_settings(&self, steps_done: usize) -> Vec<&str> {
        let mut settings = Vec::new();
        let done = &self.steps[..steps_done.min(self.steps.len())];
        for range in done.iter().flat_map(|step| &step.statements) {
            let text = &self.file.text[range.clone()];
            if statement::is_setting(text) {
                settings.push(text);
            } else if statement::discards_all(text) {
                settings.clear();
            }
        }
        settings
    }

    /// The temporary relation of this name that one of the first `steps_done` steps made.
    pub(crate) fn made_temporary(
        &self,
        steps_done: usize,
        is_named: impl Fn(&str) -> bool,
    ) -> Option<Temporary> {
        let steps = self.steps.iter().take(steps_done).enumerate();
        let mut made = steps.flat_map(|(index, step)| {
            let names = step.statements.iter();
            let names =
                names.filter_map(|range| statement::temporary(&self.file.text[range.clone()]));
            names.map(move |name| Temporary { name, step: index })
        });
        made.find(|made| is_named(&made.name))
    }

    /// Whether a step releases the lock that excludes other runs.
    pub(crate) fn gives_up_lock(&self, step: usize) -> bool {
        let step = self.steps.get(step);
        step.is_some_and(|step| statement::discards_all(&self.file.text[step.range()]))
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
        "copy" | "." => "write INSERT … VALUES, as `pg_dump --inserts` does",
        "restrict" | "unrestrict" => {
            "write it with its key on a separate line, between two statements"
        }
        "c" | "connect" => "a migration runs in the database that it is started for: remove it",
        "echo" | "qecho" | "warn" => "write RAISE NOTICE in a DO block, or remove it",
        "if" | "elif" | "else" | "endif" => "write IF in a DO block",
        _ => "remove it",
    };
    format!("`\\{command}` is a psql meta-command, not SQL: {instead}")
}

/// Why a text cannot be divided into steps.
struct Wrong {
    /// The first place that no step can contain.
    offset: usize,
    message: String,
}

impl Wrong {
    fn refused(offset: usize, refusal: Refusal) -> Wrong {
        Wrong {
            offset,
            message: refusal.to_string(),
        }
    }
}

/// The steps of a text.
fn steps(text: &str) -> Result<Vec<Step>, Wrong> {
    let mut steps: Vec<Step> = Vec::new();
    let mut block: Option<Step> = None;
    for statement in statement::statements(text) {
        let Statement { range, kind } = statement.map_err(|cause| Wrong {
            offset: cause.offset,
            message: lexer_message(text, &cause),
        })?;
        let start = range.start;
        let refuse = |refusal: Refusal| Err(Wrong::refused(start, refusal));
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
            (Kind::Ordinary, None) if question::may_ask(&text[range.clone()]) => {
                match question::of(&text[range.clone()]) {
                    Some(question) => steps.push(Step {
                        kind: StepKind::Asked(question),
                        statements: vec![range],
                    }),
                    None => push_ordinary(&mut steps, text, range),
                }
            }
            (Kind::Ordinary | Kind::Set, None) => push_ordinary(&mut steps, text, range),
        }
    }
    match block {
        Some(Step {
            kind: StepKind::Transaction { begin: Some(begin) },
            ..
        }) => Err(Wrong::refused(begin.start, Refusal::UnclosedBegin)),
        _ => Ok(steps),
    }
}

/// Adds a statement to the transaction step before it, unless that one is the file's own, or adds a value to an enum, which nothing may
/// use in the same transaction.
fn push_ordinary(steps: &mut Vec<Step>, text: &str, range: Range<usize>) {
    let adds = |range: &Range<usize>| statement::adds_enum_value(&text[range.clone()]);
    match steps.last_mut() {
        Some(Step {
            kind: StepKind::Transaction { begin: None },
            statements,
        }) if !statements.last().is_some_and(adds) || adds(&range) => {
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

impl Selection {
    /// Whether a migration with this number may run.
    pub fn admits(self, version: u32) -> bool {
        match self {
            Selection::All => true,
            Selection::To(last) | Selection::Only(last) => version <= last,
        }
    }
}

/// A migration that is to run, starting after the completed steps.
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
    /// Files and history do not match; never empty.
    #[error("{}", .0.iter().map(Mismatch::to_string).collect::<Vec<_>>().join("; "))]
    Mismatch(Vec<Mismatch>),
    /// `--only` or `--to` names a number that no file has.
    #[error("there is no migration {0:03}")]
    NoSuchMigration(u32),
    /// `--only` names a migration while an earlier one is not applied.
    #[error("{asked:03} cannot be applied before {}", next.title())]
    NotNext {
        /// The requested one.
        asked: u32,
        /// The first that is pending.
        next: File,
    },
    /// A file that would run contains another tool's down section.
    #[error(transparent)]
    Section(Box<TextError>),
}

/// What is left to run, in order.
pub fn plan<'a>(
    migrations: &'a [Migration],
    history: &History,
    selection: Selection,
    ahead: Ahead,
) -> Result<Vec<Pending<'a>>, Error> {
    let Comparison { states, mismatches } = compare(migrations, history);
    let accepted = ahead == Ahead::Start && newer(migrations, history).is_some();
    if !mismatches.is_empty() && !accepted {
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
    let pending: Vec<Pending<'a>> = pending
        .filter(|p| selection.admits(p.migration.file.version))
        .collect();
    match (selection, pending.first()) {
        (Selection::Only(asked), Some(first)) if first.migration.file.version != asked => {
            Err(Error::NotNext {
                asked,
                next: File::clone(&first.migration.file),
            })
        }
        _ => match pending
            .iter()
            .find_map(|p| sections::refuse(&p.migration.file))
        {
            // What is applied stays as it was: its file must not change.
            Some(error) => Err(Error::Section(Box::new(error))),
            None => Ok(pending),
        },
    }
}

#[cfg(test)]
mod tests;
