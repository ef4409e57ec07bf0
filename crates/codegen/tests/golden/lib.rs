//! The golden files as a library: that they compile, without one warning, is the test.
#![deny(warnings, missing_docs)]

/// The schema of this repository.
pub mod analytics {
    include!("analytics.rs");
}

/// The queries of this repository, beside its schema.
pub mod with_queries {
    /// The schema.
    pub use super::analytics as schema;

    /// The queries.
    pub mod queries {
        include!("analytics_queries.rs");
    }
}

/// Queries that no person would write.
pub mod with_nasty_queries {
    /// The schema.
    pub use super::nasty as schema;

    /// The queries.
    pub mod queries {
        include!("nasty_queries.rs");
    }
}

/// Types that have no Rust type.
pub mod as_text {
    include!("as_text.rs");
}

/// Primary and unique keys.
pub mod keys {
    include!("keys.rs");
}

/// What the project's own types are, in `choices`.
#[path = "../support/chosen.rs"]
pub mod chosen;

/// Types and columns that the project chooses.
pub mod choices {
    include!("choices.rs");
}

/// Composite types.
pub mod own_types {
    include!("own_types.rs");
}

/// Names, types and comments that no person would choose.
pub mod nasty {
    include!("nasty.rs");
}

/// Hypertables and continuous aggregates.
pub mod time_series {
    include!("time_series.rs");
}
