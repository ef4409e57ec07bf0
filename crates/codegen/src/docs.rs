//! Comments of the database as rustdoc.
//!
//! A comment is prose for people who read SQL. Here it becomes Markdown that shows the same words, without warnings from rustc, rustdoc or
//! clippy. Code spans in backticks stay; other markup shows as it was typed.

use std::borrow::Cow;

use crate::layout::{self, Indent, is_hidden};

/// A comment as paragraphs and list items of Markdown.
pub(crate) fn prose(comment: &str) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut open = false;
    for line in comment.lines() {
        let line = line.trim();
        let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
        match (line.is_empty(), item) {
            (true, _) => open = false,
            (false, Some(item)) => {
                paragraphs.push(format!("- {}", item.trim()));
                open = true;
            }
            (false, None) if open => {
                let last = paragraphs
                    .last_mut()
                    .expect("an open paragraph is the last one");
                last.push(' ');
                last.push_str(line);
            }
            (false, None) => {
                paragraphs.push(line.to_owned());
                open = true;
            }
        }
    }
    paragraphs
        .iter()
        .map(|paragraph| match paragraph.strip_prefix("- ") {
            Some(item) => format!("- {}", inline(item)),
            None => inline(paragraph),
        })
        .collect()
}

/// A sentence after the last paragraph, whose own sentence is ended when its author did not.
pub(crate) fn append(paragraphs: &mut Vec<String>, sentence: &str) {
    match paragraphs.last_mut() {
        Some(last) if !last.starts_with("- ") => {
            if !last.ends_with(['.', '!', '?', ':', ';', '…']) {
                last.push('.');
            }
            last.push(' ');
            last.push_str(sentence);
        }
        _ => paragraphs.push(sentence.to_owned()),
    }
}

/// A code span that shows `text`, whatever is in it.
pub(crate) fn code(text: &str) -> String {
    let text = visible(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let padded = text.starts_with('`') || text.ends_with('`') || text.trim().is_empty();
    match (text.is_empty(), padded) {
        (true, _) => "(empty)".to_owned(),
        (false, true) => format!("{fence} {text} {fence}"),
        (false, false) => format!("{fence}{text}{fence}"),
    }
}

/// Doc comment lines for `paragraphs`, each line indented for `place`, without a line break at the end.
pub(crate) fn block(place: Indent, paragraphs: &[String]) -> String {
    let margin = " ".repeat(place.offset);
    let mut lines: Vec<String> = Vec::new();
    let mut after_item = false;
    for paragraph in paragraphs {
        let item = paragraph.strip_prefix("- ");
        let same_list = after_item && item.is_some();
        if !lines.is_empty() && !same_list {
            lines.push(format!("{margin}///"));
        }
        after_item = item.is_some();
        let (first, rest) = if item.is_some() {
            ("- ", "  ")
        } else {
            ("", "")
        };
        // `/// ` and the list's two columns.
        let room = place.room().saturating_sub(6);
        let wrapped = layout::fill(&words(item.unwrap_or(paragraph)), room);
        for (index, line) in wrapped.iter().enumerate() {
            let lead = if index == 0 { first } else { rest };
            lines.push(format!("{margin}/// {lead}{}", line_start(line)));
        }
    }
    lines.join("\n")
}

/// Appends these lines, and a line break.
pub(crate) fn write_block(text: &mut String, place: Indent, paragraphs: &[String]) {
    text.push_str(&block(place, paragraphs));
    text.push('\n');
}

/// The same as a string literal, without a line break but those between paragraphs.
pub(crate) fn literal(paragraphs: &[String]) -> String {
    let mut text = "\"".to_owned();
    let mut after_item = false;
    for (index, paragraph) in paragraphs.iter().enumerate() {
        let item = paragraph.strip_prefix("- ");
        if index > 0 {
            let is_one_list = after_item && item.is_some();
            text.push_str(if is_one_list { r"\n" } else { r"\n\n" });
        }
        after_item = item.is_some();
        if after_item {
            text.push_str("- ");
        }
        let line = layout::string(&line_start(item.unwrap_or(paragraph)));
        text.push_str(&line[1..line.len() - 1]);
    }
    text + "\""
}

/// Markdown for one line of prose.
fn inline(text: &str) -> String {
    let text = visible(text);
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = &*text;
    // Everything that matters is ASCII, so bytes will do: build scripts run without optimisation.
    while let Some(at) = rest.bytes().position(is_markup) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(length) = code_span(rest) {
            out.push_str(&rest[..length]);
            rest = &rest[length..];
        } else if let Some(length) = url(rest) {
            out.extend(["<", &rest[..length], ">"]);
            rest = &rest[length..];
        } else {
            if !rest.starts_with('h') && !inside_word(&out, rest) {
                out.push('\\');
            }
            out.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

/// Bytes that Markdown may read as markup; `h` may be the start of an address.
fn is_markup(byte: u8) -> bool {
    matches!(
        byte,
        b'\\' | b'`' | b'*' | b'_' | b'[' | b']' | b'<' | b'>' | b'&' | b'~' | b'|' | b'h'
    )
}

/// Whether `rest` starts with an underscore between two letters, which is no emphasis.
fn inside_word(before: &str, rest: &str) -> bool {
    let after = rest.strip_prefix('_');
    before.ends_with(char::is_alphanumeric)
        && after.is_some_and(|after| after.starts_with(char::is_alphanumeric))
}

/// Length of the code span that `text` starts with: one backtick, something, one backtick.
fn code_span(text: &str) -> Option<usize> {
    let body = text.strip_prefix('`')?;
    let end = body.find('`')?;
    let single = end > 0 && !body[end + 1..].starts_with('`');
    (single && !body[..end].trim().is_empty()).then_some(end + 2)
}

/// Length of the web address that `text` starts with, without the punctuation after it.
fn url(text: &str) -> Option<usize> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| text.starts_with(scheme))?;
    let end = text.find([' ', '<', '>', '`', '"']).unwrap_or(text.len());
    let length = text[..end]
        .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\''])
        .len();
    (length > scheme.len()).then_some(length)
}

