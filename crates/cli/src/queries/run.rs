//! `cargo xtask queries --run NAME key=value…`: one query on the target.

use queries::{Column, DescribedQuery, Variant};
use sql::quote::literal;

use crate::diagnostic::Diagnostic;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;
use crate::words::count;

use super::committed::Listed;
use super::files;
use super::server::{Answer, Server};
use super::table;
use super::values::{self, Values};

/// A query with the values of its parameters.
pub struct Call<'a> {
    pub listed: Listed<'a>,
    pub described: &'a DescribedQuery,
    pub values: Values,
    pub variant: Variant,
}

impl<'a> Call<'a> {
    /// The query with these values.
    pub fn of(listed: Listed<'a>, arguments: &[String]) -> Result<Call<'a>, Failure> {
        let described = listed.described()?;
        let values = Values::of(described, arguments)?;
        Ok(Call {
            variant: values.variant(described, listed.query),
            listed,
            described,
            values,
        })
    }

    /// The query without values, to be planned for any.
    pub fn without_values(listed: Listed<'a>) -> Result<Call<'a>, Failure> {
        let described = listed.described()?;
        let values = Values::default();
        Ok(Call {
            variant: values.variant(described, listed.query),
            listed,
            described,
            values,
        })
    }

    /// Refuses a query that writes, unless that was asked for.
    pub fn check_writes(&self, may_write: bool, doing: &str) -> Result<(), Failure> {
        if !self.described.writes || may_write {
            return Ok(());
        }
        let message = format!("{} writes, and {doing}", self.listed.title());
        Err(Failure::new(Code::Usage, message)
            .note("state", "nothing was run")
            .next("add --write"))
    }

    /// Refuses values that their parameters' types do not have; all of them are named.
    pub fn check_values(&self, server: &mut Server) -> Result<(), Failure> {
        let mut wrong = Vec::new();
        for (parameter, value) in self.values.given(self.described) {
            let ty = values::type_name(&parameter.ty);
            let sql = format!("SELECT CAST({} AS {ty})", literal(value));
            match server.send(&sql) {
                Ok(_) => {}
                Err(error) => match error.as_db_error().map(|it| it.code().code()) {
                    // The classes of data exceptions and of violated constraints, and array_subscript_error.
                    Some(code) if code.starts_with("22") || code.starts_with("23") => {
                        wrong.push((parameter, error));
                    }
                    _ => return Err(server.failure(&error)),
                },
            }
        }
        let Some((first, error)) = wrong.first() else {
            return Ok(());
        };
        let server_says = |error: &postgres::Error| {
            let server = error.as_db_error();
            server.map_or_else(|| error.to_string(), |it| it.message().to_owned())
        };
        let message = format!("{}: {}", first.name, server_says(error));
        let mut failure = Failure::new(Code::Usage, message);
        if let Some(detail) = error.as_db_error().and_then(|it| it.detail()) {
            failure = failure.note("detail", detail);
        }
        for (parameter, error) in &wrong[1..] {
            let message = format!("{}: {}", parameter.name, server_says(error));
            failure = failure.note("also", message);
        }
        let ty = super::words::ty(&first.ty);
        let next = if first.ty.array {
            format!("write a value of type {ty}, such as {}={{…,…}}", first.name)
        } else {
            format!("write a value of type {ty}")
        };
        Err(failure.note("state", "nothing was run").next(next))
    }

    /// Prepares the query, whose place in its file an error has.
    pub fn prepare(&self, project: &Project, server: &mut Server) -> Result<(), Failure> {
        let [head, whole] = values::prepare(self.described, &self.variant);
        let Err(error) = server.send(&whole) else {
            return Ok(());
        };
        let failure = server.failure(&error);
        let position = match error.as_db_error().and_then(|it| it.position()) {
            Some(postgres::error::ErrorPosition::Original(position)) => *position as usize,
            _ => return Err(failure),
        };
        let before = head.chars().count();
        let offset = self.variant.place(position.saturating_sub(before));
        let Listed { file, query, .. } = self.listed;
        let placed = files::error(file, project.root(), "", query.range.start + offset);
        let diagnostic = Diagnostic {
            place: placed.place,
            ..*failure.diagnostic
        };
        Err(Failure::with(failure.code, diagnostic))
    }
}

/// Runs the query and returns its rows as texts.
pub fn run(
    project: &Project,
    call: &Call<'_>,
    may_write: bool,
    server: &mut Server,
) -> Result<Answer, Failure> {
    call.check_values(server)?;
    if values::is_call(call.listed.query) {
        // Not in a transaction block, since a procedure may end transactions.
        let sql = values::filled_in(call.described, &call.variant, &call.values);
        return server.run(&sql);
    }
    server.run(if may_write {
        "BEGIN"
    } else {
        "BEGIN READ ONLY"
    })?;
    call.prepare(project, server)?;
    let answer = server.run(&values::execute(&call.variant, &call.values))?;
    if may_write {
        server.run("COMMIT")?;
    }
    Ok(answer)
}

/// Shows the rows as a table, or how many were changed.
pub fn show(call: &Call<'_>, answer: &Answer, screen: &mut Screen) {
    let columns = &call.described.columns;
    if columns.is_empty() {
        let what = if values::is_call(call.listed.query) {
            "called".to_owned()
        } else {
            format!("{} changed", count(answer.affected as usize, "row"))
        };
        return screen.line(what);
    }
    for line in table::lines(columns, &answer.rows) {
        screen.line(line);
    }
}

/// The JSON document: the rows as PostgreSQL's `to_json` prints them, each value as the server has it.
pub fn document(call: &Call<'_>, answer: &Answer, server: &mut Server) -> Result<String, Failure> {
    let columns = &call.described.columns;
    let values = match (columns.is_empty(), answer.rows.is_empty()) {
        (false, false) => server.run(&to_json(columns, &answer.rows))?.rows,
        _ => Vec::new(),
    };
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let row = |values: &Vec<Option<String>>| {
        let fields = columns.iter().zip(values);
        let fields: Vec<String> = fields
            .map(|(column, value)| {
                let value = value.as_deref().unwrap_or("null");
                format!("      {}: {value}", text(&column.name))
            })
            .collect();
        format!("    {{\n{}\n    }}", fields.join(",\n"))
    };
    let rows: Vec<String> = values.iter().map(row).collect();
    let rows = if rows.is_empty() {
        "[]".to_owned()
    } else {
        format!("[\n{}\n  ]", rows.join(",\n"))
    };
    Ok(format!(
        "{{\n  \"query\": {},\n  \"rows\": {rows},\n  \"count\": {}\n}}",
        text(&call.listed.title()),
        answer.affected
    ))
}

/// A query for the JSON of each value. The texts are read as their types read them.
fn to_json(columns: &[Column], rows: &[Vec<Option<String>>]) -> String {
    let row = |row: &Vec<Option<String>>| {
        let values = row.iter().zip(columns).map(|(value, column)| match value {
            None => "NULL".to_owned(),
            Some(value) => {
                let ty = values::type_name(&column.ty);
                format!("pg_catalog.to_json(CAST({} AS {ty}))", literal(value))
            }
        });
        format!("({})", values.collect::<Vec<_>>().join(", "))
    };
    let rows: Vec<String> = rows.iter().map(row).collect();
    format!("VALUES {}", rows.join(", "))
}
