//! The text of a relation's module.
//!
//! The structs and functions are made by macros of the crate `pgtypes`, from one list of the columns. What TimescaleDB does with the
//! relation is `facts`'.

use std::collections::HashMap;

use catalog::ConstraintKind;

use crate::aggregate;
use crate::choices::Choices;
use crate::docs;
use crate::error::Errors;
use crate::facts::{self, Facts};
use crate::field::{self, Field};
use crate::key::{self, BY_KEY, Key};
use crate::layout::{self, Indent};
use crate::names::last_segment;
use crate::new::{Needed, Role};
use crate::page;
use crate::source::{Kind, Source};
use crate::types::{Key as TypeKey, Types};
use crate::update;
use crate::violation;

/// The text of one relation whose module lies in another, `depth` modules below the root of the file.
pub(crate) fn text(
    source: &Source<'_>,
    types: &Types<'_>,
    choices: &Choices,
    paths: &HashMap<TypeKey<'_>, String>,
    depth: usize,
    errors: &mut Errors,
) -> String {
    let place = |offset| Indent {
        offset,
        moved: depth * 4,
    };
    let title = format!("{}.{}", source.schema, source.name);
    let fields = field::fields(source, &title, types, choices, depth, errors);
    let facts = facts::of(source.kind, paths, depth);
    let keys = key::keys(source, &fields, errors);
    let columns = Columns::new(source, &fields, &keys);

    let mut text = String::with_capacity(1024 + 128 * fields.len());
    let mut doc = source.comment.map_or(Vec::new(), docs::prose);
    doc.push(facts.sentence(&title));
    docs::write_block(&mut text, place(0), &doc);
    let module = last_segment(&paths[&(source.schema, source.name)]);
    text += &format!("pub mod {module} {{\n");
    columns.write(&mut text, source, facts.kind);
    constants(&mut text, &facts, &place);
    let keys_of = keys.iter().map(|key| key.functions(columns.has_update()));
    let items = keys_of
        .chain(between(&fields, &facts))
        .chain(aggregate::functions(source, &fields, &facts))
        .chain(page::of(source, &fields, &keys, &facts))
        .chain(violation::of(source, &title, &place, errors));
    for item in items {
        text += &format!("\n    {item}\n");
    }
    text += "}\n";
    text
}

/// The columns of a relation, with what decides in which structs they are.
struct Columns<'a> {
    fields: &'a [Field<'a>],
    is_table: bool,
    needed: Needed,
    /// Of each column, whether an update may change it.
    changeable: Vec<bool>,
}

impl<'a> Columns<'a> {
    fn new(source: &Source<'_>, fields: &'a [Field<'a>], keys: &[Key<'_>]) -> Self {
        let primary = keys.iter().find(|key| key.finder == BY_KEY);
        let may_change = |(at, field)| {
            primary.is_some_and(|primary| update::may_change(at, field, &primary.fields))
        };
        Self {
            fields,
            is_table: source.is_written(),
            needed: Needed::of(fields),
            changeable: fields.iter().enumerate().map(may_change).collect(),
        }
    }

    fn has_update(&self) -> bool {
        self.changeable.contains(&true)
    }

    /// Writes `relation!`, which makes the structs and the functions that need no key.
    fn write(&self, text: &mut String, source: &Source<'_>, kind: &str) {
        let new = if self.is_table {
            format!(" {}", self.needed.item())
        } else {
            String::new()
        };
        let update = if self.has_update() { " Update" } else { "" };
        *text += &format!(
            "    timeschema::relation! {{ {} {} [{}] \"{kind}\": Row{new}{update}; {{\n",
            layout::string(source.schema),
            layout::string(source.name),
            primary_key(source)
        );
        for (at, field) in self.fields.iter().enumerate() {
            *text += &format!("        {}\n", docs::literal(&doc(field)));
            self.write_column(text, at, field);
        }
        *text += "    } }\n";
    }

    fn write_column(&self, text: &mut String, at: usize, field: &Field<'_>) {
        let ty = &field.ty.path;
        text.push_str("        ");
        text.push_str(&field.name);
        match field.column.never_null {
            Some(_) => text.extend([": ", ty]),
            None => text.extend([": Option<", ty, ">"]),
        }
        text.extend([" = ", constructor(field), "("]);
        text.push_str(&layout::string(&field.column.name));
        text.push_str(", ");
        text.push_str(&layout::string(&field.column.ty.sql));
        text.push(')');
        if self.changeable[at] {
            text.push_str(&update::comparison(field));
        }
        let new = self.needed.flag(Role::of(field));
        let flags = [
            field.is_read.then_some("row"),
            new.filter(|_| self.is_table),
            self.changeable[at].then_some("update"),
        ];
        let position = at.to_string();
        for flag in flags.into_iter().flatten() {
            text.extend([", ", flag, " pub ", &position]);
        }
        text.push_str(";\n");
    }
}

/// The documentation of a field.
fn doc(field: &Field<'_>) -> Vec<String> {
    let mut doc = field.comment.clone();
    if let Some(reason) = &field.column.never_null {
        let reason = docs::prose(reason).join(" ");
        docs::append(
            &mut doc,
            &format!("Never null: {}.", reason.trim_end_matches('.')),
        );
    }
    doc.push(field.sql.clone());
    doc
}

/// The function of `Column` that makes the column.
fn constructor(field: &Field<'_>) -> &'static str {
    match (field.column.never_null.is_some(), field.ty.as_text) {
        (_, false) if !field.is_read => "left_out",
        (_, true) if !field.is_read => "left_out_text",
        (true, false) => "never_null",
        (false, false) => "nullable",
        (true, true) => "never_null_text",
        (false, true) => "nullable_text",
    }
}

/// The names of the primary key's columns as literals.
fn primary_key(source: &Source<'_>) -> String {
    let Kind::Table(table) = source.kind else {
        return String::new();
    };
    let mut constraints = table.constraints.iter();
    let key = constraints.find(|constraint| constraint.kind == ConstraintKind::PrimaryKey);
    let columns = key.iter().flat_map(|key| &key.columns);
    columns
        .map(|it| layout::string(it))
        .collect::<Vec<_>>()
        .join(" ")
}

/// What TimescaleDB knows of the relation, for programs.
fn constants(text: &mut String, facts: &Facts, place: &impl Fn(usize) -> Indent) {
    if facts.constants.is_empty() {
        return;
    }
    text.push_str("\n    /// TimescaleDB's settings for the relation.\n    impl Row {\n");
    for (index, constant) in facts.constants.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        docs::write_block(text, place(8), std::slice::from_ref(&constant.doc));
        let declaration = layout::constant(place(8), &constant.declaration, &constant.value);
        *text += &format!("        {declaration}\n");
    }
    text.push_str("    }\n");
}

/// The function that reads the rows of a time range, when the relation has a time column that can be compared.
fn between(fields: &[Field<'_>], facts: &Facts) -> Option<String> {
    let column = facts.time_column.as_deref()?;
    let mut all = fields.iter().enumerate();
    let (at, field) = all.find(|(_, field)| field.column.name == column)?;
    field.ty.is_ordered.then(|| {
        format!(
            "timeschema::between! {{ {} {}: {at} {} }}",
            layout::string(&docs::code(column)),
            facts.bounded_literal(),
            field.ty.path
        )
    })
}
