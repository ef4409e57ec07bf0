//! A database for each test, on a private server, and psql as the driver.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use catalog::{Catalog, Needs, QueryFacts, RelationRef, Scope};
use sql::statement;

/// A database and the psql that runs in it.
pub(crate) struct Database {
    database: testkit::Database,
    psql: PathBuf,
    is_plain: bool,
}

impl Database {
    /// A new, empty database. It is in plain mode where the server has no TimescaleDB.
    pub(crate) fn new(test: &str) -> Option<Self> {
        let database = Self::empty(test)?;
        if database.database.has_timescaledb() {
            Some(database)
        } else {
            Some(database.into_plain())
        }
    }

    /// The same for a test that needs TimescaleDB for `what`.
    pub(crate) fn timescale(test: &str, what: &str) -> Option<Self> {
        Self::on(test, testkit::Database::timescale(test, what)?)
    }

    /// The same in plain mode, on any server.
    pub(crate) fn plain(test: &str) -> Option<Self> {
        Self::empty(test).map(Self::into_plain)
    }

    /// A database for what needs nothing of TimescaleDB.
    pub(crate) fn empty(test: &str) -> Option<Self> {
        Self::on(test, testkit::Database::new(test)?)
    }

    fn on(test: &str, database: testkit::Database) -> Option<Self> {
        Some(Self {
            database,
            psql: testkit::installed_psql(test)?,
            is_plain: false,
        })
    }

    pub(crate) fn name(&self) -> &str {
        self.database.name()
    }

    /// A connection of the driver.
    pub(crate) fn client(&self) -> postgres::Client {
        self.database.client()
    }

    /// A database on the server whose background workers run: what a script does to the whole server stays apart from other tests.
    pub(crate) fn working(test: &str) -> Option<Self> {
        Self::on(test, testkit::Database::working(test)?)
    }

    /// A copy of it, to which no session may be connected.
    pub(crate) fn copy(&self) -> Self {
        Self {
            database: self.database.copy(),
            psql: self.psql.clone(),
            is_plain: self.is_plain,
        }
    }

    fn into_plain(mut self) -> Self {
        self.run(&plain::script());
        self.is_plain = true;
        self
    }

    /// Runs SQL as `psql -f` would and gives what it prints; panics on the first error. In plain mode it is rewritten first.
    pub(crate) fn run(&self, sql: &str) -> String {
        self.try_run(sql)
            .unwrap_or_else(|error| panic!("{error}\nin: {sql:.300}"))
    }

    /// Runs SQL, or gives psql's message.
    pub(crate) fn try_run(&self, sql: &str) -> Result<String, String> {
        if self.is_plain {
            self.psql(&rewritten(sql))
        } else {
            self.psql(sql)
        }
    }

    /// Runs what psql alone understands, whatever mode the database has.
    pub(crate) fn run_as_it_is(&self, script: &str) -> String {
        self.psql(script)
            .unwrap_or_else(|error| panic!("{error:.3000}"))
    }

