//! A table, view or continuous aggregate as the context of `relation.rs.tera`.
//!
//! What a row to be written looks like is `new`'s; what TimescaleDB does with the relation is `facts`'.

use std::collections::HashMap;

use catalog::{Catalog, Column, ConstraintKind, Identity};
use serde::Serialize;

use crate::docs;
use crate::error::Error;
use crate::facts::{self, Facts};
use crate::layout::{self, Place};
use crate::names::{self, Style};
use crate::new::{self, New};
use crate::prepare::last_segment;
use crate::types::{Key, RustType, Types, Unmapped};

/// What kind of relation a module is for.
#[derive(Clone, Copy)]
pub(crate) enum Kind<'a> {
    Table(&'a catalog::Table),
    View(&'a catalog::View),
    Aggregate(&'a catalog::ContinuousAggregate),
}

/// A relation, whatever its kind.
pub(crate) struct Source<'a> {
    pub(crate) schema: &'a str,
    pub(crate) name: &'a str,
    comment: Option<&'a str>,
    columns: &'a [Column],
    pub(crate) kind: Kind<'a>,
}

/// A column with its Rust names and types.
pub(crate) struct Field<'a> {
    pub(crate) column: &'a Column,
    /// The identifier of the field.
    pub(crate) name: String,
    /// The type of a value that is not null.
    pub(crate) ty: RustType,
    /// What the database puts in when an `INSERT` leaves the column out, other than null.
    pub(crate) default: Option<&'a str>,
    /// The column's comment, as paragraphs.
    pub(crate) comment: Vec<String>,
    /// The paragraph on the column's SQL type and default.
    pub(crate) sql: String,
}

/// Context of `relation.rs.tera`.
#[derive(Serialize)]
pub(crate) struct Relation {
    doc: String,
    module: String,
    kind: &'static str,
    title: String,
    fields: Vec<RowField>,
    table: Table,
    facts: Vec<Constant>,
    new: Option<New>,
    between: Option<Between>,
}

#[derive(Serialize)]
struct RowField {
    doc: String,
    declaration: String,
    read: String,
}

#[derive(Serialize)]
struct Table {
    schema: String,
    name: String,
    columns: Vec<TableColumn>,
    primary_key: String,
}

#[derive(Serialize)]
struct TableColumn {
    name: String,
    sql_type: String,
    never_null: bool,
}

#[derive(Serialize)]
struct Constant {
    doc: String,
    declaration: String,
}

#[derive(Serialize)]
struct Between {
    doc: String,
    sql: String,
    bound: String,
    bound_type: &'static str,
}

/// The relations of `catalog`, by schema and name.
pub(crate) fn sources(catalog: &Catalog) -> Vec<Source<'_>> {
    let tables = catalog.tables.iter().map(|t| Source {
        schema: &t.schema,
        name: &t.name,
        comment: t.comment.as_deref(),
        columns: &t.columns,
        kind: Kind::Table(t),
    });
    let views = catalog.views.iter().map(|v| Source {
        schema: &v.schema,
        name: &v.name,
        comment: v.comment.as_deref(),
        columns: &v.columns,
        kind: Kind::View(v),
    });
    let aggregates = catalog.continuous_aggregates.iter().map(|a| Source {
        schema: &a.schema,
        name: &a.name,
        comment: a.comment.as_deref(),
        columns: &a.columns,
        kind: Kind::Aggregate(a),
    });
    let mut sources: Vec<Source<'_>> = tables.chain(views).chain(aggregates).collect();
    sources.sort_by_key(|source| (source.schema, source.name));
    sources
}

