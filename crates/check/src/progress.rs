//! How far a file is read: what of its statements so far matters to the one that is read.

use std::ops::Range;

use sql::statement::Kind;
use sql::statement::names::identifier;
use sql::statement::rules::kind;
use sql::statement::words::Words;

use crate::act::Relation;
use crate::read::{range, relation};

/// What was read of a file.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// How many statements there are before this one.
    pub statements: usize,
    /// The `BEGIN` of the block that is open. Elsewhere the steps of the plan decide what shares a transaction.
    pub block: Option<Range<usize>>,
    /// The tables that were altered.
    pub altered: Vec<Relation>,
    /// The values that enums got in this block.
    pub added: Vec<AddedValue>,
}

/// `ALTER TYPE … ADD VALUE`.
#[derive(Debug, Clone)]
pub struct AddedValue {
    /// The enum.
    pub ty: Relation,
    /// The value.
    pub value: String,
    /// The statement.
    pub range: Range<usize>,
    /// `IF NOT EXISTS`: it may have been there.
    pub if_not_exists: bool,
}

impl Progress {
    /// Goes on after a statement.
    pub fn pass(&mut self, words: Words<'_>) {
        self.statements += 1;
        self.altered.extend(altered(words));
        match kind(words) {
            Kind::Begin => self.block = Some(range(words)),
            Kind::Commit => {
                self.block = None;
                self.added.clear();
            }
            _ if self.block.is_some() => self.added.extend(added(words)),
            _ => {}
        }
    }
}

fn altered(words: Words<'_>) -> Option<Relation> {
    if !words.are(0, &["alter", "table"]) {
        return None;
    }
    let at = words.behind(2, &["if", "exists", "only"]);
    Some(relation(words, at)?.0)
}

fn added(words: Words<'_>) -> Option<AddedValue> {
    if !words.are(0, &["alter", "type"]) {
        return None;
    }
    let (ty, at) = relation(words, 2)?;
    if !words.are(at, &["add", "value"]) {
        return None;
    }
    let if_not_exists = words.is(at + 2, "if");
    let at = words.behind(at + 2, &["if", "not", "exists"]);
    Some(AddedValue {
        ty,
        value: string(words, at)?,
        range: range(words),
        if_not_exists,
    })
}

/// The string constant at `at`.
pub fn string(words: Words<'_>, at: usize) -> Option<String> {
    let token = words.tokens.get(at)?;
    let inside = words.sql.get(token.inside(words.sql)?)?;
    Some(inside.replace("''", "'"))
}

/// The functions that a statement calls by this name, as indexes of their names.
pub fn calls_of<'a>(words: Words<'a>, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_call = move |at: &usize| {
        words.is_symbol(at + 1, "(") && identifier(words, *at).as_deref() == Some(name)
    };
    (0..words.tokens.len()).filter(is_call)
}
