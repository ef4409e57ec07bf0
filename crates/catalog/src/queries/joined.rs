//! The FROM clause of a query: of which tables there is at most one row in its result, because a key of theirs is given.
//!
//! A row of the result is one combination of rows of the tables, and no combination comes twice. If in all rows of the result each table's row
//! is the same, there is one. A table's row is found step by step: by a key whose columns equal constants, parameters, columns of an outer
//! query, or columns of tables whose rows are found already.

use std::collections::BTreeSet;

use crate::nodes::{Node, nth, rte};

use super::entry::variable;
use super::facts::{Key, KeyColumn};
use super::keys;
use super::rows::Rows;

/// `JoinType` of `nodes.h`.
mod join {
    pub(super) const INNER: i64 = 0;
    pub(super) const LEFT: i64 = 1;
    pub(super) const RIGHT: i64 = 3;
}

/// How many equations a column is followed through.
const DEPTH: u32 = 16;

/// What the FROM clause reads.
pub(super) struct Joined<'a> {
    rows: Rows<'a>,
    pub(super) query: &'a Node,
    pub(super) parts: Vec<Part<'a>>,
    /// The entries of the range table whose row is found.
    found: BTreeSet<i64>,
    reasons: Vec<(i64, String)>,
}

/// An entry of the FROM clause.
#[derive(Clone)]
pub(super) struct Part<'a> {
    pub(super) entry: i64,
    /// What holds in the rows of the result that have a row of this entry.
    pub(super) conditions: Vec<&'a Node>,
    /// The entries on the other side of outer joins, which the conditions may be about.
    before: Vec<i64>,
    /// Whether a FULL JOIN may add rows without one of this entry.
    is_in_full_join: bool,
}

