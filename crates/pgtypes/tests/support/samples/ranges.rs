//! Ranges and multiranges.

use std::fmt::Display;
use std::ops::Bound;
use std::str::FromStr;

use pgtypes::{LocalTimestamp, Multirange, Numeric, Range, RangeElement};

use super::super::random::Random;
use super::{Value, Visitor, value};

const NUMBERS: &[&str] = &[
    "empty", "(,)", "[1,1]", "(1,1)", "[1,5]", "(,5]", "(1,)", "[-7,0)", "(1,2)",
];
const TIMES: &[&str] = &[
    "empty",
    "(,)",
    "[-infinity,infinity]",
    "(-infinity,infinity)",
    "[2026-11-22,2026-11-22]",
    "(2026-11-22,2026-11-23)",
    "[4714-11-24 BC,)",
    "(,0044-03-15 BC]",
];
const SETS_OF_NUMBERS: &[&str] = &[
    "{}",
    "{empty}",
    "{(,)}",
    "{[1,2),[2,3)}",
    "{[1,2),(2,3)}",
    "{[5,9),[1,7],[2,3]}",
    "{(,1),[3,4],[6,)}",
];
const SETS_OF_TIMES: &[&str] = &[
    "{}",
    "{(,)}",
    "{[-infinity,2026-11-22],(2026-11-22,infinity)}",
    "{(2026-11-23,2026-11-24],[2026-11-22,2026-11-23)}",
];

pub fn each(to: &mut impl Visitor) {
    let numbers = [NUMBERS, SETS_OF_NUMBERS];
    both(
        to,
        ["int4", "(random() * 9)::int", "10 + n::int"],
        numbers,
        small,
    );
    both(
        to,
        ["int8", "(random() * 9)::int8", "9e18::int8 + n"],
        numbers,
        big,
    );
    let decimals = ["num", "random()::numeric", "1 + random()::numeric"];
    both(to, decimals, numbers, numeric);

    let times = [TIMES, SETS_OF_TIMES];
    let days = [
        "date",
        "'2026-11-22'::date - n::int",
        "'2026-11-22'::date + n::int",
    ];
    both(to, days, times, Random::date);
    let before = "now() - random() * '1 year'::interval";
    let after = "now() + random() * '1 year'::interval";
    both(to, ["tstz", before, after], times, Random::timestamp);
    let before = "localtimestamp - random() * '1 year'::interval";
    let after = "localtimestamp + random() * '1 year'::interval";
    let local = |r: &mut Random| LocalTimestamp::of_utc(r.timestamp());
    both(to, ["ts", before, after], times, local);
}

/// Ranges, and sets of them. `name` is what comes before `range` in their names, and the bounds are SQL for values of the server's.
fn both<T>(
    to: &mut impl Visitor,
    [name, low, high]: [&str; 3],
    edges: [&'static [&'static str]; 2],
    random: fn(&mut Random) -> T,
) where
    T: RangeElement + Ord + Value + Display + FromStr,
    Range<T>: Value,
    Multirange<T>: Value,
{
    let (ranges, sets) = (format!("{name}range"), format!("{name}multirange"));
    let bounds = "CASE n % 4 WHEN 0 THEN '[]' WHEN 1 THEN '()' WHEN 2 THEN '[)' ELSE '(]' END";
    let server = format!("{ranges}({low}, {high}, {bounds})");
    let set_server = format!("{sets}({ranges}(NULL, {low}, '[]'), {ranges}({low}, {high}, '(]'))");
    let sample = value(ranges.leak(), server, edges[0], move |r| range(r, random));
    to.visit(sample.ordered());
    let set = move |r: &mut Random| (0..r.below(5)).map(|_| range(r, random)).collect();
    let sample = value::<Multirange<T>>(sets.leak(), set_server, edges[1], set);
    to.visit(sample.ordered());
}

/// A range of two values in order, each bound of which is included, excluded or absent.
fn range<T: RangeElement + Ord>(random: &mut Random, value: fn(&mut Random) -> T) -> Range<T> {
    if random.one_in(9) {
        return Range::EMPTY;
    }
    let (one, other) = (value(random), value(random));
    let (low, high) = if one <= other {
        (one, other)
    } else {
        (other, one)
    };
    let mut bound = |value: T| match random.below(4) {
        0 => Bound::Unbounded,
        1 => Bound::Excluded(value),
        _ => Bound::Included(value),
    };
    let (low, high) = (bound(low), bound(high));
    Range::new(low, high).unwrap_or(Range::ALL)
}

fn small(random: &mut Random) -> i32 {
    (random.u64() as i32) >> random.below(32)
}

fn big(random: &mut Random) -> i64 {
    i64::from(small(random)) << 31
}

fn numeric(random: &mut Random) -> Numeric {
    Numeric::from_scaled(i128::from(small(random)), 2).expect("of scale 2")
}
