//! Keeping the snapshot file: reading the catalog, writing the file when it changed, or only checking it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use catalog::{Catalog, Difference, RelationRef, Schemas, Scope, Snapshot};
use migrator::foreign::{self, Candidate, Foreign};
use migrator::history;
use migrator::link::{Link, Rows};
use migrator::plan::Migration;
use migrator::run::Facts;
use migrator::settings;
use sql::qualified::qualified;
use sql::quote::{literal, plain};

use crate::explain;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::shell;

/// The snapshot of the database as it is now, with all migrations applied, in the `schemas` that the project includes. `probe` is the
/// answer to the catalog's probe, if already known.
pub fn take(
    link: &mut dyn Link,
    migrations: &[Migration],
    facts: &Facts,
    schemas: &[String],
    probe: Option<&Rows>,
) -> Result<Snapshot, Failure> {
    let catalog = introspect(link, facts, schemas, probe)?;
    Ok(Snapshot {
        migrations: listed(migrations),
        catalog,
    })
}

/// Migrations as the snapshot remembers them.
pub fn listed(migrations: &[Migration]) -> Vec<catalog::Migration> {
    let one = |migration: &Migration| catalog::Migration {
        version: migration.file.version,
        name: migration.file.name.clone(),
        checksum: migration.file.checksum.clone(),
    };
    migrations.iter().map(one).collect()
}

/// The catalog in the snapshot file, which must belong to these migrations: for comparing a database with it.
pub fn read(path: &Path, shown: &Path, migrations: &[Migration]) -> Result<Catalog, Failure> {
    let shown = shown.display();
    let refuse = |message: String| {
        // What is wrong with a snapshot ends in how to renew it, on a database that takes migrations.
        let message = message.replace(": run `cargo xtask migrate`", "");
        Failure::new(Code::Failed, message)
            .note("state", "nothing was compared, recorded or run")
            .next(format!(
                "create {shown} from an empty database: cargo xtask migrate --target embedded"
            ))
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text.replace("\r\n", "\n"),
        Err(error) => {
            return Err(refuse(format!(
                "{shown}, which the database is compared with, cannot be read: {error}"
            )));
        }
    };
    let snapshot = Snapshot::parse(&text).map_err(|error| refuse(format!("{shown}: {error}")))?;
    snapshot
        .check(&listed(migrations))
        .map_err(|mismatch| refuse(format!("{shown}: {mismatch}")))?;
    Ok(snapshot.catalog)
}

/// Refuses an included schema that does not exist and that none of these migrations names: if an applied one created it and somebody
/// dropped it, that is drift. The history's schema is created with it.
pub fn check_schemas(
    link: &mut dyn Link,
    included: &Included,
    migrations: &[Migration],
    facts: &Facts,
) -> Result<(), Failure> {
    let is_of_history = |name: &String| {
        Some(name) == facts.history_schema.as_ref()
            || Some(name) == facts.history_table.schema.as_ref()
    };
    let names = included.schemas.iter().filter(|name| !is_of_history(name));
    let names: Vec<String> = names.map(|name| literal(name)).collect();
    if names.is_empty() {
        return Ok(());
    }
    let sql = qualified(&format!(
        "SELECT i.name FROM unnest(ARRAY[{}]::text[]) AS i (name) \
         WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = i.name)",
        names.join(", ")
    ));
    let results = link.query(&sql).map_err(explain::asked)?;
    let is_named = |schema: &str| {
        let schema = schema.to_lowercase();
        let mut migrations = migrations.iter();
        migrations.any(|it| it.file.text.to_lowercase().contains(&schema))
    };
    let missing = results
        .iter()
        .flatten()
        .filter_map(|row| row.first()?.as_deref());
    match { missing }.find(|name| !is_named(name)) {
        None => Ok(()),
        Some(missing) => Err(included.missing(missing)),
    }
}

/// The schemas that the project includes, and the folder of the file that names them.
#[derive(Debug, Clone)]
pub struct Included {
    pub schemas: Vec<String>,
    pub root: PathBuf,
}

impl Included {
    pub fn of(project: &Project) -> Result<Included, Failure> {
        Ok(Included {
            schemas: project.settings()?.schemas,
            root: project.path(""),
        })
    }

    fn missing(&self, schema: &str) -> Failure {
        let missing = plain(schema);
        let message = format!(
            "{} includes the schema {missing}, which does not exist",
            settings::FILE
        );
        let mut failure = Failure::new(Code::Failed, message);
        failure.diagnostic.place = crate::settings::place_of_included(&self.root, schema);
        failure.note("state", "nothing was run").next(format!(
            "a migration with `CREATE SCHEMA {missing}`, or remove the name from [schemas] include"
        ))
    }
}

