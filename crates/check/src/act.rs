//! What a statement does, as far as a rule asks: typed values, read from its tokens by `read`.

use std::ops::Range;

use crate::value::Value;

/// One thing that a statement does. A `DO` may do several.
#[derive(Debug, Clone)]
pub struct Act {
    /// The bytes that do it, in the file.
    pub range: Range<usize>,
    /// What it does.
    pub what: What,
    /// Whether it happens whenever the file runs: not so in a branch of a `DO`, or in a query with `FROM`.
    pub is_certain: bool,
}

/// The kinds of act that rules know.
#[derive(Debug, Clone)]
pub enum What {
    /// `CREATE TABLE`.
    CreateTable(NewTable),
    /// `ALTER TABLE` and its relatives.
    Alter(Relation, Vec<Action>),
    /// `CREATE INDEX`.
    CreateIndex(NewIndex),
    /// `DROP INDEX` and `REINDEX`.
    Index(IndexCommand),
    /// `ALTER SCHEMA … RENAME TO`.
    RenameSchema(String, String),
    /// `ALTER INDEX … RENAME TO`.
    RenameIndex(Relation, String),
    /// `CREATE MATERIALIZED VIEW`.
    CreateAggregate(NewAggregate),
    /// `DROP TABLE`, `DROP MATERIALIZED VIEW` and the like.
    Drop(Drop),
    /// A call of a TimescaleDB routine.
    Call(Call),
    /// `INSERT`, or `COPY … FROM`.
    Insert(Insert),
    /// `UPDATE` or `DELETE`.
    Change(Change),
    /// `TRUNCATE`.
    Truncate(Truncate),
    /// `CREATE VIEW`, `CREATE SEQUENCE`, and a materialized view that is no continuous aggregate.
    CreateOther(Relation),
    /// `CREATE TRIGGER` and `CREATE RULE`: an insert may put no row there.
    CreateTrigger(Relation),
    /// `CREATE FUNCTION` and `CREATE PROCEDURE`.
    CreateRoutine(NewRoutine),
    /// `CREATE EXTENSION timescaledb SCHEMA …`: the schema.
    Extension(String),
    /// `SET search_path`.
    SearchPath(SearchPath),
    /// A statement that calls these, which are none of TimescaleDB's.
    Calls(Vec<Relation>),
    /// What cannot be read, and may change anything: an `EXECUTE`.
    Unread,
    /// Anything else.
    Other,
}

/// A relation's name. Without a schema, the search path says which it is: [`Schema::resolve`](crate::schema::Schema::resolve) writes it in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    /// The schema; empty if none is written.
    pub schema: String,
    /// The name.
    pub name: String,
}

impl std::fmt::Display for Relation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !matches!(&*self.schema, "public" | "" | TEMPORARY) {
            write!(f, "{}.", shown(&self.schema))?;
        }
        write!(f, "{}", shown(&self.name))
    }
}

/// The schema of temporary tables.
pub const TEMPORARY: &str = "pg_temp";

/// A name as people write it: in quotes only where it needs them.
pub fn shown(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.chars().all(is_plain) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        return name.to_owned();
    }
    sql::quote::identifier(name)
}

/// `CREATE TABLE`.
#[derive(Debug, Clone)]
pub struct NewTable {
    /// Its name.
    pub relation: Relation,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `TEMPORARY`.
    pub is_temporary: bool,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its constraints, those of columns too.
    pub constraints: Vec<Constraint>,
    /// `WITH (tsdb.hypertable, …)`.
    pub hypertable: Option<Partitioning>,
    /// `CREATE TABLE … AS`: it may hold rows.
    pub is_filled: bool,
    /// `INHERITS`, `PARTITION OF` or `AS`: it has more columns than are written.
    pub has_more: bool,
    /// Its `LIKE` clauses.
    pub likes: Vec<Like>,
    /// `ON COMMIT DROP`.
    pub drops_on_commit: bool,
}

/// `LIKE … INCLUDING …`.
#[derive(Debug, Clone)]
pub struct Like {
    /// The table.
    pub relation: Relation,
    /// How many columns are written before it.
    pub at: usize,
    /// `INCLUDING INDEXES`: with the keys.
    pub indexes: bool,
    /// `INCLUDING CONSTRAINTS`: with the checks.
    pub checks: bool,
    /// `INCLUDING DEFAULTS`.
    pub defaults: bool,
}

