//! What changes of queries mean for code that calls them.

use std::collections::BTreeMap;

use queries::{Described, DescribedQuery, End, RowCount};

use super::change::{Audience, Change, Effect};
use super::side::Side;

/// The queries of which the database says something else.
pub fn changes(from: &Side, to: &Side) -> Vec<Change> {
    let both = Both { from, to };
    let (before, after) = (by_name(&from.queries), by_name(&to.queries));
    let removed = before.iter().filter(|(name, _)| !after.contains_key(*name));
    let removed = removed.map(|(name, query)| {
        let why = format!("`queries::{name}` is no longer there");
        Change::new(object(name), "removed").with(audience(query), Effect::Breaking, why)
    });
    let added = after.keys().filter(|name| !before.contains_key(*name));
    let added = added.map(|name| Change::new(object(name), "new"));
    let changed = before
        .iter()
        .filter_map(|(name, query)| both.changed(name, query, after.get(name)?));
    removed.chain(changed).chain(added).collect()
}

fn by_name(described: &Described) -> BTreeMap<String, &DescribedQuery> {
    let queries = described.queries.iter();
    queries
        .map(|it| (format!("{}::{}", it.module, it.name), it))
        .collect()
}

fn object(name: &str) -> String {
    format!("query {}", name.replace("::", "."))
}

/// Who calls such a query.
fn audience(query: &DescribedQuery) -> Audience {
    if query.writes {
        Audience::Writers
    } else {
        Audience::Readers
    }
}

/// What is compared.
struct Both<'a> {
    from: &'a Side,
    to: &'a Side,
}

impl Both<'_> {
    fn changed(
        &self,
        name: &str,
        before: &DescribedQuery,
        after: &DescribedQuery,
    ) -> Option<Change> {
        let mut breaks = Vec::new();
        let arguments = [arguments(self.from, before), arguments(self.to, after)];
        if let [old, new] = &arguments
            && old != new
        {
            breaks.push(format!(
                "`queries::{name}` takes ({new}) instead of ({old})"
            ));
        }
        breaks.extend(columns(&fields(self.from, before), &fields(self.to, after)));
        if is_weaker(&before.rows, &after.rows) {
            let (old, new) = (rows(&before.rows), rows(&after.rows));
            breaks.push(format!("it is proven to return {new} instead of {old}"));
        }
        let is_text = before.checksum != after.checksum;
        if breaks.is_empty() && !is_text {
            return None;
        }
        let what = if is_text {
            "its text"
        } else {
            "what the database says of it"
        };
        let change = Change::new(object(name), what);
        if breaks.is_empty() {
            let why = "it takes and returns the same types, and may do something else";
            return Some(change.with(audience(after), Effect::Care, why));
        }
        let with = |change: Change, why| change.with(audience(after), Effect::Breaking, why);
        Some(breaks.into_iter().fold(change, with))
    }
}

/// The arguments of a query's function, as far as they matter to its callers.
fn arguments(side: &Side, query: &DescribedQuery) -> String {
    let parameters = query.parameters.iter().map(|it| {
        let rust = side.rust_type(&it.ty);
        let rust = if it.nullable || it.optional {
            format!("Option<{rust}>")
        } else {
            rust.to_owned()
        };
        let end = match it.end {
            Some(End::From) => " ..",
            Some(End::Before) => " .. end",
            None => "",
        };
        format!("{}: {rust}{end}", it.name)
    });
    parameters.collect::<Vec<_>>().join(", ")
}

/// The fields of a query's rows.
fn fields<'a>(side: &Side, query: &'a DescribedQuery) -> BTreeMap<&'a str, String> {
    let columns = query.columns.iter().map(|it| {
        let rust = side.rust_type(&it.ty);
        let held = match it.never_null {
            Some(_) => rust.to_owned(),
            None => format!("Option<{rust}>"),
        };
        (it.name.as_str(), held)
    });
    columns.collect()
}

/// What differs in the fields, one sentence a field.
fn columns(before: &BTreeMap<&str, String>, after: &BTreeMap<&str, String>) -> Vec<String> {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let gone = gone.map(|name| format!("it no longer returns `{name}`"));
    let other = before.iter().filter_map(|(name, before)| {
        let after = after.get(name).filter(|after| *after != before)?;
        Some(format!("`{name}`: `{before}` → `{after}`"))
    });
    let new = after.iter().filter(|(name, _)| !before.contains_key(*name));
    let new = new.map(|(name, ty)| format!("it returns `{name}: {ty}` too"));
    gone.chain(other).chain(new).collect()
}

/// Whether `.one()` or `.optional()` compiled before and does not afterwards.
fn is_weaker(before: &RowCount, after: &RowCount) -> bool {
    let strength = |rows: &RowCount| match rows {
        RowCount::One(_) => 2,
        RowCount::AtMostOne(_) => 1,
        RowCount::Many => 0,
    };
    strength(after) < strength(before)
}

fn rows(rows: &RowCount) -> &'static str {
    match rows {
        RowCount::One(_) => "exactly one row",
        RowCount::AtMostOne(_) => "at most one row",
        RowCount::Many => "any number of rows",
    }
}
