//! The tree of objects that a catalog becomes for a comparison.

use std::collections::BTreeMap;

use super::{ObjectKind, Subject};
use crate::model::*;

/// An object of a catalog as far as a comparison needs it.
pub(super) struct Object {
    pub(super) subject: Subject,
    pub(super) label: String,
    /// In a few words, for when the object is missing or extra.
    pub(super) summary: String,
    pub(super) properties: Vec<(&'static str, Option<String>)>,
    /// Names of the children if their order matters, such as columns.
    pub(super) order: Vec<String>,
    pub(super) children: BTreeMap<String, Object>,
}

impl Object {
    fn new(subject: Subject, summary: impl Into<String>) -> Object {
        Object {
            label: subject.to_string(),
            subject,
            summary: summary.into(),
            properties: Vec::new(),
            order: Vec::new(),
            children: BTreeMap::new(),
        }
    }

    fn property(mut self, name: &'static str, value: Option<&str>) -> Object {
        self.properties.push((name, value.map(str::to_owned)));
        self
    }

    fn with(mut self, children: impl IntoIterator<Item = Object>) -> Object {
        add(&mut self.children, children);
        self
    }
}

/// Adds children; of several with one label, as two policies of one kind, the later get a number.
fn add(to: &mut BTreeMap<String, Object>, children: impl IntoIterator<Item = Object>) {
    for child in children {
        let mut label = child.label.clone();
        for number in 2.. {
            if !to.contains_key(&label) {
                break;
            }
            label = format!("{} ({number})", child.label);
        }
        to.insert(label.clone(), Object { label, ..child });
    }
}

/// All objects that stand by themselves, by their label.
pub(super) fn database(catalog: &Catalog) -> BTreeMap<String, Object> {
    let extension =
        |name: &String| Object::new(Subject::global(ObjectKind::Extension, name), "an extension");
    let mut objects = BTreeMap::new();
    add(&mut objects, catalog.extensions.iter().map(extension));
    add(&mut objects, catalog.enums.iter().map(enumeration));
    add(&mut objects, catalog.domains.iter().map(domain));
    add(&mut objects, catalog.composites.iter().map(composite));
    add(&mut objects, catalog.ranges.iter().map(range));
    add(&mut objects, catalog.tables.iter().map(table));
    add(&mut objects, catalog.views.iter().map(view));
    let aggregates = catalog.continuous_aggregates.iter();
    add(&mut objects, aggregates.map(continuous_aggregate));
    add(&mut objects, catalog.routines.iter().map(routine));
    let own = |it: &Job| job(Subject::global(ObjectKind::Job, &it.procedure), it);
    add(&mut objects, catalog.jobs.iter().map(own));
    add(&mut objects, catalog.others.iter().map(other));
    objects
}

fn other(it: &OtherObject) -> Object {
    let subject = Subject::global(ObjectKind::Other(it.kind), &it.name);
    Object::new(subject, it.definition.as_str()).property("definition", Some(&it.definition))
}

fn enumeration(it: &Enum) -> Object {
    let labels: Vec<String> = it.labels.iter().map(|label| listed(label)).collect();
    let labels = labels.join(", ");
    let subject = Subject::named(ObjectKind::Enum, &it.schema, &it.name);
    Object::new(subject, labels.as_str())
        .property("comment", it.comment.as_deref())
        .property("labels", Some(&labels))
}

/// A label in a list, quoted if it could be mistaken for another label or for two.
fn listed(label: &str) -> String {
    if label.is_empty() || label.contains([',', '"']) || label.contains(char::is_whitespace) {
        format!("\"{}\"", label.replace('"', "\"\""))
    } else {
        label.to_owned()
    }
}

fn domain(it: &Domain) -> Object {
    let subject = Subject::named(ObjectKind::Domain, &it.schema, &it.name);
    Object::new(subject.clone(), format!("a domain over {}", it.base.sql))
        .property("comment", it.comment.as_deref())
        .property("base type", Some(&type_name(&it.base)))
        .property("NOT NULL", it.not_null.then_some("set"))
        .property("default", it.default.as_deref())
        .with(it.checks.iter().map(|check| constraint(&subject, check)))
}

fn composite(it: &Composite) -> Object {
    let subject = Subject::named(ObjectKind::Composite, &it.schema, &it.name);
    let attribute = |it: &Attribute| {
        let subject = subject.column(ObjectKind::Attribute, &it.name);
        Object::new(subject, it.ty.sql.as_str())
            .property("type", Some(&type_name(&it.ty)))
            .property("comment", it.comment.as_deref())
    };
    let mut object = Object::new(subject.clone(), "a composite type")
        .property("comment", it.comment.as_deref())
        .with(it.attributes.iter().map(attribute));
    object.order = it.attributes.iter().map(|it| it.name.clone()).collect();
    object
}

fn range(it: &RangeType) -> Object {
    let subject = Subject::named(ObjectKind::Range, &it.schema, &it.name);
    let multirange = it.multirange.as_ref().map(|it| it.sql.as_str());
    Object::new(subject, format!("a range type over {}", it.subtype.sql))
        .property("comment", it.comment.as_deref())
        .property("subtype", Some(&type_name(&it.subtype)))
        .property("multirange type", multirange)
        .property("operator class", it.operator_class.as_deref())
        .property("collation", it.collation.as_deref())
        .property("canonical function", it.canonical.as_deref())
        .property("subtype_diff function", it.subtype_diff.as_deref())
}

fn table(it: &Table) -> Object {
    let subject = Subject::named(ObjectKind::Table, &it.schema, &it.name);
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
    let mut object = Object::new(subject.clone(), kind)
        .property("comment", it.comment.as_deref())
        .property("kind", Some(kind))
        .property("columnstore", store.as_deref())
        .property(
            "inheritance",
            it.inherited.then_some("other tables inherit from it"),
        )
        .with(it.constraints.iter().map(|one| constraint(&subject, one)))
        .with(it.indexes.iter().map(|one| index(&subject, one)))
        .with(it.triggers.iter().map(|one| {
            Object::new(
                subject.belonging(ObjectKind::Trigger, &one.name),
                one.definition.as_str(),
            )
            .property("definition", Some(&one.definition))
            .property(
                "state",
                Some(if one.disabled { "disabled" } else { "enabled" }),
            )
        }));
    add_columns(&mut object, &it.columns);
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
                    .map(|one| dimension(&subject, one)),
            )
            .with(hypertable.policies.iter().map(|one| policy(&subject, one)));
    }
    object
}

