//! The functions that a proof may pass through, by name and owner.
//!
//! The names are resolved ones: the server looked them up by the OID in the query, so a user's function of the same name is not mistaken
//! for PostgreSQL's. Left out on purpose, although they are STRICT: `->>`, `substring` with a pattern, `array_length`, `extract`,
//! `date_part` and `time` (of infinity), `to_char` (of infinity, and with an empty format), `nullif`, `regexp_match`, `lower` and `upper`
//! of a range (without that bound), and every conversion from JSON, where a JSON null becomes an SQL null.

/// A function that a view calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Function {
    /// The extension that it belongs to, else its schema.
    pub(crate) owner: String,
    pub(crate) name: String,
    /// Types of the arguments.
    pub(crate) arguments: Vec<String>,
}

/// What an aggregate does to arguments that are never null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aggregate {
    /// Counts: never null, not even over no rows.
    Counts,
    /// Never null over at least one row.
    KeepsNotNull,
    /// Anything else.
    Unknown,
}

impl Function {
    /// Whether the result is never null when no argument is.
    pub(crate) fn keeps_not_null(&self) -> bool {
        match self.owner.as_str() {
            "timescaledb" => self.name == "time_bucket",
            "pg_catalog" => {
                let opaque = |ty: &String| OPAQUE.contains(&ty.as_str());
                match self.name.as_str() {
                    "to_json" | "to_jsonb" | "jsonb_typeof" | "json_typeof"
                    | "jsonb_build_object" | "json_build_object" => true,
                    name => {
                        !self.arguments.iter().any(opaque)
                            && (KEEPING.contains(&name) || is_number_operator(name))
                    }
                }
            }
            _ => false,
        }
    }

    /// What this function does as an aggregate.
    pub(crate) fn aggregate(&self) -> Aggregate {
        match (self.owner.as_str(), self.name.as_str()) {
            ("pg_catalog", "count") => Aggregate::Counts,
            ("pg_catalog", name) if KEEPING_AGGREGATES.contains(&name) => Aggregate::KeepsNotNull,
            ("timescaledb", "first" | "last") => Aggregate::KeepsNotNull,
            _ => Aggregate::Unknown,
        }
    }

    /// Whether the window function gives a value for every row.
    pub(crate) fn numbers_rows(&self) -> bool {
        self.owner == "pg_catalog"
            && matches!(
                self.name.as_str(),
                "row_number" | "rank" | "dense_rank" | "percent_rank" | "cume_dist" | "count"
            )
    }

    /// Whether the function makes up rows: TimescaleDB fills the other columns of such a row with null.
    pub(crate) fn fills_gaps(&self) -> bool {
        self.name.starts_with("time_bucket_gapfill")
    }
}

/// Never null over at least one row of arguments that are not null.
const KEEPING_AGGREGATES: &[&str] = &[
    "array_agg",
    "avg",
    "bit_and",
    "bit_or",
    "bool_and",
    "bool_or",
    "every",
    "json_agg",
    "jsonb_agg",
    "max",
    "min",
    "string_agg",
    "sum",
];

/// Types whose non-null values may become null under a function that never returns null for other types.
const OPAQUE: &[&str] = &[
    "\"any\"",
    "anymultirange",
    "anyrange",
    "json",
    "jsonb",
    "jsonpath",
];

/// Ordinary functions of `pg_catalog`, the conversions among them called as their target types are.
const KEEPING: &[&str] = &[
    "abs",
    "ascii",
    "bool",
    "bpchar",
    "btrim",
    "cardinality",
    "ceil",
    "ceiling",
    "char_length",
    "chr",
    "clock_timestamp",
    "concat",
    "date",
    "date_eq",
    "date_ge",
    "date_gt",
    "date_le",
    "date_lt",
    "date_mi",
    "date_mii",
    "date_ne",
    "date_pli",
    "date_trunc",
    "exp",
    "float4",
    "float8",
    "floor",
    "gen_random_uuid",
    "greatest",
    "host",
    "initcap",
    "int2",
    "int4",
    "int8",
    "interval",
    "interval_div",
    "interval_eq",
    "interval_ge",
    "interval_gt",
    "interval_le",
    "interval_lt",
    "interval_mi",
    "interval_mul",
    "interval_ne",
    "interval_pl",
    "interval_um",
    "left",
    "length",
    "lower",
    "lpad",
    "ltrim",
    "masklen",
    "md5",
    "mod",
    "now",
    "numeric",
    "octet_length",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "rpad",
    "rtrim",
    "sign",
    "split_part",
    "starts_with",
    "statement_timestamp",
    "strpos",
    "text",
    "text_ge",
    "text_gt",
    "text_le",
    "text_lt",
    "textcat",
    "texteq",
    "textne",
    "timestamp",
    "timestamp_eq",
    "timestamp_ge",
    "timestamp_gt",
    "timestamp_le",
    "timestamp_lt",
    "timestamp_mi_interval",
    "timestamp_ne",
    "timestamp_pl_interval",
    "timestamptz",
    "timestamptz_eq",
    "timestamptz_ge",
    "timestamptz_gt",
    "timestamptz_le",
    "timestamptz_lt",
    "timestamptz_mi_interval",
    "timestamptz_ne",
    "timestamptz_pl_interval",
    "timezone",
    "to_timestamp",
    "transaction_timestamp",
    "trunc",
    "upper",
    "uuid_eq",
    "uuid_ne",
    "varchar",
];

/// Whether the function implements an arithmetic or comparison operator on numbers: `int48pl`, `float8div`, `numeric_gt`.
fn is_number_operator(name: &str) -> bool {
    let types = [
        "int2", "int4", "int8", "int24", "int42", "int28", "int82", "int48", "int84", "float4",
        "float8", "float48", "float84",
    ];
    let operations = [
        "pl", "mi", "mul", "div", "mod", "um", "up", "abs", "eq", "ne", "lt", "le", "gt", "ge",
    ];
    let of_numeric = [
        "add", "sub", "mul", "div", "mod", "uminus", "uplus", "abs", "eq", "ne", "lt", "le", "gt",
        "ge",
    ];
    match name.strip_prefix("numeric_") {
        Some(operation) => of_numeric.contains(&operation),
        None => types.iter().any(|ty| {
            name.strip_prefix(ty)
                .is_some_and(|operation| operations.contains(&operation))
        }),
    }
}
