//! The functions of a continuous aggregate alone.

use crate::docs;
use crate::facts::Facts;
use crate::field::Field;
use crate::function::Function;
use crate::layout::{self, Indent};
use crate::source::{Kind, Source};

/// `refresh` and `watermark`, if `source` is a continuous aggregate whose column of buckets is known.
pub(crate) fn functions(
    source: &Source<'_>,
    fields: &[Field<'_>],
    facts: &Facts,
    place: &impl Fn(usize) -> Indent,
) -> Vec<Function> {
    let bucket = fields
        .iter()
        .enumerate()
        .find(|(_, field)| facts.time_column.as_deref() == Some(&field.column.name));
    match (source.kind, bucket) {
        (Kind::Aggregate(_), Some((at, field))) if field.ty.is_ordered => {
            vec![refresh(at, field, place), watermark(at, field, place)]
        }
        _ => Vec::new(),
    }
}

fn refresh(at: usize, field: &Field<'_>, place: &impl Fn(usize) -> Indent) -> Function {
    let doc = [
        "Computes the buckets again that lie in `range` as a whole. Run it by `execute`; it cannot run in a transaction.",
        "In plain mode there is nothing to compute.",
    ];
    let parameter = format!("range: std::ops::Range<{}>", field.ty.path);
    Function {
        doc: docs::block(place(4), &doc.map(str::to_owned)),
        head: layout::method(
            place(4),
            "pub fn refresh",
            &[&parameter],
            "timeschema::Statement<'static, ()>",
        ),
        body: format!("timeschema::Statement::refresh(&TABLE, {at}, range)"),
    }
}

fn watermark(at: usize, field: &Field<'_>, place: &impl Fn(usize) -> Indent) -> Function {
    let doc = [
        "The end of the newest bucket that is materialized. Rows from there on are computed when they are read, or not read.",
        "Plain mode does not have it.",
    ];
    let value = format!("timeschema::Scalar<{}>", field.ty.path);
    Function {
        doc: docs::block(place(4), &doc.map(str::to_owned)),
        head: layout::method(
            place(4),
            "pub fn watermark",
            &[],
            &format!("timeschema::Statement<'static, {value}>"),
        ),
        body: format!("timeschema::Statement::watermark(&TABLE, {at})"),
    }
}
