//! Where the history is looked for, and which one is taken for it: one test for each folder in `histories/`.
//!
//! A folder holds migrations and a file `steps`, whose lines are done one after the other; their screen is the snapshot. A new folder is a
//! new test.
//!
//! | line | what it does |
//! |---|---|
//! | `add NAME …` | puts `NAME.sql` of the folder into `migrations/`; `settings.toml` becomes `timeschema.toml` |
//! | `sql TEXT` | runs SQL as a superuser in the database, which belongs to one |
//! | `as SQL` | runs SQL as the role `{app}` |
//! | `run ARGUMENTS` | runs `cargo xtask` |
//! | `show QUERY` | shows the first value of a query |
//!
//! `{database}`, `{url}`, and a role's name and URL, `{app}` and `{app_url}`, are filled in.

use std::fs;
use std::path::{Path, PathBuf};

use postgres::{Client, NoTls};

use crate::support::{Sandbox, test_name};

/// The folder of the cases.
fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/it/histories")
}

#[test]
fn each_case_ends_as_its_snapshot_says() {
    let mut folders: Vec<PathBuf> = fs::read_dir(cases())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("steps").is_file())
        .collect();
    folders.sort();
    assert!(folders.len() >= 10, "{folders:?}");
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let Some(case) = Case::new(folder) else {
            return;
        };
        insta::assert_snapshot!(name, case.run());
    }
}

/// A case with a project and a database of its own.
struct Case {
    folder: PathBuf,
    /// Dropped before its database.
    role: Role,
    project: Sandbox,
}

/// A role that goes with the case.
struct Role {
    client: Client,
    name: String,
}

impl Drop for Role {
    fn drop(&mut self) {
        let Self { client, name } = self;
        let dropped = client.batch_execute(&format!("DROP OWNED BY {name}; DROP ROLE {name}"));
        assert!(dropped.is_ok() || std::thread::panicking(), "{dropped:?}");
    }
}

impl Case {
    fn new(folder: PathBuf) -> Option<Case> {
        let project = Sandbox::new()
            .file("analytics-schema/README", "")
            .plain(test_name!())?;
        let mut client = project.own_database().client();
        let name = format!("{}_app", project.own_database().name());
        let database = project.own_database().name();
        client
            .batch_execute(&format!(
                "CREATE ROLE {name} LOGIN PASSWORD 'app-secret'; GRANT CREATE ON DATABASE {database} TO {name}; \
                 GRANT CREATE ON SCHEMA public TO {name}"
            ))
            .unwrap();
        Some(Case {
            folder,
            project,
            role: Role { client, name },
        })
    }

    fn app_url(&self) -> String {
        let url = self.project.own_database().url();
        let (_, rest) = url.split_once('@').unwrap();
        format!("postgresql://{}:app-secret@{rest}", self.role.name)
    }

    fn fill_in(&self, text: &str) -> String {
        let database = self.project.own_database();
        text.replace("{app_url}", &self.app_url())
            .replace("{app}", &self.role.name)
            .replace("{url}", &database.url())
            .replace("{database}", database.name())
    }

    /// What its steps print, each after its line.
    fn run(&self) -> String {
        let steps = fs::read_to_string(self.folder.join("steps")).unwrap();
        let mut screen = String::new();
        for line in steps.lines().filter(|line| !line.is_empty()) {
            screen += &format!("$ {line}\n");
            let (word, rest) = line.split_once(' ').unwrap();
            if word != "#" {
                screen += &self.step(word, rest);
            }
        }
        screen.replace(&self.role.name, "{app}")
    }

    fn step(&self, word: &str, rest: &str) -> String {
        let filled = self.fill_in(rest);
        match word {
            "add" => {
                for name in rest.split(' ') {
                    self.add(name);
                }
                String::new()
            }
            "sql" => {
                let mut client = self.project.own_database().client();
                client.batch_execute(&filled).unwrap();
                String::new()
            }
            "as" => {
                let mut client = Client::connect(&self.app_url(), NoTls).unwrap();
                client.batch_execute(&filled).unwrap();
                String::new()
            }
            "run" => self.project.run(&filled),
            "show" => {
                let mut client = self.project.own_database().client();
                let row = client.query_one(&format!("SELECT ({filled})::text"), &[]);
                let value: Option<String> = row.unwrap().get(0);
                format!("{}\n", value.unwrap_or_else(|| "null".to_owned()))
            }
            other => panic!("{}: no such step: {other}", self.folder.display()),
        }
    }

    fn add(&self, name: &str) {
        let (from, to) = match name {
            "settings.toml" => (name.to_owned(), "timeschema.toml".to_owned()),
            name => (format!("{name}.sql"), format!("migrations/{name}.sql")),
        };
        let text = fs::read_to_string(self.folder.join(from)).unwrap();
        self.project.write(&to, self.fill_in(&text));
    }
}
