//! A table, view or continuous aggregate as the context of `relation.rs.tera`.
//!
//! What a row to be written looks like is `new`'s; what TimescaleDB does with the relation is `facts`'.

use std::collections::HashMap;

use catalog::ConstraintKind;
use serde::Serialize;
use sql::quote::{column_as_text, identifier};

use crate::docs;
use crate::error::Error;
use crate::facts::{self, Facts};
use crate::field::{self, Field};
use crate::layout::{self, Indent};
use crate::names::last_segment;
use crate::new::{self, New};
use crate::source::{Kind, Source};
use crate::types::{Key, Types};

/// Context of `relation.rs.tera`.
#[derive(Serialize)]
pub(crate) struct Relation {
    doc: String,
    module: String,
    kind: &'static str,
    title: String,
    fields: Vec<RowField>,
    table: Table,
    facts: Vec<Constant>,
    new: Option<New>,
    between: Option<Between>,
}

#[derive(Serialize)]
struct RowField {
    doc: String,
    declaration: String,
    read: String,
}

#[derive(Serialize)]
struct Table {
    schema: String,
    name: String,
    columns: String,
    primary_key: String,
}

#[derive(Serialize)]
struct Constant {
    doc: String,
    declaration: String,
}

#[derive(Serialize)]
struct Between {
    doc: String,
    sql: String,
    bound: String,
    bound_type: String,
}

/// The context for one relation whose module lies in another, `depth` modules below the root of the file.
pub(crate) fn prepare(
    source: &Source<'_>,
    types: &Types<'_>,
    paths: &HashMap<Key<'_>, String>,
    depth: usize,
) -> Result<Relation, Error> {
    let place = |offset| Indent {
        offset,
        moved: depth * 4,
    };
    let title = format!("{}.{}", source.schema, source.name);
    let fields = field::fields(source, &title, types, depth)?;
    let facts = facts::of(source.kind, paths, depth);
    let mut doc = source.comment.map_or(Vec::new(), docs::prose);
    doc.push(facts.sentence(&title));
    let table = match source.kind {
        Kind::Table(table) => Some(table),
        _ => None,
    };
    Ok(Relation {
        doc: docs::block(place(0), &doc),
        module: last_segment(&paths[&(source.schema, source.name)]).to_owned(),
        kind: facts.kind,
        title: docs::code(&title),
        fields: fields
            .iter()
            .enumerate()
            .map(|(at, field)| row_field(field, at, place))
            .collect(),
        table: table_context(source, &fields, place),
        facts: facts
            .constants
            .iter()
            .map(|constant| Constant {
                doc: docs::block(place(8), std::slice::from_ref(&constant.doc)),
                declaration: layout::constant(place(8), &constant.declaration, &constant.value),
            })
            .collect(),
        new: table.map(|_| new::prepare(&fields, &docs::code(&title), place)),
        between: between(source, &fields, &facts, place),
    })
}

fn row_field(field: &Field<'_>, at: usize, place: impl Fn(usize) -> Indent) -> RowField {
    let mut doc = field.comment.clone();
    let mut ty = field.ty.path.clone();
    match &field.column.never_null {
        Some(reason) => {
            let reason = docs::prose(reason).join(" ");
            docs::append(
                &mut doc,
                &format!("Never null: {}.", reason.trim_end_matches('.')),
            );
        }
        None => ty = format!("Option<{ty}>"),
    }
    doc.push(field.sql.clone());
    let get = format!(".get(row, {at})");
    RowField {
        doc: docs::block(place(8), &doc),
        declaration: layout::field(place(8), &field.name, &ty),
        read: layout::chain(
            place(16),
            &format!("{}: ", field.name),
            "TABLE",
            &[&get],
            "?,",
        ),
    }
}

