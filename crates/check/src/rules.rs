//! The rules. `cargo xtask new-rule NAME` adds one.

mod aggregate_column_changed;
mod aggregate_recreated;
mod bucket_functions_mixed;
mod change_without_where;
mod chunk_interval_of_future_chunks;
mod columnstore_refuses_ddl;
mod compression_settings_changed;
mod concurrently_on_hypertable;
mod constraint_scans;
mod create_without_if_not_exists;
mod drop_or_rename;
mod enum_value_in_use;
mod extension_update_in_file;
mod file_without_comment;
mod foreign_key_without_index;
mod hypertable_over_rows;
mod identifier_too_long;
mod if_not_exists_keeps_policy;
mod index_blocks_writes;
mod integer_time_without_now;
mod mixed_dimension_builders;
mod naive_time_column;
mod needs_community;
mod needs_version;
mod policy_before_columnstore;
mod real_time_hierarchy;
mod refresh_window_too_small;
mod retention_erases_aggregate;
mod set_not_null_scans;
mod table_rewrite;
mod two_tables_altered;
mod unique_without_time_column;

use crate::rule::Rule;

/// All of them, by name.
pub const ALL: &[&Rule] = &[
    &aggregate_column_changed::RULE,
    &aggregate_recreated::RULE,
    &bucket_functions_mixed::RULE,
    &change_without_where::RULE,
    &chunk_interval_of_future_chunks::RULE,
    &columnstore_refuses_ddl::RULE,
    &compression_settings_changed::RULE,
    &concurrently_on_hypertable::RULE,
    &constraint_scans::RULE,
    &create_without_if_not_exists::RULE,
    &drop_or_rename::RULE,
    &enum_value_in_use::RULE,
    &extension_update_in_file::RULE,
    &file_without_comment::RULE,
    &foreign_key_without_index::RULE,
    &hypertable_over_rows::RULE,
    &identifier_too_long::RULE,
    &if_not_exists_keeps_policy::RULE,
    &index_blocks_writes::RULE,
    &integer_time_without_now::RULE,
    &mixed_dimension_builders::RULE,
    &naive_time_column::RULE,
    &needs_community::RULE,
    &needs_version::RULE,
    &policy_before_columnstore::RULE,
    &real_time_hierarchy::RULE,
    &refresh_window_too_small::RULE,
    &retention_erases_aggregate::RULE,
    &set_not_null_scans::RULE,
    &table_rewrite::RULE,
    &two_tables_altered::RULE,
    &unique_without_time_column::RULE,
];

/// Those that find nothing unless a project gives them a level: practices that a team may have.
pub const OPT_IN: &[&str] = &[
    create_without_if_not_exists::RULE.name,
    file_without_comment::RULE.name,
    two_tables_altered::RULE.name,
];

/// Whether a rule finds nothing unless a project gives it a level.
pub fn is_opt_in(name: &str) -> bool {
    OPT_IN.contains(&name)
}

/// The rule of this name.
pub fn named(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|it| it.name == name)
}
