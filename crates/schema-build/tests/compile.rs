//! What a build script says about migrations and a snapshot that are not as they should be, in folders made for it.

use std::path::PathBuf;
use std::{env, fs};

use catalog::{Catalog, Column, Enum, Migration, Snapshot, Table, TypeRef};
use queries::{Answer, ColumnName, Described, Type, Variant};
use timeschema_build::Builder;

/// A package's folder and the migrations next to it, as the build script finds them.
struct Project {
    root: PathBuf,
}

impl Project {
    /// Two migrations, and the snapshot that they would have left.
    fn new(name: &str) -> Project {
        let root = env::temp_dir().join(format!("timeschema-build-{}-{name}", std::process::id()));
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

    /// A table in the snapshot.
    fn add_table(&self) {
        let text = fs::read_to_string(self.snapshot()).unwrap();
        let mut snapshot = Snapshot::parse(&text).unwrap();
        let column = |name: &str, [schema, ty, sql]: [&str; 3], never_null: bool| Column {
            name: name.to_owned(),
            ty: TypeRef {
                sql: sql.to_owned(),
                schema: schema.to_owned(),
                name: ty.to_owned(),
                array: false,
            },
            comment: None,
            never_null: never_null.then(|| "NOT NULL".to_owned()),
            default: None,
            identity: None,
            generated: None,
            is_virtual: false,
        };
        let moment = ["pg_catalog", "timestamptz", "timestamp with time zone"];
        snapshot.catalog.tables.push(Table {
            schema: "public".to_owned(),
            name: "events".to_owned(),
            comment: None,
            columns: vec![
                column("at", moment, true),
                column("id", ["pg_catalog", "int8", "bigint"], true),
                column("mood", ["public", "mood", "public.mood"], false),
                column("secret", ["pg_catalog", "text", "text"], false),
            ],
            constraints: Vec::new(),
            indexes: Vec::new(),
            triggers: Vec::new(),
            inherited: false,
            hypertable: None,
        });
        fs::write(self.snapshot(), snapshot.to_text()).unwrap();
    }

    fn edit_snapshot(&self, edit: impl FnOnce(String) -> String) {
        let text = fs::read_to_string(self.snapshot()).unwrap();
        fs::write(self.snapshot(), edit(text)).unwrap();
    }

    /// The error that cargo would show; nothing where the modules are made.
    fn errors(&self) -> String {
        self.errors_of(&Builder::new())
    }

    fn errors_of(&self, builder: &Builder) -> String {
        let built = builder.build(&self.root.join("package"), &self.root.join("out"));
        let error = built.err().map(|error| error.to_string());
        let root = self.root.display().to_string();
        error.unwrap_or_default().replace(&root, "[project]")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.root.join("out").join(name)).unwrap()
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
    assert!(project.read("schema.rs").contains("pub enum Mood {"));
    insta::assert_snapshot!(project.read("built.rs"));
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

#[test]
fn the_folder_of_migrations_is_empty() {
    let project = Project::new("none");
    for name in ["001_moods.sql", "002_sadness.sql"] {
        fs::remove_file(project.migration(name)).unwrap();
    }
    insta::assert_snapshot!(project.errors());
}

#[test]
fn a_crate_that_was_moved_finds_its_project_above() {
    let project = Project::new("moved");
    let deeper = project.root.join("crates/deep/package");
    fs::create_dir_all(&deeper).unwrap();
    fs::rename(project.snapshot(), deeper.join("schema.json")).unwrap();
    let watched = Builder::new().build(&deeper, &project.root.join("out"));
    let watched = watched.unwrap();
    assert_eq!(watched[0], deeper.join("../../../migrations"));
    assert!(
        project
            .read("built.rs")
            .contains("/../../../migrations/001_moods.sql")
    );
}

#[test]
fn a_crate_outside_of_every_project_is_told_so() {
    let project = Project::new("outside");
    fs::rename(
        project.root.join("migrations"),
        project.root.join("elsewhere"),
    )
    .unwrap();
    insta::assert_snapshot!(project.errors());
    let builder = Builder::new().root("..").migrations("../elsewhere");
    assert_eq!(project.errors_of(&builder), "");
}

#[test]
fn two_schema_crates_share_a_workspace() {
    let project = Project::new("two");
    let billing = project.root.join("billing");
    fs::create_dir_all(billing.join("sql")).unwrap();
    for name in ["001_moods.sql", "002_sadness.sql"] {
        fs::copy(project.migration(name), billing.join("sql").join(name)).unwrap();
    }
    let toml = "[project]\nmigrations = \"sql\"\n[history]\nschema = \"billing\"\ntable = \"done\"\n\
         [schemas]\ninclude = [\"billing\"]\n";
    fs::write(billing.join("timeschema.toml"), toml).unwrap();
    assert_eq!(project.errors_of(&Builder::new().root("../billing")), "");
    insta::assert_snapshot!(project.read("built.rs"));
}

#[test]
fn the_settings_are_malformed() {
    let project = Project::new("toml");
    let file = project.root.join("timeschema.toml");
    fs::write(&file, "[project]\nmigration = \"sql\"\n").unwrap();
    insta::assert_snapshot!(project.errors());
    fs::write(&file, "[project]\nmigrations = \"../sql\"\n").unwrap();
    insta::assert_snapshot!(project.errors());
}

#[test]
fn types_and_columns_are_chosen() {
    let project = Project::new("choices");
    project.add_table();
    let file = project.root.join("timeschema.toml");
    let toml = "[types]\ntimestamptz = \"jiff::Timestamp\"\nmood = \"crate::Mood\"\n\
        [columns]\n\"events.secret\" = false\n\"public.events.id\" = \"crate::Id\"\n";
    fs::write(&file, toml).unwrap();
    assert_eq!(project.errors(), "");
    let modules = project.read("schema.rs");
    for field in [
        "at: timeschema::Converted<jiff::Timestamp, timeschema::Timestamp> = ",
        "id: timeschema::Converted<crate::Id, i64> = ",
        "mood: Option<timeschema::Converted<crate::Mood, super::Mood>> = ",
        "secret: Option<String> = left_out(\"secret\", \"text\");",
    ] {
        assert!(modules.contains(field), "{field} in {modules}");
    }

    let wrong = [
        "[columns]\n\"events.secrt\" = false",
        "[columns]\n\"sessions.token\" = false",
        "[columns]\nsecret = false",
        "[types]\ntimestamtz = \"jiff::Timestamp\"",
        "[types]\n\"other.mood\" = \"crate::Mood\"",
        "[types]\nmood = \"crate::Mood; fn main() {}\"",
        "[columns]\n\"events.id\" = \"a<b\"",
        "[columns]\n\"events.id\" = 1",
    ];
    let errors = wrong.map(|toml| {
        fs::write(&file, toml).unwrap();
        format!("{toml}\n  {}", project.errors())
    });
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn the_snapshot_is_named() {
    let project = Project::new("named");
    fs::rename(project.snapshot(), project.root.join("snapshot.json")).unwrap();
    assert_eq!(
        project.errors_of(&Builder::new().snapshot("../snapshot.json")),
        ""
    );
    insta::assert_snapshot!(project.errors_of(&Builder::new().snapshot("../other.json")));
}

impl Project {
    /// Writes a file of queries.
    fn write_queries(&self, text: &str) {
        let folder = self.root.join("package/queries");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("people.sql"), text).unwrap();
    }

    /// Writes what a database with the snapshot's schema says of the queries.
    fn describe(&self) {
        let package = self.root.join("package");
        let text = fs::read_to_string(self.snapshot()).unwrap();
        let catalog = Snapshot::parse(&text).unwrap().catalog;
        let number = Type {
            sql: "bigint".to_owned(),
            schema: "pg_catalog".to_owned(),
            name: "int8".to_owned(),
            array: false,
        };
        let answer = |variant: &Variant| Answer {
            parameters: variant.parameters.iter().map(|_| number.clone()).collect(),
            columns: vec![("id".to_owned(), number.clone())],
            casts: Vec::new(),
            facts: None,
        };
        let files = queries::read_dir(&package.join("queries")).unwrap();
        let described = files.iter().flat_map(|file| {
            file.queries.iter().map(|query| {
                let variants = query.variants();
                let answers: Vec<Answer> = variants.iter().map(answer).collect();
                query.describe(&file.module, &variants, &answers).unwrap()
            })
        });
        let described = Described::new(queries::fingerprint(&catalog), described.collect());
        fs::write(package.join("queries.json"), described.to_json()).unwrap();
    }
}

const QUERIES: &str = "-- name: first\nSELECT :a AS id;\n-- name: second\nSELECT 2 AS id;\n";

#[test]
fn queries_become_functions() {
    let project = Project::new("queries");
    project.write_queries(QUERIES);
    project.describe();
    assert_eq!(project.errors(), "");
    let functions = project.read("queries.rs");
    for text in [
        "pub mod people {",
        "pub fn first(a: i64)",
        "pub use people::second;",
    ] {
        assert!(functions.contains(text), "{text} in {functions}");
    }
}

#[test]
fn the_answers_are_not_of_these_queries() {
    let project = Project::new("other_queries");
    project.write_queries(QUERIES);
    let mut errors = vec![project.errors()];
    project.describe();
    project.write_queries(&QUERIES.replace(":a AS", ":b AS").replace("second", "third"));
    errors.push(project.errors());
    project.write_queries("");
    errors.push(project.errors());
    project.write_queries(&QUERIES.replace("AS id;", "AS id"));
    errors.push(project.errors());
    project.write_queries(QUERIES);
    project.add_table();
    errors.push(project.errors());
    let kept = project.root.join("package/queries.json");
    let text = fs::read_to_string(&kept).unwrap();
    fs::write(&kept, text.replace("bigint", "integer")).unwrap();
    errors.push(project.errors());
    insta::assert_snapshot!(errors.join("\n"));
}

/// Cargo runs the build script again when the first query is there.
#[test]
fn the_folder_is_watched_while_there_are_no_queries() {
    let project = Project::new("watched");
    let package = project.root.join("package");
    let watched = |out: &str| {
        let out = project.root.join(out);
        fs::create_dir_all(&out).unwrap();
        Builder::new().build(&package, &out).unwrap()
    };
    assert!(watched("out").contains(&package));
    assert!(!watched("package/target/out").contains(&package));
    project.write_queries(QUERIES);
    project.describe();
    let watched = watched("out");
    assert!(!watched.contains(&package));
    assert!(watched.contains(&package.join("queries")));
    assert!(watched.contains(&package.join("queries.json")));
}

/// What `cargo check` says between a migration that renames a column and the command that describes the queries again.
#[test]
fn a_renamed_column_names_its_queries() {
    let project = Project::new("renamed");
    project.add_table();
    project.write_queries(
        "-- name: of_the_column\nSELECT id FROM events;\n-- name: by_the_column\nSELECT 1 AS id WHERE :a = 1;\n\
         -- name: of_none\nSELECT 2 AS id;\n",
    );
    project.describe();
    let kept = project.root.join("package/queries.json");
    let mut described = Described::parse(&fs::read_to_string(&kept).unwrap()).unwrap();
    let id = ColumnName {
        schema: "public".to_owned(),
        relation: "events".to_owned(),
        column: "id".to_owned(),
    };
    for query in &mut described.queries {
        match query.name.as_str() {
            "of_the_column" => query.columns[0].source = Some(id.clone()),
            "by_the_column" => query.parameters[0].column = Some(id.clone()),
            _ => {}
        }
    }
    fs::write(&kept, described.to_json()).unwrap();
    assert_eq!(project.errors(), "");
    let text = fs::read_to_string(project.snapshot()).unwrap();
    let mut snapshot = Snapshot::parse(&text).unwrap();
    snapshot.catalog.tables[0].columns[1].name = "number".to_owned();
    fs::write(project.snapshot(), snapshot.to_text()).unwrap();
    insta::assert_snapshot!(project.errors());
}
