//! TimescaleDB's background jobs that work on what a migration touches: pausing them for the run, and resuming them however it ends.
//!
//! The paused jobs are recorded in a table beside the history, in the transaction that pauses them: an interrupted run leaves the table,
//! and the next run resumes them.

use std::collections::{BTreeMap, BTreeSet};

use sql::qualified::qualified;
use sql::quote;

use super::facts::INSUFFICIENT_PRIVILEGE;
use super::locked_link::LockedLink;
use super::{Error, Event, Facts};
use crate::link;
use crate::plan::Pending;

/// A background job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: String,
    /// The application name of its sessions: `Columnstore Policy [1000]`.
    pub application: String,
}

/// Every scheduled job, with the schema and name of each relation that it works on: its hypertable or continuous aggregate, and the
/// relations that the aggregate is computed from.
const JOBS: &str = "WITH RECURSIVE aggregate AS (\
     SELECT a.view_schema, a.view_name, coalesce(parent.view_schema, a.hypertable_schema) AS source_schema, \
     coalesce(parent.view_name, a.hypertable_name) AS source \
     FROM timescaledb_information.continuous_aggregates a LEFT JOIN timescaledb_information.continuous_aggregates parent \
     ON parent.materialization_hypertable_schema = a.hypertable_schema \
     AND parent.materialization_hypertable_name = a.hypertable_name), \
     works_on AS (SELECT job_id, application_name, hypertable_schema AS home, hypertable_name AS name FROM timescaledb_information.jobs \
     WHERE scheduled AND hypertable_name IS NOT NULL \
     UNION SELECT w.job_id, w.application_name, a.source_schema, a.source FROM works_on w \
     JOIN aggregate a ON a.view_name = w.name AND a.view_schema = w.home) \
     SELECT job_id, application_name, home, name FROM works_on ORDER BY job_id, home, name";

/// A query for the jobs.
pub(super) fn query() -> String {
    qualified(JOBS)
}

/// Whether an error is about names or types, because the table of paused jobs does not have the expected shape.
fn is_about_the_table(error: &link::ServerError) -> bool {
    error.code.starts_with("42") && error.code != INSUFFICIENT_PRIVILEGE
}

/// How long altering a job waits for a session that is altering it.
const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '10s'";

/// The jobs that this run or an interrupted one has paused.
pub(super) struct PausedJobs {
    /// The quoted name of the table of paused jobs.
    table: String,
    /// Whether that table exists.
    exists: bool,
    /// Whether this run has paused its jobs.
    are_ours: bool,
}

impl PausedJobs {
    pub(super) fn new(facts: &Facts) -> Result<PausedJobs, Error> {
        Ok(PausedJobs {
            table: facts.own_paused_jobs()?,
            exists: facts.has_paused_jobs,
            are_ours: false,
        })
    }

    /// The quoted name of their table.
    pub(super) fn table(&self) -> &str {
        &self.table
    }

    pub(super) fn exist(&self) -> bool {
        self.exists
    }

    /// Whether an earlier run has paused jobs.
    pub(super) fn are_left_over(&self) -> bool {
        !self.are_ours
    }

    /// Notes whether the table exists, as read under the lock.
    pub(super) fn found(&mut self, exists: bool) {
        self.exists = exists;
        // If this run had paused jobs, another runner resumed them while this one had no session.
        self.are_ours &= exists;
    }

