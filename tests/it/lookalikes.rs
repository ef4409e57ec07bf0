//! The program's SQL never runs objects that others created in a schema of the search path.
//!
//! The migrations here name a schema for everything; what is used all the same, the program has used.

use std::io::{self, Write as _};
use std::thread;

use crate::support::{Database, Sandbox, eventually, lookalikes, test_name};

const EVENTS: &str = "\
CREATE TABLE public.notes (id pg_catalog.int8 NOT NULL, text pg_catalog.text);
CREATE TABLE public.events (at pg_catalog.timestamptz NOT NULL, device pg_catalog.int8, value pg_catalog.float8);
SELECT public.create_hypertable('public.events'::pg_catalog.regclass, 'at'::pg_catalog.name);
CREATE MATERIALIZED VIEW public.hourly WITH (timescaledb.continuous) AS
    SELECT public.time_bucket('1 hour'::pg_catalog.interval, at) AS hour, pg_catalog.count(*) AS events FROM public.events GROUP BY 1
    WITH NO DATA;
SELECT public.add_retention_policy('public.events'::pg_catalog.regclass, '30 days'::pg_catalog.interval);
";

/// Statements that run alone, and such that the catalog is asked about.
const ALONE: &str = "\
CREATE INDEX CONCURRENTLY notes_id ON public.notes (id);
VACUUM public.notes;
CLUSTER public.notes USING notes_id;
CREATE PROCEDURE public.commits() LANGUAGE plpgsql AS 'BEGIN COMMIT; END';
CALL public.commits();
REINDEX TABLE public.notes;
";

/// What plain mode answers with its own functions and views.
const ANSWERS: &str = "\
INSERT INTO public.events VALUES ('2026-01-31 12:34:56+00', 1, 2.5), ('2026-02-28 23:59:59+00', 2, 0.5);
SELECT public.time_bucket('1 hour'::pg_catalog.interval, at), public.time_bucket('1 month'::pg_catalog.interval, at),
    public.time_bucket('7 months'::pg_catalog.interval, at), public.time_bucket('1 day'::pg_catalog.interval, at, 'Europe/Vienna'),
    public.time_bucket('1 month'::pg_catalog.interval, at, 'Europe/Vienna'),
    public.time_bucket('7 days'::pg_catalog.interval, at, origin => '2000-01-05 00:00Z'::pg_catalog.timestamptz),
    public.time_bucket('1 month'::pg_catalog.interval, at, \"offset\" => '3 days'::pg_catalog.interval),
    public.time_bucket('1 month'::pg_catalog.interval, at::pg_catalog.date), public.time_bucket('1 week'::pg_catalog.interval, at::pg_catalog.date),
    public.time_bucket('1 day'::pg_catalog.interval, at::pg_catalog.timestamp), public.time_bucket(5::pg_catalog.int8, device),
    public.time_bucket(5::pg_catalog.int8, device, 2::pg_catalog.int8), public.time_bucket(5::pg_catalog.int4, 7::pg_catalog.int4),
    public.time_bucket('1 month'::pg_catalog.interval, '-infinity'::pg_catalog.timestamptz),
    public.time_bucket('1 day'::pg_catalog.interval, public.generate_uuidv7())
FROM public.events;
SELECT public.first(value, at), public.last(value, at),
    public.histogram(value, 0::pg_catalog.float8, 5::pg_catalog.float8, 5::pg_catalog.int4) FROM public.events;
SELECT public.hypertable_size('public.events'::pg_catalog.regclass), public.approximate_row_count('public.events'::pg_catalog.regclass);
SELECT public.set_chunk_time_interval('public.events'::pg_catalog.regclass, '1 day'::pg_catalog.interval);
SELECT public.add_dimension('public.events'::pg_catalog.regclass, public.by_hash('device'::pg_catalog.name, 2::pg_catalog.int4));
SELECT public.show_chunks('public.events'::pg_catalog.regclass, '2026-02-01'::pg_catalog.timestamptz);
SELECT public.drop_chunks('public.events'::pg_catalog.regclass, '2026-02-01'::pg_catalog.timestamptz);
CREATE FUNCTION public.job(id pg_catalog.int4, config pg_catalog.jsonb) RETURNS pg_catalog.void LANGUAGE plpgsql AS 'BEGIN END';
SELECT public.add_job('public.job'::pg_catalog.regproc, '1 day'::pg_catalog.interval);
CALL public.run_job(1000);
CALL public.run_job(1001);
SELECT * FROM timescaledb_information.hypertables;
SELECT * FROM timescaledb_information.dimensions;
SELECT * FROM timescaledb_information.continuous_aggregates;
SELECT * FROM timescaledb_information.jobs;
SELECT * FROM timescaledb_information.chunks;
SELECT * FROM timescaledb_information.job_stats;
SELECT * FROM timescaledb_information.hypertable_columnstore_settings;
SELECT * FROM timescaledb_experimental.policies;
SELECT * FROM public.hourly;
";

/// What plain mode rewrites, and answers then.
const REWRITTEN: &str = "\
ALTER TABLE public.events SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'device', timescaledb.orderby = 'at DESC',
    timescaledb.sparse_index = 'bloom(value)', timescaledb.compress_chunk_interval = '7 days');
