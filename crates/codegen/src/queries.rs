//! From described queries to what `queries.rs.tera` prints: a module for each file, in it a function for each query, and a struct for
//! its rows.

mod arguments;
mod root;
mod row;

use std::collections::BTreeMap;

use catalog::Catalog;
use queries::{DescribedQuery, Query, RowCount, Untyped};
use serde::Serialize;

use crate::choices::Choices;
use crate::docs;
use crate::error::{Errors, Owner};
use crate::layout::{self, Indent, is_hidden};
use crate::names::{self, Style};

use arguments::{Arguments, Parameters};
use root::Root;
use row::{Row, RowType};

/// The path from a module of queries to the modules and types of the schema.
const SCHEMA: &str = "super::super::schema::";

/// A file of queries.
#[derive(Debug, Clone)]
pub struct QueryFile<'a> {
    /// The module's name in the database of names: the file's, without `.sql`.
    pub module: &'a str,
    /// The file's path, for the documentation.
    pub path: &'a str,
    /// The file's text.
    pub text: &'a str,
    /// Its queries, each with what the database said of it.
    pub queries: Vec<(&'a Query, &'a DescribedQuery)>,
}

/// Context of `queries.rs.tera`.
#[derive(Serialize)]
pub(crate) struct Module {
    doc: String,
    module: String,
    queries: Vec<Function>,
    /// The constant that holds the queries' texts. No query's own can have its name.
    texts: String,
}

#[derive(Serialize)]
struct Function {
    doc: String,
    /// Name of the static with the texts.
    text_name: String,
    /// The file's and the query's names as literals.
    module: String,
    title: String,
    /// The file and the line of its name, as a literal.
    place: String,
    relations: String,
    row: Option<Row>,
    parameters: Option<Parameters>,
    columns: String,
    parameter_columns: String,
    variants: Vec<Variant>,
    head: String,
    body: String,
}

#[derive(Serialize)]
struct Variant {
    sql: String,
    parameters: String,
}

/// The modules, and the names that they have in common nowhere: these are at the root, too.
pub(crate) struct Modules {
    pub(crate) modules: Vec<Module>,
    pub(crate) exports: Vec<String>,
    /// The static that holds every text.
    pub(crate) texts: String,
}

pub(crate) fn modules(
    catalog: &Catalog,
    choices: &Choices,
    files: &[QueryFile<'_>],
) -> Result<Modules, Errors> {
    let mut errors = Errors::default();
    let root = Root::of(catalog, choices, &mut errors);
    let modules = modules_of(&root, files, &mut errors);
    errors.or(modules)
}

fn modules_of(root: &Root<'_>, files: &[QueryFile<'_>], errors: &mut Errors) -> Modules {
    let names: Vec<&str> = files.iter().map(|file| file.module).collect();
    let paths = names::assign(Owner::Queries("queries"), &names, Style::Snake, errors);
    let mut modules = Vec::new();
    // Where each item is; `None` if it is in several modules.
    let mut items: BTreeMap<String, Option<String>> = BTreeMap::new();
    for (file, path) in files.iter().zip(paths) {
        let path = names::free(path);
        let (module, own) = module(file, &path, root, errors);
        for item in own {
            let place = format!("{path}::{item}");
            items
                .entry(item)
                .and_modify(|it| *it = None)
                .or_insert(Some(place));
        }
        modules.push(module);
    }
    let texts = modules.iter().map(|it| format!("{}::_TEXTS", it.module));
    let texts = layout::array(
        place(0),
        "pub const TEXTS: &[&[&timeschema::QueryText]] = &",
        &texts.collect::<Vec<_>>(),
        ";",
    );
    Modules {
        texts: format!("/// What every query sends, for `verify()`.\n#[doc(hidden)]\n{texts}\n"),
        modules,
        exports: items.into_values().flatten().collect(),
    }
}

/// For a query, its columns whose values the driver cannot read.
pub fn unreadable_columns<'a>(
    catalog: &'a Catalog,
    choices: &'a Choices,
) -> impl Fn(&DescribedQuery) -> Vec<Untyped> + use<'a> {
    // What is wrong with the catalog's names and the choices is reported elsewhere.
    let root = Root::of(catalog, choices, &mut Errors::default());
    move |described| row::unreadable(described, &root)
}

/// For a query, the module of the relation whose `Row` its rows are.
pub fn relation_rows<'a>(
    catalog: &'a Catalog,
    choices: &'a Choices,
) -> impl Fn(&DescribedQuery) -> Option<String> + use<'a> {
    let root = Root::of(catalog, choices, &mut Errors::default());
    move |described| row::relation(described, &root)
}

