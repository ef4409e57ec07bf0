//! Where the project is that a schema crate belongs to.

use std::path::{Path, PathBuf};

use migrator::settings;

/// The folder of the migrations below the root, unless `timeschema.toml` names another.
pub const MIGRATIONS: &str = "migrations";

/// The nearest folder that contains `timeschema.toml` or `migrations/`: the package's folder, or one above it, as a path from the
/// package's.
pub fn find(package: &Path) -> Result<PathBuf, String> {
    let is_root =
        |folder: &Path| folder.join(settings::FILE).is_file() || folder.join(MIGRATIONS).is_dir();
    let Some(above) = package.ancestors().position(is_root) else {
        return Err(format!(
            "neither {} nor a folder above it holds {MIGRATIONS}/ or {}: move the crate into the project, or name the project's folder with \
             timeschema_build::Builder::new().root(\"…\")",
            package.display(),
            settings::FILE
        ));
    };
    Ok(std::iter::repeat_n("..", above).collect())
}

/// An error's text with paths as they are typed in the package's folder.
pub fn shown(text: &str, package: &Path) -> String {
    text.replace(&format!("{}/", package.display()), "")
}
