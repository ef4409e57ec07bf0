//! Types that the project chooses, and columns that it leaves out, through their golden module.

use testkit::Database;
use timeschema::postgres::Client;
use timeschema::{Array, QueryError};

#[path = "support/chosen.rs"]
pub mod chosen;

/// The golden module, which the example target `golden` compiles without warnings.
pub mod choices {
    include!("golden/choices.rs");
}

use choices::{Mood, events, other::latest};
use chosen::{Cents, Payload};

fn database(test: &str) -> Option<(Database, Client)> {
    let database = Database::filled(test, include_str!("fixtures/choices.sql"))?;
    let client = database.client();
    Some((database, client))
}

fn moment(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(second).unwrap()
}

fn event(id: i64) -> events::New {
    events::New {
        payload: Some(Payload(format!(r#"{{"id": {id}}}"#)).into()),
        price: Some(Cents(1999).into()),
        times: Some(Array::default()),
        ..events::Required {
            time: moment(id).into(),
            id,
            mood: Mood::Calm,
            secret: "hush".to_owned(),
        }
        .into()
    }
}

#[testkit::test(database)]
fn rows_hold_the_chosen_types((_database, mut client): (Database, Client)) {
    let given = event(7);
    let row = events::insert(&given).one(&mut client).unwrap();
    let time: jiff::Timestamp = *row.time;
    assert_eq!(time, moment(7));
    assert_eq!(row.price.0, 1999);
    assert_eq!(row.payload, given.payload);
    assert!(row.seen.as_ref().is_some_and(|seen| **seen > moment(7)));

    let found = events::by_key(7, &moment(7).into()).one(&mut client);
    assert_eq!(found.unwrap(), row);
    let price = Cents(1999).into();
    let found = events::by_price_and_id(&price, 7).one(&mut client);
    assert_eq!(found.unwrap(), row);
    let change = events::Update {
        price: Some(Cents(5).into()),
        seen: Some(None),
        ..events::Update::default()
    };
    let key = moment(7).into();
    let changed = events::update(7, &key, &change).one(&mut client).unwrap();
    assert_eq!((changed.price.0, &changed.seen), (5, &None));
    let page = events::page_after(None, 10).all(&mut client).unwrap();
    assert_eq!(page, [changed]);
    let stored = "SELECT secret || note FROM events WHERE note IS NULL";
    assert_eq!(client.query(stored, &[]).unwrap().len(), 1);
    let seen = client.query_one(&latest::TABLE.select(), &[]).unwrap();
    let seen = latest::Row::try_from(&seen).unwrap();
    assert_eq!(*seen.time, moment(7));
}

#[testkit::test(database)]
fn many_rows_are_stored((_database, mut client): (Database, Client)) {
    let rows: Vec<events::New> = (0..1_234).map(event).collect();
    assert_eq!(events::copy_in(&mut client, &rows).unwrap(), 1_234);
    let more: Vec<events::New> = (2_000..2_003).map(event).collect();
    let stored = events::insert_many(&more).all(&mut client).unwrap();
    assert_eq!(stored[2].price.0, 1999);
    let read = events::select().all(&mut client).unwrap();
    assert!(read.iter().all(|row| *row.time == moment(row.id)));
}

#[testkit::test(database)]
fn what_a_type_cannot_hold_is_named((_database, mut client): (Database, Client)) {
    let debt = events::New {
        price: Some(Cents(-1).into()),
        ..event(1)
    };
    let sent = events::insert(&debt).one(&mut client).unwrap_err();
    let copied = events::copy_in(&mut client, [&event(2), &debt]).unwrap_err();
    events::insert(&event(3)).execute(&mut client).unwrap();
    let far = "UPDATE events SET seen = 'infinity'";
    client.batch_execute(far).unwrap();
    let read = events::select().all(&mut client).unwrap_err();
    assert!(matches!(read, QueryError::Value { column: "seen", .. }));
    let mut streamed = events::select().iter(&mut client).unwrap();
    let streamed = streamed.next().unwrap().unwrap_err();
    assert_eq!(streamed.to_string(), read.to_string());
    insta::assert_snapshot!(format!("{sent}\n{copied}\n{read}"));
}

#[test]
fn json_is_that_of_the_stored_type() {
    let json = serde_json::to_string(&event(7)).unwrap();
    insta::assert_snapshot!(json);
    let read: events::New = serde_json::from_str(&json).unwrap();
    assert_eq!(read, event(7));
    let error = serde_json::from_str::<events::New>(&json.replace("19.99", "0.001"));
    assert_eq!(error.unwrap().price, Some(Cents(1).into()));
}
