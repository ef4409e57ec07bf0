//! Which Rust type holds a column's values.
//!
//! The rule is that nothing is lost: `sql::types` has the types whose Rust type holds every value that PostgreSQL can store in them. Domains
//! have the Rust type of their base type, enums and composite types what is generated for them. A value of any other type is read and written
//! as its text, so that no type stops a build.

use std::collections::{HashMap, HashSet};

use catalog::{Catalog, Domain, RangeType, TypeRef};
use sql::types::{EXTENSION_TYPES, ExtensionType, SqlType};

/// Schema and name of an object, as the catalog has them.
pub(crate) type Key<'a> = (&'a str, &'a str);

/// The types that the catalog defines.
pub(crate) struct Types<'a> {
    extensions: &'a [String],
    domains: HashMap<Key<'a>, &'a Domain>,
    /// The Rust type of each range type that has one.
    ranges: HashMap<Key<'a>, String>,
    /// The users' own types, with a Rust type or without.
    own: HashSet<Key<'a>>,
    /// Path of each enum's Rust type from the root of the generated file: `FunnelStatus`, `reporting::Period`.
    enums: HashMap<Key<'a>, String>,
    /// The same of each composite type that has a struct.
    structs: HashMap<Key<'a>, String>,
}

/// The Rust side of a column's type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RustType {
    /// The type as it is written in a relation's module.
    pub(crate) path: String,
    /// Whether rows can be read between two values of the type.
    pub(crate) is_ordered: bool,
    /// Whether the type is `Copy`, so that functions take it by value.
    pub(crate) is_copy: bool,
    /// Whether the values are read and written as their text.
    pub(crate) as_text: bool,
    /// Whether the values are composite, or an array of such.
    pub(crate) is_composite: bool,
    /// Where the type's `=` is.
    pub(crate) equality: Equality,
}

/// Where the operator is that compares the values of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Equality {
    /// In `pg_catalog`: of a built-in type, and of every enum, array and range.
    BuiltIn,
    /// In the schema of the extension that has the type.
    InSchema(String),
    /// There is none, or the server finds none for a parameter whose type it has to guess: of a domain over an enum, and of a composite
    /// type.
    Unknown,
}

/// A domain that refers to itself, which no database has, by schema and name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CircularDomain(pub(crate) String);

/// The Rust type of an SQL type that has no specific one.
pub(crate) fn as_text() -> RustType {
    RustType {
        path: "timeschema::AsText".to_owned(),
        is_ordered: false,
        is_copy: false,
        as_text: true,
        is_composite: false,
        equality: Equality::Unknown,
    }
}

