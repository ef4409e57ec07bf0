//! Rows read by COPY: the same as a query's, all of them or an error, and no more of them in memory than are asked for.

use std::time::{Duration, Instant};

use testkit::Database;
use timeschema::postgres::Client;
use timeschema::{QueryError, Timestamp};

/// The golden modules, which the example target `golden` compiles without warnings.
pub mod keys {
    include!("golden/keys.rs");
}
/// Hypertables.
pub mod time_series {
    include!("golden/time_series.rs");
}
#[path = "support/tokio.rs"]
mod on_tokio;

use keys::{accounts, members, nothing, places, visits};
use on_tokio::{block_on, connect};
use time_series::{Kind, readings, ticks};

/// More than the connection's buffers take.
const ROWS: i64 = 200_000;

fn with_keys(test: &str) -> Option<(Database, Client)> {
    let database = Database::filled(test, include_str!("fixtures/keys.sql"))?;
    let client = database.client();
    Some((database, client))
}

fn with_visits(test: &str) -> Option<(Database, Client)> {
    let (database, mut client) = with_keys(test)?;
    let fill = format!(
        "INSERT INTO visits SELECT 'epoch', n, 'place ' || n FROM generate_series(1, {ROWS}) AS n"
    );
    client.batch_execute(&fill).unwrap();
    Some((database, client))
}

fn with_readings(test: &str) -> Option<(Database, Client)> {
    let database = Database::timescale(test, "hypertables")?;
    let mut client = database.client();
    let fixture = include_str!("fixtures/time_series.sql");
    client.batch_execute(fixture).unwrap();
    let labels = ["a", "it's \\ \"$1\"", "$2", ""];
    let rows: Vec<readings::New> = (0..400)
        .map(|hour| readings::New {
            value: (hour % 3 > 0).then_some(hour as f64),
            ..readings::Required {
                time: at(hour),
                device: (hour % 5) as i32,
                label: labels[hour as usize % 4].to_owned(),
                kind: if hour % 2 == 0 {
                    Kind::First
                } else {
                    Kind::Second
                },
            }
            .into()
        })
        .collect();
    readings::copy_in(&mut client, &rows).unwrap();
    Some((database, client))
}

fn at(hour: i64) -> Timestamp {
    Timestamp::from_unix_micros(hour * 3_600_000_000 + hour).unwrap()
}

#[testkit::test(with_readings)]
fn a_range_and_a_page_of_a_hypertable((database, mut client): (Database, Client)) {
    // Whatever the session prints: a constant is read in one way.
    let settings = "SET DateStyle = 'German'; SET TimeZone = 'Asia/Kolkata'; SET extra_float_digits = 0; \
         SET IntervalStyle = 'sql_standard'";
    client.batch_execute(settings).unwrap();
    let range = || at(7)..at(300);
    let expected = readings::between(range()).all(&mut client).unwrap();
    assert_eq!(expected.len(), 293);
    let copied = readings::between(range()).copy_out(&mut client).unwrap();
    assert_eq!(copied.map(Result::unwrap).collect::<Vec<_>>(), expected);

    // A cursor has a time, an enum and a text with everything that needs quotes.
    for row in [13, 14, 15, 16].map(|index| &expected[index]) {
        let page = || readings::page_after(Some(row.cursor()), 100);
        let copied = page().copy_out(&mut client).unwrap();
        let copied: Vec<_> = copied.map(Result::unwrap).collect();
        assert_eq!(copied, page().all(&mut client).unwrap());
        assert_eq!(copied.len(), 100);
    }
    assert_eq!(ticks::select().copy_out(&mut client).unwrap().count(), 0);

    block_on(async {
        let client = connect(&database).await;
        let mut rows = readings::between(range()).copy_out(&client).await.unwrap();
        let mut copied = Vec::new();
        while let Some(row) = rows.try_next().await.unwrap() {
            copied.push(row);
        }
        assert_eq!(copied, expected);
    });
}

