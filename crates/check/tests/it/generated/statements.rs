//! The statements of made-up migrations. Few names, so that they meet.

use testkit::Random;

/// One statement, without its semicolon; the first ones make something for the others.
pub fn one(random: &mut Random, number: usize) -> String {
    match (number, random.below(3)) {
        (0, _) => "CREATE TYPE kind AS ENUM ('a', 'b')".to_owned(),
        (1, _) => table(random, "a"),
        (2, _) => table(random, "b"),
        (3, 0) => "SELECT create_hypertable('a', 'at'), 1".to_owned(),
        (3, _) => "SELECT create_hypertable('a', by_range('at'))".to_owned(),
        (4, 0) => "ALTER TABLE a SET (timescaledb.enable_columnstore)".to_owned(),
        (5, 0 | 1) => aggregate(random),
        _ => {
            let statement = statement(random);
            wrapped(random, statement)
        }
    }
}

fn statement(random: &mut Random) -> String {
    let t = name(random);
    match random.below(30) {
        0 => table(random, &t),
        1 | 2 => hypertable(random, &t),
        3 => like(random),
        4 | 5 => columnstore(random),
        6 | 7 => columnstore_policy(random),
        8 | 9 => aggregate(random),
        10 => refresh(random),
        11 | 12 => rename(random),
        13..=17 => alter(random),
        18..=21 => index(random),
        22..=24 => rows(random),
        25 => drop(random),
        26 => search_path(random),
        27 => random.pick(&[
            "SELECT count(*) FROM pg_class",
            "CREATE TYPE kind AS ENUM ('a', 'b')",
            "DROP TYPE kind CASCADE",
            "CREATE OR REPLACE FUNCTION change() RETURNS void LANGUAGE plpgsql AS 'BEGIN ALTER TABLE a SET (timescaledb.compress); END'",
            "SELECT change()",
            "CREATE VIEW c AS SELECT 1 AS at",
            "SELECT add_retention_policy('a', INTERVAL '1' MONTH)",
            "SELECT remove_retention_policy('a', if_exists => true)",
        ]).to_owned(),
        28 => not_called(random),
        _ => constraint(random),
    }
}

/// A table, mostly as it is written in the first files.
fn name(random: &mut Random) -> String {
    random
        .pick(&[
            "a", "a", "a", "b", "b", "c", "app.a", "public.a", "public.b", "app.b",
        ])
        .to_owned()
}

fn column(random: &mut Random) -> &'static str {
    random.pick(&["at", "v", "v", "w", "id", "name", "k", "x"])
}

fn table(random: &mut Random, name: &str) -> String {
    let exists = random.pick(&["", "", "", "IF NOT EXISTS "]);
    let temporary = if name.contains('.') {
        ""
    } else {
        random.pick(&["", "", "", "", "", "TEMP "])
    };
    let id = random.pick(&[
        "int",
        "int",
        "int",
        "int",
        "serial",
        "int UNIQUE",
        "int PRIMARY KEY",
        "int CONSTRAINT k1 UNIQUE",
    ]);
    let key = random.pick(&[
        "",
        "",
        "",
        "",
        "",
        ", UNIQUE (at)",
        ", UNIQUE (at, id)",
        ", UNIQUE (v)",
        ", CONSTRAINT k2 UNIQUE (id, at)",
        ", UNIQUE (k)",
    ]);
    let with = match (temporary, random.below(6)) {
        ("", 0) => " WITH (tsdb.hypertable)",
        ("", 1) => {
            " WITH (tsdb.hypertable, tsdb.partition_column = 'at', tsdb.columnstore = false)"
        }
        _ => "",
    };
    let kind = random.pick(&["text", "kind", "text"]);
    format!(
        "CREATE {temporary}TABLE {exists}{name} (at timestamptz NOT NULL, v int, w int, id {id}, name text, k {kind}{key}){with}"
    )
}

fn like(random: &mut Random) -> String {
    let (t, other) = (name(random), name(random));
    let including = random.pick(&[
        "",
        " INCLUDING ALL",
        " INCLUDING INDEXES",
        " INCLUDING ALL EXCLUDING INDEXES",
        " INCLUDING CONSTRAINTS",
    ]);
    format!("CREATE TABLE {t} (LIKE {other}{including})")
}

