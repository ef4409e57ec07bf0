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

/// The files that the text depends on, in `folder`. Cargo takes a file that does not exist for one that changed in each build.
pub fn watched(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let paths = [FOLDER, FILE].map(|it| folder.join(it));
    paths.into_iter().filter(|path| path.exists())
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
    let mut stale = Vec::new();
    let mut known = 0;
    for file in files {
        for query in &file.queries {
            let name = format!("{}.{}", file.module, query.name);
            match described.find(&file.module, &query.name) {
                None => stale.push(format!("{name} (not in it)")),
                Some(it) if it.checksum != query.checksum() => {
                    stale.push(format!("{name} (changed since)"));
                    known += 1;
                }
                Some(_) => known += 1,
            }
        }
    }
    if known < described.queries.len() {
        let is_there = |module: &str, name: &str| {
            let mut files = files.iter().filter(|file| file.module == module);
            files.any(|file| file.queries.iter().any(|query| query.name == name))
        };
        let gone = described
            .queries
            .iter()
            .filter(|it| !is_there(&it.module, &it.name));
        stale.extend(gone.map(|it| format!("{}.{} (removed since)", it.module, it.name)));
    }
    if !stale.is_empty() {
        return Err(format!(
            "it does not match the queries: {}: run `cargo xtask migrate`",
            stale.join(", ")
        ));
    }
    let is_empty = described.queries.is_empty();
    if !is_empty && described.schema != queries::fingerprint(catalog) {
        return Err(
            "it was written for another schema than schema.json: run `cargo xtask migrate`"
                .to_owned(),
        );
    }
    Ok(described)
}
