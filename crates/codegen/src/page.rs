//! The functions that read a relation page by page, in the order of a key.

use serde::Serialize;

use crate::docs;
use crate::facts::Facts;
use crate::field::Field;
use crate::function::Function;
use crate::group_by;
use crate::key::{self, Columns, Key, MOST_COLUMNS};
use crate::layout::{self, Indent};
use crate::source::{Kind, Source};
use crate::types::Equality;

/// Context of `relation.rs.tera`, for relations with a key that orders their rows.
#[derive(Serialize)]
pub(crate) struct Pages {
    cursor_doc: String,
    /// `pub type Cursor = …;`
    cursor: String,
    method_doc: String,
    /// What `Row::cursor` returns.
    value: String,
    functions: [Function; 2],
}

/// A function that reads a page.
struct Direction {
    name: &'static str,
    where_from: &'static str,
    order: &'static str,
}

const DIRECTIONS: [Direction; 2] = [
    Direction {
        name: "page_after",
        where_from: "after `cursor`, or the first ones",
        order: "ascending",
    },
    Direction {
        name: "page_before",
        where_from: "before `cursor`, or the last ones",
        order: "descending",
    },
];

/// The pages of a relation with these keys, by the first one that orders its rows.
pub(crate) fn of(
    source: &Source<'_>,
    fields: &[Field<'_>],
    keys: &[Key<'_>],
    facts: &Facts,
    place: &impl Fn(usize) -> Indent,
) -> Option<Pages> {
    let groups = groups(source, fields);
    let keys = keys.iter().filter(|key| !key.is_inherited);
    let keys = keys.map(|key| &key.fields).chain(&groups);
    let order = with_time_first(keys.into_iter().find(|key| is_order(key))?, facts);
    let names = order.iter().map(|(_, field)| &field.column.name);
    let names: Vec<String> = names.map(|name| docs::code(name)).collect();
    let names = names.join(", ");
    let types: Vec<&str> = order.iter().map(|(_, it)| it.ty.path.as_str()).collect();
    Some(Pages {
        cursor_doc: docs::block(
            place(4),
            &[format!("A place in the order of the pages: {names}.")],
        ),
        cursor: layout::tuple_type(place(4), "pub type Cursor = ", &types, ";"),
        method_doc: docs::block(
            place(8),
            &["Where the row stands in that order.".to_owned()],
        ),
        value: value(&order, place(12)),
        functions: DIRECTIONS.map(|direction| function(&direction, &order, &names, facts, place)),
    })
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

/// The cursor of a row: a tuple, or the value of the only column.
fn value(order: &[(usize, &Field<'_>)], place: Indent) -> String {
    let inner = place.inner(if order.len() == 1 { 0 } else { 4 });
    let values = order.iter().map(|(_, field)| {
        if field.ty.is_copy {
            format!("self.{}", field.name)
        } else {
            layout::clone_of_field(inner, &field.name)
        }
    });
    let values: Vec<String> = values.collect();
    match values.as_slice() {
        [value] => value.clone(),
        values => {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            layout::call(place, "", &values, "")
        }
    }
}

fn function(
    direction: &Direction,
    order: &[(usize, &Field<'_>)],
    names: &str,
    facts: &Facts,
    place: &impl Fn(usize) -> Indent,
) -> Function {
    let first = format!(
        "At most `rows` rows {}, in {} order of {names}. The next page begins at the [`Row::cursor`] of the last row.",
        direction.where_from, direction.order
    );
    let bounded = Some(facts.bounded.to_owned()).filter(|it| !it.is_empty());
    let doc: Vec<String> = std::iter::once(first).chain(bounded).collect();
    let positions = key::positions(order);
    let cursor = match order {
        [_] => "cursor.map(|cursor| (cursor,))",
        _ => "cursor",
    };
    let name = direction.name;
    Function {
        doc: docs::block(place(4), &doc),
        head: layout::method(
            place(4),
            &format!("pub fn {name}"),
            &["cursor: Option<Cursor>", "rows: u32"],
            "timeschema::Statement<'static, Row>",
        ),
        body: layout::call(
            place(8),
            &format!("timeschema::Statement::{name}"),
            &["&TABLE", &positions, cursor, "rows"],
            "",
        ),
    }
}
