//! Continuous aggregates, which are views here: their indexes and their refreshes.

use super::{HYPERTABLE, one, value};
use crate::support::test_name;

#[test]
fn an_index_of_an_aggregate_is_one_of_its_storage() {
    let text = format!(
        "{HYPERTABLE}CREATE MATERIALIZED VIEW v WITH (timescaledb.continuous) AS\n\
         SELECT time_bucket('1 day', time) AS day, sum(v) FROM t GROUP BY 1 WITH NO DATA;\n\
         CREATE INDEX by_sum ON v (sum);\nCREATE TABLE s.v (day int);\nCREATE INDEX by_day ON s.v (day);\n"
    );
    let Some(project) = one(test_name!(), &format!("CREATE SCHEMA s;\n{text}")) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --plain --no-snapshot"));
    let indexed = "SELECT string_agg(indexrelid::regclass || ' of ' || indrelid::regclass, ', ' ORDER BY 1) FROM pg_index \
         WHERE indexrelid::regclass::text ~ 'by_'";
    assert_eq!(
        value(&project, indexed),
        "_timescaledb_internal.by_sum of _timescaledb_internal._materialized_hypertable_2, s.by_day of s.v"
    );
    project.write(
        "migrations/002_b.sql",
        "COMMENT ON INDEX _timescaledb_internal.by_sum IS 'by sum';\n\
         ALTER VIEW v RENAME COLUMN sum TO total;\nALTER INDEX _timescaledb_internal.by_sum RENAME TO by_total;\n",
    );
    let second = project.run("migrate --plain --no-snapshot");
    assert!(second.starts_with("exit 0\n"), "{second}");
    let index = "SELECT obj_description('_timescaledb_internal.by_total'::regclass) || ': ' || \
         pg_get_indexdef('_timescaledb_internal.by_total'::regclass)";
    assert_eq!(
        value(&project, index),
        "by sum: CREATE INDEX by_total ON _timescaledb_internal._materialized_hypertable_2 USING btree (total)"
    );
    // It goes with the aggregate, which goes with its source.
    project.write("migrations/003_c.sql", "DROP TABLE t CASCADE;\n");
    let third = project.run("migrate --plain --no-snapshot");
    assert!(third.starts_with("exit 0\n"), "{third}");
    assert_eq!(value(&project, indexed), "s.by_day of s.v");
}

#[test]
fn a_refresh_shares_the_transaction_of_all_or_nothing() {
    let text = format!(
        "{HYPERTABLE}CREATE MATERIALIZED VIEW v WITH (timescaledb.continuous) AS\n\
         SELECT time_bucket('1 day', time) AS day, sum(v) FROM t GROUP BY 1;\n\
         CALL refresh_continuous_aggregate('v', NULL, NULL);\nSELECT 1 / 0;\n"
    );
    let Some(project) = one(test_name!(), &text) else {
        return;
    };
    insta::assert_snapshot!(project.run("migrate --plain --no-snapshot --all-or-nothing"));
    assert_eq!(value(&project, "SELECT to_regclass('v')::text"), "");
    project.write("migrations/001_a.sql", text.replace("SELECT 1 / 0;\n", ""));
    insta::assert_snapshot!(
        "all_or_nothing_with_a_refresh",
        project.run("migrate --plain --no-snapshot --all-or-nothing")
    );
    // Its checks are made there, too.
    project.write(
        "migrations/002_b.sql",
        "CALL public.refresh_continuous_aggregate('t', NULL, NULL);\n",
    );
    let refused = project.run("migrate --plain --no-snapshot --all-or-nothing");
    let cause = "error[22023]: relation \"t\" is not a continuous aggregate";
    assert!(refused.contains(cause), "{refused}");
}
