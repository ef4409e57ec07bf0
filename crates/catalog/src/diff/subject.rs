//! Which object a difference is of.

use std::fmt;

use crate::model::OtherKind;

/// The object of a [`Difference`](super::Difference), in its parts; its `Display` is the object as one text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// What kind of object it is.
    pub kind: ObjectKind,
    /// Its schema, or its relation's schema; `None` for an extension or a job, which have none.
    pub schema: Option<String>,
    /// Its name; for a column and a dimension, the relation's name; for an attribute, the type's.
    pub name: String,
    /// The relation or domain that a constraint, a trigger, a policy or a relation's index belongs to.
    pub of: Option<String>,
    /// The column, for a column and a dimension; the attribute.
    pub column: Option<String>,
    /// The arguments of a routine, as `pg_get_function_identity_arguments` prints them.
    pub arguments: Option<String>,
}

/// The kinds of object that a catalog holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// An extension.
    Extension,
    /// An enum type.
    Enum,
    /// A domain.
    Domain,
    /// A composite type.
    Composite,
    /// An attribute of a composite type.
    Attribute,
    /// A range type.
    Range,
    /// A table or hypertable.
    Table,
    /// A view or materialized view.
    View,
    /// A continuous aggregate.
    ContinuousAggregate,
    /// A column of one of these.
    Column,
    /// A constraint of a table or domain.
    Constraint,
    /// An index that belongs to no constraint.
    Index,
    /// A trigger.
    Trigger,
    /// A partitioning dimension of a hypertable.
    Dimension,
    /// A policy of a hypertable or continuous aggregate.
    Policy,
    /// A function or procedure.
    Routine,
    /// A job of the user's.
    Job,
    /// What no module reads or writes; the subject's name is the whole name.
    Other(OtherKind),
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ObjectKind::Extension => "extension",
            ObjectKind::Enum => "enum",
            ObjectKind::Domain => "domain",
            ObjectKind::Composite => "composite type",
            ObjectKind::Attribute => "attribute",
            ObjectKind::Range => "range type",
            ObjectKind::Table => "table",
            ObjectKind::View => "view",
            ObjectKind::ContinuousAggregate => "continuous aggregate",
            ObjectKind::Column => "column",
            ObjectKind::Constraint => "constraint",
            ObjectKind::Index => "index",
            ObjectKind::Trigger => "trigger",
            ObjectKind::Dimension => "dimension",
            ObjectKind::Policy => "policy",
            ObjectKind::Routine => "routine",
            ObjectKind::Job => "job",
            ObjectKind::Other(kind) => match kind {
                OtherKind::Sequence => "sequence",
                OtherKind::Rule => "rule",
                OtherKind::RowSecurity => "row security",
                OtherKind::RowSecurityPolicy => "row security policy",
                OtherKind::Privileges => "privileges",
                OtherKind::Collation => "collation",
                OtherKind::Statistics => "statistics",
                OtherKind::EventTrigger => "event trigger",
                OtherKind::Partition => "partition",
                OtherKind::PartitionKey => "partition key",
                OtherKind::ForeignTable => "foreign table",
                OtherKind::Comment => "comment",
                OtherKind::ForeignServer => "foreign server",
                OtherKind::ColumnOptions => "options of the column",
                OtherKind::Publication => "publication",
            },
        })
    }
}

impl Subject {
    /// What has no schema.
    pub(super) fn global(kind: ObjectKind, name: &str) -> Subject {
        Subject {
            kind,
            schema: None,
            name: name.to_owned(),
            of: None,
            column: None,
            arguments: None,
        }
    }

    /// An object directly in a schema.
    pub(super) fn named(kind: ObjectKind, schema: &str, name: &str) -> Subject {
        Subject {
            schema: Some(schema.to_owned()),
            ..Subject::global(kind, name)
        }
    }

    /// A column or dimension of this relation.
    pub(super) fn column(&self, kind: ObjectKind, column: &str) -> Subject {
        Subject {
            kind,
            column: Some(column.to_owned()),
            ..self.clone()
        }
    }

    /// A named object that belongs to this relation or domain.
    pub(super) fn belonging(&self, kind: ObjectKind, name: &str) -> Subject {
        Subject {
            kind,
            name: name.to_owned(),
            of: Some(self.name.clone()),
            ..self.clone()
        }
    }
}

impl fmt::Display for Subject {
    /// As `column public.events.revenue`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schema = self.schema.as_deref().unwrap_or_default();
        let (kind, name) = (self.kind, &self.name);
        let of = self.of.as_deref().unwrap_or_default();
        let column = self.column.as_deref().unwrap_or_default();
        match kind {
            ObjectKind::Other(OtherKind::Privileges | OtherKind::Comment) => {
                write!(f, "{kind} on {name}")
            }
            ObjectKind::Other(OtherKind::RowSecurity | OtherKind::PartitionKey) => {
                write!(f, "{kind} of {name}")
            }
            ObjectKind::Extension | ObjectKind::Job | ObjectKind::Other(_) => {
                write!(f, "{kind} {name}")
            }
            ObjectKind::Column | ObjectKind::Attribute => {
                write!(f, "{kind} {schema}.{name}.{column}")
            }
            ObjectKind::Dimension => write!(f, "{kind} {column} of {schema}.{name}"),
            ObjectKind::Constraint | ObjectKind::Policy => {
                write!(f, "{kind} {name} of {schema}.{of}")
            }
            ObjectKind::Trigger => write!(f, "{kind} {name} on {schema}.{of}"),
            ObjectKind::Routine => {
                let arguments = self.arguments.as_deref().unwrap_or_default();
                write!(f, "{kind} {schema}.{name}({arguments})")
            }
            ObjectKind::Enum
            | ObjectKind::Domain
            | ObjectKind::Composite
            | ObjectKind::Range
            | ObjectKind::Table
            | ObjectKind::View
            | ObjectKind::ContinuousAggregate
            | ObjectKind::Index => write!(f, "{kind} {schema}.{name}"),
        }
    }
}
