//! Queries with names, texts and types that no person would choose, and what a database could say of them.

use codegen::QueryFile;
use queries::{Answer, DescribedQuery, Query, TimeBound, Type};

const TEXT: &str = "-- name: type
-- Closes */ a comment, ``` a fence, and [a link](x).
--
-- # No heading
SELECT 1 AS \"type\", 'r#\"' AS \"self\", \"\u{202e}\" AS \"fn\";

-- name: self
SELECT :self AS a, :type AS b, :a AS \"String\", :b AS \"Option\", :c AS \"Vec\", :d AS \"Result\" -- ```
;

-- name: option
SELECT 1 AS value
WHERE true
  AND a = :a -- if :a
  AND b = ANY(:b) -- if :b
;

-- name: nothing
-- unbounded because `*/` it is [small].
DELETE FROM t WHERE x = :x AND y = :y? AND z = :z;

-- name: a_name_of_more_letters_than_most_have
SELECT :a_name_of_more_letters_than_most_have AS a_column_of_sixty_three_letters_which_is_the_most_that_there_is;

-- name: nothing_parameters
SELECT \"#\" AS \"#\", \"##\" AS \"##\" FROM \"\"\"##\";
";

/// A file with what the database said of its queries.
pub struct File {
    module: &'static str,
    queries: Vec<(Query, DescribedQuery)>,
}

impl File {
    pub fn borrowed(&self) -> QueryFile<'_> {
        let queries = self.queries.iter();
        QueryFile {
            module: self.module,
            path: "queries/`nasty`.sql",
            text: TEXT,
            queries: queries
                .map(|(query, described)| (query, described))
                .collect(),
        }
    }
}

/// The same queries in two modules, one of which is called like a crate.
pub fn files() -> Vec<File> {
    ["std", "mod"].map(file).into()
}

fn file(module: &'static str) -> File {
    let queries = queries::read(TEXT).unwrap();
    let queries = queries.into_iter().map(|query| {
        let described = described(module, &query);
        (query, described)
    });
    File {
        module,
        queries: queries.collect(),
    }
}

/// Parameters and columns of each type in turn.
fn described(module: &str, query: &Query) -> DescribedQuery {
    let types = [
        ("bigint", "int8", false),
        ("text", "text", false),
        ("bytea", "bytea", false),
        ("text[]", "text", true),
        ("numeric", "numeric", false),
        ("cube", "cube", false),
    ];
    let types = types.map(|(sql, name, array)| Type {
        sql: sql.to_owned(),
        schema: "pg_catalog".to_owned(),
        name: name.to_owned(),
        array,
    });
    let variants = query.variants();
    let columns: Vec<(String, Type)> = columns(&query.sql)
        .into_iter()
        // The last has no Rust type: a parameter can be sent as text, but a column cannot be read so.
        .zip(types[..types.len() - 1].iter().cycle().cloned())
        .collect();
    let answers: Vec<Answer> = variants
        .iter()
        .map(|variant| Answer {
            parameters: variant
                .parameters
                .iter()
                .map(|at| types[at % types.len()].clone())
                .collect(),
            columns: columns.clone(),
            casts: Vec::new(),
            facts: None,
        })
        .collect();
    let mut described = query.describe(module, &variants, &answers).unwrap();
    let unbounded = query.unbounded.iter().map(|_| TimeBound {
        schema: "public".to_owned(),
        name: "t".to_owned(),
        column: "at".to_owned(),
        lower: false,
        upper: false,
    });
    described.time_bounds.extend(unbounded);
    described
}

/// What stands behind each AS.
fn columns(sql: &str) -> Vec<String> {
    let names = sql.split(" AS ").skip(1);
    names
        .map(|rest| match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap().to_owned(),
            None => rest
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap()
                .to_owned(),
        })
        .collect()
}
