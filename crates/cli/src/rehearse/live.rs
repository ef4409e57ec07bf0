//! The database that the migrations are meant for: which of them it has, and what its statistics say of its rows. It is only
//! read.

use std::collections::BTreeMap;

use catalog::Catalog;
use migrator::link::{Link, Rows};
use migrator::plan::Migration;
use migrator::run;
use migrator::wire::Config;
use rehearsal::TableFacts;

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
