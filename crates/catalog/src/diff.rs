//! What differs between two catalogs, object by object: the snapshot's and a live database's.
//!
//! A catalog becomes a tree of objects, each with named properties as text; two trees are then compared by name. A missing object is
//! reported once, without its parts. Nothing here decides whether a difference matters.

mod objects;
mod subject;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::model::{Catalog, OtherKind};
use objects::{Object, database};
pub use subject::{ObjectKind, Subject};

/// How long a value may be in a [`Difference`]'s one line before only the part that differs is shown.
const LINE: usize = 120;

/// One difference between two catalogs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// What kind of difference it is.
    pub kind: DifferenceKind,
    /// The object in its parts.
    pub subject: Subject,
    /// The object as one text, as `column public.events.revenue`; of several policies of one kind the later have a number.
    pub object: String,
    /// The expected value, or for a missing object a description of it; `None` if nothing is expected.
    pub expected: Option<String>,
    /// The actual value, or for an extra object a description of it; `None` if nothing was found.
    pub actual: Option<String>,
}

/// The kinds of difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DifferenceKind {
    /// The object is expected and does not exist.
    Missing,
    /// The object exists and is not expected.
    Extra,
    /// The object exists, with a different value of a property.
    Changed {
        /// The property: `type`, `default`, `labels`.
        property: &'static str,
    },
}

impl Difference {
    /// The expected and the actual value, on one line each; of long ones the part in which they differ. Equal if only whitespace differs.
    pub fn excerpts(&self) -> (String, String) {
        excerpts(self.expected.as_deref(), self.actual.as_deref())
    }
}

impl fmt::Display for Difference {
    /// One line, whatever the values hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (expected, actual) = self.excerpts();
        match self.kind {
            DifferenceKind::Missing => write!(f, "{} is missing: expected {expected}", self.object),
            DifferenceKind::Extra => write!(f, "{} is not expected: found {actual}", self.object),
            DifferenceKind::Changed { property } if expected == actual => {
                write!(
                    f,
                    "{}: {property} differs only in whitespace: {expected}",
                    self.object
                )
            }
            DifferenceKind::Changed { property } => {
                write!(
                    f,
                    "{}: {property}: expected {expected}; found {actual}",
                    self.object
                )
            }
        }
    }
}

/// What differs, sorted by object; empty if the catalogs are equal.
///
/// Privileges are compared on the objects on which something is expected, and publications if they are expected. Others are
/// administrators', and differ from server to server.
pub fn diff(expected: &Catalog, actual: &Catalog) -> Vec<Difference> {
    let mut differences = Vec::new();
    // Mostly they are, and the trees take many times longer to make than the catalogs to compare.
    if expected == actual {
        return differences;
    }
    compare_children(&database(expected), &database(actual), &mut differences);
    leave_out_comments(&mut differences);
    differences
}

/// An object that only one has is reported once, without its comment.
fn leave_out_comments(differences: &mut Vec<Difference>) {
    let alone = differences
        .iter()
        .filter(|it| !matches!(it.kind, DifferenceKind::Changed { .. }));
    let comments: BTreeSet<String> = alone
        .map(|it| format!("comment on {}", it.object))
        .collect();
    differences.retain(|it| !comments.contains(&it.object));
}

/// Compares an object that both have.
fn compare(expected: &Object, actual: &Object, differences: &mut Vec<Difference>) {
    let mut changed = |property, expected_value: Option<String>, actual_value: Option<String>| {
        if expected_value != actual_value {
            differences.push(Difference {
                kind: DifferenceKind::Changed { property },
                subject: expected.subject.clone(),
                object: expected.label.clone(),
                expected: expected_value,
                actual: actual_value,
            });
        }
    };
    for ((property, left), (_, right)) in expected.properties.iter().zip(&actual.properties) {
        changed(property, left.clone(), right.clone());
    }
    // Only of those that both have: a missing column is reported once, as missing.
    let common = |own: &Object, other: &Object| -> Option<String> {
        let names: Vec<&str> = own
            .order
            .iter()
            .filter(|name| other.order.contains(name))
            .map(String::as_str)
            .collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    changed(
        match expected.subject.kind {
            ObjectKind::Composite => "order of attributes",
            _ => "order of columns",
        },
        common(expected, actual),
        common(actual, expected),
    );
    compare_children(&expected.children, &actual.children, differences);
}

fn compare_children(
    expected: &BTreeMap<String, Object>,
    actual: &BTreeMap<String, Object>,
    differences: &mut Vec<Difference>,
) {
    let mut labels: Vec<&String> = expected.keys().chain(actual.keys()).collect();
    labels.sort();
    labels.dedup();
    for label in labels {
        match (expected.get(label), actual.get(label)) {
            (Some(expected), Some(actual)) => compare(expected, actual, differences),
            (Some(missing), None) => differences.push(Difference {
                kind: DifferenceKind::Missing,
                subject: missing.subject.clone(),
                object: missing.label.clone(),
                expected: Some(missing.summary.clone()),
                actual: None,
            }),
            (None, Some(extra)) if is_left_to_administrators(extra) => {}
            (None, Some(extra)) => differences.push(Difference {
                kind: DifferenceKind::Extra,
                subject: extra.subject.clone(),
                object: extra.label.clone(),
                expected: None,
                actual: Some(extra.summary.clone()),
            }),
            (None, None) => {}
        }
    }
}

/// Whether an object that is not expected is no difference: privileges on something that has none of the migrations', and publications.
fn is_left_to_administrators(extra: &Object) -> bool {
    matches!(
        extra.subject.kind,
        ObjectKind::Other(OtherKind::Privileges | OtherKind::Publication)
    )
}

/// Both values on one line; long ones from shortly before the place where they differ.
fn excerpts(expected: Option<&str>, actual: Option<&str>) -> (String, String) {
    let line = |value: Option<&str>| {
        value.map(|value| value.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let (expected, actual) = (line(expected), line(actual));
    let same = match (&expected, &actual) {
        (Some(a), Some(b)) => a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count(),
        _ => 0,
    };
    let excerpt = |value: Option<String>| match value {
        None => "none".to_owned(),
        Some(value) if value.is_empty() => "an empty text".to_owned(),
        Some(value) if value.chars().count() <= LINE => value,
        Some(value) => {
            let skipped = same.saturating_sub(LINE / 3);
            let shown: String = value.chars().skip(skipped).take(LINE).collect();
            let cut = value.chars().count() > skipped + LINE;
            format!(
                "{}{shown}{}",
                if skipped > 0 { "…" } else { "" },
                if cut { "…" } else { "" }
            )
        }
    };
    (excerpt(expected), excerpt(actual))
}
