//! The functions that read and delete rows of a relation, as statements.

use crate::aggregate;
use crate::docs;
use crate::error::Errors;
use crate::facts::Facts;
use crate::field::Field;
use crate::function::{Function, statement_chain};
use crate::key::{self, BY_KEY};
use crate::layout::{self, Indent};
use crate::page::{self, Pages};
use crate::source::Source;
use crate::update::{self, Update};

/// The functions of a relation's module, and what they take.
pub(crate) struct Functions {
    pub(crate) functions: Vec<Function>,
    pub(crate) update: Option<Update>,
    pub(crate) pages: Option<Pages>,
}

/// The functions of `source`, whose module lies where `place` says.
pub(crate) fn of(
    source: &Source<'_>,
    title: &str,
    fields: &[Field<'_>],
    facts: &Facts,
    place: impl Fn(usize) -> Indent,
    errors: &mut Errors,
) -> Functions {
    let mut functions = Vec::new();
    let mut update = None;
    let keys = key::keys(source, fields, errors);
    for key in &keys {
        let columns = key.shown();
        if key.finder == BY_KEY {
            let find = format!("The row with this primary key: {columns}.");
            functions.push(key.function(BY_KEY, "select", &find, &place));
            functions.extend(key.upserts(&place).into_iter().flatten());
            let changeable = update::changeable(fields, &key.fields);
            if !changeable.is_empty() {
                update = Some(update::prepare(&changeable, &docs::code(title), &place));
                functions.extend(key.updates(&place));
            }
            let delete =
                format!("Deletes the row with this primary key ({columns}), and returns it.");
            functions.push(key.function("delete", "delete", &delete, &place));
        } else {
            let find = format!("The row with this unique key: {columns}.");
            functions.push(key.function(&key.finder, "select", &find, &place));
            functions.extend(key.upserts(&place).into_iter().flatten());
        }
    }
    functions.extend(between(fields, facts, &place));
    functions.extend(aggregate::functions(source, fields, facts, &place));
    let pages = page::of(source, fields, &keys, facts, &place);
    functions.push(Function {
        doc: docs::block(place(4), &["All rows, in no order.".to_owned()]),
        head: "pub fn select() -> timeschema::Statement<'static, Row> {".to_owned(),
        body: "timeschema::Statement::select(&TABLE)".to_owned(),
    });
    Functions {
        functions,
        update,
        pages,
    }
}

/// The function that reads the rows of a time range, when the relation has a time column that can be compared.
fn between(
    fields: &[Field<'_>],
    facts: &Facts,
    place: &impl Fn(usize) -> Indent,
) -> Option<Function> {
    let column = facts.time_column.as_deref()?;
    let mut all = fields.iter().enumerate();
    let (at, field) = all.find(|(_, field)| field.column.name == column)?;
    if !field.ty.is_ordered {
        return None;
    }
    let first = format!(
        "The rows whose {} is in `range`, in ascending order. The start of `range` is included, its end is not.",
        docs::code(column)
    );
    let parameter = format!("range: std::ops::Range<{}>", field.ty.path);
    Some(Function {
        doc: docs::block(place(4), &[first, facts.bounded.to_owned()]),
        head: layout::method(
            place(4),
            "pub fn between",
            &[&parameter],
            "timeschema::Statement<'static, Row>",
        ),
        body: statement_chain(
            place(8),
            "select(&TABLE)",
            &[
                format!(".from({at}, range.start)"),
                format!(".before({at}, range.end)"),
                format!(".ordered_by({at})"),
            ],
        ),
    })
}
