//! What a new row looks like: which columns it has, which of them every row must give, and how they are sent.

use catalog::model::Identity;
use serde::Serialize;

use crate::docs;
use crate::field::{self, Field};
use crate::layout::{self, Indent};

/// The part of `relation.rs.tera` that only tables have.
#[derive(Serialize)]
pub(crate) struct New {
    doc: String,
    fields: Vec<Member>,
    /// The fields with their positions, for `partial_json!`.
    members: String,
    /// Fields without which there is no row; empty when every field may be left out or none may.
    required: Vec<Member>,
    required_doc: String,
    /// `name: value,` for each field, from a `Required`.
    from_required: Vec<String>,
    /// Whether no field is required, so that `New` has a default.
    default: bool,
    columns: usize,
    /// Statements that mark the columns that are not always sent.
    given: Vec<String>,
    values: Vec<String>,
    /// What `copy_in` sends.
    copied_by: &'static str,
    encode_head: String,
    encode: Vec<String>,
}

/// A field of a struct.
#[derive(Serialize)]
pub(crate) struct Member {
    pub(crate) doc: String,
    pub(crate) declaration: String,
}

/// How a column takes part in a new row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The database alone chooses the value, or the project leaves the column out.
    Absent,
    /// Every row gives a value.
    Required,
    /// `None` is null.
    Nullable,
    /// `None` is the default.
    Defaulted,
    /// `None` is the default, `Some(None)` is null.
    NullableDefaulted,
}

impl Role {
    pub(crate) fn of(field: &Field<'_>) -> Role {
        let column = field.column;
        if column.generated.is_some() || column.identity == Some(Identity::Always) {
            return Role::Absent;
        }
        let defaulted = field.default.is_some() || column.identity.is_some();
        let must_be_given = !defaulted && column.never_null.is_some();
        if !field.is_read && !must_be_given {
            return Role::Absent;
        }
        match (defaulted, column.never_null.is_some()) {
            (false, true) => Role::Required,
            (false, false) => Role::Nullable,
            (true, true) => Role::Defaulted,
            (true, false) => Role::NullableDefaulted,
        }
    }

    fn is_defaulted(self) -> bool {
        matches!(self, Role::Defaulted | Role::NullableDefaulted)
    }

    fn ty(self, ty: &str) -> String {
        match self {
            Role::Absent | Role::Required => ty.to_owned(),
            Role::Nullable | Role::Defaulted => format!("Option<{ty}>"),
            Role::NullableDefaulted => format!("Option<Option<{ty}>>"),
        }
    }

    /// What `None` means.
    fn meaning(self) -> &'static str {
        match self {
            Role::Absent | Role::Required => "",
            Role::Nullable => " `None` is null.",
            Role::Defaulted => " `None` is the default.",
            Role::NullableDefaulted => " `None` is the default, `Some(None)` is null.",
        }
    }
}

