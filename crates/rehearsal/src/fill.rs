//! What is given: statements for each table.

use std::collections::BTreeMap;

use catalog::Catalog;

use crate::after::after;
use crate::column;
use crate::component::components;
use crate::foreign_key::ForeignKey;
use crate::names::{Pair, written};
use crate::order::{Need, ordered};
use crate::partitions::{Role, role};
use crate::statement::Plan;
use crate::value::Values;
use crate::wanted::{TableFacts, Wanted};

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
/// Existing rows count, and are referred to. Partitions are filled through their parent and are not listed. Views and
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
    let mut tables: Vec<Table> = Vec::new();
    for pair in &order {
        let (table, role) = &listed[pair];
        let mut filled = filled(catalog, table, role, wanted);
        filled.why_not = filled.why_not.or_else(|| blocked(table, &listed, &tables));
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
    let is_self = |it: &Need| it.target.0 == table.schema && it.target.1 == table.name;
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

fn filled(catalog: &Catalog, table: &catalog::Table, role: &Role, wanted: &Wanted) -> Table {
    let none = TableFacts::default();
    let facts = wanted
        .tables
        .get(&(table.schema.clone(), table.name.clone()));
    let facts = facts.unwrap_or(&none);
    let rows = facts.rows.unwrap_or(wanted.rows);
    let only = if table.inherited { "ONLY " } else { "" };
    let name = written(&table.schema, &table.name);
    let statements = match role {
        Role::Foreign => Err("it is a foreign table".to_owned()),
        Role::Empty => Err("it has no partition".to_owned()),
        Role::Partition => Err("it is filled through its parent".to_owned()),
        Role::Filled(check) => {
            let values = Values {
                catalog,
                until: wanted.until,
                domains: Vec::new().into(),
            };
            let fields = column::fields(catalog, table, facts, rows, wanted.chunks.max(1));
            let keys = ForeignKey::of(table)
                .map_err(|name| format!("its foreign key {name} cannot be read"));
            keys.and_then(|keys| {
                let checks = check.iter().cloned().collect();
                let (components, loose) = components(table, &fields, &keys, checks);
                let plan = Plan {
                    table,
                    values: &values,
                    seed: wanted.seed,
                    rows,
                    fields: &fields,
                    components: &components,
                    loose: &loose,
                };
                plan.statements()
            })
        }
    };
    let (statements, why_not) = match statements {
        Ok(statements) => (statements, None),
        Err(why_not) => (Vec::new(), Some(why_not)),
    };
    Table {
        schema: table.schema.clone(),
        name: table.name.clone(),
        wanted: rows,
        statements,
        count: format!("SELECT pg_catalog.count(*) FROM {only}{name}"),
        why_not,
    }
}
