//! What differs between two catalogs, object by object: the snapshot's and a live database's.
//!
//! A catalog becomes a tree of objects, each with named properties as text; two trees are then compared by name. An object that is
//! missing is told once, without everything that is missing with it. Nothing here decides what a difference means to anyone.

use std::collections::BTreeMap;
use std::fmt;

use crate::model::*;

/// How long a value may be in a [`Difference`]'s one line before only the part that differs is shown.
const LINE: usize = 120;

/// One thing that two catalogs do not agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What kind of difference it is.
    pub kind: DifferenceKind,
    /// The object, as `column public.events.revenue`.
    pub object: String,
    /// The expected value, for a missing object what it should be; `None` where there should be nothing.
    pub expected: Option<String>,
    /// The actual value, for an extra object what it is; `None` where there is nothing.
    pub actual: Option<String>,
}

/// The kinds of difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DifferenceKind {
    /// The object is expected and not there.
    Missing,
    /// The object is there and not expected.
    Extra,
    /// The object is there, with another value of a property.
    Changed {
        /// The property: `type`, `default`, `labels`.
        property: &'static str,
    },
}

impl fmt::Display for Difference {
    /// One line, whatever the values hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (expected, actual) = excerpts(self.expected.as_deref(), self.actual.as_deref());
        match self.kind {
            DifferenceKind::Missing => write!(f, "{} is missing: expected {expected}", self.object),
            DifferenceKind::Extra => write!(f, "{} is not expected: found {actual}", self.object),
            DifferenceKind::Changed { property } if expected == actual => {
                write!(
                    f,
                    "{}: {property} differs in its blanks alone: {expected}",
                    self.object
                )
            }
            DifferenceKind::Changed { property } => {
                write!(
                    f,
                    "{}: {property}: expected {expected}; found {actual}",
                    self.object
                )
            }
        }
    }
}

/// What differs, sorted by object; empty exactly when the catalogs are equal.
pub fn diff(expected: &Catalog, actual: &Catalog) -> Vec<Difference> {
    let mut differences = Vec::new();
    compare(&database(expected), &database(actual), &mut differences);
    differences
}

/// An object of a catalog as far as a comparison needs it.
#[derive(Default)]
struct Object {
    label: String,
    /// In a few words, for when the object is missing or extra.
    summary: String,
    properties: Vec<(&'static str, Option<String>)>,
    /// Names of the children in an order that matters, such as that of columns.
    order: Vec<String>,
    children: BTreeMap<String, Object>,
}

impl Object {
    fn new(label: String, summary: impl Into<String>) -> Object {
        Object {
            label,
            summary: summary.into(),
            ..Object::default()
        }
    }

    fn property(mut self, name: &'static str, value: Option<&str>) -> Object {
        self.properties.push((name, value.map(str::to_owned)));
        self
    }

    /// Adds a child; of several with one label, as two policies of one kind, the later get a number.
    fn add(&mut self, child: Object) {
        let mut label = child.label.clone();
        for number in 2.. {
            if !self.children.contains_key(&label) {
                break;
            }
            label = format!("{} ({number})", child.label);
        }
        self.children
            .insert(label.clone(), Object { label, ..child });
    }

