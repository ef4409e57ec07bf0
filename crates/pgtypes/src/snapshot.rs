//! `pg_snapshot` and `txid_snapshot`: which transactions were done at a moment.

use std::fmt;
use std::str::FromStr;

use bytes::{Buf, BufMut, BytesMut};
use sql::types::oid;

use crate::driver::sql_type;
use crate::encode::{Encode, EncodeError};
use crate::error::{DecodeError, ParseError};
use crate::ids::Xid8;
use crate::text::pad;

/// A `pg_snapshot` or a `txid_snapshot`: which transactions were done at a moment.
///
/// `Display` prints what PostgreSQL prints, `10:20:10,14,15`, and `FromStr` reads that.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PgSnapshot {
    xmin: Xid8,
    xmax: Xid8,
    in_progress: Vec<Xid8>,
}

impl PgSnapshot {
    /// A snapshot of these transactions, `in_progress` in ascending order. `None` when PostgreSQL has no such snapshot: `xmin` is 0 or
    /// greater than `xmax`, or one in progress is not from `xmin` on and before `xmax`.
    pub fn new(xmin: Xid8, xmax: Xid8, in_progress: Vec<Xid8>) -> Option<Self> {
        let snapshot = Self::ordered(xmin, xmax, in_progress)?;
        let last = snapshot.in_progress.last();
        last.is_none_or(|last| *last < xmax).then_some(snapshot)
    }

    /// Every transaction before it was done.
    pub fn xmin(&self) -> Xid8 {
        self.xmin
    }

    /// No transaction from it on was done.
    pub fn xmax(&self) -> Xid8 {
        self.xmax
    }

    /// Transactions between the two that were not done.
    pub fn in_progress(&self) -> &[Xid8] {
        &self.in_progress
    }

    /// As `pg_snapshot_recv` checks it, which lets `xmax` itself be in progress.
    fn ordered(xmin: Xid8, xmax: Xid8, mut in_progress: Vec<Xid8>) -> Option<Self> {
        let all = [xmin].into_iter().chain(in_progress.iter().copied());
        let in_order = all.chain([xmax]).is_sorted();
        in_progress.dedup();
        (xmin.0 > 0 && in_order).then_some(Self {
            xmin,
            xmax,
            in_progress,
        })
    }

    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let error = |reason| DecodeError::new("pg_snapshot", reason);
        let (count, xmin, xmax, in_progress) = fields(raw).ok_or(error("cut short"))?;
        if usize::try_from(count) != Ok(in_progress.len()) {
            return Err(error("of another length than it says"));
        }
        Self::ordered(xmin, xmax, in_progress).ok_or(error("transactions out of order"))
    }
}

fn fields(mut raw: &[u8]) -> Option<(i32, Xid8, Xid8, Vec<Xid8>)> {
    let count = raw.try_get_i32().ok()?;
    let mut xid = || raw.try_get_u64().ok().map(Xid8);
    let (xmin, xmax) = (xid()?, xid()?);
    let (in_progress, []) = raw.as_chunks() else {
        return None;
    };
    let in_progress = in_progress.iter().map(|xid| Xid8(u64::from_be_bytes(*xid)));
    Some((count, xmin, xmax, in_progress.collect()))
}

impl Encode for PgSnapshot {
    const ELEMENT_OID: u32 = oid("pg_snapshot");

    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        let bytes = self.in_progress.len().saturating_mul(8);
        let count = i32::try_from(self.in_progress.len());
        out.put_i32(count.map_err(|_| EncodeError::TooLong { bytes })?);
        for xid in [&self.xmin, &self.xmax]
            .into_iter()
            .chain(&self.in_progress)
        {
            out.put_u64(xid.0);
        }
        Ok(())
    }
}

sql_type!(PgSnapshot, "pg_snapshot", "txid_snapshot");

impl fmt::Display for PgSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |out| {
            write!(out, "{}:{}:", self.xmin, self.xmax)?;
            for (index, xid) in self.in_progress.iter().enumerate() {
                let comma = if index == 0 { "" } else { "," };
                write!(out, "{comma}{xid}")?;
            }
            Ok(())
        })
    }
}

impl FromStr for PgSnapshot {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let error = |reason| ParseError::new("pg_snapshot", text, reason);
        let (xmin, xmax, in_progress) =
            parts(text).ok_or_else(|| error("expected xmin:xmax:xid,xid"))?;
        Self::new(xmin, xmax, in_progress).ok_or_else(|| error("transactions out of order"))
    }
}

fn parts(text: &str) -> Option<(Xid8, Xid8, Vec<Xid8>)> {
    let mut parts = text.splitn(3, ':');
    let mut next = || parts.next();
    let (xmin, xmax, list) = (next()?.parse().ok()?, next()?.parse().ok()?, next()?);
    let xids = list.split(',').filter(|_| !list.is_empty());
    let xids: Result<Vec<Xid8>, _> = xids.map(str::parse).collect();
    Some((xmin, xmax, xids.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transactions_are_in_order() {
        let snapshot: PgSnapshot = "10:20:10,14,15".parse().unwrap();
        assert_eq!((snapshot.xmin(), snapshot.xmax()), (Xid8(10), Xid8(20)));
        assert_eq!(snapshot.in_progress(), [10, 14, 15].map(Xid8));
        assert_eq!("1:1:".parse::<PgSnapshot>().unwrap().to_string(), "1:1:");
        assert_eq!(
            "1:9:2,2".parse::<PgSnapshot>().unwrap().to_string(),
            "1:9:2"
        );
        for (text, reason) in [
            ("10:20", "expected xmin:xmax:xid,xid"),
            ("10:20:,", "expected xmin:xmax:xid,xid"),
            ("0:20:", "transactions out of order"),
            ("20:10:", "transactions out of order"),
            ("10:20:9", "transactions out of order"),
            ("10:20:20", "transactions out of order"),
            ("10:20:12,11", "transactions out of order"),
        ] {
            assert_eq!(
                text.parse::<PgSnapshot>().unwrap_err().reason(),
                reason,
                "{text}"
            );
        }
    }

    #[test]
    fn the_count_is_checked() {
        let mut raw = BytesMut::new();
        "10:20:10,14"
            .parse::<PgSnapshot>()
            .unwrap()
            .encode(&mut raw)
            .unwrap();
        assert!(PgSnapshot::decode(&raw).is_ok());
        raw[3] = 1;
        assert_eq!(
            PgSnapshot::decode(&raw).unwrap_err().reason,
            "of another length than it says"
        );
        assert_eq!(
            PgSnapshot::decode(&raw[..30]).unwrap_err().reason,
            "cut short"
        );
    }
}
