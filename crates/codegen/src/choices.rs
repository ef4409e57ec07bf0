//! What a project chooses for its columns, and whether what it names exists.

use std::collections::{BTreeMap, HashSet};

use catalog::{Catalog, TypeRef};
use sql::nearest::nearest;
use sql::types::{EXTENSION_TYPES, TYPES};

use crate::error::{Error, Errors};
use crate::source::Source;

/// What a project chooses for the generated code: `[types]` and `[columns]` of `timeschema.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// The Rust type for all columns of an SQL type, by `timestamptz`, `timestamp with time zone`, or `schema.name`.
    pub types: BTreeMap<String, String>,
    /// By `relation.column` for a relation of the schema `public`, or `schema.relation.column`.
    pub columns: BTreeMap<String, ColumnChoice>,
}

/// What a project chooses for one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnChoice {
    /// Fields hold this Rust type.
    Type(String),
    /// No row that is read has it, and no new row unless it must be given.
    LeftOut,
}

impl Choices {
    /// The choice for a column.
    pub(crate) fn column(&self, source: &Source<'_>, column: &str) -> Option<&ColumnChoice> {
        self.named(source.schema, source.name, column)
    }

    /// The choice for the column of these names.
    pub(crate) fn named(
        &self,
        schema: &str,
        relation: &str,
        column: &str,
    ) -> Option<&ColumnChoice> {
        let mut names = names_of_column(schema, relation, column);
        names.find_map(|name| self.columns.get(&name))
    }

    /// The Rust type for all columns of a type.
    pub(crate) fn ty(&self, ty: &TypeRef) -> Option<&String> {
        if ty.array {
            return None;
        }
        let names = names_of_type(&ty.schema, &ty.name);
        names.iter().find_map(|name| self.types.get(name))
    }

    /// Names of no type or column, and what cannot be a Rust type, are among the `errors` then.
    pub(crate) fn check(&self, catalog: &Catalog, sources: &[Source<'_>], errors: &mut Errors) {
        let columns = sources.iter().flat_map(|source| {
            let columns = source.columns.iter();
            columns.flat_map(|column| names_of_column(source.schema, source.name, &column.name))
        });
        let columns = columns.collect();
        check_names("columns", "column", self.columns.keys(), columns, errors);
        let types = known_types(catalog, sources);
        check_names("types", "type", self.types.keys(), types, errors);
        let of_columns = self
            .columns
            .iter()
            .filter_map(|(name, choice)| match choice {
                ColumnChoice::Type(rust) => Some(("columns", name, rust)),
                ColumnChoice::LeftOut => None,
            });
        let of_types = self.types.iter().map(|(name, rust)| ("types", name, rust));
        let all = of_columns.chain(of_types);
        for (section, name, rust) in all.filter(|(.., rust)| !is_path(rust)) {
            errors.push(Error::NotARustType {
                section,
                name: name.clone(),
                rust: rust.clone(),
            });
        }
    }
}

fn check_names<'a>(
    section: &'static str,
    kind: &'static str,
    named: impl Iterator<Item = &'a String>,
    known: HashSet<String>,
    errors: &mut Errors,
) {
    for name in named.filter(|name| !known.contains(*name)) {
        let known = || known.iter().map(String::as_str);
        let with_schema = format!(".{name}");
        let nearest = nearest(name, known());
        let nearest = nearest.or_else(|| known().filter(|it| it.ends_with(&with_schema)).min());
        errors.push(Error::UnknownChoice {
            section,
            kind,
            name: name.clone(),
            nearest: nearest.map(str::to_owned),
        });
    }
}

/// What a column may be called, the most usual name first.
fn names_of_column(
    schema: &str,
    relation: &str,
    column: &str,
) -> impl Iterator<Item = String> + use<> {
    let short = (schema == "public").then(|| format!("{relation}.{column}"));
    let full = format!("{schema}.{relation}.{column}");
    short.into_iter().chain([full])
}

/// What a type may be called.
fn names_of_type(schema: &str, name: &str) -> Vec<String> {
    match schema {
        "pg_catalog" => {
            let known = sql::types::find(name).map(|ty| ty.sql.to_owned());
            [name.to_owned()].into_iter().chain(known).collect()
        }
        "public" => vec![name.to_owned(), format!("{schema}.{name}")],
        _ => vec![format!("{schema}.{name}")],
    }
}

/// The names of the types that PostgreSQL, the installed extensions and the user have.
fn known_types(catalog: &Catalog, sources: &[Source<'_>]) -> HashSet<String> {
    let builtin = TYPES.iter().map(|ty| ("pg_catalog", ty.name));
    let added = EXTENSION_TYPES.iter();
    let added = added.filter(|it| catalog.extensions.iter().any(|name| name == it.extension));
    let added = added.map(|it| ("public", it.name));
    let columns = sources.iter().flat_map(|source| source.columns);
    let columns = columns.map(|it| (it.ty.schema.as_str(), it.ty.name.as_str()));
    let all = builtin.chain(added).chain(columns);
    all.flat_map(|(schema, name)| names_of_type(schema, name))
        .collect()
}

/// Whether a text can be the path of a Rust type, with type arguments or without: nothing else can come into the generated code by it.
fn is_path(text: &str) -> bool {
    let mut depth = 0;
    for c in text.chars() {
        match c {
            '<' => depth += 1,
            '>' => depth -= 1,
            ':' | '_' => {}
            ',' | ' ' if depth > 0 => {}
            c if c.is_alphanumeric() => {}
            _ => return false,
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0 && text.starts_with(|c: char| c.is_alphabetic() || matches!(c, ':' | '_'))
}
