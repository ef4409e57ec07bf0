//! Numbers.

use pgtypes::{Money, Numeric};

use super::super::random::Random;
use super::{Visitor, binary, value};

pub fn each(to: &mut impl Visitor) {
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
    let edges = &[
        "0",
        "-0.05",
        "$1,234.56",
        "-92233720368547758.08",
        "92233720368547758.07",
    ];
    let server = "(random() * 2e9)::int8::money * (random() - 0.5) * 2e7";
    let money = |r: &mut Random| Money::from_cents(r.u64() as i64 >> r.below(64));
    to.visit(value::<Money>("money", server, edges, money).ordered());
}
