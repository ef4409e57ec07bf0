//! What an update of a row looks like: which columns it may change.

use serde::Serialize;

use crate::docs;
use crate::field::{self, Field};
use crate::layout::{self, Indent};
use crate::new::{Member, Role};
use crate::types::Equality;

/// Context of `relation.rs.tera`, for tables with a primary key and other columns.
#[derive(Serialize)]
pub(crate) struct Update {
    doc: String,
    fields: Vec<Member>,
    /// The fields with their positions, for `partial_json!`.
    members: String,
    /// Statements that give the columns.
    given: Vec<String>,
    /// `position => comparison,` for columns that are not compared by an operator of `pg_catalog`.
    comparisons: Vec<String>,
}

/// The columns that an update may change, by position: those that are not in the key and that the database does not fill.
pub(crate) fn changeable<'a>(
    fields: &'a [Field<'a>],
    key: &[(usize, &Field<'_>)],
) -> Vec<(usize, &'a Field<'a>)> {
    let fields = fields.iter().enumerate();
    let others = fields.filter(|(at, _)| !key.iter().any(|(key, _)| key == at));
    others
        .filter(|(_, field)| Role::of(field) != Role::Absent)
        .collect()
}

/// The context for the table whose columns `changeable` an update may change; `title` is a code span with its name.
pub(crate) fn prepare(
    changeable: &[(usize, &Field<'_>)],
    title: &str,
    place: impl Fn(usize) -> Indent,
) -> Update {
    let member = |(_, field): &(usize, &Field<'_>)| {
        let nullable = field.column.never_null.is_none();
        let (ty, meaning) = if nullable {
            (
                format!("Option<Option<{}>>", field.ty.path),
                " `Some(None)` is null.",
            )
        } else {
            (format!("Option<{}>", field.ty.path), "")
        };
        let mut doc = field.comment.clone();
        doc.push(format!("{}{meaning}", field.sql));
        Member {
            doc: docs::block(place(8), &doc),
            declaration: layout::field(place(8), &field.name, &ty),
        }
    };
    Update {
        doc: docs::block(
            place(4),
            &[format!(
                "The columns of a row of {title} to change. `None` leaves a column as it is."
            )],
        ),
        fields: changeable.iter().map(member).collect(),
        members: field::members(changeable.iter().copied()),
        given: changeable.iter().map(|it| given(it, place(12))).collect(),
        comparisons: changeable
            .iter()
            .filter_map(|it| comparison(it, place(16)))
            .collect(),
    }
}

fn given((at, field): &(usize, &Field<'_>), place: Indent) -> String {
    let method = match field.column.never_null {
        Some(_) => "to.column",
        None => "to.nullable",
    };
    let value = format!("&self.{}", field.name);
    layout::call(place, method, &[&at.to_string(), &value], ";")
}

fn comparison((at, field): &(usize, &Field<'_>), place: Indent) -> Option<String> {
    let comparison = match &field.ty.equality {
        Equality::BuiltIn => return None,
        Equality::InSchema(schema) => {
            let schema = layout::string(schema);
            format!("timeschema::Comparison::InSchema({schema})")
        }
        Equality::Unknown => "timeschema::Comparison::Text".to_owned(),
    };
    Some(layout::arm(place, &at.to_string(), &comparison))
}
