//! `CREATE MATERIALIZED VIEW`.

use sql::lexer::TokenKind;
use sql::statement::names::identifier;
use sql::statement::words::Words;

use super::{options, query, relation};
use crate::act::NewAggregate;
use crate::value::{Value, part};

pub fn create(words: Words<'_>, at: usize) -> Option<NewAggregate> {
    let if_not_exists = words.is(at, "if");
    let (name, behind) = relation(words, words.behind(at, &["if", "not", "exists"]))?;
    let count = words.tokens.len();
    let outside = outside_parentheses(words, behind);
    let query_start = outside.iter().copied().find(|&at| words.is(at, "as"))?;
    let with = (behind..query_start).find(|&at| words.is(at, "with"));
    let options = with
        .map(|at| options::read(words.arguments(at + 1).0))
        .unwrap_or_default();
    let no_data = words.ends_with(&["with", "no", "data"]);
    let has_data = words.ends_with(&["with", "data"]);
    let end = count
        - if no_data {
            3
        } else {
            2 * usize::from(has_data)
        };
    let query = part(words, query_start + 1, end);
    let sources = query::sources(query);
    Some(NewAggregate {
        relation: name,
        is_continuous: options::is_on(&options, "continuous"),
        if_not_exists,
        no_data,
        options,
        columns: query::columns(query, &sources),
        sources: sources
            .into_iter()
            .map(|it| (it.relation, it.alias))
            .collect(),
        bucket: bucket(query),
        query: normal(query),
        words: identifiers(query),
    })
}

fn outside_parentheses(words: Words<'_>, start: usize) -> Vec<usize> {
    let mut depth = 0usize;
    let mut found = Vec::new();
    for at in start..words.tokens.len() {
        match words.text(at) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth == 0 => found.push(at),
            _ => {}
        }
    }
    found
}

fn bucket(query: Words<'_>) -> Option<Value> {
    let is_bucket = |&at: &usize| query.is_name(at, "time_bucket") && query.is_symbol(at + 1, "(");
    let at = (0..query.tokens.len()).find(is_bucket)?;
    let (arguments, _) = query.arguments(at + 1);
    arguments.first().map(|it| Value::read(*it))
}

/// The query with single blanks, keywords and unquoted names in lower case.
fn normal(query: Words<'_>) -> String {
    let mut text = String::new();
    for at in 0..query.tokens.len() {
        let word = query.text(at);
        if !text.is_empty() {
            text.push(' ');
        }
        match query.tokens[at].kind {
            TokenKind::Word => text.push_str(&word.to_ascii_lowercase()),
            _ => text.push_str(word),
        }
    }
    text
}

fn identifiers(query: Words<'_>) -> Vec<String> {
    let names = (0..query.tokens.len()).filter_map(|at| {
        // An alias and a type are no column of the source, and a function is none.
        let is_alias = at > 0 && (query.is(at - 1, "as") || query.text(at - 1) == "::");
        let is_call = query.is_symbol(at + 1, "(");
        (!is_alias && !is_call)
            .then(|| identifier(query, at))
            .flatten()
    });
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}
