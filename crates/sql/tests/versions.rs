//! The tables of versions and editions are what the installed servers say: each routine is called under the Apache licence, and what this
//! version lacks is missing.
#![cfg(unix)]

use std::collections::BTreeMap;

use cluster::{Cluster, Running, Settings};
use postgres::{Client, NoTls};
use sql::timescaledb;
use sql::versions::{FUNCTIONS, Gate, ROUTINES, Version, is_community};

/// A database with the extension of the Apache edition.
struct Apache {
    client: Client,
    _running: Running,
}

impl Apache {
    fn new(test: &str) -> Option<Self> {
        let server = testkit::server(test)?;
        if !server.has_extension("timescaledb") {
            testkit::skip(test, "the installed PostgreSQL has no TimescaleDB");
            return None;
        }
        let settings = Settings::throwaway().option("timescaledb.license", "apache");
        let running = Cluster::temporary(&server, settings).unwrap();
        let mut client = Client::connect(&running.url("postgres"), NoTls).unwrap();
        client
            .batch_execute(
                "SET client_min_messages = error; CREATE EXTENSION timescaledb;
                 CREATE TABLE h (at timestamptz NOT NULL, v int); SELECT create_hypertable('h', by_range('at'));",
            )
            .unwrap();
        Some(Self {
            client,
            _running: running,
        })
    }

    /// A call of each public routine, by its name.
    fn calls(&mut self) -> Vec<(String, String)> {
        let query = "
            SELECT p.proname::text, n.nspname::text, p.prokind = 'p',
                   ARRAY(SELECT format_type(type, NULL)::text FROM unnest(p.proargtypes) WITH ORDINALITY AS t(type, at) ORDER BY at)
            FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
            JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
            JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'timescaledb'
            WHERE n.nspname IN ('public', 'timescaledb_experimental') AND p.prokind <> 'a'";
        let rows = self.client.query(query, &[]).unwrap();
        let call = |row: &postgres::Row| {
            let (name, schema, is_procedure): (String, String, bool) =
                (row.get(0), row.get(1), row.get(2));
            let types: Vec<String> = row.get(3);
            let arguments: Vec<&str> = types.iter().map(|it| some_value(it)).collect();
            let verb = if is_procedure { "CALL" } else { "SELECT" };
            let call = format!("{verb} {schema}.{name}({})", arguments.join(", "));
            (name, call)
        };
        rows.iter().map(call).collect()
    }

    fn version(&mut self, query: &str) -> Version {
        let version: String = self.client.query_one(query, &[]).unwrap().get(0);
        version.parse().unwrap()
    }
}

/// A value that gets as far as the licence.
fn some_value(ty: &str) -> &'static str {
    match ty {
        "regclass" => "'h'::regclass",
        "regclass[]" => "ARRAY['h']::regclass[]",
        "regproc" => "'now'::regproc",
        "\"any\"" | "interval" => "INTERVAL '1 day'",
        "boolean" => "true",
        "integer" => "1",
        "anyelement" => "1",
        "text" => "'x'::text",
        "name" => "'v'::name",
        "timestamp with time zone" => "now()",
        "jsonb" => "'{}'::jsonb",
        _ => "NULL",
    }
}

#[testkit::test]
fn the_apache_edition_refuses_the_routines_that_the_table_says(mut extension: Apache) {
    let mut refused: BTreeMap<String, bool> = BTreeMap::new();
    for (name, call) in extension.calls() {
        let error = extension.client.batch_execute(&call).err();
        let message = error.as_ref().and_then(|it| it.as_db_error());
        let is_refused = message.is_some_and(|it| it.message().contains("\"apache\" license"));
        *refused.entry(name).or_default() |= is_refused;
    }
    assert!(refused.values().filter(|it| **it).count() > 30);
    let wrong = refused
        .iter()
        .filter(|(name, is_refused)| is_community(name) != **is_refused);
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[testkit::test]
fn what_a_version_lacks_is_missing_in_it(mut extension: Apache) {
    let timescaledb =
        extension.version("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'");
    let major = "SELECT (current_setting('server_version_num')::int / 10000)::text";
    let postgresql = extension.version(major);
    let mut wrong = Vec::new();
    for (table, version) in [(ROUTINES, timescaledb), (FUNCTIONS, postgresql)] {
        for Gate { name, since, gone } in table {
            let query = "SELECT EXISTS (SELECT FROM pg_proc WHERE proname = $1::text)";
            let there: bool = extension.client.query_one(query, &[name]).unwrap().get(0);
            // Those of JSON are syntax, and no functions.
            let expected = *since <= version && gone.is_none_or(|it| version < it);
            if there != expected && !name.starts_with("json_") {
                wrong.push(*name);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_routines_are_timescaledb_s() {
    let names = ROUTINES.iter().map(|it| it.name);
    let community = sql::versions::COMMUNITY_ROUTINES.iter().copied();
    for name in names.chain(community) {
        let known = timescaledb::routine(name).is_some() || name == "time_bucket_ng";
        assert!(known, "{name}");
    }
}
