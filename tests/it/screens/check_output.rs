//! The forms in which `check` prints its findings for programs, and names that try to break out of them.

use serde_json::Value;

use crate::support::Sandbox;

const EVENTS: &str = "\
CREATE EXTENSION IF NOT EXISTS timescaledb;
CREATE TABLE events (time timestamptz NOT NULL, n int);
SELECT create_hypertable('events', by_range('time', INTERVAL '1 day'));
CREATE INDEX events_n ON events (n);
";

const WRONG: &str = "\
CREATE TABLE counts (n int);

-- Ünïcode before it.
/* é */ CREATE UNIQUE INDEX ON events
    (n);
DROP INDEX CONCURRENTLY events_n;
CREATE TABEL c (id int);
";

/// The folder and the table are named by someone who wants to be more than a name.
const FOLDER: &str = "a%0A::error,::b`@team\n::error::c";
const HOSTILE: &str = "\
CREATE TABLE \"a`\n::error title=x::@team <img src=x> ##[error]\n````\" (id int);
";
const DROPPED: &str = "\
DROP TABLE \"a`\n::error title=x::@team <img src=x> ##[error]\n````\";
";

fn project() -> Sandbox {
    Sandbox::new()
        .file("migrations/001_events.sql", EVENTS)
        .file("migrations/002_wrong.sql", WRONG)
}

fn hostile() -> Sandbox {
    Sandbox::new()
        .file(&format!("{FOLDER}/001_first.sql"), HOSTILE)
        .file(&format!("{FOLDER}/002_second.sql"), DROPPED)
}

fn stdout(screen: &str) -> &str {
    let (_, rest) = screen.split_once("----- stdout -----\n").unwrap();
    rest.split_once("----- stderr -----").unwrap().0
}

fn of_hostile(project: &Sandbox, form: &str) -> String {
    let mut command = project.xtask();
    command.args(["check", "--migrations", FOLDER, form]);
    project.show(command)
}

#[test]
fn annotations_of_a_workflow() {
    insta::assert_snapshot!(project().run("check migrations/002_wrong.sql --github"));
}

#[test]
fn a_comment_of_a_pull_request() {
    insta::assert_snapshot!(project().run("check migrations/002_wrong.sql --markdown"));
}

#[test]
fn a_document_of_sarif() {
    let screen = project().run("check migrations/002_wrong.sql --sarif");
    let mut document: Value = serde_json::from_str(stdout(&screen)).unwrap();
    has_what_the_format_requires(&document);
    let run = &mut document["runs"][0];
    run["tool"]["driver"]["rules"] = Value::from("as they are");
    for result in run["results"].as_array_mut().unwrap() {
        result["ruleIndex"] = Value::from("as it is");
    }
    insta::assert_snapshot!(format!("{document:#}"));
}

/// What `sarif-schema-2.1.0.json` requires of the objects that are used, and the ranges of what they hold.
fn has_what_the_format_requires(document: &Value) {
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    let driver = &run["tool"]["driver"];
    assert!(driver["name"].is_string());
    let rules = driver["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|it| it["id"].as_str().unwrap()).collect();
    for rule in rules {
        assert!(
            rule["helpUri"].as_str().unwrap().starts_with("https://"),
            "{rule}"
        );
        assert!(rule["shortDescription"]["text"].is_string(), "{rule}");
        has_level(&rule["defaultConfiguration"]["level"]);
    }
    let results = run["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for result in results {
        has_level(&result["level"]);
        assert!(result["message"]["text"].is_string(), "{result}");
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], ids[index]);
        let related = result["relatedLocations"].as_array();
        let own = result["locations"].as_array().unwrap();
        for location in own.iter().chain(related.into_iter().flatten()) {
            is_place(
                &location["physicalLocation"],
                &location["physicalLocation"]["region"],
            );
        }
        for fix in result["fixes"].as_array().into_iter().flatten() {
            for change in fix["artifactChanges"].as_array().unwrap() {
                for replacement in change["replacements"].as_array().unwrap() {
                    is_place(change, &replacement["deletedRegion"]);
                    assert!(replacement["insertedContent"]["text"].is_string(), "{fix}");
                }
            }
        }
    }
}

