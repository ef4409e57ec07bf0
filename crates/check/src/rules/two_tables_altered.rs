//! A file with more than one subject: it alters two tables of earlier files.

use crate::act::{Act, Relation, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule};

const TABLES: &str = "CREATE TABLE orders (id int); CREATE TABLE users (id int);";

pub const RULE: Rule = Rule {
    name: "two-tables-altered",
    severity: Severity::Warning,
    summary: "a file alters two tables of earlier files: it may have two subjects",
    failing: &[Example::new(&[
        TABLES,
        "ALTER TABLE orders ADD COLUMN note text; ALTER TABLE users ADD COLUMN note text;",
    ])],
    passing: &[
        Example::new(&[
            TABLES,
            "ALTER TABLE orders ADD COLUMN note text; ALTER TABLE orders ADD COLUMN more text;",
        ]),
        Example::new(&[
            TABLES,
            "CREATE TABLE teams (id int); ALTER TABLE teams ADD COLUMN note text; ALTER TABLE users ADD COLUMN team int;",
        ]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let What::Alter(relation, _) = &act.what else {
        return Vec::new();
    };
    let is_older = |it: &Relation| {
        let table = context.schema.tables.get(it);
        table.is_some_and(|it| it.made.as_ref().is_none_or(|it| it.file != context.file))
    };
    let altered = context.progress.altered.iter().cloned();
    let altered: Vec<Relation> = altered.map(|it| context.schema.meant(it)).collect();
    let mut others = altered.iter().filter(|it| *it != relation && is_older(it));
    // Once, at the second table.
    let Some(other) = others
        .next()
        .filter(|_| is_older(relation) && !altered.contains(relation))
    else {
        return Vec::new();
    };
    let message = format!("this file alters {other}, and {relation} too");
    vec![
        Finding::new(context.place(&act.range), message)
            .help("a file for each subject can be applied, and put right, without the other"),
    ]
}