impl<'a> Joined<'a> {
    pub(super) fn read(rows: Rows<'a>, query: &'a Node) -> Joined<'a> {
        let mut joined = Joined {
            rows,
            query,
            parts: parts(query),
            found: BTreeSet::new(),
            reasons: Vec::new(),
        };
        joined.find();
        joined
    }

    /// The source and the target of MERGE. A row of the source that has no match is one row of the result, otherwise it is its match.
    pub(super) fn merged(rows: Rows<'a>, query: &'a Node) -> Option<Joined<'a>> {
        /// `MERGE_WHEN_NOT_MATCHED_BY_SOURCE` of `primnodes.h`, from PostgreSQL 17 on.
        const BY_SOURCE: i64 = 1;
        let is_of_source = |action: &Node| match action.int("matchKind") {
            Some(kind) => kind != BY_SOURCE,
            None => action.field("matched").is_some(),
        };
        if !query.nodes("mergeActionList").all(is_of_source) {
            return None;
        }
        let target = query.int("resultRelation")?;
        let tree = query.node("jointree")?;
        let mut parts = Vec::new();
        for item in tree.nodes("fromlist") {
            add(item, &around(Vec::new()), &mut parts);
        }
        parts.retain(|it| it.entry != target);
        let conditions = tree.node("quals").into_iter();
        let conditions = conditions.chain(query.node("mergeJoinCondition"));
        let mut place = around(conditions.flat_map(conjuncts).collect());
        place.entry = target;
        place.before = parts.iter().map(|it| it.entry).collect();
        parts.push(place);
        let mut joined = Joined {
            rows,
            query,
            parts,
            found: BTreeSet::new(),
            reasons: Vec::new(),
        };
        joined.find();
        Some(joined)
    }

    /// Why there is at most one row of the entry.
    pub(super) fn why(&self, entry: i64) -> Option<String> {
        let reason = self.reasons.iter().find(|(of, _)| *of == entry);
        reason.map(|(_, why)| why.clone())
    }

    /// Why there is at most one row of all together.
    pub(super) fn why_all(&self) -> Option<String> {
        let is_found = |part: &Part<'_>| self.found.contains(&part.entry);
        if !self.parts.iter().all(is_found) {
            return None;
        }
        if self.parts.is_empty() {
            return Some("a query without `FROM`".to_owned());
        }
        let reasons = self.reasons.iter().map(|(_, why)| why.as_str());
        Some(reasons.collect::<Vec<_>>().join(", "))
    }

    fn find(&mut self) {
        while let Some((entry, why)) = self.next() {
            self.found.insert(entry);
            self.reasons.push((entry, why));
        }
    }

    /// An entry whose row is found by what is found already.
    fn next(&self) -> Option<(i64, String)> {
        let mut open = self.parts.iter();
        open.find_map(|part| {
            let is_open = !self.found.contains(&part.entry)
                && part.before.iter().all(|it| self.found.contains(it));
            let why = is_open.then(|| self.part(part)).flatten()?;
            Some((part.entry, why))
        })
    }

    fn part(&self, part: &Part<'a>) -> Option<String> {
        let entry = nth(self.query.list("rtable"), part.entry)?.node()?;
        // What a LATERAL entry refers to has to be the same, too.
        let refers_to_found = || {
            let mut references = BTreeSet::new();
            keys::references(entry, &mut references);
            references.iter().all(|it| self.found.contains(it))
        };
        let is_single = || self.is_single(entry).filter(|_| refers_to_found());
        let single = (!part.is_in_full_join).then(is_single).flatten();
        single.or_else(|| {
            let keys = keys::of(self.rows, entry)?;
            let is_given = |key: &&Key| {
                !key.columns.is_empty()
                    && key.columns.iter().all(|it| self.is_column_given(part, it))
            };
            let key = keys.iter().find(is_given)?;
            refers_to_found().then(|| self.named(entry, key))?
        })
    }

    fn named(&self, entry: &Node, key: &Key) -> Option<String> {
        let names = entry.node("eref")?;
        let column = |it: &KeyColumn| nth(names.list("colnames"), it.position)?.text();
        let columns: Option<Vec<&str>> = key.columns.iter().map(column).collect();
        Some(format!(
            "`{}` by its key ({})",
            names.text("aliasname")?,
            columns?.join(", ")
        ))
    }

    /// Why an entry has at most one row by itself.
    fn is_single(&self, entry: &'a Node) -> Option<String> {
        let rows = self.rows.inside()?;
        let alias = entry.node("eref")?.text("aliasname")?;
        let of = |why: String| format!("`{alias}` has one row: {why}");
        match entry.int("rtekind")? {
            rte::SUBQUERY => rows.at_most_one(entry.node("subquery")?).map(of),
            rte::RELATION => {
                let view = keys::view(rows, entry)?;
                rows.at_most_one(view).map(of)
            }
            rte::VALUES => (entry.list("values_lists").len() == 1)
                .then(|| of("one row of `VALUES`".to_owned())),
            rte::FUNCTION => {
                let mut calls = entry.nodes("functions").map(|it| it.node("funcexpr"));
                let gives_one = |call: Option<&Node>| {
                    call.is_some_and(|it| it.tag() == "FUNCEXPR" && it.is_false("funcretset"))
                };
                calls
                    .all(gives_one)
                    .then(|| of("a function that returns no set".to_owned()))
            }
            rte::WITH if entry.int("ctelevelsup") == Some(0) => {
                let name = entry.text("ctename")?;
                let mut items = self.query.nodes("cteList");
                let item = items.find(|it| it.text("ctename") == Some(name))?;
                let query = item.node("ctequery");
                let query = query.filter(|_| item.is_false("cterecursive"))?;
                rows.at_most_one(query).map(of)
            }
            _ => None,
        }
    }

    fn is_column_given(&self, part: &Part<'a>, column: &KeyColumn) -> bool {
        column.families.iter().any(|family| {
            let given = Given {
                conditions: &part.conditions,
                family: *family,
                collation: column.collation,
            };
            self.is_variable_given(&given, part.entry, column.position, DEPTH)
        })
    }

    /// Whether a key of GROUP BY or DISTINCT has the same value in all rows.
    pub(super) fn is_key_given(&self, key: &Node) -> bool {
        let given = || {
            let number = key.int("tleSortGroupRef").filter(|it| *it != 0)?;
            let mut targets = self.query.nodes("targetList");
            let target = targets.find(|it| it.int("ressortgroupref") == Some(number))?;
            let expression = self.resolved(target.node("expr")?);
            if self.is_found(expression) {
                return Some(true);
            }
            let operator = self.rows.world.operators.get(&key.oid("eqop")?)?;
            let collation = keys::collation(expression)?;
            let (entry, position) = variable(expression)?;
            let part = self.parts.iter().find(|it| it.entry == entry)?;
            let mut families = operator.equality_of.iter();
            // In the rows that an outer join adds, it is null.
            let is_there = part.before.is_empty() && !part.is_in_full_join;
            Some(
                is_there
                    && families.any(|family| {
                        let given = Given {
                            conditions: &part.conditions,
                            family: *family,
                            collation,
                        };
                        self.is_variable_given(&given, entry, position, DEPTH)
                    }),
            )
        };
        given().unwrap_or(false)
    }

    /// Whether the column equals something that is the same in all rows.
    fn is_variable_given(
        &self,
        given: &Given<'a, '_>,
        entry: i64,
        position: i64,
        depth: u32,
    ) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        let is_column = |node: &'a Node| {
            variable(self.resolved(keys::relabelled(node))) == Some((entry, position))
        };
        given.conditions.iter().any(|condition| {
            let arguments: Vec<&Node> = condition.nodes("args").collect();
            let [left, right] = arguments[..] else {
                return false;
            };
            let other = match (is_column(left), is_column(right)) {
                (true, false) => right,
                (false, true) => left,
                _ => return false,
            };
            let is_given = || {
                self.is_found(other)
                    || variable(self.resolved(keys::relabelled(other)))
                        .is_some_and(|(entry, at)| self.is_variable_given(given, entry, at, depth))
            };
            keys::is_equality(self.rows, condition, given.family, given.collation) && is_given()
        })
    }

    /// Whether the expression is the same in all rows.
    fn is_found(&self, expression: &'a Node) -> bool {
        let mut references = BTreeSet::new();
        keys::is_repeatable(self.rows.prover, expression)
            && keys::references_of_expression(expression, &mut references)
            && references.iter().all(|it| self.is_entry_found(*it))
    }

    fn is_entry_found(&self, entry: i64) -> bool {
        self.found.contains(&entry)
    }

    /// The expression behind a reference: a column of a join, or, from PostgreSQL 18 on, a grouping key.
    fn resolved(&self, mut expression: &'a Node) -> &'a Node {
        for _ in self.query.list("rtable") {
            let behind = || {
                let (entry, position) = variable(expression)?;
                let entry = nth(self.query.list("rtable"), entry)?.node()?;
                let columns = match entry.list("groupexprs") {
                    [] => entry.list("joinaliasvars"),
                    columns => columns,
                };
                nth(columns, position)?.node()
            };
            match behind() {
                Some(found) => expression = found,
                None => break,
            }
        }
        expression
    }
}

