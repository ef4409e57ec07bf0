//! What is sent the first time and from then on. `P` is Parse, `D` Describe, `B` Bind, `E` Execute, `C` Close, `S` Sync and `Q` a simple query.

use futures_util::StreamExt;
use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use timeschema::postgres::{Client, Config};
use timeschema::{Prepared, QueryError, Statements, Timestamp};

use crate::keys::{Tier, accounts, visits};
use crate::on_tokio::block_on;
use crate::{Relayed, account, place, runs, visit};

/// A statement that is prepared, and one that is only run.
const PREPARED: &str = "PDSBES";
const RUN: &str = "BES";

#[testkit::test(Relayed::new)]
fn only_values_are_sent_from_the_second_time_on(relayed: Relayed) {
    let mut client = relayed.client();
    for expected in [PREPARED, RUN, RUN] {
        let row = visits::by_key(1, Timestamp::UNIX_EPOCH).optional(&mut client);
        assert_eq!(row.unwrap(), None);
        assert_eq!(relayed.sent(), expected);
    }
    for (n, expected) in [(1, PREPARED), (2, RUN), (3, RUN)] {
        visits::insert(&visit(n)).execute(&mut client).unwrap();
        assert_eq!(relayed.sent(), expected);
    }
    for expected in [PREPARED, RUN] {
        assert_eq!(visits::select().all(&mut client).unwrap().len(), 3);
        assert_eq!(relayed.sent(), expected);
    }
    // Rows are not one by one in the text: any number is the same statement.
    for (rows, expected) in [(10..12, PREPARED), (20..29, RUN)] {
        let rows: Vec<_> = rows.map(visit).collect();
        let stored = visits::insert_many(&rows).execute(&mut client);
        assert_eq!(stored.unwrap(), rows.len() as u64);
        assert_eq!(relayed.sent(), expected);
    }
    assert_eq!(runs(&mut **client), (4, 3 + 3 + 2 + 2));
}

#[testkit::test(Relayed::new)]
fn only_values_are_sent_from_the_second_time_on_on_tokio(relayed: Relayed) {
    block_on(async {
        let client = relayed.on_tokio().await;
        for (n, expected) in [(1, PREPARED), (2, RUN), (3, RUN)] {
            let stored = visits::insert(&visit(n)).one(&client).await.unwrap();
            assert_eq!(stored.statement, n);
            assert_eq!(relayed.sent(), expected);
        }
        for expected in [PREPARED, RUN] {
            let rows = visits::select().stream(&client).await.unwrap();
            assert_eq!(rows.count().await, 3);
            assert_eq!(relayed.sent(), expected);
        }
        // The same statement by another method.
        assert_eq!(visits::select().all(&client).await.unwrap().len(), 3);
        assert_eq!(visits::select().execute(&client).await.unwrap(), 3);
        assert_eq!(relayed.sent(), [RUN, RUN].concat());
    });
}

#[testkit::test(Relayed::new)]
fn each_text_of_a_query_is_prepared(relayed: Relayed) {
    let mut client = relayed.client();
    visits::insert(&visit(1)).execute(&mut client).unwrap();
    relayed.sent();
    let at = Timestamp::from_unix_micros(1_000_000);
    for expected in [PREPARED, RUN] {
        for at in [None, at] {
            let row = place(1, at).optional(&mut client).unwrap();
            assert_eq!(row.unwrap().place, "x");
            assert_eq!(relayed.sent(), expected);
        }
    }
    // On the client itself, all of it each time.
    for _ in 0..2 {
        place(1, None).optional(&mut **client).unwrap();
        assert_eq!(relayed.sent(), "PBDES");
    }
}

#[testkit::test(Relayed::new)]
fn a_type_that_the_server_names_is_looked_up_once(relayed: Relayed) {
    let mut client = relayed.client();
    let one = account();
    let stored = accounts::insert(&one).one(&mut client).unwrap();
    relayed.sent();
    for _ in 0..2 {
        let error = accounts::insert(&one).one(&mut client).unwrap_err();
        assert_eq!(error.server().unwrap().code().code(), "23505");
        assert_eq!(relayed.sent(), RUN);
    }
    let found = accounts::by_key(stored.id);
    assert_eq!(found.one(&mut client).unwrap(), stored);
    assert_eq!(relayed.sent(), PREPARED);
    // On the client itself, the statement that returns the type is prepared and closed each time.
    let error = accounts::insert(&one).one(&mut **client).unwrap_err();
    assert_eq!(error.server().unwrap().code().code(), "23505");
    visits::select().all(&mut client).unwrap();
    assert_eq!(relayed.sent(), ["PDS", RUN, "CS", PREPARED].concat());
}