/// The context for one relation whose module lies in another, `depth` modules below the root of the file.
pub(crate) fn prepare(
    source: &Source<'_>,
    types: &Types<'_>,
    paths: &HashMap<Key<'_>, String>,
    depth: usize,
) -> Result<Relation, Error> {
    let place = |offset| Place {
        offset,
        moved: depth * 4,
    };
    let title = format!("{}.{}", source.schema, source.name);
    let fields = fields(source, &title, types, depth)?;
    let facts = facts::of(source.kind, paths, depth);
    let mut doc = source.comment.map_or(Vec::new(), docs::prose);
    doc.push(facts.sentence(&title));
    let table = match source.kind {
        Kind::Table(table) => Some(table),
        _ => None,
    };
    Ok(Relation {
        doc: docs::block(place(0), &doc),
        module: last_segment(&paths[&(source.schema, source.name)]).to_owned(),
        kind: facts.kind,
        title: docs::code(&title),
        fields: fields
            .iter()
            .enumerate()
            .map(|(at, field)| row_field(field, at, place))
            .collect(),
        table: table_context(source, place),
        facts: facts
            .constants
            .iter()
            .map(|constant| Constant {
                doc: docs::block(place(8), std::slice::from_ref(&constant.doc)),
                declaration: layout::constant(place(8), &constant.declaration, &constant.value),
            })
            .collect(),
        new: table.map(|_| new::prepare(&fields, &docs::code(&title), place)),
        between: between(source, &fields, &facts, place),
    })
}

fn fields<'a>(
    source: &Source<'a>,
    title: &str,
    types: &Types<'a>,
    depth: usize,
) -> Result<Vec<Field<'a>>, Error> {
    let names: Vec<&str> = source
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    let identifiers = names::assign(title, &names, Style::Snake)?;
    let fields = source
        .columns
        .iter()
        .zip(identifiers)
        .map(|(column, name)| {
            let ty = types
                .rust(&column.ty, depth + 1)
                .map_err(|unmapped| match unmapped {
                    Unmapped::Unknown => Error::UnmappedType {
                        relation: title.to_owned(),
                        column: column.name.clone(),
                        sql_type: column.ty.sql.clone(),
                    },
                    Unmapped::Circular(domain) => Error::CircularDomain {
                        relation: title.to_owned(),
                        column: column.name.clone(),
                        domain,
                    },
                })?;
            let domain = types.domain(&column.ty);
            let default = column.default.as_deref().or_else(|| match column.ty.array {
                false => domain.and_then(|domain| domain.default.as_deref()),
                true => None,
            });
            let base = domain.map(|domain| domain.base.sql.as_str());
            let sql = sql_sentence(column, &name, base, default);
            Ok(Field {
                column,
                name,
                ty,
                default,
                comment: column.comment.as_deref().map_or(Vec::new(), docs::prose),
                sql,
            })
        });
    fields.collect()
}

/// The paragraph that tells a column's SQL type and where its values come from.
fn sql_sentence(column: &Column, name: &str, base: Option<&str>, default: Option<&str>) -> String {
    let mut text = String::new();
    if name.strip_prefix("r#").unwrap_or(name) != column.name {
        text = format!("Column {}: ", docs::code(&column.name));
    }
    text += &docs::code(&column.ty.sql);
    match base {
        Some(base) if column.ty.array => {
            text += &format!(", of a domain over {}", docs::code(base))
        }
        Some(base) => text += &format!(", a domain over {}", docs::code(base)),
        None => {}
    }
    match (&column.generated, column.identity, default) {
        (Some(expression), _, _) => {
            text += &format!(", generated as {}", docs::code(expression));
            if column.is_virtual {
                text += " when it is read";
            }
        }
        (_, Some(Identity::Always), _) => text += ", identity that the database always chooses",
        (_, Some(Identity::ByDefault), _) => {
            text += ", identity that the database chooses by default"
        }
        (_, _, Some(default)) => text += &format!(", {} by default", docs::code(default)),
        _ => {}
    }
    text + "."
}

