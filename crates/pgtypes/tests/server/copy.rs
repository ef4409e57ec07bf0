//! COPY that succeeds: what is read back is what was sent.

use std::collections::HashSet;

use pgtypes::{Array, Column, Columns, FromColumns, Insert, Numeric, Statement, Table, copy_in};
use postgres::Client;

use crate::schema::{self, Mood, New, Stored};
use crate::support::Database;
use crate::support::random::Random;

/// All rows of the table, by id.
pub fn stored(client: &mut Client) -> Vec<Stored> {
    static TABLE: Table = New::TABLE;
    let id = TABLE.columns.iter().position(|it| it.name == "id").unwrap();
    let rows = Statement::select(&TABLE).ordered_by(id).iter(client);
    rows.unwrap()
        .map(|row| row.unwrap_or_else(|error| panic!("{error:?}")))
        .collect()
}

/// How many rows the table holds.
pub fn count(client: &mut Client) -> i64 {
    let query = format!("SELECT count(*) FROM {}", New::TABLE.quoted());
    client.query_one(&query, &[]).unwrap().get(0)
}

#[testkit::test]
fn every_column_type_comes_back_as_it_was_sent(mut db: Database) {
    schema::create(&mut db);
    let mut random = Random::new(31);
    let rows: Vec<New> = (0..3_000).map(|id| New::random(id, &mut random)).collect();
    assert_eq!(copy_in(&mut *db, &rows).unwrap(), 3_000);
    for (stored, sent) in stored(&mut db).iter().zip(&rows) {
        assert_eq!(*stored, sent.stored());
    }
    // Equality of numerics is by value: their scales are to come back too.
    let scale = |row: &New| row.rest.price.as_ref().and_then(Numeric::scale);
    let scales: Vec<_> = stored(&mut db)
        .iter()
        .map(|row| row.rest.price.as_ref().and_then(Numeric::scale))
        .collect();
    assert_eq!(scales, rows.iter().map(scale).collect::<Vec<_>>());
}

#[testkit::test]
fn defaults_that_rows_leave_out_are_the_servers(mut db: Database) {
    schema::create(&mut db);
    let mut random = Random::new(32);
    let rows: Vec<New> = (0..10)
        .map(|id| New {
            at: None,
            mood: None,
            ..New::random(id, &mut random)
        })
        .collect();
    assert_eq!(copy_in(&mut *db, rows.iter()).unwrap(), 10);
    for (stored, sent) in stored(&mut db).into_iter().zip(rows) {
        assert_eq!(stored.at.to_string(), "2026-11-22 00:00:00+00");
        assert_eq!(stored.mood, Some(Mood::Happy));
        assert_eq!(stored.rest, sent.rest);
    }
}

#[testkit::test]
fn no_rows_are_no_statement(mut db: Database) {
    // There is not even a table.
    assert_eq!(copy_in(&mut *db, &[] as &[New]).unwrap(), 0);
}

#[testkit::test]
fn an_error_in_place_of_a_row_leaves_none(mut db: Database) {
    schema::create(&mut db);
    let mut random = Random::new(35);
    let row = New::random(1, &mut random);
    let rows = [Ok(row.clone()), Err("no more")];
    let error = copy_in(&mut *db, rows).unwrap_err().to_string();
    assert!(error.ends_with(": row 1: no more"), "{error}");
    assert_eq!(count(&mut db), 0);
    assert_eq!(copy_in(&mut *db, [row]).unwrap(), 1, "rows by value");
}

#[testkit::test]
fn a_label_of_another_build_is_read_and_sent(mut db: Database) {
    schema::create(&mut db);
    db.batch_execute("ALTER TYPE \"odd \"\"schema\".mood ADD VALUE 'new'")
        .unwrap();
    let new = || Mood::from("new");
    let mut row = New::random(1, &mut Random::new(34));
    row.mood = Some(Some(new()));
    row.rest.moods = Some(Array::from_elements(vec![
        None,
        Some(Mood::Sad),
        Some(new()),
    ]));
    copy_in(&mut *db, [&row]).unwrap();
    let stored = stored(&mut db);
    assert_eq!(stored, [row.stored()]);
    assert_eq!(stored[0].mood, Some(Mood::Unknown("new".to_owned())));
}

#[testkit::test]
fn inside_a_transaction_the_rows_share_its_fate(mut db: Database) {
    schema::create(&mut db);
    let row = New::random(1, &mut Random::new(33));
    let mut transaction = db.transaction().unwrap();
    assert_eq!(copy_in(&mut transaction, [&row]).unwrap(), 1);
    transaction.rollback().unwrap();
    assert_eq!(count(&mut db), 0);
    let mut transaction = db.transaction().unwrap();
    assert_eq!(copy_in(&mut transaction, [&row]).unwrap(), 1);
    transaction.commit().unwrap();
    assert_eq!(count(&mut db), 1);
}

#[testkit::test]
fn rows_end_after_an_error(mut db: Database) {
    static ENDS: Table = Table {
        schema: "public",
        name: "ends",
        columns: &[Column::nullable("n", "integer")],
        primary_key: &[],
    };
    db.batch_execute("CREATE VIEW ends AS SELECT 1 / (2 - n) AS n FROM generate_series(1, 9) AS n")
        .unwrap();
    let rows = Statement::<One>::select(&ENDS).iter(&mut *db).unwrap();
    let rows: Vec<_> = rows.collect();
    let distinct: HashSet<bool> = rows.iter().map(Result::is_ok).collect();
    assert_eq!((rows.len(), distinct.len()), (2, 2));
    let error = rows[1].as_ref().err().unwrap().to_string();
    assert_eq!(error, "\"public\".\"ends\": division by zero (22012)");
}

/// A row of one integer.
struct One;

impl FromColumns for One {
    fn from_columns<C: Columns>(columns: &C) -> Result<Self, C::Error> {
        columns.first::<i32>().map(|_| Self)
    }
}
