//! Start-up: many replicas at once, programs older than their database, and asynchronous callers.

#[path = "support/empty.rs"]
mod empty;
#[path = "support/runners.rs"]
mod runners;

use std::time::Duration;
use std::{iter, thread};

use analytics_schema::{
    Ahead, HistoryTable, MigrateError, NewerDatabase, SCHEMA, StartUp, migrate_with, verify,
    verify_exact, verify_exact_with, verify_with,
};
use empty::{Empty, empty_database, migrate, start_up};
use migrator::run;
use runners::{ADDITIONS, hold_lock, start_later_version};

#[test]
fn replicas_that_start_at_once_migrate_once() {
    const REPLICAS: usize = 16;
    const ROUNDS: usize = 4;
    for _ in 0..ROUNDS {
        let Some((database, config)) = empty_database("replicas_that_start_at_once_migrate_once")
        else {
            return;
        };
        let replica = || {
            let report = migrate(&config, database.mode())?;
            verify_exact(&mut config.client()?).unwrap();
            Ok::<_, MigrateError>(report)
        };
        let reports: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = iter::repeat_with(|| scope.spawn(replica))
                .take(REPLICAS)
                .collect();
            let outcomes = threads.into_iter().map(|thread| thread.join().unwrap());
            outcomes.collect::<Result<_, _>>().unwrap()
        });
        let counts: Vec<usize> = reports.iter().map(|report| report.applied.len()).collect();
        let mut expected = vec![0; REPLICAS];
        expected[REPLICAS - 1] = SCHEMA.migrations().len();
        assert_eq!(
            {
                let mut sorted = counts;
                sorted.sort();
                sorted
            },
            expected
        );
        let mut client = config.client().unwrap();
        let rows = client.query_one(
            "SELECT count(*) FROM schema_migrations WHERE steps_done = steps",
            &[],
        );
        assert_eq!(
            rows.unwrap().get::<_, i64>(0),
            SCHEMA.migrations().len() as i64
        );
        let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        assert_eq!(client.query_one(locks, &[]).unwrap().get::<_, i64>(0), 0);
    }
}

#[testkit::test(empty_database)]
fn an_older_program_starts_on_a_database_with_additions((database, config): Empty) {
    start_later_version(&config, database.mode(), &ADDITIONS);
    let report = migrate(&config, database.mode()).unwrap();
    let newer = NewerDatabase {
        database: 5,
        known: 3,
        is_half_applied: false,
    };
    assert_eq!((report.ahead, report.applied.len()), (Some(newer), 0));
    let mut client = config.client().unwrap();
    verify_exact(&mut client).unwrap();
    verify(&mut client).unwrap();
    verify_exact(&mut client.transaction().unwrap()).unwrap();
}

#[testkit::test(empty_database)]
fn an_older_program_refuses_a_newer_database_where_it_is_told_to((database, config): Empty) {
    start_later_version(&config, database.mode(), &ADDITIONS);
    let refuse = StartUp {
        ahead: Ahead::Refuse,
        ..start_up(database.mode())
    };
    let error = migrate_with(&config, &refuse).unwrap_err();
    assert!(matches!(error, MigrateError::Ahead(_)));
    insta::assert_snapshot!(error, @"the database is at 005, this program knows 003: start a program that knows 005, or this one with `Ahead::Start`");
}

#[testkit::test(empty_database)]
fn an_older_program_is_told_each_thing_that_it_misses((database, config): Empty) {
    let later = "ALTER TABLE funnels DROP COLUMN description;
        ALTER TABLE funnels ALTER COLUMN owner TYPE varchar(40);
        ALTER TABLE funnels ALTER COLUMN name DROP NOT NULL;
        ALTER TABLE funnels ADD COLUMN tenant uuid NOT NULL;
        ALTER TABLE funnels ADD COLUMN hint text;
        DROP MATERIALIZED VIEW revenue_daily";
    start_later_version(
        &config,
        database.mode(),
        &[ADDITIONS[0], ("005_take_away.sql", later)],
    );
    assert!(migrate(&config, database.mode()).unwrap().ahead.is_some());
    let error = verify_exact(&mut config.client().unwrap())
        .unwrap_err()
        .to_string();
    let at_least = verify(&mut config.client().unwrap()).unwrap_err();
    assert_eq!(error, at_least.to_string());
    insta::assert_snapshot!(error);
}

