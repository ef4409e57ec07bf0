//! The body of a `DO`: its calls of TimescaleDB's routines, in loops over literal arrays too, and its plain statements.

use sql::lexer::{self, Token};
use sql::statement::names::identifier;
use sql::statement::words::Words;

use super::call::{self, Variable};
use super::{range, what};
use crate::act::{Act, What};
use crate::value::{Value, part};

pub fn acts(words: Words<'_>) -> Vec<Act> {
    let other = Act {
        range: range(words),
        what: What::Other,
        is_certain: true,
    };
    let body = words.tokens.iter().find_map(|it| it.inside(words.sql));
    let Some(body) = body else {
        return vec![other];
    };
    let tokens: Vec<Token> = lexer::stream(&words.sql[body.clone()])
        .map(|it| Token {
            start: it.start + body.start,
            end: it.end + body.start,
            ..it
        })
        .collect();
    let body = Words {
        sql: words.sql,
        tokens: &tokens,
    };
    let variables = variables(body);
    let has_branches = (0..tokens.len())
        .any(|at| body.is_one_of(at, &["if", "case", "exception", "return", "exit"]));
    let mut found = Vec::new();
    for statement in statements(body) {
        let calls = call::calls(statement, &variables);
        if calls.is_empty() {
            found.push(Act {
                range: range(statement),
                what: what(statement),
                is_certain: !has_branches,
            });
        }
        found.extend(calls.into_iter().map(|call| Act {
            is_certain: call.is_certain && !has_branches,
            ..call
        }));
    }
    if found.is_empty() {
        found.push(other);
    }
    found
}

/// The statements between semicolons, without the words of PL/pgSQL before them.
fn statements(body: Words<'_>) -> Vec<Words<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    for at in 0..=body.tokens.len() {
        let opens = body.is_one_of(at, &["begin", "then", "else", "loop", "declare"]);
        if at == body.tokens.len() || body.is_symbol(at, ";") || opens {
            if at > start {
                found.push(part(body, start, at));
            }
            start = at + 1;
        }
    }
    found
}

/// `FOREACH t IN ARRAY ARRAY['a', 'b'] LOOP`, and `FOR t IN VALUES …` is not read.
fn variables(body: Words<'_>) -> Vec<Variable> {
    let mut found = Vec::new();
    for at in 0..body.tokens.len() {
        if !body.is(at, "foreach") || !body.are(at + 2, &["in", "array"]) {
            continue;
        }
        let Some(name) = identifier(body, at + 1) else {
            continue;
        };
        let open = at + 4 + usize::from(body.is(at + 4, "array"));
        let close = (open..body.tokens.len()).find(|&it| body.is_symbol(it, "]"));
        if let (true, Some(close)) = (body.is_symbol(open, "["), close) {
            let elements = body.tokens[open + 1..close].split(|it| it.text(body.sql) == ",");
            let read = |tokens| {
                Value::read(Words {
                    sql: body.sql,
                    tokens,
                })
            };
            found.push((name, elements.map(read).collect()));
        }
    }
    found
}