/// The text on one line, with what does not show named.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' | '\n' | '\r' => out.push(' '),
            _ if is_hidden(c) => out.push_str(&format!("U+{:04X}", u32::from(c))),
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The words of a line of Markdown; a code span is part of one word.
fn words(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut words = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b' ' => {
                if start < at {
                    words.push(&text[start..at]);
                }
                at += 1;
                start = at;
            }
            b'`' => at += span(&text[at..]),
            // Only ASCII is ever escaped.
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    if start < bytes.len() {
        words.push(&text[start..]);
    }
    words
}

/// Length of the code span, with a fence of any length, that `text` starts with.
fn span(text: &str) -> usize {
    let fence = text.len() - text.trim_start_matches('`').len();
    let mut at = fence;
    while let Some(next) = text[at..].find('`') {
        let run = text[at + next..].len() - text[at + next..].trim_start_matches('`').len();
        at += next + run;
        if run == fence {
            return at;
        }
    }
    text.len()
}

/// A line whose start would be a heading, a list or a rule, escaped.
fn line_start(line: &str) -> String {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    match line.chars().next() {
        Some('#' | '-' | '+' | '=') => format!("\\{line}"),
        Some(_) if digits > 0 && line[digits..].starts_with(['.', ')']) => {
            format!("{}\\{}", &line[..digits], &line[digits..])
        }
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(comment: &str) -> String {
        block(
            Indent {
                offset: 0,
                moved: 60,
            },
            &prose(comment),
        )
    }

    #[test]
    fn plain_prose_stays_and_is_wrapped() {
        insta::assert_snapshot!(shown(
            "Count of `the rows that match`, by snake_case_name. Never `more than` that."
        ));
    }

    #[test]
    fn markup_shows_as_it_was_typed() {
        insta::assert_snapshot!(shown(
            "a <b> & *c* _d_ [e](f) [`g`] `open | ~~h~~ \\ `` i ``"
        ));
    }

    #[test]
    fn addresses_become_links_without_the_punctuation_after_them() {
        insta::assert_snapshot!(shown(
            "See https://a.example/x_(y)?z=1. Or (http://b.example), or `https://c.example`."
        ));
    }

    #[test]
    fn lists_and_paragraphs_stay_apart() {
        insta::assert_snapshot!(shown(
            "One\nline.\n\n    indented\n- item one\n  goes on\n* item two\n\nAfter."
        ));
    }

    #[test]
    fn no_line_starts_like_a_heading_a_list_or_a_rule() {
        insta::assert_snapshot!(shown(
            "# a wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww - b wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww + c wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww 12. d wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww 3) e wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww === f wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww #g"
        ));
    }

    #[test]
    fn what_does_not_show_is_named() {
        insta::assert_snapshot!(shown("a\u{202e}b\u{7}c\td\r\ne"));
    }

    #[test]
    fn code_spans_hold_backticks_and_nothing() {
        let spans = ["a", "`", "a``b", " ", ""].map(code).join("\n");
        insta::assert_snapshot!(spans);
    }
}
