//! Rows for a rehearsal: statements that fill the tables of a catalog. Pure: it reads no file and asks no database.
//!
//! [`fill()`] writes, for each table, INSERTs that generate *candidates* on the server, from the row's number and a
//! seed, and keep those that the table's constraints take. No constraint is understood for that: the server evaluates
//! the CHECK expressions over the candidates, and looks up the rows that foreign keys refer to. What is read of an
//! expression are only hints, which make it likely that a candidate is taken: its literals, its patterns, and which
//! columns it compares.
//!
//! - `column` says how a column takes its values, `component` which columns have to be drawn together, because a
//!   constraint is about them.
//! - `value` has an expression for each type, `hints` those that the `literals` and `pattern`s of a constraint
//!   suggest.
//! - `statement` puts them together; `order` orders tables by their foreign keys, `partitions` keeps rows within
//!   partitions.
//! - `statistics` reads from a live database what rows it has.
//! - `draw` has the numbers at random. Our operators are written with their schema, and have one precedence then:
//!   whoever writes an expression with two of them needs parentheses.
//! - `after` compresses chunks and refreshes continuous aggregates.

mod after;
mod column;
mod component;
mod draw;
mod fill;
mod foreign_key;
mod hints;
mod literals;
mod names;
mod order;
mod partitions;
mod pattern;
mod statement;
mod statistics;
mod types;
mod value;
mod wanted;

pub use fill::{Filling, Table, fill};
pub use statistics::{statistics_query, table_facts};
pub use wanted::{ColumnFacts, TableFacts, Wanted};
