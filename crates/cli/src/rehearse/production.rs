//! How long a statement would take with the rows that production has, from two measurements with fewer. Pure.

use std::fmt;
use std::time::Duration;

/// Times of a statement with so many rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    pub rows: u64,
    pub elapsed: Duration,
}

/// How long it would take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub rows: u64,
    pub least: Duration,
    pub most: Duration,
}

/// What is below this is noise.
const NOISE: Duration = Duration::from_millis(20);

/// From a statement's time with few rows and with many, the time with `rows`: between a line through both measurements, and one in proportion
/// to the larger. `None` if the time hardly depends on the rows, or there are no more of them than were tried.
pub fn estimate(few: Sample, many: Sample, rows: u64) -> Option<Estimate> {
    let grows = many.elapsed.saturating_sub(few.elapsed);
    if rows <= many.rows || many.rows <= few.rows || grows < NOISE {
        return None;
    }
    let ratio = rows as f64 / many.rows as f64;
    let slope = grows.as_secs_f64() / (many.rows - few.rows) as f64;
    let line = many.elapsed.as_secs_f64() + slope * (rows - many.rows) as f64;
    let proportion = many.elapsed.as_secs_f64() * ratio;
    Some(Estimate {
        rows,
        least: Duration::from_secs_f64(line.min(proportion)),
        most: Duration::from_secs_f64(line.max(proportion)),
    })
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, most) = (duration(self.least), duration(self.most));
        if least == most {
            write!(f, "about {least}")?;
        } else {
            write!(f, "{least} to {most}")?;
        }
        write!(f, " with the {} rows of production", thousands(self.rows))
    }
}

/// A duration for people: `2 ms`, `4.1 s`, `3 min`, `2.5 h`.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match seconds {
        it if it < 0.0095 => format!("{:.1} ms", it * 1e3),
        it if it < 0.995 => format!("{:.0} ms", it * 1e3),
        it if it < 99.5 => format!("{it:.1} s"),
        it if it < 5970.0 => format!("{:.0} min", it / 60.0),
        it => format!("{:.1} h", it / 3600.0),
    }
}

/// `200,000`
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `96 MB`
pub fn bytes(number: u64) -> String {
    match number {
        0..1_000 => format!("{number} bytes"),
        1_000..1_000_000 => format!("{} kB", number / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", number / 1_000_000),
        _ => format!("{:.1} GB", number as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(rows: u64, milliseconds: u64) -> Sample {
        Sample {
            rows,
            elapsed: Duration::from_millis(milliseconds),
        }
    }

    #[test]
    fn what_grows_with_the_rows_is_estimated() {
        let estimate = estimate(sample(10_000, 200), sample(100_000, 1_100), 10_000_000).unwrap();
        assert_eq!(
            estimate.to_string(),
            "2 min with the 10,000,000 rows of production".replace("2 min", "about 2 min")
        );
        assert!(estimate.least < estimate.most);
    }

    #[test]
    fn what_does_not_grow_is_not() {
        assert_eq!(estimate(sample(10, 5), sample(1_000, 6), 1_000_000), None);
        assert_eq!(estimate(sample(10, 5), sample(1_000, 600), 900), None);
    }

    #[test]
    fn numbers_read_well() {
        let milliseconds = [0, 9, 10, 994, 4_100, 99_600, 6_000_000];
        let shown = milliseconds.map(|it| duration(Duration::from_millis(it)));
        assert_eq!(
            shown,
            [
                "0.0 ms", "9.0 ms", "10 ms", "994 ms", "4.1 s", "2 min", "1.7 h"
            ]
        );
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(thousands),
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!(
            [1, 2_500, 96_000_000, 1_500_000_000].map(bytes),
            ["1 bytes", "2 kB", "96 MB", "1.5 GB"]
        );
    }
}
