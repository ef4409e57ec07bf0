//! One query of a view: its tables, the joins that may null them, and the rules for its expressions.

use std::collections::HashSet;

use crate::nodes::{Node, Value};

use super::functions::Aggregate;
use super::{Function, Proof, Prover};

/// `RTEKind` of `parsenodes.h`.
mod rte {
    pub(super) const RELATION: i64 = 0;
    pub(super) const SUBQUERY: i64 = 1;
    pub(super) const JOIN: i64 = 2;
    pub(super) const VALUES: i64 = 5;
    pub(super) const CTE: i64 = 6;
    /// From PostgreSQL 18: the grouping keys.
    pub(super) const GROUP: i64 = 9;
}

/// `JoinType` of `nodes.h`.
mod join {
    pub(super) const INNER: i64 = 0;
    pub(super) const LEFT: i64 = 1;
    pub(super) const RIGHT: i64 = 3;
}

/// `SubLinkType` of `primnodes.h`, those whose result is never null.
mod sublink {
    pub(super) const EXISTS: i64 = 0;
    pub(super) const ARRAY: i64 = 6;
}

/// `NullTestType` of `primnodes.h`.
const IS_NOT_NULL: i64 = 1;

/// `CoercionForm` of `primnodes.h`: an explicit and an implicit cast.
const CASTS: [i64; 2] = [1, 2];

pub(super) struct Scope<'a> {
    prover: &'a Prover,
    query: &'a Node,
    /// Entries of the range table that an outer join may null.
    nulled: HashSet<i64>,
    /// Columns, as (entry, attribute), that the WHERE clause demands to be not null.
    kept: HashSet<(i64, i64)>,
    /// With GROUPING SETS, ROLLUP or CUBE any grouping key may be null.
    grouping_sets: bool,
    /// Whether every group has a row: without GROUP BY, the single group of an empty table has no rows.
    groups_have_rows: bool,
}

