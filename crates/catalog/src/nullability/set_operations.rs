//! UNION, INTERSECT and EXCEPT.

use crate::nodes::{Node, Value};

use super::scope::Scope;
use super::{BOOLEAN, FIRST_USER_OID, Proof};

/// `SetOperation` of `parsenodes.h`.
mod operation {
    pub(super) const UNION: i64 = 1;
    pub(super) const INTERSECT: i64 = 2;
    pub(super) const EXCEPT: i64 = 3;
}

impl<'a> Scope<'_, 'a> {
    /// The proof for a column of a set operation, counted from 0.
    pub(super) fn arms(&self, operation: &'a Node, index: usize) -> Option<Proof> {
        self.arm(operation, index, None)
    }

    fn arm(&self, operation: &'a Node, index: usize, wanted: Option<i64>) -> Option<Proof> {
        if operation.tag() == "RANGETBLREF" {
            let entry = operation.int("rtindex")?;
            let query = self.entry(entry)?.node("subquery")?;
            let ty = column_type(query, index)?;
            if !is_kept(ty, wanted?) {
                return None;
            }
            return self.subquery(entry)?.get(index)?.clone();
        }
        if operation.tag() != "SETOPERATIONSTMT" {
            return None;
        }
        // The list of types is written as `(o 23 25)`.
        let ours = Value::int(operation.list("colTypes").get(index + 1)?)?;
        if !wanted.is_none_or(|wanted| is_kept(ours, wanted)) {
            return None;
        }
        let arm = |side: &str| self.arm(operation.node(side)?, index, Some(ours));
        match operation.int("op")? {
            operation::UNION => {
                arm("larg")?;
                arm("rarg")?;
                Some(Proof::because(
                    "every arm of the set operation gives a value",
                ))
            }
            // A row of the result is one of both arms.
            operation::INTERSECT => arm("larg").or_else(|| arm("rarg")),
            operation::EXCEPT => arm("larg"),
            _ => None,
        }
    }
}

/// Whether the conversion of a value to the common type of the arms, which is not written in the tree, is one of PostgreSQL's own: those
/// make no null of it.
fn is_kept(ty: i64, wanted: i64) -> bool {
    ty == wanted || (ty < FIRST_USER_OID && wanted < FIRST_USER_OID)
}

/// The type of an arm's column.
fn column_type(query: &Node, index: usize) -> Option<i64> {
    let mut targets = query
        .nodes("targetList")
        .filter(|it| it.is_false("resjunk"));
    type_of(targets.nth(index)?.node("expr")?)
}

/// The type of an expression, for most of them.
fn type_of(node: &Node) -> Option<i64> {
    const FIELDS: &[&str] = &[
        "vartype",
        "consttype",
        "funcresulttype",
        "opresulttype",
        "resulttype",
        "aggtype",
        "wintype",
        "casetype",
        "coalescetype",
        "minmaxtype",
        "array_typeid",
        "row_typeid",
        "paramtype",
        "refrestype",
        "type",
    ];
    match node.tag() {
        "BOOLEXPR" | "NULLTEST" | "BOOLEANTEST" | "SCALARARRAYOPEXPR" => Some(BOOLEAN),
        "SUBLINK" => match node.int("subLinkType")? {
            super::conditions::sublink::EXPRESSION => type_of(
                node.node("subselect")?
                    .nodes("targetList")
                    .next()?
                    .node("expr")?,
            ),
            super::conditions::sublink::ARRAY => None,
            _ => Some(BOOLEAN),
        },
        "GROUPINGFUNC" => Some(23),
        "COLLATEEXPR" => type_of(node.node("arg")?),
        _ => FIELDS.iter().find_map(|field| node.int(field)),
    }
}