/// How a hypertable is partitioned, as far as it is written.
#[derive(Debug, Clone, Default)]
pub struct Partitioning {
    /// The time column.
    pub time: Option<String>,
    /// The columns of other dimensions.
    pub others: Vec<String>,
    /// The chunk interval.
    pub interval: Option<Value>,
    /// Whether the columnstore is on; `None` is the default.
    pub columnstore: Option<bool>,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Where it is defined.
    pub range: Range<usize>,
    /// Its type, in lower case and with single blanks.
    pub ty: String,
    /// `NOT NULL`, also by a primary key; a `serial` is never null without it.
    pub not_null: bool,
    /// The text of its `DEFAULT`.
    pub default: Option<String>,
    /// `GENERATED …`.
    pub is_generated: bool,
    /// What `GENERATED ALWAYS AS (…)` reads.
    pub reads: Vec<ColumnRead>,
}

impl Column {
    /// Whether it is `serial` or a relative.
    pub fn is_serial(&self) -> bool {
        self.ty.ends_with("serial")
    }
}

/// A constraint.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    /// Where it is defined.
    pub range: Range<usize>,
    /// Its name, if it is written.
    pub name: Option<String>,
    /// What it is.
    pub kind: ConstraintKind,
    /// Its columns.
    pub columns: Vec<String>,
    /// The columns that a check proves to be never null.
    pub proves: Vec<String>,
    /// `NOT VALID`.
    pub not_valid: bool,
}

/// The kinds of constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    Primary,
    /// `UNIQUE`.
    Unique,
    /// `UNIQUE USING INDEX`, `PRIMARY KEY USING INDEX`.
    UsingIndex,
    /// `FOREIGN KEY` to a table.
    Foreign(Option<Relation>),
    /// `CHECK`.
    Check,
    /// `EXCLUDE`.
    Exclude,
}

/// One action of an `ALTER TABLE`.
#[derive(Debug, Clone)]
pub struct Action {
    /// Where it is written.
    pub range: Range<usize>,
    /// What it does.
    pub what: ActionKind,
}

