//! What one writes with sqlx: `FromRow`, and `INSERT … SELECT * FROM UNNEST(…)`, which its documentation recommends for many rows.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value;
use sqlx::{Connection, FromRow, PgConnection};
use uuid::Uuid;

use crate::{PROJECT, Result, measure, sources};

#[derive(Debug, Clone, Copy, sqlx::Type)]
#[sqlx(type_name = "device_type", rename_all = "snake_case")]
enum Device {
    Desktop,
    Mobile,
    Tablet,
    Server,
    Other,
}

#[derive(FromRow)]
#[allow(dead_code)]
struct Event {
    time: DateTime<Utc>,
    event_id: Uuid,
    project_id: Uuid,
    name: String,
    user_id: Option<String>,
    session_id: Option<Uuid>,
    session_sequence: Option<i32>,
    device: Device,
    country: Option<String>,
    ip: Option<IpAddr>,
    url: Option<String>,
    path: Option<String>,
    referrer: Option<String>,
    viewport_width: Option<i16>,
    load_time_ms: Option<f64>,
    revenue: Option<Decimal>,
    is_bot: bool,
    tags: Vec<String>,
    properties: Value,
    received_at: DateTime<Utc>,
}

/// How many rows a statement writes; more of them made it no faster.
const BATCH: usize = 10_000;

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}

pub fn write(url: &str, rows: u64) -> Result {
    let sources: Vec<_> = sources(rows).collect();
    runtime()?.block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        let properties: Vec<Value> = sources
            .iter()
            .map(|source| serde_json::from_str(&source.properties()))
            .collect::<std::result::Result<_, _>>()?;
        let times: Vec<DateTime<Utc>> = sources
            .iter()
            .map(|source| DateTime::from_timestamp_micros(source.micros()).ok_or("the time is out of range"))
            .collect::<std::result::Result<_, _>>()?;
        let ids: Vec<Uuid> = sources.iter().map(|it| Uuid::from_u128(it.event_id())).collect();
        let projects = vec![Uuid::from_u128(PROJECT); sources.len()];
        let names: Vec<String> = sources.iter().map(|it| it.name().to_owned()).collect();
        let users: Vec<Option<String>> = sources.iter().map(|it| it.user()).collect();
        let devices: Vec<Device> = sources
            .iter()
            .map(|it| if it.is_mobile() { Device::Mobile } else { Device::Desktop })
            .collect();
        let countries: Vec<String> = sources.iter().map(|it| it.country().to_owned()).collect();
        let addresses: Vec<IpAddr> = sources.iter().map(|it| it.address().into()).collect();
        let urls: Vec<String> = sources.iter().map(|it| it.url()).collect();
        let revenues: Vec<Option<Decimal>> =
            sources.iter().map(|it| it.cents().map(|cents| Decimal::new(cents, 2))).collect();
        let done = measure()?;
        let mut written = 0;
        let mut transaction = connection.begin().await?;
        for start in (0..sources.len()).step_by(BATCH) {
            let range = start..(start + BATCH).min(sources.len());
            written += sqlx::query(
                "INSERT INTO events (time, event_id, project_id, name, user_id, device, country, ip, url, revenue, properties) \
                 SELECT * FROM UNNEST($1::timestamptz[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::device_type[], $7::text[], \
                 $8::inet[], $9::text[], $10::numeric[], $11::jsonb[])",
            )
            .bind(&times[range.clone()])
            .bind(&ids[range.clone()])
            .bind(&projects[range.clone()])
            .bind(&names[range.clone()])
            .bind(&users[range.clone()])
            .bind(&devices[range.clone()])
            .bind(&countries[range.clone()])
            .bind(&addresses[range.clone()])
            .bind(&urls[range.clone()])
            .bind(&revenues[range.clone()])
            .bind(&properties[range])
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        }
        transaction.commit().await?;
        done(written)
    })
}

pub fn read(url: &str, _rows: u64) -> Result {
    runtime()?.block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        let done = measure()?;
        let rows: Vec<Event> = sqlx::query_as(
            "SELECT time, event_id, project_id, name, user_id, session_id, session_sequence, device, country, ip, url, path, referrer, \
             viewport_width, load_time_ms, revenue, is_bot, tags, properties, received_at FROM events",
        )
        .fetch_all(&mut connection)
        .await?;
        done(rows.len() as u64)
    })
}
