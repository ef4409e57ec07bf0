//! A statement with some ranges of bytes replaced, and where each byte of the new text came from.

use std::ops::Range;

/// A statement as it is sent instead of the one in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewriting {
    /// The text to send.
    pub text: String,
    /// How it was derived from the statement's text, from the first byte to the last; empty if nothing had to change.
    pub edits: Vec<Edit>,
}

/// One replaced range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Bytes of the statement as it was written.
    pub range: Range<usize>,
    /// What is sent in their place.
    pub replacement: String,
    /// Why, for a person.
    pub reason: &'static str,
}

impl Rewriting {
    /// The statement with these edits, which come in any order and do not overlap.
    pub fn new(statement: &str, mut edits: Vec<Edit>) -> Rewriting {
        edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let mut text = String::with_capacity(statement.len());
        let mut done = 0;
        for edit in &edits {
            text.push_str(&statement[done..edit.range.start]);
            text.push_str(&edit.replacement);
            done = edit.range.end;
        }
        text.push_str(&statement[done..]);
        Rewriting { text, edits }
    }

    /// The byte of the statement as it was written that a byte of the text came from: of a replacement, the first byte of its range.
    pub fn origin(&self, byte: usize) -> usize {
        let (mut written, mut sent) = (0, 0);
        for edit in &self.edits {
            let kept = edit.range.start - written;
            if byte < sent + kept {
                break;
            }
            sent += kept;
            if byte < sent + edit.replacement.len() {
                return edit.range.start;
            }
            sent += edit.replacement.len();
            written = edit.range.end;
        }
        written + byte.saturating_sub(sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(range: Range<usize>, replacement: &str) -> Edit {
        Edit {
            range,
            replacement: replacement.to_owned(),
            reason: "a test",
        }
    }

    #[test]
    fn each_byte_leads_back_to_where_it_came_from() {
        let rewriting = Rewriting::new("one two three", vec![edit(8..13, "3"), edit(0..4, "1. ")]);
        assert_eq!(rewriting.text, "1. two 3");
        let origins: Vec<usize> = (0..=rewriting.text.len())
            .map(|byte| rewriting.origin(byte))
            .collect();
        assert_eq!(origins, [0, 0, 0, 4, 5, 6, 7, 8, 13]);
    }

    #[test]
    fn what_is_not_edited_stays() {
        let rewriting = Rewriting::new("SELECT 1", Vec::new());
        assert_eq!(
            (rewriting.text.as_str(), rewriting.origin(3)),
            ("SELECT 1", 3)
        );
    }
}
