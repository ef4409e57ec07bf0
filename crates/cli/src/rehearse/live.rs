//! The database that the migrations are meant for: which of them it has, and what its statistics say of its rows. It is only
//! read.

use std::collections::BTreeMap;

use catalog::Catalog;
use migrator::link::{Link, Rows};
use migrator::plan::Migration;
use migrator::run::{self, Facts};
use migrator::wire::Config;
use rehearsal::TableFacts;
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
    /// What the statistics say of each table, by schema and name.
    pub tables: BTreeMap<(String, String), TableFacts>,
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
        if report.history.rows.is_empty() {
            readable(&mut link, &report.facts)?;
        }
        let catalog =
            snapshot::introspect(&mut link, &report.facts, included, report.extra.as_ref())?;
        let tables = statistics(&mut link)?;
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
            tables,
            remarks,
        })
    }

    /// How the database differs from what its migrations make.
    pub fn drift(&self, made: &Catalog) -> Vec<String> {
        let differences = catalog::diff(made, &self.catalog);
        differences.iter().map(ToString::to_string).collect()
    }
}

/// A history that this role may not read is none to it, and everything would be pending.
fn readable(link: &mut dyn Link, facts: &Facts) -> Result<(), Failure> {
    let history = &facts.history_table;
    let schema = history.schema.as_deref();
    let schema = schema.map(|it| format!(" AND n.nspname = {}", literal(it)));
    let sql = format!(
        "SELECT n.nspname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relname = {} AND c.relkind = 'r'{} \
         AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'))",
        literal(&history.table),
        schema.unwrap_or_default()
    );
    let found = link.query(&qualified(&sql)).map_err(explain::asked)?;
    let Some(schema) = first(&found) else {
        return Ok(());
    };
    let name = format!("{}.{}", identifier(&schema), identifier(&history.table));
    let message = format!(
        "the role {} may not read the history {schema}.{}",
        facts.user, history.table
    );
    let (schema, user) = (identifier(&schema), identifier(&facts.user));
    Err(Failure::new(Code::Failed, message)
        .note(
            "state",
            "which migrations are pending there is not known; nothing was rehearsed",
        )
        .next(format!(
            "GRANT USAGE ON SCHEMA {schema} TO {user}; GRANT SELECT ON {name} TO {user}"
        )))
}

/// What the statistics say of each table. One that is empty, or was never analyzed, is left out.
fn statistics(link: &mut dyn Link) -> Result<BTreeMap<(String, String), TableFacts>, Failure> {
    let answer = link
        .query(&rehearsal::statistics_query())
        .map_err(explain::asked)?;
    let facts = first(&answer).and_then(|it| rehearsal::table_facts(&it));
    let mut facts = facts
        .ok_or_else(|| Failure::new(Code::Failed, "failed to read the statistics of --from"))?;
    facts.retain(|_, it| it.rows.is_some_and(|rows| rows > 0));
    Ok(facts)
}

fn first(results: &[Rows]) -> Option<String> {
    results.iter().flatten().flatten().next().cloned().flatten()
}
