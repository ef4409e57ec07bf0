//! The catalog as plain values: what a database holds, without OIDs, owners, timestamps or anything else that differs between
//! two servers with the same schema.
//!
//! Every list is sorted by its natural key (schema and name; columns by position), so two equal schemas are equal values and
//! have the same bytes as text. Reading the values from a server is `introspect`; the text is `snapshot`'s.
//! How `object!` makes a struct from JSON and JSON from a struct is in `json`.

use crate::json::{JsonError, JsonValue, from_text, object, pretty, words};

object! {
    /// Everything that migrations put into a database.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct Catalog {
        /// Names of the installed extensions, `plpgsql` left out.
        pub extensions: Vec<String> = Vec::new(),
        /// Enum types.
        pub enums: Vec<Enum> = Vec::new(),
        /// Domains.
        pub domains: Vec<Domain> = Vec::new(),
        /// Composite types that stand by themselves; the row types of relations are not listed.
        pub composites: Vec<Composite> = Vec::new(),
        /// Range types.
        pub ranges: Vec<RangeType> = Vec::new(),
        /// Plain tables and hypertables.
        pub tables: Vec<Table> = Vec::new(),
        /// Views and materialized views that are not continuous aggregates.
        pub views: Vec<View> = Vec::new(),
        /// Continuous aggregates.
        pub continuous_aggregates: Vec<ContinuousAggregate> = Vec::new(),
        /// User-defined functions and procedures.
        pub routines: Vec<Routine> = Vec::new(),
        /// Jobs that a user added with `add_job`; policies stand with their relation.
        pub jobs: Vec<Job> = Vec::new(),
        /// What no module reads or writes.
        pub others: Vec<OtherObject> = Vec::new(),
    }
}

impl Catalog {
    /// The catalog as JSON, indented; equal catalogs have equal texts.
    pub fn to_text(&self) -> String {
        pretty(self)
    }

    /// The catalog that a text of [`Catalog::to_text`] holds.
    ///
    /// # Errors
    /// If the text is not JSON, or not of that form.
    pub fn parse(text: &str) -> Result<Catalog, JsonError> {
        from_text(text)
    }

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
            others,
        } = self;
        // The other kinds belong to a relation, or are an administrator's.
        let stands_alone =
            |it: &OtherObject| matches!(it.kind, OtherKind::Sequence | OtherKind::Collation);
        enums.is_empty()
            && domains.is_empty()
            && composites.is_empty()
            && ranges.is_empty()
            && tables.is_empty()
            && views.is_empty()
            && continuous_aggregates.is_empty()
            && routines.is_empty()
            && jobs.is_empty()
            && !others.iter().any(stands_alone)
    }
}

object! {
    /// An enum type and its labels in their sort order.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Enum {
        /// Schema of the type.
        pub schema: String,
        /// Name of the type.
        pub name: String,
        /// `COMMENT ON TYPE`.
        pub comment: Option<String> = None,
        /// The labels, by `enumsortorder`.
        pub labels: Vec<String>,
    }
}

object! {
    /// A domain over another type.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Domain {
        /// Schema of the domain.
        pub schema: String,
        /// Name of the domain.
        pub name: String,
        /// `COMMENT ON DOMAIN`.
        pub comment: Option<String> = None,
        /// The type that the domain is over, itself perhaps a domain.
        pub base: TypeRef,
        /// Whether the domain refuses null.
        pub not_null: bool = false,
        /// The domain's default expression.
        pub default: Option<String> = None,
        /// The domain's checks, by name.
        pub checks: Vec<Constraint> = Vec::new(),
    }
}

object! {
    /// A composite type of `CREATE TYPE … AS (…)`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Composite {
        /// Schema of the type.
        pub schema: String,
        /// Name of the type.
        pub name: String,
        /// `COMMENT ON TYPE`.
        pub comment: Option<String> = None,
        /// The attributes, by position.
        pub attributes: Vec<Attribute> = Vec::new(),
    }
}

object! {
    /// An attribute of a composite type, which may always be null.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Attribute {
        /// Name of the attribute.
        pub name: String,
        /// Type of the attribute.
        pub ty: TypeRef as "type",
        /// `COMMENT ON COLUMN`, which is for attributes too.
        pub comment: Option<String> = None,
    }
}

object! {
    /// A range type of `CREATE TYPE … AS RANGE (…)`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RangeType {
        /// Schema of the type.
        pub schema: String,
        /// Name of the type.
        pub name: String,
        /// `COMMENT ON TYPE`.
        pub comment: Option<String> = None,
        /// The type of the values.
        pub subtype: TypeRef,
        /// The multirange type over it; `None` before PostgreSQL 14.
        pub multirange: Option<TypeRef> = None,
        /// The operator class that orders the values, with its schema, unless it is the default.
        pub operator_class: Option<String> = None,
        /// The collation that orders the values, with its schema, unless it is the subtype's.
        pub collation: Option<String> = None,
        /// The function that brings a range into its one form.
        pub canonical: Option<String> = None,
        /// The function that gives the distance of two values.
        pub subtype_diff: Option<String> = None,
    }
}

