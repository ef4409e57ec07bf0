//! The histories of other migration tools: which tool a table belongs to, and what it says is applied. Pure; what is sent is text.
//!
//! A table is recognised by its name and its columns, as the tool itself creates it. Only default names are known: a tool that was configured
//! to use another one is not seen.

use std::fmt;

use sql::qualified::qualified;
use sql::quote::{identifier, literal, plain};

use crate::history;
use crate::link::Rows;

/// A migration tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// <https://github.com/launchbadge/sqlx>
    Sqlx,
    /// <https://github.com/amacneil/dbmate>
    Dbmate,
    /// <https://github.com/golang-migrate/migrate>
    GolangMigrate,
    /// <https://github.com/rails/rails>
    Rails,
    /// <https://github.com/rust-db/refinery>
    Refinery,
    /// <https://github.com/pressly/goose>
    Goose,
    /// <https://github.com/flyway/flyway>
    Flyway,
    /// <https://github.com/diesel-rs/diesel>
    Diesel,
    /// <https://github.com/sqlalchemy/alembic>
    Alembic,
    /// <https://github.com/ariga/atlas>
    Atlas,
    /// <https://github.com/graphile/migrate>
    GraphileMigrate,
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tool::Sqlx => "sqlx",
            Tool::Dbmate => "dbmate",
            Tool::GolangMigrate => "golang-migrate",
            Tool::Rails => "Rails",
            Tool::Refinery => "refinery",
            Tool::Goose => "goose",
            Tool::Flyway => "Flyway",
            Tool::Diesel => "Diesel",
            Tool::Alembic => "Alembic",
            Tool::Atlas => "Atlas",
            Tool::GraphileMigrate => "graphile-migrate",
        })
    }
}

/// How a tool's history looks.
struct Shape {
    tool: Tool,
    /// The schema, where the tool always takes the same.
    schema: Option<&'static str>,
    table: &'static str,
    /// Columns that every version of the tool creates, with their `typname`.
    columns: &'static [(&'static str, &'static str)],
}

impl Shape {
    const fn new(
        tool: Tool,
        table: &'static str,
        columns: &'static [(&'static str, &'static str)],
    ) -> Shape {
        Shape {
            tool,
            schema: None,
            table,
            columns,
        }
    }

    /// A name that others use too says little: such a table has these columns and no other.
    fn is_common_name(&self) -> bool {
        self.table == history::TABLE
    }
}

/// The tables that Rails keeps beside its `schema_migrations`.
const RAILS_METADATA: &str = "ar_internal_metadata";

/// As the tools' own sources create them.
const SHAPES: &[Shape] = &[
    Shape::new(
        Tool::Sqlx,
        "_sqlx_migrations",
        &[
            ("version", "int8"),
            ("success", "bool"),
            ("checksum", "bytea"),
        ],
    ),
    Shape::new(
        Tool::GolangMigrate,
        history::TABLE,
        &[("version", "int8"), ("dirty", "bool")],
    ),
    // Rails has the same one, and a second table.
    Shape::new(Tool::Dbmate, history::TABLE, &[("version", "varchar")]),
    Shape::new(
        Tool::Refinery,
        "refinery_schema_history",
        &[("version", "int4"), ("applied_on", "varchar")],
    ),
    // With the feature `int8-versions`.
    Shape::new(
        Tool::Refinery,
        "refinery_schema_history",
        &[("version", "int8"), ("applied_on", "varchar")],
    ),
    Shape::new(
        Tool::Goose,
        "goose_db_version",
        &[
            ("id", "int4"),
            ("version_id", "int8"),
            ("is_applied", "bool"),
        ],
    ),
    Shape::new(
        Tool::Flyway,
        "flyway_schema_history",
        &[
            ("installed_rank", "int4"),
            ("version", "varchar"),
            ("type", "varchar"),
            ("success", "bool"),
        ],
    ),
    Shape::new(
        Tool::Diesel,
        "__diesel_schema_migrations",
        &[("version", "varchar"), ("run_on", "timestamp")],
    ),
    Shape::new(
        Tool::Alembic,
        "alembic_version",
        &[("version_num", "varchar")],
    ),
    Shape::new(
        Tool::Atlas,
        "atlas_schema_revisions",
        &[
            ("version", "varchar"),
            ("applied", "int8"),
            ("total", "int8"),
            ("hash", "varchar"),
        ],
    ),
    Shape {
        tool: Tool::GraphileMigrate,
        schema: Some("graphile_migrate"),
        table: "migrations",
        columns: &[
            ("hash", "text"),
            ("previous_hash", "text"),
            ("filename", "text"),
        ],
    },
];

/// The tools whose history has the same name as ours, so that one of the two must be renamed.
const NAMESAKES: [Tool; 3] = [Tool::Dbmate, Tool::GolangMigrate, Tool::Rails];

