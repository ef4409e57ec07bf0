//! Every type of the table: what the server prints, we print; what it reads, we read; what it sends, we send, byte for byte.

use std::cmp::Ordering;
use std::error::Error;

use bytes::BytesMut;
use pgtypes::{Array, Encode, FromSql, ToSql, quote_identifier};
use postgres::types::Type;
use postgres::{Client, Row};

use crate::support::random::Random;
use crate::support::samples::{Sample, Value, Visitor, each, each_of_extensions};
use crate::support::{Database, session};

/// How many random values of each making there are of a type.
const MANY: usize = 2_000;

#[testkit::test(session)]
fn text_and_bytes_are_the_servers_for_every_type(mut client: Client) {
    client.batch_execute("SELECT setseed(0.5)").unwrap();
    each(&mut Identity { client });
}

#[testkit::test(Database::new)]
fn text_and_bytes_are_the_servers_for_every_type_of_an_installed_extension(database: Database) {
    let client = database.connect();
    each_of_extensions(&mut Installed(Identity { client }));
    let client = database.connect();
    each_of_extensions(&mut Installed(Order { client }));
}

/// Visits the types whose extension the server has.
struct Installed<V>(V);

impl<V: Visitor + AsMut<Client>> Visitor for Installed<V> {
    fn visit<T: Value>(&mut self, sample: Sample<T>) {
        let mut types = sql::types::EXTENSION_TYPES.iter();
        let ty = types
            .find(|ty| ty.name == sample.name)
            .expect("in the table");
        let client = self.0.as_mut();
        let create = format!("CREATE EXTENSION IF NOT EXISTS {}", ty.extension);
        if client.batch_execute(&create).is_err() {
            testkit::skip(sample.name, "its extension is not installed");
            return;
        }
        self.0.visit(sample);
    }
}

impl AsMut<Client> for Identity {
    fn as_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}

impl AsMut<Client> for Order {
    fn as_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}

#[testkit::test(session)]
fn order_and_equality_are_the_servers(client: Client) {
    each(&mut Order { client });
}