/// What an action does.
#[derive(Debug, Clone)]
pub enum ActionKind {
    /// `ADD COLUMN`, with `IF NOT EXISTS`.
    AddColumn(Column, Vec<Constraint>, bool),
    /// `DROP COLUMN`.
    DropColumn(String),
    /// `ALTER COLUMN … TYPE`: the column, the type, whether `USING` is written.
    Retype(String, String, bool),
    /// `ALTER COLUMN … SET NOT NULL`.
    SetNotNull(String),
    /// `ALTER COLUMN … DROP NOT NULL`.
    DropNotNull(String),
    /// `ADD CONSTRAINT`.
    AddConstraint(Constraint),
    /// `DROP CONSTRAINT`.
    DropConstraint(String),
    /// `VALIDATE CONSTRAINT`.
    Validate(String),
    /// `RENAME COLUMN … TO`.
    RenameColumn(String, String),
    /// `RENAME CONSTRAINT … TO`.
    RenameConstraint(String, String),
    /// `RENAME TO`.
    Rename(String),
    /// `SET SCHEMA`.
    SetSchema(String),
    /// `SET (timescaledb.…)`: the options by their name in TimescaleDB's table.
    SetOptions(Vec<(&'static str, Value)>),
    /// `ENABLE ROW LEVEL SECURITY`, and `DISABLE`.
    RowSecurity,
    /// `SET LOGGED`, `SET UNLOGGED`, `SET TABLESPACE`, `SET ACCESS METHOD`: the words.
    Rewrite(String),
    /// Anything else.
    Other,
}

/// `CREATE INDEX`.
#[derive(Debug, Clone)]
pub struct NewIndex {
    /// The index, if it is named.
    pub name: Option<String>,
    /// The table.
    pub relation: Relation,
    /// `UNIQUE`.
    pub is_unique: bool,
    /// `CONCURRENTLY`, and where.
    pub concurrently: Option<Range<usize>>,
    /// The columns; `None` for an expression.
    pub columns: Vec<Option<String>>,
    /// What the server calls each column in the name of an index without one.
    pub labels: Vec<String>,
    /// `WITH (timescaledb.transaction_per_chunk)`.
    pub per_chunk: bool,
    /// `ON ONLY`.
    pub is_only: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

/// `DROP INDEX` and `REINDEX`.
#[derive(Debug, Clone)]
pub struct IndexCommand {
    /// The indexes, or the table of a `REINDEX TABLE`.
    pub names: Vec<Relation>,
    /// `REINDEX`, and not `DROP INDEX`.
    pub is_reindex: bool,
    /// `REINDEX TABLE`.
    pub of_table: bool,
    /// `CONCURRENTLY`, and where.
    pub concurrently: Option<Range<usize>>,
}

/// `CREATE MATERIALIZED VIEW`.
#[derive(Debug, Clone)]
pub struct NewAggregate {
    /// Its name.
    pub relation: Relation,
    /// Whether it is a continuous aggregate.
    pub is_continuous: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `WITH NO DATA`.
    pub no_data: bool,
    /// The options by their name in TimescaleDB's table.
    pub options: Vec<(&'static str, Value)>,
    /// The relations after `FROM`, each with the name that it has in the query.
    pub sources: Vec<(Relation, String)>,
    /// The columns that the query reads.
    pub columns: Vec<ColumnRead>,
    /// The width of its `time_bucket`.
    pub bucket: Option<Value>,
    /// The query, with single blanks.
    pub query: String,
    /// The identifiers of the query, folded: columns, aliases and functions.
    pub words: Vec<String>,
}

/// A column that a query reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRead {
    /// The relation's name in the query, if it is written before the column.
    pub of: Option<String>,
    /// The column; `*` is every one.
    pub name: String,
}

/// `INSERT`, or `COPY … FROM`.
#[derive(Debug, Clone)]
pub struct Insert {
    /// The table.
    pub relation: Relation,
    /// Whether rows surely are in it afterwards: `VALUES`, and not a query that may have none.
    pub has_rows: bool,
}

/// `CREATE FUNCTION` and `CREATE PROCEDURE`.
#[derive(Debug, Clone)]
pub struct NewRoutine {
    /// Its name.
    pub name: Relation,
    /// Whether its body may change the schema, or cannot be read.
    pub may_change: bool,
    /// What its body calls.
    pub calls: Vec<Relation>,
}

/// `SET search_path`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchPath {
    /// The schemas; `None` if they are not constants.
    pub schemas: Option<Vec<String>>,
    /// `SET LOCAL`: until the end of the transaction.
    pub is_local: bool,
}

/// `DROP`.
#[derive(Debug, Clone)]
pub struct Drop {
    /// `table`, `view`, `materialized view`, in lower case.
    pub kind: &'static str,
    /// What is dropped.
    pub names: Vec<Relation>,
    /// `CASCADE`.
    pub cascade: bool,
    /// `IF EXISTS`.
    pub if_exists: bool,
}

/// `UPDATE` or `DELETE`.
#[derive(Debug, Clone)]
pub struct Change {
    /// The table.
    pub relation: Relation,
    /// `DELETE`.
    pub is_delete: bool,
    /// `WHERE`, or another relation that is joined.
    pub has_where: bool,
}

/// `TRUNCATE`.
#[derive(Debug, Clone)]
pub struct Truncate {
    /// The tables.
    pub names: Vec<Relation>,
    /// `CASCADE`.
    pub cascade: bool,
}

/// A call of a TimescaleDB routine.
#[derive(Debug, Clone)]
pub struct Call {
    /// The routine.
    pub routine: &'static str,
    /// Where its name is written.
    pub name: Range<usize>,
    /// The schema before its name.
    pub schema: Option<String>,
    /// Its arguments.
    pub arguments: Vec<Argument>,
    /// The relation that the first argument names.
    pub relation: Option<Relation>,
}

/// An argument of a call.
#[derive(Debug, Clone)]
pub struct Argument {
    /// Its name, if it is passed by name.
    pub name: Option<String>,
    /// Its value.
    pub value: Value,
    /// Where it is written, with its name.
    pub range: Range<usize>,
}

impl Call {
    /// The argument that is passed at this position, from 0, or by this name.
    pub fn argument(&self, at: usize, name: &str) -> Option<&Argument> {
        let named = self
            .arguments
            .iter()
            .find(|it| it.name.as_deref() == Some(name));
        let at = || self.arguments.get(at).filter(|it| it.name.is_none());
        named.or_else(at)
    }

    /// The value of such an argument.
    pub fn value(&self, at: usize, name: &str) -> Option<&Value> {
        self.argument(at, name).map(|it| &it.value)
    }

    /// Whether such an argument is on.
    pub fn is_on(&self, at: usize, name: &str) -> bool {
        self.value(at, name).and_then(Value::bool) == Some(true)
    }

    /// Whether policies are added with `if_not_exists`.
    pub fn keeps_policy(&self) -> bool {
        let at = match self.routine {
            "add_continuous_aggregate_policy" => 4,
            _ => 2,
        };
        self.is_on(at, "if_not_exists")
    }

    /// The relation that the first argument names, whatever the parameter is called.
    pub fn relation(&self) -> Option<Relation> {
        self.relation.clone()
    }
}

/// The relation that the text of a `regclass` names.
pub fn relation_of(text: &str) -> Option<Relation> {
    let tokens = sql::lexer::tokens(text);
    let words = sql::statement::words::Words {
        sql: text,
        tokens: &tokens,
    };
    let (name, behind) = sql::statement::names::Name::read(words, 0)?;
    (behind == tokens.len()).then(|| Relation {
        schema: name.schema().unwrap_or_default().to_owned(),
        name: name.object().to_owned(),
    })
}
