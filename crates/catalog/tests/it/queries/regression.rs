//! PostgreSQL's and TimescaleDB's own regression tests: thousands of queries that others wrote to be difficult, over their own data.
//!
//! Those are not part of this project: `POSTGRES_SOURCE` and `TIMESCALEDB_SOURCE` name folders that hold their sources. Each script runs as
//! it is. What it queries is described in the session that is about to run it, and no row may contradict what is proven.

mod script;
mod session;
mod tally;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use crate::support::Database;

use script::Script;
use session::Session;
use tally::Tally;

/// PostgreSQL's scripts that take a third of the time, and are about rights, commands and plans rather than about queries. They are left out
/// unless `REGRESSION=all`.
const LEFT_OUT: [&str; 14] = [
    "alter_table",
    "brin_multi",
    "foreign_key",
    "generated",
    "indexing",
    "join_hash",
    "partition_join",
    "partition_prune",
    "plpgsql",
    "privileges",
    "publication",
    "select_parallel",
    "stats_ext",
    "tablespace",
];

#[testkit::test(Database::working)]
fn postgresql_s_regression_tests_contradict_no_proof(database: Database) {
    let test = testkit::test_name!();
    let Some(folder) = source(test, "POSTGRES_SOURCE", "src/test/regress") else {
        return;
    };
    let Ok(schedule) = fs::read_to_string(folder.join("parallel_schedule")) else {
        return testkit::skip(test, "POSTGRES_SOURCE has no parallel_schedule");
    };
    let groups = schedule.lines().filter_map(|it| it.strip_prefix("test:"));
    let names = groups.flat_map(str::split_whitespace);
    let environment = BTreeMap::from([
        ("PG_ABS_SRCDIR", folder.display().to_string()),
        ("PG_ABS_BUILDDIR", folder.display().to_string()),
        ("PG_LIBDIR", "/nowhere".to_owned()),
        ("PG_DLSUFFIX", ".so".to_owned()),
    ]);
    settle(&database);
    let mut session = Session::new(&database, true, false);
    for name in names.filter(|it| is_asked_for(it)) {
        let path = folder.join(format!("sql/{name}.sql"));
        let mut script = Script::read(&path, BTreeMap::new(), environment.clone());
        session.run(name, &mut script);
    }
    check("PostgreSQL", &session.tally, [10_000, 4_000, 4_000]);
}

fn is_asked_for(name: &str) -> bool {
    std::env::var("REGRESSION").is_ok_and(|it| it == "all") || !LEFT_OUT.contains(&name)
}

/// One in so many of TimescaleDB's scripts, each of which needs a database of its own, is run unless `REGRESSION=all`.
const ONE_IN: usize = 8;

#[testkit::test(|test| Database::timescale(test, "its regression tests"))]
fn timescaledb_s_regression_tests_contradict_no_proof(database: Database) {
    let test = testkit::test_name!();
    let folders = ["test/sql", "tsl/test/sql"];
    let folders = folders.map(|it| source(test, "TIMESCALEDB_SOURCE", it));
    let [Some(first), Some(second)] = folders else {
        return;
    };
    database.run("CREATE EXTENSION timescaledb");
    let mut scripts: Vec<PathBuf> = Vec::new();
    for folder in [first, second] {
        let files = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
        let is_script = |it: &PathBuf| {
            let name = it.to_string_lossy();
            name.ends_with(".sql") || name.ends_with(".sql.in")
        };
        scripts.extend(files.filter(is_script));
    }
    scripts.sort();
    let mut tally = Tally::default();
    for (number, path) in scripts.iter().enumerate() {
        if number % ONE_IN != 0 && std::env::var_os("REGRESSION").is_none() {
            continue;
        }
        let copy = database.copy();
        settle(&copy);
        let mut session = Session::new(&copy, false, true);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut script = Script::read(path, variables(&copy), BTreeMap::new());
        session.run(&name, &mut script);
        tally.add(std::mem::take(&mut session.tally));
    }
    check("TimescaleDB", &tally, [1_000, 400, 400]);
}

/// The variables that TimescaleDB's tests are called with.
fn variables(database: &Database) -> BTreeMap<String, String> {
    let user = database.run("SELECT current_user");
    let roles = [
        "ROLE_SUPERUSER",
        "ROLE_DEFAULT_PERM_USER",
        "ROLE_DEFAULT_PERM_USER_2",
        "ROLE_CLUSTER_SUPERUSER",
        "ROLE_1",
        "ROLE_2",
        "ROLE_3",
        "ROLE_4",
    ];
    let mut all: BTreeMap<String, String> = roles
        .into_iter()
        .map(|it| (it.to_owned(), user.clone()))
        .collect();
    all.insert("TEST_DBNAME".to_owned(), database.name().to_owned());
    all
}

/// As `pg_regress` sets a database up; and no statement takes long.
fn settle(database: &Database) {
    let name = database.name();
    let settings = [
        ("statement_timeout", "'5s'"),
        ("lock_timeout", "'1s'"),
        ("lc_messages", "'C'"),
        ("bytea_output", "'hex'"),
        ("datestyle", "'Postgres, MDY'"),
        ("timezone", "'PST8PDT'"),
        ("client_min_messages", "'error'"),
        ("jit", "off"),
    ];
    for (setting, value) in settings {
        database.run(&format!("ALTER DATABASE {name} SET {setting} = {value}"));
    }
}

/// Prints what was seen. Nothing may be wrong, and at least so much must have been described, run with a proof of a column, and counted.
fn check(suite: &str, tally: &Tally, [described, proven, counted]: [usize; 3]) {
    say(&format!("{suite}: {tally}"));
    for (code, (count, example)) in &tally.refused {
        // CALL and constants of some types; a session that must not; SELECT INTO.
        let known = ["0A000", "25006", "42501", "42601"];
        assert!(
            known.contains(&code.as_str()),
            "{count} of {code}, such as {example}"
        );
    }
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
    assert!(tally.described >= described, "{tally}");
    assert!(tally.proven() >= proven, "{tally}");
    assert!(tally.counted() >= counted, "{tally}");
}

/// A folder of a source, which may be in a folder with the version's name.
fn source(test: &str, variable: &str, below: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os(variable) else {
        testkit::skip(test, &format!("{variable} names no folder"));
        return None;
    };
    let folder = PathBuf::from(folder);
    let found = fs::read_dir(&folder).unwrap().map(|it| it.unwrap().path());
    let mut found = found.chain([folder.clone()]).map(|it| it.join(below));
    let Some(folder) = found.find(|it| it.is_dir()) else {
        testkit::skip(test, &format!("there is no {below} in {variable}"));
        return None;
    };
    Some(folder.canonicalize().unwrap())
}

fn say(line: &str) {
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}
