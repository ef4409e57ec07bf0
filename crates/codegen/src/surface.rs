//! What service code sees of a relation's columns: the fields of its structs and their types, for comparing two catalogs.

use std::collections::BTreeMap;

use catalog::{Catalog, RelationRef, TypeRef};

use crate::choices::Choices;
use crate::error::Errors;
use crate::field::{self, Field};
use crate::new::Role;
use crate::prepare::Items;
use crate::types::as_text;

/// The modules of a catalog's relations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surface {
    /// By schema and name.
    pub modules: BTreeMap<RelationRef, Module>,
    /// The paths of the types that are generated for enums and composite types, by schema and name.
    pub types: BTreeMap<RelationRef, String>,
}

/// The module of a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Its path: `events`, `reporting::daily`.
    pub path: String,
    /// The columns by their names in SQL.
    pub columns: BTreeMap<String, ColumnFields>,
}

/// The fields of a column. Types are as people write them, without the paths of the toolkit's crates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnFields {
    /// The identifier of the fields.
    pub name: String,
    /// The type of the field of `Row`, if it has one.
    pub row: Option<String>,
    /// The field of `New`, if the relation has such a struct and the struct such a field.
    pub new: Option<NewField>,
}

/// The field of a new row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewField {
    /// Its type.
    pub ty: String,
    /// Whether every new row has to give it.
    pub is_required: bool,
}

/// What service code sees of the columns of `catalog`.
///
/// # Errors
/// If two names become the same in Rust, or a domain refers to itself.
pub fn surface(catalog: &Catalog, choices: &Choices) -> Result<Surface, Errors> {
    let mut errors = Errors::default();
    // A choice may be for a column that only the other catalog of a comparison has.
    let items = Items::of(catalog, &Choices::default(), &mut errors);
    let mut modules = BTreeMap::new();
    for source in &items.sources {
        let title = format!("{}.{}", source.schema, source.name);
        let fields = field::fields(source, &title, &items.types, choices, 0, &mut errors);
        let columns = fields.iter().map(|field| {
            (
                field.column.name.clone(),
                column(field, source.is_written()),
            )
        });
        let module = Module {
            path: items.names.relations[&source.key()].clone(),
            columns: columns.collect(),
        };
        modules.insert(relation(source.key()), module);
    }
    let types = items.names.types.iter();
    let types = types
        .map(|(key, path)| (relation(*key), path.clone()))
        .collect();
    errors.or(Surface { modules, types })
}

/// The Rust types of these types, without what a project chooses for single columns.
///
/// # Errors
/// Those of [`surface`].
pub fn rust_types(
    catalog: &Catalog,
    types: &[TypeRef],
    choices: &Choices,
) -> Result<Vec<String>, Errors> {
    let mut errors = Errors::default();
    let items = Items::of(catalog, &Choices::default(), &mut errors);
    let rust = |ty: &TypeRef| match (choices.ty(ty), items.types.rust_from(ty, "")) {
        (Some(chosen), _) => chosen.clone(),
        (None, Ok(rust)) => for_people(&rust.path),
        (None, Err(_)) => for_people(&as_text().path),
    };
    errors.or(types.iter().map(rust).collect())
}

fn relation((schema, name): (&str, &str)) -> RelationRef {
    RelationRef {
        schema: schema.to_owned(),
        name: name.to_owned(),
    }
}

fn column(field: &Field<'_>, is_written: bool) -> ColumnFields {
    let ty = for_people(&field.ty.path);
    let optional = |ty: &str| format!("Option<{ty}>");
    let held = match field.column.never_null {
        Some(_) => ty.clone(),
        None => optional(&ty),
    };
    let new = match Role::of(field) {
        _ if !is_written => None,
        Role::Absent => None,
        Role::Required => Some((ty, true)),
        Role::Nullable => Some((held.clone(), false)),
        Role::Defaulted => Some((optional(&held), false)),
    };
    ColumnFields {
        name: field.name.clone(),
        row: field.is_read.then_some(held),
        new: new.map(|(ty, is_required)| NewField { ty, is_required }),
    }
}

/// A type's path without the toolkit's, and without the way to the root of the generated file.
fn for_people(path: &str) -> String {
    let path = path.replace("timeschema::", "").replace("super::", "");
    let converted = path.strip_prefix("Converted<");
    // `Converted<jiff::Timestamp, Timestamp>`: what the field holds comes first.
    match converted.and_then(|it| it.split_once(", ")) {
        Some((chosen, _)) => chosen.to_owned(),
        None => path,
    }
}
