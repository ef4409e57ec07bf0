//! Why a catalog cannot become Rust.

/// What stands between a catalog and its Rust text. Each message names the object and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A domain is defined by itself, which PostgreSQL does not allow: the catalog was edited.
    #[error(
        "{relation}.{column}: the domain {domain} refers to itself: run `cargo xtask migrate` to write the catalog again"
    )]
    CircularDomain {
        /// Schema and name of the relation.
        relation: String,
        /// Name of the column.
        column: String,
        /// Schema and name of the domain.
        domain: String,
    },
    /// Two names end up as one identifier, even with a suffix.
    #[error(
        "{owner}: `{first}` and `{second}` both become `{identifier}` in Rust: rename one of them in a new migration"
    )]
    Collision {
        /// What the two names belong to.
        owner: String,
        /// One SQL name.
        first: String,
        /// The other.
        second: String,
        /// The identifier.
        identifier: String,
    },
    /// A template is wrong: a mistake in this crate, not in the catalog.
    #[error("failed to render {template}: {source}")]
    Template {
        /// File name of the template.
        template: &'static str,
        /// What the template engine says.
        source: tera::Error,
    },
}
