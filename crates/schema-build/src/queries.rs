//! The queries: their files, checked against `queries.json`, as Rust text.

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use catalog::Catalog;
use codegen::{Choices, QueryFile};
use queries::{Described, File};

use crate::root;

/// The folder of the queries, and what is kept of them.
const FOLDER: &str = "queries";
const FILE: &str = "queries.json";

/// What the text depends on, in `folder`. Cargo takes a path that does not exist for one that changed in each build. So the folder itself is
/// watched while there are no queries, unless the build writes into it.
pub fn watched(folder: &Path, out: &Path) -> Vec<PathBuf> {
    let paths = [FOLDER, FILE].map(|it| folder.join(it));
    if paths.iter().all(|path| path.exists()) {
        return paths.into();
    }
    let is_written = match (folder.canonicalize(), out.canonicalize()) {
        (Ok(folder), Ok(out)) => out.starts_with(folder),
        _ => true,
    };
    let folder = (!is_written).then(|| folder.to_owned());
    paths
        .into_iter()
        .filter(|path| path.exists())
        .chain(folder)
        .collect()
}

/// The Rust text of the queries in `folder`, for the crate in the folder `package`.
pub fn generate(
    folder: &Path,
    package: &Path,
    catalog: &Catalog,
    choices: &Choices,
) -> Result<String, Box<dyn Error>> {
    let shown = |text: String| root::shown(&text, package);
    let files = queries::read_dir(&folder.join(FOLDER)).map_err(|errors| {
        let errors: Vec<String> = errors
            .iter()
            .map(|error| shown(error.to_string()))
            .collect();
        errors.join("; ")
    })?;
    let described = described(&folder.join(FILE), &files, catalog)
        .map_err(|error| shown(format!("{}: {error}", folder.join(FILE).display())))?;
    let paths: Vec<String> = files
        .iter()
        .map(|file| shown(file.path.display().to_string()))
        .collect();
    let modules = files.iter().zip(&paths).map(|(file, path)| QueryFile {
        module: &file.module,
        path,
        text: &file.text,
        queries: file
            .queries
            .iter()
            .filter_map(|query| Some((query, described.find(&file.module, &query.name)?)))
            .collect(),
    });
    let text = codegen::generate_queries(catalog, choices, &modules.collect::<Vec<_>>());
    text.map_err(|error| shown(format!("{}: {error}", folder.join(FILE).display())).into())
}

/// What the file says, if it is of these queries and this schema.
fn described(path: &Path, files: &[File], catalog: &Catalog) -> Result<Described, String> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let is_needed = files.iter().any(|file| !file.queries.is_empty());
            return if is_needed {
                Err("it does not exist: run `cargo xtask migrate`".to_owned())
            } else {
                Ok(Described::default())
            };
        }
        Err(error) => return Err(format!("it cannot be read: {error}")),
    };
    let described = Described::parse(&text).map_err(|error| error.to_string())?;
    described
        .check(files, catalog)
        .map_err(|mismatch| mismatch.to_string())?;
    Ok(described)
}
