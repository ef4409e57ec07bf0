//! Values of each type of `sql::types`: edges, and at random, of the server's making and of ours. What is tested of every type is a
//! [`Visitor`]; a type is added to the tests by its lines in [`each`].

use std::any::TypeId;
use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt::{Debug, Display};
use std::str::FromStr;

use pgtypes::{
    Cidr, Date, Encode, FromSql, Inet, Interval, Json, Jsonb, Numeric, Timestamp, ToSql, Uuid,
};

use super::random::Random;

/// What is needed of a type to be tested.
pub trait Value:
    Debug + Clone + PartialEq + Sync + Encode + ToSql + for<'a> FromSql<'a> + 'static
{
}

impl<T> Value for T where
    T: Debug + Clone + PartialEq + Sync + Encode + ToSql + for<'a> FromSql<'a> + 'static
{
}

/// Does something with the values of each type.
pub trait Visitor {
    fn visit<T: Value>(&mut self, sample: Sample<T>);
}

/// The values of one type.
pub struct Sample<T> {
    /// `typname`.
    pub name: &'static str,
    /// SQL for a value at random, of the server's making.
    pub server: &'static str,
    /// Texts that the server reads.
    pub edges: &'static [&'static str],
    /// A value at random.
    pub random: fn(&mut Random) -> T,
    /// The text form, where it is PostgreSQL's.
    pub text: Option<Text<T>>,
    /// The order, where it is PostgreSQL's.
    pub compare: Option<fn(&T, &T) -> Ordering>,
}

/// How values are printed and read.
pub struct Text<T> {
    pub print: fn(&T) -> String,
    pub read: fn(&str) -> Option<T>,
    /// Whether there is no text that is refused.
    pub reads_all: bool,
}

impl<T: Ord> Sample<T> {
    fn ordered(self) -> Self {
        let compare: Option<fn(&T, &T) -> Ordering> = Some(T::cmp);
        Self { compare, ..self }
    }
}

/// A type whose binary form alone is PostgreSQL's: Rust prints it otherwise.
fn binary<T>(
    name: &'static str,
    server: &'static str,
    edges: &'static [&'static str],
    random: fn(&mut Random) -> T,
) -> Sample<T> {
    Sample {
        name,
        server,
        edges,
        random,
        text: None,
        compare: None,
    }
}

fn value<T: Display + FromStr<Err: 'static>>(
    name: &'static str,
    server: &'static str,
    edges: &'static [&'static str],
    random: fn(&mut Random) -> T,
) -> Sample<T> {
    let text = Text {
        print: T::to_string,
        read: |text| text.parse().ok(),
        reads_all: TypeId::of::<T::Err>() == TypeId::of::<Infallible>(),
    };
    let text = Some(text);
    Sample {
        text,
        ..binary(name, server, edges, random)
    }
}

/// Every type, in the order of the table.
pub fn each(to: &mut impl Visitor) {
    numbers(to);
    texts(to);
    times(to);
    addresses(to);
}

fn numbers(to: &mut impl Visitor) {
    to.visit(binary::<bool>("bool", "random() < 0.5", &["t", "f"], |r| r.one_in(2)).ordered());
    to.visit(binary::<f32>(
        "float4",
        "(random() - 0.5) * 10 ^ (random() * 70 - 35)",
        &[
            "0",
            "-0",
            "NaN",
            "Infinity",
            "-Infinity",
            "1e-45",
            "3.4028235e38",
        ],
        |r| f32::from_bits(r.u64() as u32),
    ));
    to.visit(binary::<f64>(
        "float8",
        "(random() - 0.5) * 10 ^ (random() * 600 - 300)",
        &[
            "0",
            "-0",
            "NaN",
            "Infinity",
            "-Infinity",
            "5e-324",
            "1.7976931348623157e308",
        ],
        |r| f64::from_bits(r.u64()),
    ));
    let edges = &["0", "-1", "-32768", "32767"];
    to.visit(
        value::<i16>("int2", "random() * 65535 - 32768", edges, |r| {
            r.u64() as i16
        })
        .ordered(),
    );
    let edges = &["0", "-1", "-2147483648", "2147483647"];
    to.visit(value::<i32>("int4", "random() * 4e9 - 2e9", edges, |r| r.u64() as i32).ordered());
    let edges = &["0", "-1", "-9223372036854775808", "9223372036854775807"];
    to.visit(
        value::<i64>("int8", "random() * 1.8e19 - 9e18", edges, |r| {
            r.u64() as i64
        })
        .ordered(),
    );
    to.visit(
        value::<Numeric>(
            "numeric",
            "((random() - 0.5) * 10 ^ (random() * 40 - 20))::numeric * '1.00000000000000000001'",
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
            ],
            Random::numeric,
        )
        .ordered(),
    );
}

fn texts(to: &mut impl Visitor) {
    const TEXTS: &[&str] = &[
        "",
        " ",
        "a  ",
        "it's",
        "\"\\\n\t",
        "é用户\u{10ffff}",
        "NULL",
    ];
    const MD5: &str = "repeat(md5(random()::text), (random() * 9)::int)";
    to.visit(value::<String>("bpchar", MD5, TEXTS, Random::text));
    to.visit(value::<String>("text", MD5, TEXTS, Random::text));
    to.visit(value::<String>("varchar", MD5, TEXTS, Random::text));
    to.visit(
        binary::<Vec<u8>>(
            "bytea",
            "substr(decode(md5(random()::text), 'hex'), 1, (random() * 16)::int)",
            &["", "\\x00", "\\xff00ff"],
            |r| r.u64().to_be_bytes()[r.below(9) as usize..].to_vec(),
        )
        .ordered(),
    );
    const JSON: &str = "json_build_array(random(), NULL, md5(random()::text), random() < 0.5)";
    let edges = &[
        "null",
        "0",
        " { \"a\" : [ 1.00 ], \"a\":\"\\u00e9\" }",
        "\"\\\\\\\"\"",
    ];
    to.visit(value::<Json>("json", JSON, edges, |r| {
        r.json().parse().expect("any text")
    }));
    to.visit(value::<Jsonb>("jsonb", JSON, edges, |r| {
        r.json().parse().expect("any text")
    }));
    to.visit(
        value::<Uuid>(
            "uuid",
            "gen_random_uuid()",
            &[
                "00000000-0000-0000-0000-000000000000",
                "ffffffff-ffff-ffff-ffff-ffffffffffff",
            ],
            |r| Uuid::from_u64_pair(r.u64(), r.u64()),
        )
        .ordered(),
    );
}

fn times(to: &mut impl Visitor) {
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
    to.visit(value::<Interval>(
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
    ));
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
}

fn addresses(to: &mut impl Visitor) {
    to.visit(value::<Cidr>(
        "cidr",
        "network(set_masklen(('10.0.0.0'::inet + (random() * 1e9)::int8), (random() * 32)::int))",
        &[
            "10.0.0.0/8",
            "10.0.0.1",
            "0.0.0.0/0",
            "::/0",
            "::1",
            "2001:db8::/48",
            "10.1",
        ],
        Random::cidr,
    ));
    to.visit(value::<Inet>(
        "inet",
        "set_masklen('::'::inet + (random() * 9e18)::int8, (random() * 128)::int)",
        &[
            "10.0.0.1/8",
            "10.0.0.1",
            "0.0.0.0/0",
            "::/0",
            "::1",
            "2001:db8::7/48",
            "::ffff:1.2.3.4/100",
        ],
        Random::inet,
    ));
}
