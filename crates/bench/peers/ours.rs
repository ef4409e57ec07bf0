//! The generated functions.

use analytics_schema::{Config, DeviceType, Inet, Jsonb, Numeric, Timestamp, Uuid, events};

use crate::{PROJECT, Result, Source, measure, sources};

fn new(source: Source) -> Result<events::New> {
    let mobile = source.is_mobile();
    Ok(events::New {
        event_id: Some(Uuid::from_u128(source.event_id())),
        user_id: source.user(),
        device: Some(if mobile {
            DeviceType::Mobile
        } else {
            DeviceType::Desktop
        }),
        country: Some(source.country().to_owned()),
        ip: Some(Inet::new(source.address().into(), 32)?),
        url: Some(source.url()),
        revenue: source
            .cents()
            .and_then(|cents| Numeric::from_scaled(cents.into(), 2)),
        properties: Some(Jsonb::from_text(source.properties())),
        ..events::Required {
            time: Timestamp::from_unix_micros(source.micros()).ok_or("the time is out of range")?,
            project_id: Uuid::from_u128(PROJECT),
            name: source.name().to_owned(),
        }
        .into()
    })
}

pub fn write(url: &str, rows: u64) -> Result {
    let mut client = Config::parse(url)?.client()?;
    let rows: Vec<events::New> = sources(rows).map(new).collect::<Result<_>>()?;
    let done = measure()?;
    done(events::copy_in(&mut client, &rows)?)
}

pub fn read(url: &str, _rows: u64) -> Result {
    let mut client = Config::parse(url)?.client()?;
    let done = measure()?;
    let rows = events::select().all(&mut client)?;
    done(rows.len() as u64)
}

/// Rows one at a time, for the memory that they take.
pub fn iterate(url: &str, _rows: u64) -> Result {
    let mut client = Config::parse(url)?.client()?;
    let done = measure()?;
    let mut count = 0;
    for row in events::select().iter(&mut client)? {
        row?;
        count += 1;
    }
    done(count)
}
