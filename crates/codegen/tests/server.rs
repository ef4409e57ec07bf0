//! The golden modules against a real server: what they send arrives, and what they read is what the table has.

use testkit::Database;
use timeschema::postgres::Client;
use timeschema::{Array, Timestamp};

/// The golden module, which the example target `golden` compiles without warnings.
pub mod nasty {
    include!("golden/nasty.rs");
}

use nasty::{Mood, QuoteDropType, String_, quote_drop_table_events as hostile};

fn database(test: &str) -> Option<(Database, Client)> {
    let database = Database::filled(test, include_str!("fixtures/nasty.sql"))?;
    let client = database.client();
    Some((database, client))
}

fn hostile_row(key: i32) -> hostile::New {
    hostile::New {
        a_b_xeff4: Some("line\nbreak".to_owned()),
        groesse: Some("1,80 m".to_owned()),
        moods: Some(Array::from_elements(vec![
            Some(Mood::CPlusPlus),
            None,
            Some(Mood::LineBreak),
        ])),
        labels: Some(Array::from_elements(vec![Some("a".to_owned()), None])),
        addresses: Some(Array::from_elements(vec![Some("a@example.org".to_owned())])),
        ..hostile::Required {
            quote_drop_column_x: key,
            a_b_x550f: 21,
            self_xc62c: "self".to_owned(),
            r#type: "type".to_owned(),
            _1st: "first".to_owned(),
            evil: QuoteDropType::DropTableX,
            string: String_::A,
        }
        .into()
    }
}

#[testkit::test(database)]
fn names_that_need_quotes_are_quoted_in_every_statement(
    (_database, mut client): (Database, Client),
) {
    let inserted = hostile::insert(&hostile_row(1)).one(&mut client).unwrap();
    assert_eq!(inserted.doubled, Some(42));
    assert_eq!(inserted.a_b_x73d5, Some(7), "the default");
    assert_eq!(inserted.mood, Some(Mood::Happy), "the default");
    assert_eq!(
        inserted.contact, "nobody@example.org",
        "the domain's default"
    );
    assert_eq!(inserted.moods, hostile_row(1).moods);

    let rows = [hostile_row(2), hostile_row(3)];
    assert_eq!(hostile::copy_in(&mut client, &rows).unwrap(), 2);
    let copied = client
        .query_one(
            &format!("{} OFFSET 1 LIMIT 1", hostile::TABLE.select()),
            &[],
        )
        .unwrap();
    let copied = hostile::Row::try_from(&copied).unwrap();
    assert_eq!(
        copied,
        hostile::Row {
            quote_drop_column_x: 2,
            ..inserted
        }
    );
}

#[testkit::test(database)]
fn columns_are_found_by_name_wherever_they_stand((_database, mut client): (Database, Client)) {
    let inserted = hostile::insert(&hostile_row(1)).one(&mut client).unwrap();
    let columns: Vec<String> = hostile::TABLE
        .columns
        .iter()
        .rev()
        .map(|c| timeschema::quote_identifier(c.name))
        .collect();
    let sql = format!(
        "SELECT 1 AS one, {} FROM {}",
        columns.join(", "),
        hostile::TABLE.quoted()
    );
    let row = client.query_one(&sql, &[]).unwrap();
    assert_eq!(hostile::Row::try_from(&row).unwrap(), inserted);

    let row = client.query_one("SELECT 1 AS one", &[]).unwrap();
    insta::assert_snapshot!(hostile::Row::try_from(&row).unwrap_err(), @r#"invalid column `"; drop column x; --`"#);
}

#[testkit::test(database)]
fn a_default_can_be_taken_replaced_and_nulled((_database, mut client): (Database, Client)) {
    let given = |key, a_b_x73d5| hostile::New {
        a_b_x73d5,
        ..hostile_row(key)
    };
    assert_eq!(
        hostile::insert(&given(1, None))
            .one(&mut client)
            .unwrap()
            .a_b_x73d5,
        Some(7)
    );
    assert_eq!(
        hostile::insert(&given(2, Some(Some(8))))
            .one(&mut client)
            .unwrap()
            .a_b_x73d5,
        Some(8)
    );
    assert_eq!(
        hostile::insert(&given(3, Some(None)))
            .one(&mut client)
            .unwrap()
            .a_b_x73d5,
        None
    );
    assert_eq!(
        hostile::copy_in(
            &mut client,
            &[given(4, Some(None)), given(5, Some(Some(9)))]
        )
        .unwrap(),
        2
    );
    let error = hostile::copy_in(&mut client, &[given(6, Some(None)), given(7, None)]).unwrap_err();
    insta::assert_snapshot!(error, @r#"COPY into "public"."""; drop table events; --": row 1 leaves different columns to their defaults than row 0: copy such rows separately"#);
}

#[testkit::test(database)]
fn a_label_that_is_newer_than_the_build_survives((_database, mut client): (Database, Client)) {
    client
        .batch_execute("ALTER TYPE mood ADD VALUE 'brand new'")
        .unwrap();
    let mood = Mood::from("brand new");
    assert_eq!(mood, Mood::Unrecognized("brand new".to_owned()));
    let row = hostile::New {
        mood: Some(Some(mood.clone())),
        ..hostile_row(1)
    };
    assert_eq!(
        hostile::insert(&row).one(&mut client).unwrap().mood,
        Some(mood)
    );
}

#[testkit::test(database)]
fn every_label_is_what_the_server_calls_it((_database, mut client): (Database, Client)) {
    let sql =
        "SELECT enumlabel FROM pg_enum WHERE enumtypid = 'mood'::regtype ORDER BY enumsortorder";
    let labels: Vec<String> = client
        .query(sql, &[])
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(labels, Mood::LABELS);
    for label in Mood::LABELS {
        assert_eq!(Mood::from(*label).as_str(), *label);
    }
}

#[testkit::test(database)]
fn rows_without_any_column_to_give_can_be_written((_database, mut client): (Database, Client)) {
    let row = nasty::only_identity::New::default();
    assert_eq!(
        nasty::only_identity::insert(&row)
            .one(&mut client)
            .unwrap()
            .id,
        1
    );
    assert_eq!(
        nasty::only_identity::copy_in(&mut client, [&row, &row]).unwrap(),
        2
    );
    assert_eq!(
        nasty::empty::copy_in(&mut client, [&nasty::empty::New::default()]).unwrap(),
        1
    );
    let row = nasty::only_optional::New {
        id: Some(9),
        ..Default::default()
    };
    assert_eq!(
        nasty::only_optional::insert(&row)
            .one(&mut client)
            .unwrap()
            .id,
        9
    );
}

#[testkit::test(database)]
fn between_includes_its_start_and_not_its_end((_database, mut client): (Database, Client)) {
    let second = |n: i64| Timestamp::from_unix_micros(n * 1_000_000).unwrap();
    let reading = |n| nasty::readings::New {
        u202e_time: Some(format!("{n}")),
        ..nasty::readings::Required {
            time: second(n),
            value: 0.5,
        }
        .into()
    };
    nasty::readings::copy_in(&mut client, &[reading(3), reading(1), reading(2)]).unwrap();
    let mut transaction = client.transaction().unwrap();
    let found = nasty::readings::between(second(1)..second(3))
        .iter(&mut transaction)
        .unwrap();
    let notes: Vec<_> = found.map(|row| row.unwrap().u202e_time.unwrap()).collect();
    assert_eq!(notes, ["1", "2"]);
    assert_eq!(
        transaction
            .query("SELECT FROM readings", &[])
            .unwrap()
            .len(),
        3
    );
}
