//! The table of TimescaleDB equals the installed extension: its routines from `pg_proc`, those of older versions from the update scripts,
//! and its options from the error for an unknown one.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;

use cluster::{Cluster, Running, Settings};
use postgres::{Client, NoTls};
use sql::timescaledb::{Kind, OPTIONS, Of, ROUTINES, Routine, Schema};

/// A database with the extension.
struct Extension {
    client: Client,
    _running: Running,
}

impl Extension {
    fn new(test: &str) -> Option<Self> {
        let server = testkit::server(test)?;
        if !server.has_extension("timescaledb") {
            testkit::skip(test, "the installed PostgreSQL has no TimescaleDB");
            return None;
        }
        let running = Cluster::temporary(&server, Settings::throwaway()).unwrap();
        let mut client = Client::connect(&running.url("postgres"), NoTls).unwrap();
        client
            .batch_execute(
                "SET client_min_messages = error; CREATE EXTENSION timescaledb;
                 CREATE TABLE h (time timestamptz NOT NULL); SELECT create_hypertable('h', by_range('time'));",
            )
            .unwrap();
        Some(Self {
            client,
            _running: running,
        })
    }

    /// Where and what each of its routines is, by name.
    fn routines(&mut self) -> BTreeMap<String, (Schema, Kind)> {
        let query = "
            SELECT p.proname::text, n.nspname::text, p.prokind::text
            FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
            JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
            JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'timescaledb'
            ORDER BY n.nspname::text LIKE '\\_%' DESC";
        let rows = self.client.query(query, &[]).unwrap();
        let routine = |row: &postgres::Row| {
            let (schema, kind): (String, String) = (row.get(1), row.get(2));
            let schema = match schema.as_str() {
                "public" => Schema::Extension,
                "timescaledb_experimental" => Schema::Experimental,
                _ => Schema::Internal,
            };
            let kind = match kind.as_str() {
                "p" => Kind::Procedure,
                "a" => Kind::Aggregate,
                _ => Kind::Function,
            };
            (row.get(0), (schema, kind))
        };
        rows.iter().map(routine).collect()
    }

    /// The texts of the scripts by which every version becomes this one.
    fn scripts(&mut self) -> Vec<String> {
        let query = "SELECT setting FROM pg_config WHERE name = 'SHAREDIR'";
        let folder: String = self.client.query_one(query, &[]).unwrap().get(0);
        let folder = format!("{folder}/extension");
        let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let files = files.map(|file| file.unwrap().path()).filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("timescaledb--") && name.ends_with(".sql")
        });
        files
            .map(|path| fs::read_to_string(path).unwrap())
            .collect()
    }

    /// The message and the hint of a statement with an option.
    fn refusal(&mut self, of: Of, option: &str) -> (String, String) {
        let list = format!("(timescaledb.{option})");
        let sql = match of {
            Of::Table => format!("CREATE TABLE made (time timestamptz) WITH {list}"),
            Of::Hypertable => format!("ALTER TABLE h SET {list}"),
            Of::Aggregate => format!(
                "CREATE MATERIALIZED VIEW made WITH (timescaledb.continuous, timescaledb.{option}) AS SELECT 1 WITH NO DATA"
            ),
            Of::Index => format!("CREATE INDEX ON h (time) WITH {list}"),
        };
        let error = self.client.batch_execute(&format!("BEGIN; {sql}")).err();
        self.client.batch_execute("ROLLBACK").unwrap();
        let error = error.as_ref().and_then(|error| error.as_db_error());
        let said = error.map(|it| {
            (
                it.message().to_owned(),
                it.hint().unwrap_or_default().to_owned(),
            )
        });
        said.unwrap_or_default()
    }
}

/// Routines that came with 2.29, which an older extension does not know.
const NEWER_ROUTINES: [&str; 2] = ["add_compaction_policy", "remove_compaction_policy"];

/// Options that came with 2.29, which an older extension does not know. They do not change how a statement runs; TimescaleDB 2.29 itself
/// refuses those of granular refreshes, as not implemented yet.
const NEWER_OPTIONS: [&str; 7] = [
    "direct_compress",
    "direct_compress_schedule_interval",
    "enable_granular_refresh",
    "granular_refresh_column",
    "granular_refresh_enabled",
    "granular_refresh_end_offset",
    "granular_refresh_start_offset",
];

#[testkit::test]
fn every_public_routine_of_the_extension_is_in_the_table(mut extension: Extension) {
    let routines = extension.routines();
    let known = |name: &str| ROUTINES.iter().find(|it| it.name == name);
    let public = routines
        .iter()
        .filter(|(_, (schema, _))| *schema != Schema::Internal);
    let missing: Vec<_> = public.filter(|(name, _)| known(name).is_none()).collect();
    assert!(missing.is_empty(), "the table lacks {missing:?}");
    let other = |it: &&Routine| {
        let found = routines.get(it.name);
        found.is_some_and(|found| *found != (it.schema, it.kind))
    };
    let others: Vec<_> = ROUTINES.iter().filter(other).map(|it| it.name).collect();
    assert!(others.is_empty(), "these are something else: {others:?}");
}

#[testkit::test]
fn every_routine_of_the_table_is_one_of_some_version(mut extension: Extension) {
    let routines = extension.routines();
    let scripts = extension.scripts();
    let is_in_a_script = |name: &str| {
        let qualified = format!(".{name}");
        scripts.iter().any(|script| {
            let ends = |at: usize| {
                let behind = script[at + qualified.len()..].chars().next();
                behind.is_none_or(|c| c != '_' && !c.is_alphanumeric())
            };
            script.match_indices(&qualified).any(|(at, _)| ends(at))
        })
    };
    let unknown: Vec<_> = ROUTINES
        .iter()
        .map(|it| it.name)
        .filter(|name| !routines.contains_key(*name) && !is_in_a_script(name))
        .filter(|name| !NEWER_ROUTINES.contains(name))
        .collect();
    assert!(
        unknown.is_empty(),
        "no version that is known has {unknown:?}"
    );
}

#[testkit::test]
fn the_options_of_the_table_are_those_that_the_extension_knows(mut extension: Extension) {
    for of in [Of::Table, Of::Hypertable, Of::Aggregate, Of::Index] {
        let known: Vec<&str> = OPTIONS
            .iter()
            .filter(|option| option.of.contains(&of))
            .flat_map(|option| option.names)
            .copied()
            .collect();
        let (message, hint) = extension.refusal(of, "nobody_knows");
        assert!(message.contains("nobody_knows"), "{of:?}: {message}");
        // Valid timescaledb parameters are: continuous, materialized_only
        let list = hint.split_once(": ").map_or("", |(_, list)| list);
        let offered = list.split(", ").filter(|name| !name.is_empty());
        let missing: Vec<_> = offered
            .filter(|name| !known.contains(name) && !NEWER_OPTIONS.contains(name))
            .collect();
        assert!(missing.is_empty(), "{of:?}: the table lacks {missing:?}");
        for name in known.iter().filter(|name| !NEWER_OPTIONS.contains(name)) {
            let (message, _) = extension.refusal(of, name);
            assert!(
                !message.starts_with("unrecognized parameter"),
                "{of:?}: {message}"
            );
        }
    }
}
