//! The calls that a statement makes: those of TimescaleDB's routines, and the names of the others.

use sql::statement::names::{Name, identifier};
use sql::statement::words::Words;
use sql::timescaledb;

use super::range;
use crate::act::{Act, Argument, Call, Relation, What, relation_of};
use crate::value::{Value, part};

/// A variable of a `DO` with the constants that it takes in turn.
pub type Variable = (String, Vec<Value>);

/// What only defines, plans or describes what it contains.
const RUNS_NOTHING: &[&str] = &[
    "alter", "comment", "create", "declare", "drop", "explain", "grant", "prepare", "revoke",
];

/// What may leave a call out, or make it several times.
const DEPENDS: &[&str] = &[
    "and", "case", "coalesce", "from", "having", "limit", "offset", "or", "where", "with",
];

/// The calls of a statement, in their order; the routines of others are one act.
pub fn calls(words: Words<'_>, variables: &[Variable]) -> Vec<Act> {
    if words.is_one_of(0, RUNS_NOTHING) {
        return Vec::new();
    }
    let is_certain = is_certain(words);
    let act = |what| Act {
        range: range(words),
        what,
        is_certain,
    };
    let mut found = Vec::new();
    for at in 0..words.tokens.len() {
        if let Some(call) = call_at(words, at) {
            let calls = unrolled(call, variables).into_iter();
            found.extend(calls.map(|it| act(What::Call(it))));
        }
    }
    let others = others(words, 0);
    if !others.is_empty() {
        found.push(act(What::Calls(others)));
    }
    found
}

/// Whether the calls are made once, whatever the database holds.
fn is_certain(words: Words<'_>) -> bool {
    let assigns = words.is_symbol(1, ":") || words.is_symbol(1, "=");
    let evaluates = words.is_one_of(0, &["select", "call", "perform"]) || assigns;
    evaluates && (0..words.tokens.len()).all(|at| !words.is_one_of(at, DEPENDS))
}

fn call_at(words: Words<'_>, at: usize) -> Option<Call> {
    let routine = timescaledb::routine_at(words, at).filter(|_| words.is_symbol(at + 1, "("))?;
    let (arguments, _) = words.arguments(at + 1);
    let schema = (at >= 2 && words.is_symbol(at - 1, "."))
        .then(|| identifier(words, at - 2))
        .flatten();
    let written = arguments.iter().filter(|it| !it.tokens.is_empty());
    let mut call = Call {
        routine: routine.name,
        name: range(part(words, at, at + 1)),
        schema,
        arguments: written.map(|it| argument(*it)).collect(),
        relation: None,
    };
    call.relation = relation(&call);
    Some(call)
}

/// The relation that the first argument names, whatever the parameter is called.
fn relation(call: &Call) -> Option<Relation> {
    const NAMES: &[&str] = &[
        "relation",
        "hypertable",
        "continuous_aggregate",
        "main_table",
    ];
    let named = NAMES.iter().find_map(|name| call.argument(0, name));
    match &named?.value {
        Value::Text(name) => relation_of(name),
        _ => None,
    }
}

/// The names before parentheses that are none of TimescaleDB's routines.
pub fn others(words: Words<'_>, start: usize) -> Vec<Relation> {
    let mut found = Vec::new();
    let mut at = start;
    while at < words.tokens.len() {
        let Some((name, behind)) = Name::read(words, at) else {
            at += 1;
            continue;
        };
        at = behind;
        let is_ours = timescaledb::routine_at(words, behind - 1).is_some();
        if words.is_symbol(behind, "(") && !is_ours {
            found.push(super::named(&name));
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
        call.relation = relation(&call);
        call
    };
    constants.iter().map(with).collect()
}
