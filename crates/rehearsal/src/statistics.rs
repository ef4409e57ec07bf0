//! What a live database's statistics say of its tables, read without a look at the tables themselves.

use std::collections::BTreeMap;

use catalog::JsonValue;
use sql::qualified::qualified;

use crate::wanted::{ColumnFacts, TableFacts};

/// A column with a value in this share of its rows, or in more, is given that value as often.
const COMMON: f64 = 0.001;

/// A query for how many rows tables have, and what is known of their columns: one row of one text column, for
/// [`table_facts`].
///
/// It only reads, and needs no privilege: the statistics of columns that the role may not read are left out. It shows
/// values of the database, which then are in the statements of [`fill`](crate::fill).
pub fn statistics_query() -> String {
    qualified(include_str!("statistics.sql"))
}

/// The answer of [`statistics_query`] by schema and table, for [`Wanted::tables`](crate::Wanted::tables); `None` if
/// the text is no such answer.
///
/// A table that was never analyzed has 0 rows there. A column of which most values differ has no number of values.
pub fn table_facts(answer: &str) -> Option<BTreeMap<(String, String), TableFacts>> {
    let JsonValue::Array(tables) = answer.parse().ok()? else {
        return None;
    };
    tables.iter().map(table).collect()
}

fn table(value: &JsonValue) -> Option<((String, String), TableFacts)> {
    let JsonValue::Array(parts) = value else {
        return None;
    };
    let [schema, name, rows, columns] = &parts[..] else {
        return None;
    };
    let rows = u64::try_from(rows.as_i64().unwrap_or(0)).ok()?;
    let columns = match columns {
        JsonValue::Array(columns) => columns
            .iter()
            .map(|it| column(it, rows))
            .collect::<Option<_>>()?,
        _ => BTreeMap::new(),
    };
    let facts = TableFacts {
        rows: Some(rows),
        columns,
    };
    Some((
        (schema.as_str()?.to_owned(), name.as_str()?.to_owned()),
        facts,
    ))
}

fn column(value: &JsonValue, rows: u64) -> Option<(String, ColumnFacts)> {
    let JsonValue::Array(parts) = value else {
        return None;
    };
    let [name, nulls, distinct, values, frequencies] = &parts[..] else {
        return None;
    };
    let number = |it: &JsonValue| it.as_str()?.parse::<f64>().ok();
    let common = strings(values).into_iter().zip(strings(frequencies));
    let common =
        common.filter_map(|(value, frequency)| Some((value, frequency.parse::<f64>().ok()?)));
    // PostgreSQL's documentation of pg_stats: below 0, minus the share of rows.
    let distinct = match number(distinct)? {
        count if count > 0.0 => Some(count as u64),
        share if share < 0.0 && share > -0.5 => Some(((rows as f64 * -share) as u64).max(1)),
        _ => None,
    };
    let facts = ColumnFacts {
        null_fraction: number(nulls),
        distinct,
        common: common.filter(|it| it.1 >= COMMON).collect(),
    };
    Some((name.as_str()?.to_owned(), facts))
}

fn strings(value: &JsonValue) -> Vec<String> {
    match value {
        JsonValue::Array(all) => all
            .iter()
            .filter_map(|it| it.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read() {
        let answer = r#"[["s", "t", 1000, [["a", "0.25", "-0.2", ["x", "y"], ["0.5", "0.0001"]],
            ["b", "0", "-1", null, null]]],
            ["s", "u", 0, null]]"#;
        let facts = table_facts(answer).unwrap();
        let t = &facts[&("s".to_owned(), "t".to_owned())];
        assert_eq!(t.rows, Some(1000));
        assert_eq!(t.columns["a"].null_fraction, Some(0.25));
        assert_eq!(t.columns["a"].distinct, Some(200));
        assert_eq!(t.columns["a"].common, [("x".to_owned(), 0.5)]);
        assert_eq!(t.columns["b"].distinct, None);
        assert!(facts[&("s".to_owned(), "u".to_owned())].columns.is_empty());
        assert!(table_facts("{}").is_none());
    }

    #[test]
    fn the_query_leaves_nothing_to_the_search_path() {
        sql::qualified::assert_qualified(&statistics_query());
    }
}
