//! What `verify()` says of queries that no longer fit the database.

#[path = "support/empty.rs"]
mod empty;

use analytics_schema::postgres::{Client, GenericClient};
use analytics_schema::{
    Mode, SCHEMA, Uuid, VerifyError, migrate_with, queries, verify, verify_exact,
};
use empty::{Empty, empty_database, migrate, start_up};
use timeschema::{Column, QueryText, QueryVariant, Schema, Table};

/// What is prepared in the session, without what the driver asks about types.
fn prepared(client: &mut impl GenericClient) -> Vec<String> {
    let sql = "SELECT statement FROM pg_prepared_statements WHERE statement !~ 'pg_catalog.pg_(type|enum|attribute|range)'
        AND statement !~ 'pg_prepared_statements'";
    let rows = client.query(sql, &[]).unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[testkit::test(empty_database)]
fn queries_that_fit_leave_nothing((database, config): Empty) {
    migrate(&config, database.mode()).unwrap();
    let mut client = config.client().unwrap();
    verify(&mut client).unwrap();
    verify_exact(&mut client).unwrap();
    assert_eq!(prepared(&mut client), Vec::<String>::new());
    let mut read_only = client.build_transaction().read_only(true).start().unwrap();
    verify(&mut read_only).unwrap();
    verify_exact(&mut read_only).unwrap();
    read_only.commit().unwrap();
}

/// What is wrong after these statements.
fn after(client: &mut Client, change: &str) -> String {
    let mut transaction = client.transaction().unwrap();
    transaction.batch_execute(change).unwrap();
    let shown = match verify(&mut transaction) {
        Ok(()) => "nothing".to_owned(),
        Err(error) => error.to_string(),
    };
    // The caller's transaction goes on.
    assert_eq!(prepared(&mut transaction), Vec::<String>::new());
    transaction.rollback().unwrap();
    shown
}

fn changes(client: &mut Client) {
    let renamed = "ALTER TABLE funnels RENAME COLUMN description TO about";
    insta::assert_snapshot!("a_column_is_renamed", after(client, renamed));
    let retyped = "ALTER TABLE funnels ALTER COLUMN description TYPE varchar(40)";
    insta::assert_snapshot!("a_column_is_retyped", after(client, retyped));
    // Every relation is as it was, and the queries do not find it.
    let in_front = "CREATE SCHEMA before;
        CREATE VIEW before.funnels AS SELECT id, name::varchar AS name, 'x'::text AS status, description, project_id FROM public.funnels;
        SET LOCAL search_path = before, public";
    insta::assert_snapshot!("a_view_is_in_front", after(client, in_front));
    // `latest_events` reads by position.
    let swapped = "ALTER TABLE events RENAME COLUMN url TO other;
        ALTER TABLE events RENAME COLUMN country TO url;
        ALTER TABLE events RENAME COLUMN other TO country";
    insta::assert_snapshot!("columns_are_swapped", after(client, swapped));
    // A `*` gives one more.
    assert_eq!(after(client, "ALTER TABLE events ADD note text"), "nothing");
}

#[testkit::test(empty_database)]
fn queries_that_no_longer_fit_are_named((database, config): Empty) {
    migrate(&config, database.mode()).unwrap();
    changes(&mut config.client().unwrap());
}

/// The same screens.
#[testkit::test(empty_database)]
fn in_plain_mode_too((_, config): Empty) {
    migrate_with(&config, &start_up(Mode::Plain)).unwrap();
    let mut client = config.client().unwrap();
    verify(&mut client).unwrap();
    changes(&mut client);
}

#[testkit::test(empty_database)]
fn one_more_column_is_an_addition((database, config): Empty) {
    migrate(&config, database.mode()).unwrap();
    let mut client = config.client().unwrap();
    let added = "ALTER TABLE events ADD note text";
    client.batch_execute(added).unwrap();
    verify(&mut client).unwrap();
    let error = verify_exact(&mut client).unwrap_err();
    insta::assert_snapshot!(error);
    let since = "2026-03-01 08:10:00+00".parse().unwrap();
    let rows = queries::latest_events(Uuid::from_u128(1), "ada", since, 10).all(&mut client);
    assert_eq!(rows.unwrap().len(), 0);
}

/// Whoever holds a table is not waited for without end, and is no drift.
#[testkit::test(empty_database)]
fn a_lock_is_not_drift((database, config): Empty) {
    migrate(&config, database.mode()).unwrap();
    let mut client = config.client().unwrap();
    client.batch_execute("SET lock_timeout = '100ms'").unwrap();
    let mut holder = config.client().unwrap();
    let mut held = holder.transaction().unwrap();
    held.batch_execute("LOCK TABLE funnels").unwrap();
    let error = verify(&mut client).unwrap_err();
    assert!(matches!(error, VerifyError::Query(_)), "{error}");
    insta::assert_snapshot!(error, @"failed to read the database's catalog: canceling statement due to lock timeout (55P03)");
    held.rollback().unwrap();
    verify(&mut client).unwrap();
}

static COLUMNS: [Column; 1] = [Column::never_null("name", "text")];
static PARAMETERS: [Column; 2] = [
    Column::nullable("description", "text"),
    Column::nullable("id", "bigint"),
];

/// Three hundred queries of many kinds, of which one names a column that there is not.
fn many() -> &'static [&'static [&'static QueryText]] {
    let text = |at: usize| -> &'static QueryText {
        let sql = match at {
            150 => "SELECT nothing FROM funnels",
            _ if at.is_multiple_of(3) => {
                "UPDATE funnels SET description = $1 WHERE id = $2 RETURNING name"
            }
            _ if at.is_multiple_of(50) => {
                "WITH gone AS (DELETE FROM funnels WHERE description = $1 AND id = $2 RETURNING name) TABLE gone"
            }
            _ => {
                "SELECT name FROM funnels WHERE description = $1 AND id = $2 ORDER BY name FOR UPDATE"
            }
        };
        Box::leak(Box::new(QueryText {
            table: Table {
                schema: "many",
                name: Box::leak(format!("query_{at}").into_boxed_str()),
                columns: &COLUMNS,
                primary_key: &[],
            },
            place: "queries/many.sql:1",
            relations: &[("public", "funnels")],
            parameters: &PARAMETERS,
            variants: vec![QueryVariant {
                sql,
                parameters: if at == 150 { &[] } else { &[0, 1] },
            }]
            .leak(),
        }))
    };
    let texts: Vec<&'static QueryText> = (0..300).map(text).collect();
    vec![&*texts.leak()].leak()
}

/// What a program is built for that has these queries.
fn schema_with(queries: &'static [&'static [&'static QueryText]]) -> Schema {
    Schema::built(
        SCHEMA.migrations(),
        SCHEMA.snapshot(),
        SCHEMA.fingerprint(),
        (None, "schema_migrations"),
        &[],
        queries,
    )
}

#[testkit::test(empty_database)]
fn the_one_of_many_is_found((database, config): Empty) {
    migrate(&config, database.mode()).unwrap();
    let mut client = config.client().unwrap();
    let error = schema_with(many()).verify(&mut client).unwrap_err();
    insta::assert_snapshot!(error);
    assert_eq!(prepared(&mut client), Vec::<String>::new());
}
