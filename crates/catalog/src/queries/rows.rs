//! What proofs of how many rows there are need.

use std::cell::Cell;

use crate::nullability::Prover;

use super::World;

/// How many queries and views inside each other are looked into.
const DEPTH: u32 = 24;

/// Proofs of how many rows there are.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) world: &'a World,
    pub(super) prover: &'a Prover,
    depth: u32,
    /// How many more may be looked into, in all.
    left: &'a Cell<u32>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(world: &'a World, prover: &'a Prover, left: &'a Cell<u32>) -> Rows<'a> {
        Rows {
            world,
            prover,
            left,
            depth: 0,
        }
    }

    /// The same, for a query inside; `None` if it is too deep.
    pub(super) fn inside(self) -> Option<Rows<'a>> {
        let depth = self.depth + 1;
        self.left.set(self.left.get().checked_sub(1)?);
        (depth < DEPTH).then_some(Rows { depth, ..self })
    }
}
