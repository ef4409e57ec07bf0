//! `timeschema.toml` at the root of a project: where its files are, which table is the history, and which schemas are its own.
//!
//! One reader for the commands and for the build script of a service, so that a project says it once.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::{fmt, fs, io};

use sql::nearest::nearest;
use sql::versions::{Edition, Version, Versions};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::history::{HistoryTable, LONGEST_NAME};
use crate::source::{LineColumn, position};

/// The name of the file.
pub const FILE: &str = "timeschema.toml";

/// PostgreSQL cuts longer names, in bytes.
const LONGEST_SCHEMA: usize = 63;

/// The sections, each with its keys.
const SECTIONS: [(&str, &[&str]); 8] = [
    (
        "project",
        &["migrations", "schema_crate", "snapshot", "database"],
    ),
    ("history", &["schema", "table"]),
    ("schemas", &["include"]),
    (TYPES, &[]),
    (COLUMNS, &[]),
    (CHECK, &[]),
    ("queries", &["reads_every_chunk"]),
    (VERSIONS, &["postgresql", "timescaledb", "edition"]),
];

/// The sections whose keys are types and columns, which a catalog knows.
const TYPES: &str = "types";
const COLUMNS: &str = "columns";
/// The section whose keys are rules, which the check knows.
const CHECK: &str = "check";

/// The section with the servers that the migrations run on.
const VERSIONS: &str = "versions";

/// A project's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Where its files are: `[project]`.
    pub project: Places,
    /// Which table is the history: `[history]`.
    pub history: HistoryTable,
    /// The schemas that the migrations fill, by their exact names: `[schemas] include`. If none is named, all schemas without another
    /// project's history.
    pub schemas: Vec<String>,
    /// The Rust type that the generated code has for an SQL type: `[types]`.
    pub types: BTreeMap<String, String>,
    /// What the generated code makes of a column: `[columns]`, by the column's name with its relation's.
    pub columns: BTreeMap<String, ColumnChoice>,
    /// How bad the findings of a rule are: `[check]`, by the rule's name.
    pub check: BTreeMap<String, String>,
    /// The oldest servers that the migrations run on: `[versions]`.
    pub versions: Versions,
    /// How bad it is that a query reads every chunk of a hypertable: `[queries] reads_every_chunk`.
    pub reads_every_chunk: Level,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Level {
    /// It stops the command.
    Error,
    /// It is shown.
    #[default]
    Warning,
    /// It is not looked for.
    Allow,
}

/// What the generated code makes of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnChoice {
    /// A string: its fields hold this Rust type.
    Type(String),
    /// `false`: it is left out.
    LeftOut,
}

/// Where the files of a project are, as paths below its root, and what its database is called. Nothing is set unless the file says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The folder of the migration files: `migrations` by default.
    pub migrations: Option<PathBuf>,
    /// The folder of the crate with the generated modules.
    pub schema_crate: Option<PathBuf>,
    /// The snapshot: `schema.json` in the schema crate by default.
    pub snapshot: Option<PathBuf>,
    /// The name of the database that the embedded target makes.
    pub database: Option<String>,
}

/// Why the file cannot be used. `Display` names file and line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The place in the file, where it is about one.
    pub place: Option<LineColumn>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub next: String,
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some(place) => write!(f, "{FILE}:{place}: {}", self.message),
            None => write!(f, "{FILE}: {}", self.message),
        }
    }
}

/// Reads the file of the project in this folder; without one, everything is as usual.
///
/// # Errors
/// Where the file cannot be read, or says something that is not known.
pub fn read(root: &Path) -> Result<Settings, Error> {
    match fs::read_to_string(root.join(FILE)) {
        Ok(text) => parse(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Settings::default()),
        Err(error) => Err(Error {
            place: None,
            message: format!("it cannot be read: {error}"),
            next: format!("make {FILE} a text file that you can read, or remove it"),
        }),
    }
}

