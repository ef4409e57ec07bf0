//! What a type needs to be the type of a range's values.

use sql::types::oid;

use crate::date::Date;
use crate::encode::Encode;
use crate::local_timestamp::LocalTimestamp;
use crate::numeric::Numeric;
use crate::timestamp::Timestamp;

/// Values of which there are ranges.
pub trait RangeElement: Encode + Ord {
    /// OID of PostgreSQL's range type; 0 if there is none.
    const RANGE_OID: u32 = 0;

    /// OID of PostgreSQL's multirange type; 0 if there is none.
    const MULTIRANGE_OID: u32 = 0;

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

impl RangeElement for i32 {
    const RANGE_OID: u32 = oid("int4range");
    const MULTIRANGE_OID: u32 = oid("int4multirange");

    fn next(&self) -> Option<Option<Self>> {
        self.checked_add(1).map(Some)
    }
}

impl RangeElement for i64 {
    const RANGE_OID: u32 = oid("int8range");
    const MULTIRANGE_OID: u32 = oid("int8multirange");

    fn next(&self) -> Option<Option<Self>> {
        self.checked_add(1).map(Some)
    }
}

impl RangeElement for Date {
    const RANGE_OID: u32 = oid("daterange");
    const MULTIRANGE_OID: u32 = oid("datemultirange");

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
}

impl RangeElement for LocalTimestamp {
    const RANGE_OID: u32 = oid("tsrange");
    const MULTIRANGE_OID: u32 = oid("tsmultirange");
}

impl RangeElement for Timestamp {
    const RANGE_OID: u32 = oid("tstzrange");
    const MULTIRANGE_OID: u32 = oid("tstzmultirange");
}
