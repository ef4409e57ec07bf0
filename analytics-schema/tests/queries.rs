//! The queries of `queries/`, run blocking and on tokio.

#[path = "support/empty.rs"]
mod empty;

use analytics_schema::{
    DeviceType, FunnelStatus, Mode, Timestamp, Uuid, event_counts_hourly, events, funnels,
    migrate_with, queries,
};
use empty::{Empty, empty_database, migrate, start_up};
use tokio_postgres::NoTls;

const PROJECT: Uuid = Uuid::from_u128(1);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Five events of a morning, two of them paid, in the first and third hour.
fn ingest(client: &mut analytics_schema::postgres::Client) {
    let event = |time: &str, user: &str, country: &str, revenue: Option<&str>| events::New {
        user_id: Some(user.to_owned()),
        country: Some(country.to_owned()),
        device: Some(DeviceType::Mobile),
        revenue: revenue.map(|it| it.parse().unwrap()),
        ..events::Required {
            time: at(time),
            project_id: PROJECT,
            name: "page_view".to_owned(),
        }
        .into()
    };
    let rows = [
        event("2026-03-01 08:00:00+00", "ada", "AT", Some("10.50")),
        event("2026-03-01 08:30:00+00", "ada", "AT", None),
        event("2026-03-01 08:59:59+00", "bob", "DE", None),
        event("2026-03-01 10:15:00+00", "bob", "DE", Some("4")),
        event("2026-03-01 10:16:00+00", "eve", "AT", None),
    ];
    events::insert_many(&rows).all(client).unwrap();
}

#[testkit::test(empty_database)]
fn gaps_are_filled_blocking_and_on_tokio((database, config): Empty) {
    if database.mode() == Mode::Plain {
        return testkit::skip_without_timescaledb(testkit::test_name!(), "gap filling");
    }
    migrate(&config, database.mode()).unwrap();
    let mut client = config.client().unwrap();
    ingest(&mut client);
    let hours = at("2026-03-01 08:00:00+00")..at("2026-03-01 11:00:00+00");
    event_counts_hourly::refresh(hours.clone())
        .execute(&mut client)
        .unwrap();
    let rows = queries::revenue_by_hour(PROJECT, hours.clone())
        .all(&mut client)
        .unwrap();
    let shown: Vec<String> = rows
        .iter()
        .map(|it| {
            let hour = &it.hour;
            let revenue = it.revenue.as_ref().map(ToString::to_string);
            format!("{hour} {revenue:?} {:?}", it.events)
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
    let streamed = queries::dashboard::revenue_by_hour(PROJECT, hours.clone())
        .iter(&mut client)
        .unwrap();
    let streamed: Result<Vec<_>, _> = streamed.collect();
    assert_eq!(streamed.unwrap(), rows);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let url = database.url();
    let on_tokio = runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        queries::revenue_by_hour(PROJECT, hours)
            .all(&client)
            .await
            .unwrap()
    });
    assert_eq!(on_tokio, rows);
}

#[testkit::test(empty_database)]
fn lines_are_left_out_with_their_parameter((database, config): Empty) {
    migrate(&config, database.mode()).unwrap();
    let mut client = config.client().unwrap();
    ingest(&mut client);
    let day = || at("2026-03-01 00:00:00+00")..at("2026-03-02 00:00:00+00");
    let mut events = |country: Option<&str>, devices: Option<&[DeviceType]>| {
        let found = queries::visitors(PROJECT, country, devices, day());
        let found = found.one(&mut client).unwrap();
        (found.events, found.users)
    };
    assert_eq!(events(None, None), (5, 3));
    assert_eq!(events(Some("AT"), None), (3, 2));
    assert_eq!(events(None, Some(&[DeviceType::Desktop])), (0, 0));
    assert_eq!(
        events(Some("DE"), Some(&[DeviceType::Desktop, DeviceType::Mobile])),
        (2, 1)
    );
}

#[testkit::test(empty_database)]
fn in_plain_mode_too((_, config): Empty) {
    migrate_with(&config, &start_up(Mode::Plain)).unwrap();
    let mut client = config.client().unwrap();
    ingest(&mut client);
    let since = at("2026-03-01 08:10:00+00");
    let rows = queries::latest_events(PROJECT, "ada", since, 10)
        .all(&mut client)
        .unwrap();
    let rows: Vec<events::Row> = rows;
    assert_eq!(rows.len(), 1);
    let funnel = funnels::Required {
        project_id: PROJECT,
        name: "purchase".to_owned(),
        owner: "growth".to_owned(),
        steps: vec!["a".to_owned(), "b".to_owned()].into(),
    };
    let funnel = funnels::insert(&funnel.into()).one(&mut client).unwrap();
    let found = queries::funnel_named(since, PROJECT, "purchase");
    let found = found.optional(&mut client).unwrap().unwrap();
    assert_eq!((found.id, found.steps), (funnel.id, 0));
    let archived = queries::archive_funnel(None, funnel.id);
    let archived = archived.optional(&mut client).unwrap().unwrap();
    assert_eq!(archived.status, FunnelStatus::Archived);
    let hours = at("2026-03-01 08:00:00+00")..at("2026-03-01 11:00:00+00");
    let refused = queries::revenue_by_hour(PROJECT, hours)
        .all(&mut client)
        .unwrap_err();
    insta::assert_snapshot!(refused);
}
