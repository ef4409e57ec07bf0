//! Changes of a table that the columnstore does not support.

use sql::lexer::TokenKind;
use sql::statement::names::identifier;
use sql::statement::words::Words;

use crate::act::{Act, ActionKind, Column, Constraint, ConstraintKind, Relation, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};

const TABLE: &str = "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));
    ALTER TABLE m SET (timescaledb.enable_columnstore = true, timescaledb.orderby = 'at');";

pub const RULE: Rule = Rule {
    name: "columnstore-refuses-ddl",
    severity: Severity::Error,
    summary: "a table with a columnstore is altered in a way that the columnstore refuses",
    failing: &[
        Example::new(&[TABLE, "ALTER TABLE m ADD COLUMN note text NOT NULL;"])
            .server(Server::Refuses("0A000")),
        Example::new(&[TABLE, "ALTER TABLE m ADD COLUMN seen timestamptz DEFAULT now();"])
            .server(Server::Refuses("0A000")),
        Example::new(&[TABLE, "ALTER TABLE m ENABLE ROW LEVEL SECURITY;"])
            .server(Server::Refuses("0A000")),
        Example::new(&[TABLE, "ALTER TABLE m ALTER COLUMN v TYPE bigint;"])
            .rows("INSERT INTO m VALUES (now() - INTERVAL '60 days', 1); SELECT compress_chunk(c) FROM show_chunks('m') AS c;")
            .server(Server::Refuses("0A000")),
    ],
    passing: &[
        Example::new(&[TABLE, "ALTER TABLE m ADD COLUMN note text; ALTER TABLE m ADD COLUMN kind text NOT NULL DEFAULT 'other';"]),
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));",
            "ALTER TABLE m ADD COLUMN note text NOT NULL; ALTER TABLE m ALTER COLUMN v TYPE bigint;",
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
    let Some(enabled) = &table.columnstore else {
        return Vec::new();
    };
    let finding = |action: &crate::act::Action| {
        let (reason, help, is_certain) = refused(relation, &action.what)?;
        let message = format!("the columnstore of {relation} refuses this: {reason}");
        let finding = Finding::new(context.place(&action.range), message)
            .other(enabled.place.clone(), "enables the columnstore")
            .help(help);
        Some(if is_certain && enabled.is_certain {
            finding
        } else {
            finding.uncertain()
        })
    };
    actions.iter().filter_map(finding).collect()
}

/// Why the columnstore refuses an action, what to write instead, and whether it surely does.
fn refused(relation: &Relation, what: &ActionKind) -> Option<(String, String, bool)> {
    match what {
        ActionKind::AddColumn(column, constraints, _) => added(relation, column, constraints),
        ActionKind::RowSecurity => Some((
            "row-level security is not supported there".to_owned(),
            "grant a view with the condition instead, and not the table".to_owned(),
            true,
        )),
        ActionKind::Retype(column, ty, _) => Some((
            format!("{column} cannot become {ty} once a chunk is in the columnstore"),
            format!(
                "add a column, fill it, and rename:\nALTER TABLE {relation} ADD COLUMN {column}_new {ty};"
            ),
            false,
        )),
        _ => None,
    }
}

fn added(
    relation: &Relation,
    column: &Column,
    constraints: &[Constraint],
) -> Option<(String, String, bool)> {
    let (name, ty) = (&column.name, &column.ty);
    let add = format!("ALTER TABLE {relation} ADD COLUMN {name} {ty}");
    if column.is_generated {
        return Some((
            format!("{name} is generated"),
            format!("let a trigger or the service fill a plain column:\n{add};"),
            true,
        ));
    }
    if constraints
        .iter()
        .any(|it| matches!(it.kind, ConstraintKind::Foreign(_)))
    {
        return Some((
            format!("{name} comes with a foreign key"),
            format!(
                "add the key after the column:\n{add};\nALTER TABLE {relation} ADD FOREIGN KEY ({name}) REFERENCES …;"
            ),
            true,
        ));
    }
    let Some(default) = &column.default else {
        return column.not_null.then(|| {
            (
                format!("{name} is NOT NULL and has no default"),
                format!("{add} NOT NULL DEFAULT …;"),
                true,
            )
        });
    };
    let is_constant = is_constant(default);
    let (verb, is_certain) = match is_constant {
        Some(true) => return None,
        Some(false) => ("is not", true),
        None => ("may not be", false),
    };
    Some((
        format!("the default of {name} {verb} a constant"),
        format!("{add};\nALTER TABLE {relation} ALTER COLUMN {name} SET DEFAULT {default};"),
        is_certain,
    ))
}

/// What PostgreSQL computes anew, each time: words without parentheses, and functions.
const CHANGING: &[&str] = &[
    "clock_timestamp",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_setting",
    "current_time",
    "current_timestamp",
    "current_user",
    "gen_random_uuid",
    "generate_uuidv7",
    "localtime",
    "localtimestamp",
    "nextval",
    "now",
    "random",
    "session_user",
    "statement_timestamp",
    "timeofday",
    "transaction_timestamp",
    "user",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuidv4",
    "uuidv7",
];

/// Those of them that need no parentheses.
const WORDS: &[&str] = &[
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
    "user",
];

/// What may stand before a parenthesis in a constant: the server computes these once.
const CONSTANT: &[&str] = &[
    "abs",
    "and",
    "array",
    "array_fill",
    "cast",
    "ceil",
    "coalesce",
    "decode",
    "encode",
    "floor",
    "greatest",
    "in",
    "least",
    "length",
    "lower",
    "make_date",
    "make_time",
    "md5",
    "not",
    "nullif",
    "or",
    "power",
    "repeat",
    "replace",
    "round",
    "row",
    "sqrt",
    "substr",
    "substring",
    "trim",
    "upper",
];

/// Whether the server computes a default once; `None` if that depends on a function that is not known here.
fn is_constant(default: &str) -> Option<bool> {
    let tokens = sql::lexer::tokens(default);
    let words = Words {
        sql: default,
        tokens: &tokens,
    };
    let mut is_known = true;
    for at in 0..tokens.len() {
        let is_call = words.is_symbol(at + 1, "(");
        let follows = at.checked_sub(1).map_or("", |it| words.text(it));
        // varchar(3) is a type, and interval(3) '…' one too.
        let is_type = follows == "::" || follows.eq_ignore_ascii_case("as") || {
            let behind = words.arguments(at + 1).1;
            is_call
                && tokens
                    .get(behind)
                    .is_some_and(|it| it.kind == TokenKind::String)
        };
        let Some(name) = identifier(words, at).filter(|_| !is_type) else {
            continue;
        };
        let is_word = words.is_one_of(at, WORDS) && follows != ".";
        if is_word || (is_call && CHANGING.contains(&&*name)) {
            return Some(false);
        }
        is_known &= !is_call || CONSTANT.contains(&&*name);
    }
    is_known.then_some(true)
}
