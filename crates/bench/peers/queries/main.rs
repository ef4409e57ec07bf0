//! Rows read by the same query in each way: `queries URL ROUNDS`. The ways take turns in one process, on one thread.
//!
//! A line for each measurement: what was read, the way, nanoseconds by the clock, and of the processor in this thread.

use std::error::Error;
use std::time::Instant;

use analytics_schema::{Prepared, Timestamp, queries};
use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};
use tokio_postgres::{Client, NoTls, Row, Statement};
use uuid::Uuid;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// The device with ten thousand rows.
const DEVICE: i64 = 1;
/// How often one row is read for a measurement.
const TIMES: usize = 500;
/// How often all rows are: the kernel counts the processor's time in steps of milliseconds.
const MANY_TIMES: usize = 10;

/// What one writes by hand.
#[allow(dead_code)]
struct Reading {
    device_id: i64,
    time: DateTime<Utc>,
    id: Uuid,
    label: String,
    note: Option<String>,
    level: i32,
    load: Option<f64>,
    is_ok: bool,
}

fn reading(row: &Row) -> Reading {
    Reading {
        device_id: row.get(0),
        time: row.get(1),
        id: row.get(2),
        label: row.get(3),
        note: row.get(4),
        level: row.get(5),
        load: row.get(6),
        is_ok: row.get(7),
    }
}

/// Nanoseconds that this thread has run; <https://docs.kernel.org/scheduler/sched-stats.html>.
fn processor() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let first = text.split_whitespace().next();
    Ok(first.ok_or("/proc/thread-self/schedstat is empty")?.parse()?)
}

async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Each contestant's connection and what it prepared.
struct Ways {
    client: Client,
    prepared: Prepared<Client>,
    many: Statement,
    one: Statement,
    sqlx: PgConnection,
    first: i64,
}

impl Ways {
    async fn open(url: &str) -> Result<Ways> {
        let client = connect(url).await?;
        let columns = "SELECT device_id, time, id, label, note, level, load, is_ok FROM readings";
        let many = client.prepare(&format!("{columns} WHERE device_id = $1")).await?;
        let one = client
            .prepare(&format!("{columns} WHERE device_id = $1 AND time = $2"))
            .await?;
        Ok(Ways {
            client,
            prepared: Prepared::new(connect(url).await?),
            many,
            one,
            sqlx: PgConnection::connect(url).await?,
            first: 1_767_225_600_000_000,
        })
    }

    fn time(&self, number: usize) -> i64 {
        self.first + (number as i64 * 7 % 10_000) * 1_000_000
    }

    async fn many(&mut self, way: &str) -> Result<usize> {
        let mut count = 0;
        for _ in 0..MANY_TIMES {
            count += self.all(way).await?;
        }
        Ok(count)
    }

    async fn all(&mut self, way: &str) -> Result<usize> {
        Ok(match way {
            "prepared" => queries::many_rows(DEVICE).all(&self.prepared).await?.len(),
            "client" => queries::many_rows(DEVICE).all(&self.client).await?.len(),
            "by hand" => {
                let rows = self.client.query(&self.many, &[&DEVICE]).await?;
                let rows: Vec<Reading> = rows.iter().map(reading).collect();
                rows.len()
            }
            _ => with_sqlx::many_rows(&mut self.sqlx, DEVICE).await?.len(),
        })
    }

    async fn one(&mut self, way: &str) -> Result<usize> {
        let mut count = 0;
        for number in 0..TIMES {
            let micros = self.time(number);
            count += match way {
                "prepared" => {
                    let time = Timestamp::from_unix_micros(micros).ok_or("out of range")?;
                    let row = queries::one_row(DEVICE, time).optional(&self.prepared).await?;
                    usize::from(row.is_some())
                }
                "client" => {
                    let time = Timestamp::from_unix_micros(micros).ok_or("out of range")?;
                    let row = queries::one_row(DEVICE, time).optional(&self.client).await?;
                    usize::from(row.is_some())
                }
                "by hand" => {
                    let time = DateTime::from_timestamp_micros(micros).ok_or("out of range")?;
                    let row = self.client.query_opt(&self.one, &[&DEVICE, &time]).await?;
                    usize::from(row.as_ref().map(reading).is_some())
                }
                _ => {
                    let time = DateTime::from_timestamp_micros(micros).ok_or("out of range")?;
                    with_sqlx::one_row(&mut self.sqlx, DEVICE, time).await?.len()
                }
            };
        }
        Ok(count)
    }
}

async fn run(url: &str, rounds: usize) -> Result {
    const WAYS: [&str; 4] = ["prepared", "client", "by hand", "sqlx"];
    let mut ways = Ways::open(url).await?;
    for round in 0..rounds + 1 {
        for place in 0..WAYS.len() {
            let way = WAYS[(place + round) % WAYS.len()];
            for (what, expected) in [("many", 10_000 * MANY_TIMES), ("one", TIMES)] {
                let before = processor()?;
                let started = Instant::now();
                let rows = match what {
                    "many" => ways.many(way).await?,
                    _ => ways.one(way).await?,
                };
                let clock = started.elapsed().as_nanos();
                let processor = processor()? - before;
                if rows != expected {
                    return Err(format!("{what} {way}: {rows} rows").into());
                }
                // The first round fills the caches.
                if round > 0 {
                    println!("{what}\t{way}\t{clock}\t{processor}");
                }
            }
        }
    }
    Ok(())
}

fn main() -> Result {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, rounds] = arguments.as_slice() else {
        return Err("usage: queries URL ROUNDS".into());
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run(url, rounds.parse()?))
}
