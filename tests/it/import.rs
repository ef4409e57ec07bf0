//! `cargo xtask import`: each tool's folder becomes numbered files that create what the tool creates.

use std::process::Command;

use crate::dumps::schema;
use crate::support::{Database, Sandbox, installed_psql, test_name};

/// A migration of another tool: what it does, its statements up and down, and whether it runs without a transaction.
struct Old {
    words: &'static str,
    up: &'static str,
    down: &'static str,
    is_alone: bool,
}

const OLD: [Old; 4] = [
    Old {
        words: "create_users",
        up: "-- Who logs in.\nCREATE TABLE users (id int PRIMARY KEY, name text);\n\n\
             CREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  -- not a marker: migrate:down\n  RETURN 1;\nEND\n$$;\n",
        down: "DROP FUNCTION one();\nDROP TABLE users;\n",
        is_alone: false,
    },
    Old {
        words: "Index-names",
        up: "CREATE INDEX CONCURRENTLY users_name ON users (name);\n",
        down: "DROP INDEX users_name;\n",
        is_alone: true,
    },
    Old {
        words: "mood",
        up: "CREATE TYPE mood AS ENUM ('sad'); ALTER TYPE mood ADD VALUE 'glad';\nALTER TABLE users ADD COLUMN mood mood;\n",
        down: "ALTER TABLE users DROP COLUMN mood;\nDROP TYPE mood;\n",
        is_alone: true,
    },
    Old {
        words: "counts",
        up: "CREATE VIEW counts AS SELECT count(*) FROM users;\n",
        down: "DROP VIEW counts;\n",
        is_alone: false,
    },
];

/// The files of a tool's folder; versions go by number or by text, as the tool does.
fn folder(tool: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for (place, old) in OLD.iter().enumerate() {
        let Old {
            words, up, down, ..
        } = old;
        let number = 9 + place;
        let time = format!("2024010{}120000", place + 1);
        match tool {
            "dbmate" => {
                let option = if old.is_alone {
                    " transaction:false"
                } else {
                    ""
                };
                files.push((
                    format!("{time}_{words}.sql"),
                    format!("-- migrate:up{option}\n{up}\n-- migrate:down{option}\n{down}"),
                ));
            }
            "goose" => {
                let note = if old.is_alone {
                    "-- +goose NO TRANSACTION\n"
                } else {
                    ""
                };
                let up = up.replace(
                    "CREATE FUNCTION",
                    "-- +goose StatementBegin\nCREATE FUNCTION",
                );
                let up = up.replace("\n$$;\n", "\n$$\n-- +goose StatementEnd\n");
                files.push((
                    format!("{number}_{words}.sql"),
                    format!("{note}-- +goose Up\n{up}\n-- +goose Down\n{down}"),
                ));
            }
            "golang-migrate" => {
                files.push((format!("{number:06}_{words}.up.sql"), (*up).to_owned()));
                files.push((format!("{number:06}_{words}.down.sql"), (*down).to_owned()));
            }
            "golang-migrate-up" => {
                files.push((format!("{time}_{words}.up.sql"), (*up).to_owned()));
            }
            "sqlx-reversible" => {
                files.push((format!("{time}_{words}.up.sql"), (*up).to_owned()));
                files.push((format!("{time}_{words}.down.sql"), (*down).to_owned()));
            }
            "sqlx" => {
                let note = if old.is_alone {
                    "-- no-transaction\n"
                } else {
                    ""
                };
                files.push((format!("{time}_{words}.sql"), format!("{note}{up}")));
            }
            "plain" => files.push((format!("{time}_{words}.sql"), (*up).to_owned())),
            "refinery" => files.push((
                format!("V{number}__{}.sql", words.replace('-', "_")),
                (*up).to_owned(),
            )),
            "flyway" => {
                let version = ["1", "1.2", "1.10", "2_1"][place];
                files.push((format!("sql/V{version}__{words}.sql"), (*up).to_owned()));
                files.push((format!("sql/U{version}__{words}.sql"), (*down).to_owned()));
            }
            "diesel" => {
                let folder = format!("2024-01-0{}-120000_{words}", place + 1);
                files.push((format!("{folder}/up.sql"), (*up).to_owned()));
                files.push((format!("{folder}/down.sql"), (*down).to_owned()));
                if old.is_alone {
                    files.push((
                        format!("{folder}/metadata.toml"),
                        "run_in_transaction = false\n".to_owned(),
                    ));
                }
            }
            "prisma" => files.push((format!("{time}_{words}/migration.sql"), (*up).to_owned())),
            "tern" => {
                let note = if old.is_alone {
                    "---- tern: disable-tx ----\n"
                } else {
                    ""
                };
                files.push((
                    format!("{:03}_{words}.sql", place + 1),
                    format!("{note}{up}\n---- create above / drop below ----\n\n{down}"),
                ));
            }
            "node-pg-migrate" => {
                files.push((
                    format!("{number}_{words}.sql"),
                    format!("-- Up Migration\n{up}\n-- Down Migration\n{down}"),
                ));
            }
            other => panic!("{other} has no folder"),
        }
    }
    match tool {
        "prisma" => files.push((
            "migration_lock.toml".to_owned(),
            "provider = \"postgresql\"\n".to_owned(),
        )),
        "flyway" => files.push((
            "sql/R__refresh.sql".to_owned(),
            "CREATE OR REPLACE VIEW twice AS SELECT one() + one() AS two;\n".to_owned(),
        )),
        "golang-migrate" => files.push(("README.md".to_owned(), "The schema.\n".to_owned())),
        _ => {}
    }
    files
}

