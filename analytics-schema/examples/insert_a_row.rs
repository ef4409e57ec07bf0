//! The least that a service does: it connects and inserts a row through the generated types. Something else has migrated.
//!
//! `cargo xtask with-db -- cargo run -p analytics-schema --example insert_a_row`

use std::error::Error;

use analytics_schema::postgres::{Client, NoTls};
use analytics_schema::{Timestamp, Uuid, events};

fn main() -> Result<(), Box<dyn Error>> {
    let mut client = Client::connect(&std::env::var("DATABASE_URL")?, NoTls)?;
    let event = events::Required {
        time: Timestamp::now(),
        project_id: Uuid::from_u128(1),
        name: "page_view".to_owned(),
    };
    events::insert(&event.into()).one(&mut client)?;
    Ok(())
}
