//! A table with a column of every kind, and its code as a generator writes it. The names are such that only quoting saves them.

use pgtypes::{
    Array, Cidr, Column, Columns, Date, Encode, EncodeError, Fields, FromColumns, Inet, Insert,
    Interval, Json, Jsonb, Numeric, Table, Timestamp, Uuid,
};
use postgres::Client;

use crate::support::random::Random;

/// Creates the schema.
pub fn create(client: &mut Client) {
    client
        .batch_execute(
            r#"
            CREATE SCHEMA "odd ""schema";
            SET search_path = "odd ""schema";
            CREATE TYPE mood AS ENUM ('happy', 'sad', 'it''s {complicated}');
            CREATE DOMAIN page AS text CHECK (value <> 'forbidden');
            CREATE DOMAIN labels AS varchar(20)[];
            CREATE TABLE "The Table" (
                id bigint PRIMARY KEY,
                at timestamptz NOT NULL DEFAULT '2026-11-22 00:00:00+00',
                page page,
                "mood" mood DEFAULT 'happy',
                moods mood[],
                tags text[],
                short varchar(20)[],
                prices numeric(12,2)[],
                labels labels,
                pages page[],
                flag bool, i2 int2, i4 int4, f4 float4, f8 float8, bytes bytea, uuid uuid,
                day date, price numeric, span interval, ip inet, net cidr, j json, "select" jsonb
            );
            RESET search_path;
            "#,
        )
        .unwrap_or_else(|error| panic!("{error:?}"));
}

/// An enum as generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mood {
    Happy,
    Sad,
    /// A label that this build does not know.
    Unknown(String),
}

impl Mood {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Happy => "happy",
            Self::Sad => "sad",
            Self::Unknown(label) => label,
        }
    }
}

impl From<&str> for Mood {
    fn from(label: &str) -> Self {
        match label {
            "happy" => Self::Happy,
            "sad" => Self::Sad,
            label => Self::Unknown(label.to_owned()),
        }
    }
}

pgtypes::enum_sql!(Mood);

macro_rules! table {
    ($($field:ident: $type:ty, $name:literal, $sql_type:literal;)+) => {
        /// Everything but `id`, `at` and `mood`.
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct Rest {
            $(pub $field: Option<$type>,)+
        }

        const COLUMNS: &[Column] = &[
            column("id", "bigint", true),
            column("at", "timestamp with time zone", true),
            column("mood", "\"odd \"\"schema\".mood", false),
            $(column($name, $sql_type, false),)+
        ];

        impl Insert for New {
            const TABLE: Table = Table {
                schema: "odd \"schema",
                name: "The Table",
                columns: COLUMNS,
                primary_key: &["id"],
            };
            fn visit<'a>(&'a self, to: &mut impl Fields<'a>) -> Result<(), EncodeError> {
                to.field(0, &self.id)?;
                to.defaulted(1, &self.at)?;
                to.defaulted(2, &self.mood)?;
                let mut position = 2;
                $(
                    position += 1;
                    to.field(position, &self.rest.$field)?;
                )+
                Ok(())
            }
        }

        impl FromColumns for Stored {
            fn from_columns<C: Columns>(columns: &C) -> Result<Self, C::Error> {
                let mut next = 3..;
                let mut rest = || next.next().unwrap();
                Ok(Self {
                    id: columns.column(0)?,
                    at: columns.column(1)?,
                    mood: columns.column(2)?,
                    rest: Rest { $($field: columns.column(rest())?,)+ },
                })
            }
        }

        impl Rest {
            /// Every column null, or of its random value.
            fn random(random: &mut Random) -> Self {
                Self { $($field: (!random.one_in(6)).then(|| <$type>::any(random)),)+ }
            }
        }
    };
}

const fn column(name: &'static str, sql_type: &'static str, never_null: bool) -> Column {
    if never_null {
        Column::never_null(name, sql_type)
    } else {
        Column::nullable(name, sql_type)
    }
}

