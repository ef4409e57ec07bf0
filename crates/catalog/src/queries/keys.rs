//! The keys of what a query reads, and the equalities that a key can be given by.
//!
//! A key is unique by the equality of its index, which may differ from what a query compares by: texts that a collation takes for equal are
//! different to another, and `citext` compares otherwise than `text`. So an equality counts only if its operator is the equality of the
//! index's operator family, and its collation distinguishes what the index's does.

use std::collections::BTreeSet;

use crate::nodes::{Node, rte};
use crate::nullability::Prover;

use super::SELECT;
use super::entry::variable;
use super::facts::{Key, KeyColumn};
use super::rows::Rows;

/// The keys of an entry of a range table.
pub(super) fn of<'a>(rows: Rows<'a>, entry: &'a Node) -> Option<Vec<Key>> {
    match entry.int("rtekind")? {
        rte::RELATION => {
            let traits = rows.world.relations.get(&entry.oid("relid")?)?;
            if let Some(query) = view(rows, entry) {
                return of_query(rows.inside()?, query);
            }
            let is_covered = !traits.is_inherited || entry.is_false("inh");
            (is_covered && !traits.is_foreign).then(|| traits.keys.clone())
        }
        rte::SUBQUERY => of_query(rows.inside()?, entry.node("subquery")?),
        _ => None,
    }
}

/// The query of a view whose rows are just those of its query, which those of a continuous aggregate are not.
pub(super) fn view<'a>(rows: Rows<'a>, entry: &Node) -> Option<&'a Node> {
    let relation = entry.oid("relid")?;
    let traits = rows.world.relations.get(&relation)?;
    let is_view = traits.kind == "v" && traits.time.is_none();
    rows.prover.query(relation).filter(|_| is_view)
}

/// The keys of a query's result: the keys of its groups, or that of the one table that it reads.
fn of_query<'a>(rows: Rows<'a>, query: &'a Node) -> Option<Vec<Key>> {
    let is_plain = query.int("commandType") == Some(SELECT)
        && query.is_null("setOperations")
        && query.is_null("groupingSets")
        && query.is_false("hasTargetSRFs")
        && !rows.prover.fills_gaps(query);
    if !is_plain {
        return None;
    }
    if !query.is_null("distinctClause") {
        return grouped(rows, query, "distinctClause").map(|it| vec![it]);
    }
    if !query.is_null("groupClause") {
        return grouped(rows, query, "groupClause").map(|it| vec![it]);
    }
    if !query.is_false("hasAggs") || !query.is_null("havingQual") {
        return None;
    }
    let mut items = query.node("jointree")?.nodes("fromlist");
    let (Some(item), None) = (items.next(), items.next()) else {
        return None;
    };
    let index = item.int("rtindex")?;
    let entry = crate::nodes::nth(query.list("rtable"), index)?.node()?;
    let output = |column: &KeyColumn| {
        let is_it = |target: &&Node| {
            target.is_false("resjunk")
                && target.node("expr").and_then(variable) == Some((index, column.position))
        };
        let position = query.nodes("targetList").find(is_it)?.int("resno")?;
        Some(KeyColumn {
            position,
            ..column.clone()
        })
    };
    let key = |key: &Key| {
        let columns: Option<Vec<KeyColumn>> = key.columns.iter().map(output).collect();
        Some(Key { columns: columns? })
    };
    Some(of(rows, entry)?.iter().filter_map(key).collect())
}

/// The key that a list of grouping keys is.
fn grouped<'a>(rows: Rows<'a>, query: &'a Node, list: &str) -> Option<Key> {
    let column = |key: &Node| {
        let number = key.int("tleSortGroupRef").filter(|it| *it != 0)?;
        let is_it =
            |it: &&Node| it.is_false("resjunk") && it.int("ressortgroupref") == Some(number);
        let target = query.nodes("targetList").find(is_it)?;
        let operator = rows.world.operators.get(&key.oid("eqop")?)?;
        Some(KeyColumn {
            position: target.int("resno")?,
            families: operator.equality_of.clone(),
            collation: collation(target.node("expr")?)?,
        })
    };
    let columns: Option<Vec<KeyColumn>> = query.nodes(list).map(column).collect();
    Some(Key { columns: columns? })
}