fn hypertable(random: &mut Random, name: &str) -> String {
    let column = random.pick(&[
        "'at'",
        "by_range('at')",
        "by_range('at', INTERVAL '1 day')",
        "time_column_name => 'at'",
        "E'at'",
    ]);
    let more = random.pick(&[
        "",
        "",
        "",
        ", if_not_exists => true",
        ", migrate_data => true",
        ", create_default_indexes => false",
    ]);
    let end = random.pick(&[
        "",
        "",
        "",
        "",
        "",
        " WHERE false",
        " FROM pg_class WHERE relname = 'none'",
    ]);
    format!("SELECT create_hypertable('{name}', {column}{more}){end}")
}

/// What only looks like a call.
fn not_called(random: &mut Random) -> String {
    let call = hypertable(random, "b");
    match random.below(4) {
        0 => format!("EXPLAIN {call}"),
        1 => format!("EXPLAIN (ANALYZE) {call}"),
        2 => format!("PREPARE p{} AS {call}", random.u64()),
        _ => "DO $$ BEGIN RETURN; PERFORM create_hypertable('b', 'at'); END $$".to_owned(),
    }
}

fn columnstore(random: &mut Random) -> String {
    let t = name(random);
    let option = random.pick(&[
        "enable_columnstore",
        "compress = true",
        "enable_columnstore = true",
        "compress = false",
        "enable_columnstore = off",
    ]);
    format!("ALTER TABLE {t} SET (timescaledb.{option})")
}

fn columnstore_policy(random: &mut Random) -> String {
    let t = random.pick(&["a", "a", "b", "public.a", "d", "e", "app.a"]);
    let interval = random.pick(&[
        "INTERVAL '7 days'",
        "INTERVAL '7' DAY",
        "'7 days'::interval",
    ]);
    match random.below(5) {
        0 | 1 => format!("CALL add_columnstore_policy('{t}', after => {interval})"),
        2 => format!("SELECT add_compression_policy('{t}', {interval})"),
        3 => format!(
            "SELECT add_compression_policy(E'{t}', compress_after => {interval}, if_not_exists => true)"
        ),
        _ => format!("SELECT remove_compression_policy('{t}', if_exists => true)"),
    }
}

fn aggregate(random: &mut Random) -> String {
    let d = random.pick(&["d", "d", "e"]);
    let t = random.pick(&["a", "a", "a", "public.a", "b"]).to_owned();
    let (other, read) = (name(random), random.pick(&["v", "v", "w", "id", "x"]));
    let alias = random.pick(&["total", "AS total", "AS v", "w", "AS \"name\""]);
    let from = match random.below(6) {
        0 => format!("{t} AS m"),
        1 => format!("{other} AS o JOIN {t} AS m ON m.id = o.id"),
        2 => format!("{t} m JOIN {other} o USING (id)"),
        _ => t.clone(),
    };
    let (at, read) = if from == t {
        ("at".to_owned(), read.to_owned())
    } else {
        ("m.at".to_owned(), format!("m.{read}"))
    };
    let filter = random.pick(&[
        "",
        "",
        " FILTER (WHERE 'w' <> 'v')",
        " FILTER (WHERE id > 0)",
    ]);
    let filter = if from == t { filter } else { "" };
    format!(
        "CREATE MATERIALIZED VIEW {d} WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', {at}) AS bucket, max({read}){filter} {alias} FROM {from} GROUP BY 1 WITH NO DATA"
    )
}

fn refresh(random: &mut Random) -> String {
    let offset = |random: &mut Random| {
        random.pick(&[
            "INTERVAL '1 day'",
            "INTERVAL '2' DAY",
            "INTERVAL '30 hours'",
            "INTERVAL '5 days'",
            "NULL",
            "INTERVAL '1' MONTH",
            "'4 days'::interval",
        ])
    };
    let (start, end) = (
        offset(random),
        random.pick(&[
            "INTERVAL '1 hour'",
            "INTERVAL '1' DAY",
            "INTERVAL '3 days'",
            "NULL",
        ]),
    );
    format!("SELECT add_continuous_aggregate_policy('d', {start}, {end}, INTERVAL '1' HOUR)")
}

