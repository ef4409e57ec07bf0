//! PostgreSQL's statements.

use crate::trial::{Ground, MADE, shown};

const SETUP: &str = r#"
    CREATE SCHEMA "S";
    CREATE TABLE "S"."T" (a int PRIMARY KEY, b int, c text);
    INSERT INTO "S"."T" SELECT i, i, i::text FROM generate_series(1, 100) i;
    CREATE INDEX t_b ON "S"."T" (b);
    CREATE TABLE other (b int);
    CREATE TABLE parted (a int, b int) PARTITION BY RANGE (a);
    CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (10);
    CREATE TABLE part2 PARTITION OF parted FOR VALUES FROM (10) TO (20);
    CREATE INDEX parted_b ON parted (b);
    INSERT INTO parted SELECT i, i FROM generate_series(0, 19) i;
    CREATE FUNCTION slow(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared(77); RETURN i; END $$;
"#;

/// Stops a statement before it has changed anything.
const BEFORE: &str = r#"BEGIN; LOCK TABLE "S"."T" IN ACCESS EXCLUSIVE MODE"#;
/// Stops an index build before its first scan: a writer.
const WRITER: &str = r#"BEGIN; INSERT INTO "S"."T" VALUES (0, 0, '')"#;
/// Stops one in mid-scan, where the index calls `slow`.
const SCAN: &str = "BEGIN; SELECT pg_advisory_xact_lock(77)";
/// Stops one after its scans: an old snapshot.
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM other";
/// Stops what waits for readers: a transaction that has read and holds no snapshot.
const READER: &str = r#"BEGIN; SELECT count(*) FROM "S"."T""#;

const ROWS: &str = r#"SELECT sum(a), sum(b) FROM "S"."T""#;

#[testkit::test(|test| Ground::new(test, SETUP))]
fn an_index_is_built_once_wherever_it_was_cut(mut ground: Ground) {
    let drop = r#"redo after DROP INDEX CONCURRENTLY IF EXISTS "S"."we;ird ""I""#;
    let named = r#"CREATE UNIQUE INDEX CONCURRENTLY "we;ird ""I" ON "S" . "T" (b)"#;
    let points = [(BEFORE, "redo"), (WRITER, drop), (SNAPSHOT, drop)];
    ground.cut(named, ROWS, &points);
    ground.complete(named, ROWS, "done");

    let slow =
        r#"create index concurrently if not exists SLOW_I on only "S"."T" using btree (slow(b))"#;
    let drop = r#"redo after DROP INDEX CONCURRENTLY IF EXISTS "S".slow_i"#;
    ground.cut(slow, ROWS, &[(SCAN, drop)]);
    ground.complete(slow, ROWS, "done");

    let nameless = r#"CREATE INDEX CONCURRENTLY ON "S"."T" (c)"#;
    let drop = r#"redo after DROP INDEX CONCURRENTLY IF EXISTS "S"."T_c_idx""#;
    ground.cut(nameless, ROWS, &[(BEFORE, "redo"), (WRITER, drop)]);
    ground.complete(nameless, ROWS, "done");

    // Annotated: these could share a transaction.
    let plain = r#"CREATE INDEX plain ON "S"."T" (c)"#;
    ground.cut(plain, ROWS, &[(WRITER, "redo")]);
    ground.complete(plain, ROWS, "done");
    ground.complete(
        "CREATE INDEX only_parent ON ONLY parted (a, b)",
        ROWS,
        "done",
    );
}

#[testkit::test(|test| Ground::new(test, SETUP))]
fn an_index_that_was_there_before_is_not_the_statement_s(mut ground: Ground) {
    let cases = [
        (
            r#"CREATE INDEX i ON "S"."T" (b)"#,
            r#"CREATE INDEX CONCURRENTLY i ON "S"."T" (b)"#,
        ),
        (
            "CREATE INDEX i ON other (b)",
            "CREATE INDEX CONCURRENTLY i ON public.other (b)",
        ),
        ("", r#"CREATE INDEX CONCURRENTLY ON "S"."T" (b)"#),
        ("", r#"CREATE INDEX CONCURRENTLY t_b ON "S"."T" (b)"#),
    ];
    for (before, statement) in cases {
        let mut trial = ground.trial();
        trial.client.batch_execute(before).unwrap();
        trial.journal();
        assert_eq!(shown(&trial.verdict(statement)), "redo", "{statement}");
        // Whatever renews or freezes the rows of an index that was there, and of the journal.
        let stirring = [
            "VACUUM FREEZE",
            "ANALYZE",
            r#"INSERT INTO "S"."T" SELECT i, i, '' FROM generate_series(1000, 2000) i"#,
            r#"ALTER TABLE "S"."T" CLUSTER ON t_b"#,
            r#"CLUSTER "S"."T""#,
            "ALTER INDEX \"S\".t_b SET (fillfactor = 80)",
            "VACUUM (FULL, FREEZE)",
        ];
        for sql in stirring {
            trial.client.batch_execute(sql).unwrap();
            assert_eq!(
                shown(&trial.verdict(statement)),
                "redo",
                "{statement} behind {sql}"
            );
        }
        trial.leave();
    }
    // On another table, and younger: it is somebody else's.
    let mut trial = ground.trial();
    trial.journal();
    trial
        .client
        .batch_execute("CREATE INDEX i ON other (b)")
        .unwrap();
    let statement = "CREATE INDEX CONCURRENTLY i ON parted (b)";
    assert_eq!(shown(&trial.verdict(statement)), "redo");
    trial.leave();
}

#[testkit::test(|test| Ground::new(test, SETUP))]
fn an_index_that_was_built_stays_done_whatever_happens_to_it(mut ground: Ground) {
    let mut trial = ground.trial();
    trial.journal();
    let statement = r#"CREATE INDEX CONCURRENTLY i ON "S"."T" (b)"#;
    let stirring = [
        statement,
        "VACUUM FREEZE",
        "ANALYZE",
        r#"REINDEX INDEX CONCURRENTLY "S".i"#,
        "VACUUM (FULL, FREEZE)",
        "VACUUM FREEZE pg_index, pg_class, pg_attribute, schema_migrations",
    ];
    for sql in stirring {
        trial.client.batch_execute(sql).unwrap();
        assert_eq!(shown(&trial.verdict(statement)), "done", "behind {sql}");
    }
    trial.leave();
}

#[testkit::test(|test| Ground::new(test, SETUP))]
fn a_dropped_index_is_not_dropped_again(mut ground: Ground) {
    let statement = r#"DROP INDEX CONCURRENTLY "S".t_b"#;
    ground.cut(statement, ROWS, &[(BEFORE, "redo"), (READER, "redo")]);
    ground.complete(statement, ROWS, "done");

    let mut trial = ground.trial();
    let shadowed = r#"CREATE INDEX t_b ON other (b); SET search_path = "S", public"#;
    trial.client.batch_execute(shadowed).unwrap();
    trial.journal();
    let statement = "DROP INDEX CONCURRENTLY t_b";
    assert_eq!(shown(&trial.verdict(statement)), "redo");
    trial.client.batch_execute(statement).unwrap();
    assert_eq!(shown(&trial.verdict(statement)), "ask");
    let qualified = r#"DROP INDEX CONCURRENTLY IF EXISTS "S".T_B"#;
    assert_eq!(shown(&trial.verdict(qualified)), "done");
    trial.leave();
}

#[testkit::test(|test| Ground::new(test, SETUP))]
fn what_a_concurrent_reindex_leaves_is_cleared_away(mut ground: Ground) {
    let index = r#"REINDEX INDEX CONCURRENTLY "S".t_b"#;
    let left = |name: &str| format!(r#"redo after DROP INDEX CONCURRENTLY IF EXISTS "S".{name}"#);
    let points = [
        (BEFORE, "redo"),
        (WRITER, &left("t_b_ccnew")),
        (SNAPSHOT, &left("t_b_ccnew")),
        (READER, &left("t_b_ccold")),
    ];
    ground.cut(index, ROWS, &points);
    ground.complete(index, ROWS, "redo");

    let mut trial = ground.trial();
    let toast =
        "SELECT reltoastrelid::regclass::text FROM pg_class WHERE oid = '\"S\".\"T\"'::regclass";
    let toast = trial.rows(toast)[0][0].clone().unwrap();
    trial.leave();
    let left = |suffix: &str| {
        [
            format!(r#""S"."T_pkey{suffix}""#),
            format!(r#""S".t_b{suffix}"#),
            format!("{toast}_index{suffix}"),
        ]
        .map(|name| format!("DROP INDEX CONCURRENTLY IF EXISTS {name}"))
        .join("; ")
    };
    let [copies, originals] =
        ["_ccnew", "_ccold"].map(|suffix| format!("redo after {}", left(suffix)));
    for statement in [
        r#"REINDEX TABLE CONCURRENTLY "S"."T""#,
        r#"REINDEX (VERBOSE, CONCURRENTLY) SCHEMA "S""#,
    ] {
        let points = [(WRITER, copies.as_str()), (READER, originals.as_str())];
        ground.cut(statement, ROWS, &points);
    }

    let statement = "REINDEX TABLE CONCURRENTLY parted";
    let original = "redo after DROP INDEX CONCURRENTLY IF EXISTS public.part_b_idx_ccold";
    let points = [
        ("BEGIN; INSERT INTO part VALUES (0, 0)", "redo"),
        ("BEGIN; SELECT count(*) FROM part", original),
    ];
    ground.cut(statement, "SELECT sum(a) FROM parted", &points);
}

#[testkit::test(|test| Ground::new(test, SETUP))]
fn a_detached_partition_is_detached_to_the_end(mut ground: Ground) {
    let statement = "ALTER TABLE IF EXISTS ONLY parted DETACH PARTITION Part CONCURRENTLY";
    let content = "SELECT sum(a) FROM parted UNION ALL SELECT sum(a) FROM part";
    let finish = "finish by ALTER TABLE public.parted DETACH PARTITION public.part FINALIZE";
    let points = [
        ("BEGIN; LOCK TABLE parted IN ACCESS EXCLUSIVE MODE", "redo"),
        ("BEGIN; SELECT count(*) FROM parted", finish),
    ];
    ground.cut(statement, content, &points);
    ground.complete(statement, content, "done");

    let mut trial = ground.trial();
    trial.journal();
    let never = "ALTER TABLE parted DETACH PARTITION other CONCURRENTLY";
    assert_eq!(shown(&trial.verdict(never)), "redo");
    trial.leave();
}

#[testkit::test(|test| Ground::new(test, SETUP))]
fn what_belongs_to_the_server_is_made_and_dropped_once(mut ground: Ground) {
    let mut trial = ground.trial();
    let pairs = [
        ("CREATE DATABASE \"D;\"", "DROP DATABASE IF EXISTS \"D;\""),
        ("CREATE TABLESPACE ts LOCATION ''", "DROP TABLESPACE TS"),
        (
            "CREATE SUBSCRIPTION s2 CONNECTION 'host=/nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE)",
            "DROP SUBSCRIPTION s2",
        ),
    ];
    for (create, drop) in pairs {
        trial.journal();
        assert_eq!(shown(&trial.verdict(create)), "redo", "{create}");
        assert_eq!(shown(&trial.verdict(drop)), "done", "{drop}");
        trial.client.batch_execute(create).unwrap();
        assert_eq!(shown(&trial.verdict(create)), "done", "{create}");
        trial.journal();
        assert_eq!(shown(&trial.verdict(drop)), "redo", "{drop}");
        if !create.contains("SUBSCRIPTION") {
            assert_eq!(shown(&trial.verdict(create)), "redo", "older: {create}");
        }
        trial.client.batch_execute(drop).unwrap();
        assert_eq!(shown(&trial.verdict(drop)), "done", "{drop}");
    }
    trial.client.batch_execute(pairs[2].0).unwrap();
    let [add, drop] = ["ADD", "DROP"].map(|what| {
        format!("ALTER SUBSCRIPTION s2 {what} PUBLICATION p2, \"P\" WITH (refresh = false)")
    });
    assert_eq!(shown(&trial.verdict(&add)), "redo");
    for (change, back) in [(&add, &drop), (&drop, &add)] {
        trial.client.batch_execute(change).unwrap();
        assert_eq!(shown(&trial.verdict(change)), "done");
        assert_eq!(shown(&trial.verdict(back)), "redo");
    }
    trial.client.batch_execute(pairs[2].1).unwrap();
    trial.leave();
}

#[testkit::test(|test| Ground::new(test, SETUP))]
fn a_database_that_is_half_dropped_gives_way(mut ground: Ground) {
    let mut trial = ground.trial();
    trial.client.batch_execute("CREATE DATABASE d").unwrap();
    trial.journal();
    // What an interrupted DROP DATABASE leaves.
    let half = "UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'd'";
    trial.client.batch_execute(half).unwrap();
    let verdict = trial.verdict("CREATE DATABASE d");
    assert_eq!(shown(&verdict), "redo after DROP DATABASE IF EXISTS d");
    trial.carry_out("CREATE DATABASE d", &verdict);
    assert_eq!(shown(&trial.verdict("CREATE DATABASE d")), "done");
    trial.client.batch_execute("DROP DATABASE d").unwrap();
    trial.leave();
}

#[testkit::test(|test| Ground::new(test, SETUP))]
fn a_prepared_transaction_is_ended_once(mut ground: Ground) {
    for end in ["COMMIT PREPARED 'it''s'", "ROLLBACK PREPARED E'it\\'s'"] {
        let mut trial = ground.trial();
        let prepare = "BEGIN; INSERT INTO other VALUES (1); PREPARE TRANSACTION 'it''s'";
        trial.client.batch_execute(prepare).unwrap();
        assert_eq!(shown(&trial.verdict(end)), "redo", "{end}");
        trial.client.batch_execute(end).unwrap();
        assert_eq!(shown(&trial.verdict(end)), "done", "{end}");
        trial.leave();
    }
}

#[testkit::test(|test| Ground::new(test, SETUP))]
fn a_statement_of_postgresql_is_finished_whenever_it_was_cut(mut ground: Ground) {
    let copy = format!("CREATE DATABASE {MADE} STRATEGY file_copy");
    let statements = [
        r#"CREATE INDEX CONCURRENTLY i ON "S"."T" (c)"#,
        r#"CREATE INDEX CONCURRENTLY ON "S"."T" (c, b)"#,
        r#"DROP INDEX CONCURRENTLY "S".t_b"#,
        r#"REINDEX TABLE CONCURRENTLY "S"."T""#,
        "ALTER TABLE parted DETACH PARTITION part CONCURRENTLY",
        copy.as_str(),
    ];
    for statement in statements {
        ground.cut_at_times(statement, ROWS);
    }
}

#[testkit::test(|test| Ground::new(test, SETUP))]
fn a_database_is_made_once_wherever_it_was_cut(mut ground: Ground) {
    let statement = format!("CREATE DATABASE {MADE}");
    let template = "BEGIN; COMMENT ON DATABASE template1 IS 'locked'";
    ground.cut(&statement, ROWS, &[(template, "redo")]);
    ground.complete(&statement, ROWS, "done");
}
