//! Each rule's examples on a server with TimescaleDB: what fails is refused, or the damage is measured; what passes runs.

use check::rule::{Example, Server};
use check::rules;
use cluster::{Cluster, Settings};
use postgres::{Client, Error, NoTls};
use sql::versions::{Edition, Version};
use testkit::Database;

/// The statements of a file one by one, as the engine sends those that run alone.
pub fn run(client: &mut Client, sql: &str) -> Result<(), Error> {
    for statement in sql::lexer::split(sql).unwrap() {
        client.batch_execute(&sql[statement.range()])?;
    }
    Ok(())
}

/// Takes everything out of a database, and puts the extension into it.
pub fn clear(client: &mut Client) {
    client.batch_execute("DISCARD ALL").unwrap();
    client
        .batch_execute(
            "SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS timescaledb;
             DO $$ DECLARE sql text; BEGIN
                 FOR sql IN
                     SELECT format('DROP MATERIALIZED VIEW IF EXISTS %I.%I CASCADE', view_schema, view_name)
                     FROM timescaledb_information.continuous_aggregates
                     UNION ALL
                     SELECT format('DROP TABLE IF EXISTS %s CASCADE', oid::regclass) FROM pg_class
                     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                     UNION ALL
                     SELECT format('DROP VIEW IF EXISTS %s CASCADE', oid::regclass) FROM pg_class
                     WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
                     UNION ALL
                     SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure) FROM pg_proc
                     WHERE pronamespace = 'public'::regnamespace
                         AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
                     UNION ALL
                     SELECT format('DROP TYPE %s CASCADE', oid::regtype) FROM pg_type
                     WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
                     UNION ALL
                     SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace
                     WHERE nspname IN ('app', 'kinds', 'old')
                 LOOP EXECUTE sql; END LOOP;
             END $$;",
        )
        .unwrap();
}

fn answer(client: &mut Client, query: &str) -> String {
    client
        .query_one(&format!("SELECT ({query})::text"), &[])
        .unwrap()
        .get(0)
}

/// Runs an example in a database of its own; what is wrong with it.
fn try_out(name: &str, example: &Example) -> Option<Result<(), String>> {
    const EXTENSION: &str = "CREATE EXTENSION IF NOT EXISTS timescaledb";
    let database = Database::timescale(name, "the examples of rules")?;
    if example.versions.edition == Some(Edition::Apache) {
        let settings = Settings::throwaway().option("timescaledb.license", "apache");
        let server = testkit::server(name)?;
        let running = Cluster::temporary(&server, settings).unwrap();
        let mut client = Client::connect(&running.url("postgres"), NoTls).unwrap();
        client.batch_execute(EXTENSION).unwrap();
        return Some(tried(&mut client, example));
    }
    let mut client = database.client();
    client.batch_execute(EXTENSION).unwrap();
    if is_newer(&mut client, example) {
        return Some(Ok(()));
    }
    Some(tried(&mut client, example))
}

fn tried(client: &mut Client, example: &Example) -> Result<(), String> {
    let (last, before) = example.files.split_last().unwrap();
    for file in before {
        run(client, file).map_err(|error| format!("{file}: {error:?}"))?;
    }
    run(client, example.rows).map_err(|error| format!("{}: {error:?}", example.rows))?;
    if let Server::Damages { query, before, .. } = example.server {
        let answered = answer(client, query);
        if answered != before {
            return Err(format!("before the file, {query} answers {answered}"));
        }
    }
    let files = match example.server {
        Server::Rewrites(table) => Some(file_of(client, table)),
        _ => None,
    };
    if let Server::Locks(table, mode) = example.server {
        client.batch_execute("BEGIN").unwrap();
        run(client, last).map_err(|error| format!("{last}: {error:?}"))?;
        let query = format!(
            "SELECT coalesce(bool_or(mode = '{mode}'), false) FROM pg_locks WHERE relation = '{table}'::regclass AND pid = pg_backend_pid()"
        );
        let locks = answer(client, &query);
        client.batch_execute("ROLLBACK").unwrap();
        return if locks == "true" {
            Ok(())
        } else {
            Err(format!("{table} is not locked in {mode}"))
        };
    }
    let ran = run(client, last);
    match (example.server, ran) {
        (Server::Refuses(code), Err(error)) => {
            let refused = error.code().map(|it| it.code().to_owned());
            if refused.as_deref() == Some(code) {
                Ok(())
            } else {
                Err(format!("refused with {error:?}"))
            }
        }
        (Server::Refuses(code), Ok(())) => Err(format!("it runs, and {code} was expected")),
        (_, Err(error)) => Err(format!("{last}: {error:?}")),
        (
            Server::Damages {
                then, query, after, ..
            },
            Ok(()),
        ) => {
            run(client, then).map_err(|error| format!("{then}: {error:?}"))?;
            let answered = answer(client, query);
            if answered == after {
                Ok(())
            } else {
                Err(format!("after the file, {query} answers {answered}"))
            }
        }
        (Server::Rewrites(table), Ok(())) => {
            let is_another = files != Some(file_of(client, table));
            if is_another {
                Ok(())
            } else {
                Err(format!("{table} is not written anew"))
            }
        }
        (_, Ok(())) => Ok(()),
    }
}

/// Whether the server is newer than the one that the project says it has: it may take what that one refuses.
fn is_newer(client: &mut Client, example: &Example) -> bool {
    let timescaledb = "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'";
    let postgresql = "SELECT current_setting('server_version_num')::int / 10000";
    let mut newer = |query, named: Option<Version>| {
        let version: Version = answer(client, query).parse().unwrap();
        named.is_some_and(|it| it < version)
    };
    newer(timescaledb, example.versions.timescaledb)
        || newer(postgresql, example.versions.postgresql)
}

fn file_of(client: &mut Client, table: &str) -> String {
    answer(
        client,
        &format!("SELECT relfilenode FROM pg_class WHERE oid = '{table}'::regclass"),
    )
}

#[test]
fn what_fails_is_refused_or_does_damage_and_what_passes_runs() {
    let mut wrong = Vec::new();
    for rule in rules::ALL {
        let examples = rule.failing.iter().chain(rule.passing);
        for (index, example) in examples.enumerate() {
            let is_failing = index < rule.failing.len();
            assert!(
                !is_failing || example.server != Server::Runs || rules::is_opt_in(rule.name),
                "{}: what does the server do?",
                rule.name
            );
            let Some(outcome) = try_out(
                "server::what_fails_is_refused_or_does_damage_and_what_passes_runs",
                example,
            ) else {
                return;
            };
            if let Err(reason) = outcome {
                wrong.push(format!("{} {index}: {reason}", rule.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_an_edit_makes_of_a_file_runs() {
    for rule in rules::ALL {
        for example in rule.failing {
            let Some(files) = crate::edited(rule, example) else {
                continue;
            };
            let name = "server::what_an_edit_makes_of_a_file_runs";
            let Some(database) = Database::timescale(name, "the examples of rules") else {
                return;
            };
            let mut client = database.client();
            let extension = "CREATE EXTENSION IF NOT EXISTS timescaledb";
            client.batch_execute(extension).unwrap();
            for file in files {
                let ran = run(&mut client, &file);
                assert!(ran.is_ok(), "{}: {file}: {ran:?}", rule.name);
            }
        }
    }
}
