//! What is read out of a file, and what is sent for it.

use queries::{Query, ReadError, read};

fn one(text: &str) -> Query {
    let queries = read(text).unwrap_or_else(|errors| panic!("{errors:?}"));
    assert_eq!(queries.len(), 1, "{queries:?}");
    queries.into_iter().next().unwrap()
}

/// A query's parameters and variants, as text.
fn sent(text: &str) -> String {
    let query = one(text);
    let names: Vec<String> = query
        .parameters
        .iter()
        .map(|it| format!("{}{}", it.name, if it.nullable { "?" } else { "" }))
        .collect();
    let mut shown = format!("-- {} ({})\n", query.name, names.join(", "));
    for variant in query.variants() {
        let numbers: Vec<&str> = variant
            .parameters
            .iter()
            .map(|at| query.parameters[*at].name.as_str())
            .collect();
        shown += &format!("{} [{}]\n", variant.sql.trim_end(), numbers.join(", "));
    }
    shown
}

fn refused(text: &str) -> String {
    let show = |error: &ReadError| {
        let before = &text[..error.offset];
        let line = 1 + before.matches('\n').count();
        let column = 1 + before.rsplit('\n').next().unwrap().chars().count();
        format!("{line}:{column} {error}\n")
    };
    read(text)
        .expect_err("the text is wrong")
        .iter()
        .map(show)
        .collect()
}

#[test]
fn a_file_holds_any_number_of_queries_with_their_documentation() {
    let queries = read(
        "-- Of the dashboard.\n\n-- name: first\n-- What it finds.\n--\n-- More of it.\nSELECT 1;\n\n\
         -- name: second\n-- unbounded because there are few\nSELECT :a AS \"x:y\"",
    )
    .unwrap();
    let shown: Vec<String> = queries
        .iter()
        .map(|it| format!("{}: {:?} {:?} {:?}", it.name, it.doc, it.unbounded, it.sql))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn parameters_are_numbered_where_they_are_parameters() {
    let texts = [
        "-- name: every_kind\nSELECT :a, :b::int, ':c', $$:d$$, \"x:e\", a[:f], a[1: g], a[1:2], f(x := :a), :h? -- :i\nFROM t /* :j */ WHERE k ? 'x' AND :l ?| m",
        "-- name: operators\nSELECT a @> :b, c <-> :d, :e->>'x', - :f, :b",
        "-- name: no_parameter\nVALUES (1), (2);",
    ];
    let shown: String = texts.map(sent).concat();
    insta::assert_snapshot!(shown);
}

#[test]
fn a_filter_is_sent_with_its_parameter_alone() {
    let texts = [
        "-- name: filtered\nSELECT * FROM events\nWHERE time >= :from\n  AND country = :country -- if :country\n  AND (kind = :kind   -- if :kind\n       OR kind IS NULL) -- if :kind\nORDER BY time;",
        "-- name: last_line\nSELECT 1\nWHERE true\n AND x = :x; -- if :x",
        "-- name: before_the_end\nSELECT 1\nWHERE true\n AND x = :x -- if :x\n;",
    ];
    let shown: String = texts.map(sent).concat();
    insta::assert_snapshot!(shown);
}

#[test]
fn what_cannot_be_read_is_refused_where_it_stands() {
    let texts = [
        "SELECT 1;\n-- name: a\nSELECT 2;",
        "-- name: A\nSELECT 1;",
        "-- name:\nSELECT 1;",
        "-- name: a\nSELECT 1;\n-- name: a\nSELECT 2;",
        "-- name: a\n-- name: b\nSELECT 2;",
        "-- name: a\nSELECT 1; SELECT 2;",
        "-- name: a\nSELECT 1\n-- name: b\nSELECT 2;",
        "-- name: a\nCREATE TABLE t ();",
        "-- name: a\nSELECT $1, :'x', :\"y\";",
        "-- name: a\nSELECT 1 -- if :x\n;",
        "-- name: a\nSELECT 1\n  -- if :x\n, :x;",
        "-- name: a\nSELECT 1\n, 2 -- if\n;",
        "-- name: a\nSELECT 1\n, :x -- if x\n;",
        "-- name: a\nSELECT 1\n, :x -- IF\n;",
        "-- name: a\nSELECT :x\nWHERE y = :x -- if :x\n;",
        "-- name: a\nSELECT 'a\nb' AS x, :x -- if :x\n;",
        "-- name: a\nSELECT 1\n,:a -- if :a\n,:b -- if :b\n,:c -- if :c\n,:d -- if :d\n,:e -- if :e\n,:f -- if :f\n;",
        "-- name: a\nSELECT :x?, :x;",
        "-- name: a\nSELECT :x, :x?;",
        "-- name: a\n-- unbounded because\nSELECT 1;",
        "-- name: a\nSELECT 'x;",
        "-- name: a\n\\gset\nSELECT 1;",
        "-- name: a\nSELECT :USER;",
    ];
    let shown: Vec<String> = texts.map(|it| format!("{it}\n=> {}", refused(it))).into();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn the_servers_position_is_found_in_the_file() {
    let text =
        "-- name: a\nSELECT é, :long_name /* ü */, x\nFROM t\nWHERE a = :b -- if :b\n  AND y;";
    let query = one(text);
    for variant in query.variants() {
        for word in ["é", ", x", "FROM", "AND y"] {
            let Some(byte) = variant.sql.find(word) else {
                panic!("{word} is in every variant");
            };
            let position = variant.sql[..byte].chars().count() + 1;
            let place = variant.place(position);
            assert!(query.sql[place..].starts_with(word), "{word}: {place}");
        }
        let parameter = variant.sql.find("$1").unwrap();
        let position = variant.sql[..parameter].chars().count() + 1;
        assert!(query.sql[variant.place(position)..].starts_with(":long_name"));
        assert!(variant.place(usize::MAX) <= query.sql.len());
    }
}

#[test]
fn a_file_whose_ending_is_in_capitals_is_refused() {
    let folder = std::env::temp_dir().join(format!("queries-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["a.sql", "b.SQL", "notes.md"] {
        std::fs::write(folder.join(name), "-- name: a\nSELECT 1 AS a;").unwrap();
    }
    let errors = queries::read_dir(&folder).unwrap_err();
    std::fs::remove_dir_all(&folder).unwrap();
    let shown: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(shown[0].contains("b.SQL: the file's name"), "{shown:?}");
}
