//! The migrations of test databases: their folder, what is in it, and how the project wants them run.

use std::path::{Path, PathBuf};

use super::Error;
use super::names::digest;
use crate::history::HistoryTable;
use crate::plan::{Migration, Selection};
use crate::run::Options;
use crate::settings;
use crate::source::{self, File};

/// The folder that is looked for.
const MIGRATIONS: &str = "migrations";

/// The migrations, read.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
    files: Vec<File>,
    history: HistoryTable,
}

impl Files {
    /// Reads the folder: the given one, which counts from the package whose test this is, or the nearest one called `migrations`.
    pub(super) fn read(given: Option<&Path>) -> Result<Files, Error> {
        let package = package()?;
        let folder = match given {
            Some(given) => package.join(given),
            None => nearest(&package).ok_or_else(|| lacking(&package))?,
        };
        let files = source::read_dir(&folder)?;
        let root = folder.parent().unwrap_or(&folder);
        let settings = settings::read(root)
            .map_err(|error| Error(format!("{}/{error}\nnext: {}", root.display(), error.next)))?;
        Ok(Files {
            folder,
            files,
            history: settings.history,
        })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files up to this number, or all.
    pub(super) fn to(&self, last: Option<u32>) -> Result<&[File], Error> {
        let Some(last) = last else {
            return Ok(&self.files);
        };
        match self.files.iter().position(|file| file.version == last) {
            Some(at) => Ok(&self.files[..=at]),
            None => {
                let folder = self.folder.display();
                let found = match self.files.last() {
                    Some(file) => format!("the last one is {}", file.title()),
                    None => "it is empty".to_owned(),
                };
                Err(Error(format!(
                    "{folder} has no migration {last:03}: {found}"
                )))
            }
        }
    }

    /// A digest of these files, so of the database that they make.
    pub(super) fn digest(&self, last: Option<u32>) -> Result<String, Error> {
        let schema = self.history.schema.as_deref().unwrap_or_default();
        let mut parts = vec![schema, &self.history.table];
        for file in self.to(last)? {
            parts.extend([file.name.as_str(), &file.checksum]);
        }
        Ok(digest(&parts))
    }

    /// The migrations, and how to run them up to this number.
    pub(super) fn plan(&self, last: Option<u32>) -> Result<(Vec<Migration>, Options), Error> {
        let migrations: Result<Vec<_>, _> =
            self.files.iter().cloned().map(Migration::parse).collect();
        let options = Options {
            selection: last.map_or(Selection::All, Selection::To),
            history: self.history.clone(),
            ..Options::default()
        };
        Ok((migrations?, options))
    }
}

/// The folder of the package whose test this is.
pub(super) fn package() -> Result<PathBuf, Error> {
    match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(package) => Ok(PathBuf::from(package)),
        None => std::env::current_dir().map_err(Error::because),
    }
}

fn nearest(package: &Path) -> Option<PathBuf> {
    let mut found = package.ancestors().map(|dir| dir.join(MIGRATIONS));
    found.find(|dir| dir.is_dir())
}

fn lacking(package: &Path) -> Error {
    Error(format!(
        "there is no folder {MIGRATIONS} in {} or above it\nnext: name the folder, `TestDatabases::of(\"path/from/the/package\")`",
        package.display()
    ))
}
