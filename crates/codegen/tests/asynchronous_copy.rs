//! Many rows by COPY on the asynchronous driver: all or none, and no more of them in memory than the connection takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures_util::future::join;
use futures_util::{StreamExt, stream};
use testkit::Database;
use timeschema::{AsText, CopyError, Timestamp, copy_in_stream};
use tokio::time::{sleep, timeout};
use tokio_postgres::Client;

/// The golden modules, which the example target `golden` compiles without warnings.
pub mod keys {
    include!("golden/keys.rs");
}
/// Types that have no Rust type.
pub mod as_text {
    include!("golden/as_text.rs");
}
#[path = "support/tokio.rs"]
mod on_tokio;

use as_text::places;
use keys::{nothing, visits};
use on_tokio::{block_on, connect};

/// Enough rows that some are on their way when the last one fails.
const ROWS: i64 = 20_000;

fn visit(n: i64) -> visits::New {
    visits::New {
        time: Timestamp::UNIX_EPOCH,
        statement: n,
        place: format!("place {n}"),
    }
}

fn place(_: i64) -> places::New {
    places::New::from(places::Required {
        time: Timestamp::UNIX_EPOCH,
        address: AsText::from("(x,1)"),
    })
}

fn with_keys(test: &str) -> Option<Database> {
    Database::filled(test, include_str!("fixtures/keys.sql"))
}

fn with_text(test: &str) -> Option<Database> {
    Database::filled(test, include_str!("fixtures/as_text.sql"))
}

async fn count(client: &Client) -> u64 {
    visits::select().execute(client).await.unwrap()
}

#[testkit::test(with_keys)]
fn rows_come_from_an_iterator_or_a_stream(database: Database) {
    block_on(async {
        let client = Arc::new(connect(&database).await);
        let rows: Vec<_> = (0..10).map(visit).collect();
        assert_eq!(visits::copy_in(&client, &rows).await.unwrap(), 10);
        let owned = (10..20).map(visit);
        assert_eq!(visits::copy_in(&client, owned).await.unwrap(), 10);
        let rows = stream::iter(20..ROWS);
        let rows = rows.map(visit);
        let copied = copy_in_stream(&client, rows).await;
        assert_eq!(copied.unwrap(), ROWS as u64 - 20);
        assert_eq!(count(&client).await, ROWS as u64);
        let row = visits::by_key(7, Timestamp::UNIX_EPOCH).one(&client).await;
        assert_eq!(row.unwrap().place, "place 7");

        assert_eq!(visits::copy_in(&client, &[]).await.unwrap(), 0);
        let empty = [nothing::New {}, nothing::New {}];
        assert_eq!(nothing::copy_in(&client, &empty).await.unwrap(), 2);
        // What a server's thread spawns has to be `Send`.
        let spawned = Arc::clone(&client);
        let task = async move { visits::copy_in(&spawned, (ROWS..ROWS + 9).map(visit)).await };
        assert_eq!(tokio::spawn(task).await.unwrap().unwrap(), 9);
    });
}

#[testkit::test(with_keys)]
fn an_error_among_the_rows_leaves_none(database: Database) {
    block_on(async {
        let mut client = connect(&database).await;
        let failing = || {
            (0..ROWS).map(|n| {
                if n < ROWS - 1 {
                    Ok(visit(n))
                } else {
                    Err("no more")
                }
            })
        };
        let failed = [
            visits::copy_in(&client, failing()).await.unwrap_err(),
            copy_in_stream(&client, stream::iter(failing()))
                .await
                .unwrap_err(),
        ];
        for error in failed {
            assert!(matches!(error, CopyError::Source { .. }), "{error}");
            let shown = "COPY into \"public\".\"visits\": row 19999: no more";
            assert_eq!(error.to_string(), shown);
        }
        // Nothing holds the table any more.
        let other = connect(&database).await;
        other
            .batch_execute("BEGIN; LOCK TABLE visits NOWAIT; COMMIT")
            .await
            .unwrap();
        let nul = visits::New {
            place: "\0".to_owned(),
            ..visit(ROWS)
        };
        let rows = (0..ROWS).map(visit).chain([nul]);
        let error = visits::copy_in(&client, rows).await.unwrap_err();
        assert!(matches!(error, CopyError::Encode { row: 20_000, .. }));
        let twice = (0..ROWS).map(visit).chain([visit(0)]);
        let error = visits::copy_in(&client, twice).await.unwrap_err();
        assert!(error.to_string().contains("visits_pkey"), "{error}");
        assert_eq!(count(&client).await, 0);

        let transaction = client.transaction().await.unwrap();
        let copied = visits::copy_in(&transaction, [visit(1)]).await;
        assert_eq!(copied.unwrap(), 1);
        transaction.rollback().await.unwrap();
        assert_eq!(count(&client).await, 0);
    });
}

