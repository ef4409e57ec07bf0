//! SQL as text: writing it safely, splitting it as psql does, reading what a statement is, and replacing parts of one; and what is
//! known of TimescaleDB's routines and PostgreSQL's types. No server is asked, and nothing is run.

pub mod lexer;
pub mod qualified;
pub mod quote;
pub mod rewriting;
pub mod statement;
pub mod timescaledb;
pub mod types;
