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

/// The condition of `FOR VALUES …`; `None` for a default partition.
fn bounds(key: &str, list: &str, bound: &str) -> Option<String> {
    let definition = Definition::new(bound);
    let words = definition.words();
    if key.starts_with("LIST") && words.are(0, &["for", "values", "in"]) {
        let one = |value: &String| match value.as_str() {
            "NULL" => format!("{list} IS NULL"),
            value => format!("({list} OPERATOR(pg_catalog.=) {value}) IS TRUE"),
        };
        let values = listed(definition.parenthesised(3)?);
        let all: Vec<String> = values.iter().map(one).collect();
        return Some(format!("({})", all.join(" OR ")));
    }
    if !key.starts_with("RANGE") || !words.are(0, &["for", "values", "from"]) {
        return None;
    }
    let columns = listed(list);
    let to = (0..definition.tokens.len()).find(|&at| words.is(at, "to"))?;
    let from = listed(definition.parenthesised(3)?);
    let to = listed(definition.parenthesised(to)?);
    let from = bound_of(&columns, &from, [">=", ">"]);
    let to = bound_of(&columns, &to, ["<", "<="]);
    Some(format!("(({from} AND {to}) IS TRUE)"))
}

/// The condition of one bound, with the operators for a row of values and for one that ends in MAXVALUE.
fn bound_of(columns: &[String], values: &[String], [plain, beyond]: [&str; 2]) -> String {
    let is_limit = |it: &&String| *it == "MINVALUE" || *it == "MAXVALUE";
    // Nothing after the first of them counts.
    let count = values
        .iter()
        .position(|it| is_limit(&it))
        .unwrap_or(values.len());
    let operator = match values.get(count).map(String::as_str) {
        Some("MAXVALUE") => beyond,
        _ => plain,
    };
    if count == 0 {
        return "true".to_owned();
    }
    let row = |all: &[String]| match all {
        [one] => one.clone(),
        all => format!("ROW({})", all.join(", ")),
    };
    let count = count.min(columns.len());
    let (columns, values) = (row(&columns[..count]), row(&values[..count]));
    format!("({columns} OPERATOR(pg_catalog.{operator}) {values})")
}

/// The parts of a list in parentheses.
fn listed(list: &str) -> Vec<String> {
    let definition = Definition::new(list);
    let mut depth = 0_i32;
    let mut parts = Vec::new();
    let mut start = 1;
    for (at, token) in definition.tokens.iter().enumerate() {
        match definition.words().text(at) {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            "," if depth == 1 => {
                parts.push(list[start..token.start].trim().to_owned());
                start = token.end;
            }
            _ => {}
        }
    }
    parts.push(list[start..list.len() - 1].trim().to_owned());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_conditions() {
        let cases = [
            (
                "RANGE (at)",
                "FOR VALUES FROM ('2024-01-01') TO (MAXVALUE)",
                "(((at OPERATOR(pg_catalog.>=) '2024-01-01') AND true) IS TRUE)",
            ),
            (
                "RANGE (a, abs(b))",
                "FOR VALUES FROM (1, MINVALUE) TO (2, MAXVALUE)",
                "(((a OPERATOR(pg_catalog.>=) 1) AND (a OPERATOR(pg_catalog.<=) 2)) IS TRUE)",
            ),
            (
                "LIST (kind)",
                "FOR VALUES IN ('a', NULL)",
                "(((kind) OPERATOR(pg_catalog.=) 'a') IS TRUE OR (kind) IS NULL)",
            ),
        ];
        for (key, bound, expected) in cases {
            let list = Definition::new(key).parenthesised(0).unwrap();
            let found = bounds(key, list, bound);
            assert_eq!(found.as_deref(), Some(expected), "{key}");
        }
        let list = "(kind)";
        assert_eq!(bounds("LIST (kind)", list, "DEFAULT"), None);
    }
}