impl<'a> Scope<'a> {
    /// `None` if nothing can be proven about this kind of query.
    pub(super) fn new(prover: &'a Prover, query: &'a Node) -> Option<Scope<'a>> {
        if query.tag() != "QUERY" || fills_gaps(prover, query) {
            return None;
        }
        let tree = query.node("jointree")?;
        let mut nulled = HashSet::new();
        for item in tree.nodes("fromlist") {
            outer_joins(item, false, &mut nulled);
        }
        let mut kept = HashSet::new();
        if let Some(condition) = tree.node("quals") {
            demanded(condition, &mut kept);
        }
        // An absent field is a version that is not known: the careful answer is that there are grouping sets, and no groups.
        let grouping_sets = !query.is_null("groupingSets");
        let groups_have_rows = !grouping_sets && !query.list("groupClause").is_empty();
        Some(Scope {
            prover,
            query,
            nulled,
            kept,
            grouping_sets,
            groups_have_rows,
        })
    }

    /// The proof for the query's output column, counted from 1.
    pub(super) fn output(&self, position: i64) -> Option<Proof> {
        if let Some(operation) = self.query.node("setOperations") {
            return self.arms(operation, position);
        }
        let target = self
            .query
            .nodes("targetList")
            .find(|target| target.int("resno") == Some(position) && target.is_false("resjunk"))?;
        self.expression(target.node("expr")?)
    }

    /// UNION, INTERSECT, EXCEPT: every arm has to prove the column.
    fn arms(&self, operation: &Node, position: i64) -> Option<Proof> {
        match operation.tag() {
            "RANGETBLREF" => {
                let entry = self.entry(operation.int("rtindex")?)?;
                self.prover.output(entry.node("subquery")?, position)
            }
            "SETOPERATIONSTMT" => {
                self.arms(operation.node("larg")?, position)?;
                self.arms(operation.node("rarg")?, position)?;
                Some(Proof::because(
                    "every arm of the set operation gives a value",
                ))
            }
            _ => None,
        }
    }

    fn entry(&self, index: i64) -> Option<&'a Node> {
        self.query
            .list("rtable")
            .get(usize::try_from(index).ok()?.checked_sub(1)?)?
            .node()
    }

    /// What the query itself calls the table and the column that a reference is to.
    fn column_name(&self, variable: &Node) -> Option<(&'a str, &'a str)> {
        let names = self.entry(variable.int("varno")?)?.node("eref")?;
        match nth(names.list("colnames"), variable.int("varattno")?)? {
            Value::Atom(column) => Some((names.text("aliasname")?, column)),
            _ => None,
        }
    }

    fn expression(&self, node: &'a Node) -> Option<Proof> {
        match node.tag() {
            "VAR" => self.variable(node),
            "CONST" => (node.is_false("constisnull") && !self.grouping_sets).then(Proof::constant),
            "AGGREF" => self.aggregate(node),
            "WINDOWFUNC" => {
                let function = self.function(node, "winfnoid")?;
                function
                    .numbers_rows()
                    .then(|| Proof::because(format!("`{}`", function.name)))
            }
            "GROUPINGFUNC" => Some(Proof::because("`grouping`")),
            // With grouping sets any expression may be a grouping key; those below contain no aggregate that would rule this out.
            _ if self.grouping_sets && !calls_aggregate(node) => None,
            "FUNCEXPR" => self.call(node),
            "OPEXPR" => {
                let function = self.function(node, "opfuncid")?;
                if !function.keeps_not_null() || !node.is_false("opretset") {
                    return None;
                }
                self.all(node.nodes("args"))
                    .map(|proofs| summary("an operator on", &proofs))
            }
            "BOOLEXPR" => self
                .all(node.nodes("args"))
                .map(|proofs| summary("a condition on", &proofs)),
            "NULLTEST" | "BOOLEANTEST" | "DISTINCTEXPR" => {
                Some(Proof::because("a test for null, true, false or difference"))
            }
            "SUBLINK" => match node.int("subLinkType")? {
                sublink::EXISTS => Some(Proof::because("`EXISTS`")),
                sublink::ARRAY => Some(Proof::because("`ARRAY`")),
                _ => None,
            },
            "ARRAYEXPR" => Some(Proof::because("`ARRAY`")),
            "ROWEXPR" => Some(Proof::because("`ROW`")),
            "COALESCEEXPR" => self.any("COALESCE", node),
            "MINMAXEXPR" => self.any(
                if node.int("op")? == 0 {
                    "GREATEST"
                } else {
                    "LEAST"
                },
                node,
            ),
            "CASEEXPR" => self.case(node),
            "RELABELTYPE" | "COERCEVIAIO" | "ARRAYCOERCEEXPR" | "COERCETODOMAIN"
            | "COLLATEEXPR" | "NAMEDARGEXPR" => self.expression(node.node("arg")?),
            _ => None,
        }
    }

    fn variable(&self, node: &'a Node) -> Option<Proof> {
        let (index, position) = (node.int("varno")?, node.int("varattno")?);
        if node.int("varlevelsup")? != 0 || position <= 0 {
            return None;
        }
        let entry = self.entry(index)?;
        let kind = entry.int("rtekind")?;
        if self.grouping_sets {
            return None;
        }
        if kind == rte::GROUP {
            return self.expression(nth(entry.list("groupexprs"), position)?.node()?);
        }
        if self.kept.contains(&(index, position)) {
            let (table, column) = self.column_name(node)?;
            return Some(Proof::because(format!(
                "`{table}.{column}`, whose nulls the query leaves out"
            )));
        }
        if self.nulled.contains(&index) {
            return None;
        }
        match kind {
            rte::RELATION => self
                .prover
                .column(u32::try_from(entry.int("relid")?).ok()?, position),
            rte::SUBQUERY => self.prover.output(entry.node("subquery")?, position),
            rte::JOIN => self.expression(nth(entry.list("joinaliasvars"), position)?.node()?),
            rte::CTE => self.prover.output(self.cte(entry)?, position),
            rte::VALUES => {
                let rows = entry.list("values_lists");
                let constant = |row: &'a Value| match row {
                    Value::List(row) => nth(row, position)
                        .and_then(Value::node)
                        .and_then(|value| self.expression(value)),
                    _ => None,
                };
                (!rows.is_empty() && rows.iter().all(|row| constant(row).is_some()))
                    .then(|| Proof::because("every row of `VALUES`"))
            }
            _ => None,
        }
    }

    /// The query of one of this query's WITH items, unless it is recursive.
    fn cte(&self, entry: &Node) -> Option<&'a Node> {
        if entry.int("ctelevelsup")? != 0 || !entry.is_false("self_reference") {
            return None;
        }
        let item = self
            .query
            .nodes("cteList")
            .find(|item| item.text("ctename") == entry.text("ctename"))?;
        if item.is_false("cterecursive") {
            item.node("ctequery")
        } else {
            None
        }
    }

    fn aggregate(&self, node: &'a Node) -> Option<Proof> {
        let function = self.function(node, "aggfnoid")?;
        if node.int("agglevelsup")? != 0 {
            return None;
        }
        match function.aggregate() {
            Aggregate::Counts if node.is_true("aggstar") => Some(Proof::because("`count(*)`")),
            Aggregate::Counts => {
                let argument = node
                    .nodes("args")
                    .next()
                    .and_then(|target| self.column_name(target.node("expr")?));
                let name = argument.map_or("…", |(_, column)| column);
                Some(Proof::because(format!("`count({name})`")))
            }
            Aggregate::KeepsNotNull if self.groups_have_rows && node.is_null("aggfilter") => {
                let arguments: Option<Vec<&Node>> = node
                    .nodes("args")
                    .map(|target| target.node("expr"))
                    .collect();
                let proofs = self.all(arguments?.into_iter())?;
                // The second argument of `first` and `last` is what to order by; they return the first.
                Some(Proof::because(format!(
                    "`{}` of {}",
                    function.name,
                    proofs.first()?.text
                )))
            }
            Aggregate::KeepsNotNull | Aggregate::Unknown => None,
        }
    }

    fn call(&self, node: &'a Node) -> Option<Proof> {
        let function = self.function(node, "funcid")?;
        if !function.keeps_not_null() || !node.is_false("funcretset") {
            return None;
        }
        let proofs = self.all(node.nodes("args"))?;
        if CASTS.contains(&node.int("funcformat")?) {
            // A reader is not interested in a cast.
            return proofs.into_iter().next();
        }
        if proofs.iter().all(|proof| proof.constant) {
            return Some(Proof::because(format!("`{}`", function.name)));
        }
        Some(summary(&format!("`{}` of", function.name), &proofs))
    }

    fn case(&self, node: &'a Node) -> Option<Proof> {
        for branch in node.nodes("args") {
            self.expression(branch.node("result")?)?;
        }
        self.expression(node.node("defresult")?)?;
        Some(Proof::because("every branch of `CASE` gives a value"))
    }

    /// Proofs of all expressions, or `None` when one is missing.
    fn all(&self, expressions: impl Iterator<Item = &'a Node>) -> Option<Vec<Proof>> {
        expressions
            .map(|expression| self.expression(expression))
            .collect()
    }

    /// COALESCE, GREATEST and LEAST skip nulls: one argument that is never null is enough.
    fn any(&self, name: &str, node: &'a Node) -> Option<Proof> {
        let proof = node
            .nodes("args")
            .find_map(|argument| self.expression(argument))?;
        Some(Proof::because(format!("`{name}` with {}", proof.text)))
    }

    fn function(&self, node: &Node, field: &str) -> Option<&'a Function> {
        self.prover
            .functions
            .get(&u32::try_from(node.int(field)?).ok()?)
    }
}

