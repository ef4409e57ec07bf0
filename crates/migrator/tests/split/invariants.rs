//! What must hold for any text at all. The fuzz target checks the same.

use std::ops::Range;

use sql::lexer::{self, Error, FIRST_TOKENS, RawStatement};
use sql::statement;

use crate::gap::gap_piece;

/// The statements up to the first error.
pub fn prefix(text: &str) -> (Vec<RawStatement>, Option<Error>) {
    let mut found = Vec::new();
    for statement in lexer::statements(text) {
        match statement {
            Ok(statement) => found.push(statement),
            Err(error) => return (found, Some(error)),
        }
    }
    (found, None)
}

/// Panics where the statements of a text, or the error that stops them, are not what they must be.
pub fn check(text: &str, found: &[RawStatement], error: Option<&Error>) {
    match error {
        None => assert_eq!(
            statement::read(text).unwrap().len(),
            found.len(),
            "{text:?}"
        ),
        Some(error) => {
            assert!(text.is_char_boundary(error.offset), "{text:?}");
            assert_eq!(lexer::split(text), Err(error.clone()), "{text:?}");
        }
    }
    let mut end = 0;
    for statement in found {
        let range = statement.range();
        check_gap(text, end..range.start, &statement.comments);
        check_tokens(text, statement);
        assert_eq!(
            split_again(&text[range.clone()]),
            0..range.len(),
            "{text:?}"
        );
        end = range.end;
    }
    if error.is_none() {
        check_gap(text, end..text.len(), &[]);
    }
}

/// Between two statements are white space, comments and at least one semicolon; the comments are those that the second one has.
fn check_gap(text: &str, gap: Range<usize>, comments: &[Range<usize>]) {
    let (mut at, mut semicolons) = (gap.start, 0);
    let mut found = Vec::new();
    while at < gap.end {
        let length = gap_piece(&text[at..gap.end]);
        match length {
            Some(length) if !text[at..].starts_with(char::is_whitespace) => {
                found.push(at..at + length)
            }
            Some(_) => {}
            None => {
                assert!(text[at..].starts_with(';'), "{text:?}: {:?}", &text[gap]);
                semicolons += 1;
                found.clear();
            }
        }
        at += length.unwrap_or(1);
    }
    assert!(
        gap.start == 0 || gap.end == text.len() || semicolons > 0,
        "{text:?}"
    );
    assert!(found.ends_with(comments), "{text:?}");
}

/// Tokens are in order, not empty, and what lies between them is white space and comments.
fn check_tokens(text: &str, statement: &RawStatement) {
    let mut at = statement.range().start;
    for (index, token) in statement.tokens.iter().enumerate() {
        assert!(at <= token.start && token.start < token.end, "{text:?}");
        // Of a long statement the tokens between the first and the last ones are not kept.
        while index != FIRST_TOKENS && at < token.start {
            let gap = gap_piece(&text[at..token.start]);
            at += gap.unwrap_or_else(|| panic!("{text:?} at {at}"));
        }
        at = token.end;
    }
    assert_eq!(at, statement.range().end, "{text:?}");
}

/// The range of the only statement of a text.
fn split_again(text: &str) -> Range<usize> {
    let statements = lexer::split(text).unwrap();
    let [statement] = &statements[..] else {
        panic!("{text:?} is {} statements", statements.len());
    };
    statement.range()
}
