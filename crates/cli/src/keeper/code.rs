//! What no code can be generated for: reported before a run where that is known, else after it.

use catalog::Catalog;
use migrator::history::Mode;
use migrator::link::Link;
use migrator::plan;
use migrator::run::Report;

use super::{Keeper, all_pending};
use crate::failure::Failure;
use crate::generated::{self, Problem};
use crate::scratch;

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

    /// Refuses pending migrations after which no code can be generated, as far as that can be known before they run.
    pub(super) fn check_result(
        &self,
        link: &mut dyn Link,
        migrations: &[plan::Migration],
        report: &Report,
        mode: Mode,
        found: &Catalog,
    ) -> Result<(), Failure> {
        if !self.applies_all(migrations) {
            return Ok(());
        }
        let made;
        let result = match self.described(migrations) {
            Some(catalog) => catalog,
            None => {
                let pending = all_pending(report, migrations);
                if !generated::is_in_doubt(&self.generated.choices, found, pending) {
                    return Ok(());
                }
                let (facts, schemas) = (&report.facts, &self.included.schemas);
                let extensions = &found.extensions;
                match scratch::catalog(link, facts, schemas, mode, migrations, extensions) {
                    Ok(it) => made = it,
                    // What it would have shown is reported after the run.
                    Err(_) => return Ok(()),
                }
                &made.catalog
            }
        };
        match self.problems(result, migrations, report) {
            problems if problems.is_empty() => Ok(()),
            problems => Err(generated::refused(&problems, "nothing was run")),
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
