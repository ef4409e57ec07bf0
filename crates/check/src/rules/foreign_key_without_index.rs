//! A foreign key whose columns have no index.

use crate::act::{ConstraintKind, Relation, shown};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::schema::{Key, Table};

const USERS: &str = "CREATE TABLE users (id int PRIMARY KEY);";
const ROWS: &str = "INSERT INTO users SELECT n FROM generate_series(1, 2000) AS n;";

pub const RULE: Rule = Rule {
    name: "foreign-key-without-index",
    severity: Severity::Warning,
    summary: "the columns of a foreign key have no index: each row that is deleted from the other table reads the whole table",
    failing: &[
        Example::new(&[USERS, "CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users ON DELETE CASCADE);"])
            .rows(ROWS)
            .server(SCANS),
        Example::new(&[USERS, "CREATE TABLE orders (id int PRIMARY KEY, user_id int); ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users;"])
            .rows(ROWS)
            .server(SCANS),
        Example::new(&[USERS, "CREATE TABLE orders (id int, user_id int REFERENCES users, PRIMARY KEY (id, user_id));"])
            .rows(ROWS)
            .server(SCANS),
    ],
    passing: &[
        Example::new(&[USERS, "CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users ON DELETE CASCADE); CREATE INDEX ON orders (user_id, id);"]),
        Example::new(&[USERS, "CREATE TABLE orders (user_id int REFERENCES users, id int, PRIMARY KEY (user_id, id));"]),
        Example::new(&[USERS, "CREATE TABLE settings (user_id int PRIMARY KEY REFERENCES users);"]),
    ],
    finds: Finds::Schema(find),
};

/// 50 deleted rows read 50 times 2,000 rows.
const SCANS: Server = Server::Damages {
    then: "INSERT INTO orders SELECT n, n FROM generate_series(51, 2000) AS n; ANALYZE orders;
           DELETE FROM users WHERE id <= 50; SELECT pg_stat_force_next_flush();",
    query: "SELECT coalesce(max(seq_tup_read), 0) >= 50 * 1900 FROM pg_stat_user_tables WHERE relname = 'orders'",
    before: "false",
    after: "true",
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (relation, table) in &context.schema.tables {
        for key in &table.keys {
            found.extend(finding(relation, table, key, context));
        }
    }
    found
}

fn finding(
    relation: &Relation,
    table: &Table,
    key: &Key,
    context: &Context<'_>,
) -> Option<Finding> {
    let ConstraintKind::Foreign(Some(other)) = &key.constraint.kind else {
        return None;
    };
    let columns = &key.constraint.columns;
    let begins = |indexed: &[Option<String>]| {
        let first = indexed.iter().take(columns.len());
        let first: Vec<&String> = first.flatten().collect();
        columns.iter().all(|it| first.contains(&it))
    };
    let is_unique = |it: &Key| {
        matches!(
            it.constraint.kind,
            ConstraintKind::Primary | ConstraintKind::Unique
        )
    };
    let of_key = |it: &Key| {
        let columns: Vec<Option<String>> =
            it.constraint.columns.iter().cloned().map(Some).collect();
        is_unique(it) && begins(&columns)
    };
    let is_by_index = |it: &Key| it.constraint.kind == ConstraintKind::UsingIndex;
    let indexes = context.schema.indexes.values();
    let mut of_index = indexes
        .filter(|it| it.table == *relation)
        .map(|it| begins(&it.columns));
    let is_indexed =
        table.keys.iter().any(|it| of_key(it) || is_by_index(it)) || of_index.any(|it| it);
    if is_indexed || columns.is_empty() || table.has_more {
        return None;
    }
    let names: Vec<String> = columns.iter().map(|it| shown(it)).collect();
    let names = names.join(", ");
    let message = format!(
        "each row that is deleted from {other}, or gets another key, reads all rows of {relation}: ({names}) has no index"
    );
    let place = key.place.clone()?;
    // The place may be the statement's: the constraint's own bytes are in the same file.
    let range = key.constraint.range.clone();
    let file = place.file;
    Some(
        Finding::new(crate::finding::Place { file, range }, message)
            .help(format!("CREATE INDEX ON {relation} ({names});")),
    )
}
