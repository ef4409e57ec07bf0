//! Which columns of a table have to be drawn together, because a constraint is about all of them.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{ConstraintKind, Table};

use crate::column::{Field, unique};
use crate::foreign_key::ForeignKey;
use crate::names::{Definition, condition, conjuncts};
use crate::value::Which;

/// A condition that rows have to meet, and the columns that it is about.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub(crate) expression: String,
    pub(crate) columns: BTreeSet<String>,
}

/// A column that the server calculates.
#[derive(Debug, Clone)]
pub(crate) struct Generated {
    pub(crate) name: String,
    pub(crate) expression: String,
    columns: BTreeSet<String>,
    is_not_null: bool,
}

/// Columns that are drawn together.
#[derive(Debug, Default)]
pub(crate) struct Component {
    /// Indexes of fields.
    pub(crate) fields: Vec<usize>,
    /// Groups of foreign keys; those of a group have columns in common.
    pub(crate) keys: Vec<Vec<ForeignKey>>,
    pub(crate) checks: Vec<Check>,
    pub(crate) generated: Vec<Generated>,
    /// Keys of which no two rows have the same values, if all their columns are here.
    pub(crate) unique: Vec<Vec<String>>,
    /// Whether each row needs values of its own.
    pub(crate) is_distinct: bool,
}

impl Component {
    /// Whether its only constraints are the types of its columns.
    pub(crate) fn is_free(&self) -> bool {
        self.keys.is_empty() && self.checks.is_empty()
    }

    /// Whether its values are rows of other tables, and nothing more is demanded of them.
    pub(crate) fn only_refers(&self) -> bool {
        self.checks.is_empty() && self.keys.len() == 1
    }
}

/// The components of a table, and the conditions that belong to none of them.
pub(crate) fn components(
    table: &Table,
    fields: &[Field],
    keys: &[ForeignKey],
    mut checks: Vec<Check>,
) -> (Vec<Component>, Vec<Check>) {
    let generated = generated(table);
    checks.extend(checks_of(table, fields, &generated));
    let mut groups = Groups::new(fields.len());
    let index = |name: &String| fields.iter().position(|it| it.name == *name);
    let (inside, loose): (Vec<Check>, Vec<Check>) = checks
        .into_iter()
        .partition(|it| !it.columns.is_empty() && it.columns.iter().all(|it| index(it).is_some()));
    for check in &inside {
        groups.join(check.columns.iter().filter_map(index));
    }
    for key in keys {
        groups.join(key.columns.iter().filter_map(index));
    }
    let mut components: BTreeMap<usize, Component> = BTreeMap::new();
    for at in 0..fields.len() {
        components
            .entry(groups.root(at))
            .or_default()
            .fields
            .push(at);
    }
    for component in components.values_mut() {
        let has = |name: &String| index(name).is_some_and(|it| component.fields.contains(&it));
        let own = inside.iter().filter(|it| it.columns.iter().all(has));
        component.checks = own.cloned().collect();
        let own = keys.iter().filter(|it| it.columns.iter().all(has));
        let own: Vec<ForeignKey> = own.cloned().collect();
        let calculated = generated.iter().filter(|it| it.columns.iter().all(has));
        let is_needed = |it: &&Generated| {
            let named = component.checks.iter();
            let mut named = named.map(|check| Definition::new(&check.expression).identifiers());
            named.any(|names| names.contains(&it.name))
        };
        component.generated = calculated.filter(is_needed).cloned().collect();
        let unique = unique(table);
        let whole = unique.iter().filter(|it| it.iter().all(has));
        component.unique = whole.map(|it| it.iter().cloned().collect()).collect();
        let is_distinct = |at: &usize| fields[*at].which == Which::Distinct;
        component.is_distinct =
            component.fields.iter().any(is_distinct) || !component.unique.is_empty();
        component.keys = sharing(own);
    }
    (components.into_values().collect(), loose)
}

/// Foreign keys in groups that have columns in common.
fn sharing(keys: Vec<ForeignKey>) -> Vec<Vec<ForeignKey>> {
    let mut groups: Vec<Vec<ForeignKey>> = Vec::new();
    for key in keys {
        let shares = |group: &[ForeignKey]| {
            let mut columns = group.iter().flat_map(|it| &it.columns);
            columns.any(|it| key.columns.contains(it))
        };
        let (mut joined, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(|it| shares(it));
        groups = others;
        let mut group: Vec<ForeignKey> = joined.drain(..).flatten().collect();
        group.push(key);
        groups.push(group);
    }
    groups
}

fn generated(table: &Table) -> Vec<Generated> {
    let columns = table.columns.iter();
    let generated = columns.filter_map(|it| it.generated.as_ref().map(|text| (it, text)));
    generated
        .map(|(column, text)| {
            let words = Definition::new(text).identifiers();
            let columns = table.columns.iter().map(|it| it.name.clone());
            Generated {
                name: column.name.clone(),
                expression: text.clone(),
                columns: columns
                    .filter(|it| words.contains(it) && *it != column.name)
                    .collect(),
                is_not_null: column.never_null.is_some(),
            }
        })
        .collect()
}

/// The conditions of the table's own constraints, of its domains, and of NOT NULL where the server calculates the
/// value.
fn checks_of(table: &Table, fields: &[Field], generated: &[Generated]) -> Vec<Check> {
    let mut checks = Vec::new();
    let sources = |columns: &[String]| {
        let sources = columns.iter().flat_map(|name| {
            let source = generated.iter().find(|it| it.name == *name);
            source.map_or_else(
                || vec![name.clone()],
                |it| it.columns.iter().cloned().collect(),
            )
        });
        sources.collect::<BTreeSet<String>>()
    };
    for constraint in table
        .constraints
        .iter()
        .filter(|it| it.kind == ConstraintKind::Check)
    {
        let expression = condition(&constraint.definition).unwrap_or("true");
        for part in conjuncts(expression) {
            let words = Definition::new(part).identifiers();
            let columns = constraint.columns.iter().filter(|it| words.contains(*it));
            let columns: Vec<String> = columns.cloned().collect();
            checks.push(Check {
                expression: format!("({part})"),
                columns: sources(&columns),
            });
        }
    }
    for field in fields {
        for expression in &field.checks {
            checks.push(Check {
                expression: expression.clone(),
                columns: [field.name.clone()].into(),
            });
        }
    }
    for column in generated.iter().filter(|it| it.is_not_null) {
        checks.push(Check {
            expression: format!("({} IS NOT NULL)", sql::quote::identifier(&column.name)),
            columns: column.columns.clone(),
        });
    }
    checks
}

/// Sets that grow together.
struct Groups(Vec<usize>);

impl Groups {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn root(&self, mut at: usize) -> usize {
        while self.0[at] != at {
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, members: impl Iterator<Item = usize>) {
        let mut first = None;
        for member in members {
            let root = self.root(member);
            let first = *first.get_or_insert(root);
            let (low, high) = (first.min(root), first.max(root));
            let low_root = self.root(low);
            let high_root = self.root(high);
            self.0[high_root.max(low_root)] = high_root.min(low_root);
        }
    }
}
