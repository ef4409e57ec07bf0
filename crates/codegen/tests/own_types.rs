//! Composite types of the user's own, through their golden module: what is written is read back, and is what the server holds.

use testkit::Database;
use timeschema::postgres::Client;
use timeschema::{Array, AsText, Timestamp};

/// The golden module, which the example target `golden` compiles without warnings.
pub mod own_types {
    include!("golden/own_types.rs");
}

use own_types::clash::{self, ltree};
use own_types::parts::{Point, Side, owned};
use own_types::{Items, Nothing, Option_, Path, Shelf, items, latest, logs, ranges};

fn database(test: &str) -> Option<(Database, Client)> {
    let database = Database::filled(test, include_str!("fixtures/own_types.sql"))?;
    let client = database.client();
    Some((database, client))
}

fn point(x: f64) -> Point {
    Point {
        x: Some(x),
        which_side_question: Some(Side::Right),
        tags: Some(Array::from_elements(vec![Some("a \"b\"".to_owned()), None])),
        name: Some("Né, (x)".to_owned()),
    }
}

fn path() -> Path {
    Path {
        points: Some(Array::from_elements(vec![
            Some(point(1.5)),
            None,
            Some(Point::default()),
        ])),
        home: Some(point(0.0)),
        length: Some("1.50".parse().unwrap()),
        raw: Some(vec![0, 255]),
        closed: Some(true),
    }
}

fn item(id: i64) -> Items {
    Items {
        id: Some(id),
        path: Some(path()),
        option: Some(Option_ {
            self_: None,
            r#type: Some(7),
        }),
    }
}

fn log(second: i64) -> logs::New {
    logs::New {
        item: Some(item(second)),
        items: Some(Array::from(vec![item(1), Items::default()])),
        point: Some(point(-1.0)),
        place: Some(point(f64::INFINITY)),
        places: Some(Array::from(vec![point(1.0)])),
        nothing: Some(Nothing {}),
        shape: Some(AsText::from("(\"(1, 2)\",a)")),
        ..logs::Required {
            at: Timestamp::from_unix_micros(second * 1_000_000).unwrap(),
        }
        .into()
    }
}

#[testkit::test(database)]
fn every_value_comes_back_as_it_was_written((_database, mut client): (Database, Client)) {
    let given = log(0);
    let row = logs::insert(&given).one(&mut client).unwrap();
    assert_eq!(row.item, given.item);
    assert_eq!(Some(&row.items), given.items.as_ref());
    assert_eq!((&row.point, &row.place), (&given.point, &given.place));
    assert_eq!(row.places, given.places);
    assert_eq!((row.nothing, row.shape), (given.nothing, given.shape));

    // What the server makes of the same values as text is equal, byte by byte.
    let same = r#"SELECT l.point = ROW(-1, 'right', '{"a \"b\"",NULL}', 'né, (X)')::parts.point
            AND (l.item).path *= ROW(
                ARRAY[ROW(1.5, 'right', '{"a \"b\"",NULL}', 'Né, (x)'), NULL, ROW(NULL, NULL, NULL, NULL)]::parts.point[],
                ROW(0, 'right', '{"a \"b\"",NULL}', 'Né, (x)')::parts.place,
                1.50, '\x00ff', true)::public.path
            AND (l.items)[2] *= ROW(NULL, NULL, NULL)::items
        FROM logs AS l"#;
    let is_same: bool = client.query_one(same, &[]).unwrap().get(0);
    assert!(is_same);

    let seen = client.query_one(&latest::TABLE.select(), &[]).unwrap();
    let seen = latest::Row::try_from(&seen).unwrap();
    assert_eq!((seen.item, seen.path), (given.item, Some(path())));
}

#[testkit::test(database)]
fn null_is_not_a_row_of_nulls((_database, mut client): (Database, Client)) {
    let required = logs::Required {
        at: Timestamp::from_unix_micros(0).unwrap(),
    };
    let row = logs::insert(&required.into()).one(&mut client).unwrap();
    assert_eq!((row.item, row.items), (None, Array::default()));
    let given = owned::New {
        point: Point::default(),
        path: None,
    };
    let row = owned::insert(&given).one(&mut client).unwrap();
    assert_eq!((row.point, row.path), (Point::default(), None));
}

#[testkit::test(database)]
fn many_rows_are_stored((_database, mut client): (Database, Client)) {
    let rows: Vec<logs::New> = (0..1_234).map(log).collect();
    assert_eq!(logs::copy_in(&mut client, &rows).unwrap(), 1_234);
    let last = logs::select().all(&mut client).unwrap().pop().unwrap();
    assert_eq!(last.item, Some(item(1_233)));
    let stored = logs::insert_many(&rows[..3]).all(&mut client).unwrap();
    assert_eq!(stored.len(), 3);
    assert_eq!(stored[2].item, Some(item(2)));
    assert_eq!(stored[1].places, rows[1].places);
    let items = [items::New {
        id: 1,
        path: path(),
        option: None,
    }];
    assert_eq!(items::copy_in(&mut client, &items).unwrap(), 1);

    let of = |option: Option<Option_>| items::Update {
        option: Some(option),
        ..items::Update::default()
    };
    let (before, after) = (of(None), of(Some(Option_::default())));
    for (expected, is_changed) in [(&after, false), (&before, true), (&after, true)] {
        let changed = items::update_if(1, expected, &after).optional(&mut client);
        assert_eq!(changed.unwrap().is_some(), is_changed);
    }
}

