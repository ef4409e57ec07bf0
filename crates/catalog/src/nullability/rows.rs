//! Whether a query surely has a row.

use crate::nodes::{Node, Value, rte};

use super::BOOLEAN;
use super::joins::join;
use super::scope::Scope;

/// The OID of `integer`.
const INTEGER: i64 = 23;

impl<'a> Scope<'_, 'a> {
    /// Whether the query gives at least one row, whatever the tables hold.
    pub(super) fn has_a_row(&self) -> bool {
        let query = self.query;
        let may_drop = !query.is_null("limitOffset")
            || !query.is_null("havingQual")
            || !query.is_false("hasTargetSRFs")
            || !query.field("limitCount").is_some_and(|limit| {
                limit
                    .node()
                    .map_or(*limit == Value::Null, |it| self.lets_pass(it))
            });
        if may_drop {
            return false;
        }
        if let Some(operation) = query.node("setOperations") {
            return self.arms_have_a_row(operation);
        }
        let is_one_group = query.is_true("hasAggs")
            && query.is_null("groupClause")
            && query.is_null("groupingSets");
        is_one_group || self.reads_a_row()
    }

    /// Whether at least one row passes the WHERE clause.
    pub(super) fn reads_a_row(&self) -> bool {
        let Some(tree) = self.query.node("jointree") else {
            return false;
        };
        is_always_true(tree) && tree.nodes("fromlist").all(|item| self.item_has_a_row(item))
    }

    /// Whether a LIMIT lets a row pass.
    fn lets_pass(&self, limit: &'a Node) -> bool {
        if limit.tag() == "FUNCEXPR" {
            // The number is cast to `bigint`, which makes a zero of a fraction.
            let is_cast = self
                .function(limit, "funcid")
                .is_some_and(|it| it.is_of_postgres() && it.name == "int8");
            let number = limit.nodes("args").next();
            let number = number.filter(|it| it.int("consttype") == Some(INTEGER));
            return is_cast && number.is_some_and(is_not_zero);
        }
        // LIMIT ALL is a null.
        limit.tag() == "CONST" && (limit.is_true("constisnull") || is_not_zero(limit))
    }

    fn arms_have_a_row(&self, operation: &'a Node) -> bool {
        const UNION: i64 = 1;
        if operation.tag() == "RANGETBLREF" {
            return self.item_has_a_row(operation);
        }
        let arm = |side: &str| {
            let arm = operation.node(side);
            arm.is_some_and(|arm| self.arms_have_a_row(arm))
        };
        operation.int("op") == Some(UNION) && (arm("larg") || arm("rarg"))
    }

    fn item_has_a_row(&self, item: &'a Node) -> bool {
        let side = |side: &str| {
            item.node(side)
                .is_some_and(|item| self.item_has_a_row(item))
        };
        if item.tag() == "JOINEXPR" {
            return match item.int("jointype") {
                Some(join::INNER) => is_always_true(item) && side("larg") && side("rarg"),
                Some(join::LEFT) => side("larg"),
                Some(join::RIGHT) => side("rarg"),
                Some(join::FULL) => side("larg") || side("rarg"),
                _ => false,
            };
        }
        let Some(entry) = item.int("rtindex").and_then(|index| self.entry(index)) else {
            return false;
        };
        match entry.int("rtekind") {
            Some(rte::SUBQUERY) => {
                let query = entry.node("subquery");
                query
                    .and_then(|query| self.inner(query))
                    .is_some_and(|inner| inner.has_a_row())
            }
            Some(rte::VALUES) => !entry.list("values_lists").is_empty(),
            Some(rte::FUNCTION) => {
                let mut calls = entry.nodes("functions").map(|it| it.node("funcexpr"));
                calls.any(|call| call.is_some_and(gives_one_row))
            }
            _ => false,
        }
    }
}

/// Whether there is no condition, or `true`, as in `JOIN LATERAL … ON true`.
fn is_always_true(of: &Node) -> bool {
    of.is_null("quals")
        || of.node("quals").is_some_and(|condition| {
            condition.int("consttype") == Some(BOOLEAN) && is_not_zero(condition)
        })
}

fn is_not_zero(constant: &Node) -> bool {
    match constant.field("constvalue") {
        Some(Value::Datum(bytes)) => {
            constant.tag() == "CONST" && bytes.iter().any(|byte| *byte != 0)
        }
        _ => false,
    }
}

fn gives_one_row(call: &Node) -> bool {
    call.tag() == "FUNCEXPR" && call.is_false("funcretset")
}
