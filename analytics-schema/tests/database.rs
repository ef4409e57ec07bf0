//! The crate against a database that its own migrations made.

use analytics_schema::postgres::Client;
use analytics_schema::{
    Array, DeviceType, Jsonb, Timestamp, Uuid, VerifyError, event_counts_daily,
    event_counts_hourly, events, funnel_conversion_daily, funnel_events, funnels, revenue_daily,
    verify_exact,
};
use migrator::testing::TestDatabase;

/// A connection to a new database with every migration applied; `None`, and a line on standard error, where that cannot be.
fn database(test: &str) -> Option<(TestDatabase, Client)> {
    testkit::any_server(test)?;
    let database = TestDatabase::migrated().unwrap();
    let client = database.client().unwrap();
    Some((database, client))
}

fn hour(hour: i64) -> Timestamp {
    Timestamp::from_unix_micros(hour * 3_600_000_000).unwrap()
}

fn event(time: Timestamp) -> events::New {
    events::New {
        user_id: Some("u-1".to_owned()),
        session_sequence: Some(3),
        device: Some(DeviceType::Tablet),
        country: Some("AT".to_owned()),
        ip: Some("10.0.0.1/8".parse().unwrap()),
        url: Some("https://example.org/a/b?c=d".to_owned()),
        viewport_width: Some(800),
        load_time_ms: Some(12.5),
        revenue: Some("9.90".parse().unwrap()),
        tags: Some(Array::from_elements(vec![Some("a".to_owned()), None])),
        properties: Some(Jsonb::from_text(r#"{"plan": "pro"}"#)),
        ..events::Required {
            time,
            project_id: Uuid::from_u128(1),
            name: "page_view".to_owned(),
        }
        .into()
    }
}

#[testkit::test(database)]
fn the_history_of_another_tool_is_no_drift((_database, mut client): (TestDatabase, Client)) {
    let sql = "CREATE TABLE refinery_schema_history (version int4 PRIMARY KEY, name varchar(255), applied_on varchar(255), checksum varchar(255))";
    client.batch_execute(sql).unwrap();
    verify_exact(&mut client).unwrap();
    // A table that only has the name of one is drift.
    client
        .batch_execute("ALTER TABLE refinery_schema_history DROP applied_on")
        .unwrap();
    assert!(matches!(
        verify_exact(&mut client),
        Err(VerifyError::Drift(_))
    ));
}

#[testkit::test(database)]
fn a_migrated_database_is_what_the_snapshot_says((_database, mut client): (TestDatabase, Client)) {
    verify_exact(&mut client).unwrap();
    verify_exact(&mut client.transaction().unwrap()).unwrap();
    let settings = "SET IntervalStyle = 'iso_8601'; SET TimeZone = 'Asia/Tokyo';
        SET quote_all_identifiers = on";
    client.batch_execute(settings).unwrap();
    verify_exact(&mut client).unwrap();
    // Only the queries are looked up in it.
    client.batch_execute("SET search_path = ''").unwrap();
    let Err(VerifyError::Drift(drift)) = verify_exact(&mut client) else {
        panic!("a session without a search path finds no table");
    };
    assert_eq!(drift.differences, []);
}

#[testkit::test(database)]
fn every_drift_is_named((_database, mut client): (TestDatabase, Client)) {
    let by_hand = "ALTER TABLE events ADD COLUMN note text;
        ALTER TABLE funnels ALTER COLUMN description SET NOT NULL;
        ALTER TYPE device_type ADD VALUE 'watch';
        COMMENT ON COLUMN events.name IS 'Changed.';
        DROP INDEX funnels_active_idx;
        SELECT remove_retention_policy('events')";
    client.batch_execute(by_hand).unwrap();
    let error = verify_exact(&mut client).unwrap_err();
    assert!(matches!(error, VerifyError::Drift(_)));
    insta::assert_snapshot!(error);
}

#[testkit::test(database)]
fn a_server_that_refuses_is_quoted((_database, mut client): (TestDatabase, Client)) {
    let mut transaction = client.transaction().unwrap();
    transaction.batch_execute("SELECT nothing").unwrap_err();
    insta::assert_snapshot!(verify_exact(&mut transaction).unwrap_err());
}

#[testkit::test(database)]
fn a_row_is_the_same_by_insert_and_by_copy((_database, mut client): (TestDatabase, Client)) {
    let event = events::New {
        event_id: Some(Uuid::from_u128(7)),
        received_at: Some(hour(5)),
        ..event(hour(2))
    };
    let inserted = events::insert(&event).one(&mut client).unwrap();
    assert_eq!(inserted.path.as_deref(), Some("/a/b"), "generated");
    assert!(!inserted.is_bot, "the default");
    assert_eq!(inserted.ip, event.ip);

    client.batch_execute("TRUNCATE events").unwrap();
    assert_eq!(events::copy_in(&mut client, [&event]).unwrap(), 1);
    let copied: Vec<_> = events::between(hour(2)..hour(3))
        .iter(&mut client)
        .unwrap()
        .collect();
    let copied: Vec<events::Row> = copied.into_iter().map(Result::unwrap).collect();
    assert_eq!(copied, [inserted]);
    assert_eq!(
        events::between(hour(0)..hour(2))
            .iter(&mut client)
            .unwrap()
            .count(),
        0
    );
}

#[testkit::test(database)]
fn every_relation_is_read_by_its_module((_database, mut client): (TestDatabase, Client)) {
    let funnel = funnels::New {
        filter: Some(Jsonb::from_text("{}")),
        ..funnels::Required {
            project_id: Uuid::from_u128(1),
            name: "signup".to_owned(),
            owner: "growth".to_owned(),
            steps: Array::from_elements(vec![
                Some("page_view".to_owned()),
                Some("signup".to_owned()),
            ]),
        }
        .into()
    };
    let funnel = funnels::insert(&funnel).one(&mut client).unwrap();
    assert_eq!(funnel.step_count, 2);
    let step = |step| {
        funnel_events::New::from(funnel_events::Required {
            entered_at: hour(1),
            funnel_id: funnel.id,
            user_id: "u-1".to_owned(),
            step,
            reached_at: hour(i64::from(step)),
            event_id: Uuid::from_u128(step as u128),
        })
    };
    funnel_events::copy_in(&mut client, &[step(1), step(2)]).unwrap();
    events::copy_in(&mut client, &[event(hour(1)), event(hour(1))]).unwrap();
    for aggregate in [
        "event_counts_hourly",
        "event_counts_daily",
        "revenue_daily",
        "funnel_conversion_daily",
    ] {
        client
            .batch_execute(&format!(
                "CALL refresh_continuous_aggregate('{aggregate}', NULL, NULL)"
            ))
            .unwrap();
    }

    let day = hour(0)..hour(24);
    let hourly = event_counts_hourly::between(day.clone())
        .iter(&mut client)
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    assert_eq!((hourly.bucket, hourly.events), (hour(1), 2));
    let daily = event_counts_daily::between(day.clone())
        .iter(&mut client)
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    assert_eq!((daily.bucket, daily.revenue), (hour(0), hourly.revenue));
    let revenue = revenue_daily::between(day.clone())
        .iter(&mut client)
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    assert_eq!(revenue.country.as_deref(), Some("AT"));
    let conversion = funnel_conversion_daily::between(day.clone())
        .iter(&mut client)
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    assert_eq!((conversion.entered, conversion.conversion), (1, Some(0.0)));
    let steps: Vec<_> = funnel_events::between(day)
        .iter(&mut client)
        .unwrap()
        .collect();
    assert_eq!(
        steps[1].as_ref().unwrap().elapsed,
        "01:00:00".parse().unwrap()
    );
}
