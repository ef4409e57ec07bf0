//! Option lists with TimescaleDB's options in them: `(timescaledb.continuous, tsdb.segmentby = 'a', fillfactor = 70)`.

use std::ops::Range;

use sql::lexer::TokenKind;
use sql::quote;
use sql::statement::names::identifier;
use sql::statement::words::Words;
use sql::timescaledb::NAMESPACES;

/// A list of options in parentheses.
pub(super) struct Options<'a> {
    words: Words<'a>,
    /// Index of the opening parenthesis.
    open: usize,
    /// The first index after the list.
    pub(super) behind: usize,
    list: Vec<Words<'a>>,
}

impl<'a> Options<'a> {
    /// The list that opens at `open`.
    pub(super) fn read(words: Words<'a>, open: usize) -> Option<Options<'a>> {
        let (list, behind) = words.arguments(open);
        (behind > open).then_some(Options {
            words,
            open,
            behind,
            list,
        })
    }

    /// Whether any option is TimescaleDB's.
    pub(super) fn any_ours(&self) -> bool {
        self.list.iter().any(is_ours)
    }

    /// Whether every option is.
    pub(super) fn all_ours(&self) -> bool {
        self.list.iter().all(is_ours)
    }

    /// Whether any option has a value.
    pub(super) fn any_value(&self) -> bool {
        let has_value =
            |option: &Words<'_>| (0..option.tokens.len()).any(|at| option.is_symbol(at, "="));
        self.list.iter().any(has_value)
    }

    /// Whether one of TimescaleDB's options is on.
    pub(super) fn is_on(&self, name: &str) -> bool {
        let switch = |option: &Words<'_>| option.switch(NAMESPACES, name);
        self.list.iter().find_map(switch) == Some(true)
    }

    /// TimescaleDB's options as an expression that is a jsonb array: names and values by turns, null for an option without a value.
    pub(super) fn array(&self) -> String {
        let pairs: Vec<String> = self
            .list
            .iter()
            .filter(|option| is_ours(option))
            .map(|option| format!("{}, {}", literal(&name(option)), value(option)))
            .collect();
        format!("pg_catalog.jsonb_build_array({})", pairs.join(", "))
    }

    /// The bytes from the token at `start`, which introduces the list, to its end, and what stays of them without TimescaleDB's options.
    pub(super) fn without_ours(&self, start: usize) -> (Range<usize>, String) {
        let tokens = self.words.tokens;
        let others: Vec<&str> = self
            .list
            .iter()
            .filter(|option| !is_ours(option))
            .map(text)
            .collect();
        let range = tokens[start].start..tokens[self.behind - 1].end;
        let rest = if others.is_empty() {
            String::new()
        } else {
            let before = &self.words.sql[range.start..=tokens[self.open].start];
            format!("{before}{})", others.join(", "))
        };
        (range, rest)
    }
}

fn is_ours(option: &Words<'_>) -> bool {
    NAMESPACES.iter().any(|name| option.is_name(0, name)) && option.is_symbol(1, ".")
}

/// The name with its namespace.
fn name(option: &Words<'_>) -> String {
    let part = |at: usize| option.text(at).trim_matches('"').to_ascii_lowercase();
    format!("{}.{}", part(0), part(2))
}

/// The value as an expression of type text, or null. Constants stand as they were written.
fn value(option: &Words<'_>) -> String {
    let value = Words {
        sql: option.sql,
        tokens: option.tokens.get(4..).unwrap_or_default(),
    };
    match value.tokens {
        [] => "NULL".to_owned(),
        // One constant, or several that the server reads as one.
        all if all.iter().all(|token| token.kind == TokenKind::String) => {
            format!("{}::pg_catalog.text", text(&value))
        }
        // A name without quotes is folded, and one with quotes is what stands between them.
        [only] if matches!(only.kind, TokenKind::Word | TokenKind::Quoted) => {
            let name = identifier(value, 0).unwrap_or_else(|| text(&value).to_owned());
            format!("{}::pg_catalog.text", literal(&name))
        }
        _ => format!("{}::pg_catalog.text", literal(text(&value))),
    }
}

fn text<'a>(words: &Words<'a>) -> &'a str {
    match words.tokens {
        [] => "",
        [first, .., last] => &words.sql[first.start..last.end],
        [only] => only.text(words.sql),
    }
}

pub(super) fn literal(text: &str) -> String {
    quote::literal(text)
}
