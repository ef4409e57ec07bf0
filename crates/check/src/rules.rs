//! The rules. `cargo xtask new-rule NAME` adds one.

mod aggregate_column_changed;
mod aggregate_recreated;
mod change_without_where;
mod columnstore_refuses_ddl;
mod concurrently_on_hypertable;
mod constraint_scans;
mod drop_or_rename;
mod hypertable_over_rows;
mod if_not_exists_keeps_policy;
mod index_blocks_writes;
mod policy_before_columnstore;
mod refresh_window_too_small;
mod retention_erases_aggregate;
mod set_not_null_scans;
mod table_rewrite;
mod unique_without_time_column;

use crate::rule::Rule;

/// All of them, by name.
pub const ALL: &[&Rule] = &[
    &aggregate_column_changed::RULE,
    &aggregate_recreated::RULE,
    &change_without_where::RULE,
    &columnstore_refuses_ddl::RULE,
    &concurrently_on_hypertable::RULE,
    &constraint_scans::RULE,
    &drop_or_rename::RULE,
    &hypertable_over_rows::RULE,
    &if_not_exists_keeps_policy::RULE,
    &index_blocks_writes::RULE,
    &policy_before_columnstore::RULE,
    &refresh_window_too_small::RULE,
    &retention_erases_aggregate::RULE,
    &set_not_null_scans::RULE,
    &table_rewrite::RULE,
    &unique_without_time_column::RULE,
];

/// The rule of this name.
pub fn named(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|it| it.name == name)
}
