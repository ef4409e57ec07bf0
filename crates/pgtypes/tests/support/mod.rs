//! A session for each server test, in a separate database if the test creates tables.

pub mod random;
#[allow(dead_code, reason = "the unit tests read the rest")]
pub mod samples;

use std::ops::{Deref, DerefMut};

use postgres::Client;

/// A connection for a test that makes nothing but temporary objects.
pub fn session(test: &str) -> Option<Client> {
    testkit::session(test).map(prepared)
}

/// A connection to an empty database, which is dropped with it.
pub struct Database {
    client: Client,
    database: testkit::Database,
}

impl Database {
    pub fn new(test: &str) -> Option<Self> {
        let database = testkit::Database::new(test)?;
        let client = prepared(database.client());
        Some(Self { client, database })
    }

    /// One more connection to the same database.
    pub fn connect(&self) -> Client {
        prepared(self.database.client())
    }
}

impl Deref for Database {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl DerefMut for Database {
    fn deref_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}

/// Those that the text forms of this crate are for.
const SETTINGS: &str = "SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET lc_monetary = 'C'";

fn prepared(mut client: Client) -> Client {
    client.batch_execute(SETTINGS).expect("settings");
    client
}
