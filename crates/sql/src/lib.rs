//! SQL as text: writing it safely, splitting it as psql does, classifying statements, and replacing parts of them; and the tables of
//! TimescaleDB's routines, PostgreSQL's types and what came and went by version. It asks no server and runs nothing.

pub mod lexer;
pub mod nearest;
pub mod qualified;
pub mod quote;
pub mod rewriting;
pub mod statement;
pub mod timescaledb;
pub mod types;
pub mod versions;
