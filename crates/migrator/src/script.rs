//! What is sent for a step: messages of SQL, and where in the file each statement of a message comes from. Pure.

pub(crate) mod session;

pub(crate) use session::set_lock_timeout;
pub use session::{LOCK_GIVEN_UP, SessionSettings};

use std::ops::Range;

use sql::quote::literal;
use sql::statement::{self, Reason};

use crate::history::{Begun, HistoryEntry, Kept, Mode, Writer};
use crate::message::Message;
use crate::plan::{Migration, StepKind};
use crate::recovery::{self, Journal};
use crate::source;

/// Which step to render, and how it is recorded.
#[derive(Debug, Clone, Copy)]
pub struct StepRef<'a> {
    /// The migration.
    pub migration: &'a Migration,
    /// Index of the step.
    pub index: usize,
    /// Whether the history has no row of this migration yet.
    pub is_new: bool,
    /// Where its transaction begins and ends, if it is one.
    pub bounds: Bounds,
    /// The history's quoted name.
    pub table: &'a str,
    /// Who runs it.
    pub applied_by: &'a str,
    /// With or without TimescaleDB.
    pub mode: Mode,
    /// How a migration's session starts.
    pub session: &'a SessionSettings,
    /// What the history must record about the other migrations when the step is recorded; `None` if none of its statements is sent.
    pub kept: Option<Kept>,
}

/// Whether a step's transaction is begun and committed with it, or is part of a longer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// It begins the transaction.
    pub begins: bool,
    /// It commits the transaction.
    pub commits: bool,
}

impl Bounds {
    /// A separate transaction.
    pub const OWN: Bounds = Bounds {
        begins: true,
        commits: true,
    };
}

/// What starts the session of the first step: a message of settings, if there are any.
///
/// It is separate from the file's text because the server parses a whole message before it runs any of it, and would parse the strings
/// under the settings of an earlier file.
pub fn start(step: StepRef<'_>) -> Option<Message> {
    let mut message = Message::default();
    let planned = step.migration.steps.get(step.index);
    let is_fresh = planned.is_some_and(|planned| planned.kind == StepKind::FreshSession);
    if !is_fresh {
        // A new session needs no reset, and RESET would undo what keeps the library out of it.
        let start = step.session.start();
        start.iter().for_each(|sql| message.push(sql, None));
    }
    // Recording a file that has no step left needs none of the file's settings.
    let settings = planned.map(|_| step.migration.session_settings(step.index));
    for sql in settings.into_iter().flatten() {
        message.push(sql, None);
        step.push_parameters_behind(&mut message, sql);
    }
    Some(message).filter(|message| !message.statements.is_empty())
}

/// How many bytes of statements a message of a transaction holds at most, unless one statement is longer.
///
/// A driver and the server each hold several copies of a message. Steps that are longer than this are few, and take so long that a round
/// trip more is nothing.
const PART: usize = 8 << 20;

/// Renders a step as a transaction, with its history update: one message, or several if it is long.
pub fn transaction(step: StepRef<'_>) -> impl Iterator<Item = Message> {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let part = part(step, next?);
        next = part.next;
        Some(part.message)
    })
}

/// A message of a step's transaction.
#[derive(Debug)]
pub struct Part {
    /// The message.
    pub message: Message,
    /// The statement that the next message begins with; `None` after the last.
    pub next: Option<usize>,
}

/// The message of a step's transaction that begins with the statement `first`.
pub fn part(step: StepRef<'_>, first: usize) -> Part {
    step.part(first, PART)
}

/// Renders a step as a statement that runs alone: its intent, the statement, its completion. `reason` is why.
pub fn alone(step: StepRef<'_>, reason: Option<Reason>) -> Vec<Message> {
    if step.migration.gives_up_lock(step.index) {
        step.without_lock()
    } else {
        step.alone(reason == Some(Reason::Concurrently))
    }
}

