//! The generated functions on sqlx: on a pool, a connection and a transaction, with the errors of the other drivers.

use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgConnection, PgPool};
use testkit::Database;
use timeschema::{AsText, QueryError, ServerError, Timestamp};

/// The golden modules, which the example target `golden` compiles without warnings.
pub mod keys {
    include!("golden/keys.rs");
}
/// Types that have no Rust type.
pub mod as_text {
    include!("golden/as_text.rs");
}
#[allow(dead_code, reason = "the tests of tokio-postgres connect")]
#[path = "support/tokio.rs"]
mod on_tokio;

use as_text::places;
use keys::{Tier, accounts, members, visits};
use on_tokio::block_on;

fn with_keys(test: &str) -> Option<Database> {
    Database::filled(test, include_str!("fixtures/keys.sql"))
}

fn with_text(test: &str) -> Option<Database> {
    Database::filled(test, include_str!("fixtures/as_text.sql"))
}

async fn pool(database: &Database) -> PgPool {
    let options = PgPoolOptions::new().max_connections(2);
    options.connect(&database.url()).await.unwrap()
}

fn account(key: &str, tier: Option<Tier>) -> accounts::New {
    accounts::New {
        tier,
        ..accounts::Required {
            key: key.to_owned(),
            tenant: "acme".to_owned(),
        }
        .into()
    }
}

#[testkit::test(with_keys)]
fn statements_run_on_a_pool_a_connection_and_a_transaction(database: Database) {
    block_on(async {
        let pool = pool(&database).await;
        let row = accounts::insert(&account("a", None))
            .one(&pool)
            .await
            .unwrap();
        assert_eq!(row.tier, Tier::Free);
        let found = accounts::by_key(row.id).optional(&pool).await.unwrap();
        assert_eq!(found.as_ref(), Some(&row));
        let missing = accounts::by_key(-1);
        assert_eq!(missing.optional(&pool).await.unwrap(), None);
        let error = accounts::by_key(-1).one(&pool).await.unwrap_err();
        assert!(matches!(error, QueryError::NoRow { .. }), "{error}");

        let mut connection = PgConnection::connect(&database.url()).await.unwrap();
        let mut transaction = connection.begin().await.unwrap();
        let many = ["b", "c"].map(|key| account(key, Some(Tier::Paid)));
        let stored = accounts::insert_many(&many)
            .all(&mut transaction)
            .await
            .unwrap();
        assert_eq!(stored.len(), 2);
        assert_eq!(stored[1].tier, Tier::Paid);
        let deleted = accounts::delete(stored[0].id)
            .execute(&mut *transaction)
            .await;
        assert_eq!(deleted.unwrap(), 1);
        assert_eq!(
            accounts::select()
                .all(&mut transaction)
                .await
                .unwrap()
                .len(),
            2
        );
        transaction.rollback().await.unwrap();
        let rows = accounts::select().all(&mut connection).await.unwrap();
        assert_eq!(rows, [row]);
        let mut acquired = pool.acquire().await.unwrap();
        assert_eq!(accounts::select().execute(&mut acquired).await.unwrap(), 1);
        // What a server's thread spawns has to be `Send`.
        let task = async move { accounts::select().all(&pool).await };
        assert_eq!(tokio::spawn(task).await.unwrap().unwrap().len(), 1);
    });
}

#[testkit::test(with_keys)]
fn a_stream_reads_while_it_is_asked(database: Database) {
    block_on(async {
        let pool = pool(&database).await;
        let fill =
            "INSERT INTO visits SELECT 'epoch', n, 'place' FROM generate_series(1, 100000) AS n";
        sqlx::query(fill).execute(&pool).await.unwrap();
        let mut rows = visits::select().stream(&pool).await.unwrap();
        let mut count = 0;
        while let Some(row) = rows.try_next().await.unwrap() {
            assert_eq!(row.time, Timestamp::UNIX_EPOCH);
            count += 1;
        }
        assert_eq!(count, 100_000);
        assert!(rows.try_next().await.unwrap().is_none());
        // One that is dropped before its end gives its connection back.
        for _ in 0..4 {
            let mut rows = visits::select().stream(&pool).await.unwrap();
            rows.try_next().await.unwrap().unwrap();
        }
        assert_eq!(visits::select().execute(&pool).await.unwrap(), 100_000);

        sqlx::raw_sql("ALTER TABLE visits RENAME TO v; CREATE VIEW visits AS SELECT \"time\", statement, place || 1 / (statement - 5000) AS place FROM v")
            .execute(&pool)
            .await
            .unwrap();
        let mut failing = visits::select().stream(&pool).await.unwrap();
        let error = loop {
            match failing.try_next().await {
                Ok(row) => assert!(row.is_some(), "there was no error"),
                Err(error) => break error,
            }
        };
        assert_eq!(
            error.to_string(),
            "\"public\".\"visits\": division by zero (22012)"
        );
    });
}

