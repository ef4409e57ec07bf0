//! The rules. `cargo xtask new-rule NAME` adds one.

mod aggregate_recreated;
mod concurrently_on_hypertable;
mod retention_erases_aggregate;
mod unique_without_time_column;

use crate::rule::Rule;

/// All of them, by name.
pub const ALL: &[&Rule] = &[
    &aggregate_recreated::RULE,
    &concurrently_on_hypertable::RULE,
    &retention_erases_aggregate::RULE,
    &unique_without_time_column::RULE,
];

/// The rule of this name.
pub fn named(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|it| it.name == name)
}
