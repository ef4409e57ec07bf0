//! The bucket of a continuous aggregate: which column it is, and how wide.

use std::fmt::Write as _;

use crate::nodes::{Node, Value, nth};
use crate::nullability::Prover;

/// OIDs of the types that a width may have; fixed by `pg_type.dat`.
mod oid {
    pub(super) const INT8: i64 = 20;
    pub(super) const INT2: i64 = 21;
    pub(super) const INT4: i64 = 23;
    pub(super) const INTERVAL: i64 = 1186;
}

/// The bucket's column, and its width as PostgreSQL prints it if it is a constant.
pub(super) struct Bucket {
    pub(super) column: String,
    pub(super) width: Option<String>,
}

/// The first grouped output column that is a `time_bucket`.
pub(super) fn find(query: &Node, prover: &Prover) -> Option<Bucket> {
    let is_bucket = |node: &Node| {
        let function = prover.function(node, "funcid");
        function.is_some_and(|function| function.name == "time_bucket")
    };
    query
        .nodes("targetList")
        .filter(|target| target.int("ressortgroupref") != Some(0))
        .find_map(|target| {
            let call = grouped(query, target.node("expr")?)?;
            if call.tag() != "FUNCEXPR" || !is_bucket(call) {
                return None;
            }
            let width = call.nodes("args").next().and_then(width);
            Some(Bucket {
                column: target.text("resname")?.to_owned(),
                width,
            })
        })
}

/// From PostgreSQL 18 the output refers to a grouped column through a separate range table entry for the grouping keys.
fn grouped<'a>(query: &'a Node, expr: &'a Node) -> Option<&'a Node> {
    if expr.tag() != "VAR" {
        return Some(expr);
    }
    let entry = nth(query.list("rtable"), expr.int("varno")?)?.node()?;
    nth(entry.list("groupexprs"), expr.int("varattno")?)?.node()
}

fn width(argument: &Node) -> Option<String> {
    let constant = match argument.tag() {
        "NAMEDARGEXPR" => return width(argument.node("arg")?),
        // A number is written as integer and cast to what the bucketed column is.
        "FUNCEXPR" => return width(argument.nodes("args").next()?),
        "CONST" => argument,
        _ => return None,
    };
    let ty = constant.int("consttype")?;
    let Some(Value::Datum(bytes)) = constant.field("constvalue") else {
        return None;
    };
    match ty {
        oid::INTERVAL => Some(interval(
            i64::from_le_bytes(bytes.get(..8)?.try_into().ok()?),
            i32::from_le_bytes(bytes.get(8..12)?.try_into().ok()?),
            i32::from_le_bytes(bytes.get(12..16)?.try_into().ok()?),
        )),
        oid::INT8 => Some(i64::from_le_bytes(bytes.get(..8)?.try_into().ok()?).to_string()),
        oid::INT4 => Some(i32::from_le_bytes(bytes.get(..4)?.try_into().ok()?).to_string()),
        oid::INT2 => Some(i16::from_le_bytes(bytes.get(..2)?.try_into().ok()?).to_string()),
        _ => None,
    }
}

/// An interval in PostgreSQL's own style (`EncodeInterval`, `INTSTYLE_POSTGRES`); no part of a bucket's width is negative.
fn interval(microseconds: i64, days: i32, months: i32) -> String {
    let mut text = String::new();
    let mut part = |count: i64, unit: &str| {
        if count != 0 {
            let (space, plural) = (
                if text.is_empty() { "" } else { " " },
                if count == 1 { "" } else { "s" },
            );
            let _ = write!(text, "{space}{count} {unit}{plural}");
        }
    };
    part(i64::from(months / 12), "year");
    part(i64::from(months % 12), "mon");
    part(i64::from(days), "day");
    if microseconds != 0 || text.is_empty() {
        let seconds = microseconds / 1_000_000;
        let space = if text.is_empty() { "" } else { " " };
        let _ = write!(
            text,
            "{space}{:02}:{:02}:{:02}",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        );
        let fraction = microseconds % 1_000_000;
        if fraction != 0 {
            let digits = format!("{fraction:06}");
            let _ = write!(text, ".{}", digits.trim_end_matches('0'));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::interval;

    #[test]
    fn intervals_read_as_postgresql_prints_them() {
        let hour = 3_600_000_000;
        assert_eq!(interval(hour, 0, 0), "01:00:00");
        assert_eq!(interval(0, 1, 0), "1 day");
        assert_eq!(interval(0, 0, 1), "1 mon");
        assert_eq!(
            interval(90 * 60_000_000, 2, 27),
            "2 years 3 mons 2 days 01:30:00"
        );
        assert_eq!(interval(1_500_000, 0, 0), "00:00:01.5");
        assert_eq!(interval(0, 0, 0), "00:00:00");
        assert_eq!(interval(100 * hour, 0, 0), "100:00:00");
    }
}