#[testkit::test(with_keys)]
fn a_copy_that_is_cut_leaves_no_row(database: Database) {
    block_on(async {
        let client = connect(&database).await;
        let other = connect(&database).await;
        // The source never ends: it gives some rows and waits.
        let endless = || stream::iter((0..ROWS).map(visit)).chain(stream::pending());
        let cut = timeout(
            Duration::from_millis(300),
            copy_in_stream(&client, endless()),
        );
        cut.await.unwrap_err();
        assert_eq!(count(&client).await, 0, "the client goes on");

        let pid: i32 = client
            .query_one("SELECT pg_backend_pid()", &[])
            .await
            .unwrap()
            .get(0);
        let kill = async {
            sleep(Duration::from_millis(300)).await;
            let kill = "SELECT pg_terminate_backend($1, 5000)";
            other.execute(kill, &[&pid]).await.unwrap();
        };
        // The rows go on until the connection is found broken.
        let rows = stream::iter(0..).then(async |n| {
            sleep(Duration::from_micros(1)).await;
            visits::New {
                place: "x".repeat(10_000),
                ..visit(n)
            }
        });
        let (copied, ()) = join(copy_in_stream(&client, rows), kill).await;
        let error = copied.unwrap_err();
        assert!(matches!(error, CopyError::Database { .. }), "{error}");
        assert_eq!(count(&other).await, 0);
    });
}

#[testkit::test(with_keys)]
fn rows_are_taken_when_the_connection_has_room(database: Database) {
    block_on(async {
        let other = connect(&database).await;
        let hold = "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END $$;
            CREATE TRIGGER hold BEFORE INSERT ON visits FOR EACH ROW EXECUTE FUNCTION hold();
            SELECT pg_advisory_lock(1)";
        other.batch_execute(hold).await.unwrap();
        let client = connect(&database).await;
        let taken = AtomicI64::new(0);
        // 100 MB.
        let rows = (0..10_000).map(|n| {
            taken.fetch_add(1, Ordering::Relaxed);
            visits::New {
                place: "x".repeat(10_000),
                ..visit(n)
            }
        });
        let watch = async {
            let mut before = -1;
            // Until no more are taken.
            while taken.load(Ordering::Relaxed) != before || before == 0 {
                before = taken.load(Ordering::Relaxed);
                sleep(Duration::from_millis(300)).await;
            }
            other
                .batch_execute("SELECT pg_advisory_unlock(1)")
                .await
                .unwrap();
            before
        };
        let (copied, waiting) = join(visits::copy_in(&client, rows), watch).await;
        assert_eq!(copied.unwrap(), 10_000);
        assert!(waiting < 5_000, "{waiting} rows were taken");
    });
}

#[testkit::test(with_text)]
fn rows_that_no_binary_copy_carries_need_a_transaction(database: Database) {
    block_on(async {
        let mut client = connect(&database).await;
        let error = places::copy_in(&client, [place(0)]).await.unwrap_err();
        let shown = "COPY into \"public\".\"places\": a column is text or a composite type here, so that the rows are written by several INSERTs: call copy_in in a transaction of the client";
        assert_eq!(error.to_string(), shown);

        let transaction = client.transaction().await.unwrap();
        // More than one statement takes.
        let rows = || (0..ROWS * 2).map(place);
        let copied = places::copy_in(&transaction, rows()).await;
        assert_eq!(copied.unwrap(), ROWS as u64 * 2);
        let wrong = places::New {
            address: AsText::from("("),
            ..place(0)
        };
        let failed = places::copy_in(&transaction, rows().chain([wrong])).await;
        failed.unwrap_err();
        let endless = stream::iter(rows()).chain(stream::pending());
        let cut = copy_in_stream(&transaction, endless);
        timeout(Duration::from_secs(5), cut).await.unwrap_err();
        let count = places::select().execute(&transaction).await;
        assert_eq!(count.unwrap(), ROWS as u64 * 2, "the transaction goes on");
        transaction.commit().await.unwrap();
        let count = places::select().execute(&client).await.unwrap();
        assert_eq!(count, ROWS as u64 * 2);
    });
}
