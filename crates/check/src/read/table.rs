//! `CREATE TABLE` and `ALTER TABLE`.

use sql::statement::names::{Name, identifier};
use sql::statement::words::Words;

use super::{options, query, range, relation};
use crate::act::{
    Action, ActionKind, Column, Constraint, ConstraintKind, Like, NewTable, Partitioning,
    TEMPORARY, What,
};
use crate::value::{Value, part};

/// What ends the type of a column.
const AFTER_TYPE: &[&str] = &[
    "not",
    "null",
    "default",
    "primary",
    "unique",
    "references",
    "check",
    "constraint",
    "collate",
    "generated",
    "storage",
    "compression",
    "using",
    "deferrable",
    "initially",
    "options",
];

pub fn create(words: Words<'_>, at: usize, is_temporary: bool) -> Option<NewTable> {
    let if_not_exists = words.is(at, "if");
    let (relation, behind) = relation(words, words.behind(at, &["if", "not", "exists"]))?;
    let mut table = NewTable {
        relation,
        if_not_exists,
        is_temporary,
        columns: Vec::new(),
        constraints: Vec::new(),
        hypertable: None,
        is_filled: false,
        has_more: words.is_one_of(behind, &["partition", "of"]),
        likes: Vec::new(),
        drops_on_commit: words.has(&["on", "commit", "drop"]),
    };
    if is_temporary {
        table.relation.schema = TEMPORARY.to_owned();
    }
    let (elements, mut behind) = words.arguments(behind);
    for element in elements.into_iter().filter(|it| !it.tokens.is_empty()) {
        if element.is(0, "like") {
            table.likes.extend(like(element, table.columns.len()));
        } else if let Some(constraint) = constraint(element) {
            table.constraints.push(constraint);
        } else if let Some((column, constraints)) = column(element) {
            table.columns.push(column);
            table.constraints.extend(constraints);
        }
    }
    let keys = table.constraints.iter();
    let primary: Vec<String> = keys
        .filter(|it| it.kind == ConstraintKind::Primary)
        .flat_map(|it| it.columns.clone())
        .collect();
    for column in &mut table.columns {
        column.not_null |= primary.contains(&column.name);
    }
    while behind < words.tokens.len() {
        match () {
            () if words.is(behind, "inherits") => table.has_more = true,
            () if words.is(behind, "as") => {
                table.has_more = true;
                table.is_filled = !words.ends_with(&["with", "no", "data"]);
                break;
            }
            () if words.is(behind, "with") && words.is_symbol(behind + 1, "(") => {
                let options = options::read(words.arguments(behind + 1).0);
                table.hypertable = partitioning(options, &table.columns);
            }
            () => {}
        }
        behind += 1;
    }
    Some(table)
}

/// `LIKE other INCLUDING ALL EXCLUDING INDEXES`, after so many columns.
fn like(words: Words<'_>, at: usize) -> Option<Like> {
    let (relation, behind) = relation(words, 1)?;
    let mut like = Like {
        relation,
        at,
        indexes: false,
        checks: false,
        defaults: false,
    };
    for at in behind..words.tokens.len() {
        let is_on = words.is(at, "including");
        if !is_on && !words.is(at, "excluding") {
            continue;
        }
        let is = |what: &str| words.is_one_of(at + 1, &["all", what]);
        for (what, option) in [
            ("indexes", &mut like.indexes),
            ("constraints", &mut like.checks),
            ("defaults", &mut like.defaults),
        ] {
            if is(what) {
                *option = is_on;
            }
        }
    }
    Some(like)
}

