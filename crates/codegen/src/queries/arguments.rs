//! What a query's function is given: its parameters one by one, two of them as a range, or many as a struct.

use queries::{ColumnName, DescribedQuery, End, Parameter};
use serde::Serialize;

use crate::docs;
use crate::error::{Errors, Owner};
use crate::layout;
use crate::names::{self, Style};

use super::root::{Held, Root};
use super::{Names, place};

/// How many arguments a function has at most.
pub(super) const MOST: usize = 4;

/// A struct of all parameters, where they are too many for arguments.
#[derive(Serialize)]
pub(super) struct Parameters {
    doc: String,
    name: String,
    fields: Vec<ParameterField>,
}

#[derive(Serialize)]
struct ParameterField {
    doc: String,
    declaration: String,
}

/// The arguments of a query's function.
pub(super) struct Arguments {
    /// In the order in which they are given: single ones, then ranges.
    all: Vec<Argument>,
    /// How each parameter is sent, in the query's order.
    sent: Vec<Sent>,
}

struct Argument {
    name: String,
    /// The type, with the lifetime `'a` where it borrows.
    ty: String,
    is_borrowed: bool,
    doc: String,
}

/// A parameter in terms of an argument.
struct Sent {
    argument: String,
    /// `.start` or `.end` of a range.
    part: &'static str,
    is_optional: bool,
    /// The conversion to what is sent, where the project holds another type.
    held: Option<Held>,
    nullable: bool,
}

impl Arguments {
    pub(super) fn of(
        described: &DescribedQuery,
        names: &Names<'_>,
        root: &Root<'_>,
        errors: &mut Errors,
    ) -> Arguments {
        let parameters = &described.parameters;
        let sql_names: Vec<&str> = parameters.iter().map(|it| it.name.as_str()).collect();
        let identifiers = names::assign(
            Owner::Queries(&names.title),
            &sql_names,
            Style::Snake,
            errors,
        );
        let mut singles = Vec::new();
        let mut ranges = Vec::new();
        let mut sent = Vec::new();
        for (at, parameter) in parameters.iter().enumerate() {
            let held = root.held(
                &parameter.ty,
                parameter.column.as_ref(),
                [&names.title, &parameter.name],
                errors,
            );
            let other = other_end(parameters, parameter);
            let (argument, part) = match (other, parameter.end) {
                (Some(other), Some(End::From)) => {
                    let name = range_name(parameter, &identifiers);
                    ranges.push(range_argument(&name, parameter, other, &held));
                    (name, ".start")
                }
                (Some(_), Some(End::Before)) => (range_name(parameter, &identifiers), ".end"),
                _ => {
                    singles.push(argument(&identifiers[at], parameter, &held));
                    (identifiers[at].clone(), "")
                }
            };
            sent.push(Sent {
                argument,
                part,
                is_optional: parameter.optional,
                nullable: parameter.nullable && !parameter.optional,
                held: held.is_chosen().then_some(held),
            });
        }
        singles.extend(ranges);
        Arguments { all: singles, sent }
    }

    fn is_struct(&self) -> bool {
        self.all.len() > MOST
    }

    fn borrowed(&self) -> usize {
        self.all.iter().filter(|it| it.is_borrowed).count()
    }

