//! Migrations as they are sent to a PostgreSQL without TimescaleDB. Pure.

use sql::statement::Reason;

use super::{Migration, StepKind};
use crate::link::ServerError;
use crate::plain::Rewriter;
use crate::plain::rewrite::does_nothing;
use crate::server_error::quoted;
use crate::source::TextError;

/// The migrations in plain mode: the same steps, with other text for the statements that PostgreSQL does not know. Applied steps do not run
/// again, and may be ones that only an earlier version accepted.
///
/// # Errors
/// If a statement needs TimescaleDB itself.
pub fn plain(
    migrations: &[Migration],
    is_applied: &dyn Fn(&Migration) -> bool,
) -> Result<Vec<Migration>, TextError> {
    let rewriter = rewriter(migrations);
    let plain = migrations.iter().map(|it| match of(it, &rewriter) {
        Err(_) if is_applied(it) => Ok(it.clone()),
        other => other,
    });
    plain.collect()
}

/// Whether the server refused SQL in a function, or in a string that a function executes, which would have been rewritten in a file.
///
/// Errors in a function have a context.
pub fn is_unseen(error: &ServerError, migrations: &[Migration]) -> bool {
    error.context.is_some() && rewriter(migrations).is_unseen(&error.code, quoted(&error.message))
}

fn rewriter(migrations: &[Migration]) -> Rewriter {
    Rewriter::new(migrations.iter().flat_map(statements))
}

fn statements(migration: &Migration) -> impl Iterator<Item = &str> {
    let ranges = migration.steps.iter().flat_map(|step| &step.statements);
    ranges.map(|range| &migration.file.text[range.clone()])
}

fn of(migration: &Migration, rewriter: &Rewriter) -> Result<Migration, TextError> {
    let mut plain = migration.clone();
    for step in &mut plain.steps {
        for range in &step.statements {
            let text = &migration.file.text[range.clone()];
            let rewriting = rewriter.rewrite(text).map_err(|error| {
                let offset = range.start + error.range.start;
                TextError::at(&migration.file, offset, error.to_string())
            })?;
            if rewriting.edits.is_empty() && !does_nothing(text) {
                continue;
            }
            // TimescaleDB refuses it in a transaction, or needs a separate session for it.
            if matches!(
                step.kind,
                StepKind::Alone(Reason::AggregateWithData | Reason::CommitsByItself)
                    | StepKind::FreshSession
            ) {
                step.kind = StepKind::Transaction { begin: None };
            }
            if !rewriting.edits.is_empty() {
                plain.rewritten.insert(range.start, rewriting);
            }
        }
    }
    Ok(plain)
}

#[cfg(all(test, feature = "plain"))]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::File;

    fn plain_of(text: &str) -> Result<Migration, TextError> {
        let file = File::new(Path::new("001_a.sql"), text.as_bytes().to_vec()).unwrap();
        let migrations = [Migration::parse(file).unwrap()];
        plain(&migrations, &|_| false).map(|mut plain| plain.remove(0))
    }

    #[test]
    fn what_is_rewritten_shares_a_transaction_and_steps_stay_where_they_are() {
        let text = "CREATE EXTENSION timescaledb;\nALTER EXTENSION timescaledb UPDATE;\n\
                    CREATE MATERIALIZED VIEW v WITH (timescaledb.continuous) AS SELECT 1 WITH DATA;\n\
                    CALL refresh_continuous_aggregate('v', NULL, NULL);\nSELECT 1;\n\
                    -- migrate: alone\nALTER TABLE t SET (timescaledb.compress);\n";
        let file = File::new(Path::new("001_a.sql"), text.as_bytes().to_vec()).unwrap();
        let written = Migration::parse(file).unwrap();
        let plain = plain_of(text).unwrap();
        let places = |it: &Migration| it.steps.iter().map(|step| step.range()).collect::<Vec<_>>();
        assert_eq!(places(&plain), places(&written));
        let alone: Vec<bool> = plain
            .steps
            .iter()
            .map(|step| !matches!(step.kind, StepKind::Transaction { .. }))
            .collect();
        assert_eq!(alone, [false, false, false, false, false, true]);
        assert_eq!(plain.rewritten.len(), 4);
        assert_eq!(plain.checksum(2), written.checksum(2));
    }

    #[test]
    fn what_is_not_supported_names_its_place() {
        let error = plain_of("SELECT 1;\n\nCALL merge_chunks('a', 'b');\n").unwrap_err();
        assert_eq!((error.line, error.column), (3, 6));
        insta::assert_snapshot!(error);
    }
}
