//! What all trials of a rehearsal share: the migrations, how the engine runs them, and what a database holds.

use std::collections::BTreeMap;
use std::path::Path;

use catalog::Catalog;
use migrator::link::Link;
use migrator::plan::{Migration, StepKind};
use migrator::run::{self, Options, Report};
use migrator::source::File;
use sql::qualified::qualified;
use sql::quote::{identifier, literal};

use super::databases::{Database, Scratch};
use crate::explain;
use crate::failure::Failure;
use crate::snapshot;

/// The migrations of a rehearsal, and where it takes place.
pub struct Ground<'a> {
    pub scratch: &'a Scratch,
    /// All up to the last one that is rehearsed.
    pub migrations: &'a [Migration],
    /// How many of them are there before.
    pub before: usize,
    pub options: Options,
    /// The schemas that the project includes.
    pub included: &'a [String],
}

impl<'a> Ground<'a> {
    /// The migrations that are rehearsed.
    pub fn rehearsed(&self) -> &'a [Migration] {
        &self.migrations[self.before..]
    }

    /// The same with the first `number` of those that are rehearsed.
    pub fn with(&self, number: usize) -> Ground<'a> {
        Ground {
            scratch: self.scratch,
            migrations: &self.migrations[..self.before + number],
            before: self.before,
            options: self.options.clone(),
            included: self.included,
        }
    }

    /// Runs the pending ones of these migrations by the engine.
    pub fn apply(
        &self,
        link: &mut dyn Link,
        migrations: &[Migration],
    ) -> Result<Report, run::Error> {
        run::run(link, migrations, &self.options, None, &mut |_| ())
    }

    /// A new database with what is there before the rehearsed migrations.
    pub fn bare(&self) -> Result<Database<'a>, Failure> {
        let database = self.scratch.empty()?;
        let before = &self.migrations[..self.before];
        let mut link = database.connect()?;
        self.apply(&mut link, before)
            .map_err(|error| on_scratch(explain::run(&error, before)))?;
        if let ([], [first, ..]) = (before, self.migrations) {
            // The engine's own objects come with the first run, not with the first migration.
            let failing = with_fault_before(first, 0)?;
            let _failed = self.apply(&mut link, &[failing]);
        }
        Ok(database)
    }

    /// What a database's catalog is.
    pub fn catalog(&self, link: &mut dyn Link) -> Result<Catalog, Failure> {
        let report = self.read(link)?;
        snapshot::introspect(link, &report.facts, self.included, report.extra.as_ref())
    }

    fn read(&self, link: &mut dyn Link) -> Result<Report, Failure> {
        let probe = Some(catalog::probe_query());
        run::read(link, &self.options.history, probe).map_err(|error| explain::run(&error, &[]))
    }

    /// How many steps of a migration are done, by the database's history.
    pub fn steps_done(&self, database: &Database<'_>, version: u32) -> Result<usize, Failure> {
        let report = self.read(&mut database.connect()?)?;
        let row = report.history.row(version);
        Ok(row.map_or(0, |row| row.steps_done))
    }

    /// What a database holds.
    pub fn state(&self, database: &Database<'_>) -> Result<State, Failure> {
        let mut link = database.connect()?;
        let report = self.read(&mut link)?;
        let probe = report.extra.as_ref();
        let answer = snapshot::answer(&mut link, &report.facts, self.included, probe)?;
        let rows = rows(&mut link, &report.facts.history_table.tables())?;
        Ok(State { answer, rows })
    }
}

/// What fails after a statement. Nothing else of a migration divides by zero in these words.
const FAULT: &str = "SELECT 1 / (SELECT 0) AS the_rehearsal_fails_here";

/// The migration with a statement that fails behind this byte.
pub fn with_fault(migration: &Migration, end: usize) -> Result<Migration, Failure> {
    let text = &migration.file.text;
    let text = format!("{};\n{FAULT}{}", &text[..end], &text[end..]);
    with_text(migration, text)
}

