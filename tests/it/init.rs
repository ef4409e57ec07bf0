//! New projects: what `init` makes, and that it works.

use std::path::{Path, PathBuf};
use std::process::Command;

use cluster::Server;

use crate::support::{Sandbox, repository, succeed};

/// Names that generated code or the crate's root has, too.
const NAMES: &str = "CREATE TYPE mode AS ENUM ('on', 'off'); CREATE TYPE config AS ENUM ('a'); CREATE TYPE numeric_ AS ENUM ('b');
CREATE TYPE option AS ENUM ('c'); CREATE TYPE \"row\" AS ENUM ('d');
CREATE TABLE trace (id bigint PRIMARY KEY, mode mode NOT NULL, config config, option option, \"row\" \"row\");
CREATE TABLE migrate (id bigint PRIMARY KEY); CREATE TABLE verify (id bigint); CREATE TABLE schema (id bigint);
CREATE TABLE timeschema (id bigint); CREATE TABLE std (id bigint); CREATE TABLE postgres (id bigint); CREATE TABLE built (id bigint);
CREATE SCHEMA aside; CREATE TABLE aside.config (id bigint); CREATE TABLE aside.super (id bigint); CREATE TYPE aside.mode AS ENUM ('e');
";

/// A service on tokio that applies what is pending when it starts, and then checks that the database fits.
const SERVICE: &str = r#"type Failure = Box<dyn std::error::Error + Send + Sync>;
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let config = iot_schema::Config::parse(&std::env::var("DATABASE_URL")?)?;
    tokio::task::spawn_blocking(move || {
        iot_schema::migrate(&config)?;
        iot_schema::verify(&mut config.client()?).map_err(Failure::from)
    })
    .await?
}
"#;

/// What a team writes for the service beside its code.
const SERVICE_MANIFEST: &str = r#"[package]
name = "service"
version = "0.1.0"
edition = "2024"
publish = false

[dependencies]
iot-schema = { path = "../iot-schema", features = ["plain"] }
tokio = { version = "1", features = ["macros", "rt"] }
"#;

fn init(project: &Sandbox, arguments: &str) -> String {
    let toolkit = repository();
    let screen = project.run(&format!("init {arguments} --toolkit {}", toolkit.display()));
    screen.replace(&toolkit.display().to_string(), "[toolkit]")
}

/// cargo in the project, with this build's target folder, whose dependencies are the same. The project's xtask is left out: it
/// would take the place of this repository's, which other tests run. (That it is the same but for a name is a test of `timeschema-cli`.)
fn cargo(project: &Path, arguments: &[&str]) -> Command {
    let built: PathBuf = Path::new(env!("CARGO_BIN_EXE_xtask")).into();
    let target = built.ancestors().nth(2).unwrap();
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(arguments)
        .args(["--workspace", "--exclude", "xtask", "--offline"])
        .current_dir(project)
        .env("CARGO_TARGET_DIR", target)
        .env_remove("DATABASE_URL");
    command
}

#[testkit::test(testkit::server)]
fn a_new_project_migrates_and_its_tests_and_its_service_run(_server: Server) {
    let project = Sandbox::new();
    let made = init(&project, "iot");
    assert!(made.starts_with("exit 0"), "{made}");
    project.write("migrations/002_names.sql", NAMES);
    // The versions that this repository was built with are available.
    std::fs::copy(
        repository().join("Cargo.lock"),
        project.dir().join("Cargo.lock"),
    )
    .unwrap();
    let migrated = project.run("migrate --target embedded");
    assert!(migrated.starts_with("exit 0"), "{migrated}");

    let manifest = project.read("Cargo.toml");
    project.write(
        "Cargo.toml",
        manifest.replace("\"xtask\"]", "\"xtask\", \"service\"]"),
    );
    project.write("service/Cargo.toml", SERVICE_MANIFEST);
    project.write("service/src/main.rs", SERVICE);
    // With the features of the tests, so that both share what is built.
    succeed(&mut cargo(project.dir(), &["build", "--all-targets"]));
    let tested = succeed(&mut cargo(project.dir(), &["test"]));
    assert!(
        tested.contains("test the_migrations_make_what_the_types_were_made_of ... ok"),
        "{tested}"
    );
    let service = Path::new(env!("CARGO_BIN_EXE_xtask")).with_file_name("service");
    let served = project.run(&format!(
        "with-db --target embedded -- {}",
        service.display()
    ));
    assert!(served.starts_with("exit 0"), "{served}");

    // Of its own it has the service; all else was made.
    let own = SERVICE.lines().count();
    assert!(own <= 15, "{own} lines");
}

