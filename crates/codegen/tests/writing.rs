//! Statements that write rows by key and many at a time, and what the server refuses, through their golden module.

use testkit::Database;
use timeschema::postgres::Client;
use timeschema::{Array, AsText, Json, Numeric, Point, QueryError, Timestamp};

/// The golden module, which the example target `golden` compiles without warnings.
pub mod keys {
    include!("golden/keys.rs");
}

use keys::members::{self, Violation};
use keys::{Tier, Uncomparable, flags, nothing, parents, visits};

fn database(test: &str) -> Option<(Database, Client)> {
    let database = Database::filled(test, include_str!("fixtures/keys.sql"))?;
    let client = database.client();
    Some((database, client))
}

fn member(team: i32, nick: &str) -> members::New {
    members::Required {
        team,
        the_quote_nick: nick.to_owned(),
    }
    .into()
}

/// A row that sets every column but the arrays.
fn full(team: i32) -> members::New {
    members::New {
        email: Some(format!("{team}@x")),
        score: Some("12.50".parse().unwrap()),
        place: Some(Point { x: 0.1, y: -2.0 }),
        note: Some(Json::from_text(r#"{"a": [1,  "\\"]}"#)),
        tier: Some(Tier::Paid),
        contact: Some("A@x".to_owned()),
        version: Some(team),
        at: Some(Timestamp::from_unix_micros(1).unwrap()),
        code: Some("abc".to_owned()),
        home: Some(AsText::from(r#"{free,"(1\2)"}"#)),
        seat: Some(Uncomparable {
            paid: Some(Tier::Free),
            place: None,
        }),
        ..member(team, "a \"b\", {c}\\")
    }
}

fn flag(client: &mut Client) {
    let flag = flags::New {
        name: "abc".to_owned(),
    };
    flags::insert(&flag).execute(client).unwrap();
}

#[testkit::test(database)]
fn many_rows_are_one_statement_and_come_back_in_order((_database, mut client): (Database, Client)) {
    flag(&mut client);
    let mut rows: Vec<members::New> = (20..70).map(full).collect();
    rows[7].email = None;
    rows[7].home = None;
    let statement = members::insert_many(&rows);
    assert_eq!(statement.sql(), members::insert_many(&rows[..1]).sql());
    insta::assert_snapshot!(statement.sql());
    let stored = statement.all(&mut client).unwrap();
    assert_eq!(stored.len(), 50);
    for (index, (given, stored)) in rows.iter().zip(&stored).enumerate() {
        assert_eq!(stored.id, index as i64 + 1);
        assert_eq!(stored.the_quote_nick, given.the_quote_nick);
        assert_eq!(stored.email, given.email);
        assert_eq!(Some(&stored.score), given.score.as_ref());
        assert_eq!(stored.place, given.place);
        assert_eq!(stored.note, given.note);
        assert_eq!(stored.tier, given.tier);
        assert_eq!(stored.contact, given.contact);
        assert_eq!(Some(stored.at), given.at);
        assert_eq!(stored.home, given.home);
        assert_eq!(stored.seat, given.seat);
    }
    let none: [members::New; 0] = [];
    assert_eq!(members::insert_many(&none).all(&mut client).unwrap(), []);
    assert_eq!(members::insert_many(&none).execute(&mut client).unwrap(), 0);
    let empty = [nothing::New::default(), nothing::New::default()];
    let stored = nothing::insert_many(&empty).all(&mut client).unwrap();
    assert_eq!(stored.len(), 2);
}

#[testkit::test(database)]
fn each_of_many_rows_has_its_own_defaults_and_arrays((_database, mut client): (Database, Client)) {
    let rows = [
        member(1, "a"),
        members::New {
            version: Some(5),
            tags: Some(Array::from_elements(vec![Some("x".to_owned()), None])),
            ..member(2, "b")
        },
        members::New {
            id: Some(70),
            score: Some(Numeric::from(3)),
            ..member(3, "c")
        },
    ];
    let stored = members::insert_many(&rows).all(&mut client).unwrap();
    let versions: Vec<i32> = stored.iter().map(|row| row.version).collect();
    assert_eq!(versions, [1, 5, 1]);
    let ids: Vec<i64> = stored.iter().map(|row| row.id).collect();
    assert_eq!(ids, [1, 2, 70]);
    assert_eq!(stored[1].tags, rows[1].tags);
    assert_eq!(stored[2].score, Numeric::from(3));

    let mut many = vec![rows[0].clone(); 10_000];
    many[1].version = Some(2);
    let refused = members::insert_many(&many).execute(&mut client);
    insta::assert_snapshot!(refused.unwrap_err());
    assert_eq!(members::select().execute(&mut client).unwrap(), 3);
}

#[testkit::test(database)]
fn a_value_of_many_is_not_cut_to_its_column((_database, mut client): (Database, Client)) {
    flag(&mut client);
    let rows = [members::New {
        code: Some("abcd".to_owned()),
        ..full(1)
    }];
    let error = members::insert_many(&rows).all(&mut client).unwrap_err();
    assert!(error.to_string().contains("too long"), "{error}");
}

#[testkit::test(database)]
fn an_upsert_finds_the_row_by_its_unique_key((_database, mut client): (Database, Client)) {
    let one = member(1, "a");
    let one = members::upsert_by_team_and_the_quote_nick(&one);
    let one = one.one(&mut client).unwrap();
    let again = members::New {
        id: Some(99),
        email: Some("a@x".to_owned()),
        ..member(1, "a")
    };
    let upsert = || members::upsert_by_team_and_the_quote_nick(&again);
    let changed = upsert().one(&mut client).unwrap();
    let expected = members::Row {
        email: Some("a@x".to_owned()),
        ..one
    };
    assert_eq!(changed, expected, "the primary key stays");
    let found = members::by_team_and_the_quote_nick(1, "a");
    assert_eq!(
        found.one(&mut client).unwrap(),
        expected,
        "by a unique index"
    );

    let later = members::New {
        email: Some("later".to_owned()),
        version: Some(2),
        ..again.clone()
    };
    let upsert = members::upsert_by_team_and_the_quote_nick(&later);
    let changed = upsert.changing(&["version"]).one(&mut client).unwrap();
    let expected = members::Row {
        version: 2,
        ..expected
    };
    assert_eq!(changed, expected);

    let upsert = || members::upsert_by_team_and_the_quote_nick(&later);
    let ignored = upsert().or_ignore().optional(&mut client).unwrap();
    assert_eq!(ignored, None);
    assert_eq!(members::select().one(&mut client).unwrap(), expected);
    let unknown = upsert().changing(&["versoin"]).one(&mut client);
    insta::assert_snapshot!(unknown.unwrap_err(), @r#""public"."members": there is no column "versoin""#);
}

#[testkit::test(database)]
fn many_rows_are_written_or_changed((_database, mut client): (Database, Client)) {
    let visit = |n: i64, place: &str| visits::New {
        time: Timestamp::from_unix_micros(n).unwrap(),
        statement: n,
        place: place.to_owned(),
    };
    let first = [visit(1, "x"), visit(2, "x")];
    assert_eq!(visits::upsert_many(&first).execute(&mut client).unwrap(), 2);
    let second = [visit(2, "y"), visit(3, "y")];
    let changed = visits::upsert_many(&second).all(&mut client).unwrap();
    assert_eq!(
        changed
            .iter()
            .map(|it| it.place.as_str())
            .collect::<Vec<_>>(),
        ["y", "y"]
    );
    let third = [visit(3, "z"), visit(4, "z")];
    let written = visits::upsert_many(&third)
        .or_ignore()
        .all(&mut client)
        .unwrap();
    assert_eq!(
        written.iter().map(|it| it.statement).collect::<Vec<_>>(),
        [4]
    );
    assert_eq!(
        visits::upsert_many(&[])
            .or_ignore()
            .execute(&mut client)
            .unwrap(),
        0
    );
    assert_eq!(
        visits::upsert_many(&[])
            .changing(&["place"])
            .all(&mut client)
            .unwrap(),
        []
    );

    let mixed = [member(1, "a"), full(2)];
    let mixed = members::upsert_many_by_team_and_the_quote_nick(&mixed);
    insta::assert_snapshot!(mixed.all(&mut client).unwrap_err(), @r#""public"."members": row 1 leaves different columns to their defaults than row 0: upsert such rows separately"#);
}

#[testkit::test(database)]
fn an_update_can_ask_that_a_row_is_as_it_was((_database, mut client): (Database, Client)) {
    flag(&mut client);
    let id = members::insert(&full(1)).one(&mut client).unwrap().id;
    let none = members::insert(&member(2, "b"))
        .one(&mut client)
        .unwrap()
        .id;
    let given = full(1);
    let all = members::Update {
        team: Some(1),
        email: Some(given.email),
        score: given.score,
        tags: Some(None),
        place: Some(given.place),
        note: Some(given.note),
        tier: Some(given.tier),
        contact: Some(given.contact),
        version: Some(1),
        at: given.at,
        code: Some(given.code),
        home: Some(given.home),
        seat: Some(given.seat),
        ..members::Update::default()
    };
    let next = members::Update {
        version: Some(2),
        ..members::Update::default()
    };
    let changed = members::update_if(id, &all, &next).one(&mut client);
    assert_eq!(changed.unwrap().version, 2);
    let stale = members::update_if(id, &all, &next).optional(&mut client);
    assert_eq!(stale.unwrap(), None);

    // Null is not an empty text, nor any value.
    let nulls = members::Update {
        email: Some(None),
        place: Some(None),
        home: Some(None),
        contact: Some(None),
        ..members::Update::default()
    };
    let found = members::update_if(none, &nulls, &next).execute(&mut client);
    assert_eq!(found.unwrap(), 1);
    let found = members::update_if(id, &nulls, &next).execute(&mut client);
    assert_eq!(found.unwrap(), 0);
    for change in [
        members::Update {
            place: all.place,
            ..Default::default()
        },
        members::Update {
            home: Some(Some(AsText::from(""))),
            ..Default::default()
        },
        members::Update {
            contact: all.contact.clone(),
            ..Default::default()
        },
    ] {
        let found = members::update_if(none, &change, &next).execute(&mut client);
        assert!(!matches!(found, Ok(1)), "{change:?}");
    }
    // Nothing to change reads the row.
    let nothing = members::Update::default();
    let read = members::update_if(id, &next, &nothing).one(&mut client);
    assert_eq!(read.unwrap().version, 2);
}

#[testkit::test(database)]
fn an_error_is_the_constraint_that_a_row_violates((_database, mut client): (Database, Client)) {
    let violation = |client: &mut Client, row: &members::New| {
        let error = members::insert(row).execute(client).unwrap_err();
        Violation::of(&error)
    };
    members::insert(&member(1, "a"))
        .execute(&mut client)
        .unwrap();
    let cases = [
        (member(1, "a"), Violation::Nick),
        (
            members::New {
                id: Some(1),
                ..member(2, "a")
            },
            Violation::Pkey,
        ),
        (member(13, "a"), Violation::QuoteDropTableMembers),
        (
            members::New {
                score: Some(Numeric::from(1000)),
                ..member(2, "a")
            },
            Violation::NotNull,
        ),
        (
            members::New {
                version: Some(0),
                ..member(2, "a")
            },
            Violation::VersionIsPositive,
        ),
        (
            members::New {
                code: Some("no".to_owned()),
                ..member(2, "a")
            },
            Violation::Flag,
        ),
    ];
    for (row, expected) in cases {
        assert_eq!(violation(&mut client, &row), Some(expected));
    }
    let later = "ALTER TABLE members ALTER email SET NOT NULL,
        ADD CONSTRAINT newer CHECK (version <> 50)";
    client
        .batch_execute("UPDATE members SET email = 'x'")
        .unwrap();
    client.batch_execute(later).unwrap();
    let null = violation(&mut client, &member(2, "a"));
    assert_eq!(null, Some(Violation::NotNull_("email".to_owned())));
    let newer = members::New {
        email: Some("y".to_owned()),
        version: Some(50),
        ..member(2, "a")
    };
    let other = Some(Violation::Other("newer".to_owned()));
    assert_eq!(violation(&mut client, &newer), other);
    let copied = members::copy_in(&mut client, [&newer]).unwrap_err();
    assert_eq!(Violation::of(&copied), other);
    let none = members::by_key(9).one(&mut client).unwrap_err();
    assert_eq!(Violation::of(&none), None);
}

#[testkit::test(database)]
fn a_null_that_the_schema_excludes_is_an_error((_database, mut client): (Database, Client)) {
    let id = members::insert(&member(1, "a"))
        .one(&mut client)
        .unwrap()
        .id;
    let behind = "ALTER TABLE members ALTER version DROP NOT NULL;
        UPDATE members SET version = NULL";
    client.batch_execute(behind).unwrap();
    let error = members::by_key(id).one(&mut client).unwrap_err();
    assert!(matches!(
        error,
        QueryError::UnexpectedNull {
            column: "version",
            ..
        }
    ));
    insta::assert_snapshot!(error);
    let all = members::select().all(&mut client).unwrap_err();
    assert_eq!(all.to_string(), error.to_string());
    let mut rows = members::select().iter(&mut client).unwrap();
    let first = rows.next().unwrap().unwrap_err();
    assert_eq!(first.to_string(), error.to_string());
    assert!(rows.next().is_none());
}

#[testkit::test(database)]
fn a_key_is_that_of_the_table_itself((_database, mut client): (Database, Client)) {
    let rows = "INSERT INTO parents VALUES (1, 'parent'); INSERT INTO children VALUES (1, 'child'), (2, 'child')";
    client.batch_execute(rows).unwrap();
    assert_eq!(parents::select().all(&mut client).unwrap().len(), 3);
    let found = parents::by_key(1).one(&mut client).unwrap();
    assert_eq!(found.name.as_deref(), Some("parent"));
    let change = parents::Update {
        name: Some(Some("changed".to_owned())),
    };
    let changed = parents::update(1, &change).one(&mut client).unwrap();
    assert_eq!(changed.name.as_deref(), Some("changed"));
    let nothing = parents::Update::default();
    assert_eq!(
        parents::update(1, &nothing).one(&mut client).unwrap(),
        changed
    );
    assert_eq!(parents::delete(1).one(&mut client).unwrap(), changed);
    assert_eq!(parents::delete(2).optional(&mut client).unwrap(), None);
    assert_eq!(parents::select().all(&mut client).unwrap().len(), 2);
}
