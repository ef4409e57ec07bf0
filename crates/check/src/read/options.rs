//! `WITH (timescaledb.…)` and `SET (timescaledb.…)`.

use sql::statement::names::identifier;
use sql::statement::words::Words;
use sql::timescaledb::{NAMESPACES, OPTIONS};

use crate::value::{Value, part};

/// TimescaleDB's options of a list, by their name in its table. A name alone means on.
pub fn read(list: Vec<Words<'_>>) -> Vec<(&'static str, Value)> {
    list.into_iter().filter_map(option).collect()
}

fn option(words: Words<'_>) -> Option<(&'static str, Value)> {
    let is_ours = NAMESPACES.iter().any(|name| words.is_name(0, name));
    if !is_ours || !words.is_symbol(1, ".") {
        return None;
    }
    let name = identifier(words, 2)?;
    let option = OPTIONS.iter().find(|it| it.names.contains(&&*name))?;
    let value = if words.is_symbol(3, "=") {
        Value::read(part(words, 4, words.tokens.len()))
    } else {
        Value::Bool(true)
    };
    let value = match (option.value, value) {
        (sql::timescaledb::Value::Bool, _) => Value::Bool(!words.is_off(4)),
        // A column's name may be written without quotes.
        (_, Value::Name(name)) => Value::Text(name),
        (_, other) => other,
    };
    Some((option.name, value))
}

/// Whether an option is on.
pub fn is_on(options: &[(&'static str, Value)], name: &str) -> bool {
    options
        .iter()
        .any(|(it, value)| *it == name && *value == Value::Bool(true))
}