object! {
    /// A reference to a type.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct TypeRef {
        /// `format_type` with `pg_catalog` as the search path: `numeric(12,2)`, `public.funnel_status`, `text[]`. For people and for comparison.
        pub sql: String,
        /// Schema of the type (of the element type when `array`); left out of the file when it is `pg_catalog`.
        pub schema: String = "pg_catalog".to_owned(),
        /// `typname` of the type (of the element type when `array`): `numeric`, `int8`, `funnel_status`.
        pub name: String,
        /// Whether the type is an array over `schema.name`.
        pub array: bool = false,
    }
}

object! {
    /// A plain table or a hypertable.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Table {
        /// Schema of the table.
        pub schema: String,
        /// Name of the table.
        pub name: String,
        /// `COMMENT ON TABLE`.
        pub comment: Option<String> = None,
        /// The columns, by position.
        pub columns: Vec<Column>,
        /// Primary key, unique, check, foreign-key and exclusion constraints, by name. NOT NULL stands with its column.
        pub constraints: Vec<Constraint> = Vec::new(),
        /// Indexes that do not belong to a constraint, by name.
        pub indexes: Vec<Index> = Vec::new(),
        /// User triggers, by name, as `pg_get_triggerdef` gives them.
        pub triggers: Vec<Trigger> = Vec::new(),
        /// Whether tables inherit from it that are neither its partitions nor its chunks: a query on it reads their rows too, which its keys
        /// do not cover.
        pub inherited: bool = false,
        /// Set when the table is a hypertable.
        pub hypertable: Option<Hypertable> = None,
    }
}

object! {
    /// A column of a table, view or continuous aggregate.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Column {
        /// Name of the column.
        pub name: String,
        /// Type of the column.
        pub ty: TypeRef as "type",
        /// `COMMENT ON COLUMN`.
        pub comment: Option<String> = None,
        /// Why a value read from this column is never null: `NOT NULL`, `primary key`, or a proof over the view's query. `None` when null must
        /// be expected.
        pub never_null: Option<String> = None,
        /// The default expression, as `pg_get_expr` gives it.
        pub default: Option<String> = None,
        /// Set for identity columns.
        pub identity: Option<Identity> = None,
        /// The expression of a `GENERATED ALWAYS AS (…)` column.
        pub generated: Option<String> = None,
        /// Whether the generated column is `VIRTUAL`, computed when it is read, as PostgreSQL 18 has them, and not `STORED`.
        pub is_virtual: bool as "virtual" = false,
    }
}

words! {
    /// How an identity column takes its value.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Identity {
        /// `GENERATED ALWAYS AS IDENTITY`.
        Always = "always",
        /// `GENERATED BY DEFAULT AS IDENTITY`.
        ByDefault = "by_default",
    }
}

object! {
    /// A constraint of a table or domain.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Constraint {
        /// Name of the constraint.
        pub name: String,
        /// What kind of constraint it is.
        pub kind: ConstraintKind,
        /// `pg_get_constraintdef`.
        pub definition: String,
        /// The constrained columns, in the constraint's order; empty for a domain's check.
        pub columns: Vec<String> = Vec::new(),
    }
}

words! {
    /// The kinds of constraint that a catalog records.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum ConstraintKind {
        /// `PRIMARY KEY`.
        PrimaryKey = "primary_key",
        /// `UNIQUE`.
        Unique = "unique",
        /// `CHECK`.
        Check = "check",
        /// `FOREIGN KEY`.
        ForeignKey = "foreign_key",
        /// `EXCLUDE`.
        Exclusion = "exclusion",
    }
}

object! {
    /// An index that does not belong to a constraint.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Index {
        /// Name of the index.
        pub name: String,
        /// `pg_get_indexdef`.
        pub definition: String,
        /// `indisvalid` is false: a `CREATE INDEX CONCURRENTLY` failed, and queries do not use it.
        pub invalid: bool = false,
    }
}

object! {
    /// A user trigger.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Trigger {
        /// Name of the trigger.
        pub name: String,
        /// `pg_get_triggerdef`.
        pub definition: String,
        /// `ALTER TABLE … DISABLE TRIGGER`: it does not fire.
        pub disabled: bool = false,
    }
}

object! {
    /// What makes a table a hypertable.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Hypertable {
        /// The partitioning dimensions, the primary one first.
        pub dimensions: Vec<Dimension>,
        /// Columnstore settings, when it is enabled.
        pub columnstore: Option<Columnstore> = None,
        /// Retention, compression, reorder and other policies, by procedure name.
        pub policies: Vec<Job> = Vec::new(),
    }
}

