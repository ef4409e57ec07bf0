//! Tables with a column of every type of `sql::types`: never null as `a_…`, nullable as `n_…`, and as an array with a default as `s_…`.
//! `all_types` has PostgreSQL's own, and `types_of_…` those of an extension.

use catalog::{Catalog, Column, Table, TypeRef};
use sql::types::{EXTENSION_TYPES, TYPES};

/// A type as a column has it.
#[derive(Clone)]
struct ColumnType {
    name: &'static str,
    schema: &'static str,
    sql: String,
}

/// Each table's name, and the types of its columns.
fn tables() -> Vec<(String, Vec<ColumnType>)> {
    let builtin = TYPES.iter().map(|ty| ColumnType {
        name: ty.name,
        schema: "pg_catalog",
        sql: ty.sql.to_owned(),
    });
    let mut tables = vec![("all_types".to_owned(), builtin.collect::<Vec<_>>())];
    for ty in EXTENSION_TYPES {
        let name = format!("types_of_{}", ty.extension);
        let ty = ColumnType {
            name: ty.name,
            schema: "public",
            sql: format!("public.{}", ty.name),
        };
        match tables.iter_mut().find(|(it, _)| *it == name) {
            Some((_, types)) => types.push(ty),
            None => tables.push((name, vec![ty])),
        }
    }
    tables
}

/// The tables, in their places among those of `catalog`.
pub fn add_to(catalog: &mut Catalog) {
    for (name, types) in tables() {
        catalog.tables.push(table(name, &types));
    }
    catalog
        .tables
        .sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    let extensions = EXTENSION_TYPES.iter().map(|ty| ty.extension.to_owned());
    catalog.extensions.extend(extensions);
    catalog.extensions.sort();
    catalog.extensions.dedup();
}

fn table(name: String, types: &[ColumnType]) -> Table {
    let kinds = ['a', 'n', 's'].into_iter();
    let columns = kinds.flat_map(|kind| types.iter().map(move |ty| column(kind, ty)));
    Table {
        schema: "public".to_owned(),
        name,
        comment: Some("A column of every type.".to_owned()),
        columns: columns.collect(),
        constraints: Vec::new(),
        indexes: Vec::new(),
        triggers: Vec::new(),
        inherited: false,
        hypertable: None,
    }
}

fn column(kind: char, ty: &ColumnType) -> Column {
    let array = kind == 's';
    let suffix = if array { "[]" } else { "" };
    let sql = format!("{}{suffix}", ty.sql);
    Column {
        name: format!("{kind}_{}", ty.name),
        comment: None,
        never_null: (kind != 'n').then(|| "NOT NULL".to_owned()),
        default: array.then(|| format!("'{{}}'::{sql}")),
        identity: None,
        generated: None,
        is_virtual: false,
        ty: TypeRef {
            sql,
            schema: ty.schema.to_owned(),
            name: ty.name.to_owned(),
            array,
        },
    }
}

/// Rust for the rows to write that hold what rows read hold.
pub fn again() -> String {
    let mut text = String::from("// Made by the test `golden` from `sql::types`.\n");
    for (table, types) in tables() {
        text += &format!(
            "\n/// The row to write that holds what `row` holds.\n\
             impl From<{table}::Row> for {table}::New {{\n    \
             fn from(row: {table}::Row) -> Self {{\n        Self {{\n",
        );
        for kind in ['a', 'n', 's'] {
            for ty in &types {
                let name = format!("{kind}_{}", ty.name);
                let value = match kind {
                    's' => format!("Some(row.{name})"),
                    _ => format!("row.{name}"),
                };
                text += &format!("            {name}: {value},\n");
            }
        }
        text += "        }\n    }\n}\n";
    }
    text
}
