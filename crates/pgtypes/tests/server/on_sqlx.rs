//! Every type of the table by sqlx: what a query gives is read, and what is bound comes back.

use bytes::BytesMut;
use pgtypes::{Array, Encode, quote_identifier};
use sqlx::{Connection, Executor, PgConnection, Row};
use testkit::Database;
use tokio::runtime::{Builder, Runtime};

use crate::support::random::Random;
use crate::support::samples::{Sample, Value, Visitor, each, each_of_extensions};

/// How many random values there are of a type.
const MANY: usize = 50;

struct Bound {
    runtime: Runtime,
    connection: PgConnection,
    random: Random,
}

impl Bound {
    fn new(database: &Database) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let connection = runtime.block_on(PgConnection::connect(&database.url()));
        Self {
            connection: connection.unwrap(),
            runtime,
            random: Random::new(71),
        }
    }
}

#[testkit::test(Database::new)]
fn values_are_bound_and_read(database: Database) {
    each(&mut Bound::new(&database));
}

#[testkit::test(Database::new)]
fn values_of_an_installed_extension_are_bound_and_read(database: Database) {
    struct Installed(Bound);
    impl Visitor for Installed {
        fn visit<T: Value>(&mut self, sample: Sample<T>) {
            let mut types = sql::types::EXTENSION_TYPES.iter();
            let ty = types.find(|ty| ty.name == sample.name).unwrap();
            let create = format!("CREATE EXTENSION IF NOT EXISTS {}", ty.extension);
            let created = self.0.connection.execute(sqlx::raw_sql(&create));
            if self.0.runtime.block_on(created).is_err() {
                testkit::skip(sample.name, "its extension is not installed");
                return;
            }
            self.0.visit(sample);
        }
    }
    each_of_extensions(&mut Installed(Bound::new(&database)));
}

/// Two values may be equal, and a NaN is not; their bytes tell.
fn bytes(value: &impl Encode) -> BytesMut {
    let mut bytes = BytesMut::new();
    value.encode(&mut bytes).unwrap();
    bytes
}

impl Visitor for Bound {
    fn visit<T: Value>(&mut self, sample: Sample<T>) {
        let name = sample.name;
        let ty = quote_identifier(name);
        let connection = &mut self.connection;
        let random = &mut self.random;
        self.runtime.block_on(async {
            let mut values: Vec<T> = (0..MANY).map(|_| (sample.random)(random)).collect();
            for edge in sample.edges {
                let query = format!("SELECT {}::{ty}", sql::quote::literal(edge));
                let row = sqlx::query(&query).fetch_one(&mut *connection);
                let row = row
                    .await
                    .unwrap_or_else(|error| panic!("{name} {edge}: {error}"));
                let value = row.try_get(0);
                values.push(value.unwrap_or_else(|error| panic!("{name} {edge}: {error}")));
            }
            // A type that shares another one's Rust type is bound as that one, and need not have a cast from it.
            let mut types = sql::types::TYPES.iter();
            let query = if types.any(|ty| ty.name == name && ty.is_second) {
                // sqlx keeps statements by their text, whatever is bound to them.
                format!("SELECT $1, $2 -- {name}")
            } else {
                format!("SELECT $1::{ty}, $2::{ty}")
            };
            for value in values {
                let row = sqlx::query(&query).bind(&value).bind(None::<T>);
                let row = row.fetch_one(&mut *connection).await;
                let row = row.unwrap_or_else(|error| panic!("{name} {value:?}: {error}"));
                let read: T = row.try_get(0).unwrap();
                assert_eq!(bytes(&read), bytes(&value), "{name} {value:?}");
                assert_eq!(row.try_get::<Option<T>, _>(1).unwrap(), None);
                assert!(row.try_get::<T, _>(1).is_err());
            }
        });
    }
}

#[testkit::test(Database::new)]
fn arrays_are_bound_and_read(database: Database) {
    let mut bound = Bound::new(&database);
    let connection = &mut bound.connection;
    bound.runtime.block_on(async {
        let values: Array<pgtypes::Timestamp> = vec![pgtypes::Timestamp::INFINITY].into();
        let row = sqlx::query("SELECT $1").bind(&values);
        let row = row.fetch_one(&mut *connection).await.unwrap();
        assert_eq!(row.get::<Array<pgtypes::Timestamp>, _>(0), values);
        // Another type than the column's is refused, and names both.
        let error = row.try_get::<Array<pgtypes::Date>, _>(0).unwrap_err();
        assert!(error.to_string().contains("TIMESTAMPTZ[]"), "{error}");
    });
}