#[test]
fn in_an_empty_folder() {
    let project = Sandbox::new();
    insta::assert_snapshot!(init(&project, "iot"));
    // Again, nothing is left to do.
    insta::assert_snapshot!(init(&project, "iot"));
}

#[test]
fn in_a_workspace_that_is_there() {
    let project = Sandbox::new()
        .file(
            "Cargo.toml",
            "[workspace]\nmembers = [\n    \"service\",\n]\n",
        )
        .file(".gitignore", "target\n")
        .file("docker-compose.yml", "services: {}\n")
        .file(
            ".cargo/config.toml",
            "[alias]\nxtask = \"run -p xtask --\"\n",
        )
        .file("xtask/Cargo.toml", "[package]\nname = \"xtask\"\n")
        .file("xtask/src/main.rs", "fn main() {}\n")
        .file("migrations/001_first.sql", "SELECT 1;\n");
    insta::assert_snapshot!(init(&project, "iot"));
    insta::assert_snapshot!(project.read("Cargo.toml"));
    assert_eq!(project.read("xtask/src/main.rs"), "fn main() {}\n");
    assert!(
        !project
            .dir()
            .join("migrations/001_initial_schema.sql")
            .exists()
    );
}

#[test]
fn cargos_old_configuration_and_line_ends_are_kept() {
    let project = Sandbox::new()
        .file(
            "Cargo.toml",
            "[workspace]\r\nmembers = [\r\n    \"service\",\r\n]\r\n",
        )
        .file(".cargo/config", "[net]\noffline = true\n");
    insta::assert_snapshot!(init(&project, "iot"));
    assert_eq!(
        project.read("Cargo.toml"),
        "[workspace]\r\nmembers = [\r\n    \"service\",\r\n    \"iot-schema\",\r\n    \"xtask\",\r\n]\r\n"
    );
    assert!(project.read(".cargo/config").contains("[alias]\nxtask"));
    assert!(!project.dir().join(".cargo/config.toml").exists());
}

#[test]
fn what_cargo_would_not_find_is_named_before_anything_is_made() {
    let project = Sandbox::new().file(
        "Cargo.toml",
        "[workspace]\nmembers = []\nexclude = [\"./xtask/\"]\n",
    );
    insta::assert_snapshot!(init(&project, "iot"));
    std::fs::remove_file(project.dir().join("Cargo.toml")).unwrap();
    std::os::unix::fs::symlink("nowhere", project.dir().join("Cargo.toml")).unwrap();
    insta::assert_snapshot!(init(&project, "iot"));
    assert!(!project.dir().join("xtask").exists());
}

#[test]
fn what_is_in_the_way_stays_as_it_is() {
    let project = Sandbox::new()
        .file("iot-schema/src/lib.rs", "// mine\n")
        .file(".github/workflows/schema.yml", "# mine\n");
    insta::assert_snapshot!(init(&project, "iot"));
    assert_eq!(project.read("iot-schema/src/lib.rs"), "// mine\n");
    assert!(!project.dir().join("Cargo.toml").exists());
}

#[test]
fn a_folder_that_cannot_be_made_stops_it_where_it_was() {
    let project = Sandbox::new().file("xtask", "a file, and no folder\n");
    insta::assert_snapshot!(init(&project, "iot"));
}

#[test]
fn below_another_workspace() {
    let project = Sandbox::new().file("Cargo.toml", "[workspace]\nmembers = []\n");
    std::fs::create_dir(project.dir().join("deeper")).unwrap();
    let mut command = project.xtask();
    command
        .args(["init", "iot"])
        .current_dir(project.dir().join("deeper"));
    insta::assert_snapshot!(project.show(command));
}

