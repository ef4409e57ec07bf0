//! What functions do to arguments that are never null, by name and owner.
//!
//! The names are resolved ones: the server looked them up by the OID in the query, so a user's function of the same name is not mistaken
//! for PostgreSQL's. The names that are listed are in `functions/names.rs`; a test calls each of them on a server with edge values.

mod names;

use names::{is_comparison, is_number_operator, listed};

/// A function that a view calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Function {
    /// The extension that it belongs to, or `pg_catalog`; of a user's function nothing.
    pub(crate) owner: String,
    pub(crate) name: String,
    /// Types of the arguments.
    pub(crate) arguments: Vec<String>,
    /// Whether the server gives null without a call when an argument is null.
    pub(crate) is_strict: bool,
    /// Whether two calls with the same arguments may give different results for a row.
    pub(crate) is_volatile: bool,
}

/// What an aggregate does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aggregate {
    /// Never null, not even over no rows.
    Counts,
    /// Never null over at least one row, whatever is null in it.
    Collects,
    /// Never null over at least one row of arguments that are not null.
    KeepsNotNull,
    /// Anything else.
    Unknown,
}

/// What a window function does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Window {
    /// Gives a value for every row.
    NumbersRows,
    /// The same when its argument is not null.
    NumbersBuckets,
    /// Gives the value of another row, or a default.
    Shifts,
    /// Gives something of the frame's rows, and null for a frame without any.
    OfFrame,
    /// The same, whatever is null in them.
    Collects,
    /// Anything else.
    Unknown,
}

impl Function {
    pub(crate) fn is_of_postgres(&self) -> bool {
        self.owner == "pg_catalog"
    }

    /// Whether the result is never null when no argument is.
    pub(crate) fn keeps_not_null(&self) -> bool {
        let name = self.name.as_str();
        match self.owner.as_str() {
            "timescaledb" => name == "time_bucket",
            "uuid-ossp" | "pgcrypto" => listed(names::OF_EXTENSIONS, name),
            "pg_catalog" if listed(names::OF_OPAQUE, name) || is_comparison(name) => true,
            "pg_catalog" => {
                let opaque = |ty: &String| names::OPAQUE.contains(&ty.as_str());
                let of_place = |at: usize| self.arguments.get(at).map(String::as_str);
                !self.arguments.iter().any(opaque)
                    && (listed(names::KEEPING, name)
                        || is_number_operator(name)
                        // With a pattern it gives null where nothing matches.
                        || (name == "substring" && of_place(1) == Some("integer")))
            }
            _ => false,
        }
    }

    /// Whether the result is never null whatever the arguments are, but for the format or the separator that comes first.
    pub(crate) fn skips_nulls(&self) -> bool {
        self.is_of_postgres() && listed(names::SKIPPING, &self.name)
    }

    /// Whether the result is never null when some argument is not.
    pub(crate) fn needs_any(&self) -> bool {
        self.is_of_postgres() && listed(names::OF_ANY, &self.name)
    }

    /// Whether the function casts an argument of any type to text. The cast of a user's type may make a null of it.
    pub(crate) fn casts_to_text(&self) -> bool {
        self.is_of_postgres()
            && listed(names::CASTING, &self.name)
            && self.arguments.iter().any(|ty| ty.starts_with("any"))
    }

    /// Whether the first argument must not be null, where the function skips the others' nulls.
    pub(crate) fn needs_first(&self) -> bool {
        matches!(self.name.as_str(), "concat_ws" | "format")
    }

    /// Whether the result is never null if the format or the name of a field, which is a constant, is this one.
    pub(crate) fn keeps_not_null_with(&self, text: &str) -> bool {
        match self.name.as_str() {
            // Of infinity the other fields are null.
            "extract" | "date_part" if self.is_of_postgres() => {
                let is_time_of_day = self.arguments.last();
                let is_time_of_day = is_time_of_day.is_some_and(|ty| ty.starts_with("time with"));
                is_time_of_day || listed(names::FIELDS_OF_INFINITY, text)
            }
            // An empty format gives null, and so does infinity.
            "to_char" if self.is_of_postgres() => {
                let of = self.arguments.first().map(String::as_str);
                let is_number = matches!(
                    of,
                    Some("integer" | "bigint" | "numeric" | "real" | "double precision")
                );
                is_number && !text.is_empty()
            }
            _ => false,
        }
    }

    /// Whether a column, counted from 1, of the set that the function returns is never null.
    pub(crate) fn gives_set_without_nulls(&self, column: i64) -> bool {
        if !self.is_of_postgres() {
            return false;
        }
        match (self.name.as_str(), column) {
            ("json_each_text" | "jsonb_each_text", 1) => true,
            ("json_each" | "jsonb_each", 1 | 2) => true,
            // The third argument says what is null.
            ("string_to_table", 1) => self.arguments.len() == 2,
            (name, 1) => listed(names::SETS, name),
            _ => false,
        }
    }

    /// What this function does as an aggregate.
    pub(crate) fn aggregate(&self) -> Aggregate {
        let name = self.name.as_str();
        match self.owner.as_str() {
            "pg_catalog" if listed(names::COUNTING, name) => Aggregate::Counts,
            "pg_catalog" if listed(names::COLLECTING, name) => Aggregate::Collects,
            "pg_catalog" if listed(names::KEEPING_AGGREGATES, name) => Aggregate::KeepsNotNull,
            "timescaledb" if matches!(name, "first" | "last") => Aggregate::KeepsNotNull,
            _ => Aggregate::Unknown,
        }
    }

    /// What this function does as a window function.
    pub(crate) fn window(&self) -> Window {
        if !self.is_of_postgres() {
            return Window::Unknown;
        }
        match self.name.as_str() {
            "row_number" | "rank" | "dense_rank" | "percent_rank" | "cume_dist" => {
                Window::NumbersRows
            }
            "ntile" => Window::NumbersBuckets,
            "lag" | "lead" => Window::Shifts,
            "first_value" | "last_value" => Window::OfFrame,
            _ => match self.aggregate() {
                Aggregate::Counts => Window::NumbersRows,
                Aggregate::Collects => Window::Collects,
                Aggregate::KeepsNotNull => Window::OfFrame,
                Aggregate::Unknown => Window::Unknown,
            },
        }
    }

    /// Whether the function makes up rows: TimescaleDB fills the other columns of such a row with null.
    pub(crate) fn fills_gaps(&self) -> bool {
        self.name.starts_with("time_bucket_gapfill")
    }

    /// Whether the function, by which rows are grouped, may make up rows: it may be a user's whose body is a call of the one that does. The
    /// server puts that body in the place of the call only if the user's function is volatile, too.
    pub(crate) fn may_fill_gaps(&self) -> bool {
        self.fills_gaps() || (self.is_volatile && self.owner.is_empty())
    }
}
