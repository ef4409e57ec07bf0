//! The crate against a real server: the server's word counts for every text and binary form.

mod arrays;
mod copy;
mod copy_errors;
mod insert;
mod json_form;
mod on_sqlx;
mod schema;
#[path = "../support/mod.rs"]
mod support;
mod types;
mod values;