/// The migration with a statement that fails right before one of its steps, and before the step's `BEGIN`.
pub fn with_fault_before(migration: &Migration, step: usize) -> Result<Migration, Failure> {
    let text = &migration.file.text;
    let at = migration
        .steps
        .get(step)
        .map_or(0, |step| match &step.kind {
            StepKind::Transaction { begin: Some(begin) } => begin.start,
            _ => step.range().start,
        });
    with_text(
        migration,
        format!("{}{FAULT};\n{}", &text[..at], &text[at..]),
    )
}

/// The same file with another text.
pub fn with_text(migration: &Migration, text: String) -> Result<Migration, Failure> {
    let file = File::new(&migration.file.path, text.into())
        .map_err(|error| explain::source(&error, Path::new("")))?;
    Migration::parse(file).map_err(|error| explain::text(&error))
}

/// The migrations fail on the scratch database already, before any row is there.
fn on_scratch(failure: Failure) -> Failure {
    let mut failure = failure;
    let notes = &mut failure.diagnostic.notes;
    notes.retain(|(label, _)| !["state", "next"].contains(label));
    failure
        .note("state", "this is a scratch database; no other was touched")
        .next("correct the file and run the same command again")
}

/// What a database holds: its catalog and its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// What the database says of its catalog.
    answer: String,
    rows: BTreeMap<String, Content>,
}

/// The rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// `None` where it differs from run to run.
    count: Option<u64>,
    /// A sum over all of them; `None` where it differs from run to run.
    sum: Option<String>,
}

impl State {
    /// How another state differs from this one, for people; `None` if it does not.
    pub fn difference(&self, other: &State) -> Result<Option<String>, Failure> {
        if self.answer != other.answer
            && let Some(first) = catalog::diff(&self.catalog()?, &other.catalog()?).first()
        {
            return Ok(Some(first.to_string()));
        }
        Ok(self.difference_of_rows(other))
    }

    pub fn catalog(&self) -> Result<Catalog, Failure> {
        snapshot::parse(&self.answer)
    }

    fn difference_of_rows(&self, other: &State) -> Option<String> {
        for (table, content) in &self.rows {
            let Some(found) = other.rows.get(table) else {
                return Some(format!("{table} is gone"));
            };
            if let (Some(expected), Some(found)) = (content.count, found.count)
                && expected != found
            {
                return Some(format!("{table} has {found} rows instead of {expected}"));
            }
            if content.sum.is_some() && found.sum.is_some() && content.sum != found.sum {
                return Some(format!("the rows of {table} are others"));
            }
        }
        None
    }

    /// Leaves out what differs from another run of the same, such as `now()` and `random()`.
    pub fn without_chance(mut self, other: &State) -> State {
        for (table, content) in &mut self.rows {
            let found = other.rows.get(table);
            if found.is_none_or(|it| it.sum != content.sum) {
                content.sum = None;
            }
            if found.is_none_or(|it| it.count != content.count) {
                content.count = None;
            }
        }
        self
    }
}

/// The rows of all tables but those of extensions and the history's.
fn rows(link: &mut dyn Link, histories: &[String]) -> Result<BTreeMap<String, Content>, Failure> {
    let tables = qualified(
        "SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND NOT EXISTS (
            SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
         AND n.nspname::text !~ '^(pg_|information_schema$|_timescaledb_)'",
    );
    let tables = link.query(&tables).map_err(explain::asked)?;
    let sums = tables.into_iter().flatten().filter_map(|row| {
        let [schema, name] = <[Option<String>; 2]>::try_from(row).ok()?;
        let (schema, name) = (schema?, name?);
        if histories.contains(&name) {
            return None;
        }
        Some(qualified(&format!(
            "SELECT {}::text, count(*)::text, sum(hashtextextended(t::text, 0::bigint)::numeric)::text FROM {}.{} t",
            literal(&format!("{schema}.{name}")),
            identifier(&schema),
            identifier(&name)
        )))
    });
    let sums: Vec<String> = sums.collect();
    if sums.is_empty() {
        return Ok(BTreeMap::new());
    }
    let results = link.query(&sums.join("; ")).map_err(explain::asked)?;
    let content = |row: Vec<Option<String>>| {
        let [table, count, sum] = <[Option<String>; 3]>::try_from(row).ok()?;
        let count = Some(count?.parse().ok()?);
        Some((table?, Content { count, sum }))
    };
    Ok(results.into_iter().flatten().filter_map(content).collect())
}
