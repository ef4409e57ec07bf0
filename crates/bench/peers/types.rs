//! One measurement of rows written or read: `types WORK WAY ROWS`, on the database of `DATABASE_URL`.
//!
//! It prints nanoseconds: by the clock, and of the processor in this process. All clients run on one thread.
//! The crate `bench` builds it in a separate workspace, so that its peers are dependencies of nothing else.

mod ours;
mod postgres_by_hand;
mod sqlx_rows;

use std::error::Error;
use std::time::Instant;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// The values of a row that all of them write; the same in each run.
pub struct Source {
    number: u64,
}

impl Source {
    fn micros(&self) -> i64 {
        // 2026-01-01 00:00:00 UTC, and a row each 10 ms.
        1_767_225_600_000_000 + self.number as i64 * 10_000
    }

    fn event_id(&self) -> u128 {
        u128::from(self.number) << 64 | 0x8000_0000_0000_0001
    }

    fn name(&self) -> &'static str {
        ["page_view", "signup", "purchase"][self.number as usize % 3]
    }

    fn user(&self) -> Option<String> {
        (self.number % 4 != 0).then(|| format!("user-{}", self.number % 5000))
    }

    fn is_mobile(&self) -> bool {
        self.number % 3 == 0
    }

    fn country(&self) -> &'static str {
        ["DE", "FR", "US", "JP"][self.number as usize % 4]
    }

    fn address(&self) -> [u8; 4] {
        [10, 0, self.number as u8, 1]
    }

    fn url(&self) -> String {
        format!(
            "https://shop.example/{}/{}",
            self.name(),
            self.number % 1000
        )
    }

    fn cents(&self) -> Option<i64> {
        (self.number % 3 == 2).then_some(500 + self.number as i64 % 20_000)
    }

    fn properties(&self) -> String {
        format!(r#"{{"plan": "pro", "page": {}}}"#, self.number % 100)
    }
}

/// The rows from 0.
pub fn sources(rows: u64) -> impl Iterator<Item = Source> {
    (0..rows).map(|number| Source { number })
}

/// The project of all rows.
pub const PROJECT: u128 = 0xfeed;

/// What happens between a call of this and of the function that it returns is measured, and printed by that.
pub fn measure() -> Result<impl FnOnce(u64) -> Result> {
    let processor = processor()?;
    let started = Instant::now();
    Ok(move |rows: u64| {
        let clock = started.elapsed().as_nanos();
        let processor = processor_since(processor)?;
        println!("{clock} {processor} {rows}");
        Ok(())
    })
}

/// Nanoseconds that this thread has run; <https://docs.kernel.org/scheduler/sched-stats.html>.
fn processor() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let first = text.split_whitespace().next();
    Ok(first
        .ok_or("/proc/thread-self/schedstat is empty")?
        .parse()?)
}

fn processor_since(start: u64) -> Result<u64> {
    Ok(processor()? - start)
}

fn main() -> Result {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [work, way, rows] = arguments.as_slice() else {
        return Err("usage: types write|read WAY ROWS".into());
    };
    let rows = rows.parse()?;
    let url = std::env::var("DATABASE_URL")?;
    match (work.as_str(), way.as_str()) {
        ("write", "copy_in") => ours::write(&url, rows),
        ("write", "binary_copy_in_writer") => postgres_by_hand::write(&url, rows),
        ("write", "sqlx_unnest") => sqlx_rows::write(&url, rows),
        ("read", "all") => ours::read(&url, rows),
        ("read", "iter") => ours::iterate(&url, rows),
        ("read", "by_index") => postgres_by_hand::read(&url, rows),
        ("read", "sqlx_from_row") => sqlx_rows::read(&url, rows),
        _ => Err(format!("no way {way} to {work}").into()),
    }
}
