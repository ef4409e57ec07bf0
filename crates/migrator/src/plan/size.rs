//! Whether each pending step is short enough to be sent. Pure.

use std::path::PathBuf;

use super::Pending;
use crate::source::Lines;

/// The most bytes that a step may have: PostgreSQL accepts no longer message, and no longer string in a function.
pub const LONGEST_STEP: usize = (1 << 30) - 1;

/// A step that is too long to be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("step {} of {title} has {bytes} bytes, and a step may have {LONGEST_STEP}", .step + 1)]
pub struct TooLong {
    /// The migration's number.
    pub version: u32,
    /// Number and name: `004 load`.
    pub title: String,
    /// Its file.
    pub path: PathBuf,
    /// Index of the step.
    pub step: usize,
    /// Its lines in the file.
    pub lines: Lines,
    /// How long it is.
    pub bytes: usize,
}

/// Whether no pending step is longer than `longest`; the error names the first that is.
pub fn check_sizes(pending: &[Pending<'_>], longest: usize) -> Result<(), Box<TooLong>> {
    for pending in pending {
        let migration = pending.migration;
        let steps = migration.steps.iter().enumerate().skip(pending.steps_done);
        for (index, step) in steps {
            let bytes = step.range().len();
            if bytes > longest {
                return Err(Box::new(TooLong {
                    version: migration.file.version,
                    title: migration.file.title(),
                    path: migration.file.path.clone(),
                    step: index,
                    lines: migration.lines(step),
                    bytes,
                }));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::plan::Migration;
    use crate::source::File;

    #[test]
    fn the_first_step_that_is_too_long_is_named() {
        let text = "SELECT 1;\nVACUUM;\nSELECT 'long enough';\nSELECT 2;\n";
        let file = File::new(Path::new("004_load.sql"), text.as_bytes().to_vec()).unwrap();
        let migration = Migration::parse(file).unwrap();
        let pending = |steps_done| {
            [Pending {
                migration: &migration,
                steps_done,
            }]
        };
        assert_eq!(check_sizes(&pending(0), 30), Ok(()));
        let error = check_sizes(&pending(0), 29).unwrap_err();
        assert_eq!(
            (error.step, error.lines, error.bytes, error.title.as_str()),
            (2, Lines { first: 3, last: 4 }, 30, "004 load")
        );
        // What is done is not sent.
        assert_eq!(check_sizes(&pending(3), 1), Ok(()));
        assert_eq!(check_sizes(&[], 0), Ok(()));
    }
}
