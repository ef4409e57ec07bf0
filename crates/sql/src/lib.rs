//! SQL as text: writing it safely, splitting it as psql does, and reading what a statement is. No server is asked, and nothing is run.

pub mod lexer;
pub mod qualified;
pub mod quote;
pub mod statement;
