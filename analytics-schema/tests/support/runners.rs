//! Runners other than the one under test: a later version of the program, and one that holds the lock.

use std::thread;
use std::time::Duration;

use analytics_schema::postgres::Client;
use analytics_schema::{Config, SCHEMA};
use migrator::history::Mode;
use migrator::plan::Migration;
use migrator::run::{self, Lock, Options};
use migrator::source;

/// What a later version of this program does when it starts: our migrations, and then its own.
pub fn start_later_version(config: &Config, mode: Mode, later: &[(&str, &str)]) {
    let files: Vec<_> = SCHEMA.migrations().iter().chain(later).copied().collect();
    start_with(config, mode, &files);
}

/// What a program with these migrations does when it starts.
pub fn start_with(config: &Config, mode: Mode, files: &[(&str, &str)]) {
    let files = source::embedded(files).unwrap().into_iter();
    let migrations: Vec<_> = files.map(|file| Migration::parse(file).unwrap()).collect();
    let mut link = config.connect().unwrap();
    let options = Options {
        mode,
        ..Options::default()
    };
    run::run(&mut link, &migrations, &options, None, &mut |_| {}).unwrap();
}

/// What it adds, none of which touches an earlier one.
pub const ADDITIONS: [(&str, &str); 2] = [
    (
        "004_more.sql",
        "CREATE TABLE sessions (id bigint PRIMARY KEY, started_at timestamptz NOT NULL);
        CREATE TYPE plan AS ENUM ('free', 'pro');
        ALTER TABLE funnels ADD COLUMN note text;
        ALTER TABLE funnels ADD COLUMN plan plan NOT NULL DEFAULT 'free';
        ALTER TYPE device_type ADD VALUE 'watch';
        COMMENT ON COLUMN events.name IS 'Changed.'",
    ),
    (
        "005_faster.sql",
        "CREATE INDEX funnels_owner_idx ON funnels (owner);
        DROP INDEX funnels_active_idx;
        ALTER TABLE funnels ADD CONSTRAINT named CHECK (name <> '')",
    ),
];

/// Holds the lock of runners for a while.
pub fn hold_lock(config: &Config, time: Duration) -> thread::JoinHandle<()> {
    let mut client: Client = config.client().unwrap();
    client
        .execute(
            "SELECT pg_advisory_lock($1)",
            &[&Lock::of("public", "schema_migrations").key()],
        )
        .unwrap();
    thread::spawn(move || {
        thread::sleep(time);
        drop(client);
    })
}