#[test]
fn a_toolkit_that_is_none() {
    let project = Sandbox::new();
    insta::assert_snapshot!(project.run("init iot --toolkit ../elsewhere"));
    insta::assert_snapshot!(project.run("init 1st-iot"));
}

/// The shell scripts of a workflow's steps.
fn scripts(workflow: &str) -> Vec<String> {
    let mut scripts: Vec<String> = Vec::new();
    let mut block: Option<usize> = None;
    for line in workflow.lines() {
        let indent = line.len() - line.trim_start().len();
        match (block, line.trim_start().trim_start_matches("- ")) {
            (Some(outer), _) if indent > outer || line.is_empty() => {
                let script = scripts.last_mut().unwrap();
                script.push_str(line.trim_start());
                script.push('\n');
            }
            (_, "run: |") => {
                scripts.push(String::new());
                block = Some(indent + usize::from(line.contains("- run")) * 2);
            }
            (_, other) => {
                block = None;
                scripts.extend(other.strip_prefix("run: ").map(str::to_owned));
            }
        }
    }
    scripts
}

/// Programs of a runner: the project's xtask, whose tests another test runs, and GitHub's program, which says what it was asked.
fn on_a_runner(project: Sandbox) -> Sandbox {
    let xtask = env!("CARGO_BIN_EXE_xtask");
    let cargo = format!("[ \"$1\" = test ] && exit 0; shift; exec {xtask} \"$@\"");
    let url = project.own_database().url();
    project
        .program("cargo", &cargo)
        .program("gh", "echo \"gh $*\" >> asked")
        .env("GH_TOKEN", "none")
        .env("GH_REPO", "team/iot")
        .env("NUMBER", "7")
        .env("TEST_DATABASE_URL", url)
        .env("GITHUB_STEP_SUMMARY", "summary.md")
}

#[testkit::test(|test| Sandbox::new().needs_timescaledb_for("the workflow's servers").url(test))]
fn each_command_of_the_workflow_runs_in_a_new_project(project: Sandbox) {
    assert!(init(&project, "iot").starts_with("exit 0"));
    let git = |arguments: &str| {
        let mut git = project.command("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
            .args(arguments.split(' '));
        succeed(&mut git);
    };
    let ran = project.run("migrate --target embedded");
    assert!(ran.starts_with("exit 0"), "{ran}");
    git("init --quiet --initial-branch main");
    git("add .");
    git("commit --quiet --message first");
    git("checkout --quiet -b topic");
    let change = "DROP TABLE readings;\nCREATE TABLE notes (id bigint PRIMARY KEY, text text);\n";
    project.write("migrations/002_notes.sql", change);
    std::fs::remove_file(project.dir().join("iot-schema/queries/readings.sql")).unwrap();
    let ran = project.run("migrate --target embedded");
    assert!(ran.starts_with("exit 0"), "{ran}");
    git("add .");
    git("commit --quiet --message second");

    let workflow = project.read(".github/workflows/schema.yml");
    let project = on_a_runner(project);
    let scripts = scripts(&workflow);
    assert_eq!(scripts.len(), 8, "{scripts:#?}");
    let mut shown = String::new();
    for script in scripts {
        // What a pull request says is no part of a script.
        assert!(!script.contains("${{"), "{script}");
        let mut shell = project.command("bash");
        shell.args(["-e", "-c", &script]);
        let screen = project.show(shell);
        assert!(screen.starts_with("exit 0"), "{script}\n{screen}");
        if script.contains("--github") {
            shown += &screen;
        }
    }
    let asked = project.read("asked");
    assert!(
        asked.contains(
            "gh api --method POST repos/team/iot/issues/7/comments --field body=@comment.md"
        ),
        "{asked}"
    );
    shown += &project.stable(&project.read("comment.md"));
    let summary = project.read("summary.md");
    assert!(
        summary.starts_with("### 1 migration rehearsed\n"),
        "{summary}"
    );
    insta::assert_snapshot!(shown);
}
