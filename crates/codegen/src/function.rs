//! A function that is generated, as text.

use serde::Serialize;

use crate::layout::{self, Indent};

/// A function of a relation's module.
#[derive(Serialize)]
pub(crate) struct Function {
    pub(crate) doc: String,
    /// Up to its opening brace.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// `Statement::call` and what follows it.
pub(crate) fn statement_chain(place: Indent, call: &str, links: &[String]) -> String {
    let head = format!("timeschema::Statement::{call}");
    if let [broken] = links
        && broken.contains('\n')
    {
        return format!("{head}{broken}");
    }
    let links: Vec<&str> = links.iter().map(String::as_str).collect();
    layout::chain(place, "", &head, &links, "")
}
