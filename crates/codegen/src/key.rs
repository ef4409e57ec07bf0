//! The primary and unique keys of a table, and the functions that find a row by one.

use std::collections::BTreeSet;

use catalog::{Constraint, ConstraintKind};

use crate::docs;
use crate::error::{Errors, Owner};
use crate::field::Field;
use crate::function::{Function, statement_chain};
use crate::layout::{self, Indent};
use crate::names::{self, Style};
use crate::new::Role;
use crate::source::{Kind, Source};
use crate::types::{Equality, RustType};
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

/// `&[0, 2]`
pub(crate) fn positions(columns: &[(usize, &Field<'_>)]) -> String {
    let positions: Vec<String> = columns.iter().map(|(at, _)| at.to_string()).collect();
    format!("&[{}]", positions.join(", "))
}

impl Key<'_> {
    /// The columns, as documentation shows them.
    pub(crate) fn shown(&self) -> String {
        let columns = self.fields.iter();
        let columns: Vec<String> = columns
            .map(|(_, field)| docs::code(&field.column.name))
            .collect();
        columns.join(", ")
    }

    /// A function whose parameters are the key's columns.
    pub(crate) fn function(
        &self,
        name: &str,
        statement: &str,
        doc: &str,
        place: &impl Fn(usize) -> Indent,
    ) -> Function {
        Function {
            doc: docs::block(place(4), &[doc.to_owned()]),
            head: self.head(name, &[], place),
            body: statement_chain(
                place(8),
                &format!("{statement}{}(&TABLE)", self.only()),
                &self.conditions(self.fields.len(), place),
            ),
        }
    }

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

    /// The functions that write rows or change those that have this key, if rows to be written can have it.
    pub(crate) fn upserts(&self, place: &impl Fn(usize) -> Indent) -> Option<[Function; 2]> {
        if self.is_no_target || self.fields.len() > MOST_COLUMNS || !self.is_given() {
            return None;
        }
        let by = self.finder.strip_prefix(BY_KEY).filter(|it| it.is_empty());
        let suffix = by.map_or_else(|| format!("_{}", self.finder), str::to_owned);
        let positions = positions(&self.fields);
        let function = |name: &str, doc: [&str; 2], row: &str, ty: &str| Function {
            doc: docs::block(place(4), &doc.map(str::to_owned)),
            head: layout::method(
                place(4),
                &format!("pub fn {name}{suffix}"),
                &[&format!("{row}: {ty}")],
                "timeschema::Upsert<'_, Row>",
            ),
            body: layout::call(
                place(8),
                &format!("timeschema::Statement::{name}"),
                &["&TABLE", &positions, row],
                "",
            ),
        };
        let shown = self.shown();
        let one =
            format!("Writes one row, or changes the row that has its {shown}, and returns it.");
        let many = format!(
            "Writes many rows, or changes those that have their {shown}. Each row has another."
        );
        Some([
            function(
                "upsert",
                [
                    &one,
                    "The columns that `row` leaves to their defaults keep their values in a row that exists.",
                ],
                "row",
                "&New",
            ),
            function(
                "upsert_many",
                [
                    &many,
                    "All rows set the same columns among those that have a default.",
                ],
                "rows",
                "&[New]",
            ),
        ])
    }

    /// The functions that change the row with this key.
    pub(crate) fn updates(&self, place: &impl Fn(usize) -> Indent) -> [Function; 2] {
        let [change, expected] = ["change", "expected"].map(|name| self.free(name));
        let shown = self.shown();
        let function = |name, doc: String, more: &[&str], last: Option<String>| {
            let count = self.fields.len() + usize::from(last.is_some());
            let links = self.conditions(count, place).into_iter().chain(last);
            let more: Vec<(&str, &str)> = more.iter().map(|name| (*name, "Update")).collect();
            Function {
                doc: docs::block(place(4), &[doc]),
                head: self.head(name, &more, place),
                body: statement_chain(
                    place(8),
                    &format!("update{}(&TABLE, {change})", self.only()),
                    &links.collect::<Vec<_>>(),
                ),
            }
        };
        [
            function(
                "update",
                format!("Changes the row with this primary key ({shown}), and returns it."),
                &[&change],
                None,
            ),
            function(
                "update_if",
                format!(
                    "The same, if the row still has the values that `{expected}` sets. Otherwise there is no row."
                ),
                &[&expected, &change],
                Some(format!(".unchanged({expected})")),
            ),
        ]
    }

    /// What is appended to the name of a statement that is about the rows of the key.
    fn only(&self) -> &'static str {
        if self.is_inherited { "_only" } else { "" }
    }

    /// A parameter's name that no column of the key has.
    fn free(&self, name: &str) -> String {
        let mut name = name.to_owned();
        while self.fields.iter().any(|(_, field)| field.name == name) {
            name.push('_');
        }
        name
    }

    /// Up to the opening brace: the key's columns as parameters, and borrowed ones more.
    fn head(&self, name: &str, more: &[(&str, &str)], place: &impl Fn(usize) -> Indent) -> String {
        let columns = self.fields.iter();
        let borrowed = columns.clone().filter(|(_, field)| !field.ty.is_copy);
        let lifetime = Lifetime::of(borrowed.count() + more.len());
        let columns = columns.map(|(_, field)| {
            let ty = lifetime.parameter(&field.ty);
            format!("{}: {ty}", field.name)
        });
        let more = more.iter();
        let more = more.map(|(name, ty)| format!("{name}: {}", lifetime.borrowed(ty)));
        let parameters: Vec<String> = columns.chain(more).collect();
        let parameters: Vec<&str> = parameters.iter().map(String::as_str).collect();
        let name = format!("pub fn {name}{}", lifetime.declared());
        let returned = format!("timeschema::Statement<{}, Row>", lifetime.returned());
        layout::method(place(4), &name, &parameters, &returned)
    }

    /// The conditions on the key's columns, in a chain of that many links.
    fn conditions(&self, links: usize, place: &impl Fn(usize) -> Indent) -> Vec<String> {
        let columns = self.fields.iter();
        columns
            .map(|(at, field)| {
                let at = at.to_string();
                match &field.ty.equality {
                    Equality::InSchema(schema) => {
                        let schema = layout::string(schema);
                        link(".equal_in", &[&schema, &at, &field.name], links, place)
                    }
                    _ => link(".equal", &[&at, &field.name], links, place),
                }
            })
            .collect()
    }
}

