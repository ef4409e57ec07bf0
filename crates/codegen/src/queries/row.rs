//! The type of a query's rows: a relation's `Row` where the query returns just its columns, else a struct of its own.

use queries::{ColumnName, DescribedQuery, Untyped};
use serde::Serialize;

use crate::docs;
use crate::error::{Error, Errors, Owner};
use crate::layout::{self, Indent};
use crate::names::{self, Style};

use super::root::Root;
use super::{Names, SCHEMA, place};

/// A struct for a query's rows.
#[derive(Serialize)]
pub(super) struct Row {
    doc: String,
    name: String,
    fields: Vec<RowField>,
    /// The fields with their positions, for `row_json!`.
    members: String,
}

#[derive(Serialize)]
struct RowField {
    doc: String,
    declaration: String,
}

/// What a query's rows are.
pub(super) enum RowType {
    /// A struct of its own.
    Own(Row),
    /// The `Row` of this module.
    Relation(String),
    /// It returns no rows.
    Nothing,
}

impl RowType {
    /// The type as the query's function names it.
    pub(super) fn path(&self, names: &Names<'_>) -> String {
        match self {
            RowType::Own(_) => names.row.clone(),
            RowType::Relation(module) => format!("{SCHEMA}{module}::Row"),
            RowType::Nothing => "()".to_owned(),
        }
    }
}

pub(super) fn of(
    described: &DescribedQuery,
    names: &Names<'_>,
    root: &Root<'_>,
    errors: &mut Errors,
) -> RowType {
    if described.columns.is_empty() {
        return RowType::Nothing;
    }
    for reason in unreadable(described, root) {
        let query = names.title.clone();
        errors.push(Error::Unreadable { query, reason });
    }
    match relation(described, root) {
        Some(module) => RowType::Relation(module),
        None => RowType::Own(own(described, names, root, errors)),
    }
}

/// The columns whose values the driver cannot read. A relation's are read as text by the generated SQL; a query's SQL is its author's.
pub(super) fn unreadable(described: &DescribedQuery, root: &Root<'_>) -> Vec<Untyped> {
    let columns = described.columns.iter().filter(|it| root.is_text(&it.ty));
    let reasons = columns.map(|it| Untyped::NoRustType {
        column: it.name.clone(),
        ty: it.ty.sql.clone(),
    });
    reasons.collect()
}

/// The module of the relation whose columns the query returns, all of them and in their order.
pub(super) fn relation(described: &DescribedQuery, root: &Root<'_>) -> Option<String> {
    let ColumnName {
        schema, relation, ..
    } = described.columns.first()?.source.as_ref()?;
    let (columns, module) = root.relation(schema, relation)?;
    let is_same = |(column, own): (&queries::Column, &catalog::Column)| {
        let source = column.source.as_ref();
        source.is_some_and(|it| {
            it.schema == *schema && it.relation == *relation && it.column == own.name
        }) && column.name == own.name
            && (column.never_null.is_some() || own.never_null.is_none())
    };
    let is_whole = columns.len() == described.columns.len();
    (is_whole && described.columns.iter().zip(columns).all(is_same)).then(|| module.to_owned())
}

fn own(described: &DescribedQuery, names: &Names<'_>, root: &Root<'_>, errors: &mut Errors) -> Row {
    let sql_names: Vec<&str> = described
        .columns
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    let identifiers = names::assign(
        Owner::Queries(&names.title),
        &sql_names,
        Style::Snake,
        errors,
    );
    let mut fields = Vec::new();
    for (column, name) in described.columns.iter().zip(&identifiers) {
        let held = root.held(
            &column.ty,
            column.source.as_ref(),
            [&names.title, &column.name],
            errors,
        );
        let mut doc = root
            .comment(column.source.as_ref())
            .map_or(Vec::new(), docs::prose);
        let mut ty = held.field();
        match &column.never_null {
            Some(why) => {
                let why = docs::prose(why).join(" ");
                docs::append(
                    &mut doc,
                    &format!("Never null: {}.", why.trim_end_matches('.')),
                );
            }
            None => ty = format!("Option<{ty}>"),
        }
        doc.push(match &column.source {
            Some(it) => format!(
                "{} of {}.",
                docs::code(&column.ty.sql),
                docs::code(&format!("{}.{}.{}", it.schema, it.relation, it.column))
            ),
            None => format!("{}.", docs::code(&column.ty.sql)),
        });
        fields.push(RowField {
            doc: docs::block(place(8), &doc),
            declaration: layout::field(place(8), name, &ty),
        });
    }
    let members: Vec<String> = identifiers
        .iter()
        .enumerate()
        .map(|(at, name)| format!(" {at} {name}"))
        .collect();
    let function = names.function.trim_start_matches("r#");
    Row {
        doc: docs::block(place(4), &[format!("A row of [`{function}()`].")]),
        name: names.row.clone(),
        fields,
        members: members.join(","),
    }
}

/// `columns: &[…],`
pub(super) fn columns(described: &DescribedQuery, place: Indent) -> String {
    let mut texts = Vec::new();
    for column in &described.columns {
        let function = match column.never_null {
            Some(_) => "timeschema::Column::never_null",
            None => "timeschema::Column::nullable",
        };
        texts.push((
            function,
            [&column.name, &column.ty.sql].map(|it| layout::string(it)),
        ));
    }
    let calls: Vec<(&str, [&str; 2])> = texts
        .iter()
        .map(|(function, [name, ty])| (*function, [name.as_str(), ty.as_str()]))
        .collect();
    layout::calls(place, "columns: &", &calls, ",")
}
