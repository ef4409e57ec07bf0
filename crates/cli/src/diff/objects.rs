//! What changes of a schema's objects mean for service code. Every difference of the two catalogs is one change, or a part of one.

use std::collections::BTreeMap;

use catalog::{
    Catalog, ConstraintKind, Difference, DifferenceKind, ObjectKind, OtherKind, RelationRef,
    Subject,
};

use crate::drift::made_by::Makers;

use super::change::{Audience, Change, Effect};
use super::columns::{self, Key, relation, what};
use super::side::Side;

/// What is said where nothing is known in particular.
const OTHER: &str = "statements may do something else";

/// All changes of the schema.
pub fn changes(from: &Side, to: &Side, makers: Option<&Makers<'_>>) -> Vec<Change> {
    let differences = catalog::diff(&from.snapshot.catalog, &to.snapshot.catalog);
    let mut columns: BTreeMap<Key, Vec<&Difference>> = BTreeMap::new();
    let mut others = Vec::new();
    for it in &differences {
        match (it.kind, columns::key(&it.subject)) {
            (DifferenceKind::Changed { .. }, Some(key)) => columns.entry(key).or_default().push(it),
            _ => others.push(it),
        }
    }
    let both = Both { from, to };
    let mut changes: Vec<Change> = others
        .into_iter()
        .map(|it| placed(both.of(it), it, makers))
        .collect();
    for (key, differences) in &columns {
        let first = differences[0];
        let object = first.object.clone();
        let change = columns::changed(object, differences, &from.surface, &to.surface, key);
        changes.extend(change.map(|it| placed(it, first, makers)));
    }
    changes.extend(columns::by_their_types(
        &from.surface,
        &to.surface,
        &columns,
    ));
    changes
}

/// The change with the line that did it.
fn placed(mut change: Change, difference: &Difference, makers: Option<&Makers<'_>>) -> Change {
    let subject = &difference.subject;
    change.made_by = makers.and_then(|it| match difference.kind {
        DifferenceKind::Missing => it.of_end(subject),
        DifferenceKind::Extra => it.of_subject(subject, None),
        DifferenceKind::Changed { property } => it.of_subject(subject, Some(property)),
    });
    change
}

/// What is compared.
struct Both<'a> {
    from: &'a Side,
    to: &'a Side,
}

