//! Why a catalog cannot become Rust: everything that is in the way, with what it is about.

use std::fmt;

use catalog::{ObjectKind, Subject};

use crate::types::Key;

/// Everything that stands between a catalog and its Rust text, one a line.
#[derive(Debug, Default)]
pub struct Errors(Vec<Error>);

impl std::error::Error for Errors {}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Error::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl Errors {
    pub(crate) fn push(&mut self, error: Error) {
        self.0.push(error);
    }

    /// The errors, those of the project's choices first.
    pub fn iter(&self) -> std::slice::Iter<'_, Error> {
        self.0.iter()
    }

    /// The value, unless something is in the way.
    pub(crate) fn or<T>(self, value: T) -> Result<T, Errors> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl From<Error> for Errors {
    fn from(error: Error) -> Errors {
        Errors(vec![error])
    }
}

/// What names belong to, within which they have to differ in Rust.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Owner<'a> {
    /// Schemas.
    Database,
    /// Enums and composite types of a schema.
    TypesOf(&'a str),
    /// Relations of a schema.
    RelationsOf(&'a str),
    /// Columns of a relation.
    ColumnsOf(Key<'a>),
    /// Unique keys of a relation, by the names of their functions.
    KeysOf(Key<'a>),
    /// Constraints of a table.
    ConstraintsOf(Key<'a>),
    /// Labels of an enum.
    LabelsOf(Key<'a>),
    /// Attributes of a composite type.
    AttributesOf(Key<'a>),
    /// The project's files of queries, or the parts of a query, or of a file of queries, of that name.
    Queries(&'a str),
}

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Owner::Database => f.write_str("the database"),
            Owner::TypesOf(name) | Owner::RelationsOf(name) | Owner::Queries(name) => {
                f.write_str(name)
            }
            Owner::ColumnsOf((schema, name))
            | Owner::KeysOf((schema, name))
            | Owner::ConstraintsOf((schema, name))
            | Owner::LabelsOf((schema, name))
            | Owner::AttributesOf((schema, name)) => write!(f, "{schema}.{name}"),
        }
    }
}

impl Owner<'_> {
    /// What has the name, as far as the catalog has a word for it.
    pub(crate) fn named(&self, name: &str) -> Named {
        let subject = |kind, schema: &str, name: &str| Subject {
            kind,
            schema: Some(schema.to_owned()),
            name: name.to_owned(),
            of: None,
            column: None,
            arguments: None,
        };
        let part = |kind, (schema, owner): Key<'_>| Subject {
            column: Some(name.to_owned()),
            ..subject(kind, schema, owner)
        };
        let whole = |subject| Named {
            subject: Some(subject),
            property: None,
        };
        match *self {
            Owner::Database | Owner::Queries(_) => Named::default(),
            Owner::TypesOf(schema) => whole(subject(ObjectKind::Enum, schema, name)),
            Owner::RelationsOf(schema) => whole(subject(ObjectKind::Table, schema, name)),
            Owner::ColumnsOf(key) => whole(part(ObjectKind::Column, key)),
            Owner::KeysOf((schema, table)) => whole(subject(ObjectKind::Table, schema, table)),
            Owner::ConstraintsOf((schema, table)) => whole(Subject {
                of: Some(table.to_owned()),
                ..subject(ObjectKind::Constraint, schema, name)
            }),
            Owner::LabelsOf((schema, name)) => Named {
                subject: Some(subject(ObjectKind::Enum, schema, name)),
                property: Some("labels"),
            },
            Owner::AttributesOf(key) => whole(part(ObjectKind::Attribute, key)),
        }
    }
}

/// What an error is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// The object; `None` for a schema, which no catalog lists.
    pub subject: Option<Subject>,
    /// The property of it that the name is in, by the name of the catalog's comparison.
    pub property: Option<&'static str>,
}

/// What stands between a catalog and its Rust text. Each message names the object and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A domain is defined by itself, which PostgreSQL does not allow: the catalog was edited.
    #[error(
        "{relation}.{column}: the domain {domain} refers to itself: run `cargo xtask migrate` to write the catalog again"
    )]
    CircularDomain {
        /// Schema and name of the relation.
        relation: String,
        /// Name of the column.
        column: String,
        /// Schema and name of the domain.
        domain: String,
    },
    /// A query returns what the driver cannot read.
    #[error("{query}: {reason}, and run `cargo xtask migrate`")]
    Unreadable {
        /// File and name of the query.
        query: String,
        /// Which column, and what to write.
        reason: queries::Untyped,
    },
    /// Two names end up as one identifier, even with a suffix.
    #[error(
        "{owner}: `{first}` and `{second}` both become `{identifier}` in Rust: rename one of them"
    )]
    Collision {
        /// What the two names belong to.
        owner: String,
        /// One SQL name.
        first: String,
        /// The other.
        second: String,
        /// The identifier.
        identifier: String,
        /// What has the first name, and the second.
        named: Box<[Named; 2]>,
    },
    /// A choice names what does not exist.
    #[error(
        "[{section}] names `{name}`, which is no {kind}: {}",
        .nearest.as_ref().map_or_else(
            || format!("remove it, or write the {kind} with its schema"),
            |nearest| format!("write \"{nearest}\", or remove it"),
        )
    )]
    UnknownChoice {
        /// The section of the settings.
        section: &'static str,
        /// What its keys are.
        kind: &'static str,
        /// The name in the settings.
        name: String,
        /// The one that may be meant.
        nearest: Option<String>,
    },
    /// What is chosen is not the path of a type.
    #[error(
        "[{section}] `{name}`: `{rust}` is not the path of a Rust type: write one as \"jiff::Timestamp\""
    )]
    NotARustType {
        /// The section of the settings.
        section: &'static str,
        /// The name in the settings.
        name: String,
        /// What is chosen for it.
        rust: String,
    },
    /// A template is wrong: a mistake in this crate, not in the catalog.
    #[error("failed to render {template}: {source}")]
    Template {
        /// File name of the template.
        template: &'static str,
        /// What the template engine says.
        source: tera::Error,
    },
}

impl Error {
    /// What in the catalog it is about; nothing if it is about the project's choices.
    pub fn named(&self) -> &[Named] {
        match self {
            Error::Collision { named, .. } => &**named,
            _ => &[],
        }
    }

    /// The section of `timeschema.toml` and the key in it that are wrong.
    pub fn choice(&self) -> Option<(&'static str, &str)> {
        match self {
            Error::UnknownChoice { section, name, .. }
            | Error::NotARustType { section, name, .. } => Some((section, name)),
            _ => None,
        }
    }
}
