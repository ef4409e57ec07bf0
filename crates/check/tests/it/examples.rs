//! Each rule's examples go through the checker.

use check::{SUPPRESSION, rules};

use crate::{check_example, check_last, edited};

#[test]
fn each_failing_example_is_found_by_its_rule_and_each_passing_one_by_none() {
    let mut shown = String::new();
    for rule in rules::ALL {
        assert!(
            !rule.failing.is_empty() && !rule.passing.is_empty(),
            "{} has no examples",
            rule.name
        );
        shown += &format!("{}\n", rule.name);
        for example in rule.failing {
            let found = check_example(rule, example.files, example);
            let own: Vec<_> = found.iter().filter(|it| it.rule == rule.name).collect();
            assert!(
                !own.is_empty(),
                "{}: {:?}: {found:#?}",
                rule.name,
                example.files
            );
            for finding in own {
                shown += &format!("  {}: {}\n", finding.severity.name(), finding.message);
            }
        }
        for example in rule.passing {
            let found = check_example(rule, example.files, example);
            let found: Vec<_> = found.iter().filter(|it| it.rule == rule.name).collect();
            assert!(
                found.is_empty(),
                "{}: {:?}: {found:#?}",
                rule.name,
                example.files
            );
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn what_an_edit_makes_of_a_file_is_not_found_again() {
    let mut edits = 0;
    for rule in rules::ALL {
        for example in rule.failing {
            if let Some(files) = edited(rule, example) {
                let files: Vec<&str> = files.iter().map(String::as_str).collect();
                let found = check_example(rule, &files, example);
                assert!(found.iter().all(|it| it.rule != rule.name), "{files:?}");
                edits += 1;
            }
        }
    }
    assert!(edits > 1);
}

#[test]
fn a_practice_is_asked_for_where_a_project_wants_it() {
    for name in rules::OPT_IN {
        let rule = rules::named(name).unwrap();
        for example in rule.failing {
            let found = check_last(example.files);
            assert!(found.iter().all(|it| it.rule != *name), "{found:#?}");
        }
    }
}

#[test]
fn the_rules_are_sorted_and_named_like_their_pages() {
    let names: Vec<&str> = rules::ALL.iter().map(|it| it.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    let is_kebab = |name: &str| name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    assert!(names.iter().all(|it| is_kebab(it)), "{names:?}");
}

#[test]
fn a_comment_that_is_before_no_statement_is_reported() {
    let table = "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));";
    let comment = "-- check: allow concurrently-on-hypertable because it is a test";
    let found = |last: &str| {
        let found = check_last(&[table, last]);
        let unused = found.into_iter().filter(|it| it.rule == SUPPRESSION);
        unused.map(|it| it.place.range.start).collect::<Vec<_>>()
    };
    for last in [
        format!("CREATE INDEX CONCURRENTLY ON m (v);\n{comment}"),
        format!("CREATE INDEX CONCURRENTLY\n  {comment}\n  ON m (v);"),
        format!("DO $$ BEGIN\n  {comment}\n  DROP INDEX CONCURRENTLY m_at_idx; END $$;"),
        format!("DO $$ {comment}\nBEGIN PERFORM 1; END $$; -- and no more"),
        format!("DO $$ BEGIN PERFORM 1; END {comment}\n$$;"),
        comment.to_owned(),
    ] {
        assert_eq!(found(&last), [last.find(comment).unwrap()], "{last}");
    }
    for last in [
        format!("{comment}\nCREATE INDEX CONCURRENTLY ON m (v);"),
        format!("CREATE TABLE n (a text CHECK (a <> '{comment}'));"),
        "/* -- check: nothing */ SELECT 1; /* -- check: allow */".to_owned(),
        "CREATE TABLE n (a int CHECK (a > 0)); -- check the rows".to_owned(),
    ] {
        assert_eq!(found(&last), [0usize; 0], "{last}");
    }
}

#[test]
fn a_comment_with_a_reason_allows_a_rule() {
    let table = "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));";
    let found = |comment: &str| {
        let last = format!("{comment}\nCREATE INDEX CONCURRENTLY ON m (v);");
        let found = check_last(&[table, &last]);
        let lines = found
            .iter()
            .map(|it| format!("{}: {}", it.rule, it.message));
        lines.collect::<Vec<_>>()
    };
    let rule = "concurrently-on-hypertable";
    let own = format!("{rule}: the server builds no index of the hypertable m concurrently");
    let suppression = |text: &str| format!("{SUPPRESSION}: {text}");
    assert_eq!(
        found(&format!("-- check: allow {rule} because it is a test")),
        [""; 0]
    );
    assert_eq!(
        found(&format!("-- check: allow {rule}")),
        [
            suppression(&format!(
                "`{rule}` is allowed without a reason, so it is not allowed"
            )),
            own.clone()
        ]
    );
    assert_eq!(
        found("-- check: allow concurrently-on-hypertables because it is a test"),
        [
            suppression("there is no rule `concurrently-on-hypertables`"),
            own.clone()
        ]
    );
    assert_eq!(
        found("-- check: allow unique-without-time-column because it is a test"),
        [
            suppression("`unique-without-time-column` is allowed here, and finds nothing here"),
            own.clone()
        ]
    );
    assert_eq!(
        found("-- check: everything"),
        [
            suppression("this comment allows nothing: it names no rule"),
            own
        ]
    );
}