#[testkit::test(Relayed::new)]
fn a_transaction_uses_what_its_connection_has_prepared(relayed: Relayed) {
    let mut client = relayed.client();
    visits::insert(&visit(1)).execute(&mut client).unwrap();
    let mut transaction = client.transaction().unwrap();
    relayed.sent();
    visits::insert(&visit(2)).execute(&mut transaction).unwrap();
    assert_eq!(relayed.sent(), RUN);
    assert_eq!(visits::select().all(&mut transaction).unwrap().len(), 2);
    assert_eq!(relayed.sent(), PREPARED);
    let mut savepoint = transaction.savepoint("more").unwrap();
    relayed.sent();
    visits::insert(&visit(3)).execute(&mut savepoint).unwrap();
    assert_eq!(relayed.sent(), RUN);
    savepoint.rollback().unwrap();
    let mut nested = transaction.transaction().unwrap();
    relayed.sent();
    visits::insert(&visit(4)).execute(&mut nested).unwrap();
    assert_eq!(relayed.sent(), RUN);
    nested.commit().unwrap();
    transaction.commit().unwrap();
    relayed.sent();
    assert_eq!(visits::select().all(&mut client).unwrap().len(), 3);
    assert_eq!(relayed.sent(), RUN);

    let statements = client.statements().clone();
    let builder = client.build_transaction().read_only(true);
    let mut transaction = Prepared::with_statements(builder.start().unwrap(), statements);
    relayed.sent();
    assert_eq!(visits::select().all(&mut transaction).unwrap().len(), 3);
    assert_eq!(relayed.sent(), RUN);
}

#[testkit::test(Relayed::new)]
fn a_transaction_on_tokio_uses_what_its_connection_has_prepared(relayed: Relayed) {
    block_on(async {
        let mut client = relayed.on_tokio().await;
        visits::insert(&visit(1)).execute(&client).await.unwrap();
        let mut transaction = client.transaction().await.unwrap();
        relayed.sent();
        visits::insert(&visit(2))
            .execute(&transaction)
            .await
            .unwrap();
        assert_eq!(relayed.sent(), RUN);
        let savepoint = transaction.savepoint("more").await.unwrap();
        relayed.sent();
        visits::insert(&visit(3)).execute(&savepoint).await.unwrap();
        assert_eq!(relayed.sent(), RUN);
        savepoint.rollback().await.unwrap();
        let nested = transaction.transaction().await.unwrap();
        visits::insert(&visit(4)).execute(&nested).await.unwrap();
        nested.commit().await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(visits::select().all(&client).await.unwrap().len(), 3);
        // Dropped, it is rolled back.
        let transaction = client.transaction().await.unwrap();
        visits::insert(&visit(5))
            .execute(&transaction)
            .await
            .unwrap();
        drop(transaction);
        assert_eq!(visits::select().all(&client).await.unwrap().len(), 3);
    });
}

#[testkit::test(Relayed::new)]
fn the_statement_that_was_not_used_for_the_longest_time_is_closed(relayed: Relayed) {
    let mut client = relayed.client().into_inner();
    let statements = Statements::with_limit(2);
    let mut client = Prepared::with_statements(&mut client, statements);
    type Lent<'c> = Prepared<&'c mut Client>;
    let select = |client: &mut Lent<'_>| visits::select().all(client).map(drop);
    let one = |client: &mut Lent<'_>| {
        let key = visits::by_key(1, Timestamp::UNIX_EPOCH);
        key.optional(client).map(drop)
    };
    let insert = |client: &mut Lent<'_>, n| visits::insert(&visit(n)).execute(client).map(drop);
    let ran = |result: Result<(), QueryError>| {
        result.unwrap();
        relayed.sent()
    };
    assert_eq!(ran(select(&mut client)), PREPARED);
    assert_eq!(ran(one(&mut client)), PREPARED);
    assert_eq!(ran(select(&mut client)), RUN);
    // `one` is closed: the driver sends that with what it sends next.
    assert_eq!(ran(insert(&mut client, 1)), ["PDS", "CS", RUN].concat());
    assert_eq!(ran(select(&mut client)), RUN);
    assert_eq!(ran(insert(&mut client, 2)), RUN);
    assert_eq!(client.statements().len(), 2);
    assert_eq!(runs(&mut ***client).0, 2);
    relayed.sent();
    // The statement that asked how many there are is closed, too.
    assert_eq!(ran(one(&mut client)), ["CS", "PDS", "CS", RUN].concat());
    client.statements().clear();
    assert!(client.statements().is_empty());
    assert_eq!(runs(&mut ***client).0, 0);
}

/// sqlx keeps what it has prepared by itself.
#[testkit::test(Relayed::new)]
fn sqlx_prepares_once_too(relayed: Relayed) {
    block_on(async {
        let options = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(relayed.relay.address().port())
            .ssl_mode(PgSslMode::Disable);
        let url: Config = relayed.database.url().parse().unwrap();
        let password = String::from_utf8_lossy(url.get_password().unwrap_or_default());
        let options = options
            .username(url.get_user().unwrap())
            .password(&password)
            .database(relayed.database.name());
        let mut client = PgConnection::connect_with(&options).await.unwrap();
        let mut sent = Vec::new();
        for n in 1..4 {
            relayed.sent();
            let stored = visits::insert(&visit(n)).execute(&mut client).await;
            assert_eq!(stored.unwrap(), 1);
            sent.push(relayed.sent());
        }
        assert!(sent[0].contains('P'), "{sent:?}");
        assert!(!sent[1].contains('P') && !sent[2].contains('P'), "{sent:?}");
    });
}

#[testkit::test(Relayed::new)]
fn a_list_of_values_is_not_kept(relayed: Relayed) {
    let mut client = relayed.client();
    // One gives the tier, the other leaves it to its default.
    let paid = accounts::New {
        key: "two".to_owned(),
        slug: None,
        tier: Some(Tier::Paid),
        ..account()
    };
    let rows = [account(), paid];
    accounts::insert_many(&rows).execute(&mut client).unwrap();
    assert!(client.statements().is_empty());
}
