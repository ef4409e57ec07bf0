//! `SET search_path`, in its several forms.

use sql::lexer::{self, TokenKind};
use sql::statement::names::identifier;
use sql::statement::words::Words;

use crate::act::SearchPath;
use crate::value::{Value, part};

/// The search path that a statement sets; `None` if it sets none.
pub fn read(words: Words<'_>) -> Option<SearchPath> {
    if words.is(0, "reset") || words.is(0, "discard") {
        let is_it = words.is_name(1, "search_path") || words.is(1, "all");
        return is_it.then(|| SearchPath {
            schemas: Some(default()),
            is_local: false,
        });
    }
    if !words.is(0, "set") {
        return configured(words);
    }
    let is_local = words.is(1, "local");
    let at = words.behind(1, &["local", "session"]);
    let count = words.tokens.len();
    if words.is(at, "schema") {
        return Some(SearchPath {
            schemas: element(part(words, at + 1, count)).map(|it| vec![it]),
            is_local,
        });
    }
    let is_it = words.is_name(at, "search_path")
        && (words.is_symbol(at + 1, "=") || words.is(at + 1, "to"));
    is_it.then(|| SearchPath {
        schemas: list(part(words, at + 2, count)),
        is_local,
    })
}

fn default() -> Vec<String> {
    vec!["public".to_owned()]
}

/// `a, "B", 'c'`.
fn list(words: Words<'_>) -> Option<Vec<String>> {
    if words.is(0, "default") && words.tokens.len() == 1 {
        return Some(default());
    }
    let elements = words.tokens.split(|it| it.text(words.sql) == ",");
    let read = |tokens| {
        element(Words {
            sql: words.sql,
            tokens,
        })
    };
    elements.map(read).collect()
}

fn element(words: Words<'_>) -> Option<String> {
    match words.tokens {
        [only] if only.kind == TokenKind::String => match Value::read(words) {
            Value::Text(name) => Some(name),
            _ => None,
        },
        [_] => identifier(words, 0),
        _ => None,
    }
}

/// `SELECT set_config('search_path', 'a, b', false)`.
fn configured(words: Words<'_>) -> Option<SearchPath> {
    if !words.is_one_of(0, &["select", "perform"]) {
        return None;
    }
    let is_call = |&at: &usize| words.is_name(at, "set_config") && words.is_symbol(at + 1, "(");
    let at = (1..words.tokens.len()).find(is_call)?;
    let (arguments, _) = words.arguments(at + 1);
    let value = |at: usize| arguments.get(at).map(|it| Value::read(*it));
    match value(0) {
        Some(Value::Text(name)) if name.eq_ignore_ascii_case("search_path") => {}
        _ => return None,
    }
    let schemas = match value(1) {
        Some(Value::Text(text)) => {
            let tokens = lexer::tokens(&text);
            list(Words {
                sql: &text,
                tokens: &tokens,
            })
        }
        _ => None,
    };
    Some(SearchPath {
        schemas,
        is_local: value(2).and_then(|it| it.bool()) != Some(false),
    })
}