fn view(it: &View) -> Object {
    let subject = Subject::named(ObjectKind::View, &it.schema, &it.name);
    let kind = if it.materialized {
        "a materialized view"
    } else {
        "a view"
    };
    let mut object = Object::new(subject.clone(), kind)
        .property("comment", it.comment.as_deref())
        .property("kind", Some(kind))
        .property("definition", Some(&it.definition))
        .with(it.indexes.iter().map(|one| index(&subject, one)));
    add_columns(&mut object, &it.columns);
    object
}

fn continuous_aggregate(it: &ContinuousAggregate) -> Object {
    let subject = Subject::named(ObjectKind::ContinuousAggregate, &it.schema, &it.name);
    let source = format!("{}.{}", it.source.schema, it.source.name);
    let mut object = Object::new(
        subject.clone(),
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
    .with(it.policies.iter().map(|one| policy(&subject, one)));
    add_columns(&mut object, &it.columns);
    object
}

fn add_columns(object: &mut Object, columns: &[Column]) {
    object.order = columns.iter().map(|it| it.name.clone()).collect();
    for it in columns {
        let null = if it.never_null.is_some() {
            "never null"
        } else {
            "nullable"
        };
        let column = Object::new(
            object.subject.column(ObjectKind::Column, &it.name),
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
        add(&mut object.children, [column]);
    }
}

/// The expression, marked as virtual if it is not stored.
fn generated(column: &Column) -> Option<String> {
    let expression = column.generated.as_deref()?;
    let kind = if column.is_virtual { " VIRTUAL" } else { "" };
    Some(format!("{expression}{kind}"))
}

fn constraint(owner: &Subject, it: &Constraint) -> Object {
    // The kind and the columns are part of the definition; the columns' names there are the ones PostgreSQL prints.
    let full = format!("{} on ({})", it.definition, it.columns.join(", "));
    let definition = if it.columns.is_empty() {
        &it.definition
    } else {
        &full
    };
    Object::new(
        owner.belonging(ObjectKind::Constraint, &it.name),
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

fn index(relation: &Subject, it: &Index) -> Object {
    Object::new(
        relation.belonging(ObjectKind::Index, &it.name),
        it.definition.as_str(),
    )
    .property("definition", Some(&it.definition))
    .property("state", Some(if it.invalid { "invalid" } else { "valid" }))
}

fn dimension(table: &Subject, it: &Dimension) -> Object {
    let number = |number: Option<i64>| number.map(|number| number.to_string());
    let (integer, partitions) = (number(it.integer_interval), number(it.partitions));
    let width = it.time_interval.as_deref().or(integer.as_deref());
    let summary = match (width, &partitions) {
        (Some(width), _) => format!("chunks of {width}"),
        (None, Some(partitions)) => format!("{partitions} partitions"),
        (None, None) => "a dimension".to_owned(),
    };
    Object::new(table.column(ObjectKind::Dimension, &it.column), summary)
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
    let subject = Subject {
        arguments: Some(it.arguments.clone()),
        ..Subject::named(ObjectKind::Routine, &it.schema, &it.name)
    };
    Object::new(subject, "a routine").property("definition", Some(&it.definition))
}

fn policy(relation: &Subject, it: &Job) -> Object {
    job(relation.belonging(ObjectKind::Policy, &it.procedure), it)
}

fn job(subject: Subject, it: &Job) -> Object {
    let config = it.config.to_string();
    Object::new(
        subject,
        format!("every {} with {config}", it.schedule_interval),
    )
    .property("schedule interval", Some(&it.schedule_interval))
    .property(
        "scheduled",
        Some(if it.scheduled { "true" } else { "false" }),
    )
    .property("configuration", Some(&config))
}

/// The name that people know, and PostgreSQL's if the first is ambiguous.
fn type_name(it: &TypeRef) -> String {
    let array = if it.array { "[]" } else { "" };
    let own = format!("{}.{}{array}", it.schema, it.name);
    if it.schema == "pg_catalog" || it.sql == own {
        it.sql.clone()
    } else {
        format!("{} ({own})", it.sql)
    }
}