#[testkit::test(with_keys)]
fn an_error_is_the_constraint_that_a_row_violates(database: Database) {
    block_on(async {
        let pool = pool(&database).await;
        let member = |version| members::New {
            version: Some(version),
            ..members::Required {
                team: 1,
                the_quote_nick: "x".to_owned(),
            }
            .into()
        };
        let error = members::insert(&member(0)).one(&pool).await.unwrap_err();
        let violation = members::Violation::of(&error);
        assert_eq!(violation, Some(members::Violation::VersionIsPositive));
        assert_eq!(error.reported().unwrap().code, "23514");
        assert_eq!(error.constraint(), Some("members_version_is_positive"));
        let shown = error.to_string();
        assert!(
            shown.starts_with("\"public\".\"members\": new row for relation"),
            "{shown}"
        );
        assert!(
            shown.contains(" (23514); detail: Failing row contains"),
            "{shown}"
        );

        // In a transaction too, although sqlx asks for the types of the answer.
        let mut transaction = pool.begin().await.unwrap();
        let error = members::insert(&member(0))
            .one(&mut transaction)
            .await
            .unwrap_err();
        assert!(members::Violation::of(&error).is_some(), "{error}");
        transaction.rollback().await.unwrap();

        let nul = members::Update {
            email: Some(Some("\0".to_owned())),
            ..members::Update::default()
        };
        let error = members::update(1, &nul)
            .one(&pool)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("public") && error.contains("members"),
            "{error}"
        );
    });
}

#[testkit::test(with_text)]
fn values_that_have_no_rust_type_are_written_as_their_text(database: Database) {
    block_on(async {
        let pool = pool(&database).await;
        let place = places::New {
            grid: None,
            r#box: Some(AsText::from("(1, 2)")),
            ..places::Required {
                time: Timestamp::UNIX_EPOCH,
                address: AsText::from("(\"a '$1' b\",1)"),
            }
            .into()
        };
        let one = places::insert(&place).one(&pool).await.unwrap();
        assert_eq!(one.address.as_str(), "(\"a '$1' b\",1)");
        assert_eq!(one.r#box, Some(AsText::from("(1, 2)")));
        let many = places::insert_many(&[place.clone(), place])
            .all(&pool)
            .await;
        assert_eq!(many.unwrap(), [one.clone(), one]);
    });
}

#[testkit::test(with_keys)]
fn queries_of_ones_own_bind_values_and_read_rows(database: Database) {
    block_on(async {
        let pool = pool(&database).await;
        accounts::insert(&account("a", Some(Tier::Paid)))
            .one(&pool)
            .await
            .unwrap();
        // The columns in another order, together with others.
        let query = "SELECT 1 AS one, a.code, a.* FROM accounts AS a WHERE tier = $1 AND tier = ANY($2::tier[])";
        let rows: Vec<accounts::Row> = sqlx::query_as(query)
            .bind(Tier::Paid)
            .bind(vec![Tier::Paid, Tier::Free])
            .fetch_all(&pool)
            .await
            .unwrap();
        assert_eq!(rows.len(), 1);
        let tier: Tier = sqlx::query_scalar("SELECT tier FROM accounts")
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(tier, Tier::Paid);
        let missing = sqlx::query_as::<_, accounts::Row>("SELECT id FROM accounts")
            .fetch_all(&pool)
            .await;
        let error = missing.unwrap_err().to_string();
        let shown = "error occurred while decoding column key: the query does not return it";
        assert_eq!(error, shown);
    });
}