fn rename(random: &mut Random) -> String {
    let (t, to) = (name(random), random.pick(&["a", "b", "c"]));
    let (from, column) = (column(random), column(random));
    let index = random.pick(&[
        "i", "j", "k1", "k2", "a_pkey", "a_v_idx", "a_at_idx", "b_v_idx",
    ]);
    match random.below(8) {
        0 | 1 => format!("ALTER TABLE {t} RENAME TO {to}"),
        2 | 3 => format!("ALTER TABLE {t} RENAME COLUMN {from} TO {column}"),
        4 => format!("ALTER TABLE {t} RENAME CONSTRAINT {index} TO {from}"),
        5 => format!("ALTER INDEX {index} RENAME TO i"),
        6 => format!("ALTER INDEX IF EXISTS {index} RENAME TO j"),
        _ => format!(
            "ALTER TABLE {t} SET SCHEMA {}",
            random.pick(&["app", "public"])
        ),
    }
}

fn alter(random: &mut Random) -> String {
    let (t, c) = (name(random), column(random));
    let default = random.pick(&[
        "",
        "",
        " NOT NULL",
        " DEFAULT (1)",
        " NOT NULL DEFAULT 1",
        " DEFAULT random()",
        " DEFAULT (now())",
        " DEFAULT NULL",
        " DEFAULT cast(1 AS int)",
        " DEFAULT 1::numeric(4, 2)",
        " UNIQUE",
        " CHECK (x > 0)",
        " REFERENCES b",
        " DEFAULT 1 NOT NULL",
        " GENERATED ALWAYS AS IDENTITY",
        " GENERATED ALWAYS AS (1) STORED",
        " DEFAULT extract(epoch FROM current_timestamp)",
        " DEFAULT coalesce(NULL, abs(-1))",
        " DEFAULT length('now()')",
    ]);
    let ty = random.pick(&["int", "int", "bigint", "numeric"]);
    match random.below(9) {
        0..=3 => format!(
            "ALTER TABLE {t} ADD {}x {ty}{default}",
            random.pick(&["", "COLUMN ", "COLUMN IF NOT EXISTS "])
        ),
        4 => format!(
            "ALTER TABLE {t} ADD x serial{}",
            random.pick(&["", " NOT NULL"])
        ),
        5 => format!(
            "ALTER TABLE {t} DROP COLUMN {}",
            random.pick(&["v", "w", "id", "x", c])
        ),
        6 => format!(
            "ALTER TABLE {t} ALTER COLUMN {} TYPE {ty}",
            random.pick(&["v", "w", "id"])
        ),
        7 => format!(
            "ALTER TABLE {t} {} ROW LEVEL SECURITY",
            random.pick(&["ENABLE", "DISABLE"])
        ),
        _ => format!(
            "ALTER MATERIALIZED VIEW d ADD COLUMN y int GENERATED ALWAYS AS (max({c})) STORED"
        ),
    }
}

fn constraint(random: &mut Random) -> String {
    let (t, c) = (name(random), column(random));
    let constraint = random.pick(&[
        "k1", "k2", "a_pkey", "a_id_key", "a_v_key", "a_at_key", "b_pkey", "b_id_key",
    ]);
    match random.below(5) {
        0 => format!("ALTER TABLE {t} ADD UNIQUE ({c})"),
        1 => format!("ALTER TABLE {t} ADD CONSTRAINT k1 UNIQUE (at, {c})"),
        2 => format!("ALTER TABLE {t} ADD PRIMARY KEY ({c})"),
        _ => format!("ALTER TABLE {t} DROP CONSTRAINT {constraint}"),
    }
}

