//! What a session holds, and what it has done so far, as the server shows it.

use std::collections::{BTreeMap, BTreeSet};

use migrator::link::{Link, Rows};
use sql::qualified::qualified;

use super::locks::{self, Held, LockMode};
use super::measured::Measured;
use crate::explain;
use crate::failure::Failure;

/// The relations that were there at first, by their oids. What exists only since then is in nobody's way.
pub struct Known(BTreeMap<String, Relation>);

/// A relation as people know it.
struct Relation {
    name: String,
    /// Whether it is a chunk, a partition or an index of that name.
    is_part: bool,
}

impl Known {
    pub fn read(link: &mut dyn Link) -> Result<Known, Failure> {
        let has = "SELECT FROM pg_extension WHERE extname = 'timescaledb'";
        let has = link.query(&qualified(has)).map_err(explain::asked)?;
        let sql = relations(has.iter().any(|rows| !rows.is_empty()));
        let results = link.query(&qualified(&sql)).map_err(explain::asked)?;
        let relation = |row: Vec<Option<String>>| {
            let [oid, name, is_part] = <[Option<String>; 3]>::try_from(row).ok()?;
            let is_part = is_part? == "true";
            Some((
                oid?,
                Relation {
                    name: name?,
                    is_part,
                },
            ))
        };
        let relations = results.into_iter().flatten().filter_map(relation);
        Ok(Known(relations.collect()))
    }

    fn name(&self, oid: &str) -> Option<&str> {
        Some(&self.0.get(oid)?.name)
    }

    fn held(&self, locked: &Locked) -> Option<Held> {
        let _was_there = self.0.get(&locked.own)?;
        let relation = self.0.get(&locked.table)?;
        Some(Held {
            oid: locked.table.clone(),
            name: relation.name.clone(),
            is_part: relation.is_part,
            mode: locked.mode,
        })
    }
}

/// A lock as the server shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Locked {
    /// The oid of what is locked.
    own: String,
    /// The oid of the table where it is an index: whoever reads or writes the table needs its indexes.
    table: String,
    mode: LockMode,
}

/// What a session sees of itself.
#[derive(Default)]
pub struct Look {
    /// Where the write-ahead log ends, in bytes.
    wal: u64,
    pub locks: BTreeSet<Locked>,
    /// The file of each relation, by its oid.
    files: BTreeMap<String, String>,
    /// How many rows of each relation this transaction has read one after the other, by its oid.
    scans: BTreeMap<String, u64>,
}

impl Look {
    pub fn take(link: &mut dyn Link, backend: &str) -> Result<Look, Failure> {
        let sql = qualified(&format!("{}; {DONE}", locks_of(backend)));
        Ok(Look::read(&link.query(&sql).map_err(explain::asked)?))
    }

    fn read(results: &[Rows]) -> Look {
        let mut look = Look {
            locks: locks_in(results),
            ..Look::default()
        };
        for row in results.iter().flatten() {
            let text = |at: usize| row.get(at).cloned().flatten().unwrap_or_default();
            match text(0).as_str() {
                "wal" => look.wal = text(2).parse().unwrap_or(0),
                "file" => drop(look.files.insert(text(1), text(2))),
                "scan" => drop(look.scans.insert(text(1), text(2).parse().unwrap_or(0))),
                _ => {}
            }
        }
        look
    }

    /// What came since `before`.
    pub fn describe(&self, before: &Look, known: &Known, measured: &mut Measured) {
        let held = |look: &Look| -> Vec<Held> {
            let locks = look.locks.iter();
            locks.filter_map(|it| known.held(it)).collect()
        };
        measured.locks = locks::new(&held(before), &held(self));
        measured.wal = Some(self.wal.saturating_sub(before.wal));
        for (oid, file) in &self.files {
            let is_new = before.files.get(oid).is_some_and(|old| old != file);
            if let Some(name) = known.name(oid).filter(|_| is_new) {
                *measured.rewrites.entry(name.to_owned()).or_default() += 1;
            }
        }
        for (oid, rows) in &self.scans {
            let rows = rows.saturating_sub(before.scans.get(oid).copied().unwrap_or(0));
            if let Some(name) = known.name(oid).filter(|_| rows > 0) {
                *measured.scans.entry(name.to_owned()).or_default() += rows;
            }
        }
    }
}

