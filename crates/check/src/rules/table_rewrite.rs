//! What writes a whole table anew, under a lock that blocks reads and writes.

use crate::act::{Act, Action, ActionKind, Relation, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::schema::Table;

pub const RULE: Rule = Rule {
    name: "table-rewrite",
    severity: Severity::Warning,
    summary: "a table of an earlier file is written anew while nobody can read or write it",
    failing: &[
        Example::new(&[
            "CREATE TABLE orders (id int);",
            "ALTER TABLE orders ALTER COLUMN id TYPE bigint;",
        ])
        .rows("INSERT INTO orders VALUES (1);")
        .server(Server::Rewrites("orders")),
        Example::new(&[
            "CREATE TABLE orders (id int);",
            "ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();",
        ])
        .rows("INSERT INTO orders VALUES (1);")
        .server(Server::Rewrites("orders")),
        Example::new(&[
            "CREATE TABLE orders (id int);",
            "ALTER TABLE orders ADD COLUMN number bigserial;",
        ])
        .rows("INSERT INTO orders VALUES (1);")
        .server(Server::Rewrites("orders")),
        Example::new(&[
            "CREATE TABLE orders (id int);",
            "ALTER TABLE orders SET UNLOGGED;",
        ])
        .rows("INSERT INTO orders VALUES (1);")
        .server(Server::Rewrites("orders")),
    ],
    passing: &[
        Example::new(&[
            "CREATE TABLE orders (id int, note varchar(10));",
            "ALTER TABLE orders ALTER COLUMN note TYPE text; ALTER TABLE orders ADD COLUMN seen timestamptz DEFAULT now();",
        ]),
        Example::new(&[
            "CREATE TABLE orders (id int); ALTER TABLE orders ALTER COLUMN id TYPE bigint;",
        ]),
        Example::new(&[
            "CREATE TABLE orders (note varchar(10));",
            "ALTER TABLE orders ALTER COLUMN note TYPE varchar(20);",
        ]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let What::Alter(relation, actions) = &act.what else {
        return Vec::new();
    };
    let Some(table) = context.schema.tables.get(relation) else {
        return Vec::new();
    };
    if table.is_new_in(context.file) {
        return Vec::new();
    }
    let finding = |action: &Action| {
        let (why, help) = rewrite(relation, table, &action.what)?;
        let message = format!(
            "all rows of {relation} are written anew while nobody can read or write it: {why}"
        );
        Some(Finding::new(context.place(&action.range), message).help(help))
    };
    actions.iter().filter_map(finding).collect()
}

/// Why an action rewrites the table, and what to write instead.
fn rewrite(relation: &Relation, table: &Table, action: &ActionKind) -> Option<(String, String)> {
    match action {
        ActionKind::Retype(name, ty, _) => {
            let old = table.column(name).map(|it| it.ty.as_str());
            if old.is_some_and(|old| keeps_bytes(old, ty)) {
                return None;
            }
            let why = match old {
                Some(old) => format!("{name} is {old} and becomes {ty}"),
                None => format!("{name} becomes {ty}"),
            };
            let help = format!(
                "add a column, fill it in parts, and swap the names:\nALTER TABLE {relation} ADD COLUMN {name}_new {ty};\nUPDATE {relation} SET {name}_new = {name} WHERE …;\nALTER TABLE {relation} RENAME COLUMN {name} TO {name}_old;\nALTER TABLE {relation} RENAME COLUMN {name}_new TO {name};"
            );
            Some((why, help))
        }
        ActionKind::AddColumn(column, _, _) => {
            let name = &column.name;
            let is_serial = column.ty.ends_with("serial");
            if column.is_generated {
                let help = "let a trigger or the service fill a plain column".to_owned();
                return Some((format!("{name} is computed for each row"), help));
            }
            let default = column.default.as_deref().unwrap_or_default();
            if !is_serial && !is_volatile(default) {
                return None;
            }
            let help = format!(
                "add the column, then its default, then fill the rows in parts:\nALTER TABLE {relation} ADD COLUMN {name} {};\nALTER TABLE {relation} ALTER COLUMN {name} SET DEFAULT {default};",
                column.ty
            );
            Some((
                format!("the default of {name} is computed for each row"),
                help,
            ))
        }
        ActionKind::Rewrite(words) => Some((
            words.clone(),
            "do it when nobody needs the table".to_owned(),
        )),
        _ => None,
    }
}

/// Functions that PostgreSQL calls once a row.
fn is_volatile(default: &str) -> bool {
    const VOLATILE: &[&str] = &[
        "gen_random_uuid",
        "uuid_generate_v",
        "uuidv7",
        "uuidv4",
        "random(",
        "clock_timestamp",
        "timeofday",
        "nextval",
    ];
    let folded = default.to_ascii_lowercase();
    VOLATILE.iter().any(|it| folded.contains(it))
}

/// Whether PostgreSQL changes the one type into the other without touching rows.
fn keeps_bytes(old: &str, new: &str) -> bool {
    let parts = |ty: &str| {
        let (name, length) = ty.split_once('(').unwrap_or((ty, ""));
        let name = match name.trim() {
            "character varying" => "varchar".to_owned(),
            "decimal" => "numeric".to_owned(),
            other => other.to_owned(),
        };
        let length = length.trim_end_matches(')');
        (name, length.to_owned())
    };
    let ((old, old_length), (new, new_length)) = (parts(old), parts(new));
    let is_text = |it: &str| it == "varchar" || it == "text";
    let longer = || {
        let number = |text: &str| text.parse::<u64>().ok();
        number(&old_length)
            .zip(number(&new_length))
            .is_some_and(|(old, new)| new >= old)
    };
    if is_text(&old) && is_text(&new) {
        return new_length.is_empty() || longer();
    }
    let same = |a: &str, b: &str| old == a && new == b && new_length.is_empty();
    (old == new && (old_length == new_length || new_length.is_empty())) || same("cidr", "inet")
}
