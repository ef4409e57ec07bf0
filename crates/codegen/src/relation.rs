//! A table, view or continuous aggregate as the context of `relation.rs.tera`.
//!
//! What a row to be written looks like is `new`'s; what TimescaleDB does with the relation is `facts`'.

use std::collections::HashMap;

use catalog::ConstraintKind;
use serde::Serialize;

use crate::choices::Choices;
use crate::docs;
use crate::error::Errors;
use crate::facts;
use crate::field::{self, Field};
use crate::function::Function;
use crate::functions::{self, Functions};
use crate::layout::{self, Indent};
use crate::names::last_segment;
use crate::new::{self, New};
use crate::page::Pages;
use crate::source::{Kind, Source};
use crate::types::{Key, Types};
use crate::update::Update;
use crate::violation::{self, Violation};

/// Context of `relation.rs.tera`.
#[derive(Serialize)]
pub(crate) struct Relation {
    doc: String,
    module: String,
    kind: &'static str,
    title: String,
    fields: Vec<RowField>,
    /// The fields with their positions, for `row!`.
    members: String,
    table: Table,
    facts: Vec<Constant>,
    new: Option<New>,
    update: Option<Update>,
    pages: Option<Pages>,
    violation: Option<Violation>,
    functions: Vec<Function>,
}

#[derive(Serialize)]
struct RowField {
    doc: String,
    declaration: String,
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

/// The context for one relation whose module lies in another, `depth` modules below the root of the file.
pub(crate) fn prepare(
    source: &Source<'_>,
    types: &Types<'_>,
    choices: &Choices,
    paths: &HashMap<Key<'_>, String>,
    depth: usize,
    errors: &mut Errors,
) -> Relation {
    let place = |offset| Indent {
        offset,
        moved: depth * 4,
    };
    let title = format!("{}.{}", source.schema, source.name);
    let fields = field::fields(source, &title, types, choices, depth, errors);
    let read = || {
        let fields = fields.iter().enumerate();
        fields.filter(|(_, field)| field.is_read)
    };
    let facts = facts::of(source.kind, paths, depth);
    let mut doc = source.comment.map_or(Vec::new(), docs::prose);
    doc.push(facts.sentence(&title));
    let table = match source.kind {
        Kind::Table(table) => Some(table),
        _ => None,
    };
    let Functions {
        functions,
        update,
        pages,
    } = functions::of(source, &title, &fields, &facts, place, errors);
    Relation {
        doc: docs::block(place(0), &doc),
        module: last_segment(&paths[&(source.schema, source.name)]).to_owned(),
        kind: facts.kind,
        title: docs::code(&title),
        fields: read().map(|(_, field)| row_field(field, place)).collect(),
        members: field::members(read()),
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
        update,
        pages,
        violation: violation::of(source, &title, &place, errors),
        functions,
    }
}

fn row_field(field: &Field<'_>, place: impl Fn(usize) -> Indent) -> RowField {
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
    RowField {
        doc: docs::block(place(8), &doc),
        declaration: layout::field(place(8), &field.name, &ty),
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
            (_, false) if !field.is_read => "timeschema::Column::left_out",
            (_, true) if !field.is_read => "timeschema::Column::left_out_text",
            (true, false) => "timeschema::Column::never_null",
            (false, false) => "timeschema::Column::nullable",
            (true, true) => "timeschema::Column::never_null_text",
            (false, true) => "timeschema::Column::nullable_text",
        };
        (function, [name.as_str(), sql_type])
    });
    layout::calls(place, "columns: &", &calls.collect::<Vec<_>>(), ",")
}
