//! What a type needs to be the type of a range's values.

use std::cmp::Ordering;
use std::fmt;

use sql::types::oid;
use uuid::Uuid;

use crate::date::Date;
use crate::encode::Encode;
use crate::float_text::{write_f32, write_f64};
use crate::ids::PgLsn;
use crate::local_timestamp::LocalTimestamp;
use crate::numeric::Numeric;
use crate::time::{Time, TimeTz};
use crate::timestamp::Timestamp;

/// Values of which there are ranges: of PostgreSQL's range types, and of those that a user creates.
pub trait RangeElement: Encode {
    /// OID of PostgreSQL's range type; 0 if there is none.
    const RANGE_OID: u32 = 0;

    /// OID of PostgreSQL's multirange type; 0 if there is none.
    const MULTIRANGE_OID: u32 = 0;

    /// PostgreSQL's order.
    fn order(&self, other: &Self) -> Ordering;

    /// Writes the value as PostgreSQL prints it.
    ///
    /// # Errors
    /// Those of `out`.
    fn print(&self, out: &mut dyn fmt::Write) -> fmt::Result;

    /// The value right after this one; `Some(None)` if there is none because values are dense, or this one is infinite, and `None` if it
    /// would be out of range.
    #[allow(clippy::option_option, reason = "both mean something else")]
    fn next(&self) -> Option<Option<Self>>
    where
        Self: Sized,
    {
        Some(None)
    }
}

/// The order and the text of a type that has both as PostgreSQL has them.
macro_rules! own_order {
    () => {
        fn order(&self, other: &Self) -> Ordering {
            self.cmp(other)
        }

        fn print(&self, out: &mut dyn fmt::Write) -> fmt::Result {
            write!(out, "{self}")
        }
    };
}

/// Types of which PostgreSQL itself has no range type.
macro_rules! only_in_own_range_types {
    ($($type:ty),+) => {$(
        impl RangeElement for $type {
            own_order!();
        }
    )+};
}

only_in_own_range_types!(i16, PgLsn, Time, TimeTz, Uuid);

/// NaN is equal to itself and greater than all other numbers.
macro_rules! float {
    ($($type:ty, $write:ident;)+) => {$(
        impl RangeElement for $type {
            fn order(&self, other: &Self) -> Ordering {
                let order = self.partial_cmp(other);
                order.unwrap_or_else(|| self.is_nan().cmp(&other.is_nan()))
            }

            fn print(&self, out: &mut dyn fmt::Write) -> fmt::Result {
                $write(out, *self)
            }
        }
    )+};
}

float! {
    f32, write_f32;
    f64, write_f64;
}

impl RangeElement for i32 {
    const RANGE_OID: u32 = oid("int4range");
    const MULTIRANGE_OID: u32 = oid("int4multirange");

    own_order!();

    fn next(&self) -> Option<Option<Self>> {
        self.checked_add(1).map(Some)
    }
}

impl RangeElement for i64 {
    const RANGE_OID: u32 = oid("int8range");
    const MULTIRANGE_OID: u32 = oid("int8multirange");

    own_order!();

    fn next(&self) -> Option<Option<Self>> {
        self.checked_add(1).map(Some)
    }
}

impl RangeElement for Date {
    const RANGE_OID: u32 = oid("daterange");
    const MULTIRANGE_OID: u32 = oid("datemultirange");

    own_order!();

    fn next(&self) -> Option<Option<Self>> {
        if !self.is_finite() {
            return Some(None);
        }
        self.checked_add_days(1).map(Some)
    }
}

impl RangeElement for Numeric {
    const RANGE_OID: u32 = oid("numrange");
    const MULTIRANGE_OID: u32 = oid("nummultirange");

    own_order!();
}

impl RangeElement for LocalTimestamp {
    const RANGE_OID: u32 = oid("tsrange");
    const MULTIRANGE_OID: u32 = oid("tsmultirange");

    own_order!();
}

impl RangeElement for Timestamp {
    const RANGE_OID: u32 = oid("tstzrange");
    const MULTIRANGE_OID: u32 = oid("tstzmultirange");

    own_order!();
}
