//! The list of all queries, and its JSON document. Pure.

use catalog::Catalog;
use codegen::Choices;
use queries::{ColumnName, DescribedQuery, RelationName, RowCount};
use serde_json::{Value, json};

use crate::words::count;

use super::committed::{Committed, Listed, State};
use super::words;

/// How wide the screen is.
const WIDTH: usize = 100;

/// What a relation's rows are called, for those queries that return them.
pub type RelationRows<'a> = &'a dyn Fn(&DescribedQuery) -> Option<String>;

/// The lines for people: a block for each file.
pub fn lines(committed: &Committed, shown: &dyn Fn(&Listed<'_>) -> String) -> Vec<String> {
    let rows = relation_rows(&committed.catalog, &committed.choices);
    let mut lines = Vec::new();
    for file in &committed.files {
        let mut of_file = committed
            .listed()
            .filter(|it| it.file.module == file.module)
            .peekable();
        let Some(first) = of_file.peek() else {
            continue;
        };
        lines.push(shown(first));
        let widest = file.queries.iter().map(|it| it.name.len()).max();
        let width = widest.unwrap_or(0).min(40);
        for it in of_file {
            lines.extend(block(&it, width, &rows));
        }
    }
    lines.extend(summary(committed));
    lines
}

/// What a relation's rows are called.
pub fn relation_rows<'a>(
    catalog: &'a Catalog,
    choices: &'a Choices,
) -> impl Fn(&DescribedQuery) -> Option<String> + use<'a> {
    let module = codegen::relation_rows(catalog, choices);
    move |query| Some(format!("{}::Row", module(query)?))
}

fn block(it: &Listed<'_>, width: usize, rows: RelationRows<'_>) -> Vec<String> {
    let name = &it.query.name;
    let query = match it.state {
        State::Described(query) => query,
        State::Changed => {
            return vec![format!(
                "  {name:width$}  changed since it was described: `cargo xtask migrate`"
            )];
        }
        State::New => {
            return vec![format!(
                "  {name:width$}  not described: `cargo xtask migrate`"
            )];
        }
    };
    let mut lines = vec![format!(
        "  {name:width$}  {}, {}",
        words::access(query),
        words::rows(query)
    )];
    let parameters: Vec<String> = query.parameters.iter().map(words::parameter).collect();
    lines.extend(wrapped("parameters", &parameters));
    match rows(query) {
        Some(row) => lines.extend(wrapped("row", &[row])),
        None => {
            let columns: Vec<String> = query.columns.iter().map(words::column).collect();
            lines.extend(wrapped("columns", &columns));
        }
    }
    let relations = query.relations.iter();
    let relations: Vec<String> = relations.map(|it| relation(query, it)).collect();
    lines.extend(wrapped("relations", &relations));
    lines
}

/// `events (time from :from until :to)`
pub fn relation(query: &DescribedQuery, it: &RelationName) -> String {
    let name = words::relation(&it.schema, &it.name);
    match words::bound_of(query, it) {
        Some(bound) => format!("{name} ({})", words::bound(query, bound)),
        None => name,
    }
}

/// The parts after a label, in as many lines as they need; none without parts.
fn wrapped(label: &str, parts: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let blank = " ".repeat(16);
    for (at, part) in parts.iter().enumerate() {
        let part = if at + 1 == parts.len() {
            part.clone()
        } else {
            format!("{part},")
        };
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + part.chars().count() <= WIDTH => {
                *line += &format!(" {part}");
            }
            Some(_) => lines.push(format!("{blank}{part}")),
            None => lines.push(format!("    {label:10}  {part}")),
        }
    }
    lines
}

