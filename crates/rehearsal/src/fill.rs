//! What is given: statements for each table.

use std::collections::BTreeMap;

use catalog::Catalog;

use crate::after::after;
use crate::column::{self, Field};
use crate::component::{Check, Component, components};
use crate::foreign_key::ForeignKey;
use crate::names::{Pair, written};
use crate::order::{Need, ordered};
use crate::partitions::{Role, role};
use crate::statement::Plan;
use crate::value::Values;
use crate::wanted::{TableFacts, Wanted};

/// How many rows a table gets at most.
const MOST: u64 = 1_000_000_000_000;

/// Statements that fill the tables of a catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filling {
    /// Settings for the session that fills, each a statement. Without them everything works, and may be slow.
    pub settings: Vec<String>,
    /// The tables, each after those that it refers to.
    pub tables: Vec<Table>,
    /// Statements for after all tables: chunks that are compressed, and aggregates that are refreshed. Each runs by
    /// itself, outside a transaction. In plain mode they do nothing.
    pub after: Vec<String>,
}

/// Statements that fill a table.
///
/// Each runs in a transaction of its own, in their order, and each may fail without harm: a trigger may refuse, or a
/// candidate may raise an error where another would be taken. The later ones only add what is missing, the last one
/// row by row. How many rows there are in the end is what `count` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Schema of the table.
    pub schema: String,
    /// Name of the table.
    pub name: String,
    /// How many rows it is to have.
    pub wanted: u64,
    /// The statements. None if the table cannot be filled; `why_not` says why.
    pub statements: Vec<String>,
    /// A query for the number of rows, of one row and one column of type bigint.
    pub count: String,
    /// What is known to stand in the way of rows, as a sentence without its end: `no value of type s.t is known for
    /// its column c`.
    pub why_not: Option<String>,
}

/// Statements that fill the tables of a catalog with rows. Pure: the caller runs them.
///
/// Existing rows stay, and are referred to. Partitions are filled through their parent and are not listed. Views and
/// aggregates are not filled, and neither is what the catalog leaves out, such as a history of migrations: read the
/// catalog without it.
pub fn fill(catalog: &Catalog, wanted: &Wanted) -> Filling {
    let listed = catalog.tables.iter().filter_map(|table| {
        let role = role(catalog, table);
        let pair = (table.schema.clone(), table.name.clone());
        (!matches!(role, Role::Partition)).then_some((pair, (table, role)))
    });
    let listed: BTreeMap<Pair, (&catalog::Table, Role)> = listed.collect();
    let needs = listed
        .iter()
        .map(|(pair, (table, _))| (pair.clone(), needs(table)));
    let order = ordered(&needs.collect());
    let prepared = order.iter().map(|pair| {
        let (table, role) = &listed[pair];
        Prepared::new(catalog, table, role, wanted)
    });
    let prepared: Vec<Prepared<'_>> = prepared.collect();
    let mut tables: Vec<Table> = Vec::new();
    for one in &prepared {
        let blocked = blocked(one.table, &listed, &tables);
        let together = blocked.as_ref().and_then(|_| first_rows(one, &prepared));
        let why_not = blocked.filter(|_| together.is_none());
        let mut filled = filled(one, why_not);
        filled.statements.splice(0..0, together);
        tables.push(filled);
    }
    Filling {
        settings: settings(),
        tables,
        after: after(catalog),
    }
}

/// Why a table that has to refer to others gets no rows, given those that are filled before it.
fn blocked(
    table: &catalog::Table,
    listed: &BTreeMap<Pair, (&catalog::Table, Role)>,
    before: &[Table],
) -> Option<String> {
    let needed = needs(table).into_iter().filter(|it| !it.is_optional);
    let is_self = |it: &Need| is_named(table, &it.target);
    for need in needed.filter(|it| !is_self(it) && listed.contains_key(&it.target)) {
        let Need { name, target, .. } = need;
        let target_name = format!("{}.{}", target.0, target.1);
        let is_it = |it: &&Table| it.schema == target.0 && it.name == target.1;
        match before.iter().find(is_it) {
            None => {
                return Some(format!(
                    "its foreign key {name} refers to {target_name}, which refers to it, and neither may be null"
                ));
            }
            Some(other) if other.why_not.is_some() => {
                return Some(format!(
                    "its foreign key {name} refers to {target_name}, which gets no rows"
                ));
            }
            Some(_) => {}
        }
    }
    None
}

