//! Composite types, and row types of relations where a column has them, as the context of `composite.rs.tera`.

use std::collections::{HashMap, HashSet};

use catalog::{Catalog, Column, TypeRef};
use serde::Serialize;

use crate::docs;
use crate::error::{Error, Errors, Owner};
use crate::layout::{self, Indent};
use crate::names::{self, Style, last_segment};
use crate::source::Source;
use crate::types::{CircularDomain, Key, Types, as_text};

/// A composite type for which a struct can be generated.
pub(crate) struct Composite<'a> {
    pub(crate) schema: &'a str,
    pub(crate) name: &'a str,
    comment: Option<&'a str>,
    /// What the documentation calls it.
    kind: &'static str,
    attributes: Vec<Attribute<'a>>,
}

struct Attribute<'a> {
    name: &'a str,
    ty: &'a TypeRef,
    comment: Option<&'a str>,
}

/// Context of `composite.rs.tera`.
#[derive(Serialize)]
pub(crate) struct CompositeType {
    doc: String,
    name: String,
    schema_literal: String,
    name_literal: String,
    fields: Vec<Field>,
    attributes: String,
    /// The fields with their positions, for `composite_sql!`.
    members: String,
}

#[derive(Serialize)]
struct Field {
    doc: String,
    declaration: String,
}

impl<'a> Composite<'a> {
    pub(crate) fn key(&self) -> Key<'a> {
        (self.schema, self.name)
    }
}

/// The composite types that have a struct: those whose attributes all have a Rust type. A value of any other comes as its text, because the
/// server gives an attribute in its binary form alone.
pub(crate) fn with_struct<'a>(
    catalog: &'a Catalog,
    sources: &[Source<'a>],
    enums: &HashMap<Key<'a>, String>,
) -> Vec<Composite<'a>> {
    let mut open: Vec<Composite<'a>> = candidates(catalog, sources);
    let mut types = Types::new(catalog, enums.clone());
    let mut found = Vec::new();
    // Each round finds those that are made of the ones before.
    loop {
        let (known, rest): (Vec<_>, Vec<_>) = open.into_iter().partition(|it| is_known(it, &types));
        if known.is_empty() {
            break;
        }
        types.add_structs(known.iter().map(|it| (it.key(), String::new())));
        found.extend(known);
        open = rest;
    }
    found.sort_by_key(Composite::key);
    found
}

fn is_known(composite: &Composite<'_>, types: &Types<'_>) -> bool {
    let mut attributes = composite.attributes.iter();
    attributes.all(|it| types.rust(it.ty, 0).is_ok_and(|ty| !ty.as_text))
}

/// The composite types of the catalog, and the row types of relations that something in it has as its type.
fn candidates<'a>(catalog: &'a Catalog, sources: &[Source<'a>]) -> Vec<Composite<'a>> {
    let own = catalog.composites.iter().map(|it| Composite {
        schema: &it.schema,
        name: &it.name,
        comment: it.comment.as_deref(),
        kind: "Composite type",
        attributes: it
            .attributes
            .iter()
            .map(|it| Attribute {
                name: &it.name,
                ty: &it.ty,
                comment: it.comment.as_deref(),
            })
            .collect(),
    });
    let used = used_types(catalog, sources);
    let rows = sources.iter();
    let rows = rows
        .filter(|source| used.contains(&(source.schema, source.name)))
        .map(|source| Composite {
            schema: source.schema,
            name: source.name,
            comment: source.comment,
            kind: "Row type",
            attributes: source.columns.iter().map(attribute_of_row).collect(),
        });
    own.chain(rows).collect()
}

fn attribute_of_row(column: &Column) -> Attribute<'_> {
    Attribute {
        name: &column.name,
        ty: &column.ty,
        comment: column.comment.as_deref(),
    }
}