/// Records as done a step that is known to have run, without sending its statement.
pub fn complete(step: StepRef<'_>) -> Message {
    let mut message = Message::default();
    step.push_completion(&mut message);
    if step.is_last() {
        let start = step.session.start();
        start.iter().for_each(|sql| message.push(sql, None));
    }
    message
}
/// Records a migration as applied if its file has no step after the completed ones, or none at all.
pub fn finish(step: StepRef<'_>) -> Message {
    let mut message = Message::default();
    let is_part = step.bounds != Bounds::OWN;
    if is_part && step.bounds.begins {
        message.push("BEGIN", None);
    }
    let record = step.record(step.migration.steps.len(), step.is_new);
    message.push(&record, None);
    if is_part && step.bounds.commits {
        message.push("COMMIT", None);
    }
    message
}

impl StepRef<'_> {
    fn part(&self, first: usize, longest: usize) -> Part {
        let mut message = Message::default();
        if first == 0 {
            self.push_begin(&mut message);
        }
        let statements = &self.migration.steps[self.index].statements;
        for (at, range) in statements.iter().enumerate().skip(first) {
            if at > first && message.text.len() + range.len() > longest {
                let next = Some(at);
                return Part { message, next };
            }
            self.push_source(&mut message, range);
            self.push_parameters_behind(&mut message, &self.migration.file.text[range.clone()]);
        }
        // The role that the file switched to may not be able to read the history.
        for sql in self.own_role() {
            message.push(sql, None);
        }
        let own = (!self.is_new).then_some(self.migration.file.version);
        let kept = self.kept.and_then(|kept| {
            if self.bounds.begins {
                Some(kept.check_if_written(self.table, own))
            } else {
                let is_worth_it = self.bounds.commits || kept.is_small();
                is_worth_it.then(|| kept.check(self.table, own, Writer::Run))
            }
        });
        message.push(&self.session.holds_lock(kept), None);
        if let Some(check) = self.mode.check() {
            message.push(check, None);
        }
        message.push(&self.record(self.index + 1, self.is_new), None);
        if self.bounds.commits {
            message.push("COMMIT", None);
        }
        self.push_reset(&mut message);
        let next = None;
        Part { message, next }
    }

    fn push_begin(&self, message: &mut Message) {
        let begin = match &self.migration.steps[self.index].kind {
            StepKind::Transaction { begin } => begin.as_ref(),
            _ => None,
        };
        match begin {
            _ if !self.bounds.begins => {}
            Some(range) => self.push_source(message, range),
            None => message.push("BEGIN", None),
        }
    }

    /// `waits_aside` if it waits for locks that no session queues for, and would start over after a timeout: a concurrent index build waits
    /// for other transactions. The file's own `lock_timeout` is kept.
    fn alone(&self, waits_aside: bool) -> Vec<Message> {
        let settings = self.migration.session_settings(self.index);
        let is_set = settings.iter().any(|text| text.contains("lock_timeout"));
        let waits_aside = waits_aside && !is_set;
        let mut intent = Message::default();
        let checksum = self.migration.checksum(self.index);
        let text = self.migration.text_of(self.index);
        let of_text = source::checksum(text);
        let journal = Journal {
            table: self.table,
            version: self.migration.file.version,
        };
        let entry = HistoryEntry {
            begun: Some(if recovery::outlives_its_file(text, &journal) {
                Begun::Statement(text)
            } else {
                Begun::Checksum(&of_text)
            }),
            ..self.history_entry(self.index, &checksum)
        };
        let begin = if self.is_new {
            entry.insert()
        } else {
            entry.begin()
        };
        self.push_record(&mut intent, &[&begin]);
        if waits_aside {
            intent.push(&set_lock_timeout(self.session.patience), None);
        }
        vec![intent, self.statement(), self.completion(waits_aside)]
    }

    fn statement(&self) -> Message {
        let mut statement = Message::default();
        for range in &self.migration.steps[self.index].statements {
            self.push_source(&mut statement, range);
        }
        statement
    }

    /// A statement that releases the lock is recorded before it is sent: afterwards another runner may be active. It only affects the
    /// session, which an interrupted run loses as well.
    fn without_lock(&self) -> Vec<Message> {
        let mut record = Message::default();
        self.push_record(&mut record, &[&self.record(self.index + 1, self.is_new)]);
        vec![record, self.statement()]
    }

    fn completion(&self, waited_aside: bool) -> Message {
        let mut completion = Message::default();
        self.push_completion(&mut completion);
        if self.is_last() {
            self.push_reset(&mut completion);
        } else if waited_aside {
            completion.push(&set_lock_timeout(self.session.lock_timeout), None);
        }
        completion
    }

    /// Records that a statement that runs alone is done, if the session still holds the lock.
    fn push_completion(&self, message: &mut Message) {
        message.push(&self.session.holds_lock(None), None);
        let own = self.migration.file.version;
        let kept = self.kept.map(|kept| {
            let check = kept.check(self.table, Some(own), Writer::Alone(own));
            format!("DO {}", literal(&format!("BEGIN {check} END")))
        });
        let record = self.record(self.index + 1, false);
        let statements: Vec<&str> = kept.iter().chain([&record]).map(String::as_str).collect();
        self.push_record(message, &statements);
    }

    /// Writes the history outside a step's transaction; in a separate one if the session's reset follows, which may fail.
    fn push_record(&self, message: &mut Message, record: &[&str]) {
        let own_role = self.own_role();
        let statements = if own_role.is_empty() && !self.is_last() {
            record.to_vec()
        } else {
            [&["BEGIN"], own_role.as_slice(), record, &["COMMIT"]].concat()
        };
        statements.iter().for_each(|sql| message.push(sql, None));
    }

    fn is_last(&self) -> bool {
        self.index + 1 == self.migration.steps.len()
    }

    /// After the migration's last step, puts the session into the state that the next migration expects.
    fn push_reset(&self, message: &mut Message) {
        if !self.is_last() {
            return;
        }
        let clear = self.session.clear();
        clear.iter().for_each(|sql| message.push(sql, None));
        // In the transaction of all migrations a failure would undo them, and no other session could follow.
        if self.bounds.commits {
            let parameters = statement::qualified_parameters(&self.migration.file.text);
            message.push(&self.session.end(parameters), None);
        }
    }

    /// The role that the file switched to may not be able to write the history: this restores, for the rest of the transaction, the role
    /// with which the session started.
    fn own_role(&self) -> Vec<&'static str> {
        // A statement that ends the session's settings is recorded while they hold.
        let ends_them = self.migration.gives_up_lock(self.index);
        let settings = self
            .migration
            .session_settings(self.index + usize::from(!ends_them));
        let sets = |name: &str| {
            let mut words = settings.iter().flat_map(|text| text.split_whitespace());
            words.any(|word| word.eq_ignore_ascii_case(name))
        };
        let mut own = Vec::new();
        if sets("authorization") {
            own.push("SET LOCAL SESSION AUTHORIZATION DEFAULT");
        }
        if sets("role") {
            own.push("SET LOCAL role TO DEFAULT");
        }
        own
    }

    fn push_parameters_behind(&self, message: &mut Message, sql: &str) {
        if statement::resets_all(sql) {
            let parameters = self.session.parameters();
            parameters.iter().for_each(|sql| message.push(sql, None));
        }
    }

    fn push_source(&self, message: &mut Message, range: &Range<usize>) {
        message.push(self.migration.sent(range), Some(range.clone()));
        if let Some(sent) = message.statements.last_mut() {
            sent.rewriting = self.migration.rewritten.get(&range.start).cloned();
        }
    }

    fn record(&self, steps_done: usize, insert: bool) -> String {
        let checksum = self.migration.checksum(steps_done);
        let entry = self.history_entry(steps_done, &checksum);
        if insert {
            entry.insert()
        } else {
            entry.update(self.index)
        }
    }

    /// The migration's new row; an entry that only journals needs no checksum.
    pub(crate) fn history_entry<'s>(
        &'s self,
        steps_done: usize,
        checksum: &'s str,
    ) -> HistoryEntry<'s> {
        HistoryEntry {
            table: self.table,
            version: self.migration.file.version,
            name: &self.migration.file.name,
            checksum,
            steps: self.migration.steps.len(),
            steps_done,
            applied_by: self.applied_by,
            mode: self.mode,
            begun: None,
        }
    }
}

#[cfg(test)]
mod tests;