/// Whether the condition is the equality of an operator family, by a collation that distinguishes at least what another does.
pub(super) fn is_equality(rows: Rows<'_>, condition: &Node, family: u32, collation: u32) -> bool {
    let operator = condition.oid("opno");
    let operator = operator.and_then(|it| rows.world.operators.get(&it));
    let function = rows.prover.function(condition, "opfuncid");
    let used = condition
        .int("inputcollid")
        .and_then(|it| u32::try_from(it).ok());
    let distinguishes =
        used.is_some_and(|it| it == collation || !rows.world.loose_collations.contains(&it));
    condition.tag() == "OPEXPR"
        && operator.is_some_and(|it| it.equality_of.contains(&family))
        && function.is_some_and(|it| it.is_strict && !it.is_volatile)
        && distinguishes
}

/// An expression without conversions that leave its bytes as they are.
pub(super) fn relabelled(mut node: &Node) -> &Node {
    while node.tag() == "RELABELTYPE" {
        match node.node("arg") {
            Some(inner) => node = inner,
            None => break,
        }
    }
    node
}

/// The collation of an expression, for some of them; 0 if its type has none.
pub(super) fn collation(node: &Node) -> Option<u32> {
    let field = match node.tag() {
        "VAR" => "varcollid",
        "CONST" => "constcollid",
        "FUNCEXPR" => "funccollid",
        "OPEXPR" => "opcollid",
        "RELABELTYPE" => "resultcollid",
        "COLLATEEXPR" => "collOid",
        _ => return None,
    };
    u32::try_from(node.int(field)?).ok()
}

/// Whether the expression gives the same whenever it is evaluated for the same rows in one run of the query.
pub(super) fn is_repeatable(prover: &Prover, expression: &Node) -> bool {
    let mut is_repeatable = true;
    expression.walk_while(&mut |node| {
        let is_stable = |field: &str| {
            let function = prover.function(node, field);
            function.is_some_and(|it| !it.is_volatile)
        };
        is_repeatable &= match node.tag() {
            "VAR" | "CONST" | "PARAM" | "RELABELTYPE" | "COLLATEEXPR" | "COERCEVIAIO"
            | "COERCETODOMAIN" | "BOOLEXPR" | "NULLTEST" | "COALESCEEXPR" | "MINMAXEXPR"
            | "ARRAYEXPR" | "CASEEXPR" | "CASEWHEN" | "CASETESTEXPR" | "NAMEDARGEXPR"
            | "SQLVALUEFUNCTION" => true,
            "FUNCEXPR" => node.is_false("funcretset") && is_stable("funcid"),
            "OPEXPR" => node.is_false("opretset") && is_stable("opfuncid"),
            // A query that refers to none around it is run once.
            "SUBLINK" => node
                .node("subselect")
                .is_some_and(|it| is_run_once(prover, it)),
            _ => false,
        };
        is_repeatable && node.tag() != "SUBLINK"
    });
    is_repeatable
}

fn is_run_once(prover: &Prover, query: &Node) -> bool {
    const FUNCTIONS: [&str; 4] = ["funcid", "opfuncid", "aggfnoid", "winfnoid"];
    let mut is_closed = true;
    let mut open = vec![(query, 0)];
    while let Some((query, levels)) = open.pop() {
        query.walk_while(&mut |node| {
            let is_inside = node.tag() == "QUERY" && !std::ptr::eq(node, query);
            if is_inside {
                open.push((node, levels + 1));
            }
            is_closed &= node.int("varlevelsup").is_none_or(|it| it <= levels)
                && node.int("agglevelsup").is_none_or(|it| it <= levels)
                && node.int("ctelevelsup").is_none_or(|it| it <= levels);
            for field in FUNCTIONS {
                let function = node.oid(field).map(|it| prover.functions.get(&it));
                is_closed &= function.is_none_or(|it| it.is_some_and(|it| !it.is_volatile));
            }
            is_closed && !is_inside
        });
    }
    is_closed
}

/// The entries of the query around that an entry of its FROM clause refers to.
pub(super) fn references(entry: &Node, found: &mut BTreeSet<i64>) {
    collect(entry, found);
}

/// The same for an expression; false if it has a reference that nobody understands.
pub(super) fn references_of_expression(expression: &Node, found: &mut BTreeSet<i64>) -> bool {
    collect(expression, found);
    !found.contains(&0)
}

fn collect(tree: &Node, found: &mut BTreeSet<i64>) {
    let mut open = vec![(tree, 0)];
    while let Some((tree, levels)) = open.pop() {
        tree.walk_while(&mut |node| {
            let is_query = node.tag() == "QUERY" && !std::ptr::eq(node, tree);
            if is_query {
                open.push((node, levels + 1));
            }
            if node.tag() == "VAR" && node.int("varlevelsup") == Some(levels) {
                found.insert(node.int("varno").unwrap_or_default());
            }
            !is_query
        });
    }
}