/// What of the database belongs to the project.
pub fn scope(facts: &Facts, schemas: &[String]) -> Scope {
    let schema = facts.history_schema.clone().unwrap_or_default();
    let current = facts.current_schema.clone().unwrap_or_default();
    let own = |name| RelationRef {
        schema: schema.clone(),
        name,
    };
    Scope {
        without: facts.history_table.tables().map(own).to_vec(),
        schemas: match schemas {
            [] => Schemas::AllBut(history::others(&[&schema, &current])),
            included => Schemas::Only(included.to_vec()),
        },
        ..Scope::default()
    }
}

/// The project's part of the database, in the `schemas` that it includes or in all that no other project owns, without the histories of
/// migration tools, which are not part of the schema.
pub fn introspect(
    link: &mut dyn Link,
    facts: &Facts,
    schemas: &[String],
    probe: Option<&Rows>,
) -> Result<Catalog, Failure> {
    parse(&answer(link, facts, schemas, probe)?)
}

/// The same as the database says it: equal for equal catalogs.
pub fn answer(
    link: &mut dyn Link,
    facts: &Facts,
    schemas: &[String],
    probe: Option<&Rows>,
) -> Result<String, Failure> {
    let mut ask = |sql: &str| -> Result<String, Failure> {
        let results = link.query(&qualified(sql)).map_err(explain::asked)?;
        results
            .last()
            .and_then(single)
            .ok_or_else(|| unread(&"the query returned nothing"))
    };
    let probe = match probe.and_then(single) {
        Some(probe) => probe,
        None => ask(catalog::probe_query())?,
    };
    ask(&catalog::query(&probe, &scope(facts, schemas)).map_err(|error| unread(&error))?)
}

/// What a database says, as a catalog.
pub fn parse(answer: &str) -> Result<Catalog, Failure> {
    let mut catalog = catalog::parse(answer).map_err(|error| unread(&error))?;
    leave_out_histories(&mut catalog);
    Ok(catalog)
}

fn unread(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Code::Failed, format!("failed to read the catalog: {error}"))
}

/// Another tool's history is not part of the schema either.
fn leave_out_histories(catalog: &mut Catalog) {
    let candidate = |table: &catalog::Table| Candidate {
        schema: table.schema.clone(),
        table: table.name.clone(),
        columns: table
            .columns
            .iter()
            .map(|column| foreign::Column {
                name: column.name.clone(),
                type_name: column.ty.name.clone(),
            })
            .collect(),
        ..Candidate::default()
    };
    let tables: Vec<Candidate> = catalog.tables.iter().map(candidate).collect();
    let foreign = foreign::recognise(&tables);
    let theirs: Vec<(String, String)> = foreign.iter().flat_map(Foreign::tables).collect();
    catalog
        .tables
        .retain(|table| !theirs.contains(&(table.schema.clone(), table.name.clone())));
}

/// The one value of a result.
fn single(rows: &Rows) -> Option<String> {
    rows.first()?.first()?.clone()
}

/// Writes the snapshot.
pub fn write(snapshot: &Snapshot, path: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Failure::new(
            Code::Failed,
            format!("failed to write {}: {error}", path.display()),
        )
        .note(
            "state",
            "the migrations are applied; only the snapshot is not written",
        )
        .next("cargo xtask migrate --snapshot FILE")
    };
    write_whole(path, &snapshot.to_text()).map_err(failed)
}

/// Writes a file so that no reader and no crash sees half of it.
pub fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let path = behind_links(path);
    let beside = beside(&path);
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// The file that the snapshot is written to before it gets its name, so that no reader and no crash sees half a file; a unique name,
/// because another run may write at the same time.
fn beside(path: &Path) -> PathBuf {
    path.with_extension(format!("json.{}.new", std::process::id()))
}

/// How many links the system follows, one after the other.
const MOST_LINKS: usize = 40;

/// The file that a path leads to, there or not: a rename would put a file in the place of a link.
fn behind_links(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&path) else {
            break;
        };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