/// What a column is to be equal by, and the conditions that may say so.
struct Given<'a, 'g> {
    conditions: &'g [&'a Node],
    family: u32,
    collation: u32,
}

/// The parts of the FROM clause, each with the conditions that hold for its rows.
pub(super) fn parts(query: &Node) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    if let Some(tree) = query.node("jointree") {
        let conditions = tree.node("quals").map(conjuncts).unwrap_or_default();
        for item in tree.nodes("fromlist") {
            add(item, &around(conditions.clone()), &mut parts);
        }
    }
    parts
}

fn around(conditions: Vec<&Node>) -> Part<'_> {
    Part {
        entry: 0,
        conditions,
        before: Vec::new(),
        is_in_full_join: false,
    }
}

fn add<'a>(item: &'a Node, place: &Part<'a>, parts: &mut Vec<Part<'a>>) {
    if item.tag() != "JOINEXPR" {
        let entry = item.int("rtindex").unwrap_or_default();
        parts.push(Part {
            entry,
            ..place.clone()
        });
        return;
    }
    let side = |side: &str, place: &Part<'a>, parts: &mut Vec<Part<'a>>| match item.node(side) {
        Some(item) => add(item, place, parts),
        // It is in no entry, so nothing is proven.
        None => parts.push(around(Vec::new())),
    };
    let mut inner = place.clone();
    // What holds inside one side of a FULL JOIN does not in rows of the other.
    if !place.is_in_full_join {
        let conditions = item.node("quals").map(conjuncts);
        inner.conditions.extend(conditions.unwrap_or_default());
    }
    match item.int("jointype") {
        Some(join::INNER) => {
            side("larg", &inner, parts);
            side("rarg", &inner, parts);
        }
        Some(kind @ (join::LEFT | join::RIGHT)) => {
            let (kept, nulled) = match kind {
                join::LEFT => ("larg", "rarg"),
                _ => ("rarg", "larg"),
            };
            let start = parts.len();
            side(kept, place, parts);
            inner
                .before
                .extend(parts[start..].iter().map(|it| it.entry));
            side(nulled, &inner, parts);
        }
        _ => {
            let full = Part {
                is_in_full_join: true,
                ..place.clone()
            };
            side("larg", &full, parts);
            side("rarg", &full, parts);
        }
    }
}

/// The conditions that AND joins.
fn conjuncts(condition: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    let mut open = vec![condition];
    while let Some(condition) = open.pop() {
        if condition.tag() == "BOOLEXPR" && condition.text("boolop") == Some("and") {
            open.extend(condition.nodes("args"));
        } else {
            found.push(condition);
        }
    }
    found
}
