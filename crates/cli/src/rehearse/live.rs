//! The database that the migrations are meant for: which of them it has, and how many rows there are. It is only read.

use std::collections::BTreeMap;

use catalog::Catalog;
use migrator::link::{Link, Rows};
use migrator::plan::Migration;
use migrator::run;
use migrator::wire::Config;
use sql::qualified::qualified;
use sql::quote::{identifier, literal};

use super::choice::Choice;
use crate::explain;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::snapshot;

/// Whoever waits for a lock there waits for somebody who works.
const CAREFUL: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '60s'";

/// What was read of the database.
pub struct Live {
    /// What people read of it.
    pub shown: String,
    pub choice: Choice,
    pub catalog: Catalog,
    /// About how many rows each table has, by schema and name.
    pub rows: BTreeMap<(String, String), u64>,
    /// What else a person should know.
    pub remarks: Vec<String>,
}

impl Live {
    pub fn read(
        project: &Project,
        url: &str,
        migrations: &[Migration],
        included: &[String],
    ) -> Result<Live, Failure> {
        let config = Config::parse(url).map_err(|error| {
            let failure = Failure::new(Code::Usage, format!("--from: {error}"));
            failure.next("--from postgres://user@host/database")
        })?;
        let next = "--from URL of a database and a role that may read it";
        let mut link = config
            .connect()
            .map_err(|error| explain::unreachable(&error, next))?;
        let probe = Some(catalog::probe_query());
        let report = run::read(&mut link, &project.history()?, probe)
            .map_err(|error| explain::run(&error, migrations))?;
        link.query(CAREFUL).map_err(explain::asked)?;
        let catalog =
            snapshot::introspect(&mut link, &report.facts, included, report.extra.as_ref())?;
        let rows = rows(&mut link, &catalog)?;
        let applied = migrations.iter().take_while(|it| {
            let row = report.history.row(it.file.version);
            row.is_some_and(|row| row.is_applied())
        });
        let before = applied.count();
        let shown = format!("{} of {}", report.facts.database, config.server());
        let mut remarks = Vec::new();
        let half = report.history.rows.iter().find(|row| !row.is_applied());
        if let Some(half) = half {
            remarks.push(format!(
                "{:03} {} is applied in part there, and is rehearsed from its beginning",
                half.version, half.name
            ));
        }
        if report.history.rows.len() > migrations.len() {
            remarks.push("it has migrations that are not in this folder".to_owned());
        }
        Ok(Live {
            choice: Choice {
                before,
                why: format!("pending in {shown}"),
            },
            shown,
            catalog,
            rows,
            remarks,
        })
    }

    /// How the database differs from what its migrations make.
    pub fn drift(&self, made: &Catalog) -> Vec<String> {
        let differences = catalog::diff(made, &self.catalog);
        differences.iter().map(ToString::to_string).collect()
    }
}

/// About how many rows each table has: what the last ANALYZE or VACUUM saw, or the extension's estimate of a hypertable.
fn rows(
    link: &mut dyn Link,
    catalog: &Catalog,
) -> Result<BTreeMap<(String, String), u64>, Failure> {
    let schema =
        "SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
         WHERE e.extname = 'timescaledb'";
    let schema = link.query(&qualified(schema)).map_err(explain::asked)?;
    let extension = first(&schema);
    let mut found = BTreeMap::new();
    for table in &catalog.tables {
        let name = format!("{}.{}", identifier(&table.schema), identifier(&table.name));
        let relation = format!("{}::regclass", literal(&name));
        let sql = match (&extension, &table.hypertable) {
            (Some(schema), Some(_)) => {
                let function = format!("{}.approximate_row_count", identifier(schema));
                format!("SELECT {function}({relation})::text")
            }
            _ => format!(
                "WITH RECURSIVE parts (oid) AS (
                    SELECT {relation}::oid UNION ALL SELECT i.inhrelid FROM pg_inherits i JOIN parts p ON p.oid = i.inhparent)
                 SELECT sum(greatest(c.reltuples, 0::real))::bigint::text FROM pg_class c JOIN parts p ON p.oid = c.oid"
            ),
        };
        let answer = link.query(&qualified(&sql)).map_err(explain::asked)?;
        if let Some(number) = first(&answer).and_then(|it| it.parse().ok()) {
            found.insert((table.schema.clone(), table.name.clone()), number);
        }
    }
    Ok(found)
}

fn first(results: &[Rows]) -> Option<String> {
    results.iter().flatten().flatten().next().cloned().flatten()
}
