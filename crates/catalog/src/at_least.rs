//! Whether a database still offers what the modules that were generated from an older catalog read and write.
//!
//! A program that is older than its database meets what later migrations made. Additions do not touch it: its modules name every
//! column that they read or write. So the two catalogs are not compared as they are: the older one is reduced to what of it the newer
//! one still offers, and [`diff`](crate::diff()) names what went missing on the way.

use crate::diff::{Difference, diff};
use crate::model::*;

/// What of `expected` a database with the catalog `actual` no longer offers to the modules that were generated from `expected`, by
/// object; empty when they work on it.
///
/// Reported are extensions, enums, labels, domains, composite types, attributes, range types, relations and columns that are missing; columns
/// and attributes of another type (a longer or more precise type of the same name does not count); columns that can now be null; and columns of a table, new ones included, that now must be
/// given a value or no longer accept one. Nothing else matters to a module: new objects, indexes and constraints, the text of defaults and
/// definitions, the order of columns, comments, TimescaleDB's settings and policies, routines, triggers and jobs.
pub fn at_least(expected: &Catalog, actual: &Catalog) -> Vec<Difference> {
    diff(expected, &reduced(expected, actual))
}

/// `expected`, with the properties that a module depends on taken from `actual`.
fn reduced(expected: &Catalog, actual: &Catalog) -> Catalog {
    let mut left = expected.clone();
    left.extensions
        .retain(|name| actual.extensions.contains(name));
    left.enums.retain_mut(|it| {
        let mut all = actual.enums.iter();
        let found = all.find(|other| (&other.schema, &other.name) == (&it.schema, &it.name));
        if let Some(found) = found {
            it.labels.retain(|label| found.labels.contains(label));
        }
        found.is_some()
    });
    left.domains.retain_mut(|it| {
        let mut all = actual.domains.iter();
        let found = all.find(|other| (&other.schema, &other.name) == (&it.schema, &it.name));
        if let Some(found) = found {
            retype(&mut it.base, &found.base);
            it.not_null = found.not_null;
        }
        found.is_some()
    });
    left.composites.retain_mut(|it| {
        let mut all = actual.composites.iter();
        let found = all.find(|other| (&other.schema, &other.name) == (&it.schema, &it.name));
        if let Some(found) = found {
            keep_attributes(&mut it.attributes, &found.attributes);
        }
        found.is_some()
    });
    left.ranges.retain_mut(|it| {
        let mut all = actual.ranges.iter();
        let found = all.find(|other| (&other.schema, &other.name) == (&it.schema, &it.name));
        if let Some(found) = found {
            retype(&mut it.subtype, &found.subtype);
        }
        found.is_some()
    });
    left.tables.retain_mut(|it| {
        let mut all = actual.tables.iter();
        let found = all.find(|other| (&other.schema, &other.name) == (&it.schema, &it.name));
        if let Some(found) = found {
            keep(&mut it.columns, &found.columns, written);
            let added = found.columns.iter().filter(|column| {
                must_be_given(column) && !it.columns.iter().any(|own| own.name == column.name)
            });
            let added: Vec<Column> = added.cloned().collect();
            it.columns.extend(added);
        }
        found.is_some()
    });
    left.views
        .retain_mut(|it| keep_readable(actual, &it.schema, &it.name, &mut it.columns));
    left.continuous_aggregates
        .retain_mut(|it| keep_readable(actual, &it.schema, &it.name, &mut it.columns));
    left
}

/// Keeps the attributes that there still are, with the types that they have now.
fn keep_attributes(attributes: &mut Vec<Attribute>, found: &[Attribute]) {
    attributes.retain_mut(|attribute| {
        let found = found.iter().find(|other| other.name == attribute.name);
        if let Some(found) = found {
            retype(&mut attribute.ty, &found.ty);
        }
        found.is_some()
    });
}

/// Reduces the columns of a relation that is only read to those that exist, whatever kind of relation it is; false if it does not exist.
fn keep_readable(actual: &Catalog, schema: &str, name: &str, columns: &mut Vec<Column>) -> bool {
    let tables = actual.tables.iter();
    let tables = tables.map(|it| (&*it.schema, &*it.name, &it.columns));
    let views = actual.views.iter();
    let views = views.map(|it| (&*it.schema, &*it.name, &it.columns));
    let aggregates = actual.continuous_aggregates.iter();
    let aggregates = aggregates.map(|it| (&*it.schema, &*it.name, &it.columns));
    let mut all = tables.chain(views).chain(aggregates);
    let found = all.find(|(in_schema, own, _)| (*in_schema, *own) == (schema, name));
    if let Some((_, _, found)) = found {
        keep(columns, found, read);
    }
    found.is_some()
}

/// Keeps the columns that there still are, each as `judge` leaves it.
fn keep(columns: &mut Vec<Column>, found: &[Column], judge: fn(&mut Column, &Column)) {
    columns.retain_mut(|column| {
        let found = found.iter().find(|other| other.name == column.name);
        if let Some(found) = found {
            judge(column, found);
        }
        found.is_some()
    });
}

/// What a column is to one who reads it: its type, and whether it is never null. Why it is not is nothing to a reader.
fn read(column: &mut Column, found: &Column) {
    retype(&mut column.ty, &found.ty);
    if found.never_null.is_none() {
        column.never_null = None;
    }
}

/// The type that there is, unless only its modifier is another one: a longer varchar holds what a shorter one did.
fn retype(ty: &mut TypeRef, found: &TypeRef) {
    if (&ty.schema, &ty.name, ty.array) != (&found.schema, &found.name, found.array) {
        *ty = found.clone();
    }
}

/// What a column is to one who also writes it: whether it takes a value, null among them, and whether it can do without.
fn written(column: &mut Column, found: &Column) {
    read(column, found);
    if column.never_null.is_none() {
        column.never_null = found.never_null.clone();
    }
    if column.generated.is_some() != found.generated.is_some() {
        column.generated = found.generated.clone();
        column.is_virtual = found.is_virtual;
    }
    let always = |column: &Column| column.identity == Some(Identity::Always);
    let is_filled = |column: &Column| column.default.is_some() || column.identity.is_some();
    if always(found) && !always(column) || is_filled(column) && !is_filled(found) {
        column.identity = found.identity;
        column.default = found.default.clone();
    }
}

/// Whether an INSERT that leaves the column out is refused.
fn must_be_given(column: &Column) -> bool {
    let is_filled =
        column.default.is_some() || column.identity.is_some() || column.generated.is_some();
    column.never_null.is_some() && !is_filled
}
