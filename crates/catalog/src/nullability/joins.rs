//! The FROM clause: which tables an outer join may null, and what its conditions and the WHERE clause leave out.

use std::collections::HashMap;

use crate::nodes::Node;

use super::conditions::{Conditions, Outcome};
use super::facts::Facts;

/// `JoinType` of `nodes.h`.
pub(super) mod join {
    pub(in super::super) const INNER: i64 = 0;
    pub(in super::super) const LEFT: i64 = 1;
    pub(in super::super) const FULL: i64 = 2;
    pub(in super::super) const RIGHT: i64 = 3;
}

/// What is known of the rows of a FROM clause that pass its WHERE clause.
#[derive(Debug, Default)]
pub(super) struct Joined<'a> {
    pub(super) facts: Facts<'a>,
    /// By place in the range table, the outer joins that may null the entry, as places in `nullable`.
    entries: HashMap<i64, Vec<usize>>,
    nullable: Vec<Nullable<'a>>,
    /// The two sides of each FULL JOIN.
    full: Vec<[usize; 2]>,
}

/// The side of an outer join that is null where the other side found no match.
#[derive(Debug)]
struct Nullable<'a> {
    /// What holds in the rows with a match.
    matched: Facts<'a>,
    /// Whether only rows with a match are left: a condition demands something of this side that is not null.
    is_matched: bool,
}

impl<'a> Joined<'a> {
    pub(super) fn read(conditions: &Conditions<'a>, tree: &'a Node) -> Joined<'a> {
        let mut joined = Joined::default();
        let mut facts = Facts::default();
        for item in tree.nodes("fromlist") {
            facts.extend(joined.item(conditions, item, &[]));
        }
        let condition = tree.node("quals");
        let condition = condition.and_then(|it| conditions.implied(it, Outcome::True));
        facts.extend(condition.unwrap_or_default());
        joined.facts = facts;
        joined.settle();
        joined
    }

    /// Whether an outer join other than the ignored ones may null the entry. An entry that is nowhere in the FROM clause is not known.
    pub(super) fn may_null(&self, entry: i64, ignored: &[usize]) -> bool {
        let Some(sides) = self.entries.get(&entry) else {
            return true;
        };
        sides
            .iter()
            .any(|side| !self.nullable[*side].is_matched && !ignored.contains(side))
    }

    /// The left and the right side of each FULL JOIN.
    pub(super) fn full_joins(&self) -> impl Iterator<Item = [usize; 2]> {
        self.full.iter().copied()
    }

    /// Enters what is below an item of the FROM clause, and gives what holds in each of its rows.
    fn item(&mut self, conditions: &Conditions<'a>, item: &'a Node, around: &[usize]) -> Facts<'a> {
        if let Some(entry) = item.int("rtindex") {
            self.entries.insert(entry, around.to_vec());
        }
        if item.tag() != "JOINEXPR" {
            return Facts::default();
        }
        let kind = item.int("jointype");
        let condition = || {
            let condition = item.node("quals");
            condition
                .and_then(|it| conditions.implied(it, Outcome::True))
                .unwrap_or_default()
        };
        match kind {
            Some(join::INNER) => {
                let mut facts = self.side(conditions, item, "larg", around);
                facts.extend(self.side(conditions, item, "rarg", around));
                facts.extend(condition());
                facts
            }
            Some(join::LEFT | join::RIGHT) => {
                let (kept, nulled) = match kind {
                    Some(join::LEFT) => ("larg", "rarg"),
                    _ => ("rarg", "larg"),
                };
                let side = self.nullable_side(conditions, item, nulled, around);
                self.nullable[side].matched.extend(condition());
                self.side(conditions, item, kept, around)
            }
            // A kind of join that is not known is taken for one that nulls both sides.
            _ => {
                let left = self.nullable_side(conditions, item, "larg", around);
                let right = self.nullable_side(conditions, item, "rarg", around);
                if kind == Some(join::FULL) {
                    self.full.push([left, right]);
                }
                Facts::default()
            }
        }
    }

    fn side(
        &mut self,
        conditions: &Conditions<'a>,
        join: &'a Node,
        side: &str,
        around: &[usize],
    ) -> Facts<'a> {
        match join.node(side) {
            Some(item) => self.item(conditions, item, around),
            None => Facts::default(),
        }
    }

    fn nullable_side(
        &mut self,
        conditions: &Conditions<'a>,
        join: &'a Node,
        side: &str,
        around: &[usize],
    ) -> usize {
        let index = self.nullable.len();
        self.nullable.push(Nullable {
            matched: Facts::default(),
            is_matched: false,
        });
        let mut around = around.to_vec();
        around.push(index);
        let facts = self.side(conditions, join, side, &around);
        self.nullable[index].matched.extend(facts);
        index
    }

    /// Where something of a nullable side is not null, only rows with a match are left, and what holds in those holds at all.
    fn settle(&mut self) {
        loop {
            let columns = self.facts.columns.iter().filter(|it| it.levels == 0);
            let sides = columns.filter_map(|it| self.entries.get(&it.entry));
            let mut matched: Vec<usize> = sides.flatten().copied().collect();
            matched.retain(|side| !self.nullable[*side].is_matched);
            if matched.is_empty() {
                return;
            }
            for side in matched {
                self.nullable[side].is_matched = true;
                let facts = std::mem::take(&mut self.nullable[side].matched);
                self.facts.extend(facts);
            }
        }
    }
}
