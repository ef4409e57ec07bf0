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
mod function;
mod functions;
mod group_by;
mod key;
mod layout;
mod names;
mod new;
mod page;
mod prepare;
mod relation;
mod render;
mod source;
mod types;
mod unique_index;
mod update;
mod violation;

use catalog::Catalog;

pub use choices::{Choices, ColumnChoice};
pub use error::Error;

/// The Rust text for `catalog`: an enum for each enum type, a struct for each composite type, a module for each table, view and continuous aggregate, and a module around
/// the objects of each schema other than `public`.
///
/// # Errors
/// If two names become the same in Rust, or a domain refers to itself.
pub fn generate(catalog: &Catalog) -> Result<String, Error> {
    generate_with(catalog, &Choices::default())
}

/// The same with what the project chooses for its columns.
///
/// # Errors
/// Those of [`generate`], and if the choices name a column that does not exist.
pub fn generate_with(catalog: &Catalog, choices: &Choices) -> Result<String, Error> {
    render::file(&prepare::file(catalog, choices)?)
}
