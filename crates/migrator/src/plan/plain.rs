//! Migrations as a plain PostgreSQL is sent them. Pure.

use super::{Migration, StepKind, TextError};
use crate::plain::rewrite::rewrite;
use crate::statement::Reason;

/// The migrations in plain mode: the same steps, and other text for the statements that PostgreSQL does not know.
///
/// # Errors
/// When a statement asks for what only TimescaleDB can do.
pub fn plain(migrations: &[Migration]) -> Result<Vec<Migration>, TextError> {
    migrations.iter().map(of).collect()
}

fn of(migration: &Migration) -> Result<Migration, TextError> {
    let mut plain = migration.clone();
    for step in &mut plain.steps {
        for range in &step.statements {
            let rewriting = rewrite(&migration.file.text[range.clone()]).map_err(|cannot| {
                let offset = range.start + cannot.range.start;
                TextError::at(&migration.file, offset, cannot.to_string())
            })?;
            if rewriting.edits.is_empty() {
                continue;
            }
            // TimescaleDB is what refuses it in a transaction, and what needs a session of its own.
            if !matches!(
                step.kind,
                StepKind::Alone(Reason::Concurrently) | StepKind::Transaction { .. }
            ) {
                step.kind = StepKind::Transaction { begin: None };
            }
            plain.rewritten.insert(range.start, rewriting);
        }
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::File;

    fn plain_of(text: &str) -> Result<Migration, TextError> {
        let file = File::new(Path::new("001_a.sql"), text.as_bytes().to_vec()).unwrap();
        of(&Migration::parse(file).unwrap())
    }

    #[test]
    fn what_is_rewritten_shares_a_transaction_and_steps_stay_where_they_are() {
        let text = "CREATE EXTENSION timescaledb;\nALTER EXTENSION timescaledb UPDATE;\n\
                    CREATE MATERIALIZED VIEW v WITH (timescaledb.continuous) AS SELECT 1 WITH DATA;\n\
                    CALL refresh_continuous_aggregate('v', NULL, NULL);\nSELECT 1;\n";
        let file = File::new(Path::new("001_a.sql"), text.as_bytes().to_vec()).unwrap();
        let written = Migration::parse(file).unwrap();
        let plain = of(&written).unwrap();
        let places = |it: &Migration| it.steps.iter().map(|step| step.range()).collect::<Vec<_>>();
        assert_eq!(places(&plain), places(&written));
        let alone: Vec<bool> = plain
            .steps
            .iter()
            .map(|step| !matches!(step.kind, StepKind::Transaction { .. }))
            .collect();
        assert_eq!(alone, [false, false, false, true, false]);
        assert_eq!(plain.rewritten.len(), 3);
        assert_eq!(plain.checksum(2), written.checksum(2));
    }

    #[test]
    fn what_cannot_be_stood_for_names_its_place() {
        let error = plain_of("SELECT 1;\n\nCALL merge_chunks('a', 'b');\n").unwrap_err();
        assert_eq!((error.line, error.column), (3, 6));
        insta::assert_snapshot!(error);
    }
}
