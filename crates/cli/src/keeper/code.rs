//! What no code can be generated for, and queries that do not fit: reported before a run where that is known, else after it.

use catalog::{Catalog, Snapshot};
use migrator::history::Mode;
use migrator::link::Link;
use migrator::plan;
use migrator::run::Report;

use super::expected::{AppliedMigrations, applied};
use super::{Keeper, all_pending};
use crate::failure::Failure;
use crate::generated::{self, Problem};
use crate::scratch;
use crate::snapshot;

/// What is known of a run before it.
#[derive(Default)]
pub struct Foreseen {
    /// Why it was not asked whether the queries fit.
    pub unasked: Option<String>,
    /// What the run does to the schema, if the committed file describes its result.
    pub change: Option<SchemaChange>,
}

/// The schema before and after a run.
pub struct SchemaChange {
    /// What the database holds.
    pub before: Snapshot,
    /// What the committed file says.
    pub after: Snapshot,
}

impl Keeper {
    /// Refuses migrations for whose result no code can be generated, as far as the committed file describes it.
    pub fn check_code(&self, migrations: &[plan::Migration], state: &str) -> Result<(), Failure> {
        let Some(catalog) = self.described(migrations).filter(|_| !self.leave_alone) else {
            return Ok(());
        };
        match self.generated.problems(catalog, migrations, None) {
            problems if problems.is_empty() => Ok(()),
            problems => Err(generated::refused(&problems, state)),
        }
    }

    /// The same as [`Keeper::look`] says of the migrations, where nothing will run, and what they change.
    pub fn foresee(
        &self,
        link: &mut dyn Link,
        migrations: &[plan::Migration],
        report: &Report,
        mode: Mode,
    ) -> Result<Foreseen, Failure> {
        if self.leave_alone || super::first_pending(report, migrations).is_none() {
            return Ok(Foreseen::default());
        }
        let (facts, schemas) = (&report.facts, &self.included.schemas);
        let found = snapshot::introspect(link, facts, schemas, report.extra.as_ref())?;
        let unasked = self.check_result(link, migrations, report, mode, &found)?;
        let AppliedMigrations { applied, .. } = applied(&report.history);
        // Nothing uses a schema of which nothing is applied.
        let is_known = self.applies_all(migrations) && !applied.is_empty();
        let after = self.described(migrations).filter(|_| is_known).cloned();
        let schema = |migrations, catalog| Snapshot {
            migrations,
            catalog,
        };
        let change = after.map(|after| SchemaChange {
            before: schema(applied, found),
            after: schema(snapshot::listed(migrations), after),
        });
        Ok(Foreseen { unasked, change })
    }

    /// Refuses pending migrations after which no code can be generated or a query does not fit, as far as that can be known before they
    /// run. Returns why the queries in doubt were not asked about.
    pub(super) fn check_result(
        &self,
        link: &mut dyn Link,
        migrations: &[plan::Migration],
        report: &Report,
        mode: Mode,
        found: &Catalog,
    ) -> Result<Option<String>, Failure> {
        if !self.applies_all(migrations) {
            return Ok(None);
        }
        let pending: Vec<_> = all_pending(report, migrations).collect();
        let described = self.described(migrations);
        let code_in_doubt = described.is_none()
            && generated::is_in_doubt(&self.generated.choices, found, pending.iter().copied());
        let suspects = self.queries.suspects(described, found, &pending);
        let made = if code_in_doubt || !suspects.is_empty() {
            let (facts, schemas) = (&report.facts, &self.included.schemas);
            let extensions = &found.extensions;
            Some(scratch::catalog(
                link, facts, schemas, mode, migrations, extensions,
            ))
        } else {
            None
        };
        let result = match (described, &made) {
            (Some(catalog), _) => Some(catalog),
            (None, Some(Ok(made))) => Some(&made.catalog),
            // What it would have shown is reported after the run.
            (None, _) => None,
        };
        if let Some(result) = result {
            let problems = self.problems(result, migrations, report);
            if !problems.is_empty() {
                return Err(generated::refused(&problems, "nothing was run"));
            }
        }
        if suspects.is_empty() {
            return Ok(None);
        }
        let unasked = |why: &str| format!("the queries were not checked before the run: {why}");
        let made = match made {
            Some(Ok(made)) => made,
            Some(Err(error)) => return Ok(Some(unasked(&error.to_string()))),
            None => return Ok(None),
        };
        let scope = snapshot::scope(&made.facts, &self.included.schemas);
        let queries = &self.queries;
        match queries.foresee(&made.config, scope, &made.catalog, &pending) {
            Ok(fits) => fits.map(|()| None),
            Err(failure) => Ok(Some(unasked(&failure.diagnostic.message))),
        }
    }

    /// What is in the way of generating code for this catalog, which the migrations made.
    pub fn problems(
        &self,
        catalog: &Catalog,
        migrations: &[plan::Migration],
        report: &Report,
    ) -> Vec<Problem> {
        let default_schema = report.facts.current_schema.as_deref();
        self.generated.problems(catalog, migrations, default_schema)
    }
}
