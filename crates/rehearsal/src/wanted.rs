//! What is asked for.

use std::collections::BTreeMap;

/// How many rows, and of what kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The same seed gives the same rows.
    pub seed: u64,
    /// How many rows a table gets, unless `tables` says otherwise.
    pub rows: u64,
    /// Over how many chunks the rows of a hypertable are spread.
    pub chunks: u32,
    /// The end of the time range, as Unix time in seconds.
    pub until: i64,
    /// What a live database's statistics say of tables, by schema and name.
    pub tables: BTreeMap<(String, String), TableFacts>,
}

impl Wanted {
    /// So many rows for each table, over 8 chunks that end now (Unix time in seconds).
    pub fn new(seed: u64, rows: u64, until: i64) -> Self {
        Self {
            seed,
            rows,
            chunks: 8,
            until,
            tables: BTreeMap::new(),
        }
    }
}

/// What is known of a table's rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableFacts {
    /// How many rows it is to get.
    pub rows: Option<u64>,
    /// What is known of its columns, by name.
    pub columns: BTreeMap<String, ColumnFacts>,
}

/// What is known of a column's values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ColumnFacts {
    /// The share of nulls, from 0 to 1.
    pub null_fraction: Option<f64>,
    /// How many different values there are.
    pub distinct: Option<u64>,
    /// The most common values as their type prints them, and the share of all rows that has each.
    pub common: Vec<(String, f64)>,
}
