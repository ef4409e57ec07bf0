//! Statements on hypertables and continuous aggregates, through their golden module.

use testkit::Database;
use timeschema::Timestamp;
use timeschema::postgres::Client;

/// The golden module, which the example target `golden` compiles without warnings.
pub mod time_series {
    include!("golden/time_series.rs");
}

use time_series::{Kind, daily, documents, per_ten, readings, ticks, totals};

fn database(test: &str) -> Option<(Database, Client)> {
    let database = Database::timescale(test, "hypertables and continuous aggregates")?;
    let mut client = database.client();
    client
        .batch_execute(include_str!("fixtures/time_series.sql"))
        .unwrap();
    Some((database, client))
}

fn hour(hour: i64) -> Timestamp {
    Timestamp::from_unix_micros(hour * 3_600_000_000).unwrap()
}

fn reading(at: i64, device: i32, kind: Kind) -> readings::New {
    readings::New {
        value: None,
        ..readings::Required {
            time: hour(at),
            device,
            label: "a".to_owned(),
            kind,
        }
        .into()
    }
}

/// Ten days with a row each twelve hours, and two more rows at each of these moments.
fn ten_days(client: &mut Client) {
    let rows: Vec<readings::New> = (0..20)
        .flat_map(|half_day| {
            let at = half_day * 12;
            [
                reading(at, 2, Kind::First),
                reading(at, 1, Kind::Second),
                reading(at, 1, Kind::First),
            ]
        })
        .collect();
    readings::copy_in(client, &rows).unwrap();
}

#[testkit::test(database)]
fn pages_meet_every_row_once_in_either_direction((_database, mut client): (Database, Client)) {
    ten_days(&mut client);
    let key = |row: &readings::Row| (row.time, row.device, row.kind.as_str().to_owned());
    let mut expected: Vec<_> = readings::select()
        .all(&mut client)
        .unwrap()
        .iter()
        .map(key)
        .collect();
    expected.sort();
    assert_eq!(expected.len(), 60);

    let mut ascending: Vec<readings::Row> = Vec::new();
    loop {
        let cursor = ascending.last().map(readings::Row::cursor);
        let page = readings::page_after(cursor, 7).all(&mut client).unwrap();
        if page.is_empty() {
            break;
        }
        ascending.extend(page);
    }
    assert_eq!(ascending.iter().map(key).collect::<Vec<_>>(), expected);

    let mut descending: Vec<readings::Row> = Vec::new();
    loop {
        let cursor = descending.last().map(readings::Row::cursor);
        let page = readings::page_before(cursor, 7).all(&mut client).unwrap();
        if page.is_empty() {
            break;
        }
        descending.extend(page);
    }
    expected.reverse();
    assert_eq!(descending.iter().map(key).collect::<Vec<_>>(), expected);
}

