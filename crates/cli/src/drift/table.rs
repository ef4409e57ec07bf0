//! Differences as lines with columns: the object, what is wrong with it, where it comes from.

use catalog::{Difference, DifferenceKind, ObjectKind, Subject};
use sql::quote::plain;

use super::Found;
use crate::screen::one_line;

/// How wide a column may be for the next to be aligned to it.
const WIDEST: usize = 40;

/// The lines for people. The schema is omitted if it is `default_schema`, the one that new tables go to.
pub(super) fn lines(differences: &[Found], default_schema: Option<&str>) -> Vec<String> {
    let rows: Vec<Row> = differences
        .iter()
        .map(|found| Row::of(found, default_schema))
        .collect();
    let width = |cell: fn(&Row) -> &str| {
        let widths = rows.iter().map(|row| cell(row).chars().count());
        widths.filter(|&width| width <= WIDEST).max().unwrap_or(0)
    };
    let (object, what) = (width(|row| &row.object), width(|row| &row.what));
    rows.iter()
        .flat_map(|row| row.render(object, what))
        .collect()
}

struct Row {
    object: String,
    what: String,
    made: String,
    /// Below it.
    values: Vec<String>,
}

impl Row {
    fn of(found: &Found, default_schema: Option<&str>) -> Row {
        let difference = &found.difference;
        let kind = difference.subject.kind;
        let (expected, actual) = difference.excerpts();
        let mut values = Vec::new();
        let what = match difference.kind {
            DifferenceKind::Missing => format!("missing {kind}"),
            DifferenceKind::Extra if says_nothing(&actual) => format!("extra {kind}"),
            DifferenceKind::Extra if actual.chars().count() + kind.to_string().len() < WIDEST => {
                format!("extra {kind} {actual}")
            }
            DifferenceKind::Extra => {
                values.push(format!("found    {actual}"));
                format!("extra {kind}")
            }
            DifferenceKind::Changed { property } if property == NEVER_NULL => not_null(difference),
            DifferenceKind::Changed { property } if expected == actual => {
                format!("changed {property}, only in whitespace")
            }
            DifferenceKind::Changed { property } => {
                values.push(format!("expected {expected}"));
                values.push(format!("found    {actual}"));
                format!("changed {property}")
            }
        };
        let made = match (difference.kind, &found.made_by) {
            (DifferenceKind::Extra, _) => "not made by any applied migration".to_owned(),
            (_, Some(place)) => format!("made by {}, line {}", place.file, place.line),
            (_, None) => String::new(),
        };
        Row {
            object: one_line(name(&difference.subject, default_schema)),
            what: one_line(what),
            made: one_line(made),
            values,
        }
    }

    fn render(&self, object: usize, what: usize) -> Vec<String> {
        let line = format!(
            "{:object$}  {:what$}  {}",
            self.object, self.what, self.made
        );
        let below = self.values.iter().map(|value| format!("    {value}"));
        [line.trim_end().to_owned()]
            .into_iter()
            .chain(below)
            .collect()
    }
}

/// The property of a column that says why it is never null.
pub const NEVER_NULL: &str = "proof of never null";

/// The same in the words of a table's definition.
fn not_null(difference: &Difference) -> String {
    match (&difference.expected, &difference.actual) {
        (Some(expected), None) if expected == "NOT NULL" => "missing NOT NULL".to_owned(),
        (None, Some(actual)) if actual == "NOT NULL" => "extra NOT NULL".to_owned(),
        (Some(expected), None) => format!("can be null; expected {expected}"),
        (None, Some(actual)) => format!("cannot be null: {actual}"),
        _ => "changed proof of never null".to_owned(),
    }
}

/// Whether the few words for an object repeat its kind: `a table`.
fn says_nothing(summary: &str) -> bool {
    summary.starts_with("a ") || summary.starts_with("an ")
}

/// The object as a person would type it.
fn name(subject: &Subject, default_schema: Option<&str>) -> String {
    let qualified = |name: &str| match subject.schema.as_deref() {
        Some(schema) if Some(schema) != default_schema => {
            format!("{}.{}", plain(schema), plain(name))
        }
        _ => plain(name),
    };
    let column = plain(subject.column.as_deref().unwrap_or_default());
    let own = plain(&subject.name);
    let of = subject.of.as_deref().map(qualified).unwrap_or_default();
    match subject.kind {
        ObjectKind::Job | ObjectKind::Other(_) => subject.name.clone(),
        ObjectKind::Extension => own,
        ObjectKind::Column | ObjectKind::Attribute => {
            format!("{}.{column}", qualified(&subject.name))
        }
        ObjectKind::Dimension => format!("{column} of {}", qualified(&subject.name)),
        ObjectKind::Constraint | ObjectKind::Policy => format!("{own} of {of}"),
        ObjectKind::Trigger => format!("{own} on {of}"),
        ObjectKind::Routine => {
            let arguments = subject.arguments.as_deref().unwrap_or_default();
            format!("{}({arguments})", qualified(&subject.name))
        }
        ObjectKind::Enum
        | ObjectKind::Domain
        | ObjectKind::Composite
        | ObjectKind::Range
        | ObjectKind::Table
        | ObjectKind::View
        | ObjectKind::ContinuousAggregate
        | ObjectKind::Index => qualified(&subject.name),
    }
}
