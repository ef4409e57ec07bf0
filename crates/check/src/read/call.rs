//! Calls of TimescaleDB's routines, wherever they stand in a statement.

use sql::statement::names::identifier;
use sql::statement::words::Words;
use sql::timescaledb;

use super::range;
use crate::act::{Act, Argument, Call, What};
use crate::value::{Value, part};

/// A variable of a `DO` with the constants that it takes in turn.
pub type Variable = (String, Vec<Value>);

/// The calls of a statement. One with `FROM` or `WHERE` may be made for no row.
pub fn calls(words: Words<'_>, variables: &[Variable]) -> Vec<Act> {
    let mut found = Vec::new();
    for at in 0..words.tokens.len() {
        if !words.is_symbol(at + 1, "(") {
            continue;
        }
        let Some(routine) = timescaledb::routine_at(words, at) else {
            continue;
        };
        let (arguments, behind) = words.arguments(at + 1);
        let start = if at >= 2 && words.is_symbol(at - 1, ".") {
            at - 2
        } else {
            at
        };
        let is_alone = start == 1 && behind == words.tokens.len();
        let written = arguments.iter().filter(|it| !it.tokens.is_empty());
        let call = Call {
            routine: routine.name,
            name: range(part(words, at, at + 1)),
            arguments: written.map(|it| argument(*it)).collect(),
        };
        for call in unrolled(call, variables) {
            found.push(Act {
                range: range(words),
                what: What::Call(call),
                is_certain: is_alone,
            });
        }
    }
    found
}

fn argument(words: Words<'_>) -> Argument {
    let is_named = (words.is_symbol(1, "=") && words.is_symbol(2, ">"))
        || (words.is_symbol(1, ":") && words.is_symbol(2, "="));
    let value = part(words, if is_named { 3 } else { 0 }, words.tokens.len());
    Argument {
        name: is_named.then(|| identifier(words, 0)).flatten(),
        value: Value::read(value),
        range: range(words),
    }
}

/// The call once for each constant of a variable that it is made with.
fn unrolled(call: Call, variables: &[Variable]) -> Vec<Call> {
    let variable = variables.iter().find(|(name, _)| {
        let is_it = |it: &Argument| it.value == Value::Name(name.clone());
        call.arguments.iter().any(is_it)
    });
    let Some((name, constants)) = variable else {
        return vec![call];
    };
    let with = |constant: &Value| {
        let mut call = call.clone();
        for argument in &mut call.arguments {
            if argument.value == Value::Name(name.clone()) {
                argument.value = constant.clone();
            }
        }
        call
    };
    constants.iter().map(with).collect()
}