#[testkit::test(database)]
fn a_page_reads_no_chunk_before_its_cursor((_database, mut client): (Database, Client)) {
    ten_days(&mut client);
    let cursor = (hour(8 * 24), 1, "a".to_owned(), Kind::First);
    let after = readings::page_after(Some(cursor.clone()), 100);
    assert_eq!(chunks(&mut client, &after.sql()), 2);
    let before = readings::page_before(Some(cursor), 100);
    assert_eq!(chunks(&mut client, &before.sql()), 9);
    // What the bound on the time is for.
    let rows_alone = after
        .sql()
        .replace(r#""time" OPERATOR(pg_catalog.>=) $1 AND"#, "");
    assert_eq!(chunks(&mut client, &rows_alone), 10);
}

/// How many chunks the plan of a page reads that begins in the ninth of ten.
fn chunks(client: &mut Client, sql: &str) -> usize {
    let parameters: [&(dyn timeschema::ToSql + Sync); 5] =
        [&hour(8 * 24), &1_i32, &"a", &Kind::First, &100_i64];
    let plan = client
        .query(&format!("EXPLAIN {sql}"), &parameters)
        .unwrap();
    let lines = plan.iter().map(|row| row.get::<_, String>(0));
    let scans = lines.filter(|line| line.contains(" on _hyper_"));
    scans.count()
}

#[testkit::test(database)]
fn a_key_of_one_column_is_its_own_cursor((_database, mut client): (Database, Client)) {
    let rows = [5, 250, 30].map(|n| ticks::New { n, value: Some(1) });
    ticks::copy_in(&mut client, &rows).unwrap();
    let page = ticks::page_after(Some(5), 10).all(&mut client).unwrap();
    let numbers: Vec<i64> = page.iter().map(ticks::Row::cursor).collect();
    assert_eq!(numbers, [30, 250]);
    let last = ticks::page_before(None, 1).one(&mut client).unwrap();
    assert_eq!(last.n, 250);
    assert_eq!(ticks::page_before(None, 0).all(&mut client).unwrap(), []);
}

#[testkit::test(database)]
fn an_aggregate_is_read_by_what_it_groups_by((_database, mut client): (Database, Client)) {
    ten_days(&mut client);
    for aggregate in ["daily", "totals"] {
        let refresh = format!("CALL refresh_continuous_aggregate('{aggregate}', NULL, NULL)");
        client.batch_execute(&refresh).unwrap();
    }
    let mut pages: Vec<daily::Row> = Vec::new();
    for _ in 0..7 {
        let cursor = pages.last().map(daily::Row::cursor);
        pages.extend(daily::page_before(cursor, 3).all(&mut client).unwrap());
    }
    let places = pages
        .iter()
        .map(|row| (row.day, row.the_quote_device, row.readings));
    let expected = (0..10).rev().flat_map(|day| {
        let day = hour(day * 24);
        [(day, 2, 2), (day, 1, 4)]
    });
    assert!(places.eq(expected));
    let second = totals::page_after(Some(hour(0)), 1).one(&mut client);
    assert_eq!(second.unwrap().day, hour(24));
}

#[testkit::test(database)]
fn a_range_of_uuids_is_a_range_of_time((_database, mut client): (Database, Client)) {
    // Version 7, whose first 48 bits are milliseconds.
    let id = |day: u64| {
        let text = format!("{:012x}70008000000000000000", day * 86_400_000);
        text.parse::<timeschema::Uuid>().unwrap()
    };
    let rows = [1, 2, 3].map(|day| documents::New {
        id: id(day),
        body: None,
    });
    documents::copy_in(&mut client, &rows).unwrap();
    let found = documents::between(id(2)..id(3)).one(&mut client).unwrap();
    assert_eq!(found.id, id(2));
    let next = documents::page_after(Some(found.cursor()), 5);
    assert_eq!(next.one(&mut client).unwrap().id, id(3));
}

#[testkit::test(database)]
fn a_chunks_constraint_is_the_hypertables((_database, mut client): (Database, Client)) {
    let row = reading(1, 1, Kind::First);
    readings::insert(&row).execute(&mut client).unwrap();
    let error = readings::insert(&row).execute(&mut client).unwrap_err();
    assert_eq!(
        readings::Violation::of(&error),
        Some(readings::Violation::Pkey)
    );
    let rows = [reading(1, 2, Kind::First), reading(1, 1, Kind::First)];
    let stored = readings::upsert_many(&rows).or_ignore().all(&mut client);
    assert_eq!(stored.unwrap().len(), 1);
    assert_eq!(
        readings::upsert_many(&rows).all(&mut client).unwrap().len(),
        2
    );
}

#[testkit::test(database)]
fn an_aggregate_is_refreshed_up_to_its_watermark((database, mut client): (Database, Client)) {
    ten_days(&mut client);
    let refresh = totals::refresh(hour(0)..hour(72));
    assert_eq!(refresh.execute(&mut client).unwrap(), 0);
    assert_eq!(totals::select().all(&mut client).unwrap().len(), 3);
    let watermark = totals::watermark().one(&mut client).unwrap();
    assert_eq!(watermark.0, hour(72));

    let mut transaction = client.transaction().unwrap();
    let error = totals::refresh(hour(0)..hour(72)).execute(&mut transaction);
    insta::assert_snapshot!(error.unwrap_err(), @r#""public"."totals": refresh_continuous_aggregate() cannot run inside a transaction block (25001)"#);
    transaction.rollback().unwrap();

    let rows = [5, 15, 25].map(|n| ticks::New { n, value: Some(1) });
    ticks::copy_in(&mut client, &rows).unwrap();
    per_ten::refresh(0..20).execute(&mut client).unwrap();
    assert_eq!(per_ten::watermark().one(&mut client).unwrap().0, 20);

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(&database.url(), tokio_postgres::NoTls)
            .await
            .unwrap();
        let connection = tokio::spawn(connection);
        per_ten::refresh(0..30).execute(&client).await.unwrap();
        assert_eq!(per_ten::watermark().one(&client).await.unwrap().0, 30);
        drop(client);
        connection.await.unwrap().unwrap();
    });
}

/// The procedure takes bounds of any type: it is sent with theirs, although the driver does not know the enum.
#[testkit::test(database)]
fn an_aggregate_with_an_enum_is_refreshed((_database, mut client): (Database, Client)) {
    static TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "by_kind",
        columns: &[
            timeschema::Column::never_null("day", "timestamp with time zone"),
            timeschema::Column::never_null("kind", "public.kind"),
        ],
        primary_key: &[],
    };
    ten_days(&mut client);
    let aggregate = "CREATE MATERIALIZED VIEW by_kind WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
            SELECT time_bucket('1 day', \"time\") AS day, kind FROM readings GROUP BY day, kind WITH NO DATA";
    client.batch_execute(aggregate).unwrap();
    let refresh = timeschema::Statement::refresh(&TABLE, 0, hour(0)..hour(48));
    refresh.execute(&mut client).unwrap();
    let read = timeschema::Statement::<()>::select(&TABLE).execute(&mut client);
    assert_eq!(read.unwrap(), 4);
}

/// With an index that the golden module does not have.
mod broken {
    timeschema::violation! { "`readings`" NotNull Other:
        /// The index.
        "readings_once" Once
    }
}

#[testkit::test(database)]
fn a_chunks_unique_index_is_the_hypertables((_database, mut client): (Database, Client)) {
    let index = r#"CREATE UNIQUE INDEX readings_once ON readings (device, "time")"#;
    client.batch_execute(index).unwrap();
    let row = reading(1, 1, Kind::First);
    readings::insert(&row).execute(&mut client).unwrap();
    let row = reading(1, 1, Kind::Second);
    let error = readings::insert(&row).execute(&mut client).unwrap_err();
    assert_eq!(broken::Violation::of(&error), Some(broken::Violation::Once));
}

#[testkit::test(database)]
fn a_chunk_may_be_in_any_schema((_database, mut client): (Database, Client)) {
    let row = "INSERT INTO elsewhere VALUES ('2020-01-01')";
    let table = "CREATE SCHEMA chunks;
        CREATE TABLE elsewhere (at timestamptz CONSTRAINT readings_once UNIQUE);
        SELECT create_hypertable('elsewhere', 'at', associated_schema_name => 'chunks')";
    client.batch_execute(&format!("{table}; {row}")).unwrap();
    let error = client.batch_execute(row).unwrap_err();
    assert_eq!(broken::Violation::of(&error), Some(broken::Violation::Once));
}
