//! One query in full: documentation, SQL, and everything that is known of it. Pure.

use queries::{DescribedQuery, RowCount};

use super::committed::{Listed, State};
use super::list::{RelationRows, relation};
use super::words;

/// The lines for people; `place` is the file with the line.
pub fn lines(it: &Listed<'_>, place: &str, rows: RelationRows<'_>) -> Vec<String> {
    let mut lines = vec![format!("{}  {place}", it.title())];
    if !it.query.doc.is_empty() {
        lines.push(String::new());
        lines.extend(it.query.doc.iter().map(|line| indented(line)));
    }
    lines.push(String::new());
    lines.extend(it.query.sql.trim_end().lines().map(indented));
    lines.push(String::new());
    match it.state {
        State::Described(query) => lines.extend(facts(it, query, rows)),
        State::Changed => lines.push(
            "it was changed since it was described: `cargo xtask migrate` describes it".to_owned(),
        ),
        State::New => {
            lines.push("it is not described: `cargo xtask migrate` describes it".to_owned());
        }
    }
    lines
}

fn indented(line: &str) -> String {
    format!("  {line}").trim_end().to_owned()
}

fn facts(it: &Listed<'_>, query: &DescribedQuery, rows: RelationRows<'_>) -> Vec<String> {
    let why = match &query.rows {
        RowCount::One(why) | RowCount::AtMostOne(why) => format!(": {why}"),
        RowCount::Many => String::new(),
    };
    let volatile = if query.is_volatile {
        ", and may give another answer each time"
    } else {
        ""
    };
    let mut lines = vec![
        format!("rows        {}{why}", words::rows(query)),
        format!("access      {}{volatile}", words::access(query)),
    ];
    for (at, name) in query.relations.iter().enumerate() {
        let label = if at == 0 { "relations" } else { "" };
        let mut line = format!("{label:10}  {}", relation(query, name));
        let reads_all = words::bound_of(query, name).is_some_and(|it| !it.lower && !it.upper);
        if let Some(why) = it.query.unbounded.as_ref().filter(|_| reads_all) {
            line += &format!(", because {why}");
        }
        lines.push(line);
    }
    if let Some(row) = rows(query) {
        lines.push(format!("row         {row}"));
    }
    lines.extend(table("parameters", &parameters(query)));
    lines.extend(table("columns", &columns(query)));
    lines
}

fn parameters(query: &DescribedQuery) -> Vec<[String; 3]> {
    let row = |it: &queries::Parameter| {
        let mut notes = Vec::new();
        if it.optional {
            notes.push("may be left out, with its lines".to_owned());
        } else if it.nullable {
            notes.push("may be null".to_owned());
        }
        if let Some(column) = &it.column {
            let relation = words::relation(&column.schema, &column.relation);
            notes.push(format!("for {relation}.{}", column.column));
        }
        if it.cast {
            notes.push("sent with a cast".to_owned());
        }
        [it.name.clone(), words::ty(&it.ty), notes.join("; ")]
    };
    query.parameters.iter().map(row).collect()
}

fn columns(query: &DescribedQuery) -> Vec<[String; 3]> {
    let row = |it: &queries::Column| {
        let mut note = match &it.never_null {
            Some(why) => format!("never null: {why}"),
            None => "may be null".to_owned(),
        };
        if let Some(source) = it.source.as_ref().filter(|_| it.never_null.is_none()) {
            let relation = words::relation(&source.schema, &source.relation);
            note += &format!("; {relation}.{}", source.column);
        }
        [it.name.clone(), words::ty(&it.ty), note]
    };
    query.columns.iter().map(row).collect()
}

/// A label, and below it the rows with their cells aligned.
fn table(label: &str, rows: &[[String; 3]]) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let width = |at: usize| {
        let widths = rows.iter().map(|row| row[at].chars().count());
        widths.filter(|width| *width <= 40).max().unwrap_or(0)
    };
    let (first, second) = (width(0), width(1));
    let line = |[name, ty, note]: &[String; 3]| {
        let line = format!("  {name:first$}  {ty:second$}  {note}");
        line.trim_end().to_owned()
    };
    std::iter::once(label.to_owned())
        .chain(rows.iter().map(line))
        .collect()
}
