//! The context of a server's error without the stand-in's entries: TimescaleDB, which is written in C, has none.

use crate::standin::PARTS;

/// How the server begins each entry, the innermost first. What belongs to a function comes before it.
const ENTRIES: [&str; 6] = [
    "PL/pgSQL function ",
    "SQL function \"",
    "SQL statement \"",
    "SQL expression \"",
    "PL/pgSQL expression \"",
    "PL/pgSQL assignment \"",
];

/// The entries of functions that are not the stand-in's; `None` if there are none.
pub fn of_others(context: &str) -> Option<String> {
    let mut kept = String::new();
    // What belongs to the function that comes next.
    let mut pending = String::new();
    let mut is_inner_ours = false;
    for entry in entries(context) {
        pending.push_str(entry);
        let Some(function) = called(entry) else {
            continue;
        };
        is_inner_ours = function.starts_with("_timescaledb_functions.")
            || is_inner_ours && is_called_so(function);
        let inside = std::mem::take(&mut pending);
        if !is_inner_ours {
            kept.push_str(&inside);
        }
    }
    kept.push_str(&pending);
    Some(kept.trim_end().to_owned()).filter(|rest| !rest.is_empty())
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

/// Whether the stand-in has a public function of this name. Another function is mistaken for it only if it calls the stand-in.
fn is_called_so(function: &str) -> bool {
    let name = function.strip_prefix("public.").unwrap_or(function);
    ["FUNCTION", "PROCEDURE"].iter().any(|kind| {
        let create = format!("CREATE {kind} public.{name}(");
        PARTS.iter().any(|part| part.contains(&create))
    })
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
        let of_that_name = "SQL statement \"SELECT 1 / 0\"\n\
                            PL/pgSQL function add_job(integer) line 2 at PERFORM";
        assert_eq!(of_others(of_that_name).as_deref(), Some(of_that_name));
        let called_by_it = "PL/pgSQL function mine() line 2 at RAISE\nSQL statement \"SELECT mine()\"\n\
                            PL/pgSQL function _timescaledb_functions.add_job(regproc) line 1 at SQL statement";
        assert_eq!(
            of_others(called_by_it).as_deref(),
            Some("PL/pgSQL function mine() line 2 at RAISE")
        );
    }
}
