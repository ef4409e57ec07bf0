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
    /// A choice names what does not exist.
    #[error(
        "[{section}] names `{name}`, which is no {kind}: {}",
        .nearest.as_ref().map_or_else(
            || format!("remove it, or write the {kind} with its schema"),
            |nearest| format!("write \"{nearest}\", or remove it"),
        )
    )]
    UnknownChoice {
        /// The section of the settings.
        section: &'static str,
        /// What its keys are.
        kind: &'static str,
        /// The name in the settings.
        name: String,
        /// The one that may be meant.
        nearest: Option<String>,
    },
    /// What is chosen is not the path of a type.
    #[error(
        "[{section}] `{name}`: `{rust}` is not the path of a Rust type: write one as \"jiff::Timestamp\""
    )]
    NotARustType {
        /// The section of the settings.
        section: &'static str,
        /// The name in the settings.
        name: String,
        /// What is chosen for it.
        rust: String,
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