#[testkit::test(empty_database)]
fn additions_by_hand_are_drift_and_yet_enough((database, config): Empty) {
    migrate(&config, database.mode()).unwrap();
    let mut client = config.client().unwrap();
    client
        .batch_execute("CREATE INDEX by_hand ON funnels (owner)")
        .unwrap();
    insta::assert_snapshot!(verify_exact(&mut client).unwrap_err());
    verify(&mut client).unwrap();
}

#[testkit::test(empty_database)]
fn a_history_with_a_gap_is_no_later_version_s((database, config): Empty) {
    start_later_version(&config, database.mode(), &ADDITIONS);
    let mut client = config.client().unwrap();
    client
        .batch_execute("DELETE FROM schema_migrations WHERE version = 4")
        .unwrap();
    let error = migrate(&config, database.mode()).unwrap_err();
    insta::assert_snapshot!(error, @"005_faster.sql is applied, and its file is missing");
    assert!(verify_exact(&mut client).is_err());
}

#[testkit::test(empty_database)]
fn patience_ends_and_who_applied_is_recorded((database, config): Empty) {
    let start_up = StartUp {
        patience: Duration::from_millis(50),
        applied_by: Some("billing 2.7.1".to_owned()),
        ..start_up(database.mode())
    };
    let holder = hold_lock(&config, Duration::from_secs(1));
    let error = migrate_with(&config, &start_up).unwrap_err();
    let MigrateError::Run(error) = error else {
        panic!("{error}");
    };
    assert!(matches!(*error, run::Error::Locked(_)), "{error}");
    holder.join().unwrap();
    migrate_with(
        &config,
        &StartUp {
            patience: Duration::from_secs(30),
            ..start_up
        },
    )
    .unwrap();
    let who = "SELECT string_agg(DISTINCT applied_by, ',') FROM schema_migrations";
    let who = config.client().unwrap().query_one(who, &[]).unwrap();
    assert_eq!(who.get::<_, &str>(0), "billing 2.7.1");
}

#[testkit::test(empty_database)]
fn an_asynchronous_task_is_told_to_use_a_blocking_thread((database, config): Empty) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mode = database.mode();
    runtime.block_on(async {
        let error = migrate(&config, mode).unwrap_err();
        insta::assert_snapshot!(error, @"the database could not be reached: the connection blocks, and this thread is polling an asynchronous task: call it through `tokio::task::spawn_blocking`");
        let error = config.client().err().unwrap();
        assert!(error.to_string().contains("spawn_blocking"), "{error}");
        let error = config.wait(Duration::from_secs(60)).unwrap_err();
        assert!(error.to_string().contains("spawn_blocking"), "{error}");
        let start_up = move || {
            migrate(&config, mode).unwrap();
            verify_exact(&mut config.client().unwrap()).unwrap();
        };
        tokio::task::spawn_blocking(start_up).await.unwrap();
    });
}

