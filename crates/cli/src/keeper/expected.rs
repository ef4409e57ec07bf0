//! What a database must contain: exactly what its applied migrations make.
//!
//! The committed snapshot describes it if it belongs to exactly these migrations. Otherwise they are applied to a private cluster.

use std::fmt;
use std::path::{Path, PathBuf};

use catalog::{Catalog, Migration};
use migrator::history::{History, HistoryTable};
use migrator::link::Link;
use migrator::plan::{self, Comparison, State};
use migrator::run::{self, Report};

use super::mode;
use crate::explain;
use crate::failure::{Code, Failure};
use crate::scratch;
use crate::screen::Screen;
use crate::snapshot::{self, Committed};

/// What the committed file claims about a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The schema after the migrations that are applied.
    Now(Box<Catalog>),
    /// The schema after all migrations; some of them are pending.
    Later,
    /// Nothing, for this reason.
    Nothing(String),
}

/// What the file claims about a database in which `applied` of `all` migrations are applied, and perhaps a part of the next.
pub fn claim(
    committed: &Committed,
    applied: &[Migration],
    is_half: bool,
    all: &[Migration],
) -> Claim {
    let file = match committed {
        Committed::Snapshot(file) => file,
        Committed::Missing => return Claim::Nothing("it does not exist".to_owned()),
        Committed::Unusable(reason) => return Claim::Nothing(reason.clone()),
    };
    if file.migrations == applied && !is_half {
        return Claim::Now(Box::new(file.catalog.clone()));
    }
    if file.migrations == all {
        return Claim::Later;
    }
    Claim::Nothing(match (is_half, file.migrations.last()) {
        (true, _) => "a migration was applied in part".to_owned(),
        (false, None) => "it was written before any migration".to_owned(),
        (false, Some(last)) => format!(
            "it was written after {} migrations up to {}, and other migrations are applied",
            file.migrations.len(),
            last.file_name()
        ),
    })
}

/// What a history holds, as a snapshot remembers it.
pub struct AppliedMigrations {
    /// The migrations that are applied.
    pub applied: Vec<Migration>,
    /// Whether another one is applied in part.
    pub is_half: bool,
}

/// What a history holds as applied.
pub fn applied(history: &History) -> AppliedMigrations {
    let (done, part): (Vec<_>, Vec<_>) = history.rows.iter().partition(|row| row.is_applied());
    let listed = done.into_iter().map(|row| Migration {
        version: row.version,
        name: row.name.clone(),
        checksum: row.checksum.clone(),
    });
    AppliedMigrations {
        applied: listed.collect(),
        is_half: !part.is_empty(),
    }
}

/// What a database holds that no migration was applied to: the extensions of `found` are its administrator's.
pub fn nothing(found: &Catalog) -> Catalog {
    Catalog {
        extensions: found.extensions.clone(),
        ..Catalog::default()
    }
}

/// What a database must hold, and what says so.
#[derive(Debug)]
pub struct Expected {
    pub catalog: Catalog,
    pub source: Source,
}

/// What says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// That no migration is applied.
    Nothing,
    /// The committed snapshot, by the path that people see.
    File(PathBuf),
    /// A private cluster of this major version, with these migrations applied.
    Cluster { range: String, major: String },
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Nothing => f.write_str("an empty database"),
            Source::File(shown) => write!(f, "{}", shown.display()),
            Source::Cluster { range, .. } => write!(f, "a private cluster with {range} applied"),
        }
    }
}

/// What is known about a database without a private cluster.
#[derive(Debug)]
pub enum Said {
    /// That no migration is applied.
    Nothing,
    /// What the committed snapshot says, which people see under this path.
    File(Box<Catalog>, PathBuf),
}

impl Said {
    /// What the database must hold whose catalog is `found`.
    pub fn expected(self, found: &Catalog) -> Expected {
        match self {
            Said::Nothing => Expected {
                catalog: nothing(found),
                source: Source::Nothing,
            },
            Said::File(catalog, shown) => Expected {
                catalog: *catalog,
                source: Source::File(shown),
            },
        }
    }
}

/// What is known about a database with this history, before its catalog is read and without a private cluster.
///
/// # Errors
/// Why the committed file does not say.
pub fn said(
    committed: &Committed,
    shown: &Path,
    migrations: &[plan::Migration],
    history: &History,
) -> Result<Said, String> {
    let AppliedMigrations { applied, is_half } = applied(history);
    if applied.is_empty() && !is_half {
        return Ok(Said::Nothing);
    }
    match claim(committed, &applied, is_half, &snapshot::listed(migrations)) {
        Claim::Now(catalog) => Ok(Said::File(catalog, shown.to_owned())),
        Claim::Later => {
            Err("it describes the result of all migrations, and not all are applied".to_owned())
        }
        Claim::Nothing(why) => Err(why),
    }
}