impl<'a> Types<'a> {
    /// The types of `catalog`, with the path of each enum.
    pub(crate) fn new(catalog: &'a Catalog, enums: HashMap<Key<'a>, String>) -> Types<'a> {
        let domains = catalog.domains.iter();
        let domains = domains
            .map(|d| ((d.schema.as_str(), d.name.as_str()), d))
            .collect();
        Types {
            extensions: &catalog.extensions,
            domains,
            ranges: catalog.ranges.iter().filter_map(range).flatten().collect(),
            own: own_types(catalog),
            enums,
            structs: HashMap::new(),
        }
    }

    /// Adds composite types, with the paths of their structs.
    pub(crate) fn add_structs(&mut self, structs: impl IntoIterator<Item = (Key<'a>, String)>) {
        self.structs.extend(structs);
    }

    /// The domain that `ty` names, itself or as its element.
    pub(crate) fn domain(&self, ty: &TypeRef) -> Option<&'a Domain> {
        self.domains
            .get(&(ty.schema.as_str(), ty.name.as_str()))
            .copied()
    }

    /// The Rust type for `ty` in a module that lies `depth` modules below the root of the file.
    pub(crate) fn rust(&self, ty: &TypeRef, depth: usize) -> Result<RustType, CircularDomain> {
        self.rust_from(ty, &"super::".repeat(depth))
    }

    /// The Rust type for `ty` where the root of the file has that path.
    pub(crate) fn rust_from(&self, ty: &TypeRef, root: &str) -> Result<RustType, CircularDomain> {
        let is_domain = self.domain(ty).is_some();
        let mut ty = ty;
        let mut array = ty.array;
        let mut left = self.domains.len();
        while let Some(domain) = self.domain(ty) {
            if left == 0 {
                let name = format!("{}.{}", domain.schema, domain.name);
                return Err(CircularDomain(name));
            }
            left -= 1;
            ty = &domain.base;
            if array && ty.array {
                // An array of a domain over an array: one array in another, which `Array` does not hold.
                return Ok(as_text());
            }
            array |= ty.array;
        }
        let Some(element) = self.element(ty, root) else {
            return Ok(as_text());
        };
        let is_composite = self.path_of_struct(ty).is_some();
        let is_ordered = !array && builtin(ty).is_some_and(|ty| ty.is_ordered);
        Ok(RustType {
            path: if array {
                format!("timeschema::Array<{element}>")
            } else {
                element
            },
            is_ordered,
            is_copy: !array && builtin(ty).is_some_and(|ty| ty.is_copy),
            as_text: false,
            is_composite,
            equality: if is_composite || builtin(ty).is_some_and(|ty| !ty.has_equality) {
                Equality::Unknown
            } else if array || builtin(ty).is_some() {
                Equality::BuiltIn
            } else if self.added(ty).is_some() {
                Equality::InSchema(ty.schema.clone())
            } else if is_domain {
                Equality::Unknown
            } else {
                Equality::BuiltIn
            },
        })
    }

    /// The table's entry for a type of an extension that the database has, which no type of the user's own is that has its name.
    fn added(&self, ty: &TypeRef) -> Option<&'static ExtensionType> {
        if self.own.contains(&(ty.schema.as_str(), ty.name.as_str())) {
            return None;
        }
        let is_installed = |it: &&ExtensionType| self.extensions.iter().any(|e| e == it.extension);
        let mut named = EXTENSION_TYPES.iter().filter(|it| it.name == ty.name);
        named
            .find(is_installed)
            .filter(|_| ty.schema != "pg_catalog")
    }

    fn path_of_struct<'s>(&'s self, ty: &'s TypeRef) -> Option<&'s String> {
        self.structs.get(&(ty.schema.as_str(), ty.name.as_str()))
    }

    fn element(&self, ty: &TypeRef, root: &str) -> Option<String> {
        if let Some(builtin) = builtin(ty) {
            return Some(builtin.rust.to_owned());
        }
        if let Some(path) = self.enums.get(&(ty.schema.as_str(), ty.name.as_str())) {
            return Some(format!("{root}{path}"));
        }
        if let Some(path) = self.path_of_struct(ty) {
            return Some(format!("{root}{path}"));
        }
        let range = self.ranges.get(&(ty.schema.as_str(), ty.name.as_str()));
        if let Some(range) = range {
            return Some(range.clone());
        }
        let added = self.added(ty)?;
        Some(added.rust.to_owned())
    }
}

/// The Rust types of a range type and of its multirange type, if the values of its subtype are in the order of their Rust type.
fn range(range: &RangeType) -> Option<impl Iterator<Item = (Key<'_>, String)>> {
    let has_default_order = range.operator_class.is_none() && range.collation.is_none();
    let is_plain = has_default_order && range.canonical.is_none() && !range.subtype.array;
    let subtype = builtin(&range.subtype).filter(|ty| ty.is_subtype && is_plain)?;
    let bound = if subtype.is_discrete {
        format!("timeschema::Dense<{}>", subtype.rust)
    } else {
        subtype.rust.to_owned()
    };
    let key = (range.schema.as_str(), range.name.as_str());
    let one = (key, format!("timeschema::Range<{bound}>"));
    let many = range.multirange.as_ref().map(|ty| {
        let key = (ty.schema.as_str(), ty.name.as_str());
        (key, format!("timeschema::Multirange<{bound}>"))
    });
    Some([one].into_iter().chain(many))
}

/// Schema and name of every type that the catalog lists, row types of relations among them.
fn own_types(catalog: &Catalog) -> HashSet<Key<'_>> {
    let enums = catalog.enums.iter().map(|it| (&it.schema, &it.name));
    let domains = catalog.domains.iter().map(|it| (&it.schema, &it.name));
    let composites = catalog.composites.iter().map(|it| (&it.schema, &it.name));
    let ranges = catalog.ranges.iter().map(|it| (&it.schema, &it.name));
    let multiranges = catalog.ranges.iter().flat_map(|it| &it.multirange);
    let multiranges = multiranges.map(|it| (&it.schema, &it.name));
    let tables = catalog.tables.iter().map(|it| (&it.schema, &it.name));
    let views = catalog.views.iter().map(|it| (&it.schema, &it.name));
    let aggregates = catalog.continuous_aggregates.iter();
    let aggregates = aggregates.map(|it| (&it.schema, &it.name));
    let types = enums.chain(domains).chain(composites).chain(ranges);
    let types = types.chain(multiranges);
    let all = types.chain(tables).chain(views).chain(aggregates);
    all.map(|(schema, name)| (schema.as_str(), name.as_str()))
        .collect()
}

/// The table's entry for a built-in type.
fn builtin(ty: &TypeRef) -> Option<&'static SqlType> {
    sql::types::find(&ty.name).filter(|_| ty.schema == "pg_catalog")
}
