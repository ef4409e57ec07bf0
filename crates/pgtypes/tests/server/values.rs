//! Scalar values: what the server prints, we print; what it reads, we read; what it sends, we send.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use pgtypes::{Array, Cidr, Date, FromSql, Inet, Interval, Json, Jsonb, Numeric, Timestamp, ToSql};
use postgres::Client;

use crate::support::random::Random;
use crate::support::session;

/// How many random values one query compares.
const MANY: usize = 20_000;

/// A value type of this crate, for the checks below.
trait Value: Display + Debug + PartialEq + Clone + Sync + ToSql + for<'a> FromSql<'a> {}

impl<T: Display + Debug + PartialEq + Clone + Sync + ToSql + for<'a> FromSql<'a>> Value for T {}

/// What the server makes of texts in the SQL type: each value as we decode it, and as the server prints it.
fn read<T: Value>(client: &mut Client, sql_type: &str, texts: Vec<String>) -> Vec<(T, String)> {
    let query = format!(
        "SELECT v, format('%s', v) FROM (
             SELECT t::{sql_type} AS v, n FROM unnest($1::text[]) WITH ORDINALITY AS u (t, n)
         ) AS s ORDER BY n"
    );
    let rows = client
        .query(&query, &[&texts])
        .unwrap_or_else(|error| panic!("{query}: {error:?}"));
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// What the server prints for values that it gets in binary.
fn print<T: Value>(client: &mut Client, sql_type: &str, values: &[T]) -> Vec<String> {
    let query = format!(
        "SELECT format('%s', v)
         FROM unnest($1::{sql_type}[]) WITH ORDINALITY AS u (v, n) ORDER BY n"
    );
    let values = Array::from(values.to_vec());
    let rows = client
        .query(&query, &[&values])
        .unwrap_or_else(|error| panic!("{query}: {error:?}"));
    rows.iter().map(|row| row.get(0)).collect()
}

/// Texts of the server's own: it prints each value as we do, in both directions.
fn agree_on_texts<T>(client: &mut Client, sql_type: &str, texts: &[&str])
where
    T: Value + FromStr<Err: Debug>,
{
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    let (values, printed): (Vec<T>, Vec<String>) =
        read(client, sql_type, texts).into_iter().unzip();
    for (value, printed) in values.iter().zip(&printed) {
        assert_eq!(value.to_string(), *printed);
        assert_eq!(printed.parse::<T>().unwrap(), *value);
    }
    assert_eq!(print(client, sql_type, &values), printed);
}

/// Values of ours: the server prints them as we do, and reads our text as the same value.
fn agree_on_values<T: Value>(client: &mut Client, sql_type: &str, values: &[T]) {
    let ours: Vec<String> = values.iter().map(T::to_string).collect();
    for ((ours, theirs), value) in ours.iter().zip(print(client, sql_type, values)).zip(values) {
        assert_eq!(*ours, theirs, "{value:?}");
    }
    for ((read, printed), value) in read::<T>(client, sql_type, ours).iter().zip(values) {
        assert_eq!(read, value);
        assert_eq!(read.to_string(), *printed);
    }
}

#[testkit::test(session)]
fn timestamps(mut db: Client) {
    agree_on_texts::<Timestamp>(
        &mut db,
        "timestamptz",
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
    );
    let mut random = Random::new(11);
    let values: Vec<Timestamp> = (0..MANY).map(|_| random.timestamp()).collect();
    agree_on_values(&mut db, "timestamptz", &values);
    agree_on_values(
        &mut db,
        "timestamptz",
        &[
            Timestamp::MIN,
            Timestamp::MAX,
            Timestamp::UNIX_EPOCH,
            Timestamp::now(),
        ],
    );
}

#[testkit::test(session)]
fn the_server_reads_iso_8601_of_four_digit_years_and_we_read_its_zones(mut db: Client) {
    let mut random = Random::new(12);
    let moments: Vec<Timestamp> = (0..MANY)
        .map(|_| random.timestamp())
        .filter(|moment| matches!(moment.date_utc().ymd(), Some((1..=9999, ..))))
        .collect();
    let iso = moments.iter().map(|moment| format!("{moment:#}")).collect();
    for ((read, _), moment) in read::<Timestamp>(&mut db, "timestamptz", iso)
        .iter()
        .zip(&moments)
    {
        assert_eq!(read, moment);
    }
    // Offsets with minutes, and with the seconds of local mean time.
    for zone in [
        "Asia/Kolkata",
        "America/St_Johns",
        "Europe/Amsterdam",
        "Pacific/Chatham",
    ] {
        db.batch_execute(&format!("SET timezone = '{zone}'"))
            .unwrap();
        for (printed, moment) in print(&mut db, "timestamptz", &moments).iter().zip(&moments) {
            assert_eq!(printed.parse::<Timestamp>().unwrap(), *moment, "{printed}");
        }
    }
}

#[testkit::test(session)]
fn fractions_of_a_microsecond_round_as_the_server_rounds(mut db: Client) {
    let mut random = Random::new(13);
    let texts: Vec<String> = (0..2_000)
        .map(|_| {
            let nanos = random.below(1_000_000_000);
            format!("2026-11-22 12:04:05.{nanos:09}+00")
        })
        .collect();
    let theirs = read::<Timestamp>(&mut db, "timestamptz", texts.clone());
    for (text, (value, _)) in texts.iter().zip(theirs) {
        assert_eq!(text.parse::<Timestamp>().unwrap(), value, "{text}");
    }
}

