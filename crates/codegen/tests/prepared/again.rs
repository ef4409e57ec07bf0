//! What happens when the server no longer has a statement, or when it no longer fits.

use timeschema::postgres::Client;
use timeschema::{Prepared, QueryError};

use crate::keys::{Tier, accounts, visits};
use crate::on_tokio::block_on;
use crate::{Relayed, account, runs, visit};

/// What makes the server refuse what is prepared, and the error.
const CHANGES: [(&str, &str); 4] = [
    ("DEALLOCATE ALL", "26000"),
    ("DISCARD ALL", "26000"),
    // The columns of the answer have other types now.
    ("ALTER TABLE visits ALTER place TYPE varchar(100)", "0A000"),
    ("ALTER TABLE visits ALTER place TYPE text", "0A000"),
];

/// The tables without the view, which keeps a column's type as it is.
fn set_up(test: &str) -> Option<Relayed> {
    let relayed = Relayed::new(test)?;
    let mut client = relayed.database.client();
    client.batch_execute("DROP VIEW places").unwrap();
    Some(relayed)
}

fn code(error: &QueryError) -> &str {
    error.server().unwrap().code().code()
}

#[testkit::test(set_up)]
fn what_no_longer_fits_is_prepared_again(relayed: Relayed) {
    let mut client = relayed.client();
    visits::insert(&visit(1)).execute(&mut client).unwrap();
    assert_eq!(visits::select().all(&mut client).unwrap().len(), 1);
    for (change, _) in CHANGES {
        if change == "DISCARD ALL" {
            // It is refused in a message of several statements, and in a transaction.
            client.simple_query(change).unwrap();
        } else {
            client.batch_execute(change).unwrap();
        }
        relayed.sent();
        assert_eq!(
            visits::select().all(&mut client).unwrap().len(),
            1,
            "{change}"
        );
        let sent = relayed.sent().replace("CS", "");
        assert_eq!(sent, "BESPDSBES", "{change}");
        visits::select().all(&mut client).unwrap();
        assert_eq!(relayed.sent(), "BES", "{change}");
    }
}

#[testkit::test(set_up)]
fn what_no_longer_fits_is_prepared_again_on_tokio(relayed: Relayed) {
    block_on(async {
        let client = relayed.on_tokio().await;
        visits::insert(&visit(1)).execute(&client).await.unwrap();
        assert_eq!(visits::select().all(&client).await.unwrap().len(), 1);
        for (change, _) in CHANGES {
            client.batch_execute(change).await.unwrap();
            relayed.sent();
            let mut rows = visits::select().stream(&client).await.unwrap();
            assert_eq!(rows.try_next().await.unwrap().unwrap().statement, 1);
            let sent = relayed.sent().replace("CS", "");
            assert_eq!(sent, "BESPDSBES", "{change}");
            visits::select().all(&client).await.unwrap();
            assert_eq!(relayed.sent(), "BES", "{change}");
        }
    });
}

#[testkit::test(set_up)]
fn in_a_transaction_the_error_is_returned_once(relayed: Relayed) {
    let mut client = relayed.client();
    let mut other = relayed.database.client();
    visits::select().all(&mut client).unwrap();
    for (change, expected) in CHANGES {
        if expected == "26000" {
            client.simple_query(change).unwrap();
        } else {
            other.batch_execute(change).unwrap();
        }
        let mut transaction = client.transaction().unwrap();
        let error = visits::select().all(&mut transaction).unwrap_err();
        assert_eq!(code(&error), expected, "{change}");
        transaction.rollback().unwrap();
        let mut transaction = client.transaction().unwrap();
        visits::select().all(&mut transaction).unwrap();
        transaction.commit().unwrap();
    }
}

#[testkit::test(set_up)]
fn in_a_transaction_on_tokio_the_error_is_returned_once(relayed: Relayed) {
    block_on(async {
        let mut client = relayed.on_tokio().await;
        visits::select().all(&client).await.unwrap();
        for (change, expected) in CHANGES {
            client.batch_execute(change).await.unwrap();
            // One that the driver knows nothing of.
            client.batch_execute("BEGIN").await.unwrap();
            let error = visits::select().all(&client).await.unwrap_err();
            assert_eq!(code(&error), expected, "{change}");
            client.batch_execute("ROLLBACK").await.unwrap();
            let transaction = client.transaction().await.unwrap();
            visits::select().all(&transaction).await.unwrap();
        }
    });
}

