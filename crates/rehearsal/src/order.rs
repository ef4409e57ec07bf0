//! The order in which tables are filled: a table after those that its foreign keys refer to.

use std::collections::{BTreeMap, BTreeSet};

use crate::names::Pair;

/// The tables in order. Where they refer to each other in a circle, one that may leave its reference open comes
/// first.
pub(crate) fn ordered(needs: &BTreeMap<Pair, Vec<Need>>) -> Vec<Pair> {
    let mut ordered = Vec::new();
    let mut done = BTreeSet::new();
    while ordered.len() < needs.len() {
        let open = |table: &Pair, count_optional: bool| {
            let wanted = needs[table].iter();
            let wanted = wanted.filter(|it| count_optional || !it.is_optional);
            let mut wanted =
                wanted.filter(|it| it.target != *table && needs.contains_key(&it.target));
            wanted.any(|it| !done.contains(&it.target))
        };
        let left = || needs.keys().filter(|table| !done.contains(*table));
        let next = left()
            .find(|table| !open(table, true))
            .or_else(|| left().find(|table| !open(table, false)))
            .or_else(|| left().next());
        let Some(next) = next else { break };
        done.insert(next.clone());
        ordered.push(next.clone());
    }
    ordered
}

/// That a table refers to another.
#[derive(Debug, Clone)]
pub(crate) struct Need {
    /// Name of the foreign key.
    pub(crate) name: String,
    pub(crate) target: Pair,
    /// Whether a column of the key may be null.
    pub(crate) is_optional: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(arrows: &[(&str, &str, bool)]) -> String {
        let pair = |name: &str| ("s".to_owned(), name.to_owned());
        let mut needs = BTreeMap::new();
        for (from, to, is_optional) in arrows {
            needs.entry(pair(to)).or_insert_with(Vec::new);
            let need = Need {
                name: String::new(),
                target: pair(to),
                is_optional: *is_optional,
            };
            needs.entry(pair(from)).or_insert_with(Vec::new).push(need);
        }
        ordered(&needs).into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn what_is_referred_to_comes_first() {
        assert_eq!(
            order(&[("a", "b", false), ("b", "c", false), ("a", "c", true)]),
            "cba"
        );
        assert_eq!(order(&[("a", "a", false), ("b", "a", false)]), "ab");
    }

    #[test]
    fn a_circle_begins_where_a_reference_may_be_open() {
        assert_eq!(order(&[("a", "b", false), ("b", "a", true)]), "ba");
        assert_eq!(order(&[("a", "b", false), ("b", "a", false)]), "ab");
    }
}