fn project(tool: &str) -> Sandbox {
    let project = Sandbox::new();
    for (name, text) in folder(tool) {
        project.write(&format!("old/{name}"), text);
    }
    project
}

/// The screen of an import and every file that it made.
fn imported(project: &Sandbox, arguments: &str) -> String {
    let before = project.files();
    let mut shown = project.run(&format!("import old {arguments}"));
    for file in project.files() {
        if !before.contains(&file) {
            shown += &format!("===== {file}\n{}", project.read(&file));
        }
    }
    assert!(before.iter().all(|file| project.files().contains(file)));
    shown
}

/// A tool's folder, imported and applied, against its statements sent by psql.
fn check(test: &str, tool: &str, arguments: &str) -> Option<()> {
    let psql = installed_psql(test)?;
    let project = project(tool).plain(test)?;
    insta::assert_snapshot!(tool, imported(&project, arguments));
    let applied = project.run("migrate --no-snapshot");
    assert!(applied.contains("exit 0"), "{applied}");
    let oracle = Database::new(test)?;
    let extra = match tool {
        "flyway" => "CREATE OR REPLACE VIEW twice AS SELECT one() + one() AS two;\n",
        _ => "",
    };
    for up in OLD.iter().map(|old| old.up).chain([extra]) {
        let folder = testkit::Folder::new("up");
        folder.write("up.sql", up);
        let status = Command::new(&psql)
            .args([
                "--quiet",
                "--no-psqlrc",
                "--set=ON_ERROR_STOP=1",
                "--dbname",
                &oracle.url(),
                "--file",
            ])
            .arg(folder.path().join("up.sql"))
            .status();
        assert!(status.unwrap().success());
    }
    let of = |database| schema(&psql, database, &["--restrict-key=x"]);
    assert_eq!(of(project.own_database()), of(&oracle));
    Some(())
}

macro_rules! imports {
    ($($name:ident: $tool:literal $(, $arguments:literal)?;)+) => {$(
        #[test]
        fn $name() {
            check(test_name!(), $tool, concat!("" $(, $arguments)?));
        }
    )+};
}

imports! {
    dbmate: "dbmate";
    goose: "goose";
    golang_migrate: "golang-migrate";
    golang_migrate_that_goes_up_alone: "golang-migrate-up";
    sqlx: "sqlx", "--from sqlx";
    sqlx_that_goes_down: "sqlx-reversible";
    plain_times: "plain";
    refinery: "refinery";
    flyway: "flyway", "--from flyway";
    diesel: "diesel";
    prisma: "prisma";
    tern: "tern";
    node_pg_migrate: "node-pg-migrate";
}

