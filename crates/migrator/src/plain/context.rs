//! The context of a server's error without what the stand-in does: TimescaleDB, which is written in C, has none.

use super::PARTS;

/// How the server begins each entry, the innermost first. What belongs to a function stands before it.
const ENTRIES: [&str; 6] = [
    "PL/pgSQL function ",
    "SQL function \"",
    "SQL statement \"",
    "SQL expression \"",
    "PL/pgSQL expression \"",
    "PL/pgSQL assignment \"",
];

/// The entries of functions that are not the stand-in's; `None` when there are none.
pub(crate) fn of_others(context: &str) -> Option<String> {
    let mut kept = Vec::new();
    let mut is_ours = false;
    for entry in entries(context).iter().rev() {
        is_ours = match called(entry) {
            Some(function) => is_of_the_stand_in(function),
            None => is_ours,
        };
        if !is_ours {
            kept.push(*entry);
        }
    }
    kept.reverse();
    Some(kept.concat().trim_end().to_owned()).filter(|rest| !rest.is_empty())
}

/// Its lines, where those that continue an entry stay with it.
fn entries(context: &str) -> Vec<&str> {
    let mut entries = Vec::new();
    let (mut start, mut end) = (0, 0);
    for line in context.split_inclusive('\n') {
        if end > 0 && ENTRIES.iter().any(|it| line.starts_with(it)) {
            entries.push(&context[start..end]);
            start = end;
        }
        end += line.len();
    }
    entries.push(&context[start..]);
    entries
}

/// The function of an entry, as the server writes it: with a schema only where the `search_path` does not lead to it.
fn called(entry: &str) -> Option<&str> {
    let function = ENTRIES[..2].iter().find_map(|it| entry.strip_prefix(it))?;
    let end = function.find(['(', '"', ' ']).unwrap_or(function.len());
    Some(&function[..end])
}

fn is_of_the_stand_in(function: &str) -> bool {
    let name = function.strip_prefix("public.").unwrap_or(function);
    let is_made = |kind: &str| {
        let create = format!("CREATE {kind} public.{name}(");
        PARTS.iter().any(|part| part.contains(&create))
    };
    name.starts_with("_timescaledb_functions.") || is_made("FUNCTION") || is_made("PROCEDURE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_stand_in_does_is_left_out() {
        let inside = "PL/pgSQL function _timescaledb_functions.check_table(regclass,boolean) line 17 at RAISE\n\
                      SQL statement \"SELECT\n    _timescaledb_functions.check_table(relation)\"\n\
                      PL/pgSQL function create_hypertable(regclass,name) line 9 at assignment";
        assert_eq!(of_others(inside), None);
        let outside = "SQL statement \"SELECT create_hypertable('t', 'x')\"\n\
                       PL/pgSQL function inline_code_block line 3 at PERFORM";
        assert_eq!(
            of_others(&format!("{inside}\n{outside}")).as_deref(),
            Some(outside)
        );
        assert_eq!(of_others("SQL function \"time_bucket\" statement 1"), None);
        assert_eq!(
            of_others("SQL function \"time_bucket_of_mine\" statement 1\n").as_deref(),
            Some("SQL function \"time_bucket_of_mine\" statement 1")
        );
        let called_by_it = "PL/pgSQL function mine() line 2 at RAISE\nSQL statement \"SELECT mine()\"\n\
                            PL/pgSQL function public.create_hypertable(regclass) line 1 at SQL statement";
        assert_eq!(
            of_others(called_by_it).as_deref(),
            Some("PL/pgSQL function mine() line 2 at RAISE")
        );
    }
}
