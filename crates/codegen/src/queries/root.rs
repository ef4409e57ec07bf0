//! What the types and modules of the schema are called, seen from the queries, and which Rust type holds a value.

use std::collections::HashMap;

use catalog::{Catalog, Column, TypeRef};
use queries::ColumnName;

use crate::choices::{Choices, ColumnChoice};
use crate::error::{Error, Errors};
use crate::prepare::Items;
use crate::types::{CircularDomain, Key, RustType, Types, as_text};

use super::SCHEMA;

/// What queries need to know of the file: which types and modules are in it.
pub(crate) struct Root<'a> {
    types: Types<'a>,
    relations: HashMap<Key<'a>, (&'a [Column], String)>,
    choices: &'a Choices,
}

/// The Rust type of a column or parameter.
pub(crate) struct Held {
    ty: RustType,
    /// The type that the project chooses in its place.
    chosen: Option<String>,
}

impl<'a> Root<'a> {
    pub(crate) fn of(catalog: &'a Catalog, choices: &'a Choices, errors: &mut Errors) -> Root<'a> {
        let items = Items::of(catalog, choices, errors);
        let relations = items.sources.iter().map(|source| {
            let key = (source.schema, source.name);
            (key, (source.columns, items.names.relations[&key].clone()))
        });
        Root {
            relations: relations.collect(),
            types: items.types,
            choices,
        }
    }

    /// The columns of a relation and its module.
    pub(crate) fn relation<'s>(
        &'s self,
        schema: &'s str,
        name: &'s str,
    ) -> Option<(&'s [Column], &'s str)> {
        let (columns, module) = self.relations.get(&(schema, name))?;
        Some((*columns, module.as_str()))
    }

    /// The comment on a column.
    pub(crate) fn comment<'s>(&'s self, column: Option<&'s ColumnName>) -> Option<&'s str> {
        self.column(column?)?.comment.as_deref()
    }

    fn column<'s>(&'s self, name: &'s ColumnName) -> Option<&'s Column> {
        let (columns, _) = self.relation(&name.schema, &name.relation)?;
        columns.iter().find(|it| it.name == name.column)
    }

    /// Whether values of the type are read and written as text.
    pub(crate) fn is_text(&self, ty: &queries::Type) -> bool {
        let ty = self.types.rust_from(&TypeRef::from(ty), "");
        ty.is_ok_and(|ty| ty.as_text)
    }

    /// The Rust type of a value of `ty` that is, or is for, this column. The names of the query and of the value are for errors.
    pub(crate) fn held(
        &self,
        ty: &queries::Type,
        column: Option<&ColumnName>,
        [query, name]: [&str; 2],
        errors: &mut Errors,
    ) -> Held {
        let ty = TypeRef::from(ty);
        let rust = self.types.rust_from(&ty, SCHEMA);
        let rust = rust.unwrap_or_else(|CircularDomain(domain)| {
            errors.push(Error::CircularDomain {
                relation: query.to_owned(),
                column: name.to_owned(),
                domain,
            });
            as_text()
        });
        let of_column = column.and_then(|column| {
            let same_type = self.column(column)?.ty == ty;
            let choice = self
                .choices
                .named(&column.schema, &column.relation, &column.column);
            choice.filter(|_| same_type)
        });
        let chosen = match of_column {
            Some(ColumnChoice::Type(rust)) => Some(rust),
            _ => self.choices.ty(&ty),
        };
        Held {
            ty: rust,
            chosen: chosen.cloned(),
        }
    }
}

impl Held {
    /// Whether the project chooses the type.
    pub(crate) fn is_chosen(&self) -> bool {
        self.chosen.is_some()
    }

    /// The type that a program holds.
    pub(crate) fn path(&self) -> &str {
        self.chosen.as_ref().unwrap_or(&self.ty.path)
    }

    /// The type of a field.
    pub(crate) fn field(&self) -> String {
        match &self.chosen {
            Some(chosen) => format!("timeschema::Converted<{chosen}, {}>", self.ty.path),
            None => self.ty.path.clone(),
        }
    }

    /// The type of the field, as an expression.
    pub(crate) fn constructor(&self) -> String {
        self.field().replacen('<', "::<", 1)
    }

    /// The type of an argument, and whether it borrows for `'a`.
    pub(crate) fn argument(&self) -> (String, bool) {
        if self.chosen.is_some() || self.ty.is_copy {
            return (self.path().to_owned(), false);
        }
        let element = self.ty.path.strip_prefix("timeschema::Array<");
        let element = element.and_then(|it| it.strip_suffix('>'));
        let ty = match (self.ty.path.as_str(), element) {
            ("String", _) => "str".to_owned(),
            ("Vec<u8>", _) => "[u8]".to_owned(),
            (_, Some(element)) => format!("[{element}]"),
            (ty, None) => ty.to_owned(),
        };
        (format!("&'a {ty}"), true)
    }
}
