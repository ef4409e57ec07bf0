//! SQL as text: writing it safely, splitting it as psql does, classifying statements, and replacing parts of them; and the tables of
//! TimescaleDB's routines and PostgreSQL's types. It asks no server and runs nothing.

pub mod lexer;
pub mod nearest;
pub mod qualified;
pub mod quote;
pub mod rewriting;
pub mod statement;
pub mod timescaledb;
pub mod types;
