//! The primary and unique keys of a table, and the functions that find a row by one.

use std::collections::BTreeSet;

use catalog::{Constraint, ConstraintKind};

use crate::docs;
use crate::error::{Errors, Owner};
use crate::field::Field;
use crate::layout;
use crate::names::{self, Style};
use crate::new::Role;
use crate::source::{Kind, Source};
use crate::types::Equality;
use crate::unique_index;

/// The finder of the primary key.
pub(crate) const BY_KEY: &str = "by_key";

/// Most columns of a key by which rows are written or read in order.
pub(crate) const MOST_COLUMNS: usize = 8;

/// Columns of a relation, with their positions.
pub(crate) type Columns<'a> = Vec<(usize, &'a Field<'a>)>;

/// A primary or unique key.
pub(crate) struct Key<'a> {
    /// The name of the function that finds a row by it.
    pub(crate) finder: String,
    pub(crate) fields: Columns<'a>,
    /// Whether `ON CONFLICT` does not take its columns, so that nothing can be written by it.
    is_no_target: bool,
    /// Whether a query reads rows of other tables too, which the key does not cover.
    pub(crate) is_inherited: bool,
}

/// The keys of a table, the primary one first, each set of columns once.
pub(crate) fn keys<'a>(
    source: &Source<'_>,
    fields: &'a [Field<'a>],
    errors: &mut Errors,
) -> Vec<Key<'a>> {
    let Kind::Table(table) = source.kind else {
        return Vec::new();
    };
    let of_kind = |kind| {
        let constraints = table.constraints.iter();
        constraints.filter(move |it| it.kind == kind && !it.columns.is_empty())
    };
    let primary = of_kind(ConstraintKind::PrimaryKey);
    let has_primary = primary.clone().next().is_some();
    let constraints = primary.chain(of_kind(ConstraintKind::Unique));
    let constraints = constraints.map(|it| (it.columns.clone(), is_no_target(it)));
    let indexes = table.indexes.iter().filter_map(unique_index::columns);
    let mut columns: Vec<Vec<String>> = Vec::new();
    let mut no_targets = BTreeSet::new();
    for (key, is_no_target) in constraints.chain(indexes.map(|key| (key, false))) {
        if is_no_target {
            no_targets.insert(in_any_order(&key));
        }
        if !columns.contains(&key) {
            columns.push(key);
        }
    }
    // The separator keeps columns `a`, `b` and a column `a_and_b` apart.
    let names: Vec<String> = columns
        .iter()
        .map(|columns| format!("by\u{1}{}", columns.join("\u{1}and\u{1}")))
        .collect();
    // The primary key's finder is named first, whatever the others are called.
    let unique = names[usize::from(has_primary)..].iter();
    let names: Vec<&str> = std::iter::once(BY_KEY)
        .chain(unique.map(String::as_str))
        .collect();
    let finders = names::assign(Owner::KeysOf(source.key()), &names, Style::Snake, errors);
    let primary = has_primary.then(|| BY_KEY.to_owned());
    let finders = primary.into_iter().chain(finders.into_iter().skip(1));
    let field = |name: &String| {
        let mut fields = fields.iter().enumerate();
        fields.find(|(_, field)| field.column.name == *name)
    };
    let keys = finders.zip(&columns).map(|(finder, columns)| Key {
        finder,
        fields: columns.iter().filter_map(field).collect(),
        is_no_target: no_targets.contains(&in_any_order(columns)),
        is_inherited: table.inherited,
    });
    keys.filter(Key::is_comparable).collect()
}

/// Of the keys with these columns, `ON CONFLICT` takes all or none.
fn in_any_order(columns: &[String]) -> BTreeSet<String> {
    columns.iter().cloned().collect()
}

