//! The committed snapshot: the migrations that made a schema and the catalog after the last of them, as one canonical text.
//!
//! Canonical means that equal snapshots are equal bytes: sorted lists, one form of JSON, a newline at the end. Two branches that
//! add a migration under the same number change the same lines of it, so git reports the conflict before a database can.
//! Reading and writing the file is the caller's.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::json::{JsonError, ToJson, Writer, compact, from_text, object, pretty, record};
use crate::model::Catalog;

/// Version of the file's format. A reader refuses any other.
pub const FORMAT: u32 = 1;

const ABOUT: &str = "The database's schema after the last migration, written by `cargo xtask migrate`. Do not edit: run it again.";

object! {
    /// A migration as the snapshot remembers it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Migration {
        /// Its number.
        pub version: u32,
        /// Its name, without number and ending: `initial_schema`.
        pub name: String,
        /// SHA-256 of its text in hexadecimal, without BOM and with CRLF as LF.
        pub checksum: String,
    }
}

impl Migration {
    /// The name of the file: `001_initial_schema.sql`.
    pub fn file_name(&self) -> String {
        format!("{:03}_{}.sql", self.version, self.name)
    }
}

/// A schema and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Every migration, by number.
    pub migrations: Vec<Migration>,
    /// The catalog after the last.
    pub catalog: Catalog,
}

/// Why a text is not a snapshot. Every message ends with what to type next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The text is empty.
    #[error("the snapshot is empty: run `cargo xtask migrate`")]
    Empty,
    /// The text contains git's conflict markers.
    #[error(
        "line {line} of the snapshot is a merge conflict: give each branch's migration its own number, \
         then run `cargo xtask migrate`"
    )]
    Conflict {
        /// Line of the first marker, counted from 1.
        line: usize,
    },
    /// The text ends in the middle.
    #[error("the snapshot ends too early, at {line}:{column}: run `cargo xtask migrate`")]
    Truncated {
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
    },
    /// The text is not JSON, or not of the form that this version writes.
    #[error("the snapshot cannot be read at {line}:{column} ({cause}): run `cargo xtask migrate`")]
    Malformed {
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
        /// What is wrong there.
        cause: String,
    },
    /// The format is not [`FORMAT`].
    #[error(
        "the snapshot has format {found}, and this version knows only {FORMAT}: run `cargo xtask migrate`"
    )]
    Format {
        /// The format that the text says it has.
        found: i64,
    },
    /// The fingerprint does not match the content.
    #[error(
        "the snapshot was edited by hand: its fingerprint does not match: run `cargo xtask migrate`"
    )]
    Edited,
}

/// How the given migrations differ from a snapshot's. The message names the files and ends with what to type next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// Files that the snapshot does not know.
    pub extra: Vec<String>,
    /// Files whose text has changed since the snapshot was written.
    pub changed: Vec<String>,
    /// Files that the snapshot was made from and that no longer exist.
    pub missing: Vec<String>,
}

impl std::error::Error for Mismatch {}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<String> = [
            (&self.extra, "not in it"),
            (&self.changed, "changed since"),
            (&self.missing, "removed since"),
        ]
        .into_iter()
        .filter(|(files, _)| !files.is_empty())
        .map(|(files, what)| format!("{} ({what})", files.join(", ")))
        .collect();
        write!(
            f,
            "the snapshot does not match the migrations: {}: run `cargo xtask migrate`",
            parts.join("; ")
        )
    }
}

object! {
    /// The file as it stands.
    struct File {
        about: String,
        format: u32,
        fingerprint: String,
        migrations: Vec<Migration>,
        catalog: Catalog,
    }
}

record! {
    /// As much of a file as every format has.
    struct AnyFormat {
        format: i64,
    }
}

/// What the fingerprint is of: an array of the format, the migrations and the catalog.
struct Content<'a>(&'a Snapshot);