/// The types of columns, of attributes, and of what domains are over.
fn used_types<'a>(catalog: &'a Catalog, sources: &[Source<'a>]) -> HashSet<Key<'a>> {
    let columns = sources.iter().flat_map(|source| source.columns);
    let columns = columns.map(|it| &it.ty);
    let attributes = catalog.composites.iter().flat_map(|it| &it.attributes);
    let attributes = attributes.map(|it| &it.ty);
    let bases = catalog.domains.iter().map(|it| &it.base);
    let all = columns.chain(attributes).chain(bases);
    all.map(|ty| (ty.schema.as_str(), ty.name.as_str()))
        .collect()
}

/// The context for the one whose struct has this path from the root of the file.
pub(crate) fn prepare(
    composite: &Composite<'_>,
    types: &Types<'_>,
    path: &str,
    errors: &mut Errors,
) -> CompositeType {
    let title = format!("{}.{}", composite.schema, composite.name);
    let depth = depth(path);
    let place = |offset| Indent {
        offset,
        moved: depth * 4,
    };
    let attributes = &composite.attributes;
    let names: Vec<&str> = attributes.iter().map(|it| it.name).collect();
    let identifiers = names::assign(
        Owner::AttributesOf(composite.key()),
        &names,
        Style::Snake,
        errors,
    );
    let mut doc = composite.comment.map_or(Vec::new(), docs::prose);
    doc.push(format!("{} {}.", composite.kind, docs::code(&title)));
    let fields = attributes
        .iter()
        .zip(&identifiers)
        .map(|(attribute, name)| field(attribute, name, &title, types, path, errors))
        .collect();
    let members = identifiers.iter().enumerate();
    let members: Vec<String> = members.map(|(at, name)| format!(" {at} {name}")).collect();
    CompositeType {
        doc: docs::block(place(0), &doc),
        name: last_segment(path).to_owned(),
        schema_literal: layout::string(composite.schema),
        name_literal: layout::string(composite.name),
        fields,
        attributes: constants(attributes, place(8)),
        members: members.join(","),
    }
}

/// How many modules are around the item of that path.
fn depth(path: &str) -> usize {
    path.matches("::").count()
}

fn field(
    attribute: &Attribute<'_>,
    name: &str,
    title: &str,
    types: &Types<'_>,
    path: &str,
    errors: &mut Errors,
) -> Field {
    let depth = depth(path);
    let place = Indent {
        offset: 4,
        moved: depth * 4,
    };
    let ty = types
        .rust(attribute.ty, depth)
        .unwrap_or_else(|CircularDomain(domain)| {
            errors.push(Error::CircularDomain {
                relation: title.to_owned(),
                column: attribute.name.to_owned(),
                domain,
            });
            as_text()
        });
    // What is in the same module has no path.
    let module = path.strip_suffix(last_segment(path)).unwrap_or_default();
    let rust = match module {
        "" => ty.path,
        module => ty.path.replace(&format!("super::{module}"), ""),
    };
    let mut doc = attribute.comment.map_or(Vec::new(), docs::prose);
    let mut sql = String::new();
    if name.strip_prefix("r#").unwrap_or(name) != attribute.name {
        sql = format!("Attribute {}: ", docs::code(attribute.name));
    }
    sql += &format!("{}.", docs::code(&attribute.ty.sql));
    doc.push(sql);
    Field {
        doc: docs::block(place, &doc),
        declaration: layout::field(place, name, &format!("Option<{rust}>")),
    }
}

/// `attributes: &[…],`, with a call for each attribute.
fn constants(attributes: &[Attribute<'_>], place: Indent) -> String {
    let texts = attributes.iter();
    let texts: Vec<[String; 2]> = texts
        .map(|it| [it.name, &it.ty.sql].map(layout::string))
        .collect();
    let calls = texts.iter();
    let calls = calls.map(|[name, ty]| ("timeschema::Column::nullable", [name.as_str(), ty]));
    layout::calls(place, "attributes: &", &calls.collect::<Vec<_>>(), ",")
}