table! {
    page: String, "page", "\"odd \"\"schema\".page";
    moods: Array<Mood>, "moods", "\"odd \"\"schema\".mood[]";
    tags: Array<String>, "tags", "text[]";
    short: Array<String>, "short", "character varying(20)[]";
    prices: Array<Numeric>, "prices", "numeric(12,2)[]";
    labels: Array<String>, "labels", "\"odd \"\"schema\".labels";
    pages: Array<String>, "pages", "\"odd \"\"schema\".page[]";
    flag: bool, "flag", "boolean";
    i2: i16, "i2", "smallint";
    i4: i32, "i4", "integer";
    f4: f32, "f4", "real";
    f8: f64, "f8", "double precision";
    bytes: Vec<u8>, "bytes", "bytea";
    uuid: Uuid, "uuid", "uuid";
    day: Date, "day", "date";
    price: Numeric, "price", "numeric";
    span: Interval, "span", "interval";
    ip: Inet, "ip", "inet";
    net: Cidr, "net", "cidr";
    json: Json, "j", "json";
    jsonb: Jsonb, "select", "jsonb";
}

/// A row to insert, as generated.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct New {
    pub id: i64,
    pub at: Option<Timestamp>,
    pub mood: Option<Option<Mood>>,
    pub rest: Rest,
}

/// A row that was read, as generated.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub id: i64,
    pub at: Timestamp,
    pub mood: Option<Mood>,
    pub rest: Rest,
}

impl New {
    /// A row with both defaulted columns set.
    pub fn random(id: i64, random: &mut Random) -> Self {
        Self {
            id,
            at: Some(random.timestamp()),
            mood: Some((!random.one_in(4)).then(|| Mood::any(random))),
            rest: Rest::random(random),
        }
    }

    /// What reading the row must give, when it sets both defaulted columns.
    pub fn stored(&self) -> Stored {
        Stored {
            id: self.id,
            at: self.at.expect("given"),
            mood: self.mood.clone().expect("given"),
            rest: self.rest.clone(),
        }
    }
}

/// A random value that the column of the table takes.
trait Any: Encode + Sized {
    fn any(random: &mut Random) -> Self;
}

macro_rules! any {
    ($($type:ty, |$random:ident| $value:expr;)+) => {$(
        impl Any for $type {
            fn any($random: &mut Random) -> Self {
                $value
            }
        }
    )+};
}

any! {
    String, |random| random.text();
    bool, |random| random.one_in(2);
    i16, |random| random.u64() as i16;
    i32, |random| random.u64() as i32;
    f32, |random| f32::from_bits(random.u64() as u32 & 0xBFFF_FFFF);
    f64, |random| f64::from_bits(random.u64() & 0xBFFF_FFFF_FFFF_FFFF);
    Vec<u8>, |random| random.u64().to_be_bytes()[random.below(9) as usize..].to_vec();
    Uuid, |random| Uuid::from_u64_pair(random.u64(), random.u64());
    Date, |random| random.date();
    Numeric, |random| random.numeric();
    Interval, |random| random.interval();
    Inet, |random| random.inet();
    Cidr, |random| Cidr::new(random.inet().addr(), 128)
        .or_else(|_| Cidr::new([10, 0, 0, 0].into(), 8))
        .expect("a cidr");
    Json, |random| Json::from_text(format!("{{ \"n\" : {} }}", random.below(9)));
    Jsonb, |random| Jsonb::from_text(format!("{{\"n\": {}}}", random.below(9)));
    Mood, |random| ["happy", "sad", "it's {complicated}"][random.below(3) as usize].into();
    Array<String>, |random| random.array();
    Array<Mood>, |random| (0..random.below(3)).map(|_| Mood::any(random)).collect();
    Array<Numeric>, |random| (0..random.below(3))
        .map(|_| Numeric::from_scaled(i128::from(random.u64() as u32), 2).expect("of scale 2"))
        .collect();
}
