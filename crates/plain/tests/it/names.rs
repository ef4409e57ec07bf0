//! Every name that TimescaleDB offers exists, with its arguments and columns.

use std::collections::BTreeMap;

use plain::rewrite::rewrite;
use sql::timescaledb::{Kind, Plain, ROUTINES, Schema};

use super::pair::Pair;
use super::recorded;

/// Functions of which an argument has any type, which only a function in C can have: there are several for one of these.
const ANY: &str = "'{first,last,add_columnstore_policy,add_compression_policy,add_continuous_aggregate_policy,add_retention_policy,\
    drop_chunks,show_chunks,refresh_continuous_aggregate,split_chunk,add_policies,alter_policies}'::text[]";

#[testkit::test(Pair::start)]
fn every_public_name_is_there_with_its_arguments_and_columns(mut pair: Pair) {
    let routines = format!(
        "SELECT p.prokind, n.nspname, p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid)
         FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
         WHERE n.nspname IN ('public', 'timescaledb_information', 'timescaledb_experimental') AND p.proname <> ALL ({ANY})
         ORDER BY p.prokind, n.nspname, p.proname, pg_get_function_arguments(p.oid) COLLATE \"C\""
    );
    let of_any = format!(
        "SELECT p.prokind, n.nspname, p.proname, p.prorettype::regtype, p.proretset,
             string_agg(DISTINCT a.name, ', ' ORDER BY a.name) FILTER (WHERE a.name <> '')
         FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
         LEFT JOIN LATERAL unnest(p.proargnames) AS a (name) ON true
         WHERE n.nspname IN ('public', 'timescaledb_experimental') AND p.proname = ANY ({ANY})
         GROUP BY 1, 2, 3, 4, 5 ORDER BY 2, 3"
    );
    let views = "
        SELECT table_schema, table_name, column_name, udt_name
        FROM information_schema.columns
        WHERE table_schema IN ('public', 'timescaledb_information', 'timescaledb_experimental')
        ORDER BY table_schema, table_name COLLATE \"C\", ordinal_position";
    let aggregates = "SELECT aggfnoid::oid::regproc, aggkind FROM pg_aggregate AS a JOIN pg_proc AS p ON p.oid = a.aggfnoid
         WHERE p.pronamespace = 'public'::regnamespace ORDER BY 1";
    let types =
        "SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace ORDER BY 1";
    pair.compare(
        "names",
        [
            routines,
            of_any,
            views.to_owned(),
            aggregates.to_owned(),
            types.to_owned(),
        ],
    );
}

#[testkit::test(Pair::start)]
fn every_function_that_timescaledb_has_for_itself_is_there_or_refused_by_name(mut pair: Pair) {
    let query = "SELECT DISTINCT n.nspname || '.' || p.proname FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
         WHERE n.nspname IN ('_timescaledb_functions', '_timescaledb_internal') ORDER BY 1";
    let names = |client: &mut postgres::Client| -> Vec<String> {
        let rows = client.query(query, &[]).unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    };
    let there = names(&mut pair.plain);
    let fresh = pair.timescaledb.as_mut();
    let fresh = fresh.map(|(client, version)| (version.clone(), names(client)));
    let fresh = fresh
        .as_ref()
        .map(|(version, names)| (version.as_str(), &names[..]));
    let missing = recorded::lines("internal", fresh)
        .into_iter()
        .filter(|name| {
            let is_refused = rewrite(&format!("SELECT {name}(1)")).is_err();
            !is_refused && !there.contains(name)
        });
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn plain_mode_does_with_each_routine_what_is_known_of_it() {
    let test = "plain_mode_does_with_each_routine_what_is_known_of_it";
    let Some(mut pair) = Pair::start(test) else {
        return;
    };
    let query = "SELECT p.proname::text, bool_and(p.prosrc LIKE '%plain mode does not support%')
         FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
         WHERE n.nspname IN ('public', 'timescaledb_experimental') GROUP BY 1";
    let rows = pair.plain.query(query, &[]).unwrap();
    // Whether it does nothing but raise an error.
    let there: BTreeMap<String, bool> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    for routine in ROUTINES {
        let expected = match routine.plain {
            Plain::Same | Plain::Nothing => Some(false),
            Plain::Raises(_) | Plain::Refused(_) => Some(true),
            Plain::Gone(_) => None,
        };
        assert_eq!(there.get(routine.name).copied(), expected, "{routine:?}");
        let call = match routine.kind {
            Kind::Procedure => format!("CALL {}(1)", routine.name),
            Kind::Function | Kind::Aggregate => format!("SELECT {}(1)", routine.name),
        };
        let is_refused = matches!(routine.plain, Plain::Refused(_) | Plain::Gone(_));
        let is_internal = routine.schema == Schema::Internal;
        assert_eq!(
            rewrite(&call).is_err(),
            is_refused && !is_internal,
            "{call}"
        );
    }
}
