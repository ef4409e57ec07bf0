//! What a query names to read and to write, and whether it does the same each time.

use std::collections::{BTreeSet, HashSet};

use crate::nodes::{Node, rte};
use crate::nullability::Prover;

use super::{INSERT, SELECT, World};

/// The relations that a query names, by OID.
#[derive(Default)]
pub(super) struct Read {
    pub(super) reads: BTreeSet<u32>,
    pub(super) writes: BTreeSet<u32>,
}

impl Read {
    pub(super) fn of(world: &World, tree: &Node) -> Read {
        let mut read = Read::default();
        tree.walk(&mut |node| {
            if node.tag() == "QUERY" {
                read.add(world, node);
            }
        });
        read
    }

    /// Adds the relations of one query, without those inside it.
    fn add(&mut self, world: &World, query: &Node) {
        let command = query.int("commandType");
        let target = query.int("resultRelation").filter(|it| *it != 0);
        let excluded = query
            .node("onConflict")
            .and_then(|it| it.int("exclRelIndex"));
        for (index, entry) in (1..).zip(query.nodes("rtable")) {
            if entry.int("rtekind") != Some(rte::RELATION) || Some(index) == excluded {
                continue;
            }
            let oid = entry.oid("relid");
            let Some(oid) = oid.filter(|it| world.relations.contains_key(it)) else {
                continue;
            };
            let is_target = command != Some(SELECT) && Some(index) == target;
            if is_target {
                self.writes.insert(oid);
            }
            // Except for INSERT, the rows of the target are looked for.
            if !is_target || command != Some(INSERT) {
                self.reads.insert(oid);
            }
        }
    }
}

/// Whether a function that the query calls, itself or through views, is volatile. One that is not known is taken for it.
pub(super) fn is_volatile(prover: &Prover, tree: &Node) -> bool {
    const FUNCTIONS: [&str; 4] = ["funcid", "opfuncid", "aggfnoid", "winfnoid"];
    let mut found = false;
    let mut views = HashSet::new();
    let mut open = vec![tree];
    while let Some(query) = open.pop() {
        query.walk(&mut |node| {
            found |= node.tag() == "NEXTVALUEEXPR";
            for field in FUNCTIONS {
                let function = node.oid(field).map(|oid| prover.functions.get(&oid));
                found |= function.is_some_and(|it| it.is_none_or(|it| it.is_volatile));
            }
            let view = node.oid("relid").filter(|it| views.insert(*it));
            open.extend(view.and_then(|it| prover.query(it)));
        });
    }
    found
}