/// Who may create in a schema can neither keep a service from starting nor make it believe in a later version.
#[testkit::test(empty_database)]
fn what_an_ordinary_role_adds_keeps_nobody_from_starting((database, config): Empty) {
    migrate(&config, database.mode()).unwrap();
    let mut client = config.client().unwrap();
    let role = format!("planter_{}", std::process::id());
    let body = "x".repeat(8 << 20);
    client
        .batch_execute(&format!(
            "CREATE ROLE {role}; CREATE SCHEMA aside AUTHORIZATION {role}; GRANT CREATE ON SCHEMA public TO {role}; SET ROLE {role};
             CREATE TABLE public.planted (id int); CREATE INDEX ON public.planted (id);
             CREATE FUNCTION public.long() RETURNS text LANGUAGE sql AS $$ SELECT '{body}' $$;
             CREATE FUNCTION aside.touched() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE 'somebody else''s code ran'; END $$;
             CREATE VIEW aside.schema_migrations AS SELECT aside.touched() AS version, 2 AS steps, 2 AS steps_done;
             CREATE VIEW public.nested AS SELECT * FROM aside.schema_migrations;
             RESET ROLE"
        ))
        .unwrap();
    // By thousands, the views each upon the one before it; a transaction has locks for so many.
    for round in 0..2 {
        client
            .batch_execute(&format!(
                "SET ROLE {role};
                 DO $$ BEGIN FOR n IN {round} * 500 + 1 .. {round} * 500 + 500 LOOP
                   EXECUTE format('CREATE TABLE public.planted_%s (id int NOT NULL)', n);
                   EXECUTE format('CREATE VIEW public.nested_%s AS SELECT * FROM %I', n, CASE n WHEN 1 THEN 'planted_1' ELSE 'nested_' || n - 1 END);
                 END LOOP; END $$;
                 RESET ROLE"
            ))
            .unwrap();
    }
    // An administrator's extensions, with views and functions in `public`.
    client
        .batch_execute(
            "DO $$ DECLARE extension text; BEGIN
               FOR extension IN SELECT name FROM pg_available_extensions WHERE name IN ('pg_stat_statements', 'pg_trgm') LOOP
                 EXECUTE format('CREATE EXTENSION %I SCHEMA public', extension);
               END LOOP; END $$",
        )
        .unwrap();
    let first = std::time::Instant::now();
    verify(&mut client).unwrap();
    let elapsed = first.elapsed();
    assert!(elapsed < Duration::from_secs(10), "{elapsed:?}");
    assert!(verify_exact(&mut client).is_err());
    // A table that claims later migrations does not make the program older, wherever search_path finds it.
    client
        .batch_execute(&format!(
            "SET ROLE {role}; DROP VIEW aside.schema_migrations CASCADE;
             CREATE TABLE aside.schema_migrations AS SELECT {} AS version, 1 AS steps, 1 AS steps_done; RESET ROLE;
             SET search_path = aside, public",
            SCHEMA.migrations().len() + 1
        ))
        .unwrap();
    verify(&mut client).unwrap();
    let error = verify_exact(&mut client).unwrap_err().to_string();
    client
        .batch_execute(&format!(
            "DROP OWNED BY {role} CASCADE; DROP ROLE {role}; RESET search_path"
        ))
        .unwrap();
    client
        .batch_execute("DROP EXTENSION IF EXISTS pg_stat_statements, pg_trgm")
        .unwrap();
    assert!(error.starts_with("the database does not match"), "{error}");
    verify_exact(&mut client).unwrap();
}

#[testkit::test(empty_database)]
fn a_service_may_keep_its_history_elsewhere((database, config): Empty) {
    let start_up = StartUp {
        mode: database.mode(),
        history: Some(HistoryTable {
            schema: Some("Ops".to_owned()),
            table: "ledger".to_owned(),
        }),
        schemas: Some(vec!["public".to_owned()]),
        ..StartUp::default()
    };
    migrate_with(&config, &start_up).unwrap();
    assert!(migrate_with(&config, &start_up).unwrap().applied.is_empty());
    let mut client = config.client().unwrap();
    client
        .batch_execute("CREATE SCHEMA another; CREATE TABLE another.one (id int)")
        .unwrap();
    verify_with(&mut client, &start_up).unwrap();
    verify_exact_with(&mut client, &start_up).unwrap();
    assert!(verify_exact(&mut client).is_err());
    let rows = client
        .query_one("SELECT count(*) FROM \"Ops\".ledger", &[])
        .unwrap();
    assert_eq!(rows.get::<_, i64>(0), SCHEMA.migrations().len() as i64);
}
