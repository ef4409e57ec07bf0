//! The JSON of every type is what the server's `to_json` prints, and what that prints is read.

use bytes::BytesMut;
use pgtypes::json_form::JsonForm;
use pgtypes::{Array, FromSql, ToSql, quote_identifier};
use postgres::Client;
use serde_json::Value as Json;

use crate::support::random::Random;
use crate::support::samples::{Sample, Value, Visitor, each, each_of_extensions};
use crate::support::{Database, session};

/// How many random values of each making there are of a type.
const MANY: usize = 500;

/// Types whose JSON differs from the server's, which is not read, and why.
const DIFFERENT: [(&str, &str); 13] = [
    (
        "geography",
        "PostGIS gives GeoJSON, which loses the dimension M",
    ),
    (
        "geometry",
        "PostGIS gives GeoJSON, which loses the dimension M",
    ),
    ("regclass", "an Oid is its number"),
    ("regcollation", "an Oid is its number"),
    ("regconfig", "an Oid is its number"),
    ("regdictionary", "an Oid is its number"),
    ("regnamespace", "an Oid is its number"),
    ("regoper", "an Oid is its number"),
    ("regoperator", "an Oid is its number"),
    ("regproc", "an Oid is its number"),
    ("regprocedure", "an Oid is its number"),
    ("regrole", "an Oid is its number"),
    ("regtype", "an Oid is its number"),
];

#[testkit::test(session)]
fn json_is_the_servers_for_every_type(client: Client) {
    let mut forms = Forms {
        client,
        differing: Vec::new(),
    };
    each(&mut forms);
    let names = DIFFERENT.iter().map(|(name, _)| *name);
    let differing: Vec<&str> = names.filter(|name| name.starts_with("reg")).collect();
    forms.differing.sort_unstable();
    assert_eq!(forms.differing, differing);
}

#[testkit::test(Database::new)]
fn json_is_the_servers_for_every_type_of_an_installed_extension(database: Database) {
    let client = database.connect();
    let differing = Vec::new();
    each_of_extensions(&mut Installed(Forms { client, differing }));
}

/// Visits the types whose extension the server has.
struct Installed(Forms);

impl Visitor for Installed {
    fn visit<T: Value>(&mut self, sample: Sample<T>) {
        let mut types = sql::types::EXTENSION_TYPES.iter();
        let ty = types
            .find(|ty| ty.name == sample.name)
            .expect("in the table");
        let create = format!("CREATE EXTENSION IF NOT EXISTS {}", ty.extension);
        if self.0.client.batch_execute(&create).is_ok() {
            self.0.visit(sample);
        } else {
            testkit::skip(sample.name, "its extension is not installed");
        }
    }
}

struct Forms {
    client: Client,
    /// Types of which a value had another form.
    differing: Vec<&'static str>,
}

impl Visitor for Forms {
    fn visit<T: Value>(&mut self, sample: Sample<T>) {
        let name = quote_identifier(sample.name);
        let edges = sample.edges.iter().map(|text| text.replace('\'', "''"));
        let edges: Vec<String> = edges.map(|text| format!("('{text}'::{name})")).collect();
        let source = format!(
            "VALUES {} UNION ALL SELECT ({})::{name} FROM generate_series(1, {MANY}) AS g (n)",
            edges.join(", "),
            sample.server
        );
        self.compare::<T>(&sample, &source, &[]);

        let mut random = Random::new(31);
        let values: Array<T> = (0..MANY).map(|_| (sample.random)(&mut random)).collect();
        self.compare::<T>(&sample, &format!("SELECT unnest($1::{name}[])"), &[&values]);
        self.compare::<Array<T>>(&sample, &format!("SELECT $1::{name}[]"), &[&values]);
        let halves = format!("SELECT ARRAY[$1::{name}[], $1::{name}[]]");
        if !matches!(sample.name, "json" | "jsonb") {
            self.compare::<Array<T>>(&sample, &halves, &[&values]);
        }
    }
}

impl Forms {
    /// Compares the JSON of the values of a query.
    fn compare<T: JsonForm + ToSql + for<'a> FromSql<'a>>(
        &mut self,
        sample: &Sample<impl Value>,
        source: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) {
        let select = format!("SELECT v, to_json(v)::text FROM ({source}) AS s (v)");
        let rows = self.client.query(&select, parameters);
        let rows = rows.unwrap_or_else(|error| panic!("{select:.1000}: {error:?}"));
        assert!(!rows.is_empty());
        let is_different = DIFFERENT.iter().any(|(name, _)| *name == sample.name);
        // Several bit patterns are NaN, several trees of a tsquery have the same text, and a json may begin with white space.
        let is_lossy = sample.text.as_ref().is_some_and(|text| text.is_lossy);
        let has_one_text = !is_lossy && !matches!(sample.name, "float4" | "float8" | "json");
        for row in &rows {
            let (value, theirs): (T, String) = (row.get(0), row.get(1));
            let ours = written(&value);
            let ty = row.columns()[0].type_();
            let is_read = |json: &str| {
                let read: T = read(json);
                if has_one_text {
                    sent(&read, ty) == sent(&value, ty)
                } else {
                    written(&read) == ours
                }
            };
            assert!(is_read(&ours), "{}: {ours:.1000}", sample.name);
            if !is_different {
                assert!(is_read(&theirs), "{}: {theirs:.1000}", sample.name);
                assert!(
                    is_same(sample.name, &ours, &theirs),
                    "{}: {ours:.1000}, {theirs:.1000}",
                    sample.name
                );
            } else if !is_same(sample.name, &ours, &theirs)
                && !self.differing.contains(&sample.name)
            {
                self.differing.push(sample.name);
            }
        }
    }
}

fn written(value: &impl JsonForm) -> String {
    let mut json = Vec::new();
    let mut serializer = serde_json::Serializer::new(&mut json);
    let written = value.to_json(&mut serializer);
    written.unwrap_or_else(|error| panic!("{error}"));
    String::from_utf8(json).unwrap()
}

fn read<T: JsonForm>(json: &str) -> T {
    let read = T::from_json(&mut serde_json::Deserializer::from_str(json));
    read.unwrap_or_else(|error| panic!("{json:.1000}: {error}"))
}

/// The value as it is sent, which tells 1.0 from 1.00.
fn sent(value: &impl ToSql, ty: &postgres::types::Type) -> BytesMut {
    let mut out = BytesMut::new();
    value.to_sql(ty, &mut out).unwrap();
    out
}

/// Whether two texts are the same JSON. A numeric is a text to us and a number to the server, and a number of floating point has many texts:
/// of those, what they are read as was compared.
fn is_same(name: &str, ours: &str, theirs: &str) -> bool {
    match name {
        "numeric" => ours.replace('"', "") == theirs.replace('"', ""),
        "float4" | "float8" => true,
        _ => ours == theirs || parsed(ours) == parsed(theirs),
    }
}

fn parsed(json: &str) -> Json {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json:.1000}: {error}"))
}