#[testkit::test(with_keys)]
fn what_writes_and_what_has_no_columns((_database, mut client): (Database, Client)) {
    let account = accounts::New::from(accounts::Required {
        key: "$1 '".to_owned(),
        tenant: "acme".to_owned(),
    });
    let written = accounts::insert(&account).copy_out(&mut client).unwrap();
    let written: Vec<_> = written.map(Result::unwrap).collect();
    let stored = accounts::by_key(written[0].id).one(&mut client).unwrap();
    assert_eq!(written.first(), Some(&stored));
    assert_eq!(stored.key, "$1 '");

    nothing::insert_many(&[nothing::New {}, nothing::New {}])
        .execute(&mut client)
        .unwrap();
    let rows = nothing::select().copy_out(&mut client).unwrap();
    assert_eq!(rows.map(Result::unwrap).count(), 2);
    assert_eq!(places::select().copy_out(&mut client).unwrap().count(), 0);

    let change = members::Update {
        tags: Some(Some(vec!["a".to_owned()].into())),
        ..members::Update::default()
    };
    let error = members::update(1, &change)
        .copy_out(&mut client)
        .unwrap_err();
    let shown = "\"public\".\"members\": a COPY takes no parameters, and a value of type _text is not written as a constant: use `iter` or `stream`";
    assert_eq!(error.to_string(), shown);
}

/// The rows until an error, and the error.
fn until_error<R>(rows: impl Iterator<Item = Result<R, QueryError>>) -> (usize, QueryError) {
    let mut count = 0;
    for row in rows {
        match row {
            Ok(_) => count += 1,
            Err(error) => return (count, error),
        }
    }
    panic!("{count} rows and no error");
}

#[testkit::test(with_visits)]
fn a_copy_that_is_cut_is_an_error((database, mut client): (Database, Client)) {
    // The server's error in the middle.
    let fail = "CREATE FUNCTION public.fail(n bigint) RETURNS boolean LANGUAGE plpgsql AS
            $$ BEGIN IF n = 150000 THEN RAISE 'no more'; END IF; RETURN true; END $$;
        ALTER TABLE visits RENAME TO all_visits;
        CREATE VIEW visits AS SELECT * FROM all_visits WHERE public.fail(statement)";
    client.batch_execute(fail).unwrap();
    let rows = visits::select().copy_out(&mut client).unwrap();
    let (count, error) = until_error(rows);
    assert_eq!(count, 149_999);
    assert!(
        error
            .to_string()
            .starts_with("\"public\".\"visits\": no more (P0001)"),
        "{error}"
    );
    // The client goes on, also after rows that nobody reads.
    let mut rows = places::select().copy_out(&mut client).unwrap();
    rows.next();
    drop(rows);
    client
        .batch_execute("DROP VIEW visits CASCADE; ALTER TABLE all_visits RENAME TO visits")
        .unwrap();

    let pid: i32 = client
        .query_one("SELECT pg_backend_pid()", &[])
        .unwrap()
        .get(0);
    let mut other = database.client();
    let mut rows = visits::select().copy_out(&mut client).unwrap();
    rows.next().unwrap().unwrap();
    other
        .execute("SELECT pg_terminate_backend($1, 5000)", &[&pid])
        .unwrap();
    let (count, error) = until_error(rows);
    assert!(count < ROWS as usize, "{count}");
    assert!(matches!(error, QueryError::Database { .. }), "{error}");

    block_on(async {
        let client = connect(&database).await;
        let other = connect(&database).await;
        let pid: i32 = client
            .query_one("SELECT pg_backend_pid()", &[])
            .await
            .unwrap()
            .get(0);
        let mut rows = visits::select().copy_out(&client).await.unwrap();
        rows.try_next().await.unwrap().unwrap();
        other
            .execute("SELECT pg_terminate_backend($1, 5000)", &[&pid])
            .await
            .unwrap();
        let error = loop {
            match rows.try_next().await {
                Ok(row) => assert!(row.is_some(), "there was no error"),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, QueryError::Database { .. }), "{error}");
        assert!(rows.try_next().await.unwrap().is_none());
    });
}

#[testkit::test(with_visits)]
fn the_server_waits_while_nobody_asks((database, _client): (Database, Client)) {
    block_on(async {
        let other = connect(&database).await;
        let client = connect(&database).await;
        let mut rows = visits::select().copy_out(&client).await.unwrap();
        rows.try_next().await.unwrap().unwrap();
        // The server has sent what the connection takes, and waits for the client.
        let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'ClientWrite'
            AND datname = current_database() AND query LIKE 'COPY%'";
        let deadline = Instant::now() + Duration::from_secs(20);
        while other.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            assert!(Instant::now() < deadline, "the server does not wait");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut count = 1;
        while rows.try_next().await.unwrap().is_some() {
            count += 1;
        }
        assert_eq!(count, ROWS);
    });
}
