use std::path::Path;
use std::time::Duration;

use super::*;
use crate::history::Recorded;
use crate::source::File;

static SESSION: SessionSettings = SessionSettings {
    lock_timeout: Duration::from_secs(5),
    patience: Duration::from_secs(60),
    statement_timeout: None,
    checks_connection: true,
    lock: String::new(),
    stored_settings: None,
};

fn rendered(text: &str, new: bool) -> String {
    let file = File::new(Path::new("001_a.sql"), text.as_bytes().to_vec()).unwrap();
    let migration = Migration::parse(file).unwrap();
    let mut out = String::new();
    for index in 0..migration.steps.len() {
        let step = StepRef {
            migration: &migration,
            index,
            is_new: new && index == 0,
            bounds: Bounds::OWN,
            table: "public.schema_migrations",
            applied_by: "o'brien",
            mode: Mode::TimescaleDb,
            session: &SESSION,
            kept: Some(Recorded::default().kept()),
        };
        let mut messages: Vec<Message> = start(step).filter(|_| index == 0).into_iter().collect();
        messages.extend(match migration.steps[index].kind {
            StepKind::Transaction { .. } => transaction(step).collect(),
            StepKind::Alone(reason) => alone(step, Some(reason)),
            StepKind::FreshSession | StepKind::Asked(_) => alone(step, None),
        });
        for (number, message) in messages.iter().enumerate() {
            out += &format!("-- step {}, message {}\n", index + 1, number + 1);
            out += &message.text;
        }
    }
    out
}

#[test]
fn a_step_becomes_messages() {
    let text = "-- why\nSET search_path = app;\nCREATE TABLE t (a int); -- one\n\nVACUUM;\n\
                BEGIN ISOLATION LEVEL SERIALIZABLE;\nINSERT INTO t VALUES (1);\nCOMMIT;\n\
                ALTER EXTENSION timescaledb UPDATE;";
    insta::assert_snapshot!(rendered(text, true));
}

#[test]
fn a_migration_that_starts_alone_journals_its_intent() {
    insta::assert_snapshot!(rendered("VACUUM", true));
}

#[test]
fn a_reset_of_the_file_leaves_the_runner_s_parameters() {
    insta::assert_snapshot!(rendered("RESET ALL;\nSELECT 1;\nVACUUM;", true));
}

#[test]
fn what_gives_up_the_lock_is_recorded_first() {
    let text = "SET ROLE app;\nDISCARD ALL;\nSELECT 1;";
    insta::assert_snapshot!(rendered(text, true));
    let file = File::new(Path::new("001_a.sql"), text.as_bytes().to_vec()).unwrap();
    let migration = Migration::parse(file).unwrap();
    assert_eq!(migration.session_settings(1), ["SET ROLE app"]);
    assert!(migration.session_settings(2).is_empty());
}

#[test]
fn a_file_s_role_does_not_record_it() {
    insta::assert_snapshot!(rendered("SET ROLE app;\nSELECT 1;\nVACUUM;", true));
}

fn first_step(migration: &Migration) -> StepRef<'_> {
    StepRef {
        migration,
        index: 0,
        is_new: true,
        bounds: Bounds::OWN,
        table: "t",
        applied_by: "u",
        mode: Mode::TimescaleDb,
        session: &SESSION,
        kept: None,
    }
}

#[test]
fn a_byte_of_a_message_is_a_byte_of_the_file() {
    let text = "  CREATE TABLE t ();\n\n  CREATE INDEX ON t (b);";
    let file = File::new(Path::new("001_a.sql"), text.as_bytes().to_vec()).unwrap();
    let migration = Migration::parse(file).unwrap();
    let step = first_step(&migration);
    let Part { message, .. } = part(step, 0);
    let byte = message.text.find("(b)").unwrap();
    assert_eq!(message.source_offset(byte), text.find("(b)"));
    assert_eq!(message.source_offset(0), None);
}

#[test]
fn a_long_transaction_is_several_messages() {
    let text =
        "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\nINSERT INTO t VALUES (3);\nSELECT 4";
    let file = File::new(Path::new("001_a.sql"), text.as_bytes().to_vec()).unwrap();
    let migration = Migration::parse(file).unwrap();
    let step = first_step(&migration);
    let of = |longest: usize| {
        let (mut next, mut parts) = (Some(0), Vec::new());
        while let Some(first) = next {
            let Part {
                message,
                next: following,
            } = step.part(first, longest);
            parts.push(message);
            next = following;
        }
        parts
    };
    let whole = &of(usize::MAX)[..];
    assert_eq!(whole, transaction(step).collect::<Vec<_>>());
    for (longest, count) in [(1, 4), (40, 3), (60, 2), (1000, 1)] {
        let parts = of(longest);
        assert_eq!(parts.len(), count, "{longest}");
        let texts: String = parts.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(texts, whole[0].text);
        // Each knows where its statements are in the file.
        for part in &parts {
            let from_file = part
                .statements
                .iter()
                .filter_map(|sent| Some((sent.range.clone(), sent.source.clone()?)));
            for (range, source) in from_file {
                assert_eq!(part.text[range], text[source]);
            }
        }
    }
}
