//! Partitioned tables: their rows go in through the parent, and only where there is a partition for them.

use catalog::{Catalog, OtherKind, Table};
use sql::statement::names::Name;

use crate::component::Check;
use crate::names::{Definition, Pair, pair};

/// What a table is among the partitions.
#[derive(Debug, Clone)]
pub(crate) enum Role {
    /// It gets rows, those of the condition if there is one.
    Filled(Option<Check>),
    /// Its rows come in through its parent.
    Partition,
    /// It has no partition that could take a row.
    Empty,
    /// Its rows are not in this database.
    Foreign,
}

pub(crate) fn role(catalog: &Catalog, table: &Table) -> Role {
    let own = (table.schema.clone(), table.name.clone());
    let parts = Parts { catalog };
    if parts.definition(OtherKind::ForeignTable, &own).is_some() {
        return Role::Foreign;
    }
    if parts.parent(&own).is_some() {
        return Role::Partition;
    }
    match parts.definition(OtherKind::PartitionKey, &own) {
        None => Role::Filled(None),
        Some(_) if parts.children(&own).is_empty() => Role::Empty,
        Some(_) => {
            let condition = parts.condition(&own, 8);
            let check = condition.map(|expression| {
                let words = Definition::new(&expression).identifiers();
                let columns = table.columns.iter().map(|it| it.name.clone());
                Check {
                    columns: columns.filter(|it| words.contains(it)).collect(),
                    expression,
                }
            });
            Role::Filled(check)
        }
    }
}

struct Parts<'a> {
    catalog: &'a Catalog,
}

impl<'a> Parts<'a> {
    fn definition(&self, kind: OtherKind, of: &Pair) -> Option<&'a str> {
        let mut others = self.catalog.others.iter().filter(|it| it.kind == kind);
        let found = others.find(|it| pair(&it.name).as_ref() == Some(of))?;
        Some(&found.definition)
    }

    /// The table that this one is a partition of, and for which values.
    fn parent(&self, of: &Pair) -> Option<(Pair, &'a str)> {
        let text = self.definition(OtherKind::Partition, of)?;
        let definition = Definition::new(text);
        let words = definition.words();
        if !words.is(0, "of") {
            return None;
        }
        let (name, next) = Name::read(words, 1)?;
        let parent = (name.schema()?.to_owned(), name.object().to_owned());
        let bound = definition
            .tokens
            .get(next)
            .map_or("", |it| &text[it.start..]);
        Some((parent, bound))
    }

    fn children(&self, of: &Pair) -> Vec<(Pair, &'a str)> {
        let partitions = self
            .catalog
            .others
            .iter()
            .filter(|it| it.kind == OtherKind::Partition);
        let partitions = partitions.filter_map(|it| pair(&it.name));
        let parents =
            partitions.filter_map(|it| self.parent(&it).map(|(parent, bound)| (it, parent, bound)));
        let own = parents.filter(|(_, parent, _)| parent == of);
        own.map(|(child, _, bound)| (child, bound)).collect()
    }

    /// The rows that some partition takes; `None` if that is every row, or cannot be said.
    fn condition(&self, of: &Pair, depth: usize) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        let key = self.definition(OtherKind::PartitionKey, of)?;
        let list = Definition::new(key).parenthesised(0)?;
        if key.starts_with("HASH") {
            return None;
        }
        let mut taken = Vec::new();
        for (child, bound) in self.children(of) {
            // A default partition takes what no other does; a partitioned one takes a part of that.
            let own = bounds(key, list, bound);
            let inner = self.condition(&child, depth);
            match (own, inner) {
                (None, None) => return None,
                (Some(one), None) | (None, Some(one)) => taken.push(one),
                (Some(one), Some(other)) => taken.push(format!("({one} AND {other})")),
            }
        }
        Some(format!("({})", taken.join(" OR ")))
    }
}

/// The condition of `FOR VALUES …`; `None` for a default partition, and for bounds of several columns.
fn bounds(key: &str, list: &str, bound: &str) -> Option<String> {
    let definition = Definition::new(bound);
    let words = definition.words();
    if key.starts_with("LIST") && words.are(0, &["for", "values", "in"]) {
        let values = definition.parenthesised(3)?;
        let with_null = words.text(4).eq_ignore_ascii_case("null") || values.contains("NULL)");
        let or_null = if with_null {
            format!(" OR {list} IS NULL")
        } else {
            String::new()
        };
        return Some(format!("(({list} IN {values}) IS TRUE{or_null})"));
    }
    let is_range = key.starts_with("RANGE") && words.are(0, &["for", "values", "from"]);
    if !is_range || list.contains(',') && !list.contains('(') {
        return None;
    }
    let from = definition.parenthesised(3)?;
    let to = (0..definition.tokens.len()).find(|&at| words.is(at, "to"))?;
    let to = definition.parenthesised(to)?;
    let one = |operator: &str, value: &str| match value {
        "(MINVALUE)" | "(MAXVALUE)" => "true".to_owned(),
        _ => format!("{list} OPERATOR(pg_catalog.{operator}) {value}"),
    };
    Some(format!(
        "(({} AND {}) IS TRUE)",
        one(">=", from),
        one("<", to)
    ))
}
