//! Whether a statement parses. The parser is recursive, so it gets a stack of its own and no statement that could be deeper than that.

use std::borrow::Cow;

use sql::lexer::{FIRST_TOKENS, RawStatement};
use sql::statement::names::Name;
use sql::statement::words::Words;
use squawk_syntax::SourceFile;

/// What a level of the parser may need of the stack, with room to spare.
const STACK: usize = FIRST_TOKENS * 64 * 1024;

/// Where a statement does not parse, as a byte of the file, and what the parser expected.
pub fn error(sql: &str, statement: &RawStatement) -> Option<(usize, String)> {
    // Longer ones carry data; the lexer kept only their beginning.
    if statement.tokens.len() >= FIRST_TOKENS {
        return None;
    }
    let range = statement.range();
    let parsed = SourceFile::parse(&known_form(sql, statement));
    let error = parsed.errors().into_iter().next()?;
    let at = range.start + usize::from(error.range().start());
    Some((at.min(range.end), error.message().to_owned()))
}

/// The statement, where the parser does not know it in the form of one that it knows, of the same length: TimescaleDB 2.28 adds columns to
/// materialized views.
fn known_form<'a>(sql: &'a str, statement: &RawStatement) -> Cow<'a, str> {
    let words = Words {
        sql,
        tokens: &statement.tokens,
    };
    let range = statement.range();
    let is_known = !words.are(0, &["alter", "materialized", "view"]);
    let name = Name::read(words, words.behind(3, &["if", "exists"]));
    match name {
        Some((_, behind)) if !is_known && words.is(behind, "add") => {
            let kind = statement.tokens[1].start..statement.tokens[2].end;
            let before = &sql[range.start..kind.start];
            let after = &sql[kind.end..range.end];
            let length = kind.len();
            Cow::Owned(format!("{before}{:length$}{after}", "TABLE"))
        }
        _ => Cow::Borrowed(&sql[range]),
    }
}

/// Runs what parses statements, on a stack that is deep enough for the deepest one.
pub fn with_stack<T: Send>(run: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, run)?;
        Ok(thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}
