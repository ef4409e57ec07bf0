//! COPY that fails: nothing is stored, nothing stays locked, and the client continues.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pgtypes::{CopyError, Insert, copy_in};

use crate::copy::count;
use crate::schema::{self, New};
use crate::support::Database;
use crate::support::random::Random;

/// Enough rows that some are on their way when the last one fails.
const ROWS: i64 = 2_000;

/// Rows that end with `last`.
fn rows(last: New) -> Vec<New> {
    let mut random = Random::new(41);
    let mut rows: Vec<New> = (0..ROWS).map(|id| New::random(id, &mut random)).collect();
    rows.push(last);
    rows
}

fn last() -> New {
    New::random(ROWS, &mut Random::new(42))
}

/// Copies, and checks what a failure must leave.
fn failed(db: &mut Database, rows: &[New]) -> String {
    let error = copy_in(&mut **db, rows).unwrap_err();
    let lock = format!(
        "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE NOWAIT",
        New::TABLE.quoted()
    );
    let free = db.connect().transaction().unwrap().batch_execute(&lock);
    free.unwrap_or_else(|error| panic!("the table is still locked: {error:?}"));
    assert_eq!(count(db), 0);
    assert_eq!(
        copy_in(&mut **db, [&last()]).unwrap(),
        1,
        "the client goes on"
    );
    error.to_string()
}

#[testkit::test]
fn rows_of_other_defaults(mut db: Database) {
    schema::create(&mut db);
    let rows = rows(New { at: None, ..last() });
    assert_eq!(
        failed(&mut db, &rows),
        "COPY into \"odd \"\"schema\".\"The Table\": row 2000 leaves different columns to their defaults than row 0: copy such rows separately"
    );
}

#[testkit::test]
fn a_value_that_cannot_be_sent(mut db: Database) {
    schema::create(&mut db);
    let mut last = last();
    last.rest.page = Some("a\0".to_owned());
    assert_eq!(
        failed(&mut db, &rows(last)),
        "COPY into \"odd \"\"schema\".\"The Table\": row 2000, column page: \
         the text has a NUL character at byte 1, which PostgreSQL cannot store"
    );
}

#[testkit::test]
fn a_row_that_the_server_refuses(mut db: Database) {
    schema::create(&mut db);
    let mut last = last();
    last.rest.page = Some("forbidden".to_owned());
    assert_eq!(
        failed(&mut db, &rows(last)),
        "COPY into \"odd \"\"schema\".\"The Table\": value for domain \"odd \"\"schema\".page \
         violates check constraint \"page_check\" (23514); \
         context: COPY The Table, line 2001, column page"
    );
}

#[testkit::test]
fn a_row_that_the_server_refuses_at_once_among_many(mut db: Database) {
    schema::create(&mut db);
    let mut rows = rows(last());
    rows[1].id = 0;
    let error = failed(&mut db, &rows);
    assert!(error.contains("duplicate key"), "{error}");
    assert!(
        error.contains("; detail: Key (id)=(0) already exists.; context: COPY The Table, line 2"),
        "{error}"
    );
}

#[testkit::test]
fn no_such_table(mut db: Database) {
    let error = copy_in(&mut *db, [&last()]).unwrap_err().to_string();
    assert!(error.ends_with(" does not exist (42P01)"), "{error}");
    db.batch_execute("SELECT 1").unwrap();
}

#[testkit::test]
fn inside_a_transaction_a_failure_fails_it(mut db: Database) {
    schema::create(&mut db);
    let mut transaction = db.transaction().unwrap();
    let rows = rows(New { at: None, ..last() });
    copy_in(&mut transaction, &rows).unwrap_err();
    assert!(transaction.batch_execute("SELECT 1").is_err());
    transaction.rollback().unwrap();
    assert_eq!(count(&mut db), 0);
}

#[testkit::test]
fn a_panic_among_the_rows_aborts(mut db: Database) {
    schema::create(&mut db);
    let rows = rows(last());
    let panicking = rows
        .iter()
        .inspect(|row| assert!(row.id < ROWS, "on purpose"));
    catch_unwind(AssertUnwindSafe(|| copy_in(&mut *db, panicking))).unwrap_err();
    assert_eq!(count(&mut db), 0);
}

#[testkit::test]
fn a_connection_that_breaks(mut db: Database) {
    schema::create(&mut db);
    let pid: i32 = db.query_one("SELECT pg_backend_pid()", &[]).unwrap().get(0);
    let mut other = db.connect();
    let rows = rows(last());
    let breaking = rows.iter().inspect(|row| {
        if row.id == ROWS / 2 {
            other
                .execute("SELECT pg_terminate_backend($1, 5000)", &[&pid])
                .unwrap();
        }
    });
    let error = copy_in(&mut *db, breaking).unwrap_err();
    assert!(matches!(error, CopyError::Database { .. }), "{error}");
    assert_eq!(count(&mut other), 0);
}