object! {
    /// One partitioning dimension of a hypertable.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Dimension {
        /// The partitioning column.
        pub column: String,
        /// Chunk width of a time dimension, as PostgreSQL prints the interval.
        pub time_interval: Option<String> = None,
        /// Chunk width of an integer dimension.
        pub integer_interval: Option<i64> = None,
        /// Number of partitions of a space dimension.
        pub partitions: Option<i64> = None,
        /// Function that gives "now" for an integer dimension.
        pub integer_now: Option<String> = None,
    }
}

object! {
    /// Columnstore (compression) settings.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct Columnstore {
        /// `segmentby`, as TimescaleDB prints it: names with commas, quoted where SQL needs it.
        pub segment_by: Option<String> = None,
        /// `orderby`, as TimescaleDB prints it: `"time" DESC,event_id`.
        pub order_by: Option<String> = None,
    }
}

object! {
    /// A background job: a policy of a relation, or a user's `add_job`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Job {
        /// Schema-qualified procedure for a user's job, the bare name (`policy_retention`) for TimescaleDB's.
        pub procedure: String,
        /// How often the job runs, as PostgreSQL prints the interval.
        pub schedule_interval: String,
        /// Whether the job is scheduled at all.
        pub scheduled: bool,
        /// The configuration with sorted keys, server-specific ids (`hypertable_id`, `mat_hypertable_id`) left out.
        pub config: JsonValue,
    }
}

object! {
    /// A view or materialized view that is not a continuous aggregate.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct View {
        /// Schema of the view.
        pub schema: String,
        /// Name of the view.
        pub name: String,
        /// `COMMENT ON VIEW`.
        pub comment: Option<String> = None,
        /// Whether it is a materialized view.
        pub materialized: bool = false,
        /// The columns, by position.
        pub columns: Vec<Column>,
        /// The query, as PostgreSQL 16 and later print it with `pg_catalog` as the search path.
        pub definition: String,
        /// Indexes of a materialized view.
        pub indexes: Vec<Index> = Vec::new(),
    }
}

object! {
    /// A continuous aggregate.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ContinuousAggregate {
        /// Schema of the aggregate's view.
        pub schema: String,
        /// Name of the aggregate's view.
        pub name: String,
        /// `COMMENT ON VIEW`.
        pub comment: Option<String> = None,
        /// The columns, by position.
        pub columns: Vec<Column>,
        /// The user's query, as PostgreSQL 16 and later print it with `pg_catalog` as the search path.
        pub definition: String,
        /// Schema-qualified hypertable or continuous aggregate that it reads; for a hierarchical one the aggregate's view, not its storage.
        pub source: RelationRef,
        /// The column that holds the start of the bucket.
        pub bucket_column: Option<String> = None,
        /// Width of the bucket, as the query has it: `01:00:00`, `1 day`.
        pub bucket_width: Option<String> = None,
        /// Whether only materialized buckets are read (`timescaledb.materialized_only`).
        pub materialized_only: bool,
        /// Columnstore settings, when it is enabled.
        pub columnstore: Option<Columnstore> = None,
        /// Refresh, retention, compression policies, by procedure name.
        pub policies: Vec<Job> = Vec::new(),
    }
}

object! {
    /// A schema-qualified relation name.
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct RelationRef {
        /// Schema of the relation.
        pub schema: String,
        /// Name of the relation.
        pub name: String,
    }
}

object! {
    /// A user-defined function or procedure.
    #[derive(Debug, Clone, PartialEq, Eq)]
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
}

object! {
    /// An object that no module reads or writes. It is compared by its definition.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OtherObject {
        /// What kind of object it is.
        pub kind: OtherKind,
        /// The object as SQL names it, with its schema: `public.order_numbers`, `readers on public.orders`, `table public.orders`.
        pub name: String,
        /// Its definition, in the words of the statement that makes it.
        pub definition: String,
    }
}

words! {
    /// The kinds of object that no module reads or writes.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    #[non_exhaustive]
    pub enum OtherKind {
        /// A sequence that belongs to no column.
        Sequence = "sequence",
        /// A rule of a relation.
        Rule = "rule",
        /// A table whose rows are protected by policies.
        RowSecurity = "row_security",
        /// A policy of such a table.
        RowSecurityPolicy = "row_security_policy",
        /// What others than the owner may do with a relation, column, sequence, routine or schema, and with new ones.
        Privileges = "privileges",
        /// A collation.
        Collation = "collation",
        /// Extended statistics.
        Statistics = "statistics",
        /// An event trigger whose function is in the schemas that are read.
        EventTrigger = "event_trigger",
        /// A table that is a partition of another, or inherits from it.
        Partition = "partition",
        /// How a partitioned table is partitioned.
        PartitionKey = "partition_key",
        /// The server and the table that a foreign table reads.
        ForeignTable = "foreign_table",
        /// A comment on an object whose comment is not part of something else here.
        Comment = "comment",
        /// The server that foreign tables read, with the names of its options.
        ForeignServer = "foreign_server",
        /// How the values of a column are stored and counted.
        ColumnOptions = "column_options",
        /// The tables whose changes are published.
        Publication = "publication",
    }
}