/// Reads the text of such a file.
///
/// # Errors
/// Where it says something that is not known; the first of such places.
pub fn parse(text: &str) -> Result<Settings, Error> {
    let wrong = |offset: usize, (message, next): Words| Error {
        place: Some(position(text.get(..offset).unwrap_or(text))),
        message,
        next,
    };
    let file = DeTable::parse(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        // Its first line says it; those after it show the place.
        let message = error.message().lines().next().unwrap_or_default();
        let next = format!("correct {FILE}: it holds {}", known_sections());
        wrong(start, (message.to_owned(), next))
    })?;
    let mut settings = Settings::default();
    for (section, keys) in in_order(file.get_ref()) {
        let name: &str = section.get_ref();
        let at = section.span().start;
        let Some((_, known)) = SECTIONS.iter().find(|(known, _)| *known == name) else {
            return Err(wrong(at, unknown_section(name)));
        };
        let DeValue::Table(keys) = keys.get_ref() else {
            let message = format!("`{name}` is a section, not a value");
            return Err(wrong(
                at,
                (message, format!("write [{name}] on a separate line")),
            ));
        };
        for (key, value) in in_order(keys) {
            let refuse = |words: Words| wrong(key.span().start, words);
            let place = |what| inside(what, value).map(Some).map_err(refuse);
            let project = &mut settings.project;
            match (name, key.get_ref().as_ref()) {
                ("project", "migrations") => project.migrations = place("project.migrations")?,
                ("project", "schema_crate") => {
                    project.schema_crate = place("project.schema_crate")?;
                }
                ("project", "snapshot") => project.snapshot = place("project.snapshot")?,
                ("project", "database") => {
                    let name = string("project.database", value, LONGEST_SCHEMA);
                    project.database = Some(name.map_err(refuse)?);
                }
                ("history", "schema") => {
                    let schema = string("history.schema", value, LONGEST_SCHEMA).map_err(refuse)?;
                    if is_of_the_server(&schema) {
                        return Err(refuse(not_for_a_history(&schema)));
                    }
                    settings.history.schema = Some(schema);
                }
                ("history", "table") => {
                    settings.history.table =
                        string("history.table", value, LONGEST_NAME).map_err(refuse)?;
                }
                ("schemas", "include") => {
                    settings.schemas =
                        include(value).map_err(|(offset, words)| wrong(offset, words))?;
                }
                (TYPES, key) => {
                    let what = format!("types.{key}");
                    let rust = string(&what, value, usize::MAX).map_err(refuse)?;
                    settings.types.insert(key.to_owned(), rust);
                }
                (CHECK, key) => {
                    let what = format!("check.{key}");
                    let level = string(&what, value, usize::MAX).map_err(refuse)?;
                    settings.check.insert(key.to_owned(), level);
                }
                (VERSIONS, "postgresql") => {
                    settings.versions.postgresql =
                        Some(version("versions.postgresql", value, "15").map_err(refuse)?);
                }
                (VERSIONS, "timescaledb") => {
                    settings.versions.timescaledb =
                        Some(version("versions.timescaledb", value, "2.18").map_err(refuse)?);
                }
                (VERSIONS, "edition") => {
                    settings.versions.edition = Some(edition(value).map_err(refuse)?);
                }
                ("queries", "reads_every_chunk") => {
                    settings.reads_every_chunk =
                        level("queries.reads_every_chunk", value).map_err(refuse)?;
                }
                (COLUMNS, key) => {
                    let choice = column_choice(key, value).map_err(refuse)?;
                    settings.columns.insert(key.to_owned(), choice);
                }
                (_, key) => {
                    return Err(refuse(unknown(&format!("{name}.{key}"), key, known)));
                }
            }
        }
    }
    Ok(settings)
}

/// The place of a key in a section of such a file.
pub fn place_of_key(text: &str, section: &str, key: &str) -> Option<LineColumn> {
    let file = DeTable::parse(text).ok()?;
    let (_, section) = entry(file.get_ref(), section)?;
    let (key, _) = entry(section.get_ref().as_table()?, key)?;
    Some(position(text.get(..key.span().start)?))
}

fn entry<'a, 'i>(table: &'a DeTable<'i>, name: &str) -> Option<Entry<'a, 'i>> {
    let mut entries = table.iter();
    entries.find(|(key, _)| key.get_ref() == name)
}

/// The place where the text of such a file includes this schema.
pub fn place_of_included(text: &str, schema: &str) -> Option<LineColumn> {
    let file = DeTable::parse(text).ok()?;
    let (_, section) = entry(file.get_ref(), "schemas")?;
    let (_, names) = entry(section.get_ref().as_table()?, "include")?;
    let DeValue::Array(names) = names.get_ref() else {
        return None;
    };
    let mut names = names.iter();
    let name = names.find(|name| name.get_ref().as_str() == Some(schema))?;
    Some(position(text.get(..name.span().start)?))
}

/// What is wrong, and what to do about it.
type Words = (String, String);

type Entry<'a, 'i> = (
    &'a Spanned<std::borrow::Cow<'i, str>>,
    &'a Spanned<DeValue<'i>>,
);

