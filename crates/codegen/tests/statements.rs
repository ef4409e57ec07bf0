//! Statements through their golden module, on the blocking driver.

use testkit::Database;
use timeschema::postgres::Client;
use timeschema::{QueryError, Run, Timestamp};

/// The golden module, which the example target `golden` compiles without warnings.
pub mod keys {
    include!("golden/keys.rs");
}

use keys::{Tier, accounts, emails, keycol, nothing, visits};

fn database(test: &str) -> Option<(Database, Client)> {
    let database = Database::filled(test, include_str!("fixtures/keys.sql"))?;
    let client = database.client();
    Some((database, client))
}

fn account(key: &str, slug: Option<&str>) -> accounts::New {
    accounts::New {
        slug: slug.map(str::to_owned),
        code: Some("a".to_owned()),
        ..accounts::Required {
            key: key.to_owned(),
            tenant: "acme".to_owned(),
        }
        .into()
    }
}

fn second(second: i64) -> Timestamp {
    Timestamp::from_unix_micros(second * 1_000_000).unwrap()
}

/// The driver looks up the enum while the rows arrive; see `Table::has_known_types`.
#[testkit::test(database)]
fn many_rows_of_a_type_that_the_driver_looks_up_arrive((database, client): (Database, Client)) {
    const ROWS: usize = 50_000;
    let (mut other, mut client) = (database.client(), client);
    client
        .batch_execute(&format!(
            "INSERT INTO accounts (key, tenant) SELECT i, 'acme' FROM generate_series(1, {ROWS}) AS i"
        ))
        .unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let all = accounts::select().all(&mut client).unwrap().len();
        let iterated = accounts::select().iter(&mut other).unwrap().count();
        sender.send((all, iterated)).unwrap();
    });
    let counts = receiver.recv_timeout(std::time::Duration::from_secs(60));
    assert_eq!(counts, Ok((ROWS, ROWS)), "it must not wait for ever");
}

/// The look-up of the enum, which a client has not met before, would fail in the transaction, too, and hide the error.
#[testkit::test(database)]
fn in_a_transaction_the_error_is_that_of_the_statement((database, mut client): (Database, Client)) {
    let one = account("one", None);
    let one = accounts::insert(&one).one(&mut client).unwrap();
    let used = format!(
        "CREATE TABLE uses (account bigint REFERENCES accounts); INSERT INTO uses VALUES ({})",
        one.id
    );
    client.batch_execute(&used).unwrap();
    let mut fresh = database.client();
    let mut transaction = fresh.transaction().unwrap();
    let error = accounts::delete(one.id).one(&mut transaction).unwrap_err();
    assert_eq!(error.constraint(), Some("uses_account_fkey"));
}

#[testkit::test(database)]
fn a_row_is_found_by_each_of_its_keys((_database, mut client): (Database, Client)) {
    let one = account("one", Some("first"));
    let one = accounts::insert(&one).one(&mut client).unwrap();
    let two = accounts::New {
        tier: Some(Tier::Paid),
        tenant_and_slug: Some("both".to_owned()),
        ..account("two", None)
    };
    let two = accounts::insert(&two).one(&mut client).unwrap();

    let found = [
        accounts::by_key(one.id).one(&mut client),
        accounts::by_key_xc117("one").one(&mut client),
        accounts::by_tenant_and_slug_x488e("acme", "first").one(&mut client),
        accounts::by_tier_and_code(&Tier::Free, "a").one(&mut client),
    ];
    for row in found {
        assert_eq!(row.unwrap(), one);
    }
    let found = [
        accounts::by_tenant_and_slug_x5e58("both").one(&mut client),
        // `character` ignores blanks at the end.
        accounts::by_tier_and_code(&Tier::Paid, "a  ").one(&mut client),
    ];
    for row in found {
        assert_eq!(row.unwrap(), two);
    }
    assert_eq!(accounts::by_key(99).optional(&mut client).unwrap(), None);
}

#[testkit::test(database)]
fn a_deleted_row_is_returned((_database, mut client): (Database, Client)) {
    let one = account("one", None);
    let one = accounts::insert(&one).one(&mut client).unwrap();
    let mut transaction = client.transaction().unwrap();
    let deleted = accounts::delete(one.id).one(&mut transaction).unwrap();
    assert_eq!(deleted, one);
    transaction.rollback().unwrap();
    assert_eq!(accounts::delete(one.id).execute(&mut client).unwrap(), 1);
    assert_eq!(accounts::delete(one.id).execute(&mut client).unwrap(), 0);
    assert_eq!(
        accounts::delete(one.id).optional(&mut client).unwrap(),
        None
    );
}

#[testkit::test(database)]
fn an_update_changes_the_columns_that_are_set((_database, mut client): (Database, Client)) {
    let one = account("one", Some("first"));
    let one = accounts::insert(&one).one(&mut client).unwrap();
    let change = accounts::Update {
        tier: Some(Tier::Paid),
        slug: Some(None),
        ..accounts::Update::default()
    };
    let changed = accounts::update(one.id, &change).one(&mut client).unwrap();
    let expected = accounts::Row {
        tier: Tier::Paid,
        slug: None,
        ..one
    };
    assert_eq!(changed, expected);

    let nothing = accounts::Update::default();
    let unchanged = accounts::update(changed.id, &nothing);
    assert_eq!(unchanged.one(&mut client).unwrap(), expected);
    let gone = accounts::update(99, &change).optional(&mut client).unwrap();
    assert_eq!(gone, None);
    let count = accounts::update(changed.id, &change).execute(&mut client);
    assert_eq!(count.unwrap(), 1);
}

