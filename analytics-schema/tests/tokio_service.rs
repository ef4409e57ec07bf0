//! The tasks of the asynchronous example service, on TimescaleDB and without it.

#[path = "support/empty.rs"]
mod empty;
#[path = "../examples/tokio_service/tasks.rs"]
mod tasks;

use analytics_schema::{
    FunnelStatus, Mode, PreparedManager, Uuid, events, funnels, migrate_with, verify,
};
use deadpool_postgres::Manager;
use empty::{Empty, empty_database, migrate, start_up};
use tasks::{HourlyRevenue, Pool, Refused, Service};
use tokio_postgres::NoTls;

#[testkit::test(empty_database)]
fn the_everyday_tasks((database, config): Empty) {
    migrate(&config, database.mode()).unwrap();
    verify(&mut config.client().unwrap()).unwrap();
    run(&database.url());
}

#[testkit::test(empty_database)]
fn the_everyday_tasks_in_plain_mode((database, config): Empty) {
    migrate_with(&config, &start_up(Mode::Plain)).unwrap();
    run(&database.url());
}

/// The tasks on a pool of two connections.
fn run(url: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let manager = Manager::new(url.parse().unwrap(), NoTls);
    let pool = Pool::builder(PreparedManager::new(manager)).max_size(2);
    let pool = pool.build().unwrap();
    runtime.unwrap().block_on(async {
        let service = Service::new(pool);
        funnels_are_kept(&service).await;
        events_are_kept(&service).await;
    });
}

const PROJECT: Uuid = Uuid::from_u128(1);

fn funnel(steps: &[&str]) -> funnels::New {
    let steps: Vec<String> = steps.iter().map(|&step| step.to_owned()).collect();
    let required = funnels::Required {
        project_id: PROJECT,
        name: "purchase".to_owned(),
        owner: "growth".to_owned(),
        steps: steps.into(),
    };
    required.into()
}

async fn funnels_are_kept(service: &Service) {
    let steps = ["page_view", "purchase"];
    let created = service.create_funnel(&funnel(&steps)).await.unwrap();
    assert_eq!(created.status, FunnelStatus::Draft, "the default");
    let again = service.create_funnel(&funnel(&steps)).await;
    assert!(matches!(again, Err(Refused::NameTaken)), "{again:?}");
    let short = service.create_funnel(&funnel(&steps[..1])).await;
    assert!(matches!(short, Err(Refused::NumberOfSteps)), "{short:?}");

    let found = service.funnel(created.id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&created));
    let found = service.funnel_named(PROJECT, "purchase").await.unwrap();
    assert_eq!(found.as_ref(), Some(&created));
    let active = service.set_status(created.id, FunnelStatus::Active).await;
    let active = active.unwrap();
    assert_eq!(active.status, FunnelStatus::Active);
    assert_eq!(active.steps, created.steps);
    let move_on = || service.move_status(created.id, FunnelStatus::Active, FunnelStatus::Paused);
    let paused = move_on().await.unwrap().unwrap();
    assert_eq!(paused.status, FunnelStatus::Paused);
    assert_eq!(move_on().await.unwrap(), None, "it is not active any more");
    assert!(service.delete_funnel(created.id).await.unwrap());
    assert!(!service.delete_funnel(created.id).await.unwrap());
    assert_eq!(service.funnel(created.id).await.unwrap(), None);
}

/// An event at that minute of 2026-11-22, as JSON.
fn event(minute: u32, revenue: &str) -> String {
    let (hour, minute) = (minute / 60, minute % 60);
    let time = format!("2026-11-22T{hour:02}:{minute:02}:00Z");
    let id = Uuid::from_u128(1 + u128::from(minute));
    format!(
        r#"{{"time": "{time}", "event_id": "{id}", "project_id": "{PROJECT}", "name": "purchase", "revenue": "{revenue}", "properties": {{"plan": "pro"}}}}"#
    )
}

async fn events_are_kept(service: &Service) {
    let lines: Vec<String> = (0..120).map(|minute| event(minute, "0.10")).collect();
    assert_eq!(service.ingest(&lines.join("\n")).await.unwrap(), 120);
    let broken = format!("{}\n{{\"time\": 7}}", event(121, "1"));
    let error = service.ingest(&broken).await.unwrap_err().to_string();
    assert!(error.contains("row 1"), "{error}");

    // The same event again, with another revenue.
    let row = service.record(&event(0, "5.10")).await.unwrap();
    assert_eq!(row.revenue, Some("5.10".parse().unwrap()));

    let mut seen: Vec<events::Row> = Vec::new();
    let mut cursor = None;
    loop {
        let (page, next) = service.newest_events(cursor, 50).await.unwrap();
        if page.is_empty() {
            break;
        }
        seen.extend(page);
        cursor = next;
    }
    assert_eq!(seen.len(), 120, "of the broken lines none is stored");
    assert!(seen.is_sorted_by(|a, b| a.time > b.time));

    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let day = at("2026-11-22T00:00:00Z")..at("2026-11-23T00:00:00Z");
    let hours = service.revenue(PROJECT, day).await.unwrap();
    let hour = |hour: &str, revenue: &str| HourlyRevenue {
        hour: at(hour),
        revenue: revenue.parse().unwrap(),
    };
    let expected = [
        hour("2026-11-22T00:00:00Z", "11.00"),
        hour("2026-11-22T01:00:00Z", "6.00"),
    ];
    assert_eq!(hours, expected);

    let few = [event(200, "1"), event(201, "2")].map(|it| serde_json::from_str(&it).unwrap());
    let stored = service.record_all(&few).await.unwrap();
    let revenues: Vec<_> = stored.iter().map(|row| row.revenue.clone()).collect();
    assert_eq!(revenues, [Some(1.into()), Some(2.into())]);

    let range = seen[119].time..stored[0].time;
    let mut exported = Vec::new();
    let count = service.export(range, &mut exported).await.unwrap();
    assert_eq!(count, 120);
    let exported = String::from_utf8(exported).unwrap();
    let first = exported.lines().next().unwrap();
    assert!(first.contains(r#""revenue":"5.10""#), "{first}");
    assert!(first.contains(r#""properties":{"plan": "pro"}"#), "{first}");
    let first: events::Row = serde_json::from_str(first).unwrap();
    assert_eq!(Some(&first), seen.last());
}

#[test]
fn the_service_has_no_sql_of_its_own() {
    let source = include_str!("../examples/tokio_service/tasks.rs");
    let words = [
        "SELECT", "INSERT", "UPDATE ", "DELETE", "WHERE", "FROM", "CALL",
    ];
    for word in words {
        assert!(!source.contains(word), "{word}");
    }
}
