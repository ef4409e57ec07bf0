//! What kind of values a type has, and how SQL writes the type.

use catalog::{Catalog, Domain, TypeRef};
use sql::quote;

/// Types whose values are drawn and compared alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Number,
    Text,
    /// `timestamptz`, `timestamp` or `date`.
    Moment,
    Interval,
    Json,
    Bytes,
    Array,
    Other,
}

pub(crate) fn family(ty: &TypeRef) -> Family {
    if ty.array {
        return Family::Array;
    }
    match ty.name.as_str() {
        "int2" | "int4" | "int8" | "numeric" | "float4" | "float8" => Family::Number,
        "text" | "varchar" | "bpchar" | "citext" | "name" => Family::Text,
        "timestamptz" | "timestamp" | "date" => Family::Moment,
        "interval" => Family::Interval,
        "json" | "jsonb" => Family::Json,
        "bytea" => Family::Bytes,
        _ => Family::Other,
    }
}

/// The type as a cast names it, whatever the search path is.
pub(crate) fn written(ty: &TypeRef) -> String {
    // The fields of an interval are words of the grammar.
    if ty.schema != "pg_catalog" || ty.name == "interval" {
        return ty.sql.clone();
    }
    let name = quote::plain(&ty.name);
    let name = if name == "char" { "\"char\"" } else { &name };
    let modifiers = ty
        .sql
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'));
    let modifiers = modifiers.map_or(String::new(), |(inside, _)| format!("({inside})"));
    let array = if ty.array { "[]" } else { "" };
    format!("pg_catalog.{name}{modifiers}{array}")
}

/// The type of an array's elements.
pub(crate) fn element(ty: &TypeRef) -> TypeRef {
    TypeRef {
        sql: ty.sql.strip_suffix("[]").unwrap_or(&ty.sql).to_owned(),
        schema: ty.schema.clone(),
        name: ty.name.clone(),
        array: false,
    }
}

/// The numbers in parentheses: 12 and 2 of `numeric(12,2)`.
pub(crate) fn modifiers(ty: &TypeRef) -> Vec<i64> {
    let inside = ty
        .sql
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'));
    let numbers = inside.map(|(inside, _)| inside.split(','));
    let numbers = numbers.into_iter().flatten();
    numbers.filter_map(|it| it.trim().parse().ok()).collect()
}

/// A type without its domains.
pub(crate) struct Base<'a> {
    pub(crate) ty: TypeRef,
    /// The expressions that the domains demand, with VALUE in them.
    pub(crate) checks: Vec<&'a str>,
    pub(crate) is_not_null: bool,
}

pub(crate) fn base<'a>(catalog: &'a Catalog, ty: &TypeRef) -> Base<'a> {
    let mut base = Base {
        ty: ty.clone(),
        checks: Vec::new(),
        is_not_null: false,
    };
    while let Some(domain) = domain(catalog, &base.ty) {
        let checks = domain.checks.iter();
        base.checks
            .extend(checks.filter_map(|it| crate::names::condition(&it.definition)));
        base.is_not_null |= domain.not_null;
        base.ty = domain.base.clone();
    }
    base
}

pub(crate) fn domain<'a>(catalog: &'a Catalog, ty: &TypeRef) -> Option<&'a Domain> {
    let mut domains = catalog.domains.iter();
    domains.find(|it| !ty.array && it.schema == ty.schema && it.name == ty.name)
}
