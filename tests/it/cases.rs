//! What real use met, from a folder of migrations to what the commands say and what is in the database: one test for each folder in
//! `cases/`.
//!
//! A folder holds migrations and a file `steps`, whose lines are done one after the other; their screen is the snapshot. A new folder is a
//! new test.
//!
//! | line | what it does |
//! |---|---|
//! | `# TEXT` | says what is shown |
//! | `add NAME …` | puts `NAME.sql` of the folder into `migrations/`; `settings.toml` becomes `timeschema.toml` |
//! | `add OTHER as NAME` | puts `OTHER.sql` there as `NAME.sql`, in the place of what was there |
//! | `beside FOLDER NAME …` | puts `NAME.sql` into `FOLDER/`, the migrations of another service, for `--migrations FOLDER` |
//! | `remove NAME …` | takes `NAME.sql` out of `migrations/` |
//! | `sql TEXT` | runs SQL as a superuser in the database, which belongs to one |
//! | `as SQL` | runs SQL as the role `{app}` |
//! | `run ARGUMENTS` | runs `cargo xtask` |
//! | `show QUERY` | shows the first value of a query |
//! | `read FILE` | shows a file of the project |
//! | `same FILE FILE` | says whether two files of the project hold the same bytes |
//! | `anew ENCODING` | makes the database again, empty and in this encoding |
//!
//! `{database}`, `{url}`, and a role's name and URL, `{app}` and `{app_url}`, are filled in.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use postgres::{Client, NoTls};

use crate::support::{Database, Sandbox, test_name};

/// The folder of the cases.
fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/it/cases")
}

#[test]
fn each_case_ends_as_its_snapshot_says() {
    let mut folders: Vec<PathBuf> = fs::read_dir(cases())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("steps").is_file())
        .collect();
    folders.sort();
    assert!(folders.len() >= 25, "{folders:?}");
    let mut failed = Vec::new();
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let Some(mut case) = Case::new(folder) else {
            return;
        };
        // One that fails says so, and those after it run all the same.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            insta::assert_snapshot!(name.as_str(), case.run());
        }));
        if outcome.is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}

/// A case with its own project and database.
struct Case {
    folder: PathBuf,
    /// Dropped before its database.
    role: Role,
    project: Sandbox,
}

/// A role that goes with the case.
struct Role {
    /// Of the database, as a superuser.
    url: String,
    name: String,
}

impl Drop for Role {
    fn drop(&mut self) {
        let name = &self.name;
        let sql = format!("DROP OWNED BY {name}; DROP ROLE {name}");
        let dropped = self.client().batch_execute(&sql);
        assert!(dropped.is_ok() || std::thread::panicking(), "{dropped:?}");
    }
}

impl Role {
    /// Lets the role create things in a new database.
    fn admit(&self, database: &Database) {
        let (name, database) = (&self.name, database.name());
        let sql = format!(
            "GRANT CREATE ON DATABASE {database} TO {name}; GRANT CREATE ON SCHEMA public TO {name}"
        );
        self.client().batch_execute(&sql).unwrap();
    }

    fn client(&self) -> Client {
        Client::connect(&self.url, NoTls).unwrap()
    }
}

impl Case {
    fn new(folder: PathBuf) -> Option<Case> {
        let project = Sandbox::new()
            .file("analytics-schema/README", "")
            .plain(test_name!())?;
        let database = project.own_database();
        let role = Role {
            url: database.url(),
            name: format!("{}_app", database.name()),
        };
        let sql = format!("CREATE ROLE {} LOGIN PASSWORD 'app-secret'", role.name);
        role.client().batch_execute(&sql).unwrap();
        role.admit(database);
        Some(Case {
            folder,
            role,
            project,
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
    fn run(&mut self) -> String {
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
                match rest.split_once(" as ") {
                    Some((other, name)) => self.add(other, "migrations", name),
                    None => rest
                        .split(' ')
                        .for_each(|name| self.add(name, "migrations", name)),
                }
                String::new()
            }
            "beside" => {
                let (folder, names) = rest.split_once(' ').unwrap();
                names
                    .split(' ')
                    .for_each(|name| self.add(name, folder, name));
                String::new()
            }
            "remove" => {
                for name in rest.split(' ') {
                    let file = format!("migrations/{name}.sql");
                    fs::remove_file(self.project.dir().join(file)).unwrap();
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
                let value = match row {
                    Ok(row) => row.get::<_, Option<String>>(0),
                    Err(error) => error.as_db_error().map(|error| error.to_string()),
                };
                format!("{}\n", value.unwrap_or_else(|| "null".to_owned()))
            }
            "read" => self.project.read(rest),
            "same" => {
                let (one, other) = rest.split_once(' ').unwrap();
                let same = self.project.read(one) == self.project.read(other);
                format!("{}\n", if same { "the same" } else { "not the same" })
            }
            "anew" => {
                let database = self.project.own_database();
                database.make_anew(rest);
                self.role.admit(database);
                String::new()
            }
            other => panic!("{}: no such step: {other}", self.folder.display()),
        }
    }

    fn add(&self, file: &str, folder: &str, name: &str) {
        let (from, to) = match file {
            "settings.toml" => (file.to_owned(), "timeschema.toml".to_owned()),
            file => (format!("{file}.sql"), format!("{folder}/{name}.sql")),
        };
        let text = fs::read_to_string(self.folder.join(from)).unwrap();
        self.project.write(&to, self.fill_in(&text));
    }
}