    fn psql(&self, sql: &str) -> Result<String, String> {
        let mut psql = Command::new(&self.psql)
            .args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-"])
            .arg(self.database.url())
            .env("PGCLIENTENCODING", "UTF8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let mut input = psql.stdin.take().ok_or("psql has no stdin")?;
        let sql = sql.to_owned();
        let writer = std::thread::spawn(move || input.write_all(sql.as_bytes()));
        let output = psql.wait_with_output().map_err(|error| error.to_string())?;
        // psql closes its input early when a statement fails, and reports that itself.
        let _ = writer.join();
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout)
                .trim_end_matches('\n')
                .to_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// The catalog, read by this crate through psql.
    pub(crate) fn catalog(&self) -> Catalog {
        self.catalog_without(&[], "")
    }

    /// The catalog without some tables, in a session that begins with `settings`.
    pub(crate) fn catalog_without(&self, exclude: &[RelationRef], settings: &str) -> Catalog {
        // As it is, whatever mode the database has.
        let run = |query: &str| self.psql(&format!("{settings}\n{query};"));
        let scope = Scope {
            without: exclude.to_vec(),
            ..Scope::default()
        };
        catalog::introspect(&scope, run).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The catalog, and what is proven of queries: each with the types of its parameters.
    pub(crate) fn queries(&self, queries: &[(&str, &str)]) -> (Catalog, Vec<QueryFacts>) {
        let numbered = (1..).zip(queries);
        let function = |(number, (types, query)): (usize, &(&str, &str))| {
            format!(
                "CREATE FUNCTION pg_temp.q{number}({types}) RETURNS void LANGUAGE sql BEGIN ATOMIC {query}; END;\n"
            )
        };
        let functions: String = numbered.map(function).collect();
        let scope = Scope {
            queries: true,
            ..Scope::default()
        };
        let query = catalog::query(&self.run(catalog::probe_query()), &scope).unwrap();
        let query = sql::qualified::qualified(&query);
        // No output but the query's.
        let answer = self
            .psql(&format!("BEGIN;\n{functions}{query};\nROLLBACK;"))
            .unwrap_or_else(|error| panic!("{error:.3000}"));
        catalog::parse_with_queries(&answer, |_, _| false).unwrap()
    }

    /// What the modules of this catalog need, as start-up reads it.
    pub(crate) fn needed(&self, by: &Catalog) -> Catalog {
        let scope = Scope {
            needs: Some(Needs::of(by)),
            ..Scope::default()
        };
        catalog::introspect(&scope, |query| self.psql(&format!("{query};")))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// That what modules need is read as with everything around it, whichever relations they name.
    #[track_caller]
    pub(crate) fn is_read_the_same_by_those_who_need_it(&self) {
        let all = self.catalog();
        let none = Catalog {
            enums: all.enums.clone(),
            domains: all.domains.clone(),
            composites: all.composites.clone(),
            ranges: all.ranges.clone(),
            ..Catalog::default()
        };
        let tables = Catalog {
            tables: all.tables.clone(),
            ..none.clone()
        };
        let views = Catalog {
            views: all.views.clone(),
            ..none.clone()
        };
        let aggregates = Catalog {
            continuous_aggregates: all.continuous_aggregates.clone(),
            ..none
        };
        for part in [tables, views, aggregates, Catalog::default()] {
            let found = self.needed(&part);
            let columns = |catalog: &Catalog| {
                let tables = catalog.tables.iter();
                let tables = tables.map(|it| (it.name.clone(), it.columns.clone()));
                let views = catalog.views.iter();
                let views = views.map(|it| (it.name.clone(), it.columns.clone()));
                let aggregates = catalog.continuous_aggregates.iter();
                let aggregates = aggregates.map(|it| (it.name.clone(), it.columns.clone()));
                let mut all: BTreeMap<_, _> = tables.chain(views).chain(aggregates).collect();
                let columns = all.values_mut().flatten();
                columns.for_each(|column| column.comment = None);
                all
            };
            // Beside them there is what their queries read.
            let mut read = columns(&found);
            read.retain(|name, _| columns(&part).contains_key(name));
            assert_eq!(read, columns(&part));
            assert_eq!(catalog::at_least(&part, &found), []);
            assert!(part.tables.is_empty() || found.views.is_empty());
        }
    }

    /// Applies the project's migrations.
    pub(crate) fn migrate(&self) {
        for (_, text) in migrations() {
            self.run(&text);
        }
    }
}

fn rewritten(sql: &str) -> String {
    let statements = statement::read(sql).unwrap();
    let text = |it: &statement::Statement| {
        let rewriting = plain::rewrite::rewrite(&sql[it.range.clone()]).unwrap();
        rewriting.text + ";\n"
    };
    statements.iter().map(text).collect()
}

/// Name and text of each of the project's migrations, in order.
pub(crate) fn migrations() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |file: &PathBuf| {
        (
            file.file_name().unwrap().to_string_lossy().into_owned(),
            std::fs::read_to_string(file).unwrap(),
        )
    };
    files.iter().map(read).collect()
}
