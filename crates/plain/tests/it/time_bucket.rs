//! `time_bucket`: 10,000 calls at random, of every overload.

use sha2::{Digest as _, Sha256};
use testkit::Random;

use super::pair::{Pair, answers};
use super::recorded;

/// How many calls there are of each overload.
const EACH: usize = 500;

const WIDTHS: &[&str] = &[
    "1 microsecond",
    "1 second",
    "7.5 seconds",
    "15 minutes",
    "1 hour",
    "5 hours",
    "1 day",
    "36 hours",
    "1 week",
    "10 days",
    "3 days 03:00",
    "1 month",
    "2 months",
    "3 months",
    "5 months",
    "1 year",
    "30 months",
    "10 years",
    "99 years",
    "0",
    "-1 hour",
    "-1 month",
    "1 month 1 day",
    "1 month 1 second",
    "1 month -30 days",
    "40000 days",
];

const TIMES: &[&str] = &[
    "infinity",
    "-infinity",
    "epoch",
    "2000-01-01",
    "2000-01-03",
    "1999-12-31 23:59:59.999999",
    "2024-03-31 00:59:59.999999",
    "2024-03-31 01:00:00",
    "2024-10-27 00:30:00",
    "2024-10-27 01:00:00",
    "2024-10-27 01:59:59",
    "2024-11-03 05:30:00",
    "2024-11-03 06:30:00",
    "2024-02-29 12:00:00",
    "0001-01-01",
    "0001-12-31 BC",
    "0044-03-15 BC",
    "4000-06-30 12:34:56.789012",
    "1582-10-10",
    "290000-01-01",
];

const ZONES: &[&str] = &[
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Monrovia",
    "+03",
    "Nowhere/Atlantis",
];

const OFFSETS: &[&str] = &[
    "0",
    "5 minutes",
    "-5 minutes",
    "100 hours",
    "1 day",
    "-3 days",
    "2 weeks",
    "1 month",
    "-1 year",
    "1 day 02:00",
];

const ORIGINS: &[&str] = &[
    "2000-01-01",
    "2000-01-05 07:13:00.000001",
    "1970-01-01",
    "2030-12-31 23:00:00",
    "0500-06-15",
    "-infinity",
    "infinity",
];

const UUIDS: &[&str] = &[
    "'018f4e00-7b6a-7a3c-8f00-0123456789ab'",
    "'00000000-0000-7000-8000-000000000000'",
    "'01932c07-209a-7fff-bfff-ffffffffffff'",
    "'123e4567-e89b-42d3-a456-426614174000'",
    "'018f4e00-7b6a-7a3c-0f00-0123456789ab'",
];

/// What one argument of an overload may be; a null now and then.
type Argument = fn(&mut Random) -> String;

const OVERLOADS: &[&[Argument]] = &[
    &[width, timestamp],
    &[width, timestamptz],
    &[width, date],
    &[width, uuid],
    &[width, timestamp, origin_timestamp],
    &[width, timestamptz, origin_timestamptz],
    &[width, date, origin_date],
    &[width, uuid, origin_timestamptz],
    &[width, timestamp, offset],
    &[width, timestamptz, offset],
    &[width, date, offset],
    &[width, uuid, offset],
    &[width, timestamptz, zone],
    &[width, timestamptz, zone, origin_timestamptz, offset],
    &[width, uuid, zone, origin_timestamptz, offset],
    &[int2, int2],
    &[int4, int4],
    &[int8, int8],
    &[int2, int2, int2],
    &[int8, int8, int8],
];

#[testkit::test(Pair::start)]
fn ten_thousand_calls_give_timescaledbs_answers(mut pair: Pair) {
    let calls = calls();
    assert_eq!(calls.len(), 10_000);
    compare(&mut pair, &calls);

    // As on a server without date_bin.
    let without = "
        CREATE OR REPLACE FUNCTION _timescaledb_functions.bin(
            width pg_catalog.interval, ts pg_catalog.timestamp, origin pg_catalog.timestamp
        ) RETURNS pg_catalog.timestamp LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS 'SELECT _timescaledb_functions.bucket_exactly(width, ts, origin)';
        CREATE OR REPLACE FUNCTION _timescaledb_functions.bin(
            width pg_catalog.interval, ts pg_catalog.timestamptz, origin pg_catalog.timestamptz
        ) RETURNS pg_catalog.timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS 'SELECT timezone(''UTC'', _timescaledb_functions.bucket_exactly(width, timezone(''UTC'', ts), timezone(''UTC'', origin)))';
    ";
    pair.plain.batch_execute(without).unwrap();
    compare(&mut pair, &calls);
}