/// The locks in answers to [`locks_of`].
pub fn locks_in(results: &[Rows]) -> BTreeSet<Locked> {
    let lock = |row: &Vec<Option<String>>| match row.as_slice() {
        [Some(kind), Some(own), Some(mode), Some(table)] if kind == "lock" => Some(Locked {
            own: own.clone(),
            table: table.clone(),
            mode: LockMode::parse(mode)?,
        }),
        _ => None,
    };
    results.iter().flatten().filter_map(lock).collect()
}

/// The locks of a session.
pub fn locks_of(backend: &str) -> String {
    format!(
        "SELECT 'lock', l.relation::text, l.mode, coalesce(i.indrelid, l.relation)::text
         FROM pg_locks l LEFT JOIN pg_index i ON i.indexrelid = l.relation
         WHERE l.pid = {backend} AND l.granted AND l.locktype = 'relation'
            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())"
    )
}

/// What the current transaction has done.
const DONE: &str = "
    SELECT 'wal', NULL::text, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint::text
    UNION ALL
    SELECT 'file', c.oid::text, c.relfilenode::text FROM pg_class c WHERE c.relkind IN ('r', 'm', 'p')
    UNION ALL
    SELECT 'scan', s.relid::text, s.seq_tup_read::text FROM pg_stat_xact_all_tables s WHERE s.seq_tup_read > 0";

/// Each relation with the name under which people know it, without the schema `public`: a chunk has its hypertable's, an aggregate's storage
/// that of the aggregate.
fn relations(has_timescaledb: bool) -> String {
    let parts = if has_timescaledb {
        "chunks AS MATERIALIZED (
            SELECT chunk_schema::text AS own_schema, chunk_name::text AS own_name, hypertable_schema::text AS schema, hypertable_name::text AS name
            FROM timescaledb_information.chunks),
         storage AS MATERIALIZED (
            SELECT materialization_hypertable_schema::text AS own_schema, materialization_hypertable_name::text AS own_name,
                view_schema::text AS schema, view_name::text AS name
            FROM timescaledb_information.continuous_aggregates)"
    } else {
        "chunks AS (SELECT NULL::text AS own_schema, NULL::text AS own_name, NULL::text AS schema, NULL::text AS name WHERE false),
         storage AS (SELECT NULL::text AS own_schema, NULL::text AS own_name, NULL::text AS schema, NULL::text AS name WHERE false)"
    };
    format!(
        "WITH {parts},
         relations AS (
            SELECT c.oid, n.nspname::text AS own_schema, c.relname::text AS own_name,
                p.nspname::text AS parent_schema, q.relname::text AS parent_name
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_inherits h ON h.inhrelid = c.oid AND c.relispartition
            LEFT JOIN pg_class q ON q.oid = h.inhparent
            LEFT JOIN pg_namespace p ON p.oid = q.relnamespace
            WHERE c.relkind IN ('r', 'm', 'p', 'v', 'f', 'S', 'i', 'I')
                AND n.nspname::text !~ '^(pg_|information_schema$|_timescaledb_(catalog|config|cache|functions)$)'),
         named AS (
            SELECT r.oid, coalesce(v.schema, s.schema, k.schema, r.parent_schema, r.own_schema) AS schema,
                coalesce(v.name, s.name, k.name, r.parent_name, r.own_name) AS name,
                k.name IS NOT NULL OR r.parent_name IS NOT NULL AS is_part,
                r.own_schema = '_timescaledb_internal' AND r.own_name ~ '^(_compressed_hypertable_|compress_hyper_)|_compressed$' AS is_compressed
            FROM relations r
            LEFT JOIN chunks k ON k.own_schema = r.own_schema AND k.own_name = r.own_name
            LEFT JOIN storage s ON s.own_schema = r.own_schema AND s.own_name = r.own_name
            LEFT JOIN storage v ON v.own_schema = k.schema AND v.own_name = k.name)
         SELECT oid::text,
            CASE WHEN is_compressed THEN 'the columnstore' WHEN schema = 'public' THEN name ELSE schema || '.' || name END,
            (is_part OR is_compressed)::text
         FROM named"
    )
}