fn index(random: &mut Random) -> String {
    let (t, c) = (
        random.pick(&["a", "a", "b", "c", "d", "app.a"]),
        column(random),
    );
    let i = random.pick(&["", "", "i", "j", "IF NOT EXISTS i"]);
    let c = if t == "d" { "bucket" } else { c };
    match random.below(10) {
        0..=2 => format!("CREATE INDEX {i} ON {t} ({c})"),
        3 => format!("CREATE UNIQUE INDEX {i} ON {t} ({c})"),
        4 => format!("CREATE UNIQUE INDEX {i} ON {t} (at, {c})"),
        5 | 6 => format!("CREATE INDEX CONCURRENTLY {i} ON {t} ({c})"),
        7 => format!("REINDEX TABLE CONCURRENTLY {t}"),
        8 => format!(
            "DROP INDEX {}",
            random.pick(&["i", "j", "a_v_idx", "a_at_idx", "b_id_idx"])
        ),
        _ => format!(
            "DROP INDEX CONCURRENTLY {}",
            random.pick(&["i", "j", "a_v_idx", "a_at_idx", "a_at_id_idx", "b_v_idx"])
        ),
    }
}

fn rows(random: &mut Random) -> String {
    let t = name(random);
    match random.below(9) {
        0..=2 => format!("INSERT INTO {t} (at) VALUES (now())"),
        3 => format!(
            "INSERT INTO {t} (at) SELECT now() LIMIT {}",
            random.below(2)
        ),
        4 => format!("WITH r AS (SELECT now() AS at) INSERT INTO {t} (at) SELECT at FROM r"),
        5 => format!("DELETE FROM {t}"),
        6 => format!(
            "DELETE FROM {t} WHERE at < '{}'",
            random.pick(&["infinity", "2000-01-01"])
        ),
        7 => format!("TRUNCATE {t}"),
        _ => format!("UPDATE {t} SET v = 1"),
    }
}

fn drop(random: &mut Random) -> String {
    let t = name(random);
    match random.below(6) {
        0 => format!("DROP TABLE {t}"),
        1 => format!("DROP TABLE IF EXISTS {t} CASCADE"),
        2 => "DROP MATERIALIZED VIEW d".to_owned(),
        3 => "DROP MATERIALIZED VIEW IF EXISTS e".to_owned(),
        4 => "DROP VIEW IF EXISTS c".to_owned(),
        _ => "DROP INDEX IF EXISTS i".to_owned(),
    }
}

fn search_path(random: &mut Random) -> String {
    random
        .pick(&[
            "SET search_path = app, public",
            "SET search_path TO public",
            "RESET search_path",
            "SELECT set_config('search_path', 'public, app', false)",
        ])
        .to_owned()
}

/// Some statements are in a `DO`: surely run, maybe, or not at all.
fn wrapped(random: &mut Random, statement: String) -> String {
    let alone = [
        "CREATE INDEX CONCURRENTLY",
        "CALL",
        "REINDEX",
        "DROP INDEX CONCURRENTLY",
        "SET",
        "PREPARE",
        "EXPLAIN",
        "DO",
    ];
    if random.below(4) > 0 || alone.iter().any(|it| statement.starts_with(it)) {
        return statement;
    }
    let literal = statement.replace('\'', "''");
    let inside = match statement.strip_prefix("SELECT ") {
        Some(rest) => format!("PERFORM {rest}"),
        None => statement.clone(),
    };
    match random.below(9) {
        0 => format!("DO $$ BEGIN {inside}; END $$"),
        1 => format!("DO LANGUAGE 'plpgsql' $$ BEGIN {inside}; END $$"),
        2 => format!("DO $$ BEGIN IF false THEN {inside}; END IF; END $$"),
        3 => format!("DO $$ BEGIN IF true THEN {inside}; ELSE PERFORM 1; END IF; END $$"),
        4 => format!(
            "DO $$ DECLARE i int; BEGIN FOR i IN 1..{} LOOP {inside}; END LOOP; END $$",
            random.below(2)
        ),
        5 => format!("DO $$ BEGIN EXECUTE '{literal}'; END $$"),
        6 => format!("DO $$ BEGIN EXECUTE $sql${statement}$sql$; END $$"),
        7 => format!("DO $$ BEGIN EXECUTE format('%s', '{literal}'); END $$"),
        _ => format!("DO $$ BEGIN {inside}; EXCEPTION WHEN others THEN NULL; END $$"),
    }
}
