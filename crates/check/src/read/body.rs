//! The body of a `DO`: its statements in their order, those in loops over literal arrays with each constant, and which of them surely run.

use sql::lexer::{self, Token};
use sql::statement::names::identifier;
use sql::statement::words::Words;

use super::call::Variable;
use super::{of_statement, range};
use crate::act::{Act, What};
use crate::value::{Value, part};

pub fn acts(words: Words<'_>) -> Vec<Act> {
    let act = |what| Act {
        range: range(words),
        what,
        is_certain: true,
    };
    // What another language does is not known.
    let Some(body) = body(words) else {
        return vec![act(What::Unread)];
    };
    let tokens = tokens(words.sql, body);
    let body = Words {
        sql: words.sql,
        tokens: &tokens,
    };
    let variables = variables(body);
    let mut found = Vec::new();
    for piece in pieces(body) {
        let acts = executed(piece.words).unwrap_or_else(|| of_statement(piece.words, &variables));
        found.extend(acts.into_iter().map(|act| Act {
            is_certain: act.is_certain && piece.is_certain,
            ..act
        }));
    }
    if found.is_empty() {
        found.push(act(What::Other));
    }
    found
}

/// The bytes of a body in PL/pgSQL.
pub fn body(words: Words<'_>) -> Option<std::ops::Range<usize>> {
    let language = (1..words.tokens.len()).find(|&at| words.is(at, "language"));
    let named = language.map(|at| {
        let name = words.text(at + 1);
        let is_plpgsql = words.is_name(at + 1, "plpgsql") || name.eq_ignore_ascii_case("'plpgsql'");
        (at + 1, is_plpgsql)
    });
    if named.is_some_and(|(_, is_plpgsql)| !is_plpgsql) {
        return None;
    }
    let mut tokens = words.tokens.iter().enumerate();
    tokens.find_map(|(at, token)| {
        let is_language = named.is_some_and(|(named, _)| named == at);
        token.inside(words.sql).filter(|_| !is_language)
    })
}

/// The tokens of a part of the text.
pub fn tokens(sql: &str, inside: std::ops::Range<usize>) -> Vec<Token> {
    lexer::stream(&sql[inside.clone()])
        .map(|it| Token {
            start: it.start + inside.start,
            end: it.end + inside.start,
            ..it
        })
        .collect()
}

/// A statement of a body, or a condition.
struct Piece<'a> {
    words: Words<'a>,
    /// Whether it runs once, whenever the body does.
    is_certain: bool,
}