/// How many there are, what the signs mean, and what to do about those that are not described.
fn summary(committed: &Committed) -> Vec<String> {
    let listed: Vec<Listed<'_>> = committed.listed().collect();
    let mut lines = Vec::new();
    let mut signs = Vec::new();
    let described = listed.iter().filter_map(|it| match it.state {
        State::Described(query) => Some(query),
        _ => None,
    });
    for query in described {
        let is_null = query.columns.iter().any(|it| it.never_null.is_none())
            || query
                .parameters
                .iter()
                .any(|it| it.nullable && !it.optional);
        let signs_of_it = [
            (is_null, "`name?` may be null"),
            (
                query.parameters.iter().any(|it| it.optional),
                "`[name]` may be left out",
            ),
        ];
        for (_, sign) in signs_of_it.iter().filter(|(has, _)| *has) {
            if !signs.contains(sign) {
                signs.push(*sign);
            }
        }
    }
    let files = committed.files.iter();
    let files = files.filter(|file| !file.queries.is_empty()).count();
    let mut total = format!(
        "{} in {}",
        count(listed.len(), "query"),
        count(files, "file")
    );
    if !signs.is_empty() {
        signs.sort_unstable_by(|a, b| b.cmp(a));
        total += &format!("; {}", signs.join(", "));
    }
    lines.push(total);
    for it in committed.removed() {
        lines.push(format!("{it} is described, and in no file any more"));
    }
    if committed.has_other_schema() {
        lines.push("they were described with another schema than that of schema.json".to_owned());
    }
    if !is_current(committed) {
        lines.push("next: `cargo xtask migrate` describes the queries".to_owned());
    }
    lines
}

/// Whether everything that is kept is about these queries and this schema.
pub fn is_current(committed: &Committed) -> bool {
    let is_described = |it: Listed<'_>| matches!(it.state, State::Described(_));
    committed.listed().all(is_described)
        && committed.removed().is_empty()
        && !committed.has_other_schema()
}

/// A query in a document.
pub fn document(it: &Listed<'_>, file: &str, line: usize, rows: RelationRows<'_>) -> Value {
    let mut document = json!({
        "module": it.file.module,
        "name": it.query.name,
        "file": file,
        "line": line,
        "documentation": it.query.doc.join("\n"),
        "sql": it.query.sql,
        "unbounded_because": it.query.unbounded,
        "state": match it.state {
            State::Described(_) => "described",
            State::Changed => "changed",
            State::New => "not_described",
        },
    });
    let (State::Described(query), Value::Object(fields)) = (it.state, &mut document) else {
        return document;
    };
    let (rows_, why) = match &query.rows {
        RowCount::One(why) => ("one", Some(why)),
        RowCount::AtMostOne(why) => ("at_most_one", Some(why)),
        RowCount::Many => ("many", None),
    };
    let parameters: Vec<Value> = query.parameters.iter().map(parameter).collect();
    let columns: Vec<Value> = query.columns.iter().map(column).collect();
    let relations: Vec<Value> = query
        .relations
        .iter()
        .map(|it| json!({ "schema": it.schema, "name": it.name }))
        .collect();
    let bounds: Vec<Value> = query
        .time_bounds
        .iter()
        .map(|it| {
            json!({
                "schema": it.schema, "name": it.name, "column": it.column,
                "lower": it.lower, "upper": it.upper, "reads_every_chunk": !it.lower && !it.upper,
            })
        })
        .collect();
    let more = [
        ("rows", json!({ "count": rows_, "because": why })),
        ("writes", query.writes.into()),
        ("is_volatile", query.is_volatile.into()),
        ("row", rows(query).into()),
        ("parameters", parameters.into()),
        ("columns", columns.into()),
        ("relations", relations.into()),
        ("time_bounds", bounds.into()),
    ];
    fields.extend(more.map(|(name, value)| (name.to_owned(), value)));
    document
}

fn parameter(it: &queries::Parameter) -> Value {
    json!({
        "name": it.name, "type": it.ty.sql, "nullable": it.nullable, "optional": it.optional,
        "column": it.column.as_ref().map(name),
    })
}

fn column(it: &queries::Column) -> Value {
    json!({
        "name": it.name, "type": it.ty.sql, "never_null_because": it.never_null,
        "source": it.source.as_ref().map(name),
    })
}

fn name(it: &ColumnName) -> Value {
    json!({ "schema": it.schema, "relation": it.relation, "column": it.column })
}
