//! Which Rust type holds a column's values.
//!
//! The rule is that nothing is lost: `sql::types` has the types whose Rust type holds every value that PostgreSQL can store in them. Domains
//! stand for their base type, enums for the Rust enum that is generated for them. There is no fallback.

use std::collections::HashMap;

use catalog::{Catalog, Domain, TypeRef};
use sql::types::SqlType;

/// Schema and name of an object, as they stand in the catalog.
pub(crate) type Key<'a> = (&'a str, &'a str);

/// The catalog's own types.
pub(crate) struct Types<'a> {
    domains: HashMap<Key<'a>, &'a Domain>,
    /// Path of each enum's Rust type from the root of the generated file: `FunnelStatus`, `reporting::Period`.
    enums: HashMap<Key<'a>, String>,
}

/// The Rust side of a column's type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RustType {
    /// The type as it is written in a relation's module.
    pub(crate) path: String,
    /// The driver's constant, when rows can be read between two values of the type.
    pub(crate) ordered: Option<String>,
}

/// Why a type has no Rust type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unmapped {
    /// The type is not in the list.
    Unknown,
    /// The domain of this name refers to itself.
    Circular(String),
}

impl<'a> Types<'a> {
    /// The types of `catalog`, with the path of each enum.
    pub(crate) fn new(catalog: &'a Catalog, enums: HashMap<Key<'a>, String>) -> Types<'a> {
        let domains = catalog.domains.iter();
        let domains = domains
            .map(|d| ((d.schema.as_str(), d.name.as_str()), d))
            .collect();
        Types { domains, enums }
    }

    /// The domain that `ty` names, itself or as its element.
    pub(crate) fn domain(&self, ty: &TypeRef) -> Option<&'a Domain> {
        self.domains
            .get(&(ty.schema.as_str(), ty.name.as_str()))
            .copied()
    }

    /// The Rust type for `ty` in a module that lies `depth` modules below the root of the file.
    pub(crate) fn rust(&self, ty: &TypeRef, depth: usize) -> Result<RustType, Unmapped> {
        let mut ty = ty;
        let mut array = ty.array;
        let mut left = self.domains.len();
        while let Some(domain) = self.domain(ty) {
            if left == 0 {
                return Err(Unmapped::Circular(format!(
                    "{}.{}",
                    domain.schema, domain.name
                )));
            }
            left -= 1;
            ty = &domain.base;
            if array && ty.array {
                // An array of a domain over an array: one array in another, which `Array` does not hold.
                return Err(Unmapped::Unknown);
            }
            array |= ty.array;
        }
        let element = self.element(ty, depth).ok_or(Unmapped::Unknown)?;
        let ordered = builtin(ty).filter(|ty| ty.is_ordered);
        Ok(if array {
            RustType {
                path: format!("timeschema::Array<{element}>"),
                ordered: None,
            }
        } else {
            RustType {
                path: element,
                ordered: ordered.map(SqlType::constant),
            }
        })
    }

    fn element(&self, ty: &TypeRef, depth: usize) -> Option<String> {
        if let Some(builtin) = builtin(ty) {
            return Some(builtin.rust.to_owned());
        }
        let path = self.enums.get(&(ty.schema.as_str(), ty.name.as_str()))?;
        Some(format!("{}{path}", "super::".repeat(depth)))
    }
}

/// What the table says of a type of PostgreSQL's own.
fn builtin(ty: &TypeRef) -> Option<&'static SqlType> {
    sql::types::find(&ty.name).filter(|_| ty.schema == "pg_catalog")
}
