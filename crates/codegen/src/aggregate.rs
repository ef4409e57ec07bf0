//! The functions of a continuous aggregate alone.

use crate::facts::Facts;
use crate::field::Field;
use crate::source::{Kind, Source};

/// `refresh` and `watermark`, if `source` is a continuous aggregate whose column of buckets is known.
pub(crate) fn functions(
    source: &Source<'_>,
    fields: &[Field<'_>],
    facts: &Facts,
) -> Option<String> {
    let mut all = fields.iter().enumerate();
    let (at, field) =
        all.find(|(_, field)| facts.time_column.as_deref() == Some(&field.column.name))?;
    let is_aggregate = matches!(source.kind, Kind::Aggregate(_));
    (is_aggregate && field.ty.is_ordered)
        .then(|| format!("timeschema::aggregate! {{ {at} {} }}", field.ty.path))
}
