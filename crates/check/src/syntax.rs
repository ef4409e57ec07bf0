//! Whether a statement parses. The parser is recursive, so it gets a stack of its own and no statement that could be deeper than that.

use sql::lexer::{FIRST_TOKENS, RawStatement};
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
    let parsed = SourceFile::parse(&sql[range.clone()]);
    let error = parsed.errors().into_iter().next()?;
    let at = range.start + usize::from(error.range().start());
    Some((at.min(range.end), error.message().to_owned()))
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
