//! Values that are drawn together: rows of other tables, and candidates that meet the conditions about them.

use std::fmt::Write as _;

use sql::qualified::qualified;
use sql::quote;

use super::{Candidates, Drawn, Judge, PLACE, Plan, REFERRED, ROW, referring};
use crate::column::Field;
use crate::component::Component;
use crate::draw::Draw;
use crate::foreign_key::ForeignKey;
use crate::hints::hints;
use crate::literals::Literals;
use crate::names::{Definition, written};
use crate::types;
use crate::value::Which;

/// How many candidates are tried for one list of values that rows share.
const TRIED: u64 = 100_000;

/// How many values such a list has at most.
const LISTED: u64 = 1_000;

/// How many candidates are tried for each row that needs values of its own, at least.
const TRIED_FOR_EACH: u64 = 20;

/// How many candidates are tried for all such rows of a table, at least.
const TRIED_AT_LEAST: u64 = 10_000;

impl Plan<'_> {
    /// Adds the lists that a component's values come from, joins them, and selects the columns.
    pub(super) fn draw_together(
        &self,
        index: usize,
        component: &Component,
        (candidates, judge): (Candidates, Judge),
        drawn: &mut Drawn,
    ) -> Result<(), String> {
        let list_name = |group| quote::identifier(&format!("key {index} {group}"));
        let key_lists: Vec<String> = (0..component.keys.len()).map(list_name).collect();
        for (group, list) in component.keys.iter().zip(&key_lists) {
            let list = self.key_list(group, list, component.is_distinct);
            drawn.lists.push(list);
        }
        if component.only_refers() {
            let (group, list) = (&component.keys[0], &key_lists[0]);
            let place = if component.is_distinct {
                "i.n".to_owned()
            } else {
                self.place(list, &group[0].name)
            };
            drawn.joins += &format!("\n    LEFT JOIN {list} ON {}", at_place(list, &place));
            for (at, value) in self.references(group, list) {
                drawn.selected[at] = Some(value);
            }
            return Ok(());
        }
        let pool = quote::identifier(&format!("pool {index}"));
        let list = self.pool(component, &pool, &key_lists, (candidates, judge))?;
        drawn.lists.push(list);
        let place = if component.is_distinct || judge == Judge::Server {
            let before = candidates.first - 1;
            qualified(&format!("(i.n - {before}::bigint)"))
        } else {
            self.place(&pool, &format!("pool {index}"))
        };
        drawn.joins += &format!("\n    JOIN {pool} ON {}", at_place(&pool, &place));
        for &at in &component.fields {
            let name = quote::identifier(&self.fields[at].name);
            drawn.selected[at] = Some(format!("{pool}.{name}"));
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
        qualified(&format!(
            "(1 + ({drawn} % GREATEST((SELECT count(*) FROM {list}), 1)))"
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
            let name = match &self.ahead {
                Some((ahead, rows)) if *ahead == key.name => format!("({rows})"),
                _ => format!("{only}{}", written(&key.target.0, &key.target.1)),
            };
            let _ = match index {
                0 => write!(from, "{name} AS r0"),
                _ => write!(from, " CROSS JOIN {name} AS r{index}"),
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
            "{list} AS MATERIALIZED (\n    SELECT pg_catalog.row_number() OVER () AS {PLACE}, r.* FROM (\n        \
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
        let may_be_null = |name: &String| {
            let mut fields = fields.iter().map(|at| &self.fields[*at]);
            fields.any(|it| it.name == *name && it.may_be_null)
        };
        // One that may not be open has no nulls at all.
        let is_open = group.iter().all(|it| it.may_be_open(may_be_null));
        let mut draw = Draw::new(
            "i.n",
            self.seed,
            &[&self.table.schema, &self.table.name, "null", &group[0].name],
        );
        let drawn = draw.fraction();
        let value = |at: &usize| {
            let field = &self.fields[*at];
            let value = format!("{list}.{}", quote::identifier(&field.name));
            if field.null_fraction() > 0.0 && is_open {
                format!("CASE WHEN {drawn} OPERATOR(pg_catalog.>=) {nulls:.6} THEN {value} END")
            } else {
                value
            }
        };
        fields.iter().map(|at| (*at, value(at))).collect()
    }

    /// Candidates for the columns of a component that meet its conditions, unless the server is to judge them.
    fn pool(
        &self,
        component: &Component,
        pool: &str,
        key_lists: &[String],
        (candidates, judge): (Candidates, Judge),
    ) -> Result<String, String> {
        let (tried, listed) = match judge {
            Judge::Server => (candidates, candidates.count()),
            Judge::Query if component.is_distinct => {
                let each = (TRIED_AT_LEAST / self.rows.max(1)).clamp(TRIED_FOR_EACH, 1_000);
                let tried = Candidates {
                    first: (candidates.first - 1) * each + 1,
                    last: candidates.last * each,
                };
                (tried, candidates.count())
            }
            Judge::Query => {
                let tried = Candidates {
                    first: 1,
                    last: TRIED,
                };
                (tried, LISTED)
            }
        };
        let lists = match judge {
            Judge::Query => self.own_lists(component, (candidates, judge))?,
            Judge::Server => Vec::new(),
        };
        let mut query = self.tried(component, key_lists, &lists, tried)?;
        if judge == Judge::Query {
            query = self.met(component, &query);
        }
        let names = self.names(component);
        // Without an order, no more candidates are tried than are needed.
        let order = if component.unique.is_empty() {
            String::new()
        } else {
            format!("ORDER BY {ROW} ")
        };
        let with = if lists.is_empty() {
            String::new()
        } else {
            let lists: Vec<&str> = lists.iter().map(|it| it.query.as_str()).collect();
            format!("WITH {}\n    ", lists.join(",\n"))
        };
        Ok(format!(
            "{pool} AS MATERIALIZED (\n    {with}\
             SELECT pg_catalog.row_number() OVER () AS {PLACE}, p.* FROM (\n        \
             SELECT {names} FROM (\n        {query}\n        ) AS c {order}LIMIT {listed}\n    ) AS p\n)"
        ))
    }

    /// For each column of several that has conditions of its own: values that meet these.
    fn own_lists(
        &self,
        component: &Component,
        of: (Candidates, Judge),
    ) -> Result<Vec<OwnList>, String> {
        let mut lists = Vec::new();
        if component.fields.len() < 2 {
            return Ok(lists);
        }
        let referring = |name: &String| {
            let mut keys = component.keys.iter().flatten();
            keys.any(|it| it.columns.contains(name))
        };
        for &at in &component.fields {
            let field = &self.fields[at];
            let own = component.checks.iter();
            let own = own.filter(|it| it.columns.iter().eq([&field.name]));
            // What the server calculates from the column comes later.
            let calculated = &component.generated;
            let own = own.filter(|it| {
                let words = Definition::new(&it.expression).identifiers();
                !calculated.iter().any(|it| words.contains(&it.name))
            });
            let own = Component {
                fields: vec![at],
                checks: own.cloned().collect(),
                ..Component::default()
            };
            if own.checks.is_empty() || referring(&field.name) || field.is_numbered() {
                continue;
            }
            let name = quote::identifier(&format!("values {at}"));
            lists.push(OwnList {
                field: at,
                query: self.pool(&own, &name, &[], of)?,
                name,
            });
        }
        Ok(lists)
    }

    fn names(&self, component: &Component) -> String {
        let fields = component.fields.iter().map(|at| &self.fields[*at]);
        let names: Vec<String> = fields.map(|it| quote::identifier(&it.name)).collect();
        names.join(", ")
    }

    /// Candidates for the columns of a component.
    fn tried(
        &self,
        component: &Component,
        key_lists: &[String],
        own_lists: &[OwnList],
        tried: Candidates,
    ) -> Result<String, String> {
        let mut from = tried.series();
        let mut columns: Vec<(usize, String)> = Vec::new();
        for (group, list) in component.keys.iter().zip(key_lists) {
            let place = self.place(list, &group[0].name);
            from += &format!(
                "\n            LEFT JOIN {list} ON {}",
                at_place(list, &place)
            );
            columns.extend(self.references(group, list));
        }
        for &at in &component.fields {
            if columns.iter().any(|(known, _)| *known == at) {
                continue;
            }
            let mut value = self.candidate(&self.fields[at], component, &columns)?;
            let name = quote::identifier(&self.fields[at].name);
            if let Some(list) = own_lists.iter().find(|it| it.field == at) {
                let place = self.place(&list.name, &list.name);
                from += &format!(
                    "\n            LEFT JOIN {0} ON {1}",
                    list.name,
                    at_place(&list.name, &place)
                );
                let about = ["list", &self.fields[at].name];
                let drawn = Draw::new("i.n", self.seed, &about).below(100);
                value = format!(
                    "CASE WHEN {drawn} OPERATOR(pg_catalog.<) 70 THEN {}.{name} ELSE {value} END",
                    list.name
                );
            }
            from += &format!(
                "\n            CROSS JOIN LATERAL (SELECT {value} AS {name} OFFSET 0) AS c{at}"
            );
            columns.push((at, format!("c{at}.{name}")));
        }
        self.own_key_values(component, &mut columns);
        let selected = columns.iter().map(|(at, value)| {
            let name = quote::identifier(&self.fields[*at].name);
            format!("{value} AS {name}")
        });
        let selected: Vec<String> = selected.collect();
        Ok(format!(
            "SELECT i.n AS {ROW}, {} FROM {from}\n            OFFSET 0",
            selected.join(", ")
        ))
    }

    /// Candidates that must refer to their own table refer to themselves where there is no row yet.
    fn own_key_values(&self, component: &Component, columns: &mut [(usize, String)]) {
        let keys = component.keys.iter().flatten();
        for key in keys.filter(|it| it.refers_to(self.table)) {
            for (column, referred) in key.columns.iter().zip(&key.referred) {
                let place = |name: &String| {
                    let mut known = columns.iter();
                    known.position(|(at, _)| self.fields[*at].name == *name)
                };
                let (Some(column), Some(referred)) = (place(column), place(referred)) else {
                    continue;
                };
                if column != referred && !self.fields[columns[column].0].may_be_null {
                    let (value, own) = (&columns[column].1, &columns[referred].1);
                    columns[column].1 = format!("COALESCE({value}, {own})");
                }
            }
        }
    }

    /// Those of the candidates that meet the conditions of a component.
    fn met(&self, component: &Component, candidates: &str) -> String {
        let table = quote::identifier(&self.table.name);
        let mut inner = candidates.to_owned();
        for generated in &component.generated {
            let name = quote::identifier(&generated.name);
            inner = format!(
                "SELECT {table}.*, ({}) AS {name} FROM (\n            {inner}\n        ) AS {table} OFFSET 0",
                generated.expression
            );
        }
        let fields = component.fields.iter().map(|at| &self.fields[*at]);
        let needed = fields.filter(|it| !it.may_be_null);
        let needed = needed.map(|it| format!("{} IS NOT NULL", quote::identifier(&it.name)));
        let checks = component.checks.iter();
        let checks = checks.map(|it| format!("({}) IS NOT FALSE", it.expression));
        let conditions: Vec<String> = needed.chain(checks).collect();
        let names = self.names(component);
        let mut met = format!(
            "SELECT {ROW}, {names} FROM (\n            {inner}\n        ) AS {table} WHERE {}",
            conditions.join(" AND ")
        );
        for key in &component.unique {
            let by: Vec<String> = key.iter().map(|it| quote::identifier(it)).collect();
            met = format!(
                "SELECT {ROW}, {names} FROM (SELECT u.*, pg_catalog.row_number() OVER (PARTITION BY {} ORDER BY {ROW}) \
                 AS \"place in the key\" FROM (\n        {met}\n        ) AS u) AS u \
                 WHERE \"place in the key\" OPERATOR(pg_catalog.=) 1",
                by.join(", ")
            );
        }
        met
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
        // Ranges of an exclusion are disjoint as they are drawn; what a condition suggests would overlap.
        let is_apart = field.which == Which::Distinct && field.base.name.ends_with("range");
        let suggested = if is_apart { Vec::new() } else { suggested };
        // What a live database has, its constraints have taken.
        let some_share = match field.which {
            _ if field.is_known() => 90,
            Which::Distinct => 50,
            Which::Any => 25,
        };
        let related_share = if related.is_empty() {
            0
        } else {
            40.min(100 - some_share)
        };
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

/// Values of one column that meet the conditions about it alone.
struct OwnList {
    /// Index of the field.
    field: usize,
    name: String,
    query: String,
}

/// That a list's row is at this place.
fn at_place(list: &str, place: &str) -> String {
    format!("{list}.{PLACE} OPERATOR(pg_catalog.=) {place}")
}
