//! The same as `insert_a_row`, over TLS where `sslmode` of the URL says so.
//!
//! `cargo xtask with-db -- cargo run -p analytics-schema --example insert_a_row_over_tls`

use std::error::Error;

use analytics_schema::{Config, Timestamp, Uuid, events};

fn main() -> Result<(), Box<dyn Error>> {
    let config = Config::parse(&std::env::var("DATABASE_URL")?)?;
    let mut client = config.client()?;
    let event = events::Required {
        time: Timestamp::now(),
        project_id: Uuid::from_u128(1),
        name: "page_view".to_owned(),
    };
    events::insert(&event.into()).one(&mut client)?;
    Ok(())
}
