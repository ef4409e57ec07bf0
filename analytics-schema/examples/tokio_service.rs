//! An asynchronous service: it migrates and verifies on a thread that may block, then queries like any other.
//!
//! `cargo xtask with-db -- cargo run -p analytics-schema --example tokio_service`

use std::error::Error;

use analytics_schema::{
    Config, Report, StartUp, Timestamp, event_counts_hourly, migrate_with, verify,
};
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
    serve(&url).await
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

/// One round of a service's loop.
async fn serve(url: &str) -> Result<(), Failure> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let connection = tokio::spawn(connection);
    let now = Timestamp::now();
    let day_ago = now.checked_add_days(-1).ok_or("the clock is wrong")?;
    let hours = event_counts_hourly::between(day_ago..now);
    let hours = hours.all(&client).await?;
    for hour in &hours {
        tracing::info!(hour.name, hour.events, "of the hour {}", hour.bucket);
    }
    tracing::info!(counts = hours.len(), "one round is done");
    drop(client);
    connection.await??;
    Ok(())
}