fn row_field(field: &Field<'_>, at: usize, place: impl Fn(usize) -> Place) -> RowField {
    let mut doc = field.comment.clone();
    let mut ty = field.ty.path.clone();
    match &field.column.never_null {
        Some(reason) => {
            let reason = docs::prose(reason).join(" ");
            docs::append(
                &mut doc,
                &format!("Never null: {}.", reason.trim_end_matches('.')),
            );
        }
        None => ty = format!("Option<{ty}>"),
    }
    doc.push(field.sql.clone());
    let get = format!(".get(row, {at})");
    RowField {
        doc: docs::block(place(8), &doc),
        declaration: layout::field(place(8), &field.name, &ty),
        read: layout::chain(
            place(16),
            &format!("{}: ", field.name),
            "TABLE",
            &[&get],
            "?,",
        ),
    }
}

fn table_context(source: &Source<'_>, place: impl Fn(usize) -> Place) -> Table {
    let key: Vec<String> = match source.kind {
        Kind::Table(table) => table
            .constraints
            .iter()
            .find(|constraint| constraint.kind == ConstraintKind::PrimaryKey)
            .map_or(Vec::new(), |key| {
                key.columns.iter().map(|c| layout::string(c)).collect()
            }),
        Kind::View(_) | Kind::Aggregate(_) => Vec::new(),
    };
    let columns = source.columns.iter().map(|column| TableColumn {
        name: layout::string(&column.name),
        sql_type: layout::string(&column.ty.sql),
        never_null: column.never_null.is_some(),
    });
    Table {
        schema: layout::string(source.schema),
        name: layout::string(source.name),
        columns: columns.collect(),
        primary_key: layout::array(place(8), "primary_key: &", &key, ","),
    }
}

/// The function that reads the rows between two points of time, when the relation has a time column that can be compared.
fn between(
    source: &Source<'_>,
    fields: &[Field<'_>],
    facts: &Facts,
    place: impl Fn(usize) -> Place,
) -> Option<Between> {
    let column = facts.time_column.as_deref()?;
    let field = fields.iter().find(|field| field.column.name == column)?;
    let bound_type = field.ty.ordered?;
    let first = format!(
        "The rows whose {} lies in `range`, its start included and its end not, in ascending order.",
        docs::code(column)
    );
    Some(Between {
        doc: docs::block(place(4), &[first, facts.bounded.to_owned()]),
        sql: between_sql(source, column, place(8)),
        bound: field.ty.path.clone(),
        bound_type,
    })
}

/// The query as a Rust constant: a raw string over several lines, or one escaped line when a name would break that.
fn between_sql(source: &Source<'_>, time: &str, place: Place) -> String {
    let columns: Vec<String> = source
        .columns
        .iter()
        .map(|column| quoted(&column.name))
        .collect();
    let time = quoted(time);
    let clauses = [
        format!("FROM {}.{}", quoted(source.schema), quoted(source.name)),
        format!("WHERE {time} >= $1 AND {time} < $2"),
        format!("ORDER BY {time}"),
    ];
    let sql = format!("SELECT {} {}", columns.join(", "), clauses.join(" "));
    if sql.contains(layout::is_hidden) {
        return layout::constant(place, "const SQL: &str", &layout::string(&sql));
    }
    let margin = " ".repeat(place.offset + 4);
    let mut words: Vec<String> = columns.iter().map(|column| format!("{column},")).collect();
    if let Some(last) = words.last_mut() {
        last.pop();
    }
    let list = layout::fill(&words, place.inner(11).room());
    let select = format!("SELECT {}", list.join(&format!("\n{margin}       ")));
    let lines = std::iter::once(select).chain(clauses);
    let body: String = lines.map(|line| format!("\n{margin}{line}")).collect();
    // As many `#` as no run of them in the text reaches.
    let longest = sql.split(|c| c != '#').map(str::len).max().unwrap_or(0);
    let fence = "#".repeat(longest + 1);
    format!(
        "const SQL: &str = r{fence}\"{body}\n{}\"{fence};",
        " ".repeat(place.offset)
    )
}

/// A name as SQL, always in double quotes: which words need them differs from server to server.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
