//! What a query does with its parameters: which columns they become the value of, and which they are compared with.

use crate::nodes::{Node, Value, nth, rte};
use crate::nullability::Prover;

use super::{ColumnRef, INSERT, ParameterUse, Query, UPDATE, World};

/// `PARAM_EXTERN` of `primnodes.h`.
const EXTERNAL: i64 = 0;

/// How many subqueries, views and joins a reference is followed through.
const DEPTH: usize = 32;

/// What each parameter of the query is used for, `$1` first.
pub(super) fn uses(world: &World, prover: &Prover, query: &Query) -> Vec<ParameterUse> {
    let mut found = Found {
        world,
        prover,
        all: vec![Uses::default(); query.parameters],
    };
    found.count(&query.tree);
    found.query(&query.tree, &[]);
    found.all.into_iter().map(Uses::summary).collect()
}

/// All uses of one parameter.
#[derive(Clone, Default)]
struct Uses {
    /// How often it is in the tree.
    count: usize,
    /// The columns that it becomes the value of, and whether each may be null; one for each time.
    assigned: Vec<(Option<ColumnRef>, bool)>,
    compared: Vec<(ColumnRef, String)>,
    /// Whether it must not be null, whatever it is assigned to.
    is_needed: bool,
}

impl Uses {
    fn summary(self) -> ParameterUse {
        let is_assigned_only =
            self.count > 0 && self.assigned.len() == self.count && !self.is_needed;
        let mut columns = self.assigned.iter().map(|(column, _)| column);
        let first = columns.next().cloned().flatten();
        ParameterUse {
            may_be_null: is_assigned_only && self.assigned.iter().all(|(_, may_be)| *may_be),
            assigned: first.filter(|first| columns.all(|it| it.as_ref() == Some(first))),
            compared: self.compared,
        }
    }
}

struct Found<'a> {
    world: &'a World,
    prover: &'a Prover,
    all: Vec<Uses>,
}

impl<'a> Found<'a> {
    fn count(&mut self, tree: &Node) {
        tree.walk(&mut |node| {
            let number = parameter(node).and_then(|number| self.all.get_mut(number));
            if let Some(uses) = number {
                uses.count += 1;
            }
        });
    }

