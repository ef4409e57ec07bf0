//! The functions that read a relation page by page, in the order of a key.

use crate::facts::Facts;
use crate::field::Field;
use crate::group_by;
use crate::key::{self, Columns, Key, MOST_COLUMNS};
use crate::layout;
use crate::source::{Kind, Source};
use crate::types::Equality;

/// The pages of a relation with these keys, by the first one that orders its rows.
pub(crate) fn of(
    source: &Source<'_>,
    fields: &[Field<'_>],
    keys: &[Key<'_>],
    facts: &Facts,
) -> Option<String> {
    let groups = groups(source, fields);
    let keys = keys.iter().filter(|key| !key.is_inherited);
    let keys = keys.map(|key| &key.fields).chain(&groups);
    let order = with_time_first(keys.into_iter().find(|key| is_order(key))?, facts);
    let columns = order.iter();
    let columns = columns.map(|(at, field)| format!("{at} {} {}", field.name, field.ty.path));
    Some(format!(
        "timeschema::pages! {{ {} {}: {} }}",
        layout::string(&key::shown(&order)),
        facts.bounded_literal(),
        columns.collect::<Vec<_>>().join(", ")
    ))
}

/// The columns that are different in each row of a continuous aggregate, if it has all that it groups by.
fn groups<'f>(source: &Source<'_>, fields: &'f [Field<'f>]) -> Option<Columns<'f>> {
    let Kind::Aggregate(aggregate) = source.kind else {
        return None;
    };
    let positions = group_by::columns(&aggregate.definition, fields.len())?;
    let columns = positions.into_iter().map(|at| (at, &fields[at]));
    Some(columns.collect())
}

/// Whether a key gives each row one place: rows have its columns, none of which is null, and the server compares
/// them as it sorts them.
fn is_order(key: &Columns<'_>) -> bool {
    let is_comparable = |field: &Field<'_>| field.is_read && field.ty.equality == Equality::BuiltIn;
    let mut columns = key.iter().map(|(_, field)| field);
    key.len() <= MOST_COLUMNS
        && columns.all(|it| it.column.never_null.is_some() && is_comparable(it))
}

/// The columns of a key in the order of the pages. With the time column first, a page is in few chunks.
fn with_time_first<'f>(key: &Columns<'f>, facts: &Facts) -> Columns<'f> {
    let is_time = |name: &str| facts.time_column.as_deref() == Some(name);
    let mut columns = key.clone();
    columns.sort_by_key(|(_, field)| !is_time(&field.column.name));
    columns
}