/// A file's module and the names of its items.
fn module(
    file: &QueryFile<'_>,
    path: &str,
    root: &Root<'_>,
    errors: &mut Errors,
) -> (Module, Vec<String>) {
    let queries = file.queries.iter();
    let all: Vec<&Query> = queries.clone().map(|(query, _)| *query).collect();
    let Items {
        functions,
        rows,
        parameters,
    } = items(file.module, &all, errors);
    let mut items = Vec::new();
    let mut contexts = Vec::new();
    for (at, (query, described)) in queries.enumerate() {
        let names = Names {
            title: format!("{}.{}", file.module, query.name),
            function: &functions[at],
            row: names::free(rows[at].clone()),
            parameters: names::free(parameters[at].clone()),
        };
        let function = function(file, query, described, &names, root, errors);
        items.push(names.function.to_owned());
        items.extend(function.row.as_ref().map(|_| names.row.clone()));
        items.extend(
            function
                .parameters
                .as_ref()
                .map(|_| names.parameters.clone()),
        );
        contexts.push(function);
    }
    let doc = format!("The queries of {}.", docs::code(file.path));
    (
        Module {
            doc: docs::block(place(0), &[doc]),
            module: path.to_owned(),
            texts: texts(&contexts),
            queries: contexts,
        },
        items,
    )
}

fn texts(queries: &[Function]) -> String {
    let names = queries.iter().map(|it| format!("&{}", it.text_name));
    let prefix = "pub(super) const _TEXTS: &[&timeschema::QueryText] = &";
    layout::array(place(4), prefix, &names.collect::<Vec<_>>(), ";")
}

/// What the functions and types of a file's queries are called.
struct Items {
    functions: Vec<String>,
    rows: Vec<String>,
    parameters: Vec<String>,
}

fn items(module: &str, queries: &[&Query], errors: &mut Errors) -> Items {
    let owner = Owner::Queries(module);
    let sql_names: Vec<&str> = queries.iter().map(|query| query.name.as_str()).collect();
    // A query's row and its parameters share the names of types. The blank keeps those of a query `a` apart from a query `a_parameters`.
    let all: Vec<String> = queries.iter().map(|query| parameters_name(query)).collect();
    let types = sql_names.iter().copied();
    let types: Vec<&str> = types.chain(all.iter().map(String::as_str)).collect();
    let functions = names::assign(owner, &sql_names, Style::Snake, errors);
    let mut rows = names::assign(owner, &types, Style::Camel, errors);
    let parameters = rows.split_off(sql_names.len());
    Items {
        functions,
        rows,
        parameters,
    }
}

/// What is in the way of modules and functions for these files of queries, each with its module, before a database has described them.
///
/// # Errors
/// If two names become the same in Rust.
pub fn check_query_names<'a>(
    files: impl Iterator<Item = (&'a str, &'a [Query])>,
) -> Result<(), Errors> {
    let mut errors = Errors::default();
    let mut modules = Vec::new();
    for (module, queries) in files {
        items(module, &queries.iter().collect::<Vec<_>>(), &mut errors);
        modules.push(module);
    }
    names::assign(
        Owner::Queries("queries"),
        &modules,
        Style::Snake,
        &mut errors,
    );
    errors.or(())
}

/// What is in the way of functions for these files of queries, apart from what is in the way of the schema's modules.
///
/// # Errors
/// Those of [`generate_queries`](crate::generate_queries).
pub fn check_queries(
    catalog: &Catalog,
    choices: &Choices,
    files: &[QueryFile<'_>],
) -> Result<(), Errors> {
    let root = Root::of(catalog, choices, &mut Errors::default());
    let mut errors = Errors::default();
    modules_of(&root, files, &mut errors);
    errors.or(())
}

/// What the struct of a query's parameters is called, if it may have one.
fn parameters_name(query: &Query) -> String {
    let name = &query.name;
    if query.parameters.len() > arguments::MOST {
        format!("{name} parameters")
    } else {
        format!("no parameters of {name}")
    }
}

/// What a query's items are called.
struct Names<'a> {
    /// The query in errors.
    title: String,
    function: &'a str,
    row: String,
    parameters: String,
}

/// Modules of queries are not indented.
fn place(offset: usize) -> Indent {
    Indent { offset, moved: 0 }
}

fn function(
    file: &QueryFile<'_>,
    query: &Query,
    described: &DescribedQuery,
    names: &Names<'_>,
    root: &Root<'_>,
    errors: &mut Errors,
) -> Function {
    let arguments = Arguments::of(described, names, root, errors);
    let rows = row::of(described, names, root, errors);
    let text_name = query.name.to_uppercase();
    let count = match described.rows {
        RowCount::One(_) => "timeschema::ExactlyOne",
        RowCount::AtMostOne(_) => "timeschema::AtMostOne",
        RowCount::Many => "timeschema::Many",
    };
    let returned = format!(
        "timeschema::Query<{}, {}, {count}>",
        arguments.lifetime(),
        rows.path(names)
    );
    let links = arguments.links();
    let links: Vec<&str> = links.iter().map(String::as_str).collect();
    let start = format!("timeschema::Query::new(&{text_name})");
    let parameters = described
        .parameters
        .iter()
        .map(|it| (it.name.as_str(), it.ty.sql.as_str()));
    Function {
        doc: documentation(file, query, described),
        module: layout::string(file.module),
        title: layout::string(&query.name),
        place: layout::string(&format!("{}:{}", file.path, line(file.text, query.start))),
        relations: relations(described, place(8)),
        columns: row::columns(described, place(12)),
        parameter_columns: calls(place(8), "parameters: &", parameters),
        variants: variants(query, described),
        head: arguments.head(names.function, &names.parameters, &returned),
        body: layout::chain(place(8), "", &start, &links, ""),
        parameters: arguments.parameters(names),
        row: match rows {
            RowType::Own(row) => Some(row),
            RowType::Relation(_) | RowType::Nothing => None,
        },
        text_name,
    }
}

