//! Behind a pooler in transaction mode a prepared statement is not where the next transaction runs.

use std::net::TcpListener;

use testkit::{Behind, Pooler};
use timeschema::postgres::{Client, Config, NoTls, SimpleQueryMessage};
use timeschema::{Prepared, QueryError};

use crate::keys::visits;
use crate::{Relayed, visit};

/// A pooler, and how to connect to the database through it.
struct Pooled {
    /// Has the database.
    _relayed: Relayed,
    url: String,
    _pooler: Pooler,
}

impl Pooled {
    fn new(test: &str) -> Option<Self> {
        Self::with_sessions(test, 20)
    }

    /// All clients share one session of the server.
    fn single(test: &str) -> Option<Self> {
        Self::with_sessions(test, 1)
    }

    fn with_sessions(test: &str, sessions: u32) -> Option<Self> {
        let relayed = Relayed::new(test)?;
        let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let config: Config = relayed.database.url().parse().unwrap();
        let password = config.get_password().map(String::from_utf8_lossy);
        let behind = Behind {
            server: relayed.database.server(),
            user: config.get_user().unwrap(),
            password: password.as_deref(),
            sessions,
        };
        let pooler = Pooler::start(test, "transaction", address.port(), &behind)?;
        let url = relayed.database.through(address);
        Some(Self {
            _relayed: relayed,
            url,
            _pooler: pooler,
        })
    }

    fn client(&self) -> Client {
        Client::connect(&self.url, NoTls).unwrap()
    }
}

/// The names of what the server's connection has prepared, which are those of any program.
fn names(client: &mut Client) -> Vec<String> {
    let sql = "SELECT string_agg(name, ',' ORDER BY name) FROM pg_prepared_statements";
    let answer = client.simple_query(sql).unwrap();
    let rows = answer.iter().filter_map(|it| match it {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    rows.flat_map(|names| names.split(','))
        .map(str::to_owned)
        .collect()
}

fn code(error: &QueryError) -> &str {
    error.server().unwrap().code().code()
}

#[testkit::test(Pooled::new)]
fn the_client_itself_runs_on_any_connection(pooled: Pooled) {
    let (mut client, mut other) = (pooled.client(), pooled.client());
    for n in 1..4 {
        visits::insert(&visit(n)).execute(&mut client).unwrap();
        // It gets the connection that was free last.
        let transaction = other.transaction().unwrap();
        let row = visits::by_key(n, visit(n).time).one(&mut client);
        assert_eq!(row.unwrap().statement, n);
        transaction.commit().unwrap();
    }
    assert_eq!(names(&mut client), [""; 0]);
}

/// Each connection of the server has to have the statement: where it does not, one exchange more prepares it there.
#[testkit::test(Pooled::new)]
fn a_statement_is_prepared_again_on_another_connection(pooled: Pooled) {
    let (client, mut other) = (pooled.client(), pooled.client());
    let mut client = Prepared::new(client);
    for n in 1..4 {
        visits::insert(&visit(n)).execute(&mut client).unwrap();
        let transaction = other.transaction().unwrap();
        visits::insert(&visit(n + 10)).execute(&mut client).unwrap();
        transaction.commit().unwrap();
    }
    assert_eq!(visits::select().all(&mut client).unwrap().len(), 6);
}

/// In a transaction there is no second attempt.
#[testkit::test(Pooled::new)]
fn a_transaction_on_another_connection_fails(pooled: Pooled) {
    let (client, mut other) = (pooled.client(), pooled.client());
    let mut client = Prepared::new(client);
    visits::insert(&visit(1)).execute(&mut client).unwrap();
    let held = other.transaction().unwrap();
    let mut transaction = client.transaction().unwrap();
    let inserted = visits::insert(&visit(2)).execute(&mut transaction);
    assert_eq!(code(&inserted.unwrap_err()), "26000");
    drop(held);
}

/// Every program names its statements `s0`, `s1` and so on.
#[testkit::test(Pooled::single)]
fn another_program_has_a_statement_of_the_name(pooled: Pooled) {
    let (client, mut other) = (pooled.client(), pooled.client());
    let mut client = Prepared::new(client);
    let all: String = (0..2000)
        .map(|n| format!("PREPARE s{n} AS SELECT 1;"))
        .collect();
    other.batch_execute(&all).unwrap();
    let error = visits::select().all(&mut client).unwrap_err();
    assert_eq!(code(&error), "42P05");

    // Worse: where both have prepared, the server runs the other one's.
    other.batch_execute("DEALLOCATE ALL").unwrap();
    visits::insert(&visit(1)).execute(&mut client).unwrap();
    let row = visits::select().one(&mut client).unwrap();
    assert_eq!(row.place, "x");
    for name in names(&mut other) {
        let theirs = format!(
            "DEALLOCATE {name}; PREPARE {name} AS SELECT '2026-01-01'::timestamptz, 7::bigint, 'theirs'"
        );
        other.batch_execute(&theirs).unwrap();
    }
    let row = visits::select().one(&mut client).unwrap();
    assert_eq!((row.statement, row.place.as_str()), (7, "theirs"));
}
