//! What a migrated database said of the queries, as the committed file `queries.json`.
//!
//! The file is canonical: sorted, with a line for each parameter and column, so that two branches that add queries merge. `answer` is over all
//! that is said of a query: who edits it by hand is told.

use std::fmt::Write as _;

use catalog::{Catalog, TypeRef};
use serde::{Deserialize, Serialize};

use crate::checksum::sha256;
use crate::text::Query;
use crate::variant::Variant;

/// Version of the file's format. A reader refuses any other.
const FORMAT: u32 = 1;

const ABOUT: &str = "What the migrated database says of the queries, written by `cargo xtask migrate`. Do not edit: run it again.";

/// The queries of a project, described by a database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// The fingerprint of the schema that they were described with.
    pub schema: String,
    /// Sorted by module and name.
    pub queries: Vec<DescribedQuery>,
}

/// What a database says of a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DescribedQuery {
    /// The name of the file, without `.sql`.
    pub module: String,
    /// The name behind `-- name:`.
    pub name: String,
    /// SHA-256 of the statement's text in hexadecimal.
    pub checksum: String,
    /// How many rows it returns.
    pub rows: RowCount,
    /// Whether it changes anything.
    pub writes: bool,
    /// Whether it may give another answer each time for the same data.
    pub is_volatile: bool,
    /// The relations that it names.
    pub relations: Vec<RelationName>,
    /// What bounds the time of each hypertable and continuous aggregate that it reads.
    pub time_bounds: Vec<TimeBound>,
    /// By their first appearance.
    pub parameters: Vec<Parameter>,
    /// In their order.
    pub columns: Vec<Column>,
}

/// How many rows a query returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowCount {
    /// Exactly one, for this reason.
    One(String),
    /// One or none, for this reason.
    AtMostOne(String),
    /// Any number.
    Many,
}

/// A relation's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RelationName {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
}

/// A column's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnName {
    /// Schema of the relation.
    pub schema: String,
    /// Name of the relation.
    pub relation: String,
    /// Name of the column.
    pub column: String,
}

/// What bounds the time of a hypertable or continuous aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeBound {
    /// Schema of the relation.
    pub schema: String,
    /// Name of the relation.
    pub name: String,
    /// Its time column.
    pub column: String,
    /// Whether the query says from when.
    pub lower: bool,
    /// Whether it says until when.
    pub upper: bool,
}

/// A type, as the database names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Type {
    /// As `format_type` prints it.
    pub sql: String,
    /// Schema of the type, or of an array's element.
    pub schema: String,
    /// Name of the type, or of an array's element.
    pub name: String,
    /// Whether it is an array.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub array: bool,
}

/// A parameter of a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Whether it may be null.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nullable: bool,
    /// Whether lines of the query depend on it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Whether it is sent with a cast, without which PostgreSQL does not find the type that fits all its places.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cast: bool,
    /// The column that it is assigned to, or compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<ColumnName>,
    /// The end of the column's values that it is, where it is compared by `>=` or `<`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
}

/// An end of a range of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// `column >= :from`.
    From,
    /// `column < :to`.
    Before,
}

/// A column of what a query returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Why it is never null; without it, it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub never_null: Option<String>,
    /// The relation's column that it is, unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ColumnName>,
}

/// Why a text is not what [`Described::to_json`] writes. Every message ends with what to type next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DescribedError {
    /// The text is empty.
    #[error("it is empty: run `cargo xtask migrate`")]
    Empty,
    /// The text contains git's conflict markers.
    #[error("line {line} is a merge conflict: take either side, then run `cargo xtask migrate`")]
    Conflict {
        /// Line of the first marker, counted from 1.
        line: usize,
    },
    /// The text is not JSON, or not of the form that this version writes.
    #[error("it cannot be read: {0}: run `cargo xtask migrate`")]
    Malformed(#[source] serde_json::Error),
    /// The format is not this version's.
    #[error("it has format {0}, and this version knows only {FORMAT}: run `cargo xtask migrate`")]
    Format(u32),
    /// The text is not the one that its content makes.
    #[error("it was edited by hand: run `cargo xtask migrate`")]
    Edited,
}

