//! Days, for dates in messages.

use std::fmt;

/// A day, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub i64);

impl Day {
    /// The day that contains this moment, in seconds since 1970-01-01 in UTC.
    pub fn of_seconds(seconds: u64) -> Day {
        Day(i64::try_from(seconds / 86_400).unwrap_or(i64::MAX))
    }

    /// The day so many microseconds earlier.
    #[must_use]
    pub fn before(self, micros: i128) -> Day {
        let days = micros.div_euclid(86_400_000_000);
        Day(self.0 - i64::try_from(days).unwrap_or(0))
    }
}

impl fmt::Display for Day {
    /// The civil date of a day, in the proleptic Gregorian calendar: eras of 400 years that begin on 1 March.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shifted = self.0 + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn days_are_dates() {
        let cases = [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_453, "2025-12-31"),
            (20_454, "2026-01-01"),
        ];
        for (day, date) in cases {
            assert_eq!(Day(day).to_string(), date);
        }
        assert_eq!(
            Day::of_seconds(86_400 * 11_017 - 1).to_string(),
            "2000-02-29"
        );
    }
}