#[testkit::test(session)]
fn dates(mut db: Client) {
    agree_on_texts::<Date>(
        &mut db,
        "date",
        &[
            "infinity",
            "-infinity",
            "2000-02-29",
            "4714-11-24 BC",
            "0001-01-01 BC",
            "5874897-12-31",
        ],
    );
    let mut random = Random::new(14);
    let values: Vec<Date> = (0..MANY).map(|_| random.date()).collect();
    agree_on_values(&mut db, "date", &values);
    agree_on_values(&mut db, "date", &[Date::MIN, Date::MAX]);
}

#[testkit::test(session)]
fn intervals(mut db: Client) {
    agree_on_texts::<Interval>(
        &mut db,
        "interval",
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
    );
    let mut random = Random::new(15);
    let values: Vec<Interval> = (0..MANY).map(|_| random.interval()).collect();
    agree_on_values(&mut db, "interval", &values);
}

#[testkit::test(session)]
fn numerics(mut db: Client) {
    let thousands = format!("-{}.{}", "7".repeat(6_000), "3".repeat(5_000));
    let longest = format!("{}.{}", "9".repeat(131_072), "1".repeat(16_383));
    agree_on_texts::<Numeric>(
        &mut db,
        "numeric",
        &[
            "0",
            "-0.00",
            "1",
            "-1.50",
            "0.0001",
            "0.00001",
            "10000",
            "9999.9999",
            "12345678901234567890.123456789012345678901234567890",
            "NaN",
            "Infinity",
            "-Infinity",
            "1e-16383",
            "1e131071",
            "1.5e-1000",
            &thousands,
            &longest,
        ],
    );
}

#[testkit::test(session)]
fn numerics_at_random(mut db: Client) {
    let mut random = Random::new(16);
    // The server reads our spelling of a number as we do, with its scale.
    let texts: Vec<String> = (0..MANY).map(|_| random.decimal()).collect();
    let values: Vec<Numeric> = texts.iter().map(|text| text.parse().unwrap()).collect();
    let theirs = read::<Numeric>(&mut db, "numeric", texts.clone());
    for ((text, value), (read, printed)) in texts.iter().zip(&values).zip(theirs) {
        assert_eq!((value.to_string(), value), (printed, &read), "{text}");
    }
    agree_on_values(&mut db, "numeric", &values);
}

#[testkit::test(session)]
fn numerics_are_ordered_as_the_server_orders(mut db: Client) {
    let mut random = Random::new(17);
    let mut values: Vec<Numeric> = (0..5_000).map(|_| random.numeric()).collect();
    values.extend([
        Numeric::NAN,
        Numeric::INFINITY,
        Numeric::NEG_INFINITY,
        Numeric::ZERO,
    ]);
    let query = "SELECT v FROM unnest($1::numeric[]) AS u (v) ORDER BY v";
    let rows = db.query(query, &[&Array::from(values.clone())]).unwrap();
    let theirs: Vec<Numeric> = rows.iter().map(|row| row.get(0)).collect();
    values.sort();
    assert_eq!(values, theirs);
}

#[testkit::test(session)]
fn addresses(mut db: Client) {
    let inets = [
        "10.0.0.1/8",
        "10.0.0.1",
        "0.0.0.0/0",
        "::/0",
        "::1",
        "2001:db8::7/48",
        "::ffff:1.2.3.4/100",
    ];
    agree_on_texts::<Inet>(&mut db, "inet", &inets);
    let cidrs = [
        "10.0.0.0/8",
        "10.0.0.1",
        "0.0.0.0/0",
        "::/0",
        "::1",
        "2001:db8::/48",
        "10.1",
    ];
    agree_on_texts::<Cidr>(&mut db, "cidr", &cidrs);

    let mut random = Random::new(18);
    let inets: Vec<Inet> = (0..MANY).map(|_| random.inet()).collect();
    agree_on_values(&mut db, "inet", &inets);
    let cidrs: Vec<Cidr> = inets
        .iter()
        .filter_map(|inet| Cidr::new(inet.addr(), inet.prefix()).ok())
        .collect();
    assert!(cidrs.len() > 100, "{} of them", cidrs.len());
    agree_on_values(&mut db, "cidr", &cidrs);
}

#[testkit::test(session)]
fn json_texts(mut db: Client) {
    let text = r#"{"b": 1.000, "a" : [null, "\u00e9 \\"],  "a": 12345678901234567890.5}"#;
    let row = db.query_one(
        "SELECT $1::json, $2::jsonb, $2::jsonb::text",
        &[&Json::from_text(text), &Jsonb::from_text(text)],
    );
    let row = row.unwrap();
    assert_eq!(row.get::<_, Json>(0).as_str(), text);
    let normalized = r#"{"a": 12345678901234567890.5, "b": 1.000}"#;
    assert_eq!(row.get::<_, String>(2), normalized);
    assert_eq!(row.get::<_, Jsonb>(1).to_string(), normalized);
}

#[testkit::test(session)]
fn a_type_takes_its_own_sql_type_and_domains_over_it_only(mut db: Client) {
    db.batch_execute(
        "CREATE DOMAIN pg_temp.price AS numeric; CREATE DOMAIN pg_temp.net_price AS pg_temp.price",
    )
    .unwrap();
    let price: Numeric = "19.90".parse().unwrap();
    let row = db
        .query_one("SELECT $1::pg_temp.net_price", &[&price])
        .unwrap();
    assert_eq!(row.get::<_, Numeric>(0), price);
    assert!(row.try_get::<_, Timestamp>(0).is_err());
    assert!(
        db.query_one("SELECT $1::timestamp", &[&Timestamp::now()])
            .is_err()
    );
    assert!(
        db.query_one("SELECT $1::cidr", &[&"10.0.0.1".parse::<Inet>().unwrap()])
            .is_err()
    );
}