/// A call in a chain of that many.
fn link(
    method: &str,
    arguments: &[&str],
    links: usize,
    place: &impl Fn(usize) -> Indent,
) -> String {
    // Alone, a call that has to be broken begins on the line of what it is called on.
    let further = if links == 1 { 0 } else { 4 };
    layout::call(place(8).inner(further), method, arguments, "")
}

/// How a function's borrowed parameters and its statement are tied together, in the form that clippy asks for.
#[derive(Clone, Copy)]
enum Lifetime {
    /// Nothing is borrowed.
    Static,
    /// One parameter is borrowed.
    Elided,
    /// Several parameters are borrowed.
    Named,
}

impl Lifetime {
    fn of(borrowed: usize) -> Lifetime {
        match borrowed {
            0 => Lifetime::Static,
            1 => Lifetime::Elided,
            _ => Lifetime::Named,
        }
    }

    fn declared(self) -> &'static str {
        match self {
            Lifetime::Static | Lifetime::Elided => "",
            Lifetime::Named => "<'a>",
        }
    }

    fn returned(self) -> &'static str {
        match self {
            Lifetime::Static => "'static",
            Lifetime::Elided => "'_",
            Lifetime::Named => "'a",
        }
    }

    /// The type of a parameter for a field of type `ty`.
    fn parameter(self, ty: &RustType) -> String {
        if ty.is_copy {
            return ty.path.clone();
        }
        self.borrowed(&ty.path)
    }

    fn borrowed(self, ty: &str) -> String {
        let reference = match self {
            Lifetime::Named => "&'a ",
            Lifetime::Static | Lifetime::Elided => "&",
        };
        let ty = match ty {
            "String" => "str",
            "Vec<u8>" => "[u8]",
            ty => ty,
        };
        format!("{reference}{ty}")
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
