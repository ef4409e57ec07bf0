//! The rules. `cargo xtask new-rule NAME` adds one.

mod aggregate_column_changed;
mod aggregate_recreated;
mod columnstore_refuses_ddl;
mod concurrently_on_hypertable;
mod hypertable_over_rows;
mod policy_before_columnstore;
mod refresh_window_too_small;
mod retention_erases_aggregate;
mod unique_without_time_column;

use crate::rule::Rule;

/// All of them, by name.
pub const ALL: &[&Rule] = &[
    &aggregate_column_changed::RULE,
    &aggregate_recreated::RULE,
    &columnstore_refuses_ddl::RULE,
    &concurrently_on_hypertable::RULE,
    &hypertable_over_rows::RULE,
    &policy_before_columnstore::RULE,
    &refresh_window_too_small::RULE,
    &retention_erases_aggregate::RULE,
    &unique_without_time_column::RULE,
];

/// The rule of this name.
pub fn named(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|it| it.name == name)
}