SELECT * FROM timescaledb_information.hypertable_columnstore_settings;
TRUNCATE public.hourly, public.events;
CALL public.add_columnstore_policy('public.events'::pg_catalog.regclass, after => '7 days'::pg_catalog.interval);
CREATE TABLE public.samples (at pg_catalog.timestamptz NOT NULL, value pg_catalog.float8) WITH (tsdb.hypertable, tsdb.partition_column = 'at');
CREATE INDEX ON public.hourly (events);
ALTER MATERIALIZED VIEW public.hourly SET (timescaledb.materialized_only = false);
ALTER MATERIALIZED VIEW public.hourly RENAME TO by_hour;
SELECT public.add_continuous_aggregate_policy('public.by_hour'::pg_catalog.regclass, '3 days'::pg_catalog.interval,
    '1 hour'::pg_catalog.interval, '1 hour'::pg_catalog.interval);
DROP MATERIALIZED VIEW public.by_hour;
";

/// What plain mode does with its own functions instead of TimescaleDB's public ones, and what those call.
const OVERLOADED: &str = "\
CREATE TABLE public.readings (at pg_catalog.timestamptz NOT NULL, value pg_catalog.float8)
    WITH (tsdb.hypertable, tsdb.partition_column = 'at', tsdb.chunk_interval = '1 day');
CREATE TABLE public.counted (n pg_catalog.int8 NOT NULL) WITH (tsdb.hypertable, tsdb.partition_column = 'n', tsdb.chunk_interval = 1000);
ALTER TABLE public.readings SET (timescaledb.chunk_interval = '2 days');
CALL public.remove_columnstore_policy('public.readings'::pg_catalog.regclass);
CALL public.add_columnstore_policy('public.readings'::pg_catalog.regclass, after => '7 days'::pg_catalog.interval);
SELECT public.create_hypertable('public.notes'::pg_catalog.regclass, 'at'::pg_catalog.name, chunk_time_interval => '1 day'::pg_catalog.interval);
SELECT public.set_partitioning_interval('public.readings'::pg_catalog.regclass, '3 days'::pg_catalog.interval);
";

/// Plants, of each public function that takes any type, one for each type and number of arguments that it may be called with: PostgreSQL
/// would prefer such a one. Those that the migration itself calls are not the program's.
const OVERLOADS: &str = "
SET search_path = pg_catalog, pg_temp;
DO $$
DECLARE
    planted record;
BEGIN
    FOR planted IN
        SELECT p.proname, (
            SELECT pg_catalog.string_agg(pg_catalog.replace(pg_catalog.format_type(a.oid, NULL), 'anyelement', t.name), ', ' ORDER BY a.n)
            FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS a (oid, n) WHERE a.n <= count
        ) AS arguments
        FROM pg_catalog.pg_proc AS p
        CROSS JOIN LATERAL pg_catalog.generate_series((p.pronargs - p.pronargdefaults)::int4, p.pronargs::int4) AS count
        CROSS JOIN (VALUES ('interval'), ('bigint'), ('integer'), ('text')) AS t (name)
        WHERE p.pronamespace = 'public'::pg_catalog.regnamespace AND p.prokind = 'f'
          AND 'anyelement'::pg_catalog.regtype = ANY (p.proargtypes::pg_catalog.oid[])
          AND EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'x')
          AND p.proname NOT IN ('create_hypertable', 'set_partitioning_interval')
    LOOP
        BEGIN
            EXECUTE pg_catalog.format('CREATE FUNCTION public.%I(%s) RETURNS text LANGUAGE plpgsql AS %L', planted.proname, planted.arguments,
                pg_catalog.format('BEGIN PERFORM public.is_used(%L); END', planted.proname || '(' || planted.arguments || ')'));
        EXCEPTION WHEN duplicate_function THEN
            NULL;
        END;
    END LOOP;
END
$$";

/// A function that fits a call with the job and whether it is scheduled better than TimescaleDB's.
const ALTER_JOB: &str = "
CREATE FUNCTION public.alter_job(job_id pg_catalog.int4, scheduled pg_catalog.bool) RETURNS pg_catalog.int4 LANGUAGE plpgsql
    AS 'BEGIN PERFORM public.is_used($q$alter_job$q$); END'";

