//! Dates and times.

use pgtypes::{Date, Interval, LocalTimestamp, Time, TimeTz, Timestamp};

use super::super::random::Random;
use super::{Visitor, value};

pub fn each(to: &mut impl Visitor) {
    to.visit(
        value::<Date>(
            "date",
            "'4714-11-24 BC'::date + (random() * 2147483493)::int",
            &[
                "infinity",
                "-infinity",
                "2000-02-29",
                "4714-11-24 BC",
                "0001-01-01 BC",
                "5874897-12-31",
            ],
            Random::date,
        )
        .ordered(),
    );
    to.visit(
        value::<Interval>(
        "interval",
        "make_interval(months => (random() * 4e9 - 2e9)::int, days => (random() * 4e9 - 2e9)::int,
                       secs => random() * 1e10 - 5e9)",
        &[
            "0",
            "1 year 2 mons 3 days 04:05:06.789",
            "-1 year -2 mons +3 days -04:05:06.789",
            "1 mon -1 day",
            "-1 mon 1 day 00:00:00.000001",
            "-1 sec",
            "1000000 hours",
            "178000000 years",
            "P1Y2M10DT2H30M",
            "1 week",
        ],
        Random::interval,
    ).ordered());
    to.visit(
        value::<Timestamp>(
            "timestamptz",
            "'4714-11-24 BC'::timestamptz + (random() * 100000000) * '1 day'::interval",
            &[
                "infinity",
                "-infinity",
                "epoch",
                "2000-01-01",
                "1999-12-31 23:59:59.999999",
                "0001-01-01",
                "0001-12-31 BC",
                "0044-03-15 12:30:00.5 BC",
                "4714-11-24 BC",
                "9999-12-31 23:59:59.9",
                "10000-01-01",
                "294276-12-31 23:59:59.999999",
                "2026-11-22 12:04:05.25+05:30",
                "2016-12-31 23:59:60",
                "2026-12-31 24:00",
            ],
            Random::timestamp,
        )
        .ordered(),
    );
    to.visit(
        value::<LocalTimestamp>(
            "timestamp",
            "'4714-11-24 BC'::timestamp + (random() * 100000000) * '1 day'::interval",
            &[
                "infinity",
                "-infinity",
                "epoch",
                "2000-01-01",
                "1999-12-31 23:59:59.999999",
                "0001-01-01",
                "0001-12-31 BC",
                "4714-11-24 BC",
                "294276-12-31 23:59:59.999999",
                "2016-12-31 23:59:60",
                "2026-12-31 24:00",
            ],
            |r| LocalTimestamp::of_utc(r.timestamp()),
        )
        .ordered(),
    );
    to.visit(
        value::<Time>(
            "time",
            "random() * '24:00'::interval",
            &[
                "00:00",
                "24:00",
                "23:59:59.999999",
                "12:00:00.5",
                "23:59:60",
            ],
            Random::time,
        )
        .ordered(),
    );
    to.visit(
        value::<TimeTz>(
            "timetz",
            "timezone((random() * 1900 - 950)::int * '1 minute'::interval,
                      ((random() * '24:00'::interval)::time || '+00')::timetz)",
            &[
                "00:00+00",
                "24:00-15:59:59",
                "24:00+15:59:59",
                "12:00:00.5+05:30",
                "12:00:00.5-03",
                "00:00+00:00:01",
            ],
            |r| {
                let offset = r.below(2 * 57_600 - 1) as i32 - 57_599;
                let offset = [offset, offset / 60 * 60, offset / 3600 * 3600][r.below(3) as usize];
                TimeTz::new(r.time(), offset).expect("in range")
            },
        )
        .ordered(),
    );
}
