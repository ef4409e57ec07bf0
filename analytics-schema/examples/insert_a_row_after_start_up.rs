//! The same as `insert_a_row_over_tls`, and it migrates and verifies first.
//!
//! `cargo xtask with-db -- cargo run -p analytics-schema --example insert_a_row_after_start_up`

use std::error::Error;

use analytics_schema::{Config, Timestamp, Uuid, events, migrate, verify};

fn main() -> Result<(), Box<dyn Error>> {
    let config = Config::parse(&std::env::var("DATABASE_URL")?)?;
    migrate(&config)?;
    let mut client = config.client()?;
    verify(&mut client)?;
    let event = events::Required {
        time: Timestamp::now(),
        project_id: Uuid::from_u128(1),
        name: "page_view".to_owned(),
    };
    events::insert(&event.into()).one(&mut client)?;
    Ok(())
}
