//! The committed file.

use queries::{
    Column, ColumnName, Described, DescribedQuery, End, Parameter, RelationName, RowCount,
    TimeBound, Type,
};

fn ty(name: &str) -> Type {
    Type {
        sql: name.to_owned(),
        schema: "pg_catalog".to_owned(),
        name: name.to_owned(),
        array: false,
    }
}

fn described() -> Described {
    let column = || ColumnName {
        schema: "public".to_owned(),
        relation: "events".to_owned(),
        column: "time".to_owned(),
    };
    let query = |name: &str, rows| DescribedQuery {
        module: "dashboard".to_owned(),
        name: name.to_owned(),
        checksum: "ab".repeat(32),
        rows,
        writes: false,
        is_volatile: false,
        relations: vec![RelationName {
            schema: "public".to_owned(),
            name: "events".to_owned(),
        }],
        time_bounds: vec![TimeBound {
            schema: "public".to_owned(),
            name: "events".to_owned(),
            column: "time".to_owned(),
            lower: true,
            upper: false,
        }],
        parameters: vec![Parameter {
            name: "from".to_owned(),
            ty: ty("timestamptz"),
            nullable: false,
            optional: false,
            cast: false,
            column: Some(column()),
            end: Some(End::From),
        }],
        columns: vec![Column {
            name: "a \"quoted\" one".to_owned(),
            ty: ty("int8"),
            never_null: Some("count".to_owned()),
            source: None,
        }],
    };
    Described {
        schema: "cd".repeat(32),
        queries: vec![
            query("a", RowCount::One("no GROUP BY".to_owned())),
            query("b", RowCount::Many),
        ],
    }
}

#[test]
fn the_file_has_a_line_for_each_column_and_is_read_again() {
    let text = described().to_json();
    insta::assert_snapshot!(text);
    assert_eq!(Described::parse(&text).unwrap(), described());
    assert_eq!(
        Described::parse(&text.replace('\n', "\r\n")).unwrap(),
        described()
    );
    let empty = Described::default().to_json();
    assert_eq!(Described::parse(&empty).unwrap(), Described::default());
}

#[test]
fn what_is_no_such_file_is_refused() {
    let text = described().to_json();
    let texts = [
        String::new(),
        text.replace("\"queries\"", "<<<<<<< ours\n\"queries\""),
        text[..text.len() / 2].to_owned(),
        text.replace("\"format\": 1", "\"format\": 2"),
        text.replace("\"writes\": false", "\"writes\":  false"),
        text.replace("\"writes\"", "\"written\""),
        "[]".to_owned(),
    ];
    let shown = texts.map(|it| Described::parse(&it).unwrap_err().to_string());
    insta::assert_snapshot!(shown.join("\n"));
}
