//! Which statement of the migrations made an object, which gave a property of it its value, and which removed it.
//!
//! It is read from the statements' words, in the order in which they run. If they leave a doubt, there is no answer: a wrong place is worse
//! than none. The result is a log of what each statement does to which object (`log`); an answer is one statement, or none:
//!
//! - A statement that must have made the object, such as `CREATE TABLE` without `IF NOT EXISTS`, rules out all before it.
//! - One that may have made it, such as a `CREATE TYPE` in a `DO` block, is one of several candidates. A single candidate is the answer, because
//!   the object is there.
//! - Code that is only known when it runs (`EXECUTE`, functions that are made elsewhere) is a candidate for everything.
//! - An unqualified name is one of the schema that new tables go to, until the file changes `search_path`.

mod alter;
mod bodies;
mod calls;
mod create;
mod drop;
mod log;
mod reader;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::plan::Migration;
use log::Log;

/// The kinds of object whose origin can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An extension.
    Extension,
    /// An enum or a domain.
    Type,
    /// A table, a view of any kind or a continuous aggregate.
    Relation,
    /// A column of a relation.
    Column,
    /// A constraint of a table or domain.
    Constraint,
    /// An index.
    Index,
    /// A trigger.
    Trigger,
    /// A dimension of a hypertable, by its column.
    Dimension,
    /// A policy of a hypertable or continuous aggregate, by its procedure.
    Policy,
    /// A function or procedure; those that share a name are not distinguished.
    Routine,
    /// A job of the user's, by its procedure.
    Job,
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// Its schema, or its owner's; empty if it has none.
    pub schema: String,
    /// The relation or domain that it is a part of; empty if there is none.
    pub owner: String,
    /// Its own name.
    pub name: String,
}

/// A place in the migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The index of the migration.
    pub migration: usize,
    /// The statement, as bytes of the file's text.
    pub statement: Range<usize>,
    /// Where in the statement the object's definition begins, as a byte of the file's text.
    pub offset: usize,
}

/// What the statements of migrations show about the objects that they create.
#[derive(Debug)]
pub struct Origins(Log);

/// Reads all steps of these migrations, which are those that ran. `default_schema` is the one that new tables go to.
pub fn read(migrations: &[Migration], default_schema: Option<&str>) -> Origins {
    Origins(reader::read(migrations, default_schema))
}

impl Origins {
    /// The statement that made an object which is known to be there after all of them ran.
    pub fn of(&self, object: &Object) -> Option<Location> {
        self.0.origin(object)
    }

    /// The statement that removed an object which was there once and is known not to be there after all of them ran.
    pub fn of_end(&self, object: &Object) -> Option<Location> {
        self.0.end(object)
    }

    /// The statement that gave a property of such an object its value. The names are those of the catalog's comparison: `type`, `default`,
    /// `labels`.
    pub fn of_property(&self, object: &Object, property: &str) -> Option<Location> {
        self.0.last_change(object, property)
    }
}