macro_rules! refuses {
    ($($name:ident: $files:expr;)+) => {$(
        #[test]
        fn $name() {
            let project = Sandbox::new();
            for (name, text) in $files {
                project.write(name, text);
            }
            insta::assert_snapshot!(imported(&project, ""));
            assert!(!project.files().iter().any(|file| file.starts_with("migrations/0")));
        }
    )+};
}

refuses! {
    what_the_folder_does_not_show: [("old/V1__a.sql", "SELECT 1;"), ("old/U1__a.sql", "SELECT 2;")];
    everything_at_once: [
        ("old/1_a.sql", "-- +goose Up\n-- +goose ENVSUB ON\nSELECT '${NAME}';\n"),
        ("old/2_b.sql", "SELECT 1;\n"),
        ("old/2_c.sql", "-- +goose Up\nSELECT 1;\n\\d\n"),
        ("old/00003_d.go", "package migrations\n"),
        ("old/4_e.sql", "SELECT 1;\n-- +goose Up\nSELECT '\0';\n"),
    ];
    a_template_of_tern: [("old/001_a.sql", "SELECT 1;\n\nSELECT {{ .x }};\n---- create above / drop below ----\nSELECT 2;\n")];
    a_placeholder_of_flyway: [("old/V1.1__a.sql", "SELECT 1;\n  SELECT '${flyway:user}';\n")];
    a_folder_of_nothing: [("old/README", "")];
    too_many_folders_in_one_another: [("old/1/2/3/4/5/6/7/8/9/001_a.sql", "SELECT 1;")];
}

#[cfg(unix)]
#[test]
fn files_without_an_end_and_links_to_folders_above_come_to_one() {
    use std::os::unix::fs::symlink;

    let project = Sandbox::new().file("old/001_a.sql", "SELECT 1;\n");
    let path = |name: &str| project.dir().join("old").join(name);
    symlink("/dev/zero", path("002_b.sql")).unwrap();
    let pipe = project.command("mkfifo").arg(path("003_c.sql")).status();
    assert!(pipe.unwrap().success());
    symlink("003_c.sql", path("004_d.sql")).unwrap();
    symlink("nowhere", path("005_e.sql")).unwrap();
    let file = std::fs::File::create(path("006_f.sql")).unwrap();
    file.set_len(1 << 40).unwrap();
    insta::assert_snapshot!(imported(&project, ""));
    symlink(".", path("loop")).unwrap();
    insta::assert_snapshot!(imported(&project, ""));
    let screen = project.run("import /");
    // Which of its folders is the first that cannot be read depends on the machine.
    assert!(!screen.starts_with("exit 0\n"), "{screen}");
    assert!(screen.contains("= state: no file was created"), "{screen}");
}

#[test]
fn an_import_that_was_cut_goes_on() {
    let project = project("dbmate").file("migrations/001_mine.sql", "SELECT 1;\n");
    project.run("import old");
    let whole = project.files();
    let at = |file: &str| project.dir().join("migrations").join(file);
    // As one leaves it that was killed after the second name.
    for file in ["004_mood.sql", "005_counts.sql"] {
        std::fs::remove_file(at(file)).unwrap();
    }
    project.write("migrations/.import-4711/004_mood.sql", "half of i");
    insta::assert_snapshot!(project.run("import old"));
    assert_eq!(project.files(), whole);
    // What was made since is no part of it.
    std::fs::rename(at("003_index_names.sql"), at("003_others.sql")).unwrap();
    let screen = project.run("import old");
    assert!(screen.contains("was already imported"), "{screen}");
}

#[test]
fn numbers_continue_after_the_last_and_nothing_is_made_twice() {
    let project = project("goose").file("migrations/001_mine.sql", "SELECT 1;\n");
    let made = imported(&project, "");
    assert!(
        made.contains("002_create_users.sql") && made.contains("005_counts.sql"),
        "{made}"
    );
    insta::assert_snapshot!(imported(&project, ""));
}

#[test]
fn a_folder_is_not_imported_into_itself() {
    let project = project("goose");
    insta::assert_snapshot!(project.run("import old --migrations old"));
}
