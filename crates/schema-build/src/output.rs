//! The value of `SCHEMA`, as Rust text.

use std::fmt;
use std::path::Path;

use migrator::settings::Settings;
use migrator::source::File;

/// What a program was built for. `Display` is a Rust expression, which holds the files' texts by their paths.
pub struct Built<'a> {
    pub migrations: &'a [File],
    /// The migrations' folder, from the crate's.
    pub folder: &'a Path,
    /// The snapshot, from the crate's folder.
    pub snapshot: &'a Path,
    pub fingerprint: String,
    pub settings: &'a Settings,
}

impl fmt::Display for Built<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings {
            history, schemas, ..
        } = self.settings;
        writeln!(f, "::timeschema::Schema::built(")?;
        writeln!(f, "    &[")?;
        for migration in self.migrations {
            let name = migration.path.file_name().unwrap_or_default();
            let name = name.to_string_lossy();
            let path = included(&self.folder.join(&*name));
            writeln!(f, "        ({name:?}, {path}),")?;
        }
        writeln!(f, "    ],")?;
        writeln!(f, "    {},", included(self.snapshot))?;
        writeln!(f, "    {:?},", self.fingerprint)?;
        writeln!(f, "    ({:?}, {:?}),", history.schema, history.table)?;
        writeln!(f, "    &{schemas:?},")?;
        writeln!(f, "    queries::TEXTS,")?;
        writeln!(f, ")")
    }
}

/// A file's text. The path starts at the crate's folder, so the text is the same on every machine.
fn included(path: &Path) -> String {
    if path.is_absolute() {
        return format!("include_str!({:?})", path.display().to_string());
    }
    let below = format!("/{}", path.display());
    format!(r#"include_str!(concat!(env!("CARGO_MANIFEST_DIR"), {below:?}))"#)
}