/// The line of a byte, counted from 1.
fn line(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|it| *it == b'\n').count()
}

/// `relations: &[("public", "events"), …],`
fn relations(described: &DescribedQuery, place: Indent) -> String {
    let names = described.relations.iter();
    let names: Vec<String> = names
        .map(|it| {
            format!(
                "({}, {})",
                layout::string(&it.schema),
                layout::string(&it.name)
            )
        })
        .collect();
    layout::array(place, "relations: &", &names, ",")
}

/// `prefix[timeschema::Column::nullable(name, type), …],`
fn calls<'a>(
    place: Indent,
    prefix: &str,
    columns: impl Iterator<Item = (&'a str, &'a str)>,
) -> String {
    let texts: Vec<[String; 2]> = columns
        .map(|(name, ty)| [name, ty].map(layout::string))
        .collect();
    let calls = texts
        .iter()
        .map(|[name, ty]| ("timeschema::Column::nullable", [name.as_str(), ty.as_str()]));
    layout::calls(place, prefix, &calls.collect::<Vec<_>>(), ",")
}

fn variants(query: &Query, described: &DescribedQuery) -> Vec<Variant> {
    let variants = described.variants(query);
    // One alone begins on the line of its bracket.
    let place = place(if variants.len() == 1 { 12 } else { 16 });
    let variant = |it: &queries::Variant| {
        let numbers: Vec<String> = it.parameters.iter().map(usize::to_string).collect();
        Variant {
            sql: text_literal(it.sql.trim_end()),
            parameters: layout::array(place, "parameters: &", &numbers, ","),
        }
    };
    variants.iter().map(variant).collect()
}

/// A literal for a text of several lines: raw, unless there is something in it that does not show.
fn text_literal(text: &str) -> String {
    let is_plain = |c: char| c == '\n' || c == '\t' || !is_hidden(c);
    if !text.chars().all(is_plain) {
        return layout::string(text);
    }
    let longest = text
        .split('"')
        .skip(1)
        .map(|it| it.len() - it.trim_start_matches('#').len())
        .max();
    match longest {
        None if !text.contains(['\n', '\\', '\t']) => format!("\"{text}\""),
        None => format!("r\"{text}\""),
        Some(longest) => {
            let fence = "#".repeat(longest + 1);
            format!("r{fence}\"{text}\"{fence}")
        }
    }
}

fn documentation(file: &QueryFile<'_>, query: &Query, described: &DescribedQuery) -> String {
    let mut paragraphs = docs::prose(&query.doc.join("\n"));
    paragraphs.push(match &described.rows {
        RowCount::One(why) => format!("Returns exactly one row: {}.", docs::prose(why).join(" ")),
        RowCount::AtMostOne(why) => {
            format!("Returns one row or none: {}.", docs::prose(why).join(" "))
        }
        RowCount::Many if described.columns.is_empty() => "Returns no rows.".to_owned(),
        RowCount::Many => "Returns any number of rows.".to_owned(),
    });
    for bound in &described.time_bounds {
        let relation = docs::code(&format!("{}.{}", bound.schema, bound.name));
        let column = docs::code(&bound.column);
        paragraphs.push(match (bound.lower, bound.upper) {
            (true, true) => {
                format!("Reads the chunks of {relation} between two bounds of {column}.")
            }
            (true, false) => format!("Reads the chunks of {relation} from a bound of {column} on."),
            (false, true) => format!("Reads the chunks of {relation} up to a bound of {column}."),
            (false, false) => {
                let why = query
                    .unbounded
                    .as_ref()
                    .map(|why| docs::prose(why).join(" "));
                let why = why.map_or(String::new(), |why| {
                    format!(", because {}", why.trim_end_matches('.'))
                });
                format!("Reads every chunk of {relation}: nothing bounds {column}{why}.")
            }
        });
    }
    paragraphs.push(format!(
        "Query {} of {}:",
        docs::code(&query.name),
        docs::code(file.path)
    ));
    let margin = "    ";
    let fence = "`".repeat(3.max(longest_fence(&query.sql) + 1));
    let mut doc = docs::block(place(4), &paragraphs);
    doc += &format!("\n{margin}///\n{margin}/// {fence}sql");
    for line in query.sql.trim_end().lines() {
        let line = docs::visible(line);
        let line = line.trim_end();
        doc += &format!(
            "\n{margin}///{}{line}",
            if line.is_empty() { "" } else { " " }
        );
    }
    doc + &format!("\n{margin}/// {fence}")
}

fn longest_fence(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
