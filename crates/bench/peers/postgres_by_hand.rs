//! What one writes by hand for the crate `postgres`: rows by their columns' positions, and `BinaryCopyInWriter`.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::types::{FromSql, ToSql, Type};
use postgres::{Client, NoTls, Row};
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use crate::{PROJECT, Result, Source, measure, sources};

#[derive(Debug, ToSql, FromSql)]
#[postgres(name = "device_type", rename_all = "snake_case")]
enum Device {
    Desktop,
    Mobile,
    Tablet,
    Server,
    Other,
}

struct New {
    time: DateTime<Utc>,
    event_id: Uuid,
    project_id: Uuid,
    name: String,
    user_id: Option<String>,
    device: Device,
    country: String,
    ip: IpAddr,
    url: String,
    revenue: Option<Decimal>,
    properties: Value,
}

fn new(source: Source) -> Result<New> {
    Ok(New {
        time: DateTime::from_timestamp_micros(source.micros()).ok_or("the time is out of range")?,
        event_id: Uuid::from_u128(source.event_id()),
        project_id: Uuid::from_u128(PROJECT),
        name: source.name().to_owned(),
        user_id: source.user(),
        device: if source.is_mobile() {
            Device::Mobile
        } else {
            Device::Desktop
        },
        country: source.country().to_owned(),
        ip: source.address().into(),
        url: source.url(),
        revenue: source.cents().map(|cents| Decimal::new(cents, 2)),
        properties: serde_json::from_str(&source.properties())?,
    })
}

pub fn write(url: &str, rows: u64) -> Result {
    let mut client = Client::connect(url, NoTls)?;
    let rows: Vec<New> = sources(rows).map(new).collect::<Result<_>>()?;
    let done = measure()?;
    let device = client.prepare("SELECT device FROM events")?.columns()[0]
        .type_()
        .clone();
    let types = [
        Type::TIMESTAMPTZ,
        Type::UUID,
        Type::UUID,
        Type::TEXT,
        Type::TEXT,
        device,
        Type::TEXT,
        Type::INET,
        Type::TEXT,
        Type::NUMERIC,
        Type::JSONB,
    ];
    let copy = client.copy_in(
        "COPY events (time, event_id, project_id, name, user_id, device, country, ip, url, revenue, properties) FROM STDIN BINARY",
    )?;
    let mut writer = BinaryCopyInWriter::new(copy, &types);
    for row in &rows {
        writer.write(&[
            &row.time,
            &row.event_id,
            &row.project_id,
            &row.name,
            &row.user_id,
            &row.device,
            &row.country,
            &row.ip,
            &row.url,
            &row.revenue,
            &row.properties,
        ])?;
    }
    done(writer.finish()?)
}

/// Only made: as a service's row, each of its fields is decoded.
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

fn event(row: &Row) -> Event {
    Event {
        time: row.get(0),
        event_id: row.get(1),
        project_id: row.get(2),
        name: row.get(3),
        user_id: row.get(4),
        session_id: row.get(5),
        session_sequence: row.get(6),
        device: row.get(7),
        country: row.get(8),
        ip: row.get(9),
        url: row.get(10),
        path: row.get(11),
        referrer: row.get(12),
        viewport_width: row.get(13),
        load_time_ms: row.get(14),
        revenue: row.get(15),
        is_bot: row.get(16),
        tags: row.get(17),
        properties: row.get(18),
        received_at: row.get(19),
    }
}

pub fn read(url: &str, _rows: u64) -> Result {
    let mut client = Client::connect(url, NoTls)?;
    let done = measure()?;
    let rows = client.query(
        "SELECT time, event_id, project_id, name, user_id, session_id, session_sequence, device, country, ip, url, path, referrer, \
         viewport_width, load_time_ms, revenue, is_bot, tags, properties, received_at FROM events",
        &[],
    )?;
    let rows: Vec<Event> = rows.iter().map(event).collect();
    done(rows.len() as u64)
}
