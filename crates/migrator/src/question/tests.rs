//! Which statements leave a question, and how answers are read. Whether a server agrees is asked in `tests/refused.rs`.

use sql::qualified::assert_qualified;

use super::*;

#[test]
fn the_text_of_most_statements_tells_enough() {
    let statements = [
        "CLUSTER",
        "REINDEX SCHEMA s",
        "CREATE INDEX ON t (a)",
        "CREATE INDEX concurrently_not ON t (a)",
        "DROP INDEX i",
        "CALL refresh_continuous_aggregate('c', NULL, NULL)",
        "CALL run_job(1000)",
        "DO $$ BEGIN COMMIT; CALL p(); END $$",
        "DO $$ BEGIN PERFORM 1; END $$",
        "SELECT 1",
        "",
    ];
    for statement in statements {
        assert_eq!(of(statement), None, "{statement}");
    }
}

#[test]
fn what_the_text_does_not_tell_is_asked_of_the_catalog() {
    let statements = [
        ("CLUSTER (VERBOSE) S.t USING i", "Cluster s.t"),
        ("CLUSTER i ON t", "Cluster t"),
        ("REINDEX TABLE t", "ReindexTable t"),
        (
            "REINDEX (CONCURRENTLY) TABLE t",
            "ReindexTableConcurrently t",
        ),
        ("REINDEX INDEX CONCURRENTLY i", "ReindexIndexConcurrently i"),
        ("REINDEX (VERBOSE) INDEX \"I\"", "ReindexIndex I"),
        (
            "CREATE INDEX CONCURRENTLY ON ONLY t (a)",
            "CreateIndexConcurrently t",
        ),
        (
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"on\" ON t (a)",
            "CreateUniqueIndexConcurrently t",
        ),
        (
            "DROP INDEX CONCURRENTLY IF EXISTS i",
            "DropIndexConcurrently i",
        ),
        ("CALL P('(')", "p"),
        ("CALL s.\"P\"()", "s.P"),
        (
            "DO $$ BEGIN IF true THEN CALL s.p(1); END IF; CALL q(); END $$",
            "s.p q",
        ),
    ];
    let shown = |name: &Name| match name.schema() {
        Some(schema) => format!("{schema}.{}", name.object()),
        None => name.object().to_owned(),
    };
    for (statement, expected) in statements {
        let asked = match of(statement).unwrap().0 {
            Subject::Relation(command, name) => format!("{command:?} {}", shown(&name)),
            Subject::Procedures(names) => names.iter().map(shown).collect::<Vec<_>>().join(" "),
        };
        assert_eq!(asked, expected, "{statement}");
    }
}

#[test]
fn a_relation_is_looked_for_where_timescaledb_may_not_be() {
    let question = of("CLUSTER \"we;ird 'name\"").unwrap();
    assert_qualified(&question.query());
    insta::assert_snapshot!(question.query());
    assert_eq!(question.answer(&vec![]), Answer::AsRead);
}

#[test]
fn procedures_are_followed_to_one_that_commits() {
    let row = |schema: &str, name: &str, visible: &str, source: &str| {
        [schema, name, visible, source]
            .map(|text| Some(text.to_owned()))
            .to_vec()
    };
    let rows = vec![
        row("public", "commits", "t", "BEGIN COMMIT; END"),
        row(
            "public",
            "outer",
            "t",
            "BEGIN PERFORM 1; CALL middle(); END",
        ),
        row(
            "public",
            "middle",
            "t",
            "BEGIN CALL public.commits(); CALL \"outer\"(); END",
        ),
        row(
            "public",
            "works",
            "t",
            "BEGIN RAISE NOTICE 'COMMIT;'; CALL works(); END",
        ),
        row("hidden", "works", "f", "BEGIN ROLLBACK; END"),
        row("public", "python", "t", "plpy.commit()"),
        row(
            "public",
            "refreshes",
            "t",
            "BEGIN CALL refresh_continuous_aggregate('c', NULL, NULL); END",
        ),
    ];
    let cases = [
        ("CALL commits()", true),
        ("CALL \"outer\"()", true),
        ("CALL hidden.works()", true),
        ("CALL python()", true),
        ("CALL refreshes()", true),
        ("DO $$ BEGIN CALL works(); CALL middle(); END $$", true),
        ("CALL works()", false),
        ("CALL unknown()", false),
        ("CALL other.commits()", false),
    ];
    for (statement, commits) in cases {
        let expected = if commits {
            Answer::Alone(Reason::ProcedureCommits)
        } else {
            Answer::AsRead
        };
        assert_eq!(
            of(statement).unwrap().answer(&rows),
            expected,
            "{statement}"
        );
    }
}
