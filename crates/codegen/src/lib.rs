//! Generates typed Rust text from a catalog.
//!
//! [`generate`] is a function from a value to a text: it reads no file, no database and no clock, so the same catalog gives the same bytes
//! everywhere. The stages are `prepare` (what to write, with `names`, `types`, `docs`) → `render` (writing it, with the templates). The
//! text refers only to the crate `timeschema`, is formatted as rustfmt would, and is meant to be `include!`d in a separate module.

mod aggregate;
mod choices;
mod composite;
mod docs;
mod error;
mod facts;
mod field;
mod group_by;
mod key;
mod layout;
mod names;
mod new;
mod page;
mod prepare;
mod queries;
mod relation;
mod render;
mod source;
mod surface;
mod types;
mod unique_index;
mod update;
mod violation;

use std::collections::HashSet;

use catalog::Catalog;

use self::queries::modules;
pub use self::queries::{
    QueryFile, check_queries, check_query_names, relation_rows, unreadable_columns,
};
pub use choices::{Choices, ColumnChoice};
pub use error::{Error, Errors, Named};
pub use surface::{ColumnFields, Module, NewField, Surface, rust_types, surface};

/// The Rust text for `catalog`: an enum for each enum type, a struct for each composite type, a module for each table, view and continuous aggregate, and a module around
/// the objects of each schema other than `public`.
///
/// # Errors
/// If two names become the same in Rust, or a domain refers to itself; all of it.
pub fn generate(catalog: &Catalog) -> Result<String, Errors> {
    generate_with(catalog, &Choices::default())
}

/// The same with what the project chooses for its columns.
///
/// # Errors
/// Those of [`generate`], and if the choices name a column that does not exist.
pub fn generate_with(catalog: &Catalog, choices: &Choices) -> Result<String, Errors> {
    Ok(render::file(&prepare::file(catalog, choices)?)?)
}

/// What is in the way of generating it, without writing the text.
///
/// # Errors
/// Those of [`generate_with`].
pub fn check(catalog: &Catalog, choices: &Choices) -> Result<(), Errors> {
    prepare::file(catalog, choices).map(drop)
}

/// Whether two names could stay the same in Rust if these were added to the catalog, in whatever place. If not, none can: to know
/// beforehand, without knowing where they will be.
pub fn may_collide<'a>(catalog: &'a Catalog, names: impl Iterator<Item = &'a str>) -> bool {
    let sources = source::sources(catalog);
    let relations = sources.iter().flat_map(|it| [it.schema, it.name]);
    let columns = sources.iter().flat_map(|it| it.columns);
    let columns = columns.map(|it| it.name.as_str());
    let enums = catalog.enums.iter();
    let types = enums.flat_map(|it| [&it.schema, &it.name].into_iter().chain(&it.labels));
    let composites = catalog.composites.iter();
    let composites = composites.flat_map(|it| {
        let attributes = it.attributes.iter().map(|it| &it.name);
        [&it.schema, &it.name].into_iter().chain(attributes)
    });
    let types = types.chain(composites).map(String::as_str);
    let all: HashSet<&str> = names.chain(relations).chain(columns).chain(types).collect();
    names::may_collide(&all)
}

/// The Rust text for `files` of queries: a module for each, in it a function for each query and a struct for its rows. It belongs into a
/// module `queries` beside the module `schema` of [`generate_with`].
///
/// # Errors
/// If two names become the same in Rust, or a domain refers to itself.
pub fn generate_queries(
    catalog: &Catalog,
    choices: &Choices,
    files: &[QueryFile<'_>],
) -> Result<String, Errors> {
    Ok(render::queries(&modules(catalog, choices, files)?)?)
}