    /// Enters the uses in a query and in those inside it. `around` are the queries around it, the nearest last.
    fn query(&mut self, query: &'a Node, around: &[&'a Node]) {
        self.assignments(query);
        let mut queries = around.to_vec();
        queries.push(query);
        let mut inner = Vec::new();
        let mut comparisons = Vec::new();
        below(query, &mut |node| match node.tag() {
            "QUERY" => inner.push(node),
            "OPEXPR" | "SCALARARRAYOPEXPR" | "DISTINCTEXPR" => comparisons.push(node),
            _ => {}
        });
        for comparison in comparisons {
            self.comparison(comparison, &queries);
        }
        for query in inner {
            self.query(query, &queries);
        }
    }

    fn comparison(&mut self, node: &'a Node, queries: &[&'a Node]) {
        let arguments: Vec<&Node> = node.nodes("args").collect();
        let [left, right] = arguments[..] else {
            return;
        };
        let operator = node.oid("opno");
        let Some(operator) = operator.and_then(|oid| self.world.operators.get(&oid)) else {
            return;
        };
        let (number, column, name) = match (parameter(stripped(left)), parameter(stripped(right))) {
            (None, Some(number)) => (number, left, Some(operator.name.clone())),
            (Some(number), None) => (number, right, operator.commutator.clone()),
            _ => return,
        };
        let Some(name) = name else {
            return;
        };
        let name = match (node.tag(), node.text("useOr")) {
            ("SCALARARRAYOPEXPR", Some("true")) => format!("{name} ANY"),
            ("SCALARARRAYOPEXPR", _) => format!("{name} ALL"),
            ("DISTINCTEXPR", _) => "IS DISTINCT FROM".to_owned(),
            _ => name,
        };
        let column = self.origin(stripped(column), queries, DEPTH);
        let uses = self.all.get_mut(number);
        if let Some((uses, column)) = uses.zip(column) {
            let entry = (column, name);
            if !uses.compared.contains(&entry) {
                uses.compared.push(entry);
            }
        }
    }

    /// Enters what INSERT, UPDATE, MERGE and ON CONFLICT put into columns.
    fn assignments(&mut self, query: &'a Node) {
        let target = query.int("resultRelation").filter(|it| *it != 0);
        let target = target.and_then(|it| nth(query.list("rtable"), it)?.node());
        let Some(target) = target.and_then(|it| it.oid("relid")) else {
            return;
        };
        let mut lists = Vec::new();
        if matches!(query.int("commandType"), Some(UPDATE | INSERT)) {
            lists.push(query);
        }
        lists.extend(query.nodes("mergeActionList"));
        let lists = lists.into_iter().flat_map(|it| it.nodes("targetList"));
        let conflict = query.node("onConflict");
        let updated = conflict
            .into_iter()
            .flat_map(|it| it.nodes("onConflictSet"));
        let assigned: Vec<&Node> = lists.chain(updated).collect();
        for entry in assigned {
            let position = entry.int("resno").filter(|_| entry.is_false("resjunk"));
            if let Some((position, value)) = position.zip(entry.node("expr")) {
                self.assigned(target, position, value, query);
            }
        }
        if let Some(conflict) = conflict {
            self.excluded(target, query, conflict);
        }
    }

    /// Enters a value that a column gets, whichever row of rte::VALUES and whichever subquery it comes from.
    fn assigned(&mut self, table: u32, at: i64, value: &'a Node, query: &'a Node) {
        for number in sources(value, query) {
            let (column, may_be_null) = self.base(table, at, DEPTH);
            if let Some(uses) = self.all.get_mut(number) {
                uses.assigned.push((column, may_be_null));
            }
        }
    }

    /// Looks at what ON CONFLICT does with the values that were to be inserted: one that goes to a column which refuses null, or is computed
    /// with, may not be null.
    fn excluded(&mut self, table: u32, query: &'a Node, conflict: &'a Node) {
        let Some(excluded) = conflict.int("exclRelIndex").filter(|it| *it != 0) else {
            return;
        };
        let mut references = Vec::new();
        for part in ["onConflictSet", "onConflictWhere"] {
            let parts = conflict.nodes(part).chain(conflict.node(part));
            parts.for_each(|it| references.extend(references_to(it, excluded, None)));
        }
        for reference in references {
            let is_set = |it: &&Node| {
                it.node("expr")
                    .is_some_and(|it| std::ptr::eq(stripped(it), reference))
            };
            let set = conflict.nodes("onConflictSet").find(is_set);
            let set = set.and_then(|it| it.int("resno"));
            let may_be_null = set.is_some_and(|at| self.base(table, at, DEPTH).1);
            let inserted = reference.int("varattno").and_then(|it| output(query, it));
            for number in inserted.map(|it| sources(it, query)).unwrap_or_default() {
                if let Some(uses) = self.all.get_mut(number) {
                    uses.is_needed |= !may_be_null;
                }
            }
        }
    }

    /// The column, and whether it may be null. Behind a view that writes through it is the table's.
    fn base(&self, relation: u32, position: i64, depth: usize) -> (Option<ColumnRef>, bool) {
        let column = self.world.column(self.prover, relation, position);
        let Some(traits) = self.world.relations.get(&relation) else {
            return (column, false);
        };
        let Some(query) = self.prover.query(relation) else {
            return (column, !traits.required.contains(&position));
        };
        let writes_through = !traits.has_rules && !traits.has_row_triggers && depth > 0;
        let behind = || {
            let value = output(query, position).filter(|it| it.tag() == "VAR")?;
            let entry = nth(query.list("rtable"), value.int("varno")?)?.node()?;
            let table = entry.oid("relid")?;
            Some(self.base(table, value.int("varattno")?, depth - 1).1)
        };
        let may_be_null = writes_through.then(behind).flatten();
        (column, may_be_null.unwrap_or(false))
    }

    /// The column of a relation whose value an expression is.
    fn origin(&self, value: &Node, queries: &[&'a Node], depth: usize) -> Option<ColumnRef> {
        if value.tag() != "VAR" || depth == 0 {
            return None;
        }
        let levels = usize::try_from(value.int("varlevelsup")?).ok()?;
        let around = &queries[..queries.len().checked_sub(levels)?];
        let query = around.last()?;
        let entry = nth(query.list("rtable"), value.int("varno")?)?.node()?;
        let position = value.int("varattno")?;
        let behind = |field: &str| {
            let value = nth(entry.list(field), position)?.node()?;
            self.origin(stripped(value), around, depth - 1)
        };
        match entry.int("rtekind")? {
            rte::RELATION => self
                .world
                .column(self.prover, entry.oid("relid")?, position),
            rte::SUBQUERY => {
                let inner = entry.node("subquery")?;
                let mut queries = around.to_vec();
                queries.push(inner);
                self.origin(stripped(output(inner, position)?), &queries, depth - 1)
            }
            _ => behind("joinaliasvars").or_else(|| behind("groupexprs")),
        }
    }
}

