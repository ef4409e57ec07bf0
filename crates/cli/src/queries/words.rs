//! What is said of a query in the words of the screens. Pure.

use queries::{DescribedQuery, End, Parameter, RelationName, RowCount, TimeBound, Type};

/// The short names of types that PostgreSQL prints with long ones.
const SHORT: [(&str, &str); 6] = [
    ("timestamp with time zone", "timestamptz"),
    ("timestamp without time zone", "timestamp"),
    ("time with time zone", "timetz"),
    ("time without time zone", "time"),
    ("character varying", "varchar"),
    ("bit varying", "varbit"),
];

/// A type as people write it: `timestamptz`, `text[]`, `ops.mood`.
pub fn ty(ty: &Type) -> String {
    let (name, array) = match ty.sql.strip_suffix("[]") {
        Some(name) => (name, "[]"),
        None => (ty.sql.as_str(), ""),
    };
    let short = SHORT.iter().find(|(long, _)| *long == name);
    let name = short.map_or(name, |(_, short)| short);
    format!("{}{array}", name.strip_prefix("public.").unwrap_or(name))
}

/// A relation's name, with its schema unless that is `public`.
pub fn relation(schema: &str, name: &str) -> String {
    match schema {
        "public" => name.to_owned(),
        _ => format!("{schema}.{name}"),
    }
}

/// `id: bigint`; `note?: text` if it may be null; `[country: text]` if it may be left out.
pub fn parameter(it: &Parameter) -> String {
    let null = if it.nullable && !it.optional { "?" } else { "" };
    let shown = format!("{}{null}: {}", it.name, ty(&it.ty));
    if it.optional {
        format!("[{shown}]")
    } else {
        shown
    }
}

/// `id: bigint`; `note?: text` if it may be null.
pub fn column(it: &queries::Column) -> String {
    let null = if it.never_null.is_none() { "?" } else { "" };
    format!("{}{null}: {}", it.name, ty(&it.ty))
}

/// How many rows there are.
pub fn rows(query: &DescribedQuery) -> &'static str {
    match &query.rows {
        RowCount::One(_) => "exactly one row",
        RowCount::AtMostOne(_) => "at most one row",
        RowCount::Many if query.columns.is_empty() => "no rows",
        RowCount::Many => "many rows",
    }
}

/// Whether it writes.
pub fn access(query: &DescribedQuery) -> &'static str {
    if query.writes { "writes" } else { "reads" }
}

/// What bounds the time of a relation: `time from :from until :to`.
pub fn bound(query: &DescribedQuery, bound: &TimeBound) -> String {
    let named = |end: End| {
        let is_it = |it: &&Parameter| {
            let of = it.column.as_ref().is_some_and(|column| {
                column.schema == bound.schema
                    && column.relation == bound.name
                    && column.column == bound.column
            });
            of && it.end == Some(end)
        };
        query.parameters.iter().find(is_it)
    };
    let from = match named(End::From) {
        Some(it) => format!("from :{}", it.name),
        None => "from a bound".to_owned(),
    };
    let until = match named(End::Before) {
        Some(it) => format!("until :{}", it.name),
        None => "until a bound".to_owned(),
    };
    let column = &bound.column;
    match (bound.lower, bound.upper) {
        (true, true) => format!("{column} {from} {until}"),
        (true, false) => format!("{column} {from} on"),
        (false, true) => format!("{column} {until}"),
        (false, false) => "every chunk".to_owned(),
    }
}

/// The bound of a relation's time, if it has one.
pub fn bound_of<'a>(query: &'a DescribedQuery, it: &RelationName) -> Option<&'a TimeBound> {
    let mut bounds = query.time_bounds.iter();
    bounds.find(|bound| bound.schema == it.schema && bound.name == it.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str) -> Type {
        Type {
            sql: sql.to_owned(),
            schema: String::new(),
            name: String::new(),
            array: false,
        }
    }

    #[test]
    fn types_have_the_names_that_people_write() {
        let cases = [
            ("timestamp with time zone", "timestamptz"),
            ("character varying[]", "varchar[]"),
            ("public.mood", "mood"),
            ("public.mood[]", "mood[]"),
            ("ops.mood", "ops.mood"),
            ("double precision", "double precision"),
        ];
        for (sql, shown) in cases {
            assert_eq!(ty(&of(sql)), shown);
        }
    }
}
