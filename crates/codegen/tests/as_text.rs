//! Columns whose type has no Rust type, through their golden module: what is read can be written, by INSERT and in bulk, and is the same.

use testkit::Database;
use timeschema::postgres::Client;
use timeschema::{AsText, CopyError, Timestamp};

/// The golden module, which the example target `golden` compiles without warnings.
pub mod as_text {
    include!("golden/as_text.rs");
}

use as_text::{lone, places, zips};

fn database(test: &str) -> Option<(Database, Client)> {
    let database = Database::filled(test, include_str!("fixtures/as_text.sql"))?;
    let client = database.client();
    Some((database, client))
}

fn second_of_1970(second: i64) -> Timestamp {
    Timestamp::from_unix_micros(second * 1_000_000).unwrap()
}

fn place(second: i64) -> places::New {
    places::New {
        person_quote_x_quote: Some(AsText::from(
            r#"("a ""b""","{""(x,1)"",""(,\\"" \\"")""}")"#,
        )),
        homes: Some(AsText::from(r#"{"(\"High Street\",1)",NULL}"#)),
        grid: Some(AsText::from(r#"{"{a,NULL,\"b c\"}","{}"}"#)),
        span: Some(AsText::from("[-Infinity,1.5)")),
        r#box: Some(AsText::from("(1, 2),(3, 4)")),
        note: Some(format!("row {second}")),
        ..places::Required {
            time: second_of_1970(second),
            address: AsText::from(r#"("High Street",)"#),
        }
        .into()
    }
}

#[testkit::test(database)]
fn every_value_comes_back_as_it_was_written((_database, mut client): (Database, Client)) {
    let given = place(0);
    let row = places::insert(&given).one(&mut client).unwrap();
    assert_eq!(row.address, given.address, "not by the cast to text");
    assert_eq!(row.person_quote_x_quote, given.person_quote_x_quote);
    assert_eq!(Some(&row.homes), given.homes.as_ref());
    assert_eq!(row.grid, given.grid);
    assert_eq!(row.span, given.span);
    assert_eq!(row.r#box, given.r#box);

    let range = second_of_1970(0)..second_of_1970(1);
    let read = places::between(range).all(&mut client).unwrap();
    assert_eq!(read, [row]);
    let zip = client.query_one(&zips::TABLE.select(), &[]).unwrap();
    let zip = zips::Row::try_from(&zip).unwrap();
    assert_eq!(
        zip.address, given.address,
        "a row that holds a null is not null"
    );
    assert_eq!(zip.zip, None);
}

#[testkit::test(database)]
fn null_and_defaults((_database, mut client): (Database, Client)) {
    let required = places::Required {
        time: second_of_1970(0),
        address: AsText::from("(,)"),
    };
    let row = places::insert(&required.into()).one(&mut client).unwrap();
    assert_eq!(row.address, AsText::from("(,)"));
    assert_eq!(row.homes, AsText::from("{}"));
    assert_eq!((row.person_quote_x_quote, row.r#box), (None, None));
}

#[testkit::test(database)]
fn many_rows_are_stored_all_or_none((_database, mut client): (Database, Client)) {
    let rows: Vec<_> = (0..1_234).map(place).collect();
    assert_eq!(places::copy_in(&mut client, &rows).unwrap(), 1_234);
    let count = |client: &mut Client| -> i64 {
        let sql = "SELECT count(*) FROM places WHERE span = '[-Infinity,1.5)' AND address::text = 'not what it prints'";
        client.query_one(sql, &[]).unwrap().get(0)
    };
    assert_eq!(count(&mut client), 1_234);
    assert_eq!(lone::copy_in(&mut client, &[]).unwrap(), 0);
    let lone = [lone::New { x: None }, lone::New::default()];
    assert_eq!(lone::copy_in(&mut client, &lone).unwrap(), 2);

    let mut wrong = rows.clone();
    wrong[1_100].span = Some(AsText::from("[2,1)"));
    let error = places::copy_in(&mut client, &wrong)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("range lower bound must be less than or equal to range upper bound"),
        "{error}"
    );
    assert_eq!(count(&mut client), 1_234);

    let mut mixed = rows;
    mixed[700].homes = None;
    let error = places::copy_in(&mut client, &mixed).unwrap_err();
    assert!(
        matches!(error, CopyError::MixedDefaults { row: 700, .. }),
        "{error}"
    );
    assert_eq!(count(&mut client), 1_234);
}

#[testkit::test(database)]
fn many_rows_share_the_fate_of_a_transaction_that_the_caller_began(
    (_database, mut client): (Database, Client),
) {
    // More than one statement takes.
    let rows: Vec<_> = (0..20_000).map(place).collect();
    client.batch_execute("BEGIN").unwrap();
    assert_eq!(places::copy_in(&mut client, &rows).unwrap(), 20_000);
    let mut mixed = rows.clone();
    mixed[19_999].homes = None;
    places::copy_in(&mut client, &mixed).unwrap_err();
    let count = |client: &mut Client| places::select().execute(client).unwrap();
    assert_eq!(count(&mut client), 20_000, "the transaction goes on");
    client.batch_execute("ROLLBACK").unwrap();
    assert_eq!(count(&mut client), 0);

    assert_eq!(places::copy_in(&mut client, &rows).unwrap(), 20_000);
    places::copy_in(&mut client, &mixed).unwrap_err();
    assert_eq!(count(&mut client), 20_000);
}

#[testkit::test(database)]
fn a_value_that_cannot_be_sent_is_named_by_its_column((_database, mut client): (Database, Client)) {
    let wrong = places::New {
        span: Some(AsText::from("[1,\0]")),
        ..place(0)
    };
    insta::assert_snapshot!(places::insert(&wrong).one(&mut client).unwrap_err());
    insta::assert_snapshot!(places::copy_in(&mut client, [&wrong]).unwrap_err());
}

#[testkit::test(database)]
fn rows_that_a_trigger_leaves_out_are_not_counted((_database, mut client): (Database, Client)) {
    let trigger = "CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN IF NEW.note = 'row 1' THEN RETURN NULL; END IF; RETURN NEW; END $$;
        CREATE TRIGGER skip BEFORE INSERT ON places FOR EACH ROW EXECUTE FUNCTION skip();";
    client.batch_execute(trigger).unwrap();
    let rows: Vec<_> = (0..3).map(place).collect();
    assert_eq!(places::copy_in(&mut client, &rows).unwrap(), 2);
}

#[testkit::test(database)]
fn a_query_that_does_not_read_text_is_an_error_that_names_the_types(
    (_database, mut client): (Database, Client),
) {
    places::insert(&place(0)).execute(&mut client).unwrap();
    let row = client.query_one("SELECT * FROM places", &[]).unwrap();
    let error = places::Row::try_from(&row).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        cause.contains("AsText") && cause.contains("address"),
        "{cause}"
    );
}
