//! An index that is built while writes wait.

use crate::act::{Act, What, shown};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};

pub const RULE: Rule = Rule {
    name: "index-blocks-writes",
    severity: Severity::Warning,
    summary: "an index is built on a table of an earlier file while writes wait",
    failing: &[
        Example::new(&["CREATE TABLE orders (id int, note text);", "CREATE INDEX orders_note_idx ON orders (note);"])
            .server(Server::Locks("orders", "ShareLock")),
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));",
            "CREATE INDEX m_v_idx ON m (v);",
        ])
        .server(Server::Locks("m", "ShareLock")),
    ],
    passing: &[
        Example::new(&["CREATE TABLE orders (id int, note text);", "CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);"]),
        Example::new(&["CREATE TABLE orders (id int, note text); CREATE INDEX ON orders (note);"]),
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));",
            "CREATE INDEX m_v_idx ON m (v) WITH (timescaledb.transaction_per_chunk);",
        ]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let What::CreateIndex(index) = &act.what else {
        return Vec::new();
    };
    let Some(table) = context.schema.tables.get(&index.relation) else {
        return Vec::new();
    };
    if table.is_new_in(context.file)
        || index.concurrently.is_some()
        || index.per_chunk
        || index.is_only
    {
        return Vec::new();
    }
    let relation = &index.relation;
    let name = index.name.as_deref().map(shown).unwrap_or_default();
    let unique = if index.is_unique { "UNIQUE " } else { "" };
    let help = match (&table.hypertable, index.is_unique) {
        (Some(_), true) => "a unique index of a hypertable can be built no other way: build it when little is written".to_owned(),
        (Some(_), false) => format!("build it chunk by chunk:\nCREATE INDEX {name} ON {relation} (…) WITH (timescaledb.transaction_per_chunk);"),
        (None, _) => format!("CREATE {unique}INDEX CONCURRENTLY {name} ON {relation} (…);"),
    };
    vec![
        Finding::new(
            context.place(&act.range),
            format!("writes of {relation} wait until the index is built"),
        )
        .other(table.made.clone(), format!("creates {relation}"))
        .help(help),
    ]
}
