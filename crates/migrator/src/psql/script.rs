//! The one file that psql includes: all messages of a run, each after a gate that opens for the line `true` on psql's standard input. Pure.
//!
//! One file, because creating a file for each message and copying them into a container takes longer than running them. Gates, because a
//! killed runner must not leave a psql that continues alone: at the end of its input a gate is an error, and psql exits.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write};

use crate::message::Message;

/// The variable that takes the answer at a gate; it is gone again before a message could see it.
const GATE: &str = "migrate_gate";

/// What is sent to run a message.
pub(super) const RUN: &str = "true\n";
/// What is sent to skip a message.
pub(super) const PASS: &str = "false\n";

/// Which messages are in the file, and where.
#[derive(Debug, Default)]
pub(super) struct Script {
    places: Vec<MessagePosition>,
}

/// Where a message is.
#[derive(Debug)]
struct MessagePosition {
    /// Of its text, which is in the file and need not be held beside it.
    digest: u64,
    /// How many lines of the file come before it.
    lines: usize,
}

impl Script {
    /// Writes messages to the file; `mark` is printed after each that ran, on both of psql's streams.
    pub(super) fn write(
        messages: &mut dyn Iterator<Item = Message>,
        mark: &str,
        file: &mut impl Write,
    ) -> io::Result<Script> {
        let mut script = Script::default();
        let mut lines = 0;
        for message in messages {
            let head = format!("\\prompt {GATE}\n\\if :{GATE}\n\\unset {GATE}\n\\o /dev/null\n");
            let tail = format!("\\o\n\\echo {mark} false\n\\warn {mark}\n\\endif\n");
            lines += newlines(&head);
            let digest = digest(&message.text);
            script.places.push(MessagePosition { digest, lines });
            for text in [&head, &message.text, &tail] {
                file.write_all(text.as_bytes())?;
            }
            lines += newlines(&message.text) + newlines(&tail);
        }
        writeln!(file, "\\unset {GATE}")?;
        file.flush()?;
        Ok(script)
    }

    /// How many messages, and so gates, it has.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The first message from index `from` on that has this text.
    pub(super) fn find(&self, message: &Message, from: usize) -> Option<usize> {
        let digest = digest(&message.text);
        let is_it = |place: &MessagePosition| place.digest == digest;
        let later = self.places.get(from..)?;
        later.iter().position(is_it).map(|index| from + index)
    }

    /// The line of a message that a line of the file is; both count from 1.
    pub(super) fn line_of(&self, index: usize, line: usize) -> usize {
        line.saturating_sub(self.places[index].lines)
    }
}

/// Tells the messages of one run apart, which are ours.
fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn newlines(text: &str) -> usize {
    text.matches('\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Message {
        Message {
            text: text.to_owned(),
            statements: Vec::new(),
        }
    }

    /// The file of these messages.
    fn written(messages: &[Message]) -> (Script, String) {
        let mut file = Vec::new();
        let mut messages = messages.iter().cloned();
        let script = Script::write(&mut messages, "done", &mut file).unwrap();
        (script, String::from_utf8(file).unwrap())
    }

    #[test]
    fn each_message_stands_behind_a_gate() {
        let messages = [
            message("BEGIN;\nSELECT 1;\nCOMMIT;\n"),
            message("VACUUM;\n"),
        ];
        insta::assert_snapshot!(written(&messages).1);
    }

    #[test]
    fn equal_messages_are_found_one_after_the_other() {
        let [a, b] = [message("VACUUM;\n"), message("ANALYZE;\n")];
        let (script, _) = written(&[a.clone(), b.clone(), a.clone()]);
        let found = [(&a, 0), (&a, 1), (&b, 0), (&b, 2), (&a, 3)];
        assert_eq!(
            found.map(|(message, from)| script.find(message, from)),
            [Some(0), Some(2), Some(1), None, None]
        );
        assert_eq!(script.len(), 3);
    }

    #[test]
    fn a_line_of_the_file_is_a_line_of_its_message() {
        let messages = [message("SELECT 1;\n"), message("SELECT 2;\nSELECT 3;\n")];
        let (script, text) = written(&messages);
        let line = 1 + text.lines().position(|line| line == "SELECT 3;").unwrap();
        assert_eq!(script.line_of(1, line), 2);
    }
}