/// The first rows of a table and of a later one that it has to refer to and that refers to it, if their keys may be
/// checked after both.
fn first_rows(one: &Prepared<'_>, all: &[Prepared<'_>]) -> Option<String> {
    let required = |it: &Prepared<'_>, to: &catalog::Table| {
        let needs = needs(it.table).into_iter();
        let mut needs = needs.filter(|need| !need.is_optional && is_named(to, &need.target));
        let name = needs.next()?.name;
        ForeignKey::of(it.table)
            .ok()?
            .into_iter()
            .find(|key| key.name == name)
    };
    for other in all {
        let is_same = std::ptr::eq(one.table, other.table);
        let keys = required(one, other.table).zip(required(other, one.table));
        let Some((own, back)) = keys.filter(|_| !is_same) else {
            continue;
        };
        for (first, key, second) in [(one, own, other), (other, back, one)] {
            if key.is_deferrable {
                let together = first.plan().ok()?.with(&key, &second.plan().ok()?)?;
                return together.ok();
            }
        }
    }
    None
}

fn is_named(table: &catalog::Table, pair: &Pair) -> bool {
    table.schema == pair.0 && table.name == pair.1
}

/// A table, and how its columns are drawn.
struct Prepared<'a> {
    table: &'a catalog::Table,
    values: Values<'a>,
    seed: u64,
    rows: u64,
    fields: Vec<Field>,
    components: Vec<Component>,
    loose: Vec<Check>,
    /// Why it cannot be filled.
    why_not: Option<String>,
}

impl<'a> Prepared<'a> {
    fn new(catalog: &'a Catalog, table: &'a catalog::Table, role: &Role, wanted: &Wanted) -> Self {
        let none = TableFacts::default();
        let pair = (table.schema.clone(), table.name.clone());
        let facts = wanted.tables.get(&pair).unwrap_or(&none);
        let rows = facts.rows.unwrap_or(wanted.rows).min(MOST);
        let fields = column::fields(catalog, table, facts, rows, wanted.chunks.max(1));
        let (partition, why_not) = match role {
            Role::Filled(check) => (check.clone(), None),
            Role::Foreign => (None, Some("it is a foreign table".to_owned())),
            Role::Empty => (None, Some("it has no partition".to_owned())),
            Role::Partition => (None, Some("it is filled through its parent".to_owned())),
        };
        let unreadable = |name| format!("its foreign key {name} cannot be read");
        let keys = ForeignKey::of(table).map_err(unreadable);
        let why_not = why_not.or_else(|| keys.as_ref().err().cloned());
        let keys = keys.unwrap_or_default();
        let (components, loose) =
            components(table, &fields, &keys, partition.into_iter().collect());
        Self {
            table,
            values: Values {
                catalog,
                until: wanted.until,
                domains: Vec::new().into(),
            },
            seed: wanted.seed,
            rows,
            fields,
            components,
            loose,
            why_not,
        }
    }

    fn plan(&self) -> Result<Plan<'_>, String> {
        match &self.why_not {
            Some(why_not) => Err(why_not.clone()),
            None => Ok(Plan {
                table: self.table,
                values: &self.values,
                seed: self.seed,
                rows: self.rows,
                fields: &self.fields,
                components: &self.components,
                loose: &self.loose,
                ahead: None,
            }),
        }
    }
}

/// Estimates of candidates are guesses, which lead the planner astray. A hash join keeps the candidates in their
/// order, which is that of time: rows go into few chunks and pages.
fn settings() -> Vec<String> {
    [
        "SET enable_nestloop = off",
        "SET enable_mergejoin = off",
        "SET jit = off",
        "SET TimeZone = 'UTC'",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn needs(table: &catalog::Table) -> Vec<Need> {
    let may_be_null = |name: &String| {
        let mut columns = table.columns.iter();
        columns.any(|it| it.name == *name && it.never_null.is_none())
    };
    let keys = ForeignKey::of(table).unwrap_or_default().into_iter();
    keys.map(|it| Need {
        name: it.name.clone(),
        is_optional: it.may_be_open(may_be_null),
        target: it.target,
    })
    .collect()
}

fn filled(prepared: &Prepared<'_>, why_not: Option<String>) -> Table {
    let table = prepared.table;
    let only = if table.inherited { "ONLY " } else { "" };
    let name = written(&table.schema, &table.name);
    let (statements, unknown) = match prepared.plan().and_then(|it| it.statements()) {
        Ok(statements) => (statements, None),
        Err(unknown) => (Vec::new(), Some(unknown)),
    };
    Table {
        schema: table.schema.clone(),
        name: table.name.clone(),
        wanted: prepared.rows,
        statements,
        count: format!("SELECT pg_catalog.count(*) FROM {only}{name}"),
        why_not: unknown.or(why_not),
    }
}