/// What an expression over proven ones is called in a reason.
fn summary(name: &str, proofs: &[Proof]) -> Proof {
    let mut variable = proofs.iter().filter(|proof| !proof.constant);
    let operands = match (variable.next(), variable.next()) {
        (None, _) => "constants",
        (Some(proof), None) => &proof.text,
        (Some(_), Some(_)) => "values that are never null",
    };
    Proof::because(format!("{name} {operands}"))
}

fn nth(list: &[Value], position: i64) -> Option<&Value> {
    list.get(usize::try_from(position).ok()?.checked_sub(1)?)
}

/// Collects the range table entries below a join tree item that some outer join may null.
fn outer_joins(item: &Node, nullable: bool, nulled: &mut HashSet<i64>) {
    let index = item.int("rtindex").unwrap_or(0);
    if nullable {
        nulled.insert(index);
    }
    if item.tag() != "JOINEXPR" {
        return;
    }
    let (left, right) = match item.int("jointype") {
        Some(join::INNER) => (false, false),
        Some(join::LEFT) => (false, true),
        Some(join::RIGHT) => (true, false),
        _ => (true, true),
    };
    for (side, outer) in [("larg", left), ("rarg", right)] {
        if let Some(side) = item.node(side) {
            outer_joins(side, nullable || outer, nulled);
        }
    }
}

/// Collects the columns that have an `IS NOT NULL` among the conditions that all have to hold.
fn demanded(condition: &Node, kept: &mut HashSet<(i64, i64)>) {
    match condition.tag() {
        // `AND_EXPR`, which the text form writes as `and`.
        "BOOLEXPR" if condition.text("boolop") == Some("and") => {
            condition
                .nodes("args")
                .for_each(|argument| demanded(argument, kept));
        }
        "NULLTEST"
            if condition.int("nulltesttype") == Some(IS_NOT_NULL)
                && condition.is_false("argisrow") =>
        {
            let Some(variable) = condition.node("arg").filter(|arg| arg.tag() == "VAR") else {
                return;
            };
            if let (Some(0), Some(index), Some(position)) = (
                variable.int("varlevelsup"),
                variable.int("varno"),
                variable.int("varattno"),
            ) {
                kept.insert((index, position));
            }
        }
        _ => {}
    }
}

/// Whether the expression calls an aggregate of the same query, and so is not a grouping key. An aggregate in a subquery does not count.
fn calls_aggregate(node: &Node) -> bool {
    let mut found = false;
    let mut in_subquery = false;
    node.walk(&mut |node| {
        found |= matches!(node.tag(), "AGGREF" | "GROUPINGFUNC");
        in_subquery |= node.tag() == "QUERY";
    });
    found && !in_subquery
}

/// Whether the query's output has rows that come from no table row.
fn fills_gaps(prover: &Prover, query: &Node) -> bool {
    let targets = query.nodes("targetList");
    // From PostgreSQL 18 a target that is a grouping key only refers to it: the call is in the grouping key.
    let keys = query.nodes("rtable").flat_map(|it| it.nodes("groupexprs"));
    let mut found = false;
    for expression in targets.chain(keys) {
        expression.walk(&mut |node| {
            let function = node
                .int("funcid")
                .and_then(|oid| prover.functions.get(&u32::try_from(oid).ok()?));
            found |= function.is_some_and(Function::fills_gaps);
        });
    }
    found
}
