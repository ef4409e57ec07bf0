//! A database with rows.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use migrator::link::{self, Link};
use rehearsal::Wanted;
use sql::qualified::qualified;

use super::databases::Database;
use super::ground::Ground;
use super::live::Live;
use super::production::thousands;
use crate::explain;
use crate::failure::Failure;
use crate::words::count;

const DAY: u64 = 24 * 60 * 60;
/// One statement of a table may take so long.
const PATIENCE: &str = "SET statement_timeout = '60s'";

/// A database with the migrations that are there before, and rows.
pub struct Filled<'s> {
    pub database: Database<'s>,
    /// How many rows each table has, by the name for people.
    pub counts: BTreeMap<String, u64>,
    /// How many it has in production.
    pub live: BTreeMap<String, u64>,
    /// The tables that have none, each with the reason.
    pub without_rows: Vec<(String, String)>,
    chunks: Chunks,
}

/// The chunks of all hypertables.
#[derive(Default)]
struct Chunks {
    all: usize,
    in_columnstore: usize,
}

impl<'s> Filled<'s> {
    /// A copy of `bare` with so many rows in each table, but no more than production has, some chunks in the columnstore, and aggregates that are refreshed.
    pub fn new(
        ground: &Ground<'s>,
        bare: &Database<'s>,
        rows: u64,
        seed: u64,
        live: Option<&Live>,
    ) -> Result<Filled<'s>, Failure> {
        let database = ground.scratch.copy(bare)?;
        let mut link = database.connect()?;
        let catalog = ground.catalog(&mut link)?;
        let production = live.map(|it| it.tables.clone()).unwrap_or_default();
        let mut wanted = Wanted::new(seed, rows, today());
        for (table, facts) in &production {
            let mut facts = facts.clone();
            facts.rows = facts.rows.map(|it| it.min(rows));
            wanted.tables.insert(table.clone(), facts);
        }
        let filling = rehearsal::fill(&catalog, &wanted);
        attempt(&mut link, PATIENCE)?;
        for setting in &filling.settings {
            attempt(&mut link, setting)?;
        }
        let mut counts = BTreeMap::new();
        let mut without_rows = Vec::new();
        for table in &filling.tables {
            let name = name(&table.schema, &table.name);
            let mut said = table.why_not.clone();
            for statement in &table.statements {
                said = attempt(&mut link, statement)?.or(said);
            }
            let found = link.query(&table.count).map_err(explain::asked)?;
            let found: u64 = first(&found).and_then(|it| it.parse().ok()).unwrap_or(0);
            if found == 0 && table.wanted > 0 {
                let why =
                    said.unwrap_or_else(|| "no generated row satisfies its constraints".to_owned());
                without_rows.push((name.clone(), why));
            }
            counts.insert(name, found);
        }
        for statement in &filling.after {
            attempt(&mut link, statement)?;
        }
        attempt(&mut link, "ANALYZE")?;
        Ok(Filled {
            chunks: Chunks::of(&mut link)?,
            database,
            counts,
            live: production
                .into_iter()
                .filter_map(|((schema, table), facts)| Some((name(&schema, &table), facts.rows?)))
                .collect(),
            without_rows,
        })
    }

    /// `50,000 rows in 3 tables and 14 chunks, 10 of them in the columnstore`
    pub fn shown(&self) -> String {
        let rows: u64 = self.counts.values().sum();
        let tables = self.counts.values().filter(|it| **it > 0).count();
        let mut shown = format!("{} rows in {}", thousands(rows), count(tables, "table"));
        if self.chunks.all > 0 {
            shown += &format!(" and {}", count(self.chunks.all, "chunk"));
        }
        if self.chunks.in_columnstore > 0 {
            shown += &format!(
                ", {} of them in the columnstore",
                self.chunks.in_columnstore
            );
        }
        shown
    }
}

impl Chunks {
    fn of(link: &mut dyn Link) -> Result<Chunks, Failure> {
        let is_there =
            qualified("SELECT to_regclass('timescaledb_information.chunks') IS NOT NULL");
        let is_there = link.query(&is_there).map_err(explain::asked)?;
        if first(&is_there).as_deref() != Some("t") {
            return Ok(Chunks::default());
        }
        let number = |link: &mut dyn Link, filter: &str| -> Result<usize, Failure> {
            let sql =
                format!("SELECT count(*) FROM timescaledb_information.chunks c WHERE {filter}");
            let rows = link.query(&qualified(&sql)).map_err(explain::asked)?;
            Ok(first(&rows).and_then(|it| it.parse().ok()).unwrap_or(0))
        };
        Ok(Chunks {
            all: number(link, "true")?,
            in_columnstore: number(link, "c.is_compressed")?,
        })
    }
}

/// A table's name for people.
fn name(schema: &str, table: &str) -> String {
    match schema {
        "public" => table.to_owned(),
        _ => format!("{schema}.{table}"),
    }
}

/// Runs a statement; what the server says against it.
fn attempt(link: &mut dyn Link, sql: &str) -> Result<Option<String>, Failure> {
    match link.query(sql) {
        Ok(_) => Ok(None),
        Err(link::Error::Server(error)) => Ok(Some(error.message)),
        Err(error) => Err(explain::asked(error)),
    }
}

/// The first value of an answer.
fn first(results: &[link::Rows]) -> Option<String> {
    results.iter().flatten().flatten().next().cloned().flatten()
}

/// The last midnight, in seconds since 1970: two rehearsals of a day have the same rows.
fn today() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = now.map_or(0, |it| it.as_secs());
    i64::try_from(seconds - seconds % DAY).unwrap_or(0)
}
