//! Single rows by INSERT, and rows that are all defaults.

use pgtypes::{
    Array, Column, Columns, EncodeError, Fields, FromColumns, Insert, Statement, Table, Upsert,
    copy_in,
};

use crate::copy::count;
use crate::schema::{self, Mood, New, Stored};
use crate::support::Database;
use crate::support::random::Random;

fn insert(new: &New) -> Statement<'_, Stored> {
    static TABLE: Table = New::TABLE;
    Statement::insert(&TABLE, new)
}

#[testkit::test]
fn a_row_of_every_column_type_is_returned_as_it_was_sent(mut db: Database) {
    schema::create(&mut db);
    let mut random = Random::new(51);
    for id in 0..50 {
        let new = New::random(id, &mut random);
        let row = insert(&new).one(&mut *db);
        let row = row.unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(row, new.stored());
    }
    assert_eq!(count(&mut db), 50);
}

#[testkit::test]
fn defaults_are_returned(mut db: Database) {
    schema::create(&mut db);
    let new = New {
        id: 7,
        ..New::default()
    };
    let stored = insert(&new).one(&mut *db).unwrap();
    assert_eq!((stored.id, &stored.mood), (7, &Some(Mood::Happy)));
    assert_eq!(stored.at.to_string(), "2026-11-22 00:00:00+00");
    assert_eq!(stored.rest, new.rest);
    let again = insert(&new).one(&mut *db).unwrap_err();
    assert_eq!(again.server().unwrap().code().code(), "23505");
    assert_eq!(again.constraint(), Some("The Table_pkey"));
    insta::assert_snapshot!(again);
}

#[testkit::test]
fn an_error_is_one_line_whatever_the_server_says(mut db: Database) {
    schema::create(&mut db);
    let hostile = r#"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION USING MESSAGE = E'no\n2026-11-22 INFO all is well\r\x1b[2J', ERRCODE = 'TS001',
                DETAIL = E'a\u202eb', HINT = repeat('x', 100000);
        END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON "odd ""schema"."The Table" EXECUTE FUNCTION refuse()"#;
    db.batch_execute(hostile).unwrap();
    let new = New {
        id: 7,
        ..New::default()
    };
    let error = insert(&new).one(&mut *db).unwrap_err();
    let shown = error.to_string();
    let expected = r#""odd ""schema"."The Table": no\n2026-11-22 INFO all is well\r\u{1b}[2J (TS001); detail: a\u{202e}b; hint: xxx"#;
    assert!(shown.starts_with(expected), "{shown}");
    assert!(
        shown.contains("xxx…; context: PL/pgSQL function"),
        "{shown}"
    );
    assert!(shown.len() < 2_500, "{}", shown.len());
    assert_eq!(error.server().unwrap().hint().map(str::len), Some(100_000));
}

/// What is read of such a row.
struct N(i32);

impl FromColumns for N {
    fn from_columns<C: Columns>(columns: &C) -> Result<Self, C::Error> {
        columns.column(0).map(Self)
    }
}

/// A row of a table whose every column has a default; it sets none or the one.
struct Tick(Option<i32>);

impl Insert for Tick {
    const TABLE: Table = Table {
        schema: "public",
        name: "ticks",
        columns: &[Column::nullable("n", "integer")],
        primary_key: &[],
    };

    fn visit<'a>(&'a self, to: &mut impl Fields<'a>) -> Result<(), EncodeError> {
        to.defaulted(0, &self.0)
    }
}

#[testkit::test]
fn rows_that_are_all_defaults(mut db: Database) {
    db.batch_execute("CREATE TABLE ticks (n int DEFAULT 5)")
        .unwrap();
    let inserted = Statement::<N>::insert(&Tick::TABLE, &Tick(None)).one(&mut *db);
    assert_eq!(inserted.unwrap().0, 5);
    assert_eq!(
        copy_in(&mut *db, &[Tick(None), Tick(None), Tick(None)]).unwrap(),
        3
    );
    assert_eq!(copy_in(&mut *db, &[Tick(Some(1))]).unwrap(), 1);
    let error = copy_in(&mut *db, &[Tick(None), Tick(Some(2))]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "COPY into \"public\".\"ticks\": row 1 leaves different columns to their defaults than row 0: copy such rows separately"
    );
    let row = db
        .query_one("SELECT count(*), sum(n) FROM ticks", &[])
        .unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (5, 21));
}

/// A row that sets nothing but an array.
struct Labels(Option<Array<String>>);

impl Insert for Labels {
    const TABLE: Table = Table {
        schema: "public",
        name: "labels",
        columns: &[
            Column::never_null("id", "bigint"),
            Column::nullable("labels", "text[]"),
        ],
        primary_key: &["id"],
    };

    fn visit<'a>(&'a self, to: &mut impl Fields<'a>) -> Result<(), EncodeError> {
        to.field(1, &self.0)
    }
}

#[testkit::test]
fn many_rows_of_null_arrays_alone_are_as_many(mut db: Database) {
    db.batch_execute("CREATE TABLE labels (id bigserial, labels text[])")
        .unwrap();
    let rows = [Labels(None), Labels(None), Labels(None)];
    let inserted = Statement::<N>::insert_many(&Labels::TABLE, &rows).execute(&mut *db);
    assert_eq!(inserted.unwrap(), 3);
    let row = db.query_one("SELECT count(*) FROM labels", &[]).unwrap();
    assert_eq!(row.get::<_, i64>(0), 3);
}

#[testkit::test]
fn an_upsert_into_a_table_with_the_name_of_the_new_row(mut db: Database) {
    static EXCLUDED: Table = Table {
        name: "excluded",
        ..Tick::TABLE
    };
    db.batch_execute("CREATE TABLE excluded (n int PRIMARY KEY)")
        .unwrap();
    for _ in 0..2 {
        let stored = Upsert::<N>::upsert(&EXCLUDED, &[0], &Tick(Some(1))).one(&mut *db);
        assert_eq!(stored.unwrap().0, 1);
    }
}