impl Both<'_> {
    fn of(&self, difference: &Difference) -> Change {
        let (before, after) = difference.excerpts();
        let object = difference.object.as_str();
        match difference.kind {
            DifferenceKind::Missing => self.removed(
                difference,
                Change::new(object, format!("removed: {before}")),
            ),
            DifferenceKind::Extra => {
                self.added(difference, Change::new(object, format!("new: {after}")))
            }
            DifferenceKind::Changed { property } => {
                let change = Change::new(object, what(property, difference));
                self.changed(difference, property, change)
            }
        }
    }

    fn removed(&self, difference: &Difference, change: Change) -> Change {
        let subject = &difference.subject;
        let is_empty = self.to.snapshot.catalog.is_empty();
        match subject.kind {
            ObjectKind::Table => self.without_module(subject, change, Audience::Both),
            ObjectKind::View | ObjectKind::ContinuousAggregate => self.without_module(subject, change, Audience::Readers),
            ObjectKind::Column => match columns::key(subject) {
                Some(key) => columns::removed(change, &self.from.surface, &key),
                None => change,
            },
            ObjectKind::Enum | ObjectKind::Composite => {
                let path = self.from.surface.types.get(&relation(subject));
                let path = path.map_or(&subject.name, |it| it);
                change
                .both(Effect::Breaking, format!("`{path}` is no longer there"))
            }
            ObjectKind::Attribute => change
                .both(Effect::Breaking, "the struct has a field less, and values of the old form are refused"),
            // The columns that had them are changes of their own.
            ObjectKind::Domain | ObjectKind::Range => change,
            ObjectKind::Constraint if is_key(&self.from.snapshot.catalog, subject) => change
                .both(Effect::Breaking, format!(
                    "functions of `{}` that find or write a row by this key are no longer there, and two rows may have one key",
                    self.path(subject)
                )),
            ObjectKind::Constraint => {
                let gone = format!("its variant of `{}::Violation` is no longer there", self.path(subject));
                change
                    .readers(Effect::Care, "rows may be what it excluded")
                    .writers(Effect::Breaking, gone)
            }
            ObjectKind::Index if is_unique(difference) => change
                .both(Effect::Breaking, format!(
                    "functions of `{}` that find a row by it are no longer there, and two rows may be alike",
                    self.path(subject)
                )),
            ObjectKind::Index => change
                .readers(Effect::Care, "queries may take longer"),
            ObjectKind::Routine => change
                .both(Effect::Breaking, "statements that call it fail"),
            ObjectKind::Policy => match policy(subject) {
                Policy::Refresh => change
                .readers(Effect::Care, "the aggregate is no longer refreshed"),
                Policy::Retention | Policy::Other => change,
            },
            ObjectKind::Trigger => change
                .both(Effect::Care, "what it did is no longer done"),
            ObjectKind::Other(OtherKind::Sequence) => change
                .writers(Effect::Breaking, "statements that take numbers from it fail"),
            ObjectKind::Other(OtherKind::RowSecurity | OtherKind::RowSecurityPolicy) => change
                .both(Effect::Care, "other rows are visible, or may be written"),
            ObjectKind::Other(OtherKind::Privileges) if !is_empty => change
                .both(Effect::Care, "roles that had them may be refused"),
            ObjectKind::Extension | ObjectKind::Dimension | ObjectKind::Job => change.both(Effect::Care, OTHER),
            ObjectKind::Other(_) => of_other(change, subject),
        }
    }

    fn added(&self, difference: &Difference, change: Change) -> Change {
        let subject = &difference.subject;
        match subject.kind {
            ObjectKind::Column => match columns::key(subject) {
                Some(key) => columns::added(change, &self.to.surface, &key),
                None => change,
            },
            ObjectKind::Attribute => change.both(
                Effect::Breaking,
                "the struct has a field more, and values of the old form are refused",
            ),
            ObjectKind::Constraint | ObjectKind::Index
                if is_unique(difference) || is_key(&self.to.snapshot.catalog, subject) =>
            {
                change.writers(Effect::Care, "a second row of one key is refused")
            }
            ObjectKind::Constraint => {
                change.writers(Effect::Care, "rows that it does not allow are refused")
            }
            ObjectKind::Trigger => {
                change.writers(Effect::Care, "it runs with each statement that fires it")
            }
            ObjectKind::Policy => match policy(subject) {
                Policy::Retention => {
                    change.readers(Effect::Care, "rows that are old enough are dropped")
                }
                Policy::Refresh | Policy::Other => change,
            },
            ObjectKind::Dimension => {
                change.writers(Effect::Care, "unique keys must have its column")
            }
            ObjectKind::Other(OtherKind::RowSecurity | OtherKind::RowSecurityPolicy) => {
                change.both(Effect::Care, "rows may be hidden, or refused")
            }
            ObjectKind::Other(OtherKind::Privileges) => change,
            ObjectKind::Other(_) => of_other(change, subject),
            ObjectKind::Extension
            | ObjectKind::Enum
            | ObjectKind::Domain
            | ObjectKind::Composite
            | ObjectKind::Range
            | ObjectKind::Table
            | ObjectKind::View
            | ObjectKind::ContinuousAggregate
            | ObjectKind::Index
            | ObjectKind::Routine
            | ObjectKind::Job => change,
        }
    }

    fn changed(&self, difference: &Difference, property: &str, change: Change) -> Change {
        let subject = &difference.subject;
        if property == "comment" {
            return change;
        }
        match subject.kind {
            ObjectKind::Enum if property == "labels" => self.labels(subject, change),
            ObjectKind::Constraint if is_key(&self.from.snapshot.catalog, subject) => change.both(
                Effect::Breaking,
                format!(
                    "functions of `{}` that take this key take other values",
                    self.path(subject)
                ),
            ),
            ObjectKind::Constraint => change.both(
                Effect::Care,
                "rows that were allowed may be refused, and others allowed",
            ),
            ObjectKind::Index if is_unique(difference) => change.both(
                Effect::Breaking,
                format!(
                    "functions of `{}` that find a row by it may change",
                    self.path(subject)
                ),
            ),
            ObjectKind::View | ObjectKind::ContinuousAggregate
                if property == "definition" || property == "source" =>
            {
                change.readers(Effect::Care, "it may return other rows")
            }
            ObjectKind::ContinuousAggregate => {
                change.readers(Effect::Care, "it may return other rows")
            }
            ObjectKind::Policy => match policy(subject) {
                Policy::Retention => {
                    change.readers(Effect::Care, "rows are dropped at another age")
                }
                Policy::Refresh => {
                    change.readers(Effect::Care, "the aggregate is refreshed in another way")
                }
                Policy::Other => change,
            },
            ObjectKind::Attribute if property == "type" => {
                change.both(Effect::Breaking, "the struct's field has another type")
            }
            ObjectKind::Composite if property == "order of attributes" => {
                change.both(Effect::Breaking, "values of the old form are refused")
            }
            // Rows are read and written by the names of their columns.
            ObjectKind::Table if property == "order of columns" || property == "columnstore" => {
                change
            }
            ObjectKind::Index => change.readers(Effect::Care, "queries may take longer"),
            ObjectKind::Dimension if property != "partitions" => change,
            ObjectKind::Table | ObjectKind::View if property == "kind" => {
                change.both(Effect::Care, OTHER)
            }
            ObjectKind::Routine => change.both(
                Effect::Care,
                "statements that call it may do something else",
            ),
            _ => change.both(Effect::Care, OTHER),
        }
    }

    /// The labels of an enum.
    fn labels(&self, subject: &Subject, change: Change) -> Change {
        let labels = |side: &Side| -> Vec<String> {
            let mut enums = side.snapshot.catalog.enums.iter();
            let found = enums
                .find(|it| Some(&it.schema) == subject.schema.as_ref() && it.name == subject.name);
            found.map_or(Vec::new(), |it| it.labels.clone())
        };
        let (before, after) = (labels(self.from), labels(self.to));
        let path = self.to.surface.types.get(&relation(subject));
        let path = path.map_or(&subject.name, |it| it);
        let quoted = |labels: Vec<&String>| {
            let labels = labels.iter().map(|it| format!("'{it}'"));
            labels.collect::<Vec<_>>().join(", ")
        };
        let gone: Vec<&String> = before.iter().filter(|it| !after.contains(it)).collect();
        let new: Vec<&String> = after.iter().filter(|it| !before.contains(it)).collect();
        let mut change = change;
        if !gone.is_empty() {
            change = change.both(
                Effect::Breaking,
                format!("`{path}` has no variant for {}", quoted(gone)),
            );
        }
        if !new.is_empty() {
            change = change
                .readers(Effect::Care, format!(
                "code that matches `{path}` has to cover {}; programs built before read it as a label that they do not know",
                quoted(new)
            ));
        } else if change.consequences.is_empty() {
            change = change.readers(Effect::Care, "its values are sorted in another order");
        }
        change
    }

    fn without_module(&self, subject: &Subject, change: Change, audience: Audience) -> Change {
        let path = self.path(subject);
        change.with(
            audience,
            Effect::Breaking,
            format!("the module `{path}` is no longer there"),
        )
    }

    /// The path of a relation's module, in the one or the other.
    fn path(&self, subject: &Subject) -> String {
        let relation: RelationRef = relation(subject);
        let modules = |side: &Side| Some(side.surface.modules.get(&relation)?.path.clone());
        modules(self.from)
            .or_else(|| modules(self.to))
            .unwrap_or(relation.name)
    }
}