/// The parameters whose values a value is: one of the rows of rte::VALUES, or of a SELECT that the query inserts. What is used for something
/// else, too, is none.
fn sources<'a>(value: &'a Node, query: &'a Node) -> Vec<usize> {
    let value = stripped(value);
    if let Some(number) = parameter(value) {
        return vec![number];
    }
    let rows = || {
        let position = value.int("varattno")?;
        let index = value.int("varno")?;
        let is_here = value.tag() == "VAR" && value.int("varlevelsup") == Some(0);
        let entry = nth(query.list("rtable"), index)
            .filter(|_| is_here)?
            .node()?;
        if references_to(query, index, Some(position)).len() != 1 {
            return None;
        }
        let rows = match entry.int("rtekind")? {
            rte::VALUES => entry.list("values_lists").iter(),
            rte::SUBQUERY => {
                let inner = entry.node("subquery").filter(|it| is_plain(it))?;
                return Some(vec![(output(inner, position)?, inner)]);
            }
            _ => return None,
        };
        let value = |row: &'a Value| Some((nth(row.list(), position)?.node()?, query));
        Some(rows.filter_map(value).collect())
    };
    let rows: Vec<(&Node, &Node)> = rows().unwrap_or_default();
    let of_row = |(value, query)| sources(value, query);
    rows.into_iter().flat_map(of_row).collect()
}

/// The references to an entry of the query's range table, or to one column of it, also from queries inside it.
fn references_to(tree: &Node, entry: i64, position: Option<i64>) -> Vec<&Node> {
    let mut found = Vec::new();
    let mut open = vec![(tree, 0)];
    while let Some((tree, levels)) = open.pop() {
        tree.walk_while(&mut |node| {
            let is_inside = node.tag() == "QUERY" && !std::ptr::eq(node, tree);
            if is_inside {
                open.push((node, levels + 1));
            }
            let is_one = node.tag() == "VAR"
                && node.int("varno") == Some(entry)
                && node.int("varlevelsup") == Some(levels)
                && position.is_none_or(
                    |it| matches!(node.int("varattno"), Some(at) if at == it || at == 0),
                );
            if is_one {
                found.push(node);
            }
            !is_inside
        });
    }
    found
}

/// Visits what is below a query, without what is below the queries inside it.
fn below<'a>(query: &'a Node, visit: &mut dyn FnMut(&'a Node)) {
    query.walk_while(&mut |node| {
        let is_inside = !std::ptr::eq(node, query);
        if is_inside {
            visit(node);
        }
        !(is_inside && node.tag() == "QUERY")
    });
}

/// An expression without the conversions around it, which give null for null alone.
fn stripped(mut node: &Node) -> &Node {
    /// `CoercionForm` of `primnodes.h`: an explicit and an implicit cast.
    const CASTS: [Option<i64>; 2] = [Some(1), Some(2)];
    loop {
        let inner = match node.tag() {
            "RELABELTYPE" | "COERCEVIAIO" | "ARRAYCOERCEEXPR" | "COERCETODOMAIN"
            | "COLLATEEXPR" => node.node("arg"),
            "FUNCEXPR" if CASTS.contains(&node.int("funcformat")) => node.nodes("args").next(),
            _ => None,
        };
        match inner {
            Some(inner) => node = inner,
            None => return node,
        }
    }
}

/// The place of a parameter among the parameters.
fn parameter(node: &Node) -> Option<usize> {
    let is_parameter = node.tag() == "PARAM" && node.int("paramkind") == Some(EXTERNAL);
    let number = node.int("paramid").filter(|_| is_parameter)?;
    usize::try_from(number).ok()?.checked_sub(1)
}

/// The expression of an output column.
fn output(query: &Node, position: i64) -> Option<&Node> {
    let mut targets = query.nodes("targetList");
    let target = targets.find(|it| it.int("resno") == Some(position));
    target?.node("expr")
}

/// Whether the output columns are expressions of each row, and are used for nothing else.
fn is_plain(query: &Node) -> bool {
    query.is_null("setOperations")
        && query.is_null("distinctClause")
        && query.is_null("groupClause")
        && query.is_null("groupingSets")
}
