//! Where TimescaleDB keeps the rows of hypertables, as its own catalog lists it.
//!
//! | version | chunks | compressed chunks | halves of a concurrent merge |
//! |---|---|---|---|
//! | 2.11 | `chunk (schema_name, table_name)` | the same | |
//! | 2.19 | | also `compression_settings.compress_relid` | |
//! | 2.24 | | | `chunk_rewrite.new_relid` |
//! | 2.29 | `chunk.relid` | `compress_relid` alone | |
//!
//! Up to 2.28 compressed chunks are in `_timescaledb_internal`; from 2.29 on they are next to the chunk, in a schema that may be the
//! user's, and inherit from nothing
//! (<https://github.com/timescale/timescaledb/blob/2.29.2/sql/pre_install/tables.sql>).

use std::collections::BTreeMap;

/// The extension's own tables, and their columns.
pub(super) type Tables = BTreeMap<String, Vec<String>>;

/// Columns that hold the relation itself.
const RELATIONS: &[(&str, &str)] = &[
    ("chunk", "relid"),
    ("compression_settings", "compress_relid"),
    ("chunk_rewrite", "new_relid"),
];

/// A query for the OIDs of everything in `tables`: one column, `oid`, possibly with duplicates.
pub(super) fn query(tables: &Tables) -> String {
    let has = |table: &str, column: &str| {
        let columns = tables.get(table);
        columns.is_some_and(|columns| columns.iter().any(|it| it == column))
    };
    let mut parts: Vec<String> = RELATIONS
        .iter()
        .filter(|(table, column)| has(table, column))
        .map(|(table, column)| {
            format!(
                "SELECT s.{column}::pg_catalog.oid AS oid FROM _timescaledb_catalog.{table} AS s \
                 WHERE s.{column} IS NOT NULL"
            )
        })
        .collect();
    if has("chunk", "table_name") {
        // The name of a dropped chunk may remain recorded, although a table can use it again.
        let there = if has("chunk", "dropped") {
            " WHERE NOT s.dropped"
        } else {
            ""
        };
        parts.push(format!(
            "SELECT c.oid FROM _timescaledb_catalog.chunk AS s \
             JOIN pg_catalog.pg_namespace AS n ON n.nspname = s.schema_name \
             JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = s.table_name{there}"
        ));
    }
    if parts.is_empty() {
        return "SELECT NULL::pg_catalog.oid AS oid WHERE false".to_owned();
    }
    parts.join(" UNION ALL ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(list: &[(&str, &str)]) -> Tables {
        let columns = |text: &str| text.split(' ').map(str::to_owned).collect();
        list.iter()
            .map(|(table, text)| ((*table).to_owned(), columns(text)))
            .collect()
    }

    /// The columns that each version has, of those that count.
    #[test]
    fn each_version_is_asked_for_what_it_has() {
        let by_name = ("chunk", "id schema_name table_name dropped");
        let settings = ("compression_settings", "relid compress_relid");
        let rewrite = ("chunk_rewrite", "chunk_relid new_relid");
        let versions: &[(&str, Tables)] = &[
            ("none", tables(&[])),
            ("2.11", tables(&[by_name])),
            (
                "2.14",
                tables(&[by_name, ("compression_settings", "relid")]),
            ),
            ("2.19", tables(&[by_name, settings])),
            ("2.24", tables(&[by_name, settings, rewrite])),
            (
                "2.26",
                tables(&[("chunk", "id schema_name table_name"), settings, rewrite]),
            ),
            ("2.29", tables(&[("chunk", "id relid"), settings, rewrite])),
        ];
        let lines: Vec<String> = versions
            .iter()
            .map(|(version, tables)| format!("{version}: {}", query(tables)))
            .collect();
        insta::assert_snapshot!(lines.join("\n").replace(" UNION ALL ", "\n      "));
    }
}