/// The policies that change which rows there are.
enum Policy {
    Retention,
    Refresh,
    Other,
}

fn policy(subject: &Subject) -> Policy {
    match subject.name.as_str() {
        "policy_retention" => Policy::Retention,
        "policy_refresh_continuous_aggregate" => Policy::Refresh,
        _ => Policy::Other,
    }
}

fn is_unique(difference: &Difference) -> bool {
    let definition = difference.expected.as_ref().or(difference.actual.as_ref());
    difference.subject.kind == ObjectKind::Index
        && definition.is_some_and(|it| it.starts_with("CREATE UNIQUE INDEX "))
}

/// Whether a constraint is a primary key or unique in this catalog.
fn is_key(catalog: &Catalog, subject: &Subject) -> bool {
    let is_table = |it: &&catalog::Table| {
        Some(&it.schema) == subject.schema.as_ref() && Some(&it.name) == subject.of.as_ref()
    };
    let table = catalog.tables.iter().find(is_table);
    let mut constraints = table.iter().flat_map(|it| &it.constraints);
    constraints.any(|it| {
        it.name == subject.name
            && matches!(it.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
    })
}

/// An object that no module reads or writes.
fn of_other(change: Change, subject: &Subject) -> Change {
    match subject.kind {
        ObjectKind::Other(OtherKind::Comment | OtherKind::Statistics | OtherKind::Publication) => {
            change
        }
        _ => change.both(Effect::Care, OTHER),
    }
}
