//! A table with a column of every type of `sql::types`: never null as `a_…`, nullable as `n_…`, and as an array with a default as `s_…`.

use catalog::{Catalog, Column, Table, TypeRef};
use sql::types::{SqlType, TYPES};

/// The table, in its place among those of `catalog`.
pub fn add_to(catalog: &mut Catalog) {
    let columns = [of('a'), of('n'), of('s')].concat();
    let table = Table {
        schema: "public".to_owned(),
        name: "all_types".to_owned(),
        comment: Some("A column of every type.".to_owned()),
        columns,
        constraints: Vec::new(),
        indexes: Vec::new(),
        triggers: Vec::new(),
        hypertable: None,
    };
    catalog.tables.push(table);
    catalog
        .tables
        .sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
}

fn of(kind: char) -> Vec<Column> {
    TYPES.iter().map(|ty| column(kind, ty)).collect()
}

fn column(kind: char, ty: &SqlType) -> Column {
    let array = kind == 's';
    let sql = if array {
        format!("{}[]", ty.sql)
    } else {
        ty.sql.to_owned()
    };
    Column {
        name: name(kind, ty),
        comment: None,
        never_null: (kind != 'n').then(|| "NOT NULL".to_owned()),
        default: array.then(|| format!("'{{}}'::{sql}")),
        identity: None,
        generated: None,
        is_virtual: false,
        ty: TypeRef {
            sql,
            schema: "pg_catalog".to_owned(),
            name: ty.name.to_owned(),
            array,
        },
    }
}

fn name(kind: char, ty: &SqlType) -> String {
    format!("{kind}_{}", ty.name)
}

/// Rust for the row to write that holds what a row read holds.
pub fn again() -> String {
    let mut text = String::from(
        "// Made by the test `golden` from `sql::types`.\n\n\
         /// The row to write that holds what `row` holds.\n\
         pub fn again(row: all_types::Row) -> all_types::New {\n    all_types::New {\n",
    );
    for (kind, ty) in ['a', 'n', 's']
        .into_iter()
        .flat_map(|k| TYPES.iter().map(move |ty| (k, ty)))
    {
        let name = name(kind, ty);
        let value = format!("row.{name}");
        let value = if kind == 's' {
            format!("Some({value})")
        } else {
            value
        };
        text += &format!("        {name}: {value},\n");
    }
    text + "    }\n}\n"
}