fn table_context(
    source: &Source<'_>,
    fields: &[Field<'_>],
    place: impl Fn(usize) -> Indent,
) -> Table {
    let key: Vec<String> = match source.kind {
        Kind::Table(table) => table
            .constraints
            .iter()
            .find(|constraint| constraint.kind == ConstraintKind::PrimaryKey)
            .map_or(Vec::new(), |key| {
                key.columns.iter().map(|c| layout::string(c)).collect()
            }),
        Kind::View(_) | Kind::Aggregate(_) => Vec::new(),
    };
    Table {
        schema: layout::string(source.schema),
        name: layout::string(source.name),
        columns: table_columns(fields, place(8)),
        primary_key: layout::array(place(8), "primary_key: &", &key, ","),
    }
}

/// `columns: &[…],`, with a call for each column.
fn table_columns(fields: &[Field<'_>], place: Indent) -> String {
    let texts: Vec<[String; 2]> = fields
        .iter()
        .map(|field| [&field.column.name, &field.column.ty.sql].map(|it| layout::string(it)))
        .collect();
    let calls = fields.iter().zip(&texts).map(|(field, [name, sql_type])| {
        let function = match (field.column.never_null.is_some(), field.ty.as_text) {
            (true, false) => "timeschema::Column::never_null",
            (false, false) => "timeschema::Column::nullable",
            (true, true) => "timeschema::Column::never_null_text",
            (false, true) => "timeschema::Column::nullable_text",
        };
        (function, [name.as_str(), sql_type])
    });
    layout::calls(place, "columns: &", &calls.collect::<Vec<_>>(), ",")
}

/// The function that reads the rows between two points of time, when the relation has a time column that can be compared.
fn between(
    source: &Source<'_>,
    fields: &[Field<'_>],
    facts: &Facts,
    place: impl Fn(usize) -> Indent,
) -> Option<Between> {
    let column = facts.time_column.as_deref()?;
    let field = fields.iter().find(|field| field.column.name == column)?;
    let bound_type = field.ty.ordered.clone()?;
    let first = format!(
        "The rows whose {} lies in `range` (start included, end excluded), in ascending order.",
        docs::code(column)
    );
    Some(Between {
        doc: docs::block(place(4), &[first, facts.bounded.to_owned()]),
        sql: between_sql(source, fields, column, place(8)),
        bound: field.ty.path.clone(),
        bound_type,
    })
}

/// The query as a Rust constant: a raw string over several lines, or one escaped line when a name would break that.
fn between_sql(source: &Source<'_>, fields: &[Field<'_>], time: &str, place: Indent) -> String {
    let columns: Vec<String> = fields
        .iter()
        .map(|field| {
            if field.ty.as_text {
                column_as_text(&field.column.name)
            } else {
                identifier(&field.column.name)
            }
        })
        .collect();
    let time = identifier(time);
    let clauses = [
        format!(
            "FROM {}.{}",
            identifier(source.schema),
            identifier(source.name)
        ),
        format!("WHERE {time} >= $1 AND {time} < $2"),
        format!("ORDER BY {time}"),
    ];
    let sql = format!("SELECT {} {}", columns.join(", "), clauses.join(" "));
    if sql.contains(layout::is_hidden) {
        return layout::constant(place, "const SQL: &str", &layout::string(&sql));
    }
    let margin = " ".repeat(place.offset + 4);
    let mut words: Vec<String> = columns.iter().map(|column| format!("{column},")).collect();
    if let Some(last) = words.last_mut() {
        last.pop();
    }
    let list = layout::fill(&words, place.inner(11).room());
    let select = format!("SELECT {}", list.join(&format!("\n{margin}       ")));
    let lines = std::iter::once(select).chain(clauses);
    let body: String = lines.map(|line| format!("\n{margin}{line}")).collect();
    // As many `#` as no run of them in the text reaches.
    let longest = sql.split(|c| c != '#').map(str::len).max().unwrap_or(0);
    let fence = "#".repeat(longest + 1);
    format!(
        "const SQL: &str = r{fence}\"{body}\n{}\"{fence};",
        " ".repeat(place.offset)
    )
}