#[test]
fn every_type_of_the_table_has_samples() {
    struct Names(Vec<&'static str>);
    impl Visitor for Names {
        fn visit<T: Value>(&mut self, sample: Sample<T>) {
            assert!(!sample.edges.is_empty(), "{}", sample.name);
            self.0.push(sample.name);
        }
    }
    let mut names = Names(Vec::new());
    each(&mut names);
    names.0.sort_unstable();
    let table: Vec<&str> = sql::types::TYPES.iter().map(|ty| ty.name).collect();
    assert_eq!(names.0, table);

    let mut names = Names(Vec::new());
    each_of_extensions(&mut names);
    names.0.sort_unstable();
    let table: Vec<&str> = sql::types::EXTENSION_TYPES
        .iter()
        .map(|ty| ty.name)
        .collect();
    assert_eq!(names.0, table);
}

/// A value as it came.
struct Raw(Vec<u8>);

impl<'a> FromSql<'a> for Raw {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

fn encoded(value: &impl Encode) -> Vec<u8> {
    let mut out = BytesMut::new();
    value.encode(&mut out).unwrap();
    out.to_vec()
}

fn query(client: &mut Client, query: &str, parameters: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
    let rows = client.query(query, parameters);
    rows.unwrap_or_else(|error| panic!("{query:.1000}: {error:?}"))
}

/// Rows of values and numbers, each made of a text as the type's input function reads it.
fn literals(name: &str, texts: &[impl AsRef<str>]) -> String {
    let name = quote_identifier(name);
    let texts = texts.iter().map(|text| text.as_ref().replace('\'', "''"));
    let rows = texts
        .enumerate()
        .map(|(n, text)| format!("('{text}'::{name}, {n})"));
    format!("VALUES {}", rows.collect::<Vec<_>>().join(", "))
}

/// Text → binary → value → binary → text.
struct Identity {
    client: Client,
}

impl Visitor for Identity {
    fn visit<T: Value>(&mut self, sample: Sample<T>) {
        let name = quote_identifier(sample.name);
        self.received(&sample, &literals(sample.name, sample.edges));
        let of_server = format!(
            "SELECT ({})::{name}, n FROM generate_series(1, {MANY}) AS g (n)",
            sample.server
        );
        self.received(&sample, &of_server);

        let mut random = Random::new(11);
        let values: Vec<T> = (0..MANY).map(|_| (sample.random)(&mut random)).collect();
        self.sent(&sample, &values, None);
        if let Some(text) = &sample.text {
            let printed: Vec<String> = values.iter().map(text.print).collect();
            self.received(&sample, &literals(sample.name, &printed));
        }
    }
}

impl Identity {
    /// Values that the server makes.
    fn received<T: Value>(&mut self, sample: &Sample<T>, source: &str) {
        let select = format!("SELECT v, format('%s', v) FROM ({source}) AS s (v, n) ORDER BY n");
        let rows = query(&mut self.client, &select, &[]);
        let mut values: Vec<T> = Vec::with_capacity(rows.len());
        for row in &rows {
            let (raw, value, printed): (Raw, T, String) = (row.get(0), row.get(0), row.get(1));
            assert_eq!(encoded(&value), raw.0, "{}: {printed}", sample.name);
            if let Some(text) = &sample.text {
                assert_eq!((text.print)(&value), printed, "{}", sample.name);
                assert!(text.reads(&printed, &value), "{}: {printed}", sample.name);
            }
            values.push(value);
        }
        let printed = rows.iter().map(|row| row.get(1)).collect();
        self.sent(sample, &values, Some(printed));
    }

    /// Values that the server gets, and in an array: it prints them as we do, or as it has before.
    fn sent<T: Value>(&mut self, sample: &Sample<T>, values: &[T], before: Option<Vec<String>>) {
        let name = quote_identifier(sample.name);
        let select = format!(
            "SELECT v, format('%s', v) FROM unnest($1::{name}[]) WITH ORDINALITY AS u (v, n) ORDER BY n"
        );
        let array = Array::from(values.to_vec());
        let rows = query(&mut self.client, &select, &[&array]);
        assert_eq!(rows.len(), values.len());
        for (at, (row, value)) in rows.iter().zip(values).enumerate() {
            let (raw, printed): (Raw, String) = (row.get(0), row.get(1));
            assert_eq!(encoded(value), raw.0, "{}: {printed}", sample.name);
            if let Some(text) = &sample.text {
                assert_eq!((text.print)(value), printed, "{}: {value:?}", sample.name);
            }
            if let Some(before) = &before {
                assert_eq!(before[at], printed, "{}", sample.name);
            }
        }
        let back = format!("SELECT $1::{name}[]");
        let back = query(&mut self.client, &back, &[&array]);
        let raw: Raw = back[0].get(0);
        let back: Array<T> = back[0].get(0);
        assert_eq!(back.len(), values.len());
        if let Some(text) = &sample.text {
            let printed = (text.print_array)(&array);
            let theirs = format!("SELECT $1::{name}[]::text");
            let theirs: String = query(&mut self.client, &theirs, &[&array])[0].get(0);
            assert!(printed == theirs, "{}[]", sample.name);
            let is_read = (text.read_array)(&theirs) == Some(back);
            assert!(is_read || text.is_lossy, "{}[]", sample.name);
        }
        let mut ours = encoded(&array);
        // Another type of the same Rust type.
        ours[8..12].copy_from_slice(&raw.0[8..12]);
        assert!(ours == raw.0, "{}", sample.name);
    }
}

/// Sorting.
struct Order {
    client: Client,
}

impl Visitor for Order {
    fn visit<T: Value>(&mut self, sample: Sample<T>) {
        let Some(compare) = sample.compare else {
            return;
        };
        let name = quote_identifier(sample.name);
        let rows = query(&mut self.client, &literals(sample.name, sample.edges), &[]);
        let mut values: Vec<T> = rows.iter().map(|row| row.get(0)).collect();
        let mut random = Random::new(17);
        values.extend((0..MANY).map(|_| (sample.random)(&mut random)));
        let sorted = format!(
            "SELECT v, v = lag(v) OVER (ORDER BY v) FROM unnest($1::{name}[]) AS u (v) ORDER BY v"
        );
        let rows = query(&mut self.client, &sorted, &[&Array::from(values)]);
        for pair in rows.windows(2) {
            let (left, right, is_equal): (T, T, bool) =
                (pair[0].get(0), pair[1].get(0), pair[1].get(1));
            let expected = if is_equal {
                Ordering::Equal
            } else {
                Ordering::Less
            };
            assert_eq!(
                compare(&left, &right),
                expected,
                "{}: {left:?} {right:?}",
                sample.name
            );
            assert_eq!(
                left == right,
                is_equal,
                "{}: {left:?} {right:?}",
                sample.name
            );
        }
    }
}