    /// Pauses the jobs that work on what is pending, once per run.
    pub(super) fn pause(
        &mut self,
        link: &mut LockedLink<'_, '_>,
        pending: &[Pending<'_>],
    ) -> Result<(), Error> {
        if self.are_ours {
            return Ok(());
        }
        let results = link.query(&query())?;
        let texts: Vec<&str> = pending
            .iter()
            .map(|it| it.migration.file.text.as_str())
            .collect();
        let jobs = touched(&results.concat(), &texts);
        if jobs.is_empty() {
            return Ok(());
        }
        let ids: Vec<String> = jobs.iter().map(|job| format!("({})", job.id)).collect();
        let table = &self.table;
        let sql = format!(
            "BEGIN;\n{LOCK_TIMEOUT};\n\
             CREATE TABLE {table} (job_id integer PRIMARY KEY, paused_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now());\n\
             INSERT INTO {table} VALUES {};\n{};\nCOMMIT",
            ids.join(", "),
            alter(table, false),
        );
        match link.query(&sql) {
            Err(link::Error::Server(error)) => return Err(Error::Jobs { jobs, error }),
            other => other?,
        };
        self.are_ours = true;
        self.exists = true;
        link.watch().tell(Event::JobsPaused(&jobs));
        Ok(())
    }

    /// Resumes what this run or an earlier one paused, unless another runner has resumed it meanwhile.
    pub(super) fn resume(
        &mut self,
        link: &mut LockedLink<'_, '_>,
        facts: &Facts,
    ) -> Result<(), Error> {
        if !self.exists {
            return Ok(());
        }
        let table = &self.table;
        let sql = format!(
            "BEGIN;\n{LOCK_TIMEOUT};\n{};\nDROP TABLE {table};\nCOMMIT",
            alter(table, true),
        );
        match link.query(&sql) {
            Err(link::Error::Server(error)) if is_about_the_table(&error) => {
                return self.without_table(link, facts, error);
            }
            other => other?,
        };
        self.exists = false;
        link.watch().tell(Event::JobsResumed);
        Ok(())
    }

    /// Handles an error about the table: there is nothing to do if another runner has dropped it.
    fn without_table(
        &mut self,
        link: &mut LockedLink<'_, '_>,
        facts: &Facts,
        error: Box<link::ServerError>,
    ) -> Result<(), Error> {
        link.query("ROLLBACK")?;
        let table = quote::literal(&self.table);
        let sql = format!("SELECT pg_catalog.to_regclass({table})");
        if link.query(&sql)?.concat().concat() == [None] {
            self.exists = false;
            return Ok(());
        }
        let schema = facts.history_schema.as_deref().unwrap_or_default();
        let name = facts.history_table.paused_jobs();
        let table = [schema, &name].map(quote::plain).join(".");
        Err(Error::DamagedPausedJobs { table, error })
    }
}

/// Alters those jobs in the table that still exist; without the extension there are none. The extension's schema may not be on the search
/// path, and may contain a function of another user that fits fewer arguments better, so the call passes every argument of the extension's
/// function, each with its type. A null leaves that property of the job unchanged.
fn alter(table: &str, scheduled: bool) -> String {
    let call = quote::literal(&format!(
        "SELECT %I.alter_job(%s) FROM {} AS p JOIN timescaledb_information.jobs AS j ON j.job_id OPERATOR(pg_catalog.=) p.job_id",
        // The text is one of format().
        table.replace('%', "%%"),
    ));
    let body = format!(
        "DECLARE home pg_catalog.name; arguments pg_catalog.text; BEGIN \
         SELECT n.nspname, pg_catalog.string_agg(pg_catalog.format('%I => CAST(%s AS %s)', a.name, \
         CASE WHEN a.name OPERATOR(pg_catalog.=) 'job_id' THEN 'p.job_id' WHEN a.name OPERATOR(pg_catalog.=) 'scheduled' THEN '{scheduled}' \
         WHEN a.name OPERATOR(pg_catalog.=) 'if_exists' THEN 'false' ELSE 'NULL' END, pg_catalog.format_type(a.type, NULL)), ', ') \
         INTO home, arguments FROM pg_catalog.pg_extension AS e \
         JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace \
         JOIN pg_catalog.pg_proc AS f ON f.pronamespace OPERATOR(pg_catalog.=) n.oid AND f.proname OPERATOR(pg_catalog.=) 'alter_job' \
         JOIN pg_catalog.pg_depend AS d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass \
         AND d.objid OPERATOR(pg_catalog.=) f.oid AND d.refobjid OPERATOR(pg_catalog.=) e.oid AND d.deptype OPERATOR(pg_catalog.=) 'e' \
         CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(f.proargnames[1:f.pronargs]), pg_catalog.unnest(f.proargtypes)) AS a (name, type) \
         WHERE e.extname OPERATOR(pg_catalog.=) 'timescaledb' GROUP BY n.nspname, f.oid; \
         IF home IS NOT NULL THEN EXECUTE pg_catalog.format({call}, home, arguments); END IF; END"
    );
    format!("DO {}", quote::literal(&body))
}

/// The jobs that work on a relation that one of the texts names.
fn touched(rows: &link::Rows, texts: &[&str]) -> Vec<Job> {
    let mut jobs = BTreeMap::new();
    for row in rows {
        let text = |index: usize| row.get(index).cloned().flatten().unwrap_or_default();
        let (home, name) = (text(2), text(3));
        if texts.iter().any(|sql| names(sql, &home, &name)) {
            jobs.insert(text(0), text(1));
        }
    }
    let job = |(id, application)| Job { id, application };
    jobs.into_iter().map(job).collect()
}

/// Whether a text contains a name as a word that is not qualified by another schema. Strings and comments count: pausing a job too many
/// does no harm.
fn names(sql: &str, home: &str, name: &str) -> bool {
    let quoted = name.replace('"', "\"\"");
    let in_string = quoted.replace('\'', "''");
    let spellings = BTreeSet::from([name, &quoted, &in_string]);
    spellings.iter().any(|spelling| holds(sql, home, spelling))
}

fn holds(sql: &str, home: &str, name: &str) -> bool {
    let is_whole = |(at, found): (usize, &str)| {
        let before = sql[..at].chars().next_back();
        let after = sql[at + found.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    };
    let is_meant = |&(at, _): &(usize, &str)| qualifier(&sql[..at]).is_none_or(|it| it == home);
    let mut found = sql.match_indices(name).filter(|it| is_whole(*it));
    found.any(|it| is_meant(&it))
        || (name.chars().all(|c| !c.is_uppercase())
            && sql.chars().any(char::is_uppercase)
            && holds(&sql.to_lowercase(), home, name))
}

/// Whether a character can be part of a name.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The schema that qualifies the name after this text; `None` if the name is unqualified, or the qualifier is not a plain name.
fn qualifier(before: &str) -> Option<String> {
    let before = before.strip_suffix('"').unwrap_or(before);
    let before = before.strip_suffix('.')?;
    if let Some(quoted) = before.strip_suffix('"') {
        let (_, name) = quoted.rsplit_once('"')?;
        return Some(name.to_owned());
    }
    let name = before.rsplit(|c| !is_part(c)).next().unwrap_or_default();
    Some(name.to_lowercase()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_touched_where_a_text_names_what_it_works_on() {
        let row = |id: &str, name: &str| {
            [id, "Policy", "public", name]
                .map(|value| Some(value.to_owned()))
                .to_vec()
        };
        let rows = vec![
            row("1000", "events"),
            row("1001", "events_daily"),
            row("1001", "events"),
            row("1002", "Weird name"),
        ];
        let ids = |texts: &[&str]| -> Vec<String> {
            let jobs = touched(&rows, texts);
            jobs.into_iter().map(|job| job.id).collect()
        };
        assert_eq!(ids(&["ALTER TABLE EVENTS ADD a int"]), ["1000", "1001"]);
        assert_eq!(
            ids(&["SELECT 1", "SELECT remove_x('public.events_daily')"]),
            ["1001"]
        );
        assert_eq!(ids(&["ALTER TABLE \"Weird name\" ADD a int"]), ["1002"]);
        let row_of = |name: &str| vec![row("7", name)];
        let hostile = row_of("o'brien \"x\"");
        for text in [
            "ALTER TABLE \"o'brien \"\"x\"\"\" ADD a int",
            "SELECT f('\"o''brien \"\"x\"\"\"')",
        ] {
            assert_eq!(touched(&hostile, &[text]).len(), 1, "{text}");
        }
        assert!(ids(&["ALTER TABLE my_events ADD weird name int"]).is_empty());
        for (text, is_touched) in [
            ("ALTER TABLE public.events ADD a int", true),
            ("ALTER TABLE \"public\".\"events\" ADD a int", true),
            ("ALTER TABLE Public.Events ADD a int", true),
            ("SELECT create_hypertable('public.events')", true),
            ("ALTER TABLE archive.events ADD a int", false),
            ("ALTER TABLE \"archive\".events ADD a int", false),
            ("SELECT add_retention_policy('archive.\"events\"')", false),
            (
                "ALTER TABLE archive.events ADD a int; SELECT FROM events",
                true,
            ),
        ] {
            assert_eq!(!ids(&[text]).is_empty(), is_touched, "{text}");
        }
    }
}
