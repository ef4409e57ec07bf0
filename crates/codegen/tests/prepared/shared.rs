//! References to what holds such a client run statements, and tasks share one.

use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use timeschema::{Prepared, Run, copy_in};
use tokio_postgres::Client;

use crate::keys::visits;
use crate::on_tokio::{block_on, connect};
use crate::{Relayed, visit};

#[testkit::test(Relayed::new)]
fn tasks_share_what_is_prepared(relayed: Relayed) {
    block_on(async {
        let client = Arc::new(relayed.on_tokio().await);
        visits::select().all(&client).await.unwrap();
        relayed.sent();
        let tasks = (1..50).map(|n| {
            let client = Arc::clone(&client);
            tokio::spawn(async move { visits::insert(&visit(n)).execute(&client).await.unwrap() })
        });
        join_all(tasks).await;
        // Those that came before the first one was prepared prepared it too; their statements are closed.
        visits::select().all(&client).await.unwrap();
        assert_eq!(client.statements().len(), 2);
        relayed.sent();
        visits::insert(&visit(100)).execute(&client).await.unwrap();
        assert_eq!(relayed.sent(), "BES");
    });
}

fn is_send<T: Send>(it: T) -> T {
    it
}

/// Code that is written once for every driver.
fn read<'d, D: Run<V> + 'd, V>(driver: D) -> D::Answer<'d, Vec<visits::Row>> {
    visits::select().all(driver)
}

#[testkit::test(Relayed::new)]
fn what_dereferences_to_it_prepares_too(relayed: Relayed) {
    let mut boxed = Box::new(relayed.client());
    read(&mut boxed).unwrap();
    relayed.sent();
    read(&mut *boxed).unwrap();
    assert_eq!(relayed.sent(), "BES");
    let mut lent = &mut *boxed;
    read(&mut lent).unwrap();
    let locked = Mutex::new(boxed);
    read(&mut locked.lock().unwrap()).unwrap();
    assert_eq!(relayed.sent(), ["BES", "BES"].concat());
    let mut boxed = locked.into_inner().unwrap();
    let stored = copy_in(&mut boxed, [visit(1), visit(2)].iter());
    assert_eq!(stored.unwrap(), 2);
    let rows = visits::select().iter(&mut boxed).unwrap();
    assert_eq!(rows.count(), 2);
    let rows = visits::select().copy_out(&mut *boxed).unwrap();
    assert_eq!(rows.count(), 2);

    block_on(async {
        let client = Arc::new(relayed.on_tokio().await);
        is_send(read(&client)).await.unwrap();
        let locked = tokio::sync::Mutex::new(Arc::clone(&client));
        read(&locked.lock().await).await.unwrap();
        read(&&*client).await.unwrap();
        drop(is_send(visits::select().stream(&client)).await.unwrap());
        relayed.sent();
        read(&*client).await.unwrap();
        assert_eq!(relayed.sent(), "BES");
        let stored = copy_in(&client, [visit(3)].iter()).await;
        assert_eq!(stored.unwrap(), 1);
        let mut rows = visits::select().copy_out(&client).await.unwrap();
        assert!(rows.try_next().await.unwrap().is_some());
    });
}

#[testkit::test(Relayed::new)]
fn it_may_hold_what_dereferences_to_a_client(relayed: Relayed) {
    block_on(async {
        let client: Client = connect(&relayed.database).await;
        let shared = Prepared::new(Arc::new(client));
        read(&shared).await.unwrap();
        read(&shared).await.unwrap();
        assert_eq!(shared.statements().len(), 1);
        let mut client = Arc::into_inner(shared.into_inner()).unwrap();
        let mut lent = Prepared::new(&mut client);
        read(&lent).await.unwrap();
        let transaction = lent.transaction().await.unwrap();
        read(&transaction).await.unwrap();
        assert_eq!(transaction.statements().len(), 1);
        drop(transaction);
        let boxed = Prepared::new(Box::new(client));
        read(&boxed).await.unwrap();
        assert_eq!(boxed.statements().len(), 1);
    });
}