    fn with(mut self, children: impl IntoIterator<Item = Object>) -> Object {
        children.into_iter().for_each(|child| self.add(child));
        self
    }
}

fn compare(expected: &Object, actual: &Object, differences: &mut Vec<Difference>) {
    let mut changed = |property, expected_value: Option<String>, actual_value: Option<String>| {
        if expected_value != actual_value {
            differences.push(Difference {
                kind: DifferenceKind::Changed { property },
                object: expected.label.clone(),
                expected: expected_value,
                actual: actual_value,
            });
        }
    };
    for ((property, left), (_, right)) in expected.properties.iter().zip(&actual.properties) {
        changed(property, left.clone(), right.clone());
    }
    // Only of those that both have: a missing column is told once, as missing.
    let common = |own: &Object, other: &Object| -> Option<String> {
        let names: Vec<&str> = own
            .order
            .iter()
            .filter(|name| other.order.contains(name))
            .map(String::as_str)
            .collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    changed(
        "order of columns",
        common(expected, actual),
        common(actual, expected),
    );

    let mut labels: Vec<&String> = expected
        .children
        .keys()
        .chain(actual.children.keys())
        .collect();
    labels.sort();
    labels.dedup();
    for label in labels {
        match (expected.children.get(label), actual.children.get(label)) {
            (Some(expected), Some(actual)) => compare(expected, actual, differences),
            (Some(missing), None) => differences.push(Difference {
                kind: DifferenceKind::Missing,
                object: missing.label.clone(),
                expected: Some(missing.summary.clone()),
                actual: None,
            }),
            (None, Some(extra)) => differences.push(Difference {
                kind: DifferenceKind::Extra,
                object: extra.label.clone(),
                expected: None,
                actual: Some(extra.summary.clone()),
            }),
            (None, None) => {}
        }
    }
}

fn database(catalog: &Catalog) -> Object {
    Object::new("database".to_owned(), "a database")
        .with(
            catalog
                .extensions
                .iter()
                .map(|name| Object::new(format!("extension {name}"), "an extension")),
        )
        .with(catalog.enums.iter().map(enumeration))
        .with(catalog.domains.iter().map(domain))
        .with(catalog.tables.iter().map(table))
        .with(catalog.views.iter().map(view))
        .with(
            catalog
                .continuous_aggregates
                .iter()
                .map(continuous_aggregate),
        )
        .with(catalog.routines.iter().map(routine))
        .with(catalog.jobs.iter().map(|one| job("job", one, None)))
}

fn enumeration(it: &Enum) -> Object {
    let labels: Vec<String> = it.labels.iter().map(|label| listed(label)).collect();
    let labels = labels.join(", ");
    Object::new(format!("enum {}.{}", it.schema, it.name), labels.as_str())
        .property("comment", it.comment.as_deref())
        .property("labels", Some(&labels))
}

/// A label in a list, quoted where it could be taken for another or for two.
fn listed(label: &str) -> String {
    if label.is_empty() || label.contains([',', '"']) || label.contains(char::is_whitespace) {
        format!("\"{}\"", label.replace('"', "\"\""))
    } else {
        label.to_owned()
    }
}

fn domain(it: &Domain) -> Object {
    let name = format!("{}.{}", it.schema, it.name);
    Object::new(
        format!("domain {name}"),
        format!("a domain over {}", it.base.sql),
    )
    .property("comment", it.comment.as_deref())
    .property("base type", Some(&type_name(&it.base)))
    .property("NOT NULL", it.not_null.then_some("set"))
    .property("default", it.default.as_deref())
    .with(it.checks.iter().map(|check| constraint(&name, check)))
}

fn table(it: &Table) -> Object {
    let name = format!("{}.{}", it.schema, it.name);
    let kind = if it.hypertable.is_some() {
        "a hypertable"
    } else {
        "a table"
    };
    let store = it
        .hypertable
        .as_ref()
        .and_then(|it| it.columnstore.as_ref())
        .map(columnstore);
    let mut object = Object::new(format!("table {name}"), kind)
        .property("comment", it.comment.as_deref())
        .property("kind", Some(kind))
        .property("columnstore", store.as_deref())
        .with(it.constraints.iter().map(|one| constraint(&name, one)))
        .with(it.indexes.iter().map(|one| index(&it.schema, one)))
        .with(it.triggers.iter().map(|one| {
            Object::new(
                format!("trigger {} on {name}", one.name),
                one.definition.as_str(),
            )
            .property("definition", Some(&one.definition))
            .property(
                "state",
                Some(if one.disabled { "disabled" } else { "enabled" }),
            )
        }));
    add_columns(&mut object, &name, &it.columns);
    if let Some(hypertable) = &it.hypertable {
        let order: Vec<&str> = hypertable
            .dimensions
            .iter()
            .map(|it| it.column.as_str())
            .collect();
        object = object
            .property("order of dimensions", Some(&order.join(", ")))
            .with(
                hypertable
                    .dimensions
                    .iter()
                    .map(|one| dimension(&name, one)),
            )
            .with(
                hypertable
                    .policies
                    .iter()
                    .map(|one| job("policy", one, Some(&name))),
            );
    }
    object
}

fn view(it: &View) -> Object {
    let name = format!("{}.{}", it.schema, it.name);
    let kind = if it.materialized {
        "a materialized view"
    } else {
        "a view"
    };
    let mut object = Object::new(format!("view {name}"), kind)
        .property("comment", it.comment.as_deref())
        .property("kind", Some(kind))
        .property("definition", Some(&it.definition))
        .with(it.indexes.iter().map(|one| index(&it.schema, one)));
    add_columns(&mut object, &name, &it.columns);
    object
}

fn continuous_aggregate(it: &ContinuousAggregate) -> Object {
    let name = format!("{}.{}", it.schema, it.name);
    let source = format!("{}.{}", it.source.schema, it.source.name);
    let mut object = Object::new(
        format!("continuous aggregate {name}"),
        format!("a continuous aggregate over {source}"),
    )
    .property("comment", it.comment.as_deref())
    .property("source", Some(&source))
    .property("bucket column", it.bucket_column.as_deref())
    .property("bucket width", it.bucket_width.as_deref())
    .property(
        "materialized_only",
        Some(if it.materialized_only {
            "true"
        } else {
            "false"
        }),
    )
    .property(
        "columnstore",
        it.columnstore.as_ref().map(columnstore).as_deref(),
    )
    .property("definition", Some(&it.definition))
    .with(
        it.policies
            .iter()
            .map(|one| job("policy", one, Some(&name))),
    );
    add_columns(&mut object, &name, &it.columns);
    object
}

fn add_columns(object: &mut Object, relation: &str, columns: &[Column]) {
    object.order = columns.iter().map(|it| it.name.clone()).collect();
    for it in columns {
        let null = if it.never_null.is_some() {
            "never null"
        } else {
            "nullable"
        };
        let column = Object::new(
            format!("column {relation}.{}", it.name),
            format!("{}, {null}", it.ty.sql),
        )
        .property("type", Some(&type_name(&it.ty)))
        .property("comment", it.comment.as_deref())
        .property("proof of never null", it.never_null.as_deref())
        .property("default", it.default.as_deref())
        .property(
            "identity",
            it.identity.map(|it| match it {
                Identity::Always => "always",
                Identity::ByDefault => "by default",
            }),
        )
        .property("generated", generated(it).as_deref());
        object.add(column);
    }
}

/// The expression; what is not stored is said to be virtual.
fn generated(column: &Column) -> Option<String> {
    let expression = column.generated.as_deref()?;
    let kind = if column.is_virtual { " VIRTUAL" } else { "" };
    Some(format!("{expression}{kind}"))
}

fn constraint(owner: &str, it: &Constraint) -> Object {
    // The kind and the columns are part of the definition; the columns' names there are the ones PostgreSQL prints.
    let full = format!("{} on ({})", it.definition, it.columns.join(", "));
    let definition = if it.columns.is_empty() {
        &it.definition
    } else {
        &full
    };
    Object::new(
        format!("constraint {} of {owner}", it.name),
        it.definition.as_str(),
    )
    .property(
        "kind",
        Some(match it.kind {
            ConstraintKind::PrimaryKey => "PRIMARY KEY",
            ConstraintKind::Unique => "UNIQUE",
            ConstraintKind::Check => "CHECK",
            ConstraintKind::ForeignKey => "FOREIGN KEY",
            ConstraintKind::Exclusion => "EXCLUDE",
        }),
    )
    .property("definition", Some(definition))
}

fn index(schema: &str, it: &Index) -> Object {
    Object::new(
        format!("index {schema}.{}", it.name),
        it.definition.as_str(),
    )
    .property("definition", Some(&it.definition))
    .property("state", Some(if it.invalid { "invalid" } else { "valid" }))
}

fn dimension(table: &str, it: &Dimension) -> Object {
    let number = |number: Option<i64>| number.map(|number| number.to_string());
    let (integer, partitions) = (number(it.integer_interval), number(it.partitions));
    let width = it.time_interval.as_deref().or(integer.as_deref());
    let summary = match (width, &partitions) {
        (Some(width), _) => format!("chunks of {width}"),
        (None, Some(partitions)) => format!("{partitions} partitions"),
        (None, None) => "a dimension".to_owned(),
    };
    Object::new(format!("dimension {} of {table}", it.column), summary)
        .property("chunk interval", it.time_interval.as_deref())
        .property("integer chunk interval", integer.as_deref())
        .property("partitions", partitions.as_deref())
        .property("integer_now function", it.integer_now.as_deref())
}

fn columnstore(it: &Columnstore) -> String {
    let part = |name: &str, value: &Option<String>| {
        value.as_ref().map(|value| format!("{name} ({value})"))
    };
    let parts: Vec<String> = [
        part("segment by", &it.segment_by),
        part("order by", &it.order_by),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() {
        "enabled".to_owned()
    } else {
        parts.join(" ")
    }
}

fn routine(it: &Routine) -> Object {
    Object::new(
        format!("routine {}.{}({})", it.schema, it.name, it.arguments),
        "a routine",
    )
    .property("definition", Some(&it.definition))
}

fn job(kind: &str, it: &Job, relation: Option<&str>) -> Object {
    let of = relation
        .map(|relation| format!(" of {relation}"))
        .unwrap_or_default();
    let config = it.config.to_string();
    Object::new(
        format!("{kind} {}{of}", it.procedure),
        format!("every {} with {config}", it.schedule_interval),
    )
    .property("schedule interval", Some(&it.schedule_interval))
    .property(
        "scheduled",
        Some(if it.scheduled { "true" } else { "false" }),
    )
    .property("configuration", Some(&config))
}

/// The name people know, and PostgreSQL's own where the first does not say it all.
fn type_name(it: &TypeRef) -> String {
    let array = if it.array { "[]" } else { "" };
    let own = format!("{}.{}{array}", it.schema, it.name);
    if it.schema == "pg_catalog" || it.sql == own {
        it.sql.clone()
    } else {
        format!("{} ({own})", it.sql)
    }
}

/// Both values on one line; long ones from shortly before the place where they part.
fn excerpts(expected: Option<&str>, actual: Option<&str>) -> (String, String) {
    let line = |value: Option<&str>| {
        value.map(|value| value.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let (expected, actual) = (line(expected), line(actual));
    let same = match (&expected, &actual) {
        (Some(a), Some(b)) => a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count(),
        _ => 0,
    };
    let excerpt = |value: Option<String>| match value {
        None => "none".to_owned(),
        Some(value) if value.is_empty() => "an empty text".to_owned(),
        Some(value) if value.chars().count() <= LINE => value,
        Some(value) => {
            let skipped = same.saturating_sub(LINE / 3);
            let shown: String = value.chars().skip(skipped).take(LINE).collect();
            let cut = value.chars().count() > skipped + LINE;
            format!(
                "{}{shown}{}",
                if skipped > 0 { "…" } else { "" },
                if cut { "…" } else { "" }
            )
        }
    };
    (excerpt(expected), excerpt(actual))
}