#[derive(Deserialize)]
struct File {
    format: u32,
    schema: String,
    queries: Vec<DescribedQuery>,
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

impl From<&TypeRef> for Type {
    fn from(ty: &TypeRef) -> Type {
        Type {
            sql: ty.sql.clone(),
            schema: ty.schema.clone(),
            name: ty.name.clone(),
            array: ty.array,
        }
    }
}

impl From<&Type> for TypeRef {
    fn from(ty: &Type) -> TypeRef {
        TypeRef {
            sql: ty.sql.clone(),
            schema: ty.schema.clone(),
            name: ty.name.clone(),
            array: ty.array,
        }
    }
}

impl Described {
    /// The queries of a text that [`to_json`](Self::to_json) made.
    ///
    /// # Errors
    /// If it is no such text.
    pub fn parse(text: &str) -> Result<Described, DescribedError> {
        if text.trim().is_empty() {
            return Err(DescribedError::Empty);
        }
        let is_marker = |line: &str| {
            ["<<<<<<<", ">>>>>>>", "======="]
                .iter()
                .any(|it| line.starts_with(it))
        };
        if let Some(at) = text.lines().position(is_marker) {
            return Err(DescribedError::Conflict { line: at + 1 });
        }
        let Format { format } = serde_json::from_str(text).map_err(DescribedError::Malformed)?;
        if format != FORMAT {
            return Err(DescribedError::Format(format));
        }
        let file: File = serde_json::from_str(text).map_err(DescribedError::Malformed)?;
        debug_assert_eq!(file.format, FORMAT);
        let described = Described {
            schema: file.schema,
            queries: file.queries,
        };
        let is_sorted = described.queries.is_sorted_by_key(DescribedQuery::key);
        if is_sorted && described.to_json() == text.replace("\r\n", "\n") {
            Ok(described)
        } else {
            Err(DescribedError::Edited)
        }
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        let mut out = format!(
            "{{\n  \"about\": {},\n  \"format\": {FORMAT},\n  \"schema\": {},\n  \"queries\": [",
            compact(ABOUT),
            compact(&self.schema)
        );
        for (at, query) in self.queries.iter().enumerate() {
            out += if at == 0 { "\n" } else { ",\n" };
            query.write(&mut out);
        }
        out += if self.queries.is_empty() {
            "]\n}\n"
        } else {
            "\n  ]\n}\n"
        };
        out
    }

    /// What was said of these queries, in the order of the file.
    pub fn new(schema: String, mut queries: Vec<DescribedQuery>) -> Described {
        queries.sort_by(|a, b| a.key().cmp(&b.key()));
        Described { schema, queries }
    }

    /// What the database said of a query.
    pub fn find(&self, module: &str, name: &str) -> Option<&DescribedQuery> {
        let found = self
            .queries
            .binary_search_by(|it| it.key().cmp(&(module, name)));
        found.ok().map(|at| &self.queries[at])
    }
}

impl DescribedQuery {
    fn key(&self) -> (&str, &str) {
        (&self.module, &self.name)
    }

    /// The variants of the query that this is, with the casts that it needs.
    pub fn variants(&self, query: &Query) -> Vec<Variant> {
        query.variants_with(&|at| {
            let parameter = self.parameters.get(at).filter(|it| it.cast)?;
            Some(&parameter.ty.sql)
        })
    }

    fn write(&self, out: &mut String) {
        // Writing to a String does not fail.
        let _ = write!(
            out,
            "    {{\n      \"module\": {}, \"name\": {},\n      \"checksum\": {}, \"answer\": \"{:.16}\",\n      \"rows\": {},\n      \"writes\": {}, \"is_volatile\": {},\n",
            compact(&self.module),
            compact(&self.name),
            compact(&self.checksum),
            sha256(&compact(self)),
            compact(&self.rows),
            self.writes,
            self.is_volatile
        );
        list(out, "relations", &self.relations);
        *out += ",\n";
        list(out, "time_bounds", &self.time_bounds);
        *out += ",\n";
        list(out, "parameters", &self.parameters);
        *out += ",\n";
        list(out, "columns", &self.columns);
        *out += "\n    }";
    }
}

/// SHA-256 over a schema in hexadecimal, whichever migrations made it: that of [`Described::schema`].
pub fn fingerprint(catalog: &Catalog) -> String {
    sha256(&catalog.to_text())
}

/// A list with a line for each element.
fn list<T: Serialize>(out: &mut String, name: &str, items: &[T]) {
    let lines: Vec<String> = items
        .iter()
        .map(|item| format!("\n        {}", compact(item)))
        .collect();
    let end = if items.is_empty() { "" } else { "\n      " };
    let _ = write!(out, "      \"{name}\": [{}{end}]", lines.join(","));
}

fn compact<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("these types have no keys but text")
}