#[testkit::test(database)]
fn what_a_domain_refuses_is_an_error_of_the_server((_database, mut client): (Database, Client)) {
    let wrong = logs::New {
        place: Some(point(-1.0)),
        ..log(0)
    };
    let error = logs::insert(&wrong).one(&mut client).unwrap_err();
    assert_eq!(error.constraint(), Some("place_check"));
}

#[testkit::test(database)]
fn later_attributes_break_no_older_program((database, mut before): (Database, Client)) {
    logs::insert(&log(0)).execute(&mut before).unwrap();
    let later = "ALTER TYPE parts.point ADD ATTRIBUTE z integer CASCADE;
        ALTER TABLE items ADD COLUMN note text;
        UPDATE logs SET point.z = 3";
    before.batch_execute(later).unwrap();
    // A session that knows the type from before reads on.
    let row = logs::select().one(&mut before).unwrap();
    assert_eq!((row.point, row.item), (log(0).point, log(0).item));

    let mut client = database.client();
    let row = logs::insert(&log(1)).one(&mut client).unwrap();
    assert_eq!((row.point, row.item), (log(1).point, log(1).item));
    assert_eq!(logs::copy_in(&mut client, &[log(2)]).unwrap(), 1);
    let added = "SELECT array_agg((point).z ORDER BY at) FROM logs";
    let added: Vec<Option<i32>> = client.query_one(added, &[]).unwrap().get(0);
    assert_eq!(added, [Some(3), None, None]);

    let gone = "ALTER TABLE parts.owned DROP COLUMN point;
        ALTER TYPE parts.point DROP ATTRIBUTE name CASCADE";
    client.batch_execute(gone).unwrap();
    let error = logs::select().all(&mut database.client()).unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("`items`") && error.contains("Items"),
        "{error}"
    );
}

#[test]
fn json_is_an_object_of_the_attributes() {
    let json = serde_json::to_string(&item(7)).unwrap();
    assert_eq!(
        json,
        r#"{"id":7,"path":{"points":[{"x":1.5,"Which side?":"right","tags":["a \"b\"",null],"name":"Né, (x)"},null,{"x":null,"Which side?":null,"tags":null,"name":null}],"home":{"x":0.0,"Which side?":"right","tags":["a \"b\"",null],"name":"Né, (x)"},"length":"1.50","raw":"\\x00ff","closed":true},"option":{"self":null,"type":7}}"#
    );
    assert_eq!(serde_json::from_str::<Items>(&json).unwrap(), item(7));
}

fn range_row(from: &str) -> ranges::New {
    ranges::New {
        hours: Some("[08:00:00,24:00:00]".parse().unwrap()),
        many: Some(Array::from_elements(vec![
            Some("empty".parse().unwrap()),
            None,
        ])),
        open: Some("{[08:00:00,12:00:00),(13:00:00,17:00:00]}".parse().unwrap()),
        shelf: Some(Shelf {
            floats: Some("(,1e+300]".parse().unwrap()),
            hours: Some(Array::default()),
        }),
        words: Some(AsText::from("[a,b)")),
        counts: Some("[1,7]".parse().unwrap()),
        ..ranges::Required {
            floats: from.parse().unwrap(),
        }
        .into()
    }
}

#[testkit::test(database)]
fn range_types_of_ones_own((_database, mut client): (Database, Client)) {
    for from in ["[-Infinity,1.5)", "(1e-07,Infinity]", "[0.1,)", "empty"] {
        let given = range_row(from);
        let row = ranges::insert(&given).one(&mut client).unwrap();
        assert_eq!(row.hours, given.hours);
        assert_eq!((&row.many, &row.open), (&given.many, &given.open));
        assert_eq!((&row.shelf, &row.words), (&given.shelf, &given.words));
        assert_eq!(row.counts, given.counts);
        let same = ranges::by_key(&given.floats).one(&mut client).unwrap();
        assert_eq!(same, row);
        let text = "SELECT floats::text, open::text, (shelf).floats::text, counts::text FROM ranges WHERE floats = $1::text::parts.floats";
        let text = client.query_one(text, &[&from]).unwrap();
        let text: Vec<String> = (0..4).map(|at| text.get(at)).collect();
        assert_eq!(text[0], row.floats.to_string());
        assert_eq!(text[1], row.open.unwrap().to_string());
        assert_eq!(text[2], row.shelf.unwrap().floats.unwrap().to_string());
        assert_eq!(text[3], "[1,7]", "whole numbers have no other form in it");
    }
    client.batch_execute("TRUNCATE ranges").unwrap();
    let many = [range_row("[1,2]"), range_row("[2,3]")];
    assert_eq!(ranges::copy_in(&mut client, &many).unwrap(), 2);
    let more = [range_row("[3,4]"), range_row("(4,5]")];
    let stored = ranges::insert_many(&more).all(&mut client).unwrap();
    assert_eq!(stored[1].many, more[1].many);
    assert_eq!(stored[1].shelf, more[1].shelf);
}

#[testkit::test(database)]
fn a_type_with_the_name_of_an_extensions_is_not_taken_for_it(
    (_database, mut client): (Database, Client),
) {
    let given = ltree::New {
        id: clash::Hstore::A,
        text: Some(AsText::from("(\"(1, 2)\")")),
        name: Some("Ne".to_owned()),
    };
    let row = ltree::insert(&given).one(&mut client).unwrap();
    assert_eq!(row.text, given.text);
    let by_key = ltree::by_key(&clash::Hstore::A).one(&mut client).unwrap();
    let by_name = ltree::by_name("NE").one(&mut client).unwrap();
    assert_eq!((by_key, by_name), (row.clone(), row));
}
