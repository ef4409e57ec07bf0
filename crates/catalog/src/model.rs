//! The catalog as plain values: what a database holds, without OIDs, owners, timestamps or anything else that differs between
//! two servers with the same schema.
//!
//! Every list is sorted by its natural key (schema and name; columns by position), so two equal schemas are equal values and
//! serialize to the same bytes. Reading the values from a server is `introspect`; writing them to disk is `snapshot`.

use serde::{Deserialize, Serialize};

/// Everything that migrations put into a database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// Names of the installed extensions, `plpgsql` left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<String>,
    /// Enum types.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enums: Vec<Enum>,
    /// Domains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<Domain>,
    /// Composite types that stand by themselves; the row types of relations are not listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub composites: Vec<Composite>,
    /// Range types.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<RangeType>,
    /// Plain tables and hypertables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// Views and materialized views that are not continuous aggregates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<View>,
    /// Continuous aggregates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub continuous_aggregates: Vec<ContinuousAggregate>,
    /// User-defined functions and procedures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routines: Vec<Routine>,
    /// Jobs that a user added with `add_job`; policies stand with their relation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<Job>,
}

impl Catalog {
    /// Whether it holds nothing but extensions, which an image or an administrator may have created.
    pub fn is_empty(&self) -> bool {
        let Catalog {
            extensions: _,
            enums,
            domains,
            composites,
            ranges,
            tables,
            views,
            continuous_aggregates,
            routines,
            jobs,
        } = self;
        enums.is_empty()
            && domains.is_empty()
            && composites.is_empty()
            && ranges.is_empty()
            && tables.is_empty()
            && views.is_empty()
            && continuous_aggregates.is_empty()
            && routines.is_empty()
            && jobs.is_empty()
    }
}

/// An enum type and its labels in their sort order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enum {
    /// Schema of the type.
    pub schema: String,
    /// Name of the type.
    pub name: String,
    /// `COMMENT ON TYPE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The labels, by `enumsortorder`.
    pub labels: Vec<String>,
}

/// A domain over another type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// Schema of the domain.
    pub schema: String,
    /// Name of the domain.
    pub name: String,
    /// `COMMENT ON DOMAIN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The type that the domain is over, itself perhaps a domain.
    pub base: TypeRef,
    /// Whether the domain refuses null.
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_null: bool,
    /// The domain's default expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The domain's checks, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Constraint>,
}

/// A composite type of `CREATE TYPE … AS (…)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Composite {
    /// Schema of the type.
    pub schema: String,
    /// Name of the type.
    pub name: String,
    /// `COMMENT ON TYPE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The attributes, by position.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
}

/// An attribute of a composite type, which may always be null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Name of the attribute.
    pub name: String,
    /// Type of the attribute.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// `COMMENT ON COLUMN`, which is for attributes too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A range type of `CREATE TYPE … AS RANGE (…)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RangeType {
    /// Schema of the type.
    pub schema: String,
    /// Name of the type.
    pub name: String,
    /// `COMMENT ON TYPE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The type of the values.
    pub subtype: TypeRef,
    /// The multirange type over it; `None` before PostgreSQL 14.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multirange: Option<TypeRef>,
    /// The operator class that orders the values, with its schema, unless it is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_class: Option<String>,
    /// The collation that orders the values, with its schema, unless it is the subtype's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// The function that brings a range into its one form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canonical: Option<String>,
    /// The function that gives the distance of two values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtype_diff: Option<String>,
}

/// A reference to a type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeRef {
    /// `format_type` with `pg_catalog` as the search path: `numeric(12,2)`, `public.funnel_status`, `text[]`. For people and for comparison.
    pub sql: String,
    /// Schema of the type (of the element type when `array`); left out of the file when it is `pg_catalog`.
    #[serde(default = "pg_catalog", skip_serializing_if = "is_pg_catalog")]
    pub schema: String,
    /// `typname` of the type (of the element type when `array`): `numeric`, `int8`, `funnel_status`.
    pub name: String,
    /// Whether the type is an array over `schema.name`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub array: bool,
}

/// A plain table or a hypertable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Schema of the table.
    pub schema: String,
    /// Name of the table.
    pub name: String,
    /// `COMMENT ON TABLE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The columns, by position.
    pub columns: Vec<Column>,
    /// Primary key, unique, check, foreign-key and exclusion constraints, by name. NOT NULL stands with its column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<Constraint>,
    /// Indexes that do not belong to a constraint, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    /// User triggers, by name, as `pg_get_triggerdef` gives them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// Set when the table is a hypertable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hypertable: Option<Hypertable>,
}

/// A column of a table, view or continuous aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Name of the column.
    pub name: String,
    /// Type of the column.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// `COMMENT ON COLUMN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Why a value read from this column is never null: `NOT NULL`, `primary key`, or a proof over the view's query. `None` when null must
    /// be expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub never_null: Option<String>,
    /// The default expression, as `pg_get_expr` gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Set for identity columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// The expression of a `GENERATED ALWAYS AS (…)` column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<String>,
    /// Whether the generated column is `VIRTUAL`, computed when it is read, as PostgreSQL 18 has them, and not `STORED`.
    #[serde(default, rename = "virtual", skip_serializing_if = "is_false")]
    pub is_virtual: bool,
}

