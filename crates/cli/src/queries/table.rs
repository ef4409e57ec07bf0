//! Rows as a table, as psql prints them. Pure.

use queries::{Column, Type};

use crate::diagnostic::columns_of;
use crate::screen::one_line;
use crate::words::count;

/// How many columns of the terminal a value takes at most.
const WIDEST: usize = 60;

/// The types whose values psql aligns to the right.
const NUMBERS: [&str; 11] = [
    "int2", "int4", "int8", "numeric", "float4", "float8", "oid", "xid", "xid8", "cid", "money",
];

/// What a null is shown as.
const NULL: &str = "NULL";

/// The lines of a table with a row for each of `rows`, and how many there are.
pub fn lines(columns: &[Column], rows: &[Vec<Option<String>>]) -> Vec<String> {
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|it| cell(it.as_deref())).collect())
        .collect();
    let titles: Vec<String> = columns.iter().map(|it| cell(Some(&it.name))).collect();
    let width = |at: usize| {
        let column = cells.iter().filter_map(|row| row.get(at));
        let widths = column.chain([&titles[at]]).map(|it| columns_of(it));
        widths.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |cells: &[String], align: &dyn Fn(usize) -> Align| {
        let cells = cells.iter().enumerate().take(widths.len());
        let cells: Vec<String> = cells
            .map(|(at, it)| format!(" {} ", padded(it, widths[at], align(at))))
            .collect();
        cells.join("|").trim_end().to_owned()
    };
    let aligned = |at: usize| {
        if is_number(&columns[at].ty) {
            Align::Right
        } else {
            Align::Left
        }
    };
    let mut lines = vec![line(&titles, &|_| Align::Center)];
    let rules: Vec<String> = widths.iter().map(|it| "-".repeat(it + 2)).collect();
    lines.push(rules.join("+"));
    lines.extend(cells.iter().map(|row| line(row, &aligned)));
    lines.push(format!("({})", count(rows.len(), "row")));
    lines
}

#[derive(Clone, Copy)]
enum Align {
    Left,
    Right,
    Center,
}

fn is_number(ty: &Type) -> bool {
    !ty.array && ty.schema == "pg_catalog" && NUMBERS.contains(&ty.name.as_str())
}

/// A value in one line, without what would steer the terminal, and not too wide.
fn cell(value: Option<&str>) -> String {
    let Some(value) = value else {
        return NULL.to_owned();
    };
    let shown = one_line(value).replace('\t', "\\t");
    if columns_of(&shown) <= WIDEST {
        return shown;
    }
    let mut cut = String::new();
    let mut width = 0;
    for c in shown.chars() {
        width += columns_of(c.encode_utf8(&mut [0; 4]));
        if width >= WIDEST {
            break;
        }
        cut.push(c);
    }
    cut + "…"
}

fn padded(text: &str, width: usize, align: Align) -> String {
    let blank = width.saturating_sub(columns_of(text));
    let before = match align {
        Align::Left => 0,
        Align::Right => blank,
        Align::Center => blank / 2,
    };
    format!("{}{text}{}", " ".repeat(before), " ".repeat(blank - before))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, ty: &str) -> Column {
        Column {
            name: name.to_owned(),
            ty: Type {
                sql: ty.to_owned(),
                schema: "pg_catalog".to_owned(),
                name: ty.to_owned(),
                array: false,
            },
            never_null: None,
            source: None,
        }
    }

    #[test]
    fn a_table_is_aligned_whatever_its_values_are() {
        let columns = [column("name", "text"), column("n", "int8")];
        let row = |name: &str, n: &str| vec![Some(name.to_owned()), Some(n.to_owned())];
        let rows = [
            row("Ada", "1"),
            row("東京", "1000"),
            row("a\tb\nc\u{1b}[2J\u{202e}", "-2"),
            row(&"wide ".repeat(20), "3"),
            vec![None, None],
            row("NULL", "4"),
            row("", "5"),
        ];
        insta::assert_snapshot!(lines(&columns, &rows).join("\n"));
        insta::assert_snapshot!(lines(&columns, &rows[..1]).join("\n"));
        insta::assert_snapshot!(lines(&columns, &[]).join("\n"));
    }
}