/// A table's entries in the order of the file.
fn in_order<'a, 'i>(table: &'a DeTable<'i>) -> Vec<Entry<'a, 'i>> {
    let mut entries: Vec<Entry<'a, 'i>> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn known_sections() -> String {
    let names = SECTIONS.map(|(name, _)| format!("[{name}]"));
    let [others @ .., last] = &names;
    format!("{} and {last}", others.join(", "))
}

fn unknown_section(name: &str) -> Words {
    let known = SECTIONS.map(|(name, _)| format!("[{name}]"));
    unknown(
        name,
        &format!("[{name}]"),
        &known.each_ref().map(String::as_str),
    )
}

/// A name that is not among the `known` ones, and the one of them that may be meant.
fn unknown(shown: &str, name: &str, known: &[&str]) -> Words {
    let next = match nearest(name, known.iter().copied()) {
        Some(it) => format!("write {it}, or remove it"),
        None => format!("remove it (known here: {})", known.join(" and ")),
    };
    (format!("`{shown}` is not known"), next)
}

/// What is chosen for the column of that name.
fn column_choice(name: &str, value: &Spanned<DeValue<'_>>) -> Result<ColumnChoice, Words> {
    match value.get_ref() {
        DeValue::Boolean(false) => Ok(ColumnChoice::LeftOut),
        DeValue::String(rust) => Ok(ColumnChoice::Type(rust.to_string())),
        DeValue::Table(_) => Err((
            format!("columns.{name} is a section, not a column"),
            format!("write the column in quotes: \"{name}.…\" = false"),
        )),
        _ => Err((
            format!("columns.{name} has to be a Rust type, or false, which leaves the column out"),
            format!("write \"{name}\" = \"…\" or \"{name}\" = false, or remove it"),
        )),
    }
}

/// How bad a finding is.
fn level(what: &str, value: &Spanned<DeValue<'_>>) -> Result<Level, Words> {
    match value.get_ref().as_str() {
        Some("error") => Ok(Level::Error),
        Some("warning") => Ok(Level::Warning),
        Some("allow") => Ok(Level::Allow),
        _ => Err((
            format!("{what} has to be \"error\", \"warning\" or \"allow\""),
            format!("write {} = \"warning\", or remove it", last(what)),
        )),
    }
}

/// A version in quotes; a number would make 2.2 of 2.20.
fn version(what: &str, value: &Spanned<DeValue<'_>>, example: &str) -> Result<Version, Words> {
    let version = value.get_ref().as_str().and_then(|it| it.parse().ok());
    version.ok_or_else(|| {
        (
            format!("{what} has to be a version in quotes"),
            format!("write it like this: {} = \"{example}\"", last(what)),
        )
    })
}

/// An edition of TimescaleDB.
fn edition(value: &Spanned<DeValue<'_>>) -> Result<Edition, Words> {
    match value.get_ref().as_str() {
        Some("apache") => Ok(Edition::Apache),
        Some("community") => Ok(Edition::Community),
        _ => Err((
            "versions.edition has to be \"apache\" or \"community\"".to_owned(),
            "write edition = \"community\", or remove it".to_owned(),
        )),
    }
}

/// A string that may be a name of at most so many bytes.
fn string(what: &str, value: &Spanned<DeValue<'_>>, longest: usize) -> Result<String, Words> {
    let text = value.get_ref().as_str();
    let Some(text) = text.filter(|text| !text.is_empty() && !text.contains('\0')) else {
        let message = format!("{what} has to be a string that is not empty");
        return Err((
            message,
            format!("write it in quotes: {} = \"…\"", last(what)),
        ));
    };
    if text.len() > longest {
        let message = format!("{what} is longer than {longest} bytes");
        let next = format!("choose a name of at most {longest} bytes");
        return Err((message, next));
    }
    Ok(text.to_owned())
}

/// A path that stays below the project's root.
fn inside(what: &str, value: &Spanned<DeValue<'_>>) -> Result<PathBuf, Words> {
    let path = PathBuf::from(string(what, value, usize::MAX)?);
    let is_below = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if path.components().all(is_below) {
        return Ok(path);
    }
    Err((
        format!("{what} is outside the project: {}", path.display()),
        format!("write a path that starts at the folder of {FILE}, without `..`"),
    ))
}

/// `table` of `history.table`.
fn last(what: &str) -> &str {
    what.rsplit('.').next().unwrap_or(what)
}

/// The project's schemas. An error comes with its place.
fn include(value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, (usize, Words)> {
    const WHAT: &str = "schemas.include";
    let example =
        || format!("write the schemas' names: include = [\"…\"], or remove [schemas] from {FILE}");
    let DeValue::Array(names) = value.get_ref() else {
        let message = format!("{WHAT} has to be a list of strings");
        return Err((value.span().start, (message, example())));
    };
    if names.is_empty() {
        let message = format!("{WHAT} is empty, so no schema would be the project's");
        return Err((value.span().start, (message, example())));
    }
    let mut schemas: Vec<String> = Vec::new();
    for name in names.iter() {
        let refuse = |words: Words| (name.span().start, words);
        let schema = string(&format!("a name in {WHAT}"), name, LONGEST_SCHEMA)
            .map_err(|(message, _)| refuse((message, example())))?;
        if is_of_the_server(&schema) {
            let message = format!("{WHAT} names {schema}, which holds no tables of users");
            return Err(refuse((message, format!("remove {schema} from the list"))));
        }
        if schemas.contains(&schema) {
            let message = format!("{WHAT} names {schema} twice");
            return Err(refuse((
                message,
                "remove one of the two from the list".to_owned(),
            )));
        }
        schemas.push(schema);
    }
    Ok(schemas)
}

/// Tables there are in no dump, or go with the extension.
fn not_for_a_history(schema: &str) -> Words {
    (
        format!("history.schema names {schema}, which holds no tables of users"),
        "name a schema of the project; it is created if it does not exist".to_owned(),
    )
}

/// Whether a schema belongs to the server or to TimescaleDB, and so is in no catalog.
fn is_of_the_server(schema: &str) -> bool {
    let known = [
        "information_schema",
        "timescaledb_information",
        "timescaledb_experimental",
    ];
    schema.starts_with("pg_") || schema.starts_with("_timescaledb_") || known.contains(&schema)
}

#[cfg(test)]
mod tests;