fn compare(pair: &mut Pair, calls: &[String]) {
    let settings =
        "SET TimeZone = 'America/New_York'; SET IntervalStyle = postgres; SET DateStyle = ISO";
    pair.plain.batch_execute(settings).unwrap();
    let plain = values(answers(&mut pair.plain, calls));
    let fresh = pair.timescaledb.as_mut().map(|(client, version)| {
        client.batch_execute(settings).unwrap();
        (version.as_str(), values(answers(client, calls)))
    });
    if let Some((_, expected)) = &fresh {
        let of = |answers: &[String]| {
            let pairs = calls.iter().zip(answers);
            pairs
                .map(|(call, answer)| format!("{call} → {answer}"))
                .collect::<Vec<_>>()
        };
        recorded::compare("time_bucket", &of(expected), &of(&plain));
    }
    let summary = fresh.map(|(version, expected)| (version, summary(calls, &expected)));
    let recorded = recorded::lines(
        "time_bucket",
        summary
            .as_ref()
            .map(|(version, lines)| (*version, &lines[..])),
    );
    assert_eq!(recorded, self::summary(calls, &plain));
}

/// Of an error only the SQLSTATE: the texts of overflows are PostgreSQL's, and differ with the type that is counted in.
fn values(answers: Vec<String>) -> Vec<String> {
    let value = |answer: String| match answer.split_once(' ') {
        Some((code, message))
            if code.len() == 5 && message.starts_with(|first: char| first.is_alphabetic()) =>
        {
            code.to_owned()
        }
        _ => answer,
    };
    answers.into_iter().map(value).collect()
}

/// The first answers of each overload, and for each a number that all its answers make.
fn summary(calls: &[String], answers: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    for (calls, answers) in calls.chunks(EACH).zip(answers.chunks(EACH)) {
        let digest = Sha256::digest(answers.join("\n"));
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        for (call, answer) in calls.iter().zip(answers).take(10) {
            lines.push(format!("{call} → {answer}"));
        }
        lines.push(format!("{EACH} answers: {digest}"));
    }
    lines
}

fn calls() -> Vec<String> {
    let mut random = Random::new(2000);
    let mut calls = Vec::new();
    for overload in OVERLOADS {
        for _ in 0..EACH {
            let arguments: Vec<String> = overload.iter().map(|make| make(&mut random)).collect();
            calls.push(format!("time_bucket({})", arguments.join(", ")));
        }
    }
    calls
}

fn or_null(random: &mut Random, value: String, ty: &str) -> String {
    match random.below(50) {
        0 => format!("NULL::{ty}"),
        _ => format!("{value}::{ty}"),
    }
}

fn width(random: &mut Random) -> String {
    let width = match random.below(4) {
        0 => format!(
            "'{} days {} seconds'",
            random.below(40),
            random.below(100_000)
        ),
        1 => format!("'{} months'", random.below(60)),
        _ => format!("'{}'", random.pick(WIDTHS)),
    };
    or_null(random, width, "interval")
}

/// A moment from 1 BC to 3000, or one of note.
fn moment(random: &mut Random) -> String {
    match random.below(4) {
        0 => format!("'{}'", random.pick(TIMES)),
        _ => {
            let days = random.below(1_096_000) as i64 - 730_486;
            let microseconds = random.below(86_400_000_000);
            format!(
                "('2000-01-01'::timestamp + '{days} days {microseconds} microseconds'::interval)"
            )
        }
    }
}

fn timestamp(random: &mut Random) -> String {
    let moment = moment(random);
    or_null(random, moment, "timestamp")
}

fn timestamptz(random: &mut Random) -> String {
    let moment = moment(random);
    or_null(random, moment, "timestamptz")
}

fn date(random: &mut Random) -> String {
    let moment = moment(random);
    or_null(random, moment, "date")
}

fn uuid(random: &mut Random) -> String {
    let uuid = random.pick(UUIDS).to_owned();
    or_null(random, uuid, "uuid")
}

fn origin(random: &mut Random, ty: &str) -> String {
    let origin = match random.below(2) {
        0 => moment(random),
        _ => format!("'{}'", random.pick(ORIGINS)),
    };
    or_null(random, origin, ty)
}

fn origin_timestamp(random: &mut Random) -> String {
    origin(random, "timestamp")
}

fn origin_timestamptz(random: &mut Random) -> String {
    origin(random, "timestamptz")
}

fn origin_date(random: &mut Random) -> String {
    origin(random, "date")
}

fn offset(random: &mut Random) -> String {
    let offset = format!("'{}'", random.pick(OFFSETS));
    or_null(random, offset, "interval")
}

fn zone(random: &mut Random) -> String {
    let zone = format!("'{}'", random.pick(ZONES));
    or_null(random, zone, "text")
}

/// A number of any size, small ones as often as those near the ends.
fn number(random: &mut Random, least: i64, greatest: i64, ty: &str) -> String {
    let number = match random.below(6) {
        0 => random.below(20) as i64 - 3,
        1 => least + random.below(20) as i64,
        2 => greatest - random.below(20) as i64,
        3 => random.below(2_000) as i64 - 1_000,
        _ => (random.below(usize::MAX) as i64).rem_euclid(greatest / 2) * 2 - greatest / 2,
    };
    or_null(random, format!("'{number}'"), ty)
}

fn int2(random: &mut Random) -> String {
    number(random, i16::MIN.into(), i16::MAX.into(), "int2")
}

fn int4(random: &mut Random) -> String {
    number(random, i32::MIN.into(), i32::MAX.into(), "int4")
}

fn int8(random: &mut Random) -> String {
    number(random, i64::MIN, i64::MAX, "int8")
}
