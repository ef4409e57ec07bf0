//! A file that does not begin with what it does and why.

use crate::finding::{Finding, Severity};
use crate::read::range;
use crate::rule::{Context, Example, Finds, Rule};
use crate::value::part;

pub const RULE: Rule = Rule {
    name: "file-without-comment",
    severity: Severity::Warning,
    summary: "a file does not begin with a comment that says what it does and why",
    failing: &[
        Example::new(&["CREATE TABLE orders (id int);"]),
        Example::new(&[
            "-- check: allow table-rewrite because nothing is in it\nCREATE TABLE orders (id int); -- Orders of the shop, one row each.",
        ]),
        Example::new(&["-- Orders.\nCREATE TABLE orders (id int);"]),
    ],
    passing: &[
        Example::new(&[
            "-- Orders of the shop, for the invoices of the next release.\nCREATE TABLE orders (id int);\nSELECT 1;",
        ]),
        Example::new(&[
            "\n/* Orders of the shop, for the invoices\n   of the next release. */\n\nCREATE TABLE orders (id int);",
        ]),
    ],
    finds: Finds::Statements(find),
};

/// The fewest words that can say both.
const FEWEST: usize = 3;

fn find(context: &Context<'_>) -> Vec<Finding> {
    let words = context.words;
    let Some(first) = words.tokens.first() else {
        return Vec::new();
    };
    if context.progress.statements > 0 {
        return Vec::new();
    }
    // Before the first token there is nothing else than comments.
    let comments = words.sql.get(..first.start).unwrap_or_default();
    let is_for_tools = |line: &&str| {
        let text = line.trim_start_matches('-').trim_start();
        let keys = ["check:", "migrate:"];
        keys.iter().any(|it| text.starts_with(it))
    };
    let lines = comments.lines().filter(|it| !is_for_tools(it));
    let words_of = |line: &str| {
        line.split(|c: char| !c.is_alphanumeric())
            .filter(|it| !it.is_empty())
            .count()
    };
    if lines.map(words_of).sum::<usize>() >= FEWEST {
        return Vec::new();
    }
    let place = context.place(&range(part(words, 0, 1)));
    vec![
        Finding::new(place, "this file does not begin with what it does and why")
            .help("write it in a comment at the top of the file"),
    ]
}
