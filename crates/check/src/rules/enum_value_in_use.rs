//! A new value of an enum that its own transaction uses.

use sql::lexer::TokenKind;
use sql::statement::words::Words;

use crate::act::Relation;
use crate::finding::{Finding, Place, Severity};
use crate::progress::{AddedValue, string};
use crate::read::relation;
use crate::rule::{Context, Example, Finds, Rule, Server};

const TYPE: &str = "CREATE TYPE status AS ENUM ('new'); CREATE TABLE orders (status status);";

pub const RULE: Rule = Rule {
    name: "enum-value-in-use",
    severity: Severity::Error,
    summary: "a value is added to an enum and used in the same transaction",
    failing: &[
        Example::new(&[TYPE, "BEGIN; ALTER TYPE status ADD VALUE 'done'; SELECT 'done'::status; COMMIT;"])
            .server(Server::Refuses("55P04")),
        Example::new(&[TYPE, "BEGIN; ALTER TYPE status ADD VALUE 'done'; CREATE VIEW done AS SELECT * FROM orders WHERE status = CAST('done' AS status); COMMIT;"])
            .server(Server::Refuses("55P04")),
        Example::new(&[TYPE, "BEGIN; ALTER TYPE status ADD VALUE 'done'; INSERT INTO orders VALUES ('done'); COMMIT;"])
            .server(Server::Refuses("55P04")),
    ],
    passing: &[
        // Its steps are two transactions.
        Example::new(&[TYPE, "ALTER TYPE status ADD VALUE 'done'; INSERT INTO orders VALUES ('done');"]),
        Example::new(&[TYPE, "BEGIN; ALTER TYPE status ADD VALUE 'done'; COMMIT; INSERT INTO orders VALUES ('done');"]),
        Example::new(&[TYPE, "BEGIN; ALTER TYPE status ADD VALUE 'done'; ALTER TYPE status ADD VALUE 'gone' AFTER 'done'; SELECT 'new'::status; COMMIT;"]),
    ],
    finds: Finds::Statements(find),
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let words = context.words;
    if context.progress.added.is_empty()
        || words.are(0, &["alter", "type"])
        || words.is(0, "comment")
    {
        return Vec::new();
    }
    let strings = (0..words.tokens.len()).filter(|&at| words.tokens[at].kind == TokenKind::String);
    let finding = |at: usize| {
        let value = string(words, at)?;
        let added = context.progress.added.iter().find(|it| it.value == value)?;
        Some(finding(words, at, added, context))
    };
    strings.filter_map(finding).take(1).collect()
}

fn finding(words: Words<'_>, at: usize, added: &AddedValue, context: &Context<'_>) -> Finding {
    let (ty, value) = (&added.ty, &added.value);
    let block = context.progress.block.clone();
    let message = format!(
        "the value {value} of {ty} cannot be used before the transaction that adds it is committed"
    );
    let at_place = |range| Place {
        file: context.file,
        range,
    };
    let finding = Finding::new(context.place(&(words.tokens[at].start..words.tokens[at].end)), message)
        .other(block.map(at_place), "begins the transaction")
        .other(Some(at_place(added.range.clone())), "adds the value")
        .help("move ALTER TYPE before BEGIN, or leave out BEGIN and COMMIT: the file's steps keep them apart then");
    // The same text may be one of another type, and a value that was there may be used.
    if is_cast(words, at, ty) && !added.if_not_exists {
        finding
    } else {
        finding.uncertain()
    }
}

/// `'value'::type` and `CAST('value' AS type)`.
fn is_cast(words: Words<'_>, at: usize, ty: &Relation) -> bool {
    let is_cast = words.is_symbol(at + 1, "::") || words.is(at + 1, "as");
    is_cast && relation(words, at + 2).is_some_and(|it| it.0 == *ty)
}
