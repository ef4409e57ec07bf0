//! The columns of a relation with the names and types that they have in Rust.

use catalog::{Column, Identity};

use crate::choices::{Choices, ColumnChoice};
use crate::docs;
use crate::error::{Error, Errors, Owner};
use crate::names::{self, Style};
use crate::source::Source;
use crate::types::{CircularDomain, RustType, Types, as_text};

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
    /// Whether rows that are read have it; not if the project leaves it out.
    pub(crate) is_read: bool,
}

/// The fields of a relation, named `title` in errors, whose module lies `depth` modules below the root of the file.
pub(crate) fn fields<'a>(
    source: &Source<'a>,
    title: &str,
    types: &Types<'a>,
    choices: &Choices,
    depth: usize,
    errors: &mut Errors,
) -> Vec<Field<'a>> {
    let names: Vec<&str> = source
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    let owner = Owner::ColumnsOf(source.key());
    let identifiers = names::assign(owner, &names, Style::Snake, errors);
    let fields = source
        .columns
        .iter()
        .zip(identifiers)
        .map(|(column, name)| {
            let ty = types
                .rust(&column.ty, depth + 1)
                .unwrap_or_else(|CircularDomain(domain)| {
                    errors.push(Error::CircularDomain {
                        relation: title.to_owned(),
                        column: column.name.clone(),
                        domain,
                    });
                    as_text()
                });
            let domain = types.domain(&column.ty);
            let default = column.default.as_deref().or_else(|| {
                if column.ty.array {
                    None
                } else {
                    domain.and_then(|domain| domain.default.as_deref())
                }
            });
            let base = domain.map(|domain| domain.base.sql.as_str());
            let mut sql = sql_sentence(column, &name, base, default);
            if ty.as_text {
                sql += " Read and written as its text.";
            }
            let choice = choices.column(source, &column.name);
            let chosen = match choice {
                Some(ColumnChoice::Type(rust)) => Some(rust),
                _ => choices.ty(&column.ty),
            };
            let mut ty = ty;
            if let Some(rust) = chosen {
                sql += &format!(" Held as {}.", docs::code(rust));
                ty.path = format!("timeschema::Converted<{rust}, {}>", ty.path);
                ty.is_copy = false;
            }
            Field {
                is_read: choice != Some(&ColumnChoice::LeftOut),
                column,
                name,
                ty,
                default,
                comment: column.comment.as_deref().map_or(Vec::new(), docs::prose),
                sql,
            }
        });
    fields.collect()
}

/// The paragraph with a column's SQL type and where its values come from.
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
