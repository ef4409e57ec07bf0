//! In one line, for `status` and `doctor`: whether there is drift, as far as that is known without a private cluster.

use std::fmt;

use migrator::link::Link;
use migrator::plan::Migration;
use migrator::run::Report;
use serde_json::{Value, json};

use super::between;
use crate::failure::Failure;
use crate::keeper::expected::{self, Source};
use crate::project::Project;
use crate::snapshot::{self, Committed};
use crate::words::count;

/// Whether there is drift.
#[derive(Debug)]
pub enum Brief {
    /// The database was compared with this, and differs in so many ways.
    Compared { source: Source, differences: usize },
    /// The snapshot under this path does not say what it must hold, for this reason.
    NotSaid { shown: String, why: String },
    /// The comparison failed.
    Failed(String),
    /// It was not compared, for a reason that is nothing new: another line says it, or the project keeps no snapshot.
    NothingToCompare(String),
}

/// Reads the catalog if the expected one is known, and compares. Never fails: the rest of what `status` and `doctor` print does not depend
/// on it.
pub fn look(
    project: &Project,
    link: &mut dyn Link,
    migrations: &[Migration],
    report: &Report,
) -> Brief {
    let compared = compare(project, link, migrations, report);
    compared.unwrap_or_else(|failure| Brief::Failed(failure.diagnostic.message))
}

fn compare(
    project: &Project,
    link: &mut dyn Link,
    migrations: &[Migration],
    report: &Report,
) -> Result<Brief, Failure> {
    if report.foreign.is_some() || report.check_elsewhere(migrations).is_err() {
        let why = "the database's history is not that of these migrations";
        return Ok(Brief::NothingToCompare(why.to_owned()));
    }
    let path = project.snapshot_file(None)?;
    let shown = project.shown(&path);
    let committed = Committed::read(&path);
    let said = match expected::said(&committed, shown, migrations, &report.history) {
        Ok(said) => said,
        Err(why) => {
            let shown = shown.display().to_string();
            return Ok(match committed {
                Committed::Missing => Brief::NothingToCompare(format!("there is no {shown}")),
                Committed::Snapshot(_) | Committed::Unusable(_) => Brief::NotSaid { shown, why },
            });
        }
    };
    let settings = project.settings()?;
    let extra = report.extra.as_ref();
    let found = snapshot::introspect(link, &report.facts, &settings.schemas, extra)?;
    let expected = said.expected(&found);
    let differences = between(&expected.catalog, &found).len();
    if differences > 0 && expected::is_overtaken(link, &settings.history, &report.history)? {
        let why = "another run changed the database while it was compared";
        return Ok(Brief::Failed(why.to_owned()));
    }
    Ok(Brief::Compared {
        source: expected.source,
        differences,
    })
}

impl Brief {
    /// Whether the database is known to differ.
    pub fn is_drift(&self) -> bool {
        matches!(self, Brief::Compared { differences, .. } if *differences > 0)
    }

    /// Whether it is worth a line. An empty database before the first migration is not.
    pub fn is_news(&self) -> bool {
        match self {
            Brief::Compared { source, .. } => self.is_drift() || *source != Source::Nothing,
            Brief::NotSaid { .. } | Brief::Failed(_) => true,
            Brief::NothingToCompare(_) => false,
        }
    }

    pub fn document(&self) -> Value {
        let (differences, compared_with, why) = match self {
            Brief::Compared {
                source,
                differences,
            } => (Some(*differences), Some(source.to_string()), None),
            Brief::NotSaid { shown, why } => (None, None, Some(format!("{shown}: {why}"))),
            Brief::Failed(why) | Brief::NothingToCompare(why) => (None, None, Some(why.clone())),
        };
        json!({
            "found": differences.map(|number| number > 0),
            "differences": differences,
            "compared_with": compared_with,
            "not_compared_because": why,
        })
    }
}

impl fmt::Display for Brief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Brief::Compared {
                source,
                differences: 0,
            } => write!(f, "none, compared with {source}"),
            Brief::Compared {
                source,
                differences,
            } => write!(f, "{} from {source}", count(*differences, "difference")),
            Brief::NotSaid { shown, why } => write!(f, "not compared with {shown}: {why}"),
            Brief::Failed(why) | Brief::NothingToCompare(why) => {
                write!(f, "not compared: {why}")
            }
        }
    }
}
