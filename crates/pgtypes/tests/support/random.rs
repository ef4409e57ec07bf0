//! Values at random for the property tests, the same in every run of a seed.

use std::net::IpAddr;

use pgtypes::{
    Array, Cidr, Date, Dimension, Inet, Interval, Numeric, PgSnapshot, Point, Time, Timestamp, Xid8,
};

/// Values of a seed.
pub struct Random(testkit::Random);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(testkit::Random::new(seed))
    }

    pub fn u64(&mut self) -> u64 {
        self.0.u64()
    }

    /// A number from 0 to `end`, `end` left out.
    pub fn below(&mut self, end: u64) -> u64 {
        self.u64() % end
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// A number from `low` to `high` inclusive; often small, often whole seconds or hours, so that every shape of text comes up.
    fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.abs_diff(low).saturating_add(1);
        let any = low.saturating_add_unsigned(self.below(span));
        let coarse = [1, 1_000, 1_000_000, 3_600_000_000][self.below(4) as usize];
        let shift = self.below(40);
        let value = if self.one_in(2) { any } else { any >> shift };
        (value / coarse * coarse).clamp(low, high)
    }

    pub fn timestamp(&mut self) -> Timestamp {
        let [low, high] = [Timestamp::MIN, Timestamp::MAX].map(Timestamp::pg_micros);
        Timestamp::from_pg_micros(self.between(low, high)).expect("in range")
    }

    pub fn time(&mut self) -> Time {
        let micros = self.between(0, 86_400_000_000).unsigned_abs();
        Time::from_micros(micros).expect("in range")
    }

    pub fn date(&mut self) -> Date {
        let [low, high] = [Date::MIN, Date::MAX].map(|date| i64::from(date.pg_days()));
        Date::from_pg_days(self.between(low, high) as i32).expect("in range")
    }

    pub fn interval(&mut self) -> Interval {
        let mut field = |low, high| {
            if self.one_in(3) {
                0
            } else {
                self.between(low, high)
            }
        };
        let [low, high] = [i64::from(i32::MIN), i64::from(i32::MAX)];
        let (months, days) = (field(low, high) as i32, field(low, high) as i32);
        Interval::new(months, days, field(i64::MIN, i64::MAX))
    }

    /// A number of any size; every bit pattern comes up, and so do whole numbers.
    pub fn float(&mut self) -> f64 {
        match self.below(4) {
            0 => self.between(-1_000_000, 1_000_000) as f64,
            1 => (self.u64() as f64 / 1e15).floor() * 1e15,
            2 => self.u64() as f64 / 1e17,
            _ => f64::from_bits(self.u64()),
        }
    }

    /// The same of a finite `real`.
    pub fn float32(&mut self) -> f32 {
        let number = f32::from_bits(self.u64() as u32);
        if number.is_finite() { number } else { 1.5 }
    }

    pub fn point(&mut self) -> Point {
        let (x, y) = (self.float(), self.float());
        Point { x, y }
    }

    /// The text of a decimal number: sign, leading and trailing zeros, fraction and exponent come and go.
    pub fn decimal(&mut self) -> String {
        let mut text = String::from(["", "-", "+"][self.below(3) as usize]);
        self.digits(&mut text, 1);
        if self.one_in(2) {
            text.push('.');
            self.digits(&mut text, 0);
        }
        if self.one_in(4) {
            let exponent = self.below(400) as i64 - 200;
            text.push_str(&format!("e{exponent}"));
        }
        text
    }

    fn digits(&mut self, text: &mut String, least: u64) {
        let most = [3, 12, 60][self.below(3) as usize];
        for _ in 0..least + self.below(most) {
            let zero = self.one_in(3);
            let digit = if zero { 0 } else { self.below(10) as u8 };
            text.push(char::from(b'0' + digit));
        }
    }

    pub fn numeric(&mut self) -> Numeric {
        let text = self.decimal();
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    /// JSON as `jsonb` prints it.
    pub fn json(&mut self) -> String {
        let text = self.text().replace('\\', "\\\\").replace('"', "\\\"");
        let text = text.replace('\n', "\\n");
        let number = self.u64() as i64;
        format!("[null, {number}.50, {{\"a\": \"{text}\", \"bc\": {{}}}}, [true]]")
    }

    /// A short text full of what quoting is for.
    pub fn text(&mut self) -> String {
        const CHARS: [&str; 12] = [
            "a", "b", " ", ",", "{", "}", "\"", "\\", "'", "\n", "é", "NULL",
        ];
        let length = self.below(6);
        (0..length)
            .map(|_| CHARS[self.below(12) as usize])
            .collect()
    }

    /// An array of up to three dimensions, with nulls and lower bounds now and then.
    pub fn array(&mut self) -> Array<String> {
        let dimensions: Vec<Dimension> = (0..self.below(4))
            .map(|_| Dimension {
                len: 1 + self.below(3) as usize,
                lower_bound: if self.one_in(3) {
                    self.below(9) as i32 - 4
                } else {
                    1
                },
            })
            .collect();
        let count: usize = dimensions.iter().map(|dimension| dimension.len).product();
        let count = if dimensions.is_empty() { 0 } else { count };
        let elements = (0..count)
            .map(|_| (!self.one_in(5)).then(|| self.text()))
            .collect();
        Array::new(dimensions, elements).unwrap_or_else(|error| panic!("{error}"))
    }

    /// A network of either family.
    pub fn cidr(&mut self) -> Cidr {
        let inet = self.inet();
        let behind = u128::MAX.checked_shr(inet.prefix().into()).unwrap_or(0);
        let addr = match inet.addr() {
            IpAddr::V4(addr) => IpAddr::V4((addr.to_bits() & !((behind >> 96) as u32)).into()),
            IpAddr::V6(addr) => IpAddr::V6((addr.to_bits() & !behind).into()),
        };
        Cidr::new(addr, inet.prefix()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Few or no transactions in progress.
    pub fn snapshot(&mut self) -> PgSnapshot {
        let xmin = 1 + (self.u64() >> self.below(64)).min(u64::MAX - 100);
        let mut in_progress: Vec<Xid8> = (0..self.below(4))
            .map(|_| Xid8(xmin + self.below(50)))
            .collect();
        in_progress.sort_unstable();
        let xmax = Xid8(xmin + 50 + self.below(9));
        PgSnapshot::new(Xid8(xmin), xmax, in_progress).expect("in order")
    }

    /// An address of either family with any prefix; runs of zeros are frequent.
    pub fn inet(&mut self) -> Inet {
        let addr = if self.one_in(2) {
            IpAddr::from((self.u64() as u32 & self.u64() as u32).to_be_bytes())
        } else {
            let mut group = |_| {
                let zero = self.one_in(2);
                let mapped = self.one_in(8);
                let any = self.u64() as u16;
                if zero {
                    0
                } else if mapped {
                    0xFFFF
                } else {
                    any
                }
            };
            IpAddr::from(std::array::from_fn::<u16, 8, _>(&mut group))
        };
        let bits = if addr.is_ipv4() { 32 } else { 128 };
        let prefix = if self.one_in(3) {
            bits
        } else {
            self.below(bits + 1)
        };
        Inet::new(addr, prefix as u8).unwrap_or_else(|error| panic!("{error}"))
    }
}