#[testkit::test(database)]
fn an_upsert_changes_the_row_that_exists((_database, mut client): (Database, Client)) {
    let first = visits::upsert(&visit(1)).one(&mut client).unwrap();
    assert_eq!(first.place, "x");
    let elsewhere = visits::New {
        place: "y".to_owned(),
        ..visit(1)
    };
    let second = visits::upsert(&elsewhere).one(&mut client).unwrap();
    assert_eq!(second.place, "y");
    assert_eq!(visits::select().all(&mut client).unwrap(), [second]);

    let key = keys::flags::New {
        name: "on".to_owned(),
    };
    for _ in 0..2 {
        let stored = keys::flags::upsert(&key).one(&mut client).unwrap();
        assert_eq!(stored.name, "on");
    }
}

#[testkit::test(database)]
fn errors_name_the_relation_and_what_the_server_says((_database, mut client): (Database, Client)) {
    accounts::insert(&account("one", None))
        .execute(&mut client)
        .unwrap();
    let again = accounts::insert(&account("one", None))
        .one(&mut client)
        .unwrap_err();
    assert_eq!(again.constraint(), Some("accounts_key_key"));
    insta::assert_snapshot!(again);
    let none = accounts::by_key(7).one(&mut client).unwrap_err();
    assert!(matches!(none, QueryError::NoRow { .. }));
    insta::assert_snapshot!(none);
    client.batch_execute("DROP TABLE accounts").unwrap();
    let gone = accounts::by_key(7).optional(&mut client).unwrap_err();
    insta::assert_snapshot!(gone);
    visits::insert(&visit(1)).execute(&mut client).unwrap();
    visits::insert(&visit(2)).execute(&mut client).unwrap();
    insta::assert_snapshot!(visits::select().optional(&mut client).unwrap_err());
}

fn visit(n: i64) -> visits::New {
    visits::New {
        time: second(n),
        statement: n,
        place: "x".to_owned(),
    }
}

#[test]
fn the_sql_of_a_statement_can_be_seen() {
    assert_eq!(
        visits::by_key(7, second(1)).sql(),
        r#"SELECT "time", "statement", "place" FROM "public"."visits" WHERE "statement" OPERATOR(pg_catalog.=) $1 AND "time" OPERATOR(pg_catalog.=) $2"#
    );
    assert_eq!(
        format!("{:?}", visits::delete(7, second(1))),
        r#"Statement("DELETE FROM \"public\".\"visits\" WHERE \"statement\" OPERATOR(pg_catalog.=) $1 AND \"time\" OPERATOR(pg_catalog.=) $2")"#
    );
}

/// Code that is written once for every driver.
fn deletion<'d, D: Run + 'd>(driver: D, id: i64) -> D::Answer<'d, u64> {
    accounts::delete(id).execute(driver)
}

#[testkit::test(database)]
fn a_function_can_be_written_for_every_driver((_database, mut client): (Database, Client)) {
    let one = account("one", None);
    let one = accounts::insert(&one).one(&mut client).unwrap();
    assert_eq!(deletion(&mut client, one.id).unwrap(), 1);
}

#[testkit::test(database)]
fn a_column_key_does_not_take_the_name_of_the_primary_keys_finder(
    (_database, mut client): (Database, Client),
) {
    let row = keycol::New {
        key: Some(1),
        key_column: Some(2),
        id: 3,
    };
    keycol::insert(&row).execute(&mut client).unwrap();
    let found = [
        keycol::by_key(3).one(&mut client).unwrap(),
        keycol::by_key_xc117(1).one(&mut client).unwrap(),
        keycol::by_key_column(2).one(&mut client).unwrap(),
    ];
    assert!(found.iter().all(|row| row.id == 3));
}

#[testkit::test(database)]
fn the_operators_are_the_types_whatever_the_search_path_is(
    (_database, mut client): (Database, Client),
) {
    let planted = "CREATE FUNCTION planted(varchar, varchar) RETURNS boolean LANGUAGE plpgsql AS
            $$ BEGIN RAISE 'planted'; END $$;
        CREATE FUNCTION planted(tier, tier) RETURNS boolean LANGUAGE plpgsql AS
            $$ BEGIN RAISE 'planted'; END $$;
        CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = planted);
        CREATE OPERATOR = (LEFTARG = tier, RIGHTARG = tier, FUNCTION = planted);";
    client.batch_execute(planted).unwrap();
    let one = account("one", Some("first"));
    let one = accounts::insert(&one).one(&mut client).unwrap();
    // What a query with the operator alone runs into.
    let bare = client.query("SELECT FROM accounts WHERE tenant = $1", &[&"acme"]);
    assert!(bare.is_err());
    let found = accounts::by_tenant_and_slug_x488e("acme", "first");
    assert_eq!(found.one(&mut client).unwrap(), one);
    let found = accounts::by_tier_and_code(&Tier::Free, "a");
    assert_eq!(found.one(&mut client).unwrap(), one);

    client.batch_execute("SET search_path = ''").unwrap();
    let email = emails::New {
        address: "A@x".to_owned(),
        tier: Some(Tier::Paid),
    };
    let email = emails::insert(&email).one(&mut client).unwrap();
    let found = emails::by_key("a@X").one(&mut client).unwrap();
    assert_eq!(found, email, "citext ignores case");
    let found = emails::by_tier(&Tier::Paid).one(&mut client).unwrap();
    assert_eq!(found, email);
}

#[testkit::test(database)]
fn a_row_without_columns_is_returned((_database, mut client): (Database, Client)) {
    let row = nothing::New::default();
    let row = nothing::insert(&row);
    assert_eq!(row.one(&mut client).unwrap(), nothing::Row {});
    assert_eq!(nothing::select().all(&mut client).unwrap().len(), 1);
}
