//! Generates the typed modules from `schema.json`, after checking that it matches the migrations. Needs no database.

fn main() {
    timeschema_build::compile()
}