/// The same from a private cluster that the applied migrations, and the completed part of one that is applied in part, are run on.
///
/// # Errors
/// If applied files are not as they were applied, or no private cluster is available.
pub fn made(
    link: &mut dyn Link,
    report: &Report,
    schemas: &[String],
    migrations: &[plan::Migration],
    found: &Catalog,
    screen: &mut Screen,
) -> Result<Expected, Failure> {
    let done = done(migrations, &report.history)?;
    let range = range(&done, &report.history);
    screen.progress(format!(
        "applying {range} to a private cluster, for comparison"
    ));
    let made = scratch::catalog(link, &report.facts, schemas, mode(report), &done, &found.extensions)
        .map_err(|error| match error {
            scratch::Error::Unavailable { message, next } => {
                let failure = Failure::new(Code::Failed, message).note(
                    "why",
                    "the committed snapshot does not describe what is applied, so the migrations are applied to a private cluster",
                );
                let failure = failure.note("state", "nothing was compared or written");
                match next {
                    Some(next) => failure.next(next),
                    None => failure,
                }
            }
            scratch::Error::Failed(failure) => failure,
        })?;
    Ok(Expected {
        catalog: made.catalog,
        source: Source::Cluster {
            range,
            major: made.major,
        },
    })
}

/// The applied migrations, and the completed steps of a partly applied one.
pub fn done(
    migrations: &[plan::Migration],
    history: &History,
) -> Result<Vec<plan::Migration>, Failure> {
    let migrations = plan::fit(migrations, history);
    let Comparison { states, mismatches } = plan::compare(&migrations, history);
    if let Some(mismatch) = mismatches.first() {
        let failure = Failure::with(Code::Found, explain::mismatch(mismatch));
        return Err(failure.state(
            "the applied migrations fail on a private cluster: nothing was compared or written",
        ));
    }
    let mut done = Vec::new();
    for (migration, state) in migrations.iter().zip(states) {
        let steps = match state {
            State::Applied => migration.steps.len(),
            State::Half { steps_done } if steps_done > 0 => steps_done,
            State::Half { .. } | State::Pending | State::Changed => continue,
        };
        let mut migration = migration.clone();
        migration.steps.truncate(steps);
        done.push(migration);
    }
    Ok(done)
}

/// `001`, `001 to 003`, or `001 to 002 and the completed part of 003`
fn range(migrations: &[plan::Migration], history: &History) -> String {
    let is_half = |it: &plan::Migration| {
        let row = history.row(it.file.version);
        row.is_some_and(|row| !row.is_applied())
    };
    match migrations {
        [only] if is_half(only) => format!("the completed part of {:03}", only.file.version),
        [whole @ .., last] if is_half(last) => {
            let whole = range(whole, history);
            format!("{whole} and the completed part of {:03}", last.file.version)
        }
        [] => "no migration".to_owned(),
        [only] => format!("{:03}", only.file.version),
        [first, .., last] => format!("{:03} to {:03}", first.file.version, last.file.version),
    }
}

/// Whether another run has changed the history since it was read: what was found then is its work, and no drift.
pub fn is_overtaken(
    link: &mut dyn Link,
    table: &HistoryTable,
    history: &History,
) -> Result<bool, Failure> {
    let now = run::read(link, table, None).map_err(|error| explain::run(&error, &[]))?;
    Ok(now.history.rows != history.rows)
}

#[cfg(test)]
pub(super) mod tests {
    use catalog::Snapshot;

    use super::*;

    pub fn migrations(names: &[&str]) -> Vec<Migration> {
        let one = |(index, name): (usize, &&str)| Migration {
            version: index as u32 + 1,
            name: (*name).to_owned(),
            checksum: format!("checksum of {name}"),
        };
        names.iter().enumerate().map(one).collect()
    }

    pub fn catalog(labels: &[&str]) -> Catalog {
        Catalog {
            enums: vec![catalog::Enum {
                schema: "public".to_owned(),
                name: "mood".to_owned(),
                comment: None,
                labels: labels.iter().map(|&label| label.to_owned()).collect(),
            }],
            ..Catalog::default()
        }
    }

    fn file(names: &[&str], catalog: Catalog) -> Committed {
        Committed::Snapshot(Box::new(Snapshot {
            migrations: migrations(names),
            catalog,
        }))
    }

    #[test]
    fn a_file_speaks_of_what_is_applied_or_of_all() {
        let all = migrations(&["a", "b", "c"]);
        let now = |committed: &Committed, applied: usize, is_half| {
            claim(committed, &all[..applied], is_half, &all)
        };
        let two = file(&["a", "b"], catalog(&["x"]));
        assert_eq!(now(&two, 2, false), Claim::Now(Box::new(catalog(&["x"]))));
        assert!(matches!(now(&two, 2, true), Claim::Nothing(_)));
        assert!(matches!(now(&two, 1, false), Claim::Nothing(_)));
        assert!(matches!(now(&two, 3, false), Claim::Nothing(_)));
        let three = file(&["a", "b", "c"], catalog(&["x"]));
        assert_eq!(now(&three, 2, false), Claim::Later);
        assert_eq!(now(&three, 2, true), Claim::Later);
        let edited = file(&["a", "b", "other"], catalog(&["x"]));
        assert!(matches!(now(&edited, 2, false), Claim::Nothing(_)));
        assert!(matches!(
            now(&Committed::Missing, 2, false),
            Claim::Nothing(_)
        ));
    }
}
