//! Statements through their golden module, on the asynchronous driver and on the objects of pools.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use testkit::Database;
use timeschema::postgres::Client as Blocking;
use timeschema::{QueryError, Run, Timestamp};
use tokio_postgres::{Client, NoTls};

/// The golden module, which the example target `golden` compiles without warnings.
pub mod keys {
    include!("golden/keys.rs");
}

#[path = "support/tokio.rs"]
mod on_tokio;

use keys::{accounts, places, visits};
use on_tokio::{block_on, connect};

/// A database with the tables of the golden module, and a blocking client.
fn database(test: &str) -> Option<(Database, Blocking)> {
    let database = Database::filled(test, include_str!("fixtures/keys.sql"))?;
    let client = database.client();
    Some((database, client))
}

fn account() -> accounts::New {
    accounts::New {
        slug: Some("first".to_owned()),
        ..accounts::Required {
            key: "one".to_owned(),
            tenant: "acme".to_owned(),
        }
        .into()
    }
}

fn visit(n: i64) -> visits::New {
    visits::New {
        time: Timestamp::from_unix_micros(n * 1_000_000).unwrap(),
        statement: n,
        place: "x".to_owned(),
    }
}

#[testkit::test(database)]
fn the_same_statements_run_on_tokio((database, _client): (Database, Blocking)) {
    block_on(async {
        let mut client = connect(&database).await;
        let one = account();
        let one = accounts::insert(&one).one(&client).await.unwrap();
        let found = accounts::by_tenant_and_slug_x488e("acme", "first");
        assert_eq!(found.one(&client).await.unwrap(), one);
        let transaction = client.transaction().await.unwrap();
        let deleted = accounts::delete(one.id).execute(&transaction).await;
        assert_eq!(deleted.unwrap(), 1);
        transaction.commit().await.unwrap();
        let gone = accounts::by_key(one.id).optional(&client).await;
        assert_eq!(gone.unwrap(), None);
        visits::insert(&visit(1)).execute(&client).await.unwrap();
        assert_eq!(places::select().all(&client).await.unwrap().len(), 1);
        let error = accounts::by_key(1).one(&client).await.unwrap_err();
        assert!(matches!(error, QueryError::NoRow { .. }));
        // What a server's thread spawns has to be `Send`.
        is_send(accounts::by_key(1).one(&client));
        is_send(accounts::select().stream(&client));
    });
}

fn is_send<T: Send>(_: T) {}

/// Code that is written once for every driver.
fn deletion<'d, D: Run + 'd>(driver: D, id: i64) -> D::Answer<'d, u64> {
    accounts::delete(id).execute(driver)
}

#[testkit::test(database)]
fn a_reference_to_what_holds_a_client_is_enough((database, client): (Database, Blocking)) {
    let mut boxed = Box::new(client);
    visits::insert(&visit(1)).one(&mut boxed).unwrap();
    let mut lent = &mut *boxed;
    assert_eq!(visits::select().iter(&mut lent).unwrap().count(), 1);
    assert_eq!(deletion(&mut *boxed, 1).unwrap(), 0);

    block_on(async {
        let shared = Arc::new(connect(&database).await);
        visits::select().one(&shared).await.unwrap();
        assert_eq!(deletion(&*shared, 1).await.unwrap(), 0);
        let lent = &shared;
        visits::select().one(&lent).await.unwrap();

        let config = database.url().parse().unwrap();
        let manager = deadpool_postgres::Manager::new(config, NoTls);
        let pool = deadpool_postgres::Pool::builder(manager).build().unwrap();
        let mut object = pool.get().await.unwrap();
        visits::select().one(&object).await.unwrap();
        let transaction = object.transaction().await.unwrap();
        visits::select().one(&transaction).await.unwrap();

        let manager =
            bb8_postgres::PostgresConnectionManager::new_from_stringlike(database.url(), NoTls);
        let pool = bb8_postgres::bb8::Pool::builder()
            .build(manager.unwrap())
            .await
            .unwrap();
        let object = pool.get().await.unwrap();
        visits::select().one(&object).await.unwrap();
        let mut rows = visits::select().stream(&object).await.unwrap();
        assert_eq!(rows.try_next().await.unwrap().unwrap().statement, 1);
    });
}

/// Rows of 1 kB, 40 MB of them: more than what the sockets and the driver hold.
const LARGE: i64 = 40_000;

fn fill(client: &mut Blocking) {
    let fill = "INSERT INTO visits SELECT 'epoch', n, repeat('x', 1000) FROM generate_series(1, $1::bigint) AS n";
    client.execute(fill, &[&LARGE]).unwrap();
}

/// Waits until the server cannot send more.
async fn until_the_server_waits(watcher: &Client) {
    let query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'ClientWrite' AND datname = current_database()";
    for _ in 0..200 {
        // The connection's task runs meanwhile: what it would take in, it takes in.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let waiting = watcher.query_one(query, &[]).await.unwrap();
        if waiting.get::<_, i64>(0) == 1 {
            return;
        }
    }
    panic!("the server has sent all its rows, so they are buffered here");
}

#[testkit::test(database)]
fn a_stream_does_not_hold_the_rows_that_nobody_asks_for(
    (database, mut client): (Database, Blocking),
) {
    fill(&mut client);
    block_on(async {
        let watcher = connect(&database).await;
        let client = connect(&database).await;
        let mut rows = visits::select().stream(&client).await.unwrap();
        assert_eq!(rows.try_next().await.unwrap().unwrap().place.len(), 1000);
        until_the_server_waits(&watcher).await;
        let mut rest = 0;
        while rows.try_next().await.unwrap().is_some() {
            rest += 1;
        }
        assert_eq!(rest, LARGE - 1);
        assert!(rows.try_next().await.unwrap().is_none());
    });
}

#[testkit::test(database)]
fn a_stream_that_is_dropped_leaves_the_client_usable((database, mut client): (Database, Blocking)) {
    fill(&mut client);
    block_on(async {
        let client = connect(&database).await;
        let mut rows = visits::select().stream(&client).await.unwrap();
        rows.try_next().await.unwrap();
        drop(rows);
        let first = visits::by_key(1, Timestamp::UNIX_EPOCH).one(&client).await;
        assert_eq!(first.unwrap().statement, 1);
    });
}

#[testkit::test(database)]
fn a_stream_ends_after_an_error((database, mut client): (Database, Blocking)) {
    visits::insert(&visit(1)).execute(&mut client).unwrap();
    let view = "CREATE OR REPLACE VIEW places AS SELECT 'x' AS place, 1 / (2 - n) AS visits FROM generate_series(1, 9::bigint) AS n";
    client.batch_execute(view).unwrap();
    block_on(async {
        let client = connect(&database).await;
        let rows = places::select().stream(&client).await.unwrap();
        let rows: Vec<_> = rows.collect().await;
        assert_eq!(rows.len(), 2);
        let error = rows[1].as_ref().unwrap_err().to_string();
        assert_eq!(error, "\"public\".\"places\": division by zero (22012)");
    });
}