fn partitioning(options: Vec<(&'static str, Value)>, columns: &[Column]) -> Option<Partitioning> {
    // The server takes the first of these, since 2.23; before that it refuses to guess.
    let first = || columns.iter().find(|it| it.ty.starts_with("timestamp"));
    options::is_on(&options, "hypertable").then(|| {
        let value = |name: &str| {
            options
                .iter()
                .find(|it| it.0 == name)
                .map(|it| it.1.clone())
        };
        Partitioning {
            time: match value("partition_column") {
                Some(Value::Text(name)) => Some(name),
                Some(_) => None,
                None => first().map(|it| it.name.clone()),
            },
            others: Vec::new(),
            interval: value("chunk_interval"),
            columnstore: value("columnstore").map(|it| it != Value::Bool(false)),
        }
    })
}

/// A column of a table's definition, and the constraints that are written with it.
fn column(words: Words<'_>) -> Option<(Column, Vec<Constraint>)> {
    let name = identifier(words, 0)?;
    let count = words.tokens.len();
    let mut depth = 0usize;
    let mut end = count;
    for at in 1..count {
        match words.text(at) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth == 0 && words.is_one_of(at, AFTER_TYPE) => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    let mut column = Column {
        name: name.clone(),
        range: range(words),
        ty: type_text(part(words, 1, end)),
        not_null: false,
        default: None,
        is_generated: false,
        reads: Vec::new(),
    };
    let mut constraints = Vec::new();
    let mut at = end;
    let mut constraint_name = None;
    while at < count {
        if words.is(at, "constraint") {
            constraint_name = identifier(words, at + 1);
            at += 2;
            continue;
        }
        let kind = match () {
            () if words.are(at, &["primary", "key"]) => Some(ConstraintKind::Primary),
            () if words.is(at, "unique") => Some(ConstraintKind::Unique),
            () if words.is(at, "references") => Some(ConstraintKind::Foreign(
                relation(words, at + 1).map(|it| it.0),
            )),
            () if words.is(at, "check") => Some(ConstraintKind::Check),
            () => None,
        };
        if words.are(at, &["not", "null"]) {
            column.not_null = true;
        } else if words.is(at, "generated") {
            column.is_generated = true;
            let expression = words.arguments(at + 3).0;
            column
                .reads
                .extend(expression.iter().flat_map(|it| query::columns(*it, &[])));
            column.not_null |= words.has(&["identity"]);
        } else if words.is(at, "default")
            && !words.is(at.wrapping_sub(1), "by")
            && !words.is(at.wrapping_sub(1), "set")
        {
            let stop = default_end(words, at + 1);
            column.default = Some(words.between(at + 1..stop).to_owned());
            at = stop;
            continue;
        }
        if let Some(kind) = kind {
            column.not_null |= kind == ConstraintKind::Primary;
            constraints.push(Constraint {
                range: range(part(words, at, count)),
                name: constraint_name.take(),
                kind,
                columns: vec![name.clone()],
                proves: proven(part(words, at + 1, count)),
                not_valid: false,
            });
        }
        let (_, behind) = words.arguments(at + 1);
        at = behind.max(at + 1);
    }
    Some((column, constraints))
}

/// The first index after the expression of a default.
fn default_end(words: Words<'_>, start: usize) -> usize {
    const ENDS: &[&str] = &[
        "not",
        "primary",
        "unique",
        "references",
        "check",
        "constraint",
        "collate",
        "generated",
    ];
    let mut depth = 0usize;
    for at in start..words.tokens.len() {
        match words.text(at) {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ if depth == 0 && at > start && words.is_one_of(at, ENDS) => return at,
            _ if depth == 0 && at > start && words.is(at, "null") => return at,
            _ => {}
        }
    }
    words.tokens.len()
}

/// A type as it is compared: lower case, single blanks.
pub fn type_text(words: Words<'_>) -> String {
    let mut text = String::new();
    for at in 0..words.tokens.len() {
        let word = words.text(at);
        let sticks = matches!(word, "(" | ")" | "," | "[" | "]" | ".");
        let after = text.ends_with(['(', '.', ',', '[']);
        if !text.is_empty() && !sticks && !after {
            text.push(' ');
        }
        text.push_str(&word.to_ascii_lowercase());
    }
    text
}

/// A constraint of a table; `None` if it is a column.
fn constraint(words: Words<'_>) -> Option<Constraint> {
    let (name, at) = if words.is(0, "constraint") {
        (Some(identifier(words, 1)?), 2)
    } else {
        (None, 0)
    };
    let (mut kind, mut list) = match () {
        () if words.are(at, &["primary", "key"]) => (ConstraintKind::Primary, at + 2),
        () if words.is(at, "unique") => {
            let at = words.behind(at + 1, &["nulls", "not", "distinct"]);
            (ConstraintKind::Unique, at)
        }
        () if words.are(at, &["foreign", "key"]) => {
            let to = (at..words.tokens.len()).find(|&it| words.is(it, "references"));
            let to = to.and_then(|it| relation(words, it + 1));
            (ConstraintKind::Foreign(to.map(|it| it.0)), at + 2)
        }
        () if words.is(at, "check") && words.is_symbol(at + 1, "(") => (ConstraintKind::Check, at),
        () if words.is(at, "exclude") => (ConstraintKind::Exclude, at),
        () => return None,
    };
    if words.is(list, "using") {
        kind = ConstraintKind::UsingIndex;
        list = words.tokens.len();
    }
    let columns = words.arguments(list).0;
    Some(Constraint {
        range: range(words),
        name,
        columns: columns.iter().filter_map(|it| identifier(*it, 0)).collect(),
        proves: if kind == ConstraintKind::Check {
            proven(part(words, at + 1, words.tokens.len()))
        } else {
            Vec::new()
        },
        kind,
        not_valid: words.has(&["not", "valid"]),
    })
}

/// The columns that a check proves to be never null: `(a IS NOT NULL AND b > 0)` proves a.
fn proven(check: Words<'_>) -> Vec<String> {
    /// How many parentheses and conditions are read.
    const MOST: usize = 20;
    let mut found = Vec::new();
    let mut open: Vec<Words<'_>> = check.arguments(0).0;
    for _ in 0..MOST {
        let Some(words) = open.pop() else {
            break;
        };
        let count = words.tokens.len();
        let (inner, behind) = words.arguments(0);
        if behind == count && inner.len() == 1 {
            open.extend(inner);
        } else if words.has(&["or"]) || words.has(&["between"]) {
            // One of them may be true without the others, and the AND of BETWEEN is another one.
        } else if words.has(&["and"]) {
            open.extend(conjuncts(words));
        } else if words.are(1, &["is", "not", "null"]) && count == 4 {
            found.extend(identifier(words, 0));
        }
    }
    found
}

fn conjuncts(words: Words<'_>) -> Vec<Words<'_>> {
    let mut depth = 0usize;
    let mut start = 0;
    let mut found = Vec::new();
    for at in 0..words.tokens.len() {
        match words.text(at) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth == 0 && words.is(at, "and") => {
                found.push(part(words, start, at));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(part(words, start, words.tokens.len()));
    found
}

/// `ALTER TABLE`, and `ALTER VIEW` and `ALTER MATERIALIZED VIEW`.
pub fn alter(words: Words<'_>) -> Option<What> {
    let at = words.behind(1, &["foreign", "materialized"]);
    if !words.is_one_of(at, &["table", "view"]) {
        return None;
    }
    let at = words.behind(at + 1, &["if", "exists", "only"]);
    let (relation, mut at) = relation(words, at)?;
    if words.is_symbol(at, "*") {
        at += 1;
    }
    let mut actions = Vec::new();
    let mut depth = 0usize;
    let mut start = at;
    for at in at..=words.tokens.len() {
        match words.text(at) {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if at == words.tokens.len() || (depth == 0 && words.is_symbol(at, ",")) {
            let action = part(words, start, at);
            let (range, what) = (range(action), kind(action).unwrap_or(ActionKind::Other));
            actions.push(Action { range, what });
            start = at + 1;
        }
    }
    Some(What::Alter(relation, actions))
}

fn kind(words: Words<'_>) -> Option<ActionKind> {
    let name = |at: usize| identifier(words, at);
    match words.text(0).to_ascii_lowercase().as_str() {
        "add" => add(words),
        "drop" if words.is(1, "constraint") => {
            name(words.behind(2, &["if", "exists"])).map(ActionKind::DropConstraint)
        }
        "drop" => name(words.behind(1, &["column", "if", "exists"])).map(ActionKind::DropColumn),
        "alter" if words.is(1, "constraint") => None,
        "alter" => {
            let at = words.behind(1, &["column"]);
            let column = name(at)?;
            let at = at + 1;
            if words.are(at, &["set", "not", "null"]) {
                return Some(ActionKind::SetNotNull(column));
            }
            if words.are(at, &["drop", "not", "null"]) {
                return Some(ActionKind::DropNotNull(column));
            }
            let at = words.behind(at, &["set", "data"]);
            if !words.is(at, "type") {
                return None;
            }
            let end =
                (at..words.tokens.len()).find(|&it| words.is_one_of(it, &["using", "collate"]));
            let ty = type_text(part(words, at + 1, end.unwrap_or(words.tokens.len())));
            Some(ActionKind::Retype(column, ty, words.has(&["using"])))
        }
        "validate" => name(2).map(ActionKind::Validate),
        "rename" if words.is(1, "constraint") => {
            Some(ActionKind::RenameConstraint(name(2)?, name(4)?))
        }
        "rename" if words.is(1, "to") => name(2).map(ActionKind::Rename),
        "rename" => {
            let at = words.behind(1, &["column"]);
            Some(ActionKind::RenameColumn(name(at)?, name(at + 2)?))
        }
        "set" if words.is_symbol(1, "(") => {
            Some(ActionKind::SetOptions(options::read(words.arguments(1).0)))
        }
        "set" if words.is(1, "schema") => name(2).map(ActionKind::SetSchema),
        "set" if words.is_one_of(1, &["logged", "unlogged", "tablespace", "access"]) => Some(
            ActionKind::Rewrite(words.between(0..words.tokens.len()).to_owned()),
        ),
        "enable" | "disable" if words.are(1, &["row", "level"]) => Some(ActionKind::RowSecurity),
        _ => None,
    }
}

fn add(words: Words<'_>) -> Option<ActionKind> {
    if let Some(constraint) = constraint(part(words, 1, words.tokens.len())) {
        return Some(ActionKind::AddConstraint(constraint));
    }
    let at = words.behind(1, &["column"]);
    let if_not_exists = words.is(at, "if");
    let at = words.behind(at, &["if", "not", "exists"]);
    Name::read(words, at)?;
    let (column, constraints) = column(part(words, at, words.tokens.len()))?;
    Some(ActionKind::AddColumn(column, constraints, if_not_exists))
}