/// How an identity column takes its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// `GENERATED ALWAYS AS IDENTITY`.
    Always,
    /// `GENERATED BY DEFAULT AS IDENTITY`.
    ByDefault,
}

/// A constraint of a table or domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constraint {
    /// Name of the constraint.
    pub name: String,
    /// What kind of constraint it is.
    pub kind: ConstraintKind,
    /// `pg_get_constraintdef`.
    pub definition: String,
    /// The constrained columns, in the constraint's order; empty for a domain's check.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
}

/// The kinds of constraint that a catalog records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey,
    /// `UNIQUE`.
    Unique,
    /// `CHECK`.
    Check,
    /// `FOREIGN KEY`.
    ForeignKey,
    /// `EXCLUDE`.
    Exclusion,
}

/// An index that does not belong to a constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// Name of the index.
    pub name: String,
    /// `pg_get_indexdef`.
    pub definition: String,
    /// `indisvalid` is false: a `CREATE INDEX CONCURRENTLY` failed, and queries do not use it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invalid: bool,
}

/// A user trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// Name of the trigger.
    pub name: String,
    /// `pg_get_triggerdef`.
    pub definition: String,
    /// `ALTER TABLE … DISABLE TRIGGER`: it does not fire.
    #[serde(default, skip_serializing_if = "is_false")]
    pub disabled: bool,
}

/// What makes a table a hypertable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hypertable {
    /// The partitioning dimensions, the primary one first.
    pub dimensions: Vec<Dimension>,
    /// Columnstore settings, when it is enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columnstore: Option<Columnstore>,
    /// Retention, compression, reorder and other policies, by procedure name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<Job>,
}

/// One partitioning dimension of a hypertable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// The partitioning column.
    pub column: String,
    /// Chunk width of a time dimension, as PostgreSQL prints the interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_interval: Option<String>,
    /// Chunk width of an integer dimension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integer_interval: Option<i64>,
    /// Number of partitions of a space dimension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partitions: Option<i64>,
    /// Function that gives "now" for an integer dimension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integer_now: Option<String>,
}

/// Columnstore (compression) settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columnstore {
    /// `segmentby`, as TimescaleDB prints it: names with commas, quoted where SQL needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment_by: Option<String>,
    /// `orderby`, as TimescaleDB prints it: `"time" DESC,event_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_by: Option<String>,
}

/// A background job: a policy of a relation, or a user's `add_job`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Schema-qualified procedure for a user's job, the bare name (`policy_retention`) for TimescaleDB's.
    pub procedure: String,
    /// How often the job runs, as PostgreSQL prints the interval.
    pub schedule_interval: String,
    /// Whether the job is scheduled at all.
    pub scheduled: bool,
    /// The configuration with sorted keys, server-specific ids (`hypertable_id`, `mat_hypertable_id`) left out.
    pub config: serde_json::Value,
}

/// A view or materialized view that is not a continuous aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// Schema of the view.
    pub schema: String,
    /// Name of the view.
    pub name: String,
    /// `COMMENT ON VIEW`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Whether it is a materialized view.
    #[serde(default, skip_serializing_if = "is_false")]
    pub materialized: bool,
    /// The columns, by position.
    pub columns: Vec<Column>,
    /// The query, as PostgreSQL 16 and later print it with `pg_catalog` as the search path.
    pub definition: String,
    /// Indexes of a materialized view.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
}

/// A continuous aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContinuousAggregate {
    /// Schema of the aggregate's view.
    pub schema: String,
    /// Name of the aggregate's view.
    pub name: String,
    /// `COMMENT ON VIEW`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The columns, by position.
    pub columns: Vec<Column>,
    /// The user's query, as PostgreSQL 16 and later print it with `pg_catalog` as the search path.
    pub definition: String,
    /// Schema-qualified hypertable or continuous aggregate that it reads; for a hierarchical one the aggregate's view, not its storage.
    pub source: RelationRef,
    /// The column that holds the start of the bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket_column: Option<String>,
    /// Width of the bucket, as the query has it: `01:00:00`, `1 day`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket_width: Option<String>,
    /// Whether only materialized buckets are read (`timescaledb.materialized_only`).
    pub materialized_only: bool,
    /// Columnstore settings, when it is enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columnstore: Option<Columnstore>,
    /// Refresh, retention, compression policies, by procedure name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<Job>,
}

/// A schema-qualified relation name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelationRef {
    /// Schema of the relation.
    pub schema: String,
    /// Name of the relation.
    pub name: String,
}

/// A user-defined function or procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routine {
    /// Schema of the routine.
    pub schema: String,
    /// Name of the routine.
    pub name: String,
    /// `pg_get_function_identity_arguments`.
    pub arguments: String,
    /// `pg_get_functiondef`, if PostgreSQL prints one (not for aggregates).
    pub definition: String,
}

fn is_false(value: &bool) -> bool {
    !*value
}

fn pg_catalog() -> String {
    "pg_catalog".to_owned()
}

fn is_pg_catalog(schema: &str) -> bool {
    schema == "pg_catalog"
}
