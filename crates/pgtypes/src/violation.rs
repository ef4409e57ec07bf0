//! Which of a table's constraints made a statement fail.

use postgres::error::SqlState;

use crate::server_error::ServerError;

/// What a row violates, as the server names it.
#[doc(hidden)]
#[derive(Debug, PartialEq, Eq)]
pub enum Violated {
    /// This column is never null.
    NotNull(String),
    /// A constraint, by its index in a list of names.
    Known(usize),
    /// A constraint that is not in the list.
    Other(String),
}

/// Schema of TimescaleDB's chunks, unless the hypertable names another one.
const CHUNKS: &str = "_timescaledb_internal";

/// PostgreSQL cuts names at this many bytes.
const MOST_BYTES: usize = 63;

impl Violated {
    /// What made the statement fail, if it is a constraint. `names` are a table's constraints.
    pub fn of(error: &impl ServerError, names: &[&str]) -> Option<Self> {
        let error = error.reported()?;
        // Since PostgreSQL 18 these have names too.
        if error.code == SqlState::NOT_NULL_VIOLATION.code() {
            return error.column.map(|it| Self::NotNull(it.to_owned()));
        }
        let name = error.constraint?;
        let table = error.table.unwrap_or_default();
        let known = if is_chunk(error.schema, table) {
            let mut names = names.iter();
            names.position(|known| is_of_chunk(name, table, known))
        } else {
            None
        };
        let known = known.or_else(|| names.iter().position(|known| *known == name));
        Some(known.map_or_else(|| Self::Other(name.to_owned()), Self::Known))
    }
}

/// Whether a table is a hypertable's chunk. In another schema it has the name that TimescaleDB gives: a prefix, a number, `_chunk`.
fn is_chunk(schema: Option<&str>, table: &str) -> bool {
    schema == Some(CHUNKS) || table.ends_with("_chunk")
}

/// Whether a constraint of the table `chunk` is a hypertable's: `1_events_pkey` is `events_pkey` of chunk 1. Older versions of TimescaleDB
/// write two numbers. A unique index without a constraint has the name of the chunk in front: `_hyper_1_1_chunk_events_name`.
fn is_of_chunk(name: &str, chunk: &str, of_table: &str) -> bool {
    let is_own =
        |own: &str| own == of_table || (name.len() == MOST_BYTES && of_table.starts_with(own));
    let once = after_number(name);
    let twice = once.and_then(after_number);
    let index = name.strip_prefix(chunk);
    let index = index.and_then(|rest| rest.strip_prefix('_'));
    [once, twice, index].into_iter().flatten().any(is_own)
}

/// What follows `12_`.
fn after_number(name: &str) -> Option<&str> {
    let (number, rest) = name.split_once('_')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(rest)
}

/// The enum of a table's constraints: the table as documentation shows it, a variant for each constraint with its name, and the variants
/// for columns and for other constraints.
#[doc(hidden)]
#[macro_export]
macro_rules! violation {
    ($table:literal $not_null:ident $other:ident: $($(#[$doc:meta])* $name:literal $variant:ident)*) => {
        #[doc = concat!("What a row violates that ", $table, " refuses.")]
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Violation {
            $($(#[$doc])* $variant,)*
            /// This column is never null.
            $not_null(String),
            /// The constraint of this name, which this build does not know or is another table's.
            $other(String),
        }

        impl Violation {
            /// What made a statement fail, if it is a constraint or a column that is never null.
            pub fn of(error: &impl $crate::ServerError) -> Option<Self> {
                const NAMES: &[&str] = &[$($name),*];
                let variants = [$(Self::$variant),*];
                let violated = $crate::private::Violated::of(error, NAMES)?;
                Some(match violated {
                    $crate::private::Violated::NotNull(column) => Self::$not_null(column),
                    $crate::private::Violated::Other(name) => Self::$other(name),
                    $crate::private::Violated::Known(index) => variants.into_iter().nth(index)?,
                })
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunks_constraint_is_its_tables() {
        let chunk = "_hyper_1_1_chunk";
        let is_own = |name: &str, of_table| is_of_chunk(name, chunk, of_table);
        assert!(is_own("1_events_pkey", "events_pkey"));
        assert!(is_own("1_2_events_pkey", "events_pkey"));
        assert!(is_own("1_2_x", "2_x"));
        assert!(is_own("12_345_1_2_x", "1_2_x"));
        assert!(is_own("_hyper_1_1_chunk_events_name", "events_name"));
        let long = "x".repeat(MOST_BYTES);
        assert!(is_own(&format!("1_2_{}", &long[4..]), &long));
        assert!(is_own(
            &format!("{chunk}_{}", &long[chunk.len() + 1..]),
            &long
        ));
        for other in [
            "events_pkey",
            "1_2_events_pke",
            "_2_events_pkey",
            "_hyper_1_10_chunk_events_pkey",
            "_hyper_1_1_chunkevents_pkey",
            "",
        ] {
            assert!(!is_own(other, "events_pkey"), "{other}");
        }
    }
}
