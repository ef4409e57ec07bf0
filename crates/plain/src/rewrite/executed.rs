//! What a procedural body executes: the constants in what stands after an `EXECUTE`, and in what is assigned to the variables there. Which of the
//! values a variable has when it is executed, the text does not show: all count.

use std::collections::BTreeSet;
use std::ops::Range;

use sql::lexer::TokenKind;
use sql::statement::words::Words;

/// What a statement of a body comes after.
const BEFORE: &[&str] = &["begin", "then", "else", "loop", "declare"];

/// What the expression after an EXECUTE does not go beyond.
const BEHIND_EXECUTED: &[&str] = &["into", "using", "loop"];

/// The constants that are executed, by their tokens.
pub(super) fn constants(body: Words<'_>) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut variables = BTreeSet::new();
    let mut waiting: Vec<Range<usize>> = expressions(body).collect();
    while let Some(range) = waiting.pop() {
        for at in range {
            if body.tokens[at].kind == TokenKind::String {
                found.insert(at);
            } else if is_variable(body, at) && variables.insert(body.text(at).to_ascii_lowercase())
            {
                waiting.extend(values(body, body.text(at)));
            }
        }
    }
    found
}

/// The expressions after each EXECUTE. A trigger executes a function.
fn expressions(body: Words<'_>) -> impl Iterator<Item = Range<usize>> {
    let executes = (0..body.tokens.len()).filter(move |&at| {
        body.is(at, "execute") && !body.is_one_of(at + 1, &["function", "procedure"])
    });
    executes.map(move |at| {
        let mut inside = at + 1..end(body, at);
        let last = inside.find(|&at| body.is_one_of(at, BEHIND_EXECUTED));
        at + 1..last.unwrap_or(end(body, at))
    })
}

/// Whether a word may name a variable, or a record whose field comes next.
fn is_variable(body: Words<'_>, at: usize) -> bool {
    let is_field = at > 0 && body.is_symbol(at - 1, ".");
    body.tokens[at].kind == TokenKind::Word && !is_field && !body.is_symbol(at + 1, "(")
}

/// The tokens of what a body assigns to a variable: by an assignment, a declaration, a `SELECT … INTO` or a loop.
fn values(body: Words<'_>, variable: &str) -> Vec<Range<usize>> {
    let statements = (0..body.tokens.len()).filter(|&at| is_start(body, at));
    let ranges = statements.filter_map(|start| {
        let end = end(body, start);
        if body.is(start, variable) {
            return assigned(body, start..end);
        }
        if body.is_one_of(start, &["for", "foreach"]) && body.is(start + 1, variable) {
            let mut inside = start..end;
            let behind = inside.find(|&at| body.is(at, "loop"));
            return Some(start + 2..behind.unwrap_or(end));
        }
        let mut inside = start..end;
        let into = inside.find(|&at| body.is(at, "into") && !body.is(at.max(1) - 1, "insert"))?;
        is_target(body, into + 1, variable).then_some(start..end)
    });
    ranges.collect()
}

/// Whether a statement of a body begins here.
fn is_start(body: Words<'_>, at: usize) -> bool {
    at == 0 || body.is_symbol(at - 1, ";") || body.is_one_of(at - 1, BEFORE)
}

/// What is assigned in a statement that begins with the variable.
fn assigned(body: Words<'_>, mut statement: Range<usize>) -> Option<Range<usize>> {
    let end = statement.end;
    let sign = statement.find(|&at| body.is_symbol(at, "=") || body.is(at, "default"))?;
    Some(sign + 1..end)
}

/// Whether a variable is among the targets of an INTO, which begin at `at`.
fn is_target(body: Words<'_>, at: usize, variable: &str) -> bool {
    let mut at = body.behind(at, &["strict"]);
    while !body.is(at, variable) {
        if !body.is_symbol(at + 1, ",") {
            return false;
        }
        at += 2;
    }
    true
}

/// Index of the semicolon after a token, or of the end.
pub(super) fn end(body: Words<'_>, at: usize) -> usize {
    let mut rest = at..body.tokens.len();
    rest.find(|&at| body.is_symbol(at, ";"))
        .unwrap_or(body.tokens.len())
}
