//! `check`, which asks no database.

use crate::support::{Sandbox, test_name};

const EVENTS: &str = "\
CREATE EXTENSION IF NOT EXISTS timescaledb;
CREATE TABLE events (time timestamptz NOT NULL, n int);
SELECT create_hypertable('events', by_range('time', INTERVAL '1 day'));
";

const AGGREGATES: &str = "\
CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 hour', time) AS bucket, count(*) AS n FROM events GROUP BY 1 WITH NO DATA;
SELECT add_continuous_aggregate_policy('hourly',
    start_offset => INTERVAL '7 days', end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '30 minutes');
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 day', bucket) AS bucket, sum(n) AS n FROM hourly GROUP BY 1 WITH NO DATA;
SELECT add_continuous_aggregate_policy('daily', INTERVAL '30 days', INTERVAL '1 day', INTERVAL '1 hour');
";

fn project() -> Sandbox {
    Sandbox::new()
        .file("analytics-schema/README", "")
        .file("migrations/001_events.sql", EVENTS)
        .file("migrations/002_aggregates.sql", AGGREGATES)
}

/// The screen with its dates, which follow the day, taken out.
fn screen(project: &Sandbox, arguments: &str) -> String {
    let dates = regex::Regex::new(r"\d{4}-\d\d-\d\d").unwrap();
    dates
        .replace_all(&project.run(arguments), "DATE")
        .into_owned()
}

#[test]
fn nothing_is_found() {
    insta::assert_snapshot!(screen(&project(), "check"));
}

#[test]
fn retention_erases_an_aggregate_and_the_one_over_it() {
    let retention = "\n-- Less is enough.\nSELECT add_retention_policy('events', drop_after => INTERVAL '3 days');\n";
    let project = project().file("migrations/003_shorter_retention.sql", retention);
    let people = screen(&project, "check migrations/003_shorter_retention.sql");
    let programs = screen(
        &project,
        "check migrations/003_shorter_retention.sql --json",
    );
    insta::assert_snapshot!(format!("{people}\n{programs}"));
}

#[test]
fn what_does_not_parse_is_named_and_a_suppression_needs_a_reason() {
    let text = "CREATE TABEL a (id int);\n-- check: allow concurrently-on-hypertable\nCREATE INDEX CONCURRENTLY ON events (n);\n";
    let project = project().file("migrations/003_wrong.sql", text);
    insta::assert_snapshot!(screen(&project, "check"));
}

#[test]
fn a_project_sets_levels() {
    let index = "CREATE INDEX CONCURRENTLY ON events (n);\n";
    let project = project().file("migrations/003_index.sql", index);
    let mut shown = String::new();
    for level in ["warning", "allow", "never"] {
        let settings = format!("[check]\nconcurrently-on-hypertable = \"{level}\"\n");
        project.write("timeschema.toml", settings);
        shown += &format!("$ {level}\n{}", screen(&project, "check"));
    }
    project.write(
        "timeschema.toml",
        "[check]\nconcurrently-on-hypertables = \"warning\"\n",
    );
    shown += &screen(&project, "check");
    insta::assert_snapshot!(shown);
}

#[test]
fn in_git_only_what_differs_from_the_main_branch_is_checked() {
    let project = project();
    let git = |arguments: &str| {
        let all = "-c user.name=a -c user.email=a@example.com -c init.defaultBranch=main";
        let ran = std::process::Command::new("git")
            .args(all.split(' '))
            .args(arguments.split(' '))
            .current_dir(project.dir())
            .output();
        assert!(ran.is_ok_and(|it| it.status.success()), "git {arguments}");
    };
    git("init --quiet");
    git("add --all");
    git("commit --quiet --message first");
    let mut shown = screen(&project, "check");
    project.write("migrations/003_more.sql", "SELECT 1;\n");
    shown += &screen(&project, "check");
    git("checkout --quiet -b topic");
    git("add --all");
    git("commit --quiet --message second");
    shown += &screen(&project, "check");
    shown += &screen(&project, "check --all");
    shown += &screen(&project, "check none.sql");
    insta::assert_snapshot!(shown);
}

#[test]
fn a_loss_stops_migrate_before_anything_is_applied() {
    let wrong = "SELECT add_retention_policy('events', INTERVAL '3 days');\n";
    let project = Sandbox::new()
        .file("analytics-schema/README", "")
        .file("migrations/001_events.sql", EVENTS)
        .file("migrations/002_aggregates.sql", AGGREGATES)
        .file("migrations/003_wrong.sql", wrong)
        .needs_timescaledb_for("a hypertable")
        .url(test_name!());
    let Some(project) = project else { return };
    let mut shown = screen(&project, "migrate");
    let mut client = project.own_database().client();
    let there = client.query_one("SELECT to_regclass('events')::text", &[]);
    assert_eq!(there.unwrap().get::<_, Option<String>>(0), None);
    let errors = |screen: &str| {
        screen
            .split_once("----- stderr -----")
            .unwrap()
            .1
            .to_owned()
    };
    let dry = screen(&project, "migrate --dry-run");
    assert!(dry.starts_with("exit 3\n"), "{dry}");
    assert_eq!(errors(&dry), errors(&shown));
    let dry = screen(
        &project,
        "migrate --dry-run --allow retention-erases-aggregate",
    );
    assert!(dry.starts_with("exit 0\n"), "{dry}");
    shown += &screen(&project, "migrate --allow retention-erases-aggregates");
    shown += &screen(&project, "migrate --allow retention-erases-aggregate");
    insta::assert_snapshot!(shown);
}