/// Tables that stand beside a history and are its tool's too.
const COMPANIONS: [(Tool, &str); 2] = [
    (Tool::Rails, RAILS_METADATA),
    (Tool::GraphileMigrate, "current"),
];

/// The name that a tool's `schema_migrations` is given to make room for ours: `schema_migrations_golang_migrate`.
pub fn set_aside(tool: Tool) -> String {
    let name = tool.to_string().to_lowercase().replace('-', "_");
    format!("{}_{name}", history::TABLE)
}

/// A table that may be a tool's history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidate {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub table: String,
    /// Whether new tables go to that schema.
    pub is_here: bool,
    /// Whether the session's user may read it.
    pub is_readable: bool,
    /// Its columns in order.
    pub columns: Vec<Column>,
}

/// A column of such a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// `typname` of its type.
    pub type_name: String,
}

/// Asks for every table that has the name of a tool's history; [`candidates`] reads the answer. Needs no right.
pub fn query() -> String {
    let mut names: Vec<String> = SHAPES.iter().map(|shape| shape.table.to_owned()).collect();
    names.push(RAILS_METADATA.to_owned());
    names.extend(NAMESAKES.map(set_aside));
    names.dedup();
    let names: Vec<String> = names.iter().map(|name| literal(name)).collect();
    qualified(&format!(
        "SELECT n.nspname, c.relname, coalesce(n.nspname = current_schema(), false), \
         has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid), a.attname, t.typname \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
         JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
         WHERE c.relkind IN ('r', 'p') AND c.relname IN ({}) ORDER BY 1, 2, a.attnum",
        names.join(", ")
    ))
}

/// Reads the answer to [`query`].
pub fn candidates(rows: &Rows) -> Vec<Candidate> {
    let mut tables: Vec<Candidate> = Vec::new();
    for row in rows {
        let text = |index: usize| row.get(index).cloned().flatten().unwrap_or_default();
        let column = Column {
            name: text(4),
            type_name: text(5),
        };
        match tables.last_mut() {
            Some(last) if last.schema == text(0) && last.table == text(1) => {
                last.columns.push(column);
            }
            _ => tables.push(Candidate {
                schema: text(0),
                table: text(1),
                is_here: text(2) == "t",
                is_readable: text(3) == "t",
                columns: vec![column],
            }),
        }
    }
    tables
}

/// A tool's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// The tool.
    pub tool: Tool,
    /// Schema of the table.
    pub schema: String,
    /// Name of the table.
    pub table: String,
    /// Whether it records what is applied to the schema that new tables go to. A table elsewhere in the search path belongs to another
    /// program's tables: ours go to a schema that has none of them.
    pub is_here: bool,
    /// Whether the session's user may read it.
    pub is_readable: bool,
    /// Its content; `None` if it was not read or cannot be read.
    pub held: Option<Held>,
}

/// What a tool's history says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// How many migrations it holds as applied; those that keep only where they stand hold one.
    pub migrations: u64,
    /// The version of the last.
    pub last: Option<String>,
    /// Whether it records a failed one.
    pub has_failed: bool,
}

/// The histories among some tables; each is judged alone, whatever else is in the database.
pub fn recognise(tables: &[Candidate]) -> Vec<Foreign> {
    let is_rails = |schema: &str| {
        tables
            .iter()
            .any(|table| table.table == RAILS_METADATA && table.schema == schema)
    };
    let tool_of = |table: &Candidate| -> Option<Tool> {
        let shape = SHAPES.iter().find(|shape| fits(shape, table))?;
        let rails = shape.tool == Tool::Dbmate && table.table != set_aside(Tool::Dbmate);
        let rails = rails && is_rails(&table.schema);
        Some(if rails { Tool::Rails } else { shape.tool })
    };
    let foreign = tables.iter().filter_map(|table| {
        let tool = tool_of(table)?;
        // A tool with its own schema keeps the history of the whole database there.
        let owns_schema = table.schema == "graphile_migrate" || table.schema == table.table;
        Some(Foreign {
            tool,
            schema: table.schema.clone(),
            table: table.table.clone(),
            is_here: table.is_here || owns_schema,
            is_readable: table.is_readable,
            held: None,
        })
    });
    foreign.collect()
}

fn fits(shape: &Shape, table: &Candidate) -> bool {
    let has_name = table.table == shape.table
        || shape.is_common_name()
            && (table.table == set_aside(shape.tool)
                || shape.tool == Tool::Dbmate && table.table == set_aside(Tool::Rails));
    let has_schema = shape.schema.is_none_or(|schema| table.schema == schema);
    let has = |(name, typname): &(&str, &str)| {
        let is_it = |it: &Column| it.name == *name && it.type_name == *typname;
        table.columns.iter().any(is_it)
    };
    let has_others = shape.is_common_name() && table.columns.len() != shape.columns.len();
    has_name && has_schema && !has_others && shape.columns.iter().all(has)
}

