//! What is proven of the queries that a program sends: which columns are never null, how many rows there are, what is read and written.
//!
//! A query is described by the tree of a function in the session's own temporary schema, which has it as its body:
//!
//! ```sql
//! CREATE FUNCTION pg_temp.q1(integer) RETURNS void LANGUAGE sql BEGIN ATOMIC SELECT … WHERE id = $1; END
//! ```
//!
//! Nothing is run for it, and the transaction can be rolled back. Claims are only made that hold whatever the tables hold: what is not
//! known (a node, an operator, a new version's field) proves nothing.

use crate::model::RelationRef;
use crate::nodes::Node;
use crate::nullability::Prover;

mod bounds;
mod count;
mod entry;
mod facts;
mod joined;
mod keys;
mod parameters;
mod reads;
mod rows;

pub(crate) use facts::{Key, KeyColumn, Operator, Traits, World};

/// What is proven of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryFacts {
    /// Name of its function in `pg_temp`: `q1`.
    pub name: String,
    /// The columns of its result, in their order.
    pub columns: Vec<QueryColumn>,
    /// Its parameters, `$1` first.
    pub parameters: Vec<ParameterUse>,
    /// How many rows it gives, or, without a result, how many it writes.
    pub rows: RowCount,
    /// The relations that it names to read from, sorted. That views read others is not followed.
    pub reads: Vec<RelationRef>,
    /// The relations that it names to write to, sorted.
    pub writes: Vec<RelationRef>,
    /// Whether it calls a function that may give something else each time, or write; also through views.
    pub is_volatile: bool,
    /// How the time of each hypertable and continuous aggregate that it names is bound.
    pub time_bounds: Vec<TimeBound>,
}

/// A column of a query's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryColumn {
    /// What the result calls it.
    pub name: String,
    /// Why it is never null, in words that end a sentence; `None` when null must be expected.
    pub never_null: Option<String>,
    /// The column whose value it is.
    pub source: Option<ColumnRef>,
}

/// A column of a table or view.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnRef {
    /// Schema of the relation.
    pub schema: String,
    /// Name of the relation.
    pub relation: String,
    /// Name of the column.
    pub column: String,
}

/// What a query does with a parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParameterUse {
    /// Whether it only ever becomes the value of columns that may be null.
    pub may_be_null: bool,
    /// The column whose value it becomes, if it is a single one.
    pub assigned: Option<ColumnRef>,
    /// The columns that it is compared with, each with the operator as if the column stood on its left: `=`, `<`, `>=`, `= ANY`.
    pub compared: Vec<(ColumnRef, String)>,
}

/// How many rows a query gives, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowCount {
    /// One, whatever the tables hold.
    ExactlyOne(String),
    /// None or one.
    AtMostOne(String),
    /// Nothing is proven.
    Many,
}

/// Whether a query reads only a part of a hypertable's or a continuous aggregate's time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeBound {
    /// The hypertable or the aggregate.
    pub relation: RelationRef,
    /// Its column of time.
    pub column: String,
    /// Whether the query gives the earliest time, so that the server leaves out chunks before it.
    pub lower: bool,
    /// Whether the query gives the latest time.
    pub upper: bool,
}

/// A query, as the server has analyzed it.
pub(crate) struct Query {
    pub(crate) name: String,
    pub(crate) parameters: usize,
    pub(crate) tree: Node,
}

/// Whether a query's parameter, by the query's name and its number from 1, may be null whatever it is used for.
pub(crate) type Marked<'a> = &'a dyn Fn(&str, usize) -> bool;

/// What is proven of a query.
pub(crate) fn facts(
    world: &World,
    prover: &mut Prover,
    query: &Query,
    marked: Marked<'_>,
) -> QueryFacts {
    let parameters = parameters::uses(world, prover, query);
    let never_null = (1..=query.parameters)
        .filter(|number| !parameters[number - 1].may_be_null && !marked(&query.name, *number));
    prover.parameters = never_null.filter_map(|it| i64::try_from(it).ok()).collect();
    let read = reads::Read::of(world, &query.tree);
    QueryFacts {
        name: query.name.clone(),
        columns: columns(world, prover, &query.tree),
        parameters,
        rows: rows::Rows::new(world, prover, &std::cell::Cell::new(LOOKED_INTO)).count(&query.tree),
        is_volatile: reads::is_volatile(prover, &query.tree),
        time_bounds: bounds::of(world, prover, &query.tree),
        reads: world.names(&read.reads),
        writes: world.names(&read.writes),
    }
}

fn columns(world: &World, prover: &Prover, tree: &Node) -> Vec<QueryColumn> {
    let list = match tree.list("returningList") {
        [] if tree.int("commandType") == Some(SELECT) => "targetList",
        _ => "returningList",
    };
    let targets = tree.nodes(list).filter(|it| it.is_false("resjunk"));
    let mut proofs = prover.result(tree).into_iter();
    let column = |target: &Node| QueryColumn {
        name: target.text("resname").unwrap_or("?column?").to_owned(),
        never_null: proofs.next().flatten(),
        source: target
            .oid("resorigtbl")
            .zip(target.int("resorigcol"))
            .and_then(|(relation, column)| world.column(prover, relation, column)),
    };
    targets.map(column).collect()
}

/// How many queries and views are looked into for one query, however they are nested.
const LOOKED_INTO: u32 = 5000;

/// `CmdType` of `nodes.h`.
const SELECT: i64 = 1;
const UPDATE: i64 = 2;
const INSERT: i64 = 3;
const DELETE: i64 = 4;
const MERGE: i64 = 5;
