//! The proleptic Gregorian calendar by number of days. PostgreSQL's dates use it for all time, as ISO 8601 does.

/// Microseconds of a day without leap seconds.
pub(crate) const DAY_MICROS: i64 = 86_400_000_000;

/// Days from 1970-01-01 to 2000-01-01, PostgreSQL's day zero.
pub(crate) const UNIX_DAYS: i64 = 10_957;

/// Days from 0000-03-01 to 2000-01-01. Years are counted from March so that the leap day ends one.
const MARCH_ZERO: i64 = 719_468 + UNIX_DAYS;

/// Days in the 400 years after which the calendar repeats.
const ERA: i64 = 146_097;

/// A day of the calendar. Year 0 is 1 BC, year -1 is 2 BC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: u32,
    pub(crate) day: u32,
}

impl Civil {
    /// The day if the calendar has it.
    pub(crate) fn new(year: i64, month: u32, day: u32) -> Option<Self> {
        let exists = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        exists.then_some(Self { year, month, day })
    }

    /// The day that is `days` after 2000-01-01.
    pub(crate) fn from_days(days: i64) -> Self {
        let days = days + MARCH_ZERO;
        let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month_from_march + 2) / 5 + 1;
        let (month, next_year) = match month_from_march {
            0..10 => (month_from_march + 3, 0),
            _ => (month_from_march - 9, 1),
        };
        Self {
            year: era * 400 + year_of_era + next_year,
            month: month as u32,
            day: day as u32,
        }
    }

    /// Days from 2000-01-01 to this day.
    pub(crate) fn days(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let month_from_march = i64::from((self.month + 9) % 12);
        let of_year = (153 * month_from_march + 2) / 5 + i64::from(self.day) - 1;
        era * ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - MARCH_ZERO
    }
}

fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn civil(year: i64, month: u32, day: u32) -> Civil {
        Civil::new(year, month, day).unwrap()
    }

    #[test]
    fn known_days() {
        for (day, days) in [
            (civil(2000, 1, 1), 0),
            (civil(1970, 1, 1), -UNIX_DAYS),
            (civil(2000, 2, 29), 59),
            (civil(1999, 12, 31), -1),
            (civil(-4713, 11, 24), -2_451_545),
            (civil(5_874_898, 1, 1), 2_145_031_949),
        ] {
            assert_eq!(day.days(), days);
            assert_eq!(Civil::from_days(days), day);
        }
    }

    #[test]
    fn every_day_of_two_eras_follows_the_one_before() {
        let mut expected = civil(-400, 1, 1);
        for days in expected.days()..civil(400, 1, 1).days() {
            assert_eq!(Civil::from_days(days), expected);
            assert_eq!(expected.days(), days);
            let Civil { year, month, day } = expected;
            expected = Civil::new(year, month, day + 1)
                .or_else(|| Civil::new(year, month + 1, 1))
                .unwrap_or_else(|| civil(year + 1, 1, 1));
        }
    }

    #[test]
    fn days_that_do_not_exist() {
        for (year, month, day) in [
            (2001, 2, 29),
            (1900, 2, 29),
            (2000, 13, 1),
            (2000, 0, 1),
            (2000, 1, 0),
            (2000, 4, 31),
        ] {
            assert_eq!(Civil::new(year, month, day), None);
        }
        assert!(Civil::new(-4, 2, 29).is_some(), "5 BC was a leap year");
    }
}
