//! What is sent for a step: messages of SQL, and where in the file each statement of a message comes from. Pure.

use std::ops::Range;

use crate::history::Progress;
use crate::plan::{Migration, StepKind};

/// One message to the server: a query string that runs as one unit where it holds a `BEGIN`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// The SQL, each statement on lines of its own and ended by a semicolon.
    pub text: String,
    /// Its statements in order.
    pub statements: Vec<Sent>,
}

/// One statement of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its bytes in the message.
    pub range: Range<usize>,
    /// Its bytes in the migration's text; `None` for what the runner adds.
    pub source: Option<Range<usize>>,
}

impl Message {
    fn push(&mut self, sql: &str, source: Option<Range<usize>>) {
        let start = self.text.len();
        self.text.push_str(sql);
        self.statements.push(Sent {
            range: start..self.text.len(),
            source,
        });
        self.text.push_str(";\n");
    }

    /// Index of the statement that holds a byte of this message.
    pub fn statement_at(&self, byte: usize) -> Option<usize> {
        self.statements
            .iter()
            .position(|sent| sent.range.start <= byte && byte <= sent.range.end)
    }

    /// The byte of the migration's text that a byte of this message stands for.
    pub fn source_offset(&self, byte: usize) -> Option<usize> {
        let sent = &self.statements[self.statement_at(byte)?];
        Some(sent.source.as_ref()?.start + (byte - sent.range.start))
    }
}

/// What is sent for one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The messages, in order.
    pub messages: Vec<Message>,
    /// Index of the message that needs a session of its own.
    pub fresh_session: Option<usize>,
}

/// How the session of a migration starts: parameters that an earlier migration set are put back, and strings mean what the lexer took them
/// to mean. It goes at the end of each migration's last message, so that a file costs no round trip more.
pub(crate) const SESSION: [&str; 4] = [
    "RESET SESSION AUTHORIZATION",
    "RESET ROLE",
    "RESET ALL",
    "SET standard_conforming_strings = on",
];

/// Which step to render, and how it is recorded.
#[derive(Debug, Clone, Copy)]
pub struct StepRef<'a> {
    /// The migration.
    pub migration: &'a Migration,
    /// Index of the step.
    pub index: usize,
    /// Whether no step before it has left the session as a migration finds it: it is the first of the run, or goes on half-way.
    pub starts_session: bool,
    /// Whether the history has no row of this migration yet.
    pub is_new: bool,
    /// The history's quoted name.
    pub table: &'a str,
    /// Who runs it.
    pub applied_by: &'a str,
}

/// Renders a step: one message for a transaction; for a statement that runs alone its intent, the
/// statement and its completion. The first step of a session begins with a message of settings.
pub fn render(step: StepRef<'_>) -> Script {
    let plan = &step.migration.steps[step.index];
    match &plan.kind {
        StepKind::Transaction { begin } => {
            // Apart from the file's text: the server reads a whole message before it runs any of
            // it, and would still read the strings as an earlier file has set it to.
            let mut session = Message::default();
            step.push_session(&mut session);
            let mut messages = vec![session, step.transaction(begin.as_ref())];
            messages.retain(|message| !message.statements.is_empty());
            Script {
                messages,
                fresh_session: None,
            }
        }
        StepKind::Alone(_) => Script {
            messages: step.alone(),
            fresh_session: None,
        },
        StepKind::FreshSession => {
            let messages = step.alone();
            let fresh_session = Some(messages.len() - 2);
            Script {
                messages,
                fresh_session,
            }
        }
    }
}

/// Records a migration as applied whose file has no step left behind those that are done.
pub fn finish(step: StepRef<'_>) -> Script {
    let mut message = Message::default();
    message.push(&step.record(step.migration.steps.len(), false), None);
    Script {
        messages: vec![message],
        fresh_session: None,
    }
}

