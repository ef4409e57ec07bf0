//! An asynchronous service: it migrates and verifies on a thread that may block, then works like any other. `tasks` is what it does.
//!
//! `cargo xtask with-db -- cargo run -p analytics-schema --example tokio_service`

mod tasks;

use std::error::Error;

use analytics_schema::{
    Config, FunnelStatus, PreparedManager, Report, StartUp, Timestamp, Uuid, events, funnels,
    migrate_with, verify,
};
use deadpool_postgres::Manager;
use tasks::{Pool, Service};
use tokio_postgres::NoTls;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let url = std::env::var("DATABASE_URL")
        .map_err(|_| "DATABASE_URL is not set: run it through `cargo xtask with-db --`")?;
    let config = Config::parse(&url)?;
    // The engine blocks: it gets a thread that may.
    let report = tokio::task::spawn_blocking(move || start_up(&config)).await??;
    tracing::info!(applied = report.applied.len(), "the schema is verified");
    let manager = Manager::new(url.parse()?, NoTls);
    let pool = Pool::builder(PreparedManager::new(manager)).build()?;
    serve(&Service::new(pool)).await
}

/// Every replica does this at once; one of them migrates.
fn start_up(config: &Config) -> Result<Report, Failure> {
    let report = migrate_with(
        config,
        &StartUp {
            applied_by: Some(concat!("tokio_service ", env!("CARGO_PKG_VERSION")).to_owned()),
            ..StartUp::default()
        },
    )?;
    verify(&mut config.client()?)?;
    Ok(report)
}

/// A project's first day.
async fn serve(service: &Service) -> Result<(), Failure> {
    let now = Timestamp::now();
    let project = Uuid::from_u64_pair(1, now.unix_micros().unwrap_or_default() as u64);
    let funnel: funnels::New = funnels::Required {
        project_id: project,
        name: "purchase".to_owned(),
        owner: "growth".to_owned(),
        steps: ["page_view", "purchase"].map(str::to_owned).to_vec().into(),
    }
    .into();
    let created = service.create_funnel(&funnel).await?;
    service.set_status(created.id, FunnelStatus::Active).await?;
    let paused = service
        .move_status(created.id, FunnelStatus::Active, FunnelStatus::Paused)
        .await?;
    tracing::info!(paused = paused.is_some(), "the funnel");
    if let Err(refused) = service.create_funnel(&funnel).await {
        tracing::info!("not created again: {refused}");
    }
    let found = service.funnel_named(project, "purchase").await?;
    tracing::info!(found = found.is_some(), "the funnel");

    let event = format!(
        r#"{{"time": "{now}", "project_id": "{project}", "name": "purchase", "revenue": "19.90"}}"#
    );
    let stored = service.record(&event).await?;
    let few: Vec<events::New> = serde_json::from_str(&format!("[{event}, {event}]"))?;
    let few = service.record_all(&few).await?;
    tracing::info!(events = few.len(), "recorded by one statement");
    let events = service.ingest(&[event.as_str(); 10].join("\n")).await?;
    tracing::info!(events, "ingested after the one with id {}", stored.event_id);
    let (page, _) = service.newest_events(None, 10).await?;
    tracing::info!(events = page.len(), "are the newest");
    let end = jiff::Timestamp::now();
    let start = end - jiff::SignedDuration::from_hours(24);
    for hour in service.revenue(project, start..end).await? {
        tracing::info!("{} USD in the hour from {}", hour.revenue, hour.hour);
    }
    let exported = service
        .export(now..Timestamp::MAX, &mut std::io::stdout())
        .await?;
    tracing::info!(exported, "events as JSON");

    service.delete_funnel(created.id).await?;
    let gone = service.funnel(created.id).await?.is_none();
    tracing::info!(gone, "the funnel");
    Ok(())
}
