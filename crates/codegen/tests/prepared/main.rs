//! Clients that prepare each statement once: what they send, what happens when it no longer fits, and how pools hold them.

mod again;
mod messages;
mod pooler;
mod pools;
mod shared;

/// The golden module, which the example target `golden` compiles without warnings.
pub mod keys {
    include!("../golden/keys.rs");
}

#[path = "../support/tokio.rs"]
mod on_tokio;

use testkit::{Database, Relay};
use timeschema::postgres::{Client, NoTls};
use timeschema::{
    AtMostOne, Column, Prepared, Query, QueryText, QueryVariant, Table, Timestamp, postgres,
};

use keys::{accounts, visits};

/// A database with the tables of the golden module, and a relay in front of it.
struct Relayed {
    database: Database,
    relay: Relay,
}

impl Relayed {
    fn new(test: &str) -> Option<Self> {
        let database = Database::filled(test, include_str!("../fixtures/keys.sql"))?;
        let relay = Relay::to(database.server());
        Some(Self { database, relay })
    }

    /// A blocking client, through the relay.
    fn client(&self) -> Prepared<Client> {
        let client = Client::connect(&self.database.through(self.relay.address()), NoTls);
        self.relay.sent();
        Prepared::new(client.unwrap())
    }

    /// An asynchronous client, through the relay.
    async fn on_tokio(&self) -> Prepared<tokio_postgres::Client> {
        let url = self.database.through(self.relay.address());
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        self.relay.sent();
        Prepared::new(client)
    }

    fn sent(&self) -> String {
        self.relay.sent()
    }
}

fn account() -> accounts::New {
    accounts::New {
        slug: Some("first".to_owned()),
        ..accounts::Required {
            key: "one".to_owned(),
            tenant: "acme".to_owned(),
        }
        .into()
    }
}

fn visit(n: i64) -> visits::New {
    visits::New {
        time: Timestamp::from_unix_micros(n * 1_000_000).unwrap(),
        statement: n,
        place: "x".to_owned(),
    }
}

/// A named query, of which one text has a condition more.
fn place(statement: i64, at: Option<Timestamp>) -> Query<'static, visits::Row, AtMostOne> {
    static TEXT: QueryText = QueryText {
        table: Table {
            schema: "queries",
            name: "place",
            ..visits::TABLE
        },
        place: "queries/visits.sql:1",
        relations: &[],
        parameters: &[
            Column::never_null("statement", "bigint"),
            Column::never_null("at", "timestamp with time zone"),
        ],
        variants: &[
            QueryVariant {
                sql: "SELECT time, statement, place FROM visits WHERE statement = $1 LIMIT 1",
                parameters: &[0],
            },
            QueryVariant {
                sql: "SELECT time, statement, place FROM visits WHERE statement = $1 AND time = $2",
                parameters: &[0, 1],
            },
        ],
    };
    Query::new(&TEXT).with(statement).with_optional(at)
}

/// How many statements the session has prepared, and how often they ran.
const RUNS: &str = "SELECT count(*), coalesce(sum(generic_plans + custom_plans), 0)::bigint FROM pg_prepared_statements \
     WHERE NOT from_sql AND statement NOT LIKE '%pg_catalog.pg_type%' AND statement NOT LIKE '%pg_prepared_statements%' \
     AND statement NOT LIKE '%pg_enum%'";

fn runs(client: &mut impl postgres::GenericClient) -> (i64, i64) {
    let row = client.query_one(RUNS, &[]).unwrap();
    (row.get(0), row.get(1))
}
