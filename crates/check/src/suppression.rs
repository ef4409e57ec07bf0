//! `-- check: allow RULE because …`, before the statement that it is about.

use std::ops::Range;

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
