//! Queries inside a query: in FROM, in WITH, and in expressions.

use std::rc::Rc;

use crate::nodes::Node;

use super::Proof;
use super::conditions::sublink;
use super::facts::Facts;
use super::scope::{Outputs, Scope};

impl<'a> Scope<'_, 'a> {
    /// The proofs for the columns of a subquery in FROM or of an arm of a set operation. They hold in each row, so that what is known at one
    /// place only is forgotten.
    pub(super) fn subquery(&self, index: i64) -> Option<Outputs> {
        if let Some(known) = self.found.subqueries.borrow().get(&index) {
            return Some(known.clone());
        }
        let query = self.entry(index)?.node("subquery")?;
        let place = self.each_row();
        let outputs = Rc::new(Scope::outputs_of(self.prover, query, Some(&place)));
        let mut known = self.found.subqueries.borrow_mut();
        known.insert(index, Rc::clone(&outputs));
        Some(outputs)
    }

    /// The proofs for the columns of the WITH item that an entry reads.
    pub(super) fn with_item(&self, entry: &Node) -> Option<Outputs> {
        let levels = entry.int("ctelevelsup").filter(|levels| *levels >= 0)?;
        let owner = (0..levels).try_fold(self, |scope, _| scope.outer)?;
        owner.prove_with();
        let known = owner.found.with.borrow();
        known.get(entry.text("ctename")?).map(Rc::clone)
    }

    /// Proves the WITH items in their order, so that however many read each other, the stack does not grow with them.
    fn prove_with(&self) {
        // While this is in progress, those before are there.
        if !self.found.with.borrow().is_empty() {
            return;
        }
        // The items hold wherever they are read, and so does their proof: what is known here only is forgotten.
        let place = Scope {
            facts: Facts::default(),
            ..self.clone()
        };
        for item in self.query.nodes("cteList") {
            let Some((name, query)) = item.text("ctename").zip(item.node("ctequery")) else {
                continue;
            };
            let claim = if item.is_false("cterecursive") {
                Vec::new()
            } else {
                claims(query)
            };
            self.found.with.borrow_mut().insert(name, Rc::new(claim));
            place.prove_item(name, query);
        }
    }

    /// Proves a WITH item. What a recursive one claims of itself has to follow from the claim: what does not is given up, until the claim is
    /// what follows from it. As the rows that start it are proven with it, the rest holds row after row.
    fn prove_item(&self, name: &'a str, query: &'a Node) {
        loop {
            let outputs = Rc::new(Scope::outputs_of(self.prover, query, Some(self)));
            let claim = {
                let mut known = self.found.with.borrow_mut();
                known.insert(name, Rc::clone(&outputs)).unwrap_or_default()
            };
            let is_proven = |index: usize| outputs.get(index).is_some_and(Option::is_some);
            let claimed = (0..claim.len()).filter(|index| claim[*index].is_some());
            if claimed.into_iter().all(is_proven) {
                return;
            }
        }
    }

    /// A subquery in an expression.
    pub(super) fn sublink(&self, node: &'a Node) -> Option<Proof> {
        let query = node.node("subselect")?;
        match node.int("subLinkType")? {
            sublink::EXISTS => Some(Proof::because("`EXISTS`")),
            sublink::ARRAY => Some(Proof::because("`ARRAY`")),
            sublink::EXPRESSION => {
                let inner = self.inner(query)?;
                if !inner.has_a_row() {
                    return None;
                }
                let proof = inner.outputs().into_iter().next()??;
                Some(Proof::because(format!(
                    "a subquery that has a row: {}",
                    proof.text
                )))
            }
            // The values compared with are columns of the subquery.
            sublink::ANY | sublink::ALL => {
                let outputs = self.inner(query)?.outputs();
                let place = Scope {
                    compared: Some(Rc::new(outputs)),
                    ..self.clone()
                };
                place.expression(node.node("testexpr")?)?;
                Some(Proof::because("a comparison with rows that are never null"))
            }
            _ => None,
        }
    }
}

/// What a recursive WITH item is claimed to be, before anything is known: never null in any column.
fn claims(query: &Node) -> Vec<Option<Proof>> {
    let columns = query.nodes("targetList");
    columns
        .map(|_| Some(Proof::because("the same column of the rows before")))
        .collect()
}