impl Foreign {
    /// The table's qualified name, quoted only if necessary.
    pub fn name(&self) -> String {
        format!("{}.{}", plain(&self.schema), plain(&self.table))
    }

    /// Schemas and names of all tables that the tool keeps for itself.
    pub fn tables(&self) -> Vec<(String, String)> {
        let companions = COMPANIONS.iter().filter(|(tool, _)| *tool == self.tool);
        let names = companions.map(|(_, name)| (*name).to_owned());
        names
            .chain([self.table.clone()])
            .map(|name| (self.schema.clone(), name))
            .collect()
    }

    /// Whether something may be applied: a history that cannot be read may hold anything.
    pub fn holds_any(&self) -> bool {
        self.held
            .as_ref()
            .is_none_or(|held| held.migrations > 0 || held.has_failed)
    }

    /// Asks what it says; [`Held::parse`] reads the answer.
    pub fn held_query(&self) -> String {
        qualified(&self.held())
    }

    fn held(&self) -> String {
        let table = format!("{}.{}", identifier(&self.schema), identifier(&self.table));
        let (count, last, failed) = match self.tool {
            Tool::Sqlx => (
                "count(*) FILTER (WHERE success)",
                "max(version) FILTER (WHERE success)",
                "bool_or(NOT success)",
            ),
            Tool::GolangMigrate => ("count(*)", "max(version)", "bool_or(dirty)"),
            Tool::Dbmate | Tool::Rails | Tool::Refinery | Tool::Diesel => {
                ("count(*)", "max(version)", "false")
            }
            Tool::Goose => {
                // Early versions of goose wrote a second row when they undid a migration; version 0 is for the table itself.
                return format!(
                    "SELECT count(*), max(version_id), false FROM \
                     (SELECT DISTINCT ON (version_id) version_id, is_applied FROM {table} ORDER BY version_id, id DESC) v \
                     WHERE is_applied AND version_id > 0"
                );
            }
            // A repeatable migration has no version; the row of type SCHEMA shows that Flyway created the schema.
            Tool::Flyway => (
                "count(*) FILTER (WHERE success AND type <> 'SCHEMA')",
                "(array_agg(version ORDER BY installed_rank DESC) FILTER (WHERE success AND version IS NOT NULL))[1]",
                "bool_or(NOT success)",
            ),
            Tool::Alembic => (
                "count(*)",
                "string_agg(version_num, ', ' ORDER BY version_num)",
                "false",
            ),
            // A name with a dot is one of Atlas's settings.
            Tool::Atlas => {
                return format!(
                    "SELECT count(*) FILTER (WHERE applied >= total), max(version) FILTER (WHERE applied >= total), \
                     bool_or(applied < total) FROM {table} WHERE version NOT LIKE '.%'"
                );
            }
            Tool::GraphileMigrate => ("count(*)", "max(filename)", "false"),
        };
        format!("SELECT {count}, {last}, {failed} FROM {table}")
    }

    /// What to type before these migrations can have their history, if the other tool's table has its name.
    pub fn rename(&self) -> Option<String> {
        (self.table == history::TABLE).then(|| {
            let name = set_aside(self.tool);
            format!("ALTER TABLE {} RENAME TO {name};", self.name())
        })
    }
}

impl Held {
    /// Reads the answer to [`Foreign::held_query`].
    pub fn parse(rows: &Rows) -> Held {
        let row = rows.first().map(Vec::as_slice).unwrap_or_default();
        let text = |index: usize| row.get(index).cloned().flatten();
        Held {
            migrations: text(0)
                .and_then(|text| text.parse().ok())
                .unwrap_or_default(),
            last: text(1).filter(|text| !text.is_empty()),
            has_failed: text(2).as_deref() == Some("t"),
        }
    }
}

/// `public._sqlx_migrations is the history of sqlx: 3 migrations are applied, the last 20240101120000`
impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is the history of {}: ", self.name(), self.tool)?;
        let Some(held) = &self.held else {
            return f.write_str("this user may not read it");
        };
        let last = held.last.as_deref().unwrap_or("without a version");
        let keeps_only_the_last = matches!(self.tool, Tool::GolangMigrate | Tool::Alembic);
        match held.migrations {
            0 => f.write_str("nothing is applied")?,
            _ if keeps_only_the_last => write!(f, "at version {last}")?,
            1 => write!(f, "1 migration is applied: {last}")?,
            many => write!(f, "{many} migrations are applied, the last {last}")?,
        }
        match (held.has_failed, self.tool) {
            (false, _) => Ok(()),
            (true, Tool::GolangMigrate) => f.write_str(", which is dirty"),
            (true, _) => f.write_str(", and one failed"),
        }
    }
}

#[cfg(test)]
mod tests;