impl StepRef<'_> {
    fn transaction(&self, begin: Option<&Range<usize>>) -> Message {
        let mut message = Message::default();
        match begin {
            Some(range) => self.push_source(&mut message, range),
            None => message.push("BEGIN", None),
        }
        for range in &self.migration.steps[self.index].statements {
            self.push_source(&mut message, range);
        }
        for sql in self.own_role() {
            message.push(sql, None);
        }
        message.push(&self.record(self.index + 1, self.is_new), None);
        message.push("COMMIT", None);
        self.push_reset(&mut message);
        message
    }

    fn alone(&self) -> Vec<Message> {
        let mut intent = Message::default();
        self.push_session(&mut intent);
        if self.is_new {
            intent.push(&self.record(self.index, true), None);
        }
        let mut statement = Message::default();
        for range in &self.migration.steps[self.index].statements {
            self.push_source(&mut statement, range);
        }
        let record = self.record(self.index + 1, false);
        let mut completion = Message::default();
        match self.own_role().as_slice() {
            [] => completion.push(&record, None),
            own_role => {
                let parts = [&["BEGIN"], own_role, &[&record, "COMMIT"]];
                parts
                    .concat()
                    .iter()
                    .for_each(|sql| completion.push(sql, None));
            }
        }
        self.push_reset(&mut completion);
        let mut messages = vec![intent, statement, completion];
        messages.retain(|message| !message.statements.is_empty());
        messages
    }

    fn push_session(&self, message: &mut Message) {
        if !self.starts_session {
            return;
        }
        for sql in SESSION
            .into_iter()
            .chain(self.migration.session_settings(self.index))
        {
            message.push(sql, None);
        }
    }

    /// Behind the migration's last step, the session as the next migration is to find it.
    fn push_reset(&self, message: &mut Message) {
        if self.index + 1 == self.migration.steps.len() {
            SESSION.iter().for_each(|sql| message.push(sql, None));
        }
    }

    /// Whom the file has become may not write the history: what makes the session, for the rest of
    /// the transaction, who it was at its start.
    fn own_role(&self) -> Vec<&'static str> {
        let settings = self.migration.session_settings(self.index + 1);
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

    fn push_source(&self, message: &mut Message, range: &Range<usize>) {
        message.push(
            &self.migration.file.text[range.clone()],
            Some(range.clone()),
        );
    }

    fn record(&self, steps_done: usize, insert: bool) -> String {
        let progress = Progress {
            table: self.table,
            version: self.migration.file.version,
            name: &self.migration.file.name,
            checksum: &self.migration.checksum(steps_done),
            steps: self.migration.steps.len(),
            steps_done,
            applied_by: self.applied_by,
        };
        if insert {
            progress.insert()
        } else {
            progress.update()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::File;

    fn rendered(text: &str, new: bool) -> String {
        let file = File::new(Path::new("001_a.sql"), text.as_bytes().to_vec()).unwrap();
        let migration = Migration::parse(file).unwrap();
        let mut out = String::new();
        for index in 0..migration.steps.len() {
            let script = render(StepRef {
                migration: &migration,
                index,
                starts_session: index == 0,
                is_new: new && index == 0,
                table: "public.schema_migrations",
                applied_by: "o'brien",
            });
            for (number, message) in script.messages.iter().enumerate() {
                let fresh = if script.fresh_session == Some(number) {
                    " (fresh session)"
                } else {
                    ""
                };
                out += &format!("-- step {}, message {}{fresh}\n", index + 1, number + 1);
                out += &message.text;
            }
        }
        out
    }

    #[test]
    fn a_step_becomes_messages() {
        let text = "-- why\nSET search_path = app;\nCREATE TABLE t (a int); -- one\n\nVACUUM;\n\
                    BEGIN ISOLATION LEVEL SERIALIZABLE;\nINSERT INTO t VALUES (1);\nCOMMIT;\n\
                    ALTER EXTENSION timescaledb UPDATE;";
        insta::assert_snapshot!(rendered(text, true));
    }

    #[test]
    fn a_migration_that_starts_alone_journals_its_intent() {
        insta::assert_snapshot!(rendered("VACUUM", true));
    }

    #[test]
    fn a_file_s_role_does_not_record_it() {
        insta::assert_snapshot!(rendered("SET ROLE app;\nSELECT 1;\nVACUUM;", true));
    }

    #[test]
    fn a_byte_of_a_message_is_a_byte_of_the_file() {
        let text = "  CREATE TABLE t ();\n\n  CREATE INDEX ON t (b);";
        let file = File::new(Path::new("001_a.sql"), text.as_bytes().to_vec()).unwrap();
        let migration = Migration::parse(file).unwrap();
        let script = render(StepRef {
            migration: &migration,
            index: 0,
            starts_session: true,
            is_new: true,
            table: "t",
            applied_by: "u",
        });
        let message = &script.messages[1];
        let byte = message.text.find("(b)").unwrap();
        assert_eq!(message.source_offset(byte), text.find("(b)"));
        assert_eq!(message.source_offset(0), None);
    }
}