/// What `search_path` is, and which commands find the look-alikes as drift.
struct Variant {
    search_path: Option<&'static str>,
    finding: [&'static str; 2],
}

/// The two kinds of `drift` send the same queries, and `migrate` sends those of `migrate --frozen` first.
const VARIANTS: [Variant; 2] = [
    Variant {
        search_path: None,
        finding: ["drift", "migrate --frozen"],
    },
    Variant {
        search_path: Some("public, pg_catalog"),
        finding: ["drift --json", "migrate"],
    },
];

/// Runs a check on a project for each variant, side by side. The look-alikes are planted once.
fn in_each_variant(test: &str, has_extension: bool, check: impl Fn(&Sandbox, &Variant) + Sync) {
    let database = if has_extension {
        Database::timescale(test, "its extension")
    } else {
        Database::new(test)
    };
    let Some(database) = database else { return };
    plant(&database, has_extension);
    let projects: Vec<(Sandbox, &Variant)> = VARIANTS
        .iter()
        .map(|variant| (project(database.copy(), variant.search_path), variant))
        .collect();
    thread::scope(|scope| {
        for (project, variant) in &projects {
            let check = &check;
            scope.spawn(move || check(project, variant));
        }
    });
}

fn plant(database: &Database, has_extension: bool) {
    if has_extension {
        let mut client = database.client();
        client
            .batch_execute("CREATE EXTENSION timescaledb")
            .unwrap();
    }
    // A new session, so that the extension is loaded from its start.
    let mut client = database.client();
    client.batch_execute(&lookalikes::script()).unwrap();
    if has_extension {
        client.batch_execute(ALTER_JOB).unwrap();
    }
    let planted: String = client.query_one(lookalikes::COUNT, &[]).unwrap().get(0);
    // Past the test harness, which would keep it to itself.
    let _ = writeln!(io::stderr(), "look-alikes: {planted}");
    lookalikes::assert_many(&planted);
}

/// A project with these migrations, in whose database the look-alikes are.
fn project(database: Database, search_path: Option<&str>) -> Sandbox {
    if let Some(path) = search_path {
        let name = database.name();
        let alter = format!("ALTER DATABASE {name} SET search_path = {path}");
        database.client().batch_execute(&alter).unwrap();
    }
    Sandbox::new()
        .file("analytics-schema/README", "")
        .file("migrations/001_events.sql", EVENTS)
        .file("migrations/002_alone.sql", ALONE)
        .on(database)
}

fn uses(project: &Sandbox) -> String {
    let mut client = project.own_database().client();
    client.query_one(lookalikes::USES, &[]).unwrap().get(0)
}

/// Runs a command, which succeeds and uses none.
#[track_caller]
fn run(project: &Sandbox, arguments: &str) -> String {
    ends(project, arguments, "exit 0\n")
}

/// Runs a command, which names the look-alikes as drift and uses none.
#[track_caller]
fn finds(project: &Sandbox, arguments: &str) -> String {
    ends(project, arguments, "exit 3\n")
}

#[track_caller]
fn ends(project: &Sandbox, arguments: &str, exit: &str) -> String {
    // One that lists each look-alike as drift has megabytes.
    let screen = project.run_as_it_is(arguments);
    assert_eq!(uses(project), "0", "{arguments}\n{screen}");
    assert!(!screen.contains("look-alike"), "{arguments}\n{screen}");
    assert!(screen.starts_with(exit), "{arguments}\n{screen}");
    screen
}

/// Every command, from an empty database on.
fn run_all(project: &Sandbox, variant: &Variant, plain: &str) {
    run(project, &format!("migrate --dry-run {plain}"));
    // With the snapshot it would be drift that no migration made the look-alikes.
    run(project, &format!("migrate --no-snapshot {plain}"));
    run(project, "status");
    run(project, "status --json");
    run(project, "doctor");
    let each = format!("migrate --each-schema public {plain}");
    run(project, &format!("{each} --dry-run"));
    run(project, &each);
    run(project, "status --each-schema public");
    let [drift, migrate] = variant.finding;
    finds(project, drift);
    finds(project, &format!("{migrate} {plain}"));
    cut(project, plain);
    blocked(project, plain);
}

/// A statement that runs alone whose outcome the history does not show.
fn cut(project: &Sandbox, plain: &str) {
    let file = "CREATE INDEX CONCURRENTLY notes_text ON public.notes (text);\n";
    project.write("migrations/003_index.sql", file);
    run(
        project,
        &format!("migrate --no-snapshot {plain} --pause-jobs"),
    );
    let mut client = project.own_database().client();
    // Of nothing.
    let checksum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let undo = format!(
        "UPDATE public.schema_migrations SET steps_done = 0, step_started_at = pg_catalog.now(), applied_at = NULL, \
         checksum = '{checksum}' WHERE version OPERATOR(pg_catalog.=) 3"
    );
    // As if the statement had run after the intent was written down, and its runner had died then.
    for sql in ["DROP INDEX public.notes_text", &undo, file] {
        client.batch_execute(sql).unwrap();
    }
    let screen = run(project, &format!("migrate --no-snapshot {plain}"));
    assert!(screen.contains("had run"), "{screen}");
}

/// A statement that waits for a lock, which a second session watches.
fn blocked(project: &Sandbox, plain: &str) {
    project.write(
        "migrations/004_column.sql",
        "ALTER TABLE public.notes ADD COLUMN more pg_catalog.text;\n",
    );
    let mut client = project.own_database().client();
    client
        .batch_execute("BEGIN; LOCK TABLE public.notes")
        .unwrap();
    let background = project.start(&format!("migrate --no-snapshot {plain}"));
    eventually("it says who blocks it", || {
        background.said().contains("public.notes") || background.said().contains("notes")
    });
    client.batch_execute("COMMIT").unwrap();
    let screen = background.screen();
    assert_eq!(uses(project), "0", "{screen}");
    assert!(screen.starts_with("exit 0\n"), "{screen}");
}

#[test]
fn no_command_uses_a_look_alike() {
    in_each_variant(test_name!(), true, |project, variant| {
        run_all(project, variant, "");
        let index = "CREATE INDEX events_device ON public.events (device);\n";
        project.write("migrations/005_index.sql", index);
        let screen = run(project, "migrate --no-snapshot --pause-jobs");
        assert!(
            screen.contains("background jobs are running again"),
            "{screen}"
        );
    });
}

#[test]
fn no_command_uses_a_look_alike_in_plain_mode() {
    in_each_variant(test_name!(), false, |project, variant| {
        run_all(project, variant, "--plain");
        let mut client = project.own_database().client();
        for sql in ANSWERS.split_inclusive(";\n") {
            let answer = client.batch_execute(sql);
            assert!(answer.is_ok(), "{sql}\n{answer:?}");
        }
        project.write("migrations/005_rewritten.sql", REWRITTEN);
        run(project, "migrate --no-snapshot --plain");
        let overloads = "SET check_function_bodies = off; ALTER TABLE public.notes ADD at pg_catalog.timestamptz NOT NULL";
        client.batch_execute(overloads).unwrap();
        client.batch_execute(OVERLOADS).unwrap();
        project.write("migrations/006_overloaded.sql", OVERLOADED);
        run(project, "migrate --no-snapshot --plain");
    });
}

const QUERY: &str = "-- name: of_device
SELECT value FROM public.events
WHERE device OPERATOR(pg_catalog.=) :device AND at OPERATOR(pg_catalog.>=) :since;
";

/// What a run and a plan of a query send. The query itself names the schemas of all that it uses.
#[test]
fn queries_use_no_look_alike() {
    let with_query = |sandbox: Sandbox| {
        sandbox
            .file("migrations/001_events.sql", EVENTS)
            .file("analytics-schema/queries/events.sql", QUERY)
    };
    let (Some(clean), Some(planted)) = (
        Database::timescale(test_name!(), "its extension"),
        Database::timescale(test_name!(), "its extension"),
    ) else {
        return;
    };
    let create = "CREATE EXTENSION timescaledb";
    clean.client().batch_execute(create).unwrap();
    let clean = with_query(Sandbox::new()).on(clean);
    let described = clean.run("migrate");
    assert!(described.starts_with("exit 0\n"), "{described}");
    plant(&planted, true);
    let project = with_query(Sandbox::new()).on(planted);
    for file in ["schema.json", "queries.json"] {
        let file = format!("analytics-schema/{file}");
        project.write(&file, clean.read(&file));
    }
    run(&project, "migrate --no-snapshot");
    let rows = "INSERT INTO public.events VALUES ('2026-01-31 12:00+00', 1, 2.5)";
    project.own_database().client().batch_execute(rows).unwrap();
    let values = "device=1 since=2026-01-01";
    let screen = run(&project, &format!("queries --run of_device {values}"));
    assert!(screen.contains("2.5"), "{screen}");
    run(
        &project,
        &format!("queries --run of_device {values} --json"),
    );
    let screen = run(&project, &format!("queries --explain of_device {values}"));
    assert!(screen.contains("reads 1 of 1 chunks"), "{screen}");
    run(
        &project,
        &format!("queries --explain of_device {values} --analyze"),
    );
    run(&project, "queries --explain of_device");
    // The look-alikes are drift, at which a watch stops; its own look comes before that.
    let mut background = project.start("queries --watch");
    background.says("the database is not what");
    background.signal("INT");
    background.end();
    assert_eq!(uses(&project), "0");
}
