//! A database and roles that have the same names each time they are made, so that files may name them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use migrator::psql::Host;
use postgres::{Client, NoTls};

use super::state;
use crate::support::{Database, with_database};

/// What the files may name.
#[derive(Debug, Clone, PartialEq)]
pub struct Names {
    pub database: String,
    /// Who runs the migrations.
    pub role: String,
    /// Whom the files may become.
    pub other: String,
}

/// The database.
pub struct Fixed<'d> {
    server: &'d Database,
    names: Names,
}

impl<'d> Fixed<'d> {
    pub fn new(server: &'d Database) -> Self {
        let name = |what: &str| format!("{}_{what}", server.name());
        let names = Names {
            database: name("files"),
            role: name("runner"),
            other: name("other"),
        };
        let sql = format!(
            "CREATE ROLE {} LOGIN PASSWORD 'unused'; CREATE ROLE {}; GRANT {} TO {}",
            names.role, names.other, names.other, names.role
        );
        server.client().batch_execute(&sql).unwrap();
        Fixed { server, names }
    }

    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Recreates the database, empty and without settings; returns the URL of the role that runs the migrations.
    pub fn renew(&self, is_superuser: bool) -> String {
        let Names {
            database,
            role,
            other,
        } = &self.names;
        let superuser = if is_superuser {
            "SUPERUSER"
        } else {
            "NOSUPERUSER"
        };
        let mut client = self.server.client();
        for sql in [
            format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"),
            format!("CREATE DATABASE {database} OWNER {role}"),
            format!("ALTER ROLE {role} RESET ALL"),
            format!("ALTER ROLE {other} RESET ALL"),
            format!("ALTER ROLE {role} {superuser}"),
        ] {
            client.batch_execute(&sql).unwrap();
        }
        let url = self.url();
        let (scheme, rest) = url.split_once("://").unwrap();
        let (_, server) = rest.split_once('@').unwrap();
        format!("{scheme}://{role}:unused@{server}")
    }

    fn url(&self) -> String {
        with_database(&self.server.url(), &self.names.database)
    }

    /// What the database holds.
    pub fn state(&self) -> String {
        let mut client = Client::connect(&self.url(), NoTls).unwrap();
        state::of(&mut client)
    }
}

impl Drop for Fixed<'_> {
    fn drop(&mut self) {
        let Names {
            database,
            role,
            other,
        } = &self.names;
        let mut client = self.server.client();
        for sql in [
            format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"),
            format!("DROP ROLE {role}, {other}"),
        ] {
            let dropped = client.batch_execute(&sql);
            assert!(dropped.is_ok() || std::thread::panicking(), "{dropped:?}");
        }
    }
}

/// This machine's psql, in the place of a container's.
#[derive(Clone)]
pub struct Local {
    psql: PathBuf,
    url: String,
    folder: PathBuf,
}

impl Local {
    pub fn new(psql: &Path, url: &str) -> Local {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Local {
            psql: psql.to_owned(),
            url: url.to_owned(),
            folder: std::env::temp_dir().join(format!("together-{}-{count}", std::process::id())),
        }
    }
}

impl Host for Local {
    fn psql(&self, folder: &str) -> Command {
        let script = "mkdir -p \"$1\"; \"$0\" -X -q -v ON_ERROR_STOP=1 -f - \"$2\"; rm -r \"$1\"; rmdir \"$3\" 2>/dev/null";
        let mut command = Command::new("sh");
        command
            .args(["-c", script])
            .arg(&self.psql)
            .arg(self.folder.join(folder))
            .arg(&self.url)
            .arg(&self.folder);
        command
    }

    fn copy(&self, file: &Path, folder: &str) -> Result<String, String> {
        let inside = self.folder.join(folder).join(file.file_name().unwrap());
        fs::copy(file, &inside).map_err(|error| error.to_string())?;
        Ok(inside.to_str().unwrap().to_owned())
    }
}
