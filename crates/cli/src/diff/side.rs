//! One side of the comparison: the snapshot and the descriptions of the queries, from a git revision or from files.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use catalog::{Catalog, Snapshot, TypeRef};
use codegen::{Choices, Errors, Surface};
use migrator::settings::{self, Settings};
use queries::Described;

use crate::failure::{Code, Failure};
use crate::git;
use crate::project::Project;

/// What the database says of the queries, beside the snapshot.
const QUERIES: &str = "queries.json";

/// What is compared.
pub struct Side {
    /// Where it is from, for people.
    pub source: String,
    pub snapshot: Snapshot,
    pub surface: Surface,
    pub queries: Described,
    /// The Rust types of the queries' types, by those in SQL.
    rust_types: HashMap<String, String>,
}

/// Where a side is from.
enum Place<'a> {
    /// A git revision.
    Revision {
        revision: &'a str,
        /// What people call it.
        name: &'a str,
    },
    /// A snapshot file.
    File(PathBuf),
}

impl Side {
    /// The snapshot that `named` is, or that is in the git revision of that name.
    pub fn named(project: &Project, named: &str) -> Result<Side, Failure> {
        let is_file = named.ends_with(".json") && Path::new(named).is_file();
        if is_file {
            return Side::read(project, &Place::File(named.into()));
        }
        if git::commit(project.root(), named).is_none() {
            let message = format!("`{named}` is no git revision, and no snapshot file");
            return Err(Failure::new(Code::Usage, message)
                .note("state", "nothing was compared")
                .next("name a revision (`main`, `v1.2`, `HEAD~3`) or a file that ends in .json"));
        }
        Side::at(project, named, named)
    }

    /// The snapshot of a git revision, which people call `name`.
    pub fn at(project: &Project, revision: &str, name: &str) -> Result<Side, Failure> {
        Side::read(project, &Place::Revision { revision, name })
    }

    /// The project's snapshot as it is.
    pub fn here(project: &Project) -> Result<Side, Failure> {
        let path = project.snapshot_file(None)?;
        if !path.is_file() {
            let message = format!("{} is not there", project.shown(&path).display());
            return Err(Failure::new(Code::Failed, message).next("cargo xtask migrate"));
        }
        Side::read(project, &Place::File(path))
    }

    fn read(project: &Project, place: &Place<'_>) -> Result<Side, Failure> {
        let settings = place.settings(project)?;
        let choices = &timeschema_build::choices(&settings);
        let path = place.snapshot(project, &settings)?;
        let shown = project.shown(&path).display().to_string();
        let source = match place {
            Place::File(_) => shown.clone(),
            Place::Revision { name, .. } => format!("{shown} of {name}"),
        };
        let refuse = |message: String| {
            // What is wrong with a snapshot ends in how to renew it, which does not help with an old one.
            let message = message.replace(": run `cargo xtask migrate`", "");
            let failure = Failure::new(Code::Failed, format!("{source}: {message}"));
            let failure = failure.note("state", "nothing was compared");
            failure.next("`cargo xtask migrate` writes schema.json anew; name a revision whose file can be read")
        };
        let text = place.text(project, &path).map_err(&refuse)?;
        let snapshot = match text {
            Some(text) => Snapshot::parse(&text).map_err(|error| refuse(error.to_string()))?,
            // Before the project had a schema, everything is new.
            None => Snapshot {
                migrations: Vec::new(),
                catalog: Catalog::default(),
            },
        };
        let beside = path.with_file_name(QUERIES);
        let queries = match place.text(project, &beside).map_err(&refuse)? {
            Some(text) => Described::parse(&text).map_err(|error| refuse(error.to_string()))?,
            None => Described::default(),
        };
        let surface = codegen::surface(&snapshot.catalog, choices)
            .map_err(|error| refuse(error.to_string()))?;
        let rust_types = rust_types(&snapshot.catalog, &queries, choices)
            .map_err(|error| refuse(error.to_string()))?;
        Ok(Side {
            source,
            rust_types,
            snapshot,
            surface,
            queries,
        })
    }

    /// A snapshot without queries; `None` if no code can be generated for it.
    pub fn of(source: &str, snapshot: Snapshot, choices: &Choices) -> Option<Side> {
        Some(Side {
            source: source.to_owned(),
            surface: codegen::surface(&snapshot.catalog, choices).ok()?,
            snapshot,
            queries: Described::default(),
            rust_types: HashMap::new(),
        })
    }

    /// The Rust type of a query's type.
    pub fn rust_type<'a>(&'a self, ty: &'a queries::Type) -> &'a str {
        self.rust_types.get(&ty.sql).unwrap_or(&ty.sql)
    }

    /// The migrations, for people: `001 to 003`.
    pub fn migrations(&self) -> String {
        let migrations = &self.snapshot.migrations;
        match (migrations.first(), migrations.last()) {
            (Some(first), Some(last)) if first.version != last.version => {
                format!("{:03} to {:03}", first.version, last.version)
            }
            (Some(first), _) => format!("{:03}", first.version),
            _ => "no schema yet".to_owned(),
        }
    }
}

/// The Rust types of all types that the queries have.
fn rust_types(
    catalog: &Catalog,
    described: &Described,
    choices: &Choices,
) -> Result<HashMap<String, String>, Errors> {
    let types = described.queries.iter().flat_map(|it| {
        let parameters = it.parameters.iter().map(|it| &it.ty);
        parameters.chain(it.columns.iter().map(|it| &it.ty))
    });
    let types = types.map(|it| TypeRef {
        sql: it.sql.clone(),
        schema: it.schema.clone(),
        name: it.name.clone(),
        array: it.array,
    });
    let types: Vec<TypeRef> = types.collect();
    let rust = codegen::rust_types(catalog, &types, choices)?;
    Ok(types.into_iter().map(|it| it.sql).zip(rust).collect())
}

impl Place<'_> {
    /// The project's settings there: the folder of the schema crate may be another one than here.
    fn settings(&self, project: &Project) -> Result<Settings, Failure> {
        let Place::Revision { revision, name } = self else {
            return project.settings();
        };
        let text = git::text_at(revision, project.root(), Path::new(settings::FILE));
        let read = settings::parse(&text.unwrap_or_default());
        read.map_err(|error| {
            let message = format!("{} of {name}: {}", settings::FILE, error.message);
            Failure::new(Code::Failed, message)
                .note("state", "nothing was compared")
                .next("name a revision whose file can be read")
        })
    }

    /// The snapshot file there. Of a revision, its path in the project.
    fn snapshot(&self, project: &Project, settings: &Settings) -> Result<PathBuf, Failure> {
        let revision = match self {
            Place::Revision { revision, .. } => revision,
            Place::File(path) => return Ok(path.clone()),
        };
        let path = project.snapshot_of(settings);
        if git::text_at(revision, project.root(), &path).is_some() {
            return Ok(path);
        }
        // Where xtask names the crate, only git knows that it was moved.
        let here = project.snapshot_of(&project.settings()?);
        Ok(git::moved_since(revision, project.root(), &here).unwrap_or(path))
    }

    /// The text of a file there; `None` if there is none.
    fn text(&self, project: &Project, path: &Path) -> Result<Option<String>, String> {
        let text = match self {
            Place::Revision { revision, .. } => git::text_at(revision, project.root(), path),
            Place::File(_) => match fs::read_to_string(path) {
                Ok(text) => Some(text),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => return Err(error.to_string()),
            },
        };
        Ok(text.map(|text| text.replace("\r\n", "\n")))
    }
}