/// Whether `ON CONFLICT` does not take the constraint: it is checked at the end of a transaction, or compares periods of time by `&&`.
fn is_no_target(constraint: &Constraint) -> bool {
    let definition = &constraint.definition;
    // After the last columns that it names.
    let tail = definition.rsplit(')').next();
    tail.is_some_and(|tail| tail.contains(" DEFERRABLE"))
        || definition.contains(" WITHOUT OVERLAPS)")
}

impl Key<'_> {
    /// Whether the server finds the operators that compare the columns.
    fn is_comparable(&self) -> bool {
        let mut columns = self.fields.iter();
        columns.all(|(_, field)| field.ty.equality != Equality::Unknown)
    }

    /// Whether rows to be written give the key's columns.
    pub(crate) fn is_given(&self) -> bool {
        let mut columns = self.fields.iter();
        columns.all(|(_, field)| Role::of(field) != Role::Absent)
    }

    /// The functions that find, write and change rows by the key.
    pub(crate) fn functions(&self, has_update: bool) -> String {
        let only = if self.is_inherited { "_only" } else { "" };
        let is_primary = self.finder == BY_KEY;
        let kind = if is_primary { "primary" } else { "unique" };
        let mut functions = vec![format!("{kind}({} select{only})", self.finder)];
        if self.has_upserts() {
            let suffix = if is_primary {
                String::new()
            } else {
                format!("_{}", self.finder)
            };
            functions.push(format!("upsert(upsert{suffix} upsert_many{suffix})"));
        }
        if is_primary && has_update {
            functions.push(format!("update(update{only})"));
        }
        if is_primary {
            functions.push(format!("delete(delete{only})"));
        }
        let positions = self.fields.iter().map(|(at, _)| at.to_string());
        let parameters = self.fields.iter().map(parameter);
        format!(
            "timeschema::key! {{ {} [{}] ({}): {} }}",
            layout::string(&shown(&self.fields)),
            positions.collect::<Vec<_>>().join(", "),
            parameters.collect::<Vec<_>>().join(", "),
            functions.join(", ")
        )
    }

    /// Whether rows to be written can have the key, and `ON CONFLICT` takes it.
    fn has_upserts(&self) -> bool {
        !self.is_no_target && self.fields.len() <= MOST_COLUMNS && self.is_given()
    }
}

/// The columns, as documentation shows them.
pub(crate) fn shown(columns: &[(usize, &Field<'_>)]) -> String {
    let columns = columns.iter();
    let columns: Vec<String> = columns
        .map(|(_, field)| docs::code(&field.column.name))
        .collect();
    columns.join(", ")
}

/// `name: Type = equal(0)`
fn parameter((at, field): &(usize, &Field<'_>)) -> String {
    let (name, path) = (&field.name, field.ty.path.as_str());
    let ty = match path {
        _ if field.ty.is_copy => path.to_owned(),
        "String" => "&'a str".to_owned(),
        "Vec<u8>" => "&'a [u8]".to_owned(),
        path => format!("&'a {path}"),
    };
    match &field.ty.equality {
        Equality::InSchema(schema) => {
            format!("{name}: {ty} = equal_in({}, {at})", layout::string(schema))
        }
        _ => format!("{name}: {ty} = equal({at})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_constraints_are_no_target_of_an_upsert() {
        for (definition, expected) in [
            ("UNIQUE (email)", false),
            ("UNIQUE (email) DEFERRABLE INITIALLY DEFERRED", true),
            ("UNIQUE (a) INCLUDE (b) DEFERRABLE", true),
            ("UNIQUE (\"x DEFERRABLE\")", false),
            ("PRIMARY KEY (id, valid WITHOUT OVERLAPS)", true),
            ("UNIQUE (id, \"x WITHOUT OVERLAPS\")", false),
        ] {
            let constraint = Constraint {
                name: "c".to_owned(),
                kind: ConstraintKind::Unique,
                definition: definition.to_owned(),
                columns: Vec::new(),
            };
            assert_eq!(is_no_target(&constraint), expected, "{definition}");
        }
    }
}
