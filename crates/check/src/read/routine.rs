//! `CREATE FUNCTION` and `CREATE PROCEDURE`: whether calling it may change the schema.

use sql::lexer::{self, TokenKind};
use sql::statement::words::Words;
use sql::timescaledb;

use super::{call, relation};
use crate::act::NewRoutine;

/// What changes the schema, or what is known of rows.
const CHANGES: &[&str] = &[
    "alter",
    "create",
    "delete",
    "drop",
    "execute",
    "search_path",
    "set_config",
    "truncate",
];

/// The routine whose name is at `at`.
pub fn create(words: Words<'_>, at: usize) -> Option<NewRoutine> {
    let (name, behind) = relation(words, at)?;
    let (_, behind) = words.arguments(behind);
    let count = words.tokens.len();
    let language = (behind..count).find(|&it| words.is(it, "language"));
    let is_read = match language {
        Some(at) => ["sql", "plpgsql", "internal"].iter().any(|it| {
            words.is_name(at + 1, it) || words.text(at + 1).eq_ignore_ascii_case(&format!("'{it}'"))
        }),
        // A body of SQL needs none.
        None => true,
    };
    let mut routine = NewRoutine {
        name,
        may_change: !is_read,
        calls: Vec::new(),
    };
    body(words, behind, &mut routine);
    for at in behind..count {
        let is_body = words.tokens[at].kind == TokenKind::String && words.is(at - 1, "as");
        let inside = words.tokens[at].inside(words.sql);
        if let (true, Some(inside)) = (is_body, inside) {
            let sql = &words.sql[inside];
            let tokens: Vec<_> = lexer::stream(sql).collect();
            let words = Words {
                sql,
                tokens: &tokens,
            };
            body(words, 0, &mut routine);
        }
    }
    Some(routine)
}

fn body(words: Words<'_>, start: usize, routine: &mut NewRoutine) {
    let is_ours =
        |at: usize| words.is_symbol(at + 1, "(") && timescaledb::routine_at(words, at).is_some();
    routine.may_change |=
        (start..words.tokens.len()).any(|at| words.is_one_of(at, CHANGES) || is_ours(at));
    routine.calls.extend(call::others(words, start));
}
