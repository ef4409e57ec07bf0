//! `-- check: allow RULE because …`, before the statement that it is about.

use std::ops::Range;

use sql::lexer::{self, FIRST_TOKENS, RawStatement, Token, TokenKind};

/// A comment that allows a rule, or tries to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The comment, in the file.
    pub range: Range<usize>,
    /// The rule; empty if none is named.
    pub rule: String,
    /// Why; empty if no reason is given.
    pub reason: String,
}

/// The comments in a statement, which allow nothing: those between its tokens, and in the body of a `DO` or a function.
pub fn inside(sql: &str, statement: &RawStatement) -> Vec<Allowance> {
    if !mentions(&sql[statement.range()]) {
        return Vec::new();
    }
    let is_whole = statement.tokens.len() < FIRST_TOKENS;
    let kept = if is_whole {
        &statement.tokens[..]
    } else {
        &statement.tokens[..FIRST_TOKENS]
    };
    let mut found = Vec::new();
    between(sql, kept, &mut found);
    // A constant in other quotes is no body.
    let bodies = kept.iter().filter(|it| it.text(sql).starts_with('$'));
    for token in bodies {
        let Some(body) = token.inside(sql).filter(|it| mentions(&sql[it.clone()])) else {
            continue;
        };
        let shifted = lexer::stream(&sql[body.clone()]).map(|it| Token {
            start: it.start + body.start,
            end: it.end + body.start,
            ..it
        });
        let edge = |at| Token {
            kind: TokenKind::Symbol,
            start: at,
            end: at,
        };
        let edges = (edge(body.start), edge(body.end));
        let tokens: Vec<Token> = std::iter::once(edges.0)
            .chain(shifted)
            .chain([edges.1])
            .collect();
        between(sql, &tokens, &mut found);
    }
    found
}

/// The comments of a text that contains no statement.
pub fn outside(sql: &str, range: Range<usize>) -> Vec<Allowance> {
    let mut found = Vec::new();
    if mentions(&sql[range.clone()]) {
        comments(sql, range, &mut found);
    }
    found
}

fn mentions(text: &str) -> bool {
    text.to_ascii_lowercase().contains("check")
}

fn between(sql: &str, tokens: &[Token], found: &mut Vec<Allowance>) {
    for pair in tokens.windows(2) {
        comments(sql, pair[0].end..pair[1].start, found);
    }
}

/// The comments of a text that has only them, semicolons and white space.
fn comments(sql: &str, range: Range<usize>, found: &mut Vec<Allowance>) {
    let mut at = range.start;
    while at < range.end {
        let rest = &sql[at..range.end];
        let length = if rest.starts_with("--") {
            let length = rest.find('\n').unwrap_or(rest.len());
            found.extend(read(sql, &(at..at + length)));
            length
        } else if rest.starts_with("/*") {
            // A nested one ends later, and what is left of it begins with no `--` of ours.
            rest.find("*/").map_or(rest.len(), |it| it + 2)
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        at += length;
    }
}

/// What a comment allows; `None` if it is about something else.
pub fn read(sql: &str, range: &Range<usize>) -> Option<Allowance> {
    let text = sql.get(range.clone())?.trim_start_matches('-').trim();
    let (key, rest) = text.split_once(':')?;
    if !key.trim().eq_ignore_ascii_case("check") {
        return None;
    }
    let mut words = rest.split_whitespace();
    let allows = words
        .next()
        .is_some_and(|it| it.eq_ignore_ascii_case("allow"));
    let rule = words.next().filter(|_| allows).unwrap_or_default();
    let because = words
        .next()
        .is_some_and(|it| it.eq_ignore_ascii_case("because"));
    let reason: Vec<&str> = words.collect();
    Some(Allowance {
        range: range.clone(),
        rule: rule.to_owned(),
        reason: if because {
            reason.join(" ")
        } else {
            String::new()
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_and_a_reason_are_read() {
        let read = |text: &str| {
            let allowance = read(text, &(0..text.len()))?;
            Some((allowance.rule, allowance.reason))
        };
        let found = |rule: &str, reason: &str| Some((rule.to_owned(), reason.to_owned()));
        assert_eq!(
            read("-- check: allow a-rule because  it is  so"),
            found("a-rule", "it is so")
        );
        assert_eq!(read("--CHECK: Allow a-rule"), found("a-rule", ""));
        assert_eq!(
            read("-- check: allow a-rule, it is so"),
            found("a-rule,", "")
        );
        assert_eq!(read("-- check: a-rule because"), found("", ""));
        assert_eq!(read("-- check the rows"), None);
        assert_eq!(read("-- migrate: alone"), None);
    }
}
