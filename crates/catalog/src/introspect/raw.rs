//! The JSON of `catalog.sql`, as it comes: with OIDs, unsorted, one list per source.
//!
//! `json_agg` over no rows is null, hence the many `Option<Vec<…>>`. What of it becomes the catalog is `assemble`'s.

use std::collections::BTreeMap;

use crate::json::{FromJson, JsonError, JsonValue, Reader, record, row};
use crate::model::{
    Attribute, Index, OtherObject, RangeType, RelationRef, Routine, Trigger, TypeRef,
};

pub(super) type Rows<T> = Option<Vec<T>>;

record! {
    pub(super) struct Answer {
        pub(super) extensions: Rows<String>,
        pub(super) enums: Rows<Enum>,
        pub(super) domains: Rows<Domain>,
        pub(super) composites: Rows<Composite>,
        pub(super) ranges: Rows<RangeType>,
        pub(super) relations: Rows<Relation>,
        pub(super) columns: Rows<Column>,
        pub(super) types: Rows<Type>,
        pub(super) comments: Rows<Text>,
        /// Of defaults and generated columns.
        pub(super) expressions: Rows<Text>,
        pub(super) not_valid: Rows<NotValid>,
        pub(super) added: Rows<Added>,
        pub(super) constraints: Rows<Of<Constraint>>,
        pub(super) indexes: Rows<Of<Index>>,
        pub(super) triggers: Rows<Of<Trigger>>,
        pub(super) children: Rows<Child>,
        pub(super) routines: Rows<Routine>,
        pub(super) others: Rows<OtherObject>,
        pub(super) functions: Rows<Function>,
        pub(super) hypertables: Rows<Hypertable>,
        pub(super) dimensions: Rows<Dimension>,
        pub(super) continuous_aggregates: Rows<ContinuousAggregate>,
        pub(super) columnstore: Rows<Columnstore>,
        pub(super) jobs: Rows<Job>,
    }
}

record! {
    pub(super) struct Enum {
        pub(super) schema: String,
        pub(super) name: String,
        pub(super) comment: Option<String>,
        pub(super) labels: Rows<String>,
    }
}

record! {
    pub(super) struct Domain {
        pub(super) schema: String,
        pub(super) name: String,
        pub(super) comment: Option<String>,
        pub(super) base: TypeRef,
        pub(super) not_null: bool,
        pub(super) default: Option<String>,
        pub(super) checks: Rows<Constraint>,
    }
}

record! {
    pub(super) struct Composite {
        pub(super) schema: String,
        pub(super) name: String,
        pub(super) comment: Option<String>,
        pub(super) attributes: Rows<Attribute>,
    }
}

record! {
    pub(super) struct Relation {
        pub(super) oid: u32,
        pub(super) schema: String,
        pub(super) name: String,
        /// `relkind`.
        pub(super) kind: String,
        pub(super) definition: Option<String>,
        /// `pg_rewrite.ev_action` of a view.
        pub(super) tree: Option<String>,
    }
}

row! {
    /// The fields come without their names, in this order.
    pub(super) struct Column {
        pub(super) relation: u32,
        /// `attnum`.
        pub(super) position: i64,
        pub(super) name: String,
        /// `atttypid` and `atttypmod`, as in [`Type`].
        pub(super) ty: u32,
        pub(super) modifier: i64,
        /// `attnotnull`, checked or not; of the table itself, whatever its children say.
        pub(super) not_null: bool,
        /// `attidentity`.
        pub(super) identity: String,
        /// `attgenerated`.
        pub(super) generated: String,
    }
}

record! {
    /// A type that columns have.
    pub(super) struct Type {
        pub(super) oid: u32,
        pub(super) modifier: i64,
        pub(super) ty: TypeRef as "type",
    }
}

record! {
    /// What stands at a column, or at a relation as column 0.
    pub(super) struct Text {
        pub(super) relation: u32,
        pub(super) column: i64,
        pub(super) text: String,
    }
}

record! {
    /// A NOT NULL constraint that nothing has checked.
    pub(super) struct NotValid {
        pub(super) relation: u32,
        pub(super) columns: Vec<i64>,
    }
}

record! {
    /// A column that may be younger than rows of the continuous aggregate.
    pub(super) struct Added {
        pub(super) schema: String,
        pub(super) name: String,
        pub(super) column: String,
    }
}

/// Something that a relation has: an array of the relation and it.
pub(super) struct Of<T> {
    pub(super) relation: u32,
    pub(super) it: T,
}

impl<T: FromJson> FromJson for Of<T> {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let (mut relation, mut it) = (None, None);
        reader.row(&mut [&mut relation, &mut it])?;
        match (relation, it) {
            (Some(relation), Some(it)) => Ok(Of { relation, it }),
            _ => Err(reader.missing("relation")),
        }
    }
}

record! {
    /// A table that another one's queries read as well.
    pub(super) struct Child {
        pub(super) parent: u32,
        pub(super) child: u32,
        /// Its columns whose NOT NULL is missing or not checked.
        pub(super) nullable: Rows<String>,
    }
}

record! {
    pub(super) struct Constraint {
        pub(super) name: String,
        /// `contype`.
        pub(super) kind: String,
        pub(super) definition: String,
        /// `conkey`; null for a domain's.
        pub(super) columns: Rows<i64>,
    }
}

record! {
    /// A function that a view calls.
    pub(super) struct Function {
        pub(super) oid: u32,
        /// The extension that it belongs to, `pg_catalog`, or nothing: a schema may be called like an extension.
        pub(super) owner: String,
        pub(super) name: String,
        pub(super) arguments: Rows<String>,
        pub(super) strict: bool,
        pub(super) volatile: bool,
    }
}

record! {
    pub(super) struct Hypertable {
        pub(super) schema: String,
        pub(super) name: String,
        pub(super) columnstore: bool,
    }
}

record! {
    pub(super) struct Dimension {
        pub(super) schema: String,
        pub(super) name: String,
        pub(super) number: i64,
        pub(super) column: String,
        pub(super) time_interval: Option<String>,
        pub(super) integer_interval: Option<i64>,
        pub(super) partitions: Option<i64>,
        pub(super) integer_now: Option<String>,
    }
}

record! {
    pub(super) struct ContinuousAggregate {
        pub(super) schema: String,
        pub(super) name: String,
        pub(super) definition: String,
        /// The hypertable that holds the materialized part.
        pub(super) storage: RelationRef,
        /// What it reads; for a hierarchical aggregate the storage of another.
        pub(super) source: RelationRef,
        pub(super) materialized_only: bool,
        pub(super) columnstore: bool,
    }
}

record! {
    /// Settings of a hypertable, or of an aggregate's storage.
    pub(super) struct Columnstore {
        pub(super) schema: String,
        pub(super) name: String,
        pub(super) segment_by: Option<String>,
        pub(super) order_by: Option<String>,
    }
}

record! {
    pub(super) struct Job {
        pub(super) relation: Option<RelationRef>,
        pub(super) procedure_schema: String,
        pub(super) procedure: String,
        pub(super) schedule_interval: String,
        pub(super) scheduled: bool,
        pub(super) config: Option<JsonValue>,
        /// The configuration's intervals in one style.
        pub(super) intervals: Option<BTreeMap<String, String>>,
    }
}
