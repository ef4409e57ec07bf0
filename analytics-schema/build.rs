//! Makes the typed modules of `schema.json`, after checking that it was made from the migrations. Asks no database.

fn main() {
    timeschema_build::compile()
}