    /// The lifetime of the query that the function returns.
    pub(super) fn lifetime(&self) -> &'static str {
        match self.borrowed() {
            0 => "'static",
            1 if !self.is_struct() => "'_",
            _ => "'a",
        }
    }

    /// Up to the opening brace.
    pub(super) fn head(&self, function: &str, parameters: &str, returned: &str) -> String {
        let is_named = self.lifetime() == "'a";
        let name = format!("pub fn {function}{}", if is_named { "<'a>" } else { "" });
        if self.is_struct() {
            let of = if is_named { "<'a>" } else { "" };
            let parameter = format!("parameters: {parameters}{of}");
            return layout::method(place(4), &name, &[&parameter], returned);
        }
        let all = self.all.iter();
        let all: Vec<String> = all
            .map(|it| {
                let ty = if is_named {
                    it.ty.clone()
                } else {
                    it.ty.replace("&'a ", "&")
                };
                format!("{}: {ty}", it.name)
            })
            .collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        layout::method(place(4), &name, &all, returned)
    }

    /// The calls that give the query its parameters.
    pub(super) fn links(&self) -> Vec<String> {
        let from = if self.is_struct() { "parameters." } else { "" };
        self.sent.iter().map(|it| it.link(from)).collect()
    }

    /// The struct of the parameters, if there is one.
    pub(super) fn parameters(&self, names: &Names<'_>) -> Option<Parameters> {
        let of = if self.borrowed() > 0 { "<'a>" } else { "" };
        let doc = format!(
            "The parameters of [`{}`].",
            names.function.trim_start_matches("r#")
        );
        let fields = self.all.iter().map(|it| ParameterField {
            doc: docs::block(place(8), std::slice::from_ref(&it.doc)),
            declaration: layout::field(place(8), &it.name, &it.ty),
        });
        self.is_struct().then(|| Parameters {
            doc: docs::block(place(4), &[doc]),
            name: format!("{}{of}", names.parameters),
            fields: fields.collect(),
        })
    }
}

impl Sent {
    fn link(&self, from: &str) -> String {
        let value = format!("{from}{}{}", self.argument, self.part);
        let method = if self.is_optional {
            "with_optional"
        } else {
            "with"
        };
        let value = match &self.held {
            None => value,
            Some(held) if self.is_optional || self.nullable => {
                format!("{value}.map({}::from)", held.constructor())
            }
            Some(held) => format!("{}::from({value})", held.constructor()),
        };
        format!(".{method}({value})")
    }
}

/// The parameter that is the other end of the same range, if there is just one.
fn other_end<'p>(all: &'p [Parameter], parameter: &Parameter) -> Option<&'p Parameter> {
    let end = parameter.end?;
    let is_end = |it: &&Parameter| {
        it.end.is_some()
            && it.column == parameter.column
            && it.ty == parameter.ty
            && !it.optional
            && !it.nullable
    };
    let ends: Vec<&Parameter> = all.iter().filter(is_end).collect();
    match ends.as_slice() {
        [a, b] if a.end != b.end && !parameter.optional && !parameter.nullable => {
            ends.into_iter().find(|it| it.end != Some(end))
        }
        _ => None,
    }
}

/// A range is called like the column that it is of.
fn range_name(parameter: &Parameter, taken: &[String]) -> String {
    let column = parameter
        .column
        .as_ref()
        .map_or("range", |it| it.column.as_str());
    let name = names::identifier(column, Style::Snake);
    if taken.contains(&name) {
        names::with_word(&name, "range")
    } else {
        name
    }
}

fn range_argument(name: &str, from: &Parameter, to: &Parameter, held: &Held) -> Argument {
    Argument {
        name: name.to_owned(),
        ty: format!("std::ops::Range<{}>", held.path()),
        is_borrowed: false,
        doc: format!(
            "From {} to before {}, {}.",
            docs::code(&format!(":{}", from.name)),
            docs::code(&format!(":{}", to.name)),
            docs::code(&from.ty.sql)
        ),
    }
}

fn argument(name: &str, parameter: &Parameter, held: &Held) -> Argument {
    let (ty, is_borrowed) = held.argument();
    let is_option = parameter.optional || parameter.nullable;
    let what = match &parameter.column {
        Some(ColumnName {
            relation, column, ..
        }) => format!(" for {}", docs::code(&format!("{relation}.{column}"))),
        None => String::new(),
    };
    let absent = match (parameter.optional, parameter.nullable) {
        (true, _) => " Without it, its lines are left out.",
        (false, true) => " May be null.",
        _ => "",
    };
    Argument {
        name: name.to_owned(),
        ty: if is_option {
            format!("Option<{ty}>")
        } else {
            ty
        },
        is_borrowed,
        doc: format!("{}{what}.{absent}", docs::code(&parameter.ty.sql)),
    }
}
