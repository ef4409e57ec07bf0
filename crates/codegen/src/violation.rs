//! The enum of a table's constraints, which errors are turned into.

use catalog::Table;

use crate::docs;
use crate::error::{Errors, Owner};
use crate::layout::{self, Indent};
use crate::names::{self, Style};
use crate::source::{Kind, Source};

/// A constraint of a table, or an index that is like one: its name and its definition.
type Constraint<'a> = (&'a str, &'a str);

/// The enum for the constraints of `source`, named `title` in errors.
pub(crate) fn of(
    source: &Source<'_>,
    title: &str,
    place: &impl Fn(usize) -> Indent,
    errors: &mut Errors,
) -> Option<String> {
    let Kind::Table(table) = source.kind else {
        return None;
    };
    let constraints = constraints(table);
    if constraints.is_empty() {
        return None;
    }
    let owner = Owner::ConstraintsOf(source.key());
    let short = short(&constraints, &table.name);
    let variants = names::assign(owner, &short, Style::Camel, errors);
    let free = |wanted: &str| {
        let mut name = wanted.to_owned();
        while variants.contains(&name) {
            name.push('_');
        }
        name
    };
    let mut text = format!(
        "timeschema::violation! {{ {} {} {}:\n",
        layout::string(&docs::code(title)),
        free("NotNull"),
        free("Other")
    );
    for ((name, definition), variant) in constraints.iter().zip(&variants) {
        let doc = format!("{}: {}.", docs::code(name), docs::code(definition));
        docs::write_block(&mut text, place(8), &[doc]);
        text += &format!("        {} {variant}\n", layout::string(name));
    }
    text += "    }";
    Some(text)
}

/// The constraints and unique indexes of a table. An index may have the name of a constraint that has none itself, such as a `CHECK`: an
/// error does not say which of the two it is about.
fn constraints(table: &Table) -> Vec<Constraint<'_>> {
    let constraints = table.constraints.iter();
    let mut all: Vec<Constraint<'_>> = constraints
        .map(|it| (it.name.as_str(), it.definition.as_str()))
        .collect();
    let indexes = table.indexes.iter();
    for index in indexes.filter(|it| it.definition.starts_with("CREATE UNIQUE INDEX ")) {
        if !all.iter().any(|(name, _)| *name == index.name) {
            all.push((&index.name, &index.definition));
        }
    }
    all
}

/// The names of constraints without their table's, unless that is what another one is called.
fn short<'a>(constraints: &[Constraint<'a>], table: &str) -> Vec<&'a str> {
    let names = || constraints.iter().map(|(name, _)| *name);
    let is_taken = |short: &str, by: &str| by == short || without_table(by, table) == short;
    let is_one = |short: &str, of: &str| !names().any(|it| it != of && is_taken(short, it));
    names()
        .map(|name| match without_table(name, table) {
            short if is_one(short, name) => short,
            _ => name,
        })
        .collect()
}

/// `is_positive` of `events_is_positive`.
fn without_table<'n>(name: &'n str, table: &str) -> &'n str {
    let rest = name.strip_prefix(table).and_then(|it| it.strip_prefix('_'));
    rest.filter(|it| !it.is_empty()).unwrap_or(name)
}