#[testkit::test(set_up)]
fn a_type_that_was_made_anew_is_named_anew(relayed: Relayed) {
    let mut client = relayed.client();
    let one = account();
    let stored = accounts::insert(&one).one(&mut client).unwrap();
    accounts::by_key(stored.id).one(&mut client).unwrap();
    let paid = accounts::Update {
        tier: Some(Tier::Paid),
        ..accounts::Update::default()
    };
    let free = accounts::Update {
        tier: Some(Tier::Free),
        ..accounts::Update::default()
    };
    let update = |client: &mut Prepared<Client>, change: &accounts::Update| {
        let changed = accounts::update(stored.id, change).one(client);
        changed.map(|row| row.tier)
    };
    update(&mut client, &paid).unwrap();
    update(&mut client, &free).unwrap();
    let other = "ALTER TYPE tier RENAME TO old; CREATE TYPE tier AS ENUM ('free', 'paid');
        ALTER TABLE accounts ALTER tier DROP DEFAULT, ALTER tier TYPE tier USING tier::text::tier,
        ALTER tier SET DEFAULT 'free'";
    client.batch_execute(other).unwrap();
    let found = accounts::by_key(stored.id).one(&mut client).unwrap();
    assert_eq!(found, stored);
    assert_eq!(update(&mut client, &paid).unwrap(), Tier::Paid);
}

#[testkit::test(set_up)]
fn a_table_that_was_made_anew_is_read_and_one_that_is_gone_is_named(relayed: Relayed) {
    let mut client = relayed.client();
    visits::select().all(&mut client).unwrap();
    client
        .batch_execute("ALTER TABLE visits RENAME TO gone")
        .unwrap();
    for _ in 0..2 {
        let error = visits::select().all(&mut client).unwrap_err();
        let bare = visits::select().all(&mut **client).unwrap_err();
        assert_eq!(code(&error), "42P01");
        assert_eq!(error.to_string(), bare.to_string());
    }
    client
        .batch_execute("CREATE TABLE visits (LIKE gone)")
        .unwrap();
    visits::insert(&visit(1)).execute(&mut client).unwrap();
    assert_eq!(visits::select().all(&mut client).unwrap().len(), 1);
}

/// A statement that fails as one that the server does not have, after it has done something that no rollback undoes.
const TRAP: &str = "CREATE SEQUENCE times;
    CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM nextval('times');
        EXECUTE 'EXECUTE missing';
        RETURN NEW;
    END $$;
    CREATE TRIGGER trap BEFORE INSERT ON visits FOR EACH ROW EXECUTE FUNCTION trap()";

fn times(client: &mut Client) -> i64 {
    let row = client.query_one("SELECT last_value FROM times", &[]);
    row.unwrap().get(0)
}

#[testkit::test(set_up)]
fn what_was_executed_is_not_run_again(relayed: Relayed) {
    let mut other = relayed.database.client();
    let mut client = relayed.client();
    visits::insert(&visit(1)).execute(&mut client).unwrap();
    other.batch_execute(TRAP).unwrap();
    for n in 2..4 {
        let error = visits::insert(&visit(n)).execute(&mut client).unwrap_err();
        assert_eq!(code(&error), "26000");
        assert_eq!(times(&mut other), n - 1);
    }
    block_on(async {
        let client = relayed.on_tokio().await;
        for n in 4..6 {
            let error = visits::insert(&visit(n))
                .execute(&client)
                .await
                .unwrap_err();
            assert_eq!(code(&error), "26000");
        }
    });
    assert_eq!(times(&mut other), 4);
}

#[testkit::test(set_up)]
fn a_parameter_that_is_logged_with_an_error_changes_nothing(relayed: Relayed) {
    let mut client = relayed.client();
    client
        .batch_execute(
            "SET log_parameter_max_length_on_error = 100; SET log_parameter_max_length = 100",
        )
        .unwrap();
    let one = |client: &mut Prepared<Client>| {
        let key = visits::by_key(1, timeschema::Timestamp::UNIX_EPOCH);
        key.optional(client).map(drop)
    };
    one(&mut client).unwrap();
    client
        .batch_execute("ALTER TABLE visits ALTER place TYPE varchar(100)")
        .unwrap();
    // The error has a context then, as one of a function has: it may be returned, but once.
    let _may_fail = one(&mut client);
    one(&mut client).unwrap();
    assert_eq!(runs(&mut **client).0, 1);
}