fn has_level(level: &Value) {
    assert!(level == "error" || level == "warning", "{level}");
}

fn is_place(of: &Value, region: &Value) {
    let uri = of["artifactLocation"]["uri"].as_str().unwrap();
    let is_part_of_uri = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
    assert!(uri.chars().all(is_part_of_uri), "{uri}");
    let number = |name: &str| region[name].as_u64().unwrap();
    assert!(number("startLine") > 0 && number("startColumn") > 0);
    let start = (number("startLine"), number("startColumn"));
    assert!(
        start <= (number("endLine"), number("endColumn")),
        "{region}"
    );
}

#[test]
fn no_name_is_a_workflow_command() {
    let screen = of_hostile(&hostile(), "--github");
    let lines: Vec<&str> = stdout(&screen).lines().collect();
    // The one finding, and what was checked.
    assert_eq!(lines.len(), 2, "{screen}");
    assert!(lines[0].starts_with("::warning file="), "{screen}");
    let (properties, message) = lines[0][2..].split_once("::").unwrap();
    assert_eq!(properties.matches([':', '\r']).count(), 0, "{screen}");
    assert_eq!(properties.matches(',').count(), 4, "{screen}");
    assert!(!message.contains('\n') && lines[1].starts_with("2 migrations checked"));
    insta::assert_snapshot!(screen);
}

#[test]
fn no_refused_name_is_a_workflow_command() {
    let project = Sandbox::new()
        .file("migrations/001_a\n::error::b.sql", "SELECT 1;\n")
        .file("migrations/002_c.sql", "SELECT 1;\n");
    let screen = project.run("check --all --github");
    assert!(screen.starts_with("exit 1\n"), "{screen}");
    let is_command = |line: &str| line.trim().starts_with("::");
    assert!(!screen.lines().any(is_command), "{screen}");
}

#[test]
fn no_name_is_markdown() {
    let screen = of_hostile(&hostile(), "--markdown");
    insta::assert_snapshot!(screen);
}

#[test]
fn no_name_breaks_a_document_of_sarif() {
    let screen = of_hostile(&hostile(), "--sarif");
    let document: Value = serde_json::from_str(stdout(&screen)).unwrap();
    has_what_the_format_requires(&document);
    let location = &document["runs"][0]["results"][0]["locations"][0];
    assert_eq!(
        location["physicalLocation"]["artifactLocation"]["uri"],
        "a%250A%3A%3Aerror%2C%3A%3Ab%60%40team%0A%3A%3Aerror%3A%3Ac/002_second.sql"
    );
}

#[test]
fn in_git_files_are_named_from_the_root_of_the_repository() {
    let project = Sandbox::new()
        .file("service/migrations/001_events.sql", EVENTS)
        .file("service/migrations/002_wrong.sql", WRONG);
    let mut git = project.command("git");
    git.args(["init", "--quiet"]);
    assert!(git.status().unwrap().success());
    let service = project.dir().join("service");
    for (form, named) in [
        (
            "--github",
            "::warning file=service/migrations/002_wrong.sql,",
        ),
        ("--sarif", "\"uri\": \"service/migrations/002_wrong.sql\""),
        ("--markdown", "`service/migrations/002_wrong.sql`"),
    ] {
        let mut command = project.xtask();
        command.args(["check", form]).current_dir(&service);
        let screen = project.show(command);
        assert!(screen.contains(named), "{form}: {screen}");
    }
}

#[test]
fn forms_exclude_each_other() {
    let screen = project().run("check --sarif --github");
    assert!(screen.starts_with("exit 2\n"), "{screen}");
}