/// Refuses a snapshot that the system does not let us write, before anything is applied for it: asked by writing, since what a folder on a
/// file system takes is in no permission.
pub fn check_writable(path: &Path, shown: &Path) -> Result<(), Failure> {
    let path = behind_links(path);
    let beside = beside(&path);
    let is_there = match fs::OpenOptions::new().write(true).open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.map(drop),
    };
    let made = is_there.and_then(|()| fs::write(&beside, ""));
    let _ = fs::remove_file(&beside);
    made.map_err(|error| {
        let message = format!(
            "the snapshot {} cannot be written: {error}",
            shown.display()
        );
        Failure::new(Code::Usage, message)
            .note("state", "nothing was run")
            .next("make the file and its folder writable, or --snapshot FILE, or --no-snapshot")
    })
}

/// Refuses a snapshot that cannot be written before anything is applied for it.
pub fn check_folder(path: &Path, shown: &Path) -> Result<(), Failure> {
    let folder = match shown.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let refuse =
        |message: String| Err(Failure::new(Code::Usage, message).note("state", "nothing was run"));
    if path.is_dir() {
        return refuse(format!("the snapshot {} is a folder", shown.display()))
            .map_err(|failure| failure.next("--snapshot FILE names another file"));
    }
    if !path
        .parent()
        .is_some_and(|folder| folder.as_os_str().is_empty() || folder.is_dir())
    {
        let shown = folder.display();
        let folder = shell::path(folder);
        return refuse(format!("the snapshot's folder {shown} does not exist")).map_err(
            |failure| {
                failure.next(format!(
                    "mkdir -p {folder}, or --snapshot FILE, or --no-snapshot"
                ))
            },
        );
    }
    Ok(())
}

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    Snapshot(Box<Snapshot>),
    /// There is no such file.
    Missing,
    /// It cannot be read, or is no snapshot, for this reason.
    Unusable(String),
}

impl Committed {
    pub fn read(path: &Path) -> Committed {
        match fs::read_to_string(path) {
            // A checkout on Windows may have made CRLF of the line ends.
            Ok(text) => match Snapshot::parse(&text.replace("\r\n", "\n")) {
                Ok(snapshot) => Committed::Snapshot(Box::new(snapshot)),
                Err(error) => Committed::Unusable(error.to_string()),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Committed::Missing,
            Err(error) => Committed::Unusable(error.to_string()),
        }
    }
}

/// How the file differs from the snapshot of the database; empty where the two say the same.
pub fn differences(committed: &Committed, found: &Snapshot) -> Vec<String> {
    let file = match committed {
        Committed::Snapshot(file) => file,
        Committed::Missing => return vec!["the file is not there".to_owned()],
        Committed::Unusable(reason) => return vec![reason.clone()],
    };
    let mismatch = file.check(&found.migrations).err();
    let mismatch = mismatch.iter().map(ToString::to_string);
    let differences = catalog::diff(&file.catalog, &found.catalog);
    mismatch
        .chain(differences.iter().map(Difference::to_string))
        .collect()
}

/// Whether the file's text equals the snapshot's, except for line ends.
pub fn is_text_of(path: &Path, snapshot: &Snapshot) -> bool {
    fs::read_to_string(path).is_ok_and(|text| text.replace("\r\n", "\n") == snapshot.to_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_link_stays_one_wherever_it_leads() {
        let folder = testkit::Folder::new("snapshot");
        let dir = folder.path();
        fs::create_dir(dir.join("kept")).unwrap();
        let path = dir.join("schema.json");
        std::os::unix::fs::symlink("other.json", &path).unwrap();
        std::os::unix::fs::symlink("kept/schema.json", dir.join("other.json")).unwrap();
        let snapshot = Snapshot {
            migrations: Vec::new(),
            catalog: Catalog::default(),
        };
        // At first the file that it points to does not exist.
        for _ in 0..2 {
            check_writable(&path, &path).unwrap();
            write(&snapshot, &path).unwrap();
            assert!(path.is_symlink());
            let text = fs::read_to_string(dir.join("kept/schema.json")).unwrap();
            assert_eq!(text, snapshot.to_text());
            assert_eq!(fs::read_dir(dir.join("kept")).unwrap().count(), 1);
        }
        fs::remove_dir_all(dir.join("kept")).unwrap();
        assert!(check_writable(&path, &path).is_err());
    }

    #[test]
    fn a_snapshot_that_cannot_be_written_leaves_nothing_beside() {
        let folder = testkit::Folder::new("snapshot");
        let path = folder.path().join("schema.json");
        fs::create_dir_all(&path).unwrap();
        let snapshot = Snapshot {
            migrations: Vec::new(),
            catalog: Catalog::default(),
        };
        assert!(write(&snapshot, &path).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