/// The context for the table whose columns are `fields`; `title` is a code span with its name.
pub(crate) fn prepare(
    fields: &[Field<'_>],
    title: &str,
    place: impl Fn(usize) -> Indent + Copy,
) -> New {
    let all: Vec<(usize, &Field<'_>, Role)> = fields
        .iter()
        .enumerate()
        .map(|(at, field)| (at, field, Role::of(field)))
        .collect();
    let sent: Vec<_> = all
        .iter()
        .copied()
        .filter(|(_, _, role)| *role != Role::Absent)
        .collect();
    let required = sent
        .iter()
        .filter(|(_, _, role)| *role == Role::Required)
        .count();
    let split = required > 0 && required < sent.len();
    let needed = sent
        .iter()
        .filter(|(_, _, role)| split && *role == Role::Required);
    New {
        doc: docs::block(place(4), &new_doc(title, split, required, &all)),
        fields: sent
            .iter()
            .map(|(_, field, role)| member(field, *role, place(8)))
            .collect(),
        members: field::members(sent.iter().map(|(at, field, _)| (*at, *field))),
        required: needed
            .map(|(_, field, role)| member(field, *role, place(8)))
            .collect(),
        required_doc: docs::block(place(4), &required_doc(title)),
        from_required: sent
            .iter()
            .map(|(_, field, role)| from_required(field, *role, place(16)))
            .collect(),
        default: required == 0,
        columns: all.len(),
        given: all
            .iter()
            .filter_map(|(at, field, role)| given(*at, field, *role, place(12)))
            .collect(),
        values: sent
            .iter()
            .map(|(_, field, role)| value(field, *role, place(12)))
            .collect(),
        copied_by: if sent
            .iter()
            .any(|(_, field, _)| field.ty.as_text || field.ty.is_composite)
        {
            "`INSERT`s of many rows"
        } else {
            "one binary `COPY`"
        },
        encode_head: encode_head(sent.is_empty(), place(8)),
        encode: sent
            .iter()
            .map(|(_, field, role)| encode(field, *role, place(12)))
            .collect(),
    }
}

fn new_doc(
    title: &str,
    split: bool,
    required: usize,
    all: &[(usize, &Field<'_>, Role)],
) -> Vec<String> {
    let absent = || {
        let absent = all.iter().filter(|(_, _, role)| *role == Role::Absent);
        absent.map(|(_, field, _)| field)
    };
    let mut first = format!("A row to be written to {title}");
    first += match (absent().next(), absent().any(|field| !field.is_read)) {
        (None, _) => ".",
        (_, false) => ", without the columns that the database alone fills.",
        (_, true) => ", without columns that the database fills and the project leaves out.",
    };
    let mut doc = vec![first];
    if split {
        doc.push(
            "[`Required`] holds what every row needs; add the rest by struct update: \
             `New { a: Some(1), ..Required { b, c }.into() }`."
                .to_owned(),
        );
    } else if required == 0 {
        doc.push(
            "No column is needed: `New::default()` is a row of nulls and defaults.".to_owned(),
        );
    }
    doc
}

fn required_doc(title: &str) -> Vec<String> {
    vec![
        format!(
            "The columns that every row of {title} needs: they are never null and have no default."
        ),
        "If a migration adds such a column, code that writes rows without it no longer compiles."
            .to_owned(),
    ]
}

fn member(field: &Field<'_>, role: Role, place: Indent) -> Member {
    let mut doc = field.comment.clone();
    doc.push(format!("{}{}", field.sql, role.meaning()));
    Member {
        doc: docs::block(place, &doc),
        declaration: layout::field(place, &field.name, &role.ty(&field.ty.path)),
    }
}

fn from_required(field: &Field<'_>, role: Role, place: Indent) -> String {
    let name = &field.name;
    match role {
        Role::Required => layout::chain(
            place,
            &format!("{name}: "),
            "required",
            &[&format!(".{name}")],
            ",",
        ),
        _ => format!("{name}: None,"),
    }
}

fn given(at: usize, field: &Field<'_>, role: Role, place: Indent) -> Option<String> {
    let target = format!("given[{at}] = ");
    match role {
        Role::Absent => Some(format!("{target}false;")),
        Role::Required | Role::Nullable => None,
        Role::Defaulted | Role::NullableDefaulted => {
            let name = format!(".{}", field.name);
            Some(layout::chain(
                place,
                &target,
                "self",
                &[&name, ".is_some()"],
                ";",
            ))
        }
    }
}

fn value(field: &Field<'_>, role: Role, place: Indent) -> String {
    let reference = format!("&self.{}", field.name);
    if role.is_defaulted() {
        return when_some(&reference, "values.push(value);", place);
    }
    layout::chain(place, "", "values", &[&format!(".push({reference})")], ";")
}

/// What precedes the statements of `encode`; without statements, `out` is unused.
fn encode_head(is_empty: bool, place: Indent) -> String {
    let out = if is_empty { "_" } else { "out" };
    layout::method(
        place,
        "fn encode",
        &["&self", &format!("{out}: &mut timeschema::BytesMut")],
        "Result<(), timeschema::EncodeError>",
    )
}

fn encode(field: &Field<'_>, role: Role, place: Indent) -> String {
    let reference = format!("&self.{}", field.name);
    let function = match role {
        Role::Nullable | Role::NullableDefaulted => "timeschema::nullable_field",
        Role::Absent | Role::Required | Role::Defaulted => "timeschema::field",
    };
    if role.is_defaulted() {
        return when_some(&reference, &format!("{function}(value, out)?;"), place);
    }
    layout::call(place, function, &[&reference, "out"], "?;")
}

fn when_some(reference: &str, statement: &str, place: Indent) -> String {
    let inner = " ".repeat(place.offset + 4);
    let outer = " ".repeat(place.offset);
    format!(
        "{}\n{inner}{statement}\n{outer}}}",
        layout::if_some(place, reference)
    )
}
