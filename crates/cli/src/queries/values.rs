//! The values of a query's parameters as the command line has them: `key=value`. Pure.

use std::collections::BTreeMap;

use queries::{DescribedQuery, Parameter, Query, Type, Variant};
use sql::lexer::{self, TokenKind};
use sql::nearest::nearest;
use sql::quote::{identifier, literal};

use crate::failure::{Code, Failure};

use super::words;

/// The values of a query's parameters, as texts, by position; those that are left out are null.
#[derive(Debug, Default)]
pub struct Values(BTreeMap<usize, String>);

impl Values {
    /// Reads `key=value` for each parameter. One with a filter may be left out with its lines, and one that may be null is null without a
    /// value.
    pub fn of(query: &DescribedQuery, arguments: &[String]) -> Result<Values, Failure> {
        let mut values = BTreeMap::new();
        let usage = |message: String| Failure::new(Code::Usage, message);
        for argument in arguments {
            let Some((key, value)) = argument.split_once('=') else {
                return Err(usage(format!("`{argument}` is no value of a parameter"))
                    .next(format!("write key=value: {}", usage_of(query))));
            };
            let mut parameters = query.parameters.iter();
            let Some(at) = parameters.position(|it| it.name == key) else {
                return Err(unknown(query, key));
            };
            if value.contains('\0') {
                return Err(usage(format!("the value of `{key}` contains a null byte")));
            }
            if values.insert(at, value.to_owned()).is_some() {
                return Err(usage(format!("`{key}` is given twice")).next("give it once"));
            }
        }
        let parameters = query.parameters.iter().enumerate();
        let missing: Vec<String> = parameters
            .filter(|(at, it)| !values.contains_key(at) && !it.optional && !it.nullable)
            .map(|(_, it)| format!("{}={}", it.name, words::ty(&it.ty)))
            .collect();
        if missing.is_empty() {
            return Ok(Values(values));
        }
        let message = format!("{}.{} needs a value for each", query.module, query.name);
        Err(usage(format!("{message}: {}", missing.join(", ")))
            .next(format!("write key=value: {}", usage_of(query))))
    }

    /// The variant that has the filters whose parameter is given.
    pub fn variant(&self, described: &DescribedQuery, query: &Query) -> Variant {
        let optional = query.optional().into_iter().enumerate();
        let given = optional.filter(|(_, at)| self.0.contains_key(at));
        let given = given.fold(0, |bits, (bit, _)| bits | 1 << bit);
        described.variants(query).swap_remove(given)
    }

    /// The parameters that are given, each with its value.
    pub fn given<'a>(
        &'a self,
        query: &'a DescribedQuery,
    ) -> impl Iterator<Item = (&'a Parameter, &'a str)> {
        let values = self.0.iter();
        values.filter_map(|(at, value)| Some((query.parameters.get(*at)?, value.as_str())))
    }

    fn literal(&self, at: usize) -> String {
        self.0
            .get(&at)
            .map_or_else(|| "NULL".to_owned(), |it| literal(it))
    }
}

/// `project_id=uuid [country=text]`
fn usage_of(query: &DescribedQuery) -> String {
    let parameters: Vec<String> = query
        .parameters
        .iter()
        .map(|it| {
            let shown = format!("{}={}", it.name, words::ty(&it.ty));
            if it.optional || it.nullable {
                format!("[{shown}]")
            } else {
                shown
            }
        })
        .collect();
    parameters.join(" ")
}

fn unknown(query: &DescribedQuery, key: &str) -> Failure {
    let message = format!("{}.{} has no parameter `{key}`", query.module, query.name);
    let names = query.parameters.iter().map(|it| it.name.as_str());
    let next = match nearest(key, names) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if query.parameters.is_empty() => "write no values: it has no parameters".to_owned(),
        None => format!("its parameters: {}", usage_of(query)),
    };
    Failure::new(Code::Usage, message).next(next)
}

/// A type as SQL names it whatever the search path is, and without the length that a bare `character` has.
pub fn type_name(ty: &Type) -> String {
    let array = if ty.array { "[]" } else { "" };
    format!("{}.{}{array}", identifier(&ty.schema), identifier(&ty.name))
}

/// The name that the query is prepared under. A session behind a pooler may still have that of another run.
fn prepared() -> String {
    format!("timeschema_query_{}", std::process::id())
}

/// The statement that prepares the variant, up to its SQL and whole.
pub fn prepare(query: &DescribedQuery, variant: &Variant) -> [String; 2] {
    let types: Vec<String> = variant
        .parameters
        .iter()
        .map(|at| type_name(&query.parameters[*at].ty))
        .collect();
    let types = if types.is_empty() {
        String::new()
    } else {
        format!(" ({})", types.join(", "))
    };
    let head = format!("PREPARE {}{types} AS ", prepared());
    let whole = format!("{head}{}", variant.sql);
    [head, whole]
}

/// The statement that runs what was prepared.
pub fn execute(variant: &Variant, values: &Values) -> String {
    let values: Vec<String> = variant
        .parameters
        .iter()
        .map(|at| values.literal(*at))
        .collect();
    if values.is_empty() {
        format!("EXECUTE {}", prepared())
    } else {
        format!("EXECUTE {} ({})", prepared(), values.join(", "))
    }
}

/// The variant with its values in it, for a statement that cannot be prepared: CALL.
pub fn filled_in(query: &DescribedQuery, variant: &Variant, values: &Values) -> String {
    let mut sql = String::new();
    let mut copied = 0;
    for token in lexer::stream(&variant.sql) {
        let number = token.text(&variant.sql).strip_prefix('$');
        let number = number.filter(|_| token.kind == TokenKind::Number);
        let number = number.and_then(|it| it.parse::<usize>().ok());
        let at = number.and_then(|it| variant.parameters.get(it.checked_sub(1)?));
        let Some(&at) = at else { continue };
        sql += &variant.sql[copied..token.start];
        let ty = type_name(&query.parameters[at].ty);
        sql += &format!("CAST({} AS {ty})", values.literal(at));
        copied = token.end;
    }
    sql + &variant.sql[copied..]
}

/// Whether the statement can only be run, neither prepared in SQL nor explained.
pub fn is_call(query: &Query) -> bool {
    let first = query.sql.split_whitespace().next().unwrap_or_default();
    first.eq_ignore_ascii_case("CALL")
}
