//! The migrations that the faults happen to: every kind of step, and a table in which each transaction leaves one row.

use postgres::Client;

use crate::support::Sandbox;

/// The files of a plan, what they stand on, and what their result is asked for beside its schema.
#[derive(Clone, Copy)]
pub struct Plan {
    files: &'static [(&'static str, &'static str)],
    /// What is in a database before the first of them.
    pub prepare: &'static str,
    /// Queries of one value each, with what they ask for.
    pub contents: &'static [(&'static str, &'static str)],
    /// What takes away what a run leaves outside of the schema `app`.
    pub clean: &'static str,
    /// What the command is given beside.
    pub arguments: &'static [&'static str],
}

/// The file of that name in `plan/`.
macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("plan/", $name)))
    };
}

/// Every kind of step of PostgreSQL, then of TimescaleDB.
const FILES: [(&str, &str); 5] = [
    file!("001_tables.sql"),
    file!("002_indexes.sql"),
    file!("003_block.sql"),
    file!("004_hypertable.sql"),
    file!("005_policies.sql"),
];

const CONTENTS: [(&str, &str); 4] = [
    ("devices", "SELECT count(*)::text FROM devices"),
    ("readings", "SELECT count(*)::text FROM readings"),
    ("sum of by_day", "SELECT sum(total)::text FROM by_day"),
    (
        "jobs",
        "SELECT count(*)::text FROM timescaledb_information.jobs WHERE job_id >= 1000",
    ),
];

impl Plan {
    /// What runs on any PostgreSQL.
    const PLAIN: Self = Self {
        files: FILES.split_at(3).0,
        prepare: "",
        contents: CONTENTS.split_at(1).0,
        clean: "",
        arguments: &[],
    };

    /// What runs with TimescaleDB.
    const TIMESCALE: Self = Self {
        files: &FILES,
        prepare: "CREATE EXTENSION IF NOT EXISTS timescaledb SCHEMA public",
        contents: &CONTENTS,
        clean: "",
        arguments: &[],
    };

    /// One kind of step after the other, without interrupted statements that only TimescaleDB's catalog settles, because that query is the
    /// same through every driver.
    const KINDS: Self = Self {
        files: &[
            file!("001_tables.sql"),
            file!("002_indexes.sql"),
            file!("003_block.sql"),
            (
                "004_update.sql",
                "ALTER EXTENSION timescaledb UPDATE;\nINSERT INTO done VALUES ('004 behind the update');\n",
            ),
        ],
        prepare: Self::TIMESCALE.prepare,
        contents: CONTENTS.split_at(1).0,
        clean: "",
        arguments: &[],
    };

    /// All of it in plain mode, on any PostgreSQL.
    pub const STOOD_FOR: Self = Self {
        files: &FILES,
        prepare: "",
        contents: &CONTENTS,
        clean: "DO $$ DECLARE name text; BEGIN \
                FOR name IN SELECT nspname FROM pg_namespace WHERE nspname ~ 'timescaledb' LOOP EXECUTE format('DROP SCHEMA %I CASCADE', name); END LOOP; \
                END $$; DROP SCHEMA public CASCADE; CREATE SCHEMA public",
        arguments: &["--plain"],
    };

    /// Every kind of step that the client's server knows, with fewer statements than [`Plan::every_step`].
    pub fn every_kind(client: &mut Client) -> Self {
        if Self::every_step(client).len() == FILES.len() {
            Self::KINDS
        } else {
            Self::PLAIN
        }
    }

    /// Every kind of step that the client's server knows.
    pub fn every_step(client: &mut Client) -> Self {
        let sql = "SELECT count(*) FROM pg_available_extensions WHERE name = 'timescaledb'";
        match client.query_one(sql, &[]).unwrap().get::<_, i64>(0) {
            0 => Self::PLAIN,
            _ => Self::TIMESCALE,
        }
    }

    /// A plan of these files alone, on any PostgreSQL.
    pub fn of(files: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            files,
            prepare: "",
            contents: &[],
            clean: "",
            arguments: &[],
        }
    }

    /// A project of these migrations.
    pub fn project(&self) -> Sandbox {
        let project = Sandbox::new();
        for (name, text) in self.files {
            project.write(&format!("migrations/{name}"), text);
        }
        project
    }

    /// How many migrations there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }
}
