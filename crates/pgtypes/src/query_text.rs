//! The texts of a named query, which are generated.

use crate::table::{Column, Table};

/// A query, as the generated code describes it.
#[doc(hidden)]
#[derive(Debug)]
pub struct QueryText {
    /// What errors call it, and the columns that it returns.
    pub table: Table,
    /// Where its file has it: `queries/dashboard.sql:14`.
    pub place: &'static str,
    /// The relations that it names, each with its schema.
    pub relations: &'static [(&'static str, &'static str)],
    /// Its parameters, by name.
    pub parameters: &'static [Column],
    /// The text for each choice of the parameters that lines depend on. The first parameter is the lowest bit.
    pub variants: &'static [QueryVariant],
}

/// One of a query's texts.
#[doc(hidden)]
#[derive(Debug)]
pub struct QueryVariant {
    /// With `$1` and so on.
    pub sql: &'static str,
    /// Which of the query's parameters `$1` and so on are.
    pub parameters: &'static [usize],
}
