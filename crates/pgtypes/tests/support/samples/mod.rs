//! Values of each type of `sql::types`: edges, and at random, of the server's making and of ours. What is tested of every type is a
//! [`Visitor`]; a type is added to the tests by its lines in the module of its subject.

mod addresses;
mod extensions;
mod geometric;
mod numbers;
mod ranges;
mod search;
mod system;
mod texts;
mod times;

use std::any::TypeId;
use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt::{Debug, Display};
use std::str::FromStr;

use pgtypes::json_form::JsonForm;
use pgtypes::{Array, Encode, FromSql, ToSql};

use super::random::Random;

/// What is needed of a type to be tested.
pub trait Value:
    Debug
    + Clone
    + PartialEq
    + Sync
    + Send
    + Encode
    + ToSql
    + for<'a> FromSql<'a>
    + JsonForm
    + sqlx::Type<sqlx::Postgres>
    + for<'q> sqlx::Encode<'q, sqlx::Postgres>
    + for<'r> sqlx::Decode<'r, sqlx::Postgres>
    + 'static
{
}

impl<T> Value for T where
    T: Debug
        + Clone
        + PartialEq
        + Sync
        + Send
        + Encode
        + ToSql
        + for<'a> FromSql<'a>
        + JsonForm
        + sqlx::Type<sqlx::Postgres>
        + for<'q> sqlx::Encode<'q, sqlx::Postgres>
        + for<'r> sqlx::Decode<'r, sqlx::Postgres>
        + 'static
{
}

/// Does something with the values of each type.
pub trait Visitor {
    fn visit<T: Value>(&mut self, sample: Sample<T>);
}

/// The values of one type.
pub struct Sample<T> {
    /// `typname`.
    pub name: &'static str,
    /// SQL for a value at random, of the server's making.
    pub server: String,
    /// Texts that the server reads.
    pub edges: &'static [&'static str],
    /// A value at random.
    pub random: Box<dyn Fn(&mut Random) -> T>,
    /// The text form, if it is PostgreSQL's.
    pub text: Option<Text<T>>,
    /// The order, if it is PostgreSQL's.
    pub compare: Option<fn(&T, &T) -> Ordering>,
}

/// How values are printed and read.
pub struct Text<T> {
    pub print: fn(&T) -> String,
    pub read: fn(&str) -> Option<T>,
    pub print_array: fn(&Array<T>) -> String,
    pub read_array: fn(&str) -> Option<Array<T>>,
    /// Whether values that differ may have the same text, as PostgreSQL prints it.
    pub is_lossy: bool,
    /// Whether there is no text that is refused.
    pub reads_all: bool,
}

impl<T: Ord> Sample<T> {
    fn ordered(self) -> Self {
        let compare: Option<fn(&T, &T) -> Ordering> = Some(T::cmp);
        Self { compare, ..self }
    }
}

impl<T: PartialEq> Text<T> {
    /// Whether `text` is read as `value`.
    pub fn reads(&self, text: &str, value: &T) -> bool {
        let read = (self.read)(text);
        read.is_some_and(|read| read == *value || (self.is_lossy && (self.print)(&read) == text))
    }
}

impl<T> Sample<T> {
    fn lossy_text(mut self) -> Self {
        self.text.iter_mut().for_each(|text| text.is_lossy = true);
        self
    }
}

/// A type whose binary form alone is PostgreSQL's: Rust prints it otherwise.
fn binary<T>(
    name: &'static str,
    server: impl Into<String>,
    edges: &'static [&'static str],
    random: impl Fn(&mut Random) -> T + 'static,
) -> Sample<T> {
    Sample {
        name,
        server: server.into(),
        edges,
        random: Box::new(random),
        text: None,
        compare: None,
    }
}

fn value<T: Encode + Display + FromStr<Err: 'static>>(
    name: &'static str,
    server: impl Into<String>,
    edges: &'static [&'static str],
    random: impl Fn(&mut Random) -> T + 'static,
) -> Sample<T> {
    let text = Text {
        print: T::to_string,
        read: |text| text.parse().ok(),
        print_array: Array::to_string,
        read_array: |text| text.parse().ok(),
        is_lossy: false,
        reads_all: TypeId::of::<T::Err>() == TypeId::of::<Infallible>(),
    };
    let text = Some(text);
    Sample {
        text,
        ..binary(name, server, edges, random)
    }
}

pub use extensions::each as each_of_extensions;

/// Every type of PostgreSQL's own.
pub fn each(to: &mut impl Visitor) {
    numbers::each(to);
    geometric::each(to);
    ranges::each(to);
    search::each(to);
    system::each(to);
    texts::each(to);
    times::each(to);
    addresses::each(to);
}
