//! Pools hold clients that prepare each statement once. A connection that comes back keeps what it has prepared.

use bb8_postgres::PostgresConnectionManager;
use bb8_postgres::bb8;
use deadpool_postgres::{Manager, ManagerConfig, RecyclingMethod};
use timeschema::PreparedManager;
use timeschema::deadpool::managed;
use tokio_postgres::NoTls;

use crate::keys::visits;
use crate::on_tokio::block_on;
use crate::{Relayed, visit};

#[testkit::test(Relayed::new)]
fn of_deadpool(relayed: Relayed) {
    block_on(async {
        let url = relayed.database.through(relayed.relay.address());
        let manager = Manager::from_config(
            url.parse().unwrap(),
            NoTls,
            ManagerConfig {
                recycling_method: RecyclingMethod::Clean,
            },
        );
        let pool: managed::Pool<_> = managed::Pool::builder(PreparedManager::new(manager))
            .max_size(1)
            .build()
            .unwrap();
        let client = pool.get().await.unwrap();
        visits::insert(&visit(1)).execute(&client).await.unwrap();
        drop(client);
        let mut client = pool.get().await.unwrap();
        relayed.sent();
        visits::insert(&visit(2)).execute(&client).await.unwrap();
        assert_eq!(relayed.sent(), "BES");
        let transaction = client.transaction().await.unwrap();
        relayed.sent();
        visits::insert(&visit(3))
            .execute(&transaction)
            .await
            .unwrap();
        assert_eq!(relayed.sent(), "BES");
        transaction.rollback().await.unwrap();
        let mut rows = visits::select().stream(&client).await.unwrap();
        assert_eq!(rows.try_next().await.unwrap().unwrap().statement, 1);
        // What the client has of its own is still there.
        client.batch_execute("SELECT 1").await.unwrap();
        assert!(!client.is_closed());
    });
}

#[testkit::test(Relayed::new)]
fn of_bb8(relayed: Relayed) {
    block_on(async {
        let url = relayed.database.through(relayed.relay.address());
        let manager = PostgresConnectionManager::new_from_stringlike(url, NoTls).unwrap();
        let pool = bb8::Pool::builder().max_size(1);
        let pool = pool.build(PreparedManager::new(manager)).await.unwrap();
        let client = pool.get().await.unwrap();
        visits::insert(&visit(1)).execute(&client).await.unwrap();
        drop(client);
        let mut client = pool.get().await.unwrap();
        relayed.sent();
        visits::insert(&visit(2)).execute(&client).await.unwrap();
        assert_eq!(relayed.sent(), "BES");
        let transaction = client.transaction().await.unwrap();
        relayed.sent();
        visits::insert(&visit(3))
            .execute(&transaction)
            .await
            .unwrap();
        assert_eq!(relayed.sent(), "BES");
        transaction.commit().await.unwrap();
        assert_eq!(visits::select().all(&client).await.unwrap().len(), 3);
    });
}
