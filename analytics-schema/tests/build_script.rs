//! What the build says about a snapshot that is not as it should be, from the build script itself, run in folders made for it.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use catalog::{Catalog, Enum, Migration, Snapshot};

/// A package's folder and the migrations next to it, as the build script finds them.
struct Project {
    root: PathBuf,
}

impl Project {
    /// Two migrations, and the snapshot that they would have left.
    fn new(name: &str) -> Project {
        let root = env::temp_dir().join(format!("analytics-schema-{}-{name}", std::process::id()));
        let project = Project { root };
        for folder in ["package", "migrations", "out"] {
            fs::create_dir_all(project.root.join(folder)).unwrap();
        }
        fs::write(
            project.migration("001_moods.sql"),
            "CREATE TYPE mood AS ENUM ('happy');\n",
        )
        .unwrap();
        fs::write(
            project.migration("002_sadness.sql"),
            "ALTER TYPE mood ADD VALUE 'sad';\n",
        )
        .unwrap();
        let files = migrator::source::read_dir(&project.root.join("migrations")).unwrap();
        let migrations = files.into_iter().map(|file| Migration {
            version: file.version,
            name: file.name,
            checksum: file.checksum,
        });
        let mood = Enum {
            schema: "public".to_owned(),
            name: "mood".to_owned(),
            comment: None,
            labels: vec!["happy".to_owned(), "sad".to_owned()],
        };
        let snapshot = Snapshot {
            migrations: migrations.collect(),
            catalog: Catalog {
                enums: vec![mood],
                ..Catalog::default()
            },
        };
        fs::write(project.snapshot(), snapshot.to_text()).unwrap();
        project
    }

    fn snapshot(&self) -> PathBuf {
        self.root.join("package/schema.json")
    }

    fn migration(&self, name: &str) -> PathBuf {
        self.root.join("migrations").join(name)
    }

    fn edit_snapshot(&self, edit: impl FnOnce(String) -> String) {
        let text = fs::read_to_string(self.snapshot()).unwrap();
        fs::write(self.snapshot(), edit(text)).unwrap();
    }

    /// The errors that cargo would show.
    fn errors(&self) -> String {
        let output = Command::new(env!("BUILD_SCRIPT"))
            .current_dir(self.root.join("package"))
            .env("OUT_DIR", self.root.join("out"))
            .output()
            .unwrap();
        assert!(output.status.success(), "the build script itself failed");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .filter_map(|line| line.strip_prefix("cargo::error="))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

#[test]
fn a_snapshot_of_the_migrations_becomes_modules() {
    let project = Project::new("good");
    assert_eq!(project.errors(), "");
    let modules = fs::read_to_string(project.root.join("out/schema.rs")).unwrap();
    assert!(modules.contains("pub enum Mood {"));
    insta::assert_snapshot!(fs::read_to_string(project.root.join("out/migrations.rs")).unwrap());
}

#[test]
fn the_snapshot_is_missing() {
    let project = Project::new("missing");
    fs::remove_file(project.snapshot()).unwrap();
    insta::assert_snapshot!(project.errors());
}

#[test]
fn the_snapshot_is_empty() {
    let project = Project::new("empty");
    project.edit_snapshot(|_| String::new());
    insta::assert_snapshot!(project.errors());
}

#[test]
fn the_snapshot_is_truncated() {
    let project = Project::new("truncated");
    project.edit_snapshot(|text| text[..text.find("\"labels\"").unwrap()].to_owned());
    insta::assert_snapshot!(project.errors());
}

#[test]
fn the_snapshot_was_edited_by_hand() {
    let project = Project::new("edited");
    project.edit_snapshot(|text| text.replace("\"sad\"", "\"angry\""));
    insta::assert_snapshot!(project.errors());
}

#[test]
fn the_snapshot_has_a_merge_conflict() {
    let project = Project::new("conflict");
    project.edit_snapshot(|text| {
        let ours = "<<<<<<< HEAD\n  \"fingerprint\": \"1\",\n=======\n  \"fingerprint\": \"2\",\n>>>>>>> theirs\n";
        text.replacen("  \"migrations\"", &format!("{ours}  \"migrations\""), 1)
    });
    insta::assert_snapshot!(project.errors());
}

#[test]
fn a_comment_in_a_migration_was_changed() {
    let project = Project::new("changed");
    let path = project.migration("001_moods.sql");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text + "-- one more comment\n").unwrap();
    insta::assert_snapshot!(project.errors());
}

#[test]
fn line_ends_and_byte_order_marks_change_nothing() {
    let project = Project::new("crlf");
    let path = project.migration("001_moods.sql");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("\u{feff}{}", text.replace('\n', "\r\n"))).unwrap();
    assert_eq!(project.errors(), "");
}

#[test]
fn the_snapshot_is_of_other_migrations() {
    let project = Project::new("other");
    fs::write(project.migration("003_more.sql"), "SELECT 1;\n").unwrap();
    fs::rename(
        project.migration("002_sadness.sql"),
        project.migration("002_sorrow.sql"),
    )
    .unwrap();
    insta::assert_snapshot!(project.errors());
}

#[test]
fn a_migration_has_no_number() {
    let project = Project::new("name");
    fs::write(project.migration("add_segments.sql"), "SELECT 1;\n").unwrap();
    insta::assert_snapshot!(project.errors());
}

#[test]
fn there_are_no_migrations() {
    let project = Project::new("folder");
    fs::remove_dir_all(project.root.join("migrations")).unwrap();
    insta::assert_snapshot!(project.errors());
}
