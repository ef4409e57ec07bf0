//! Why plain mode does not support a routine, in words.

use sql::quote::literal;
use sql::timescaledb::{Lacking, Plain, ROUTINES};

/// Why there is nothing like it without TimescaleDB.
pub(crate) fn reason(lacking: Lacking) -> &'static str {
    match lacking {
        Lacking::Chunks => "a plain table has no chunks",
        Lacking::Rows => "no function can generate the missing rows",
        Lacking::Nodes => "a plain database has no data nodes",
        Lacking::Telemetry => "nothing is reported",
        Lacking::Restore => "a dump of this database is restored without it",
        Lacking::Experiments => "it is experimental",
        Lacking::OldAggregates => "a continuous aggregate is a view here and has no older format",
        Lacking::Internals => "it is an internal function of TimescaleDB",
    }
}

/// What to use instead.
fn hint(lacking: Lacking) -> Option<&'static str> {
    match lacking {
        Lacking::Rows => Some("Join with generate_series instead."),
        Lacking::Experiments => {
            Some("Use the functions for one policy each, add_retention_policy and the like.")
        }
        _ => None,
    }
}

/// Name, reason and hint of each routine that the stand-in has only to raise an error, as rows of SQL.
pub(crate) fn rows() -> String {
    let rows = ROUTINES.iter().filter_map(|it| match it.plain {
        Plain::Raises(lacking) | Plain::Refused(lacking) => {
            let hint = hint(lacking).map_or("NULL".to_owned(), literal);
            let row = format!(
                "({}, {}, {hint})",
                literal(it.name),
                literal(reason(lacking))
            );
            Some(row)
        }
        Plain::Same | Plain::Nothing | Plain::Gone(_) => None,
    });
    rows.collect::<Vec<_>>().join(",\n            ")
}