/// The statements between semicolons, without the words of PL/pgSQL before them.
fn pieces(body: Words<'_>) -> Vec<Piece<'_>> {
    let count = body.tokens.len();
    // What a handler follows may be undone.
    let has_handler = (0..count).any(|at| body.is(at, "exception") && body.is(at + 1, "when"));
    let mut found = Vec::new();
    // For each IF, CASE and LOOP that is open, whether what is in it surely runs.
    let mut open: Vec<bool> = Vec::new();
    let mut has_left = has_handler;
    let mut at = 0;
    while at < count {
        let is_certain = !has_left && open.iter().all(|it| *it);
        let (end, next) = match () {
            () if body.is_one_of(at, &["begin", "declare", "else", "exception"]) => (at, at + 1),
            () if body.is(at, "loop") => {
                open.push(true);
                (at, at + 1)
            }
            () if body.is_symbol(at, "<") => (at, find(body, at, ">") + 2),
            () if body.is_one_of(at, &["if", "elsif", "elseif", "when"]) => {
                if body.is(at, "if") {
                    open.push(false);
                }
                let end = then(body, at + 1);
                (end, end + 1)
            }
            () if body.is(at, "case") => {
                open.push(false);
                let end = (at..count).find(|&it| body.is(it, "when"));
                (end.unwrap_or(count), end.unwrap_or(count))
            }
            () if body.is_one_of(at, &["for", "while", "foreach"]) => {
                open.push(is_of_constants(body, at));
                let end = (at..count).find(|&it| body.is(it, "loop")).unwrap_or(count);
                (end, end + 1)
            }
            () if body.is(at, "end") => {
                if body.is_one_of(at + 1, &["if", "case", "loop"]) {
                    open.pop();
                }
                (at, find(body, at, ";") + 1)
            }
            () => {
                has_left |= body.is_one_of(at, &["return", "exit", "continue"]);
                let end = find(body, at, ";");
                (end, end + 1)
            }
        };
        if end > at {
            let words = part(body, at, end);
            found.push(Piece { words, is_certain });
        }
        at = next.max(at + 1);
    }
    found
}

fn find(body: Words<'_>, start: usize, symbol: &str) -> usize {
    let found = (start..body.tokens.len()).find(|&at| body.is_symbol(at, symbol));
    found.unwrap_or(body.tokens.len())
}

/// The `THEN` of a condition, and not one of a `CASE` in it.
fn then(body: Words<'_>, start: usize) -> usize {
    let mut cases = 0usize;
    for at in start..body.tokens.len() {
        match () {
            () if body.is(at, "case") => cases += 1,
            () if body.is(at, "end") => cases = cases.saturating_sub(1),
            () if body.is(at, "then") && cases == 0 => return at,
            () => {}
        }
    }
    body.tokens.len()
}

/// Whether a loop is `FOREACH t IN ARRAY ARRAY['a', …]`.
fn is_of_constants(body: Words<'_>, at: usize) -> bool {
    constants(body, at).is_some_and(|it| !it.1.is_empty())
}

fn variables(body: Words<'_>) -> Vec<Variable> {
    (0..body.tokens.len())
        .filter_map(|at| constants(body, at))
        .collect()
}

/// `FOREACH t IN ARRAY ARRAY['a', 'b'] LOOP`, and `FOR t IN VALUES …` is not read.
fn constants(body: Words<'_>, at: usize) -> Option<Variable> {
    if !body.is(at, "foreach") || !body.are(at + 2, &["in", "array"]) {
        return None;
    }
    let name = identifier(body, at + 1)?;
    let open = at + 4 + usize::from(body.is(at + 4, "array"));
    if !body.is_symbol(open, "[") {
        return None;
    }
    let close = find(body, open, "]");
    let elements = body
        .tokens
        .get(open + 1..close)?
        .split(|it| it.text(body.sql) == ",");
    let read = |tokens| {
        Value::read(Words {
            sql: body.sql,
            tokens,
        })
    };
    Some((name, elements.map(read).collect()))
}

/// What `EXECUTE` runs: read if it is a constant, and else known only if it begins with what changes no schema. `None` for another statement.
fn executed(words: Words<'_>) -> Option<Vec<Act>> {
    const KEEPS_SCHEMA: &[&str] = &[
        "analyze", "comment", "grant", "insert", "notify", "revoke", "update", "vacuum",
    ];
    if !words.is(0, "execute") {
        return None;
    }
    let constant = words.tokens.iter().find_map(|it| it.inside(words.sql));
    let tokens = constant.map_or(Vec::new(), |it| tokens(words.sql, it));
    let inner = Words {
        sql: words.sql,
        tokens: &tokens,
    };
    let is_whole = words.tokens.len() == 2 || words.is_one_of(2, &["into", "using"]);
    let has_quotes = words.text(1).get(1..).is_some_and(|it| it.contains("''"));
    if !tokens.is_empty() && is_whole && !has_quotes {
        let statements = tokens.split(|it| it.text(words.sql) == ";");
        let statements = statements.filter(|it| !it.is_empty());
        let read = |tokens| {
            let words = Words {
                sql: words.sql,
                tokens,
            };
            of_statement(words, &[])
        };
        return Some(statements.flat_map(read).collect());
    }
    let is_first = words
        .tokens
        .get(1)
        .is_some_and(|it| it.inside(words.sql).is_some())
        || (words.is(1, "format") && words.is_symbol(2, "("));
    let what = if is_first && inner.is_one_of(0, KEEPS_SCHEMA) {
        What::Other
    } else {
        What::Unread
    };
    Some(vec![Act {
        range: range(words),
        what,
        is_certain: true,
    }])
}