impl ToJson for Content<'_> {
    fn to_json(&self, writer: &mut Writer) {
        let values: [&dyn ToJson; 3] = [&FORMAT, &self.0.migrations, &self.0.catalog];
        writer.open('[');
        for value in values {
            writer.item();
            value.to_json(writer);
        }
        writer.close(']');
    }
}

impl Snapshot {
    /// The canonical text, with a newline at its end.
    pub fn to_text(&self) -> String {
        let file = File {
            about: ABOUT.to_owned(),
            format: FORMAT,
            fingerprint: self.fingerprint(),
            migrations: self.migrations.clone(),
            catalog: self.catalog.clone(),
        };
        pretty(&file) + "\n"
    }

    /// SHA-256 over the migrations and the catalog, in hexadecimal: equal for equal schemas from equal migrations.
    pub fn fingerprint(&self) -> String {
        let content = compact(&Content(self));
        Sha256::digest(content.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The snapshot that a text holds.
    ///
    /// # Errors
    /// If the content was not written by [`Snapshot::to_text`] of this version.
    pub fn parse(text: &str) -> Result<Snapshot, SnapshotError> {
        if text.trim().is_empty() {
            return Err(SnapshotError::Empty);
        }
        if let Some(line) = text.lines().position(is_conflict_marker) {
            return Err(SnapshotError::Conflict { line: line + 1 });
        }
        let file = match from_text::<File>(text) {
            Ok(file) if file.format == FORMAT => file,
            // What another format holds does not matter.
            read => {
                let any: AnyFormat = from_text(text).map_err(malformed)?;
                if any.format != i64::from(FORMAT) {
                    return Err(SnapshotError::Format { found: any.format });
                }
                read.map_err(malformed)?
            }
        };
        let snapshot = Snapshot {
            migrations: file.migrations,
            catalog: file.catalog,
        };
        if snapshot.fingerprint() == file.fingerprint {
            Ok(snapshot)
        } else {
            Err(SnapshotError::Edited)
        }
    }

    /// The same of a text that [`Snapshot::parse`] has accepted, as when the program that embeds it was built: the fingerprint is not
    /// computed again.
    ///
    /// # Errors
    /// If the text has a different form.
    pub fn parse_known(text: &str) -> Result<Snapshot, SnapshotError> {
        let file: File = from_text(text).map_err(malformed)?;
        Ok(Snapshot {
            migrations: file.migrations,
            catalog: file.catalog,
        })
    }

    /// Whether the snapshot was made from exactly these migrations.
    ///
    /// # Errors
    /// Names every file that is new, changed or gone.
    pub fn check(&self, migrations: &[Migration]) -> Result<(), Mismatch> {
        let (known, found) = (by_name(&self.migrations), by_name(migrations));
        let mut mismatch = Mismatch::default();
        for migration in migrations {
            let name = migration.file_name();
            match known.get(&name) {
                None => mismatch.extra.push(name),
                Some(known) if *known != migration => mismatch.changed.push(name),
                Some(_) => {}
            }
        }
        let names = self.migrations.iter().map(Migration::file_name);
        mismatch.missing = names.filter(|name| !found.contains_key(name)).collect();
        if mismatch == Mismatch::default() {
            Ok(())
        } else {
            Err(mismatch)
        }
    }
}

fn by_name(migrations: &[Migration]) -> BTreeMap<String, &Migration> {
    let names = migrations.iter().map(|it| (it.file_name(), it));
    names.collect()
}

/// Git's conflict markers at the start of a line; no line of a snapshot starts so, because each is indented or a brace.
fn is_conflict_marker(line: &str) -> bool {
    ["<<<<<<<", "|||||||", "=======", ">>>>>>>"]
        .iter()
        .any(|marker| line.starts_with(marker))
}

fn malformed(error: JsonError) -> SnapshotError {
    let (line, column) = (error.line(), error.column());
    if error.is_end() {
        return SnapshotError::Truncated { line, column };
    }
    SnapshotError::Malformed {
        line,
        column,
        cause: error.cause().to_owned(),
    }
}
