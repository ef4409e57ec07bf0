//! Values that are drawn together: rows of other tables, and candidates that meet the conditions about them.

use std::fmt::Write as _;

use sql::quote;

use super::{Candidates, Plan, REFERRED, referring};
use crate::column::Field;
use crate::component::Component;
use crate::draw::Draw;
use crate::foreign_key::ForeignKey;
use crate::hints::{Literals, hints};
use crate::names::{Definition, written};
use crate::types;
use crate::value::{Which, qualified_around};

/// How many candidates are tried for one list of values that rows share.
const TRIED: u64 = 100_000;

/// How many values such a list has at most.
const LISTED: u64 = 1_000;

/// How many candidates are tried for each row that needs values of its own.
const TRIED_FOR_EACH: u64 = 20;

impl Plan<'_> {
    /// Adds the lists that a component's values come from, joins them, and selects the columns.
    pub(super) fn drawn_together(
        &self,
        index: usize,
        component: &Component,
        candidates: Candidates,
        with: &mut Vec<String>,
        joins: &mut String,
        selected: &mut [Option<String>],
    ) -> Result<(), String> {
        let key_lists: Vec<String> = (0..component.keys.len())
            .map(|group| quote::identifier(&format!("key {index} {group}")))
            .collect();
        for (group, list) in component.keys.iter().zip(&key_lists) {
            with.push(self.key_list(group, list, component.is_distinct));
        }
        if component.only_refers() {
            let (group, list) = (&component.keys[0], &key_lists[0]);
            let place = if component.is_distinct {
                "i.n".to_owned()
            } else {
                self.place(list, &group[0].name)
            };
            let _ = write!(
                joins,
                "\n    LEFT JOIN {list} ON {list}.k OPERATOR(pg_catalog.=) {place}"
            );
            for (at, value) in self.references(group, list) {
                selected[at] = Some(value);
            }
            return Ok(());
        }
        let pool = quote::identifier(&format!("pool {index}"));
        with.push(self.pool(component, &pool, &key_lists, candidates)?);
        let place = if component.is_distinct {
            qualified_around(&format!("(i.n - {} + 1)", candidates.first))
        } else {
            self.place(&pool, &format!("pool {index}"))
        };
        let _ = write!(
            joins,
            "\n    JOIN {pool} ON {pool}.k OPERATOR(pg_catalog.=) {place}"
        );
        for &at in &component.fields {
            selected[at] = Some(format!(
                "{pool}.{}",
                quote::identifier(&self.fields[at].name)
            ));
        }
        Ok(())
    }

    /// A place in a list at random.
    fn place(&self, list: &str, about: &str) -> String {
        let mut draw = Draw::new(
            "i.n",
            self.seed,
            &[&self.table.schema, &self.table.name, about],
        );
        let drawn = draw.hash();
        qualified_around(&format!(
            "(1 + ({drawn} % NULLIF((SELECT count(*) FROM {list}), 0)))"
        ))
    }

    /// Rows that foreign keys refer to, under the names of the columns that refer to them.
    fn key_list(&self, group: &[ForeignKey], list: &str, is_distinct: bool) -> String {
        let mut from = String::new();
        let mut conditions = String::new();
        let columns = referring(group);
        for (index, key) in group.iter().enumerate() {
            let mut tables = self.values.catalog.tables.iter();
            let is_inherited = tables.any(|it| key.refers_to(it) && it.inherited);
            let only = if is_inherited { "ONLY " } else { "" };
            let name = written(&key.target.0, &key.target.1);
            let _ = match index {
                0 => write!(from, "{only}{name} AS r0"),
                _ => write!(from, " CROSS JOIN {only}{name} AS r{index}"),
            };
            for (column, referred) in key.columns.iter().zip(&key.referred) {
                let referred = format!("r{index}.{}", quote::identifier(referred));
                let _ = write!(
                    conditions,
                    "{} {referred} IS NOT NULL",
                    if conditions.is_empty() { "" } else { " AND" }
                );
                let first = columns.iter().find(|(known, ..)| known == column);
                if let Some((_, at, same)) = first
                    && *at != index
                {
                    let same = format!("r{at}.{}", quote::identifier(same));
                    let _ = write!(conditions, " AND {referred} OPERATOR(pg_catalog.=) {same}");
                }
            }
        }
        let all: Vec<String> = columns
            .iter()
            .map(|(column, at, referred)| {
                format!(
                    "r{at}.{} AS {}",
                    quote::identifier(referred),
                    quote::identifier(column)
                )
            })
            .collect();
        let order: Vec<String> = columns
            .iter()
            .map(|(_, at, referred)| format!("r{at}.{}", quote::identifier(referred)))
            .collect();
        let limit = if is_distinct {
            self.rows.saturating_mul(4).max(REFERRED)
        } else {
            REFERRED
        };
        format!(
            "{list} AS MATERIALIZED (\n    SELECT pg_catalog.row_number() OVER () AS k, r.* FROM (\n        \
             SELECT {} FROM {from} WHERE{conditions} \
             ORDER BY {} LIMIT {limit}\n    ) AS r\n)",
            all.join(", "),
            order.join(", "),
        )
    }

    /// The columns that refer to a row of a list; those that may be null are null together.
    fn references(&self, group: &[ForeignKey], list: &str) -> Vec<(usize, String)> {
        let columns = referring(group);
        let fields = columns
            .iter()
            .filter_map(|(column, ..)| self.fields.iter().position(|it| it.name == *column));
        let fields: Vec<usize> = fields.collect();
        let nulls = fields
            .iter()
            .map(|at| self.fields[*at].null_fraction())
            .fold(0.0, f64::max);
        let mut draw = Draw::new(
            "i.n",
            self.seed,
            &[&self.table.schema, &self.table.name, "null", &group[0].name],
        );
        let drawn = draw.fraction();
        let value = |at: &usize| {
            let field = &self.fields[*at];
            let value = format!("{list}.{}", quote::identifier(&field.name));
            if field.null_fraction() > 0.0 {
                format!("CASE WHEN {drawn} OPERATOR(pg_catalog.>=) {nulls:.6} THEN {value} END")
            } else {
                value
            }
        };
        fields.iter().map(|at| (*at, value(at))).collect()
    }

    /// Candidates for the columns of a component that meet its conditions.
    fn pool(
        &self,
        component: &Component,
        pool: &str,
        key_lists: &[String],
        candidates: Candidates,
    ) -> Result<String, String> {
        let (tried, listed) = if component.is_distinct {
            {
                let tried = Candidates {
                    first: candidates.first.saturating_sub(1) * TRIED_FOR_EACH + 1,
                    last: candidates.last * TRIED_FOR_EACH,
                };
                (tried, candidates.count())
            }
        } else {
            (
                Candidates {
                    first: 1,
                    last: TRIED,
                },
                LISTED,
            )
        };
        let mut from = tried.series();
        let mut columns: Vec<(usize, String)> = Vec::new();
        for (group, list) in component.keys.iter().zip(key_lists) {
            let place = self.place(list, &group[0].name);
            let _ = write!(
                from,
                "\n            LEFT JOIN {list} ON {list}.k OPERATOR(pg_catalog.=) {place}"
            );
            columns.extend(self.references(group, list));
        }
        for &at in &component.fields {
            if columns.iter().any(|(known, _)| *known == at) {
                continue;
            }
            let value = self.candidate(&self.fields[at], component, &columns)?;
            let name = quote::identifier(&self.fields[at].name);
            let lateral = format!("c{at}");
            let _ = write!(
                from,
                "\n            CROSS JOIN LATERAL (SELECT {value} AS {name} OFFSET 0) AS {lateral}"
            );
            columns.push((at, format!("{lateral}.{name}")));
        }
        let names: Vec<String> = component
            .fields
            .iter()
            .map(|at| quote::identifier(&self.fields[*at].name))
            .collect();
        let selected: Vec<String> = columns
            .iter()
            .map(|(at, value)| format!("{value} AS {}", quote::identifier(&self.fields[*at].name)))
            .collect();
        let table = quote::identifier(&self.table.name);
        let mut inner = format!(
            "SELECT i.n AS {}, {} FROM {from}\n            OFFSET 0",
            super::ROW,
            selected.join(", ")
        );
        for generated in &component.generated {
            let name = quote::identifier(&generated.name);
            inner = format!(
                "SELECT {table}.*, {} AS {name} FROM (\n            {inner}\n        ) AS {table} OFFSET 0",
                parenthesised(&generated.expression)
            );
        }
        let mut conditions: Vec<String> = component
            .checks
            .iter()
            .map(|it| format!("{} IS NOT FALSE", parenthesised(&it.expression)))
            .collect();
        let needed = component
            .fields
            .iter()
            .filter(|at| !self.fields[**at].may_be_null);
        conditions.splice(
            0..0,
            needed.map(|at| format!("{} IS NOT NULL", quote::identifier(&self.fields[*at].name))),
        );
        let mut met = format!(
            "SELECT {}, {} FROM (\n            {inner}\n        ) AS {table} WHERE {}",
            super::ROW,
            names.join(", "),
            conditions.join(" AND ")
        );
        for key in &component.unique {
            let by: Vec<String> = key.iter().map(|it| quote::identifier(it)).collect();
            met = format!(
                "SELECT {0}, {1} FROM (SELECT u.*, pg_catalog.row_number() OVER (PARTITION BY {2} ORDER BY {0}) \
                 AS \"place in the key\" FROM (\n        {met}\n        ) AS u) AS u \
                 WHERE \"place in the key\" OPERATOR(pg_catalog.=) 1",
                super::ROW,
                names.join(", "),
                by.join(", ")
            );
        }
        let order = if component.unique.is_empty() {
            String::new()
        } else {
            format!(" ORDER BY {}", super::ROW)
        };
        Ok(format!(
            "{pool} AS MATERIALIZED (\n    SELECT pg_catalog.row_number() OVER () AS k, p.* FROM (\n        \
             {met}{order} LIMIT {listed}\n    ) AS p\n)"
        ))
    }

    /// An expression for a value that the conditions may take: any, one that they suggest, or one near an earlier
    /// column's.
    fn candidate(
        &self,
        field: &Field,
        component: &Component,
        earlier: &[(usize, String)],
    ) -> Result<String, String> {
        let cast = types::written(&field.base);
        let mut draw = field.draw(self.table, self.seed, "i.n");
        let is_about = |expression: &str| {
            Definition::new(expression)
                .identifiers()
                .contains(&field.name)
        };
        let checks = component.checks.iter().map(|it| it.expression.as_str());
        let checks: Vec<&str> = checks.filter(|it| is_about(it)).collect();
        let generated = component.generated.iter().map(|it| it.expression.as_str());
        let literals = Literals::read(checks.iter().copied().chain(generated));
        let some = field.value(self.values, &mut draw, None);
        let null = format!("NULL::{cast}");
        let suggested = hints(
            &field.base,
            &literals,
            some.as_ref().unwrap_or(&null),
            &mut draw,
        );
        let linked: Vec<(&Field, &str)> = earlier
            .iter()
            .map(|(at, value)| (&self.fields[*at], value.as_str()))
            .filter(|(other, _)| {
                component
                    .checks
                    .iter()
                    .any(|it| it.columns.contains(&other.name) && it.columns.contains(&field.name))
            })
            .collect();
        let related = super::related::related(field, &linked, &literals, &mut draw);
        if some.is_none() && suggested.is_empty() && related.is_empty() {
            return self.unknown(field);
        }
        if field.is_numbered() {
            return Ok(some.unwrap_or(null));
        }
        let in_type = |all: Vec<String>| {
            all.into_iter()
                .map(|it| format!("({it})::{cast}"))
                .collect::<Vec<String>>()
        };
        let (suggested, related) = (in_type(suggested), in_type(related));
        let some_share = if field.which == Which::Distinct {
            50
        } else {
            25
        };
        let related_share = if related.is_empty() { 0 } else { 40 };
        let drawn = draw.below(100);
        let mut cases = String::new();
        let mut sum = 0;
        for (share, all) in [
            (
                if some.is_some() { some_share } else { 0 },
                some.iter().map(|it| format!("({it})::{cast}")).collect(),
            ),
            (related_share, related),
        ] {
            if let Some(value) = draw.pick(&all).filter(|_| share > 0) {
                sum += share;
                let _ = write!(
                    cases,
                    "WHEN {drawn} OPERATOR(pg_catalog.<) {sum} THEN {value} "
                );
            }
        }
        let rest = draw.pick(&suggested).or(some).unwrap_or(null);
        let value = if cases.is_empty() {
            rest
        } else {
            format!("CASE {cases}ELSE {rest} END")
        };
        Ok(field.or_null(&value, &mut draw))
    }
}

fn parenthesised(expression: &str) -> String {
    format!("({expression})")
}
