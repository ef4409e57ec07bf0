//! `cargo xtask migrate` over a URL: its round trips, its time beside psql's and its peers'.
//!
//! The server is `DATABASE_URL`'s, or else a private cluster for as long as the bench runs. Everything happens in a database of the
//! bench's own, which is dropped at the end.

use std::path::Path;

use anyhow::Result;

use crate::database::Database;
use crate::files::Files;
use crate::peers::{Peer, Programs};
use crate::report::Report;
use crate::round_trips;
use crate::scratch::Scratch;
use crate::speed::Speed;

/// How many migrations are many.
const MANY: usize = 300;

/// Measures, or says why that is not possible here. `xtask` is the debug build.
pub fn run(scratch: &Scratch, xtask: &Path, runs: usize, report: &mut Report) -> Result<()> {
    let database = match Database::create()? {
        Ok(database) => database,
        Err(why) => return report.skip("URL", &why),
    };
    let dir = scratch.project("url")?;
    let trivial = Files::write(&dir.join("trivial"), "SELECT 1", MANY, |_| {
        "SELECT 1;\n".to_owned()
    })?;
    let tables = Files::write(&dir.join("tables"), "CREATE TABLE", MANY, |number| {
        format!("CREATE TABLE bench_{number} (id bigint PRIMARY KEY, name text NOT NULL);\n")
    })?;
    let programs = Programs::new(&dir, xtask)?;
    round_trips::count(&database, &programs, &trivial, report)?;
    let mut installed = Vec::new();
    for peer in Peer::INSTALLED {
        match peer.version() {
            Ok(version) => {
                report.note(peer.name(), &version)?;
                installed.push(peer);
            }
            Err(why) => report.skip(peer.name(), why)?,
        }
    }
    let speed = Speed {
        database: &database,
        programs: &programs,
        installed,
        runs,
    };
    speed.compare(&trivial, &tables, report)
}
