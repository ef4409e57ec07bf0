//! Arrays: lists in lists, with null for null.

use std::fmt;

use serde::de::value::{F64Deserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Deserializer as JsonDeserializer;

use super::{Form, JsonForm, Of, raw};
use crate::array::{Array, Dimension};

/// `MAXDIM` of PostgreSQL.
const MAX_DIMENSIONS: usize = 6;

impl<T: JsonForm> Serialize for Array<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (dimensions, elements) = (self.dimensions(), self.elements());
        List {
            dimensions,
            elements,
        }
        .serialize(serializer)
    }
}

impl<'de, T: JsonForm> Deserialize<'de> for Array<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = deserializer.deserialize_seq(Reader::outermost())?;
        let mut flat = Flat::default();
        flat.add(list, 0)
            .and_then(|()| flat.into_array())
            .map_err(D::Error::custom)
    }
}

impl<T: JsonForm> JsonForm for Array<T> {
    fn to_json<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }

    fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

/// The elements of some dimensions.
struct List<'a, T> {
    dimensions: &'a [Dimension],
    elements: &'a [Option<T>],
}

impl<T: JsonForm> Serialize for List<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let [Dimension { len, .. }, dimensions @ ..] = self.dimensions else {
            return serializer.serialize_seq(Some(0))?.end();
        };
        let mut list = serializer.serialize_seq(Some(*len))?;
        for elements in self.elements.chunks(self.elements.len() / len) {
            match (dimensions, elements) {
                ([], [element]) => list.serialize_element(&Form(element))?,
                _ => list.serialize_element(&List {
                    dimensions,
                    elements,
                })?,
            }
        }
        list.end()
    }
}

/// What is in a list.
enum Node<T> {
    Null,
    Value(T),
    List(Vec<Self>),
}

/// Reads a node that is so many lists deep.
struct Reader<T>(usize, Of<T>);

impl<T: JsonForm> Reader<T> {
    fn outermost() -> Self {
        Self(0, Of::default())
    }

    fn value<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<T>, D::Error> {
        T::from_json(deserializer).map(Node::Value)
    }
}

impl<'de, T: JsonForm> DeserializeSeed<'de> for Reader<T> {
    type Value = Node<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<T>, D::Error> {
        raw::deserialize(deserializer, self)
    }
}

impl<'de, T: JsonForm> Visitor<'de> for Reader<T> {
    type Value = Node<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of values, or of lists of them")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Node<T>, A::Error> {
        let raw = raw::text(map)?;
        let mut deserializer = JsonDeserializer::from_str(raw.get());
        let read = match raw.get().as_bytes() {
            b"null" => return Ok(Node::Null),
            [b'[', ..] if !T::IS_DOCUMENT => deserializer.deserialize_seq(self),
            _ => self.value(&mut deserializer),
        };
        read.map_err(A::Error::custom)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Node<T>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node<T>, A::Error> {
        let Self(depth, _) = self;
        if depth == MAX_DIMENSIONS {
            return Err(A::Error::custom("an array has at most 6 dimensions"));
        }
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element_seed(Self(depth + 1, Of::default()))? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_unit<E: Error>(self) -> Result<Node<T>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node<T>, E> {
        self.value(value.into_deserializer())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node<T>, E> {
        self.value(value.into_deserializer())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node<T>, E> {
        self.value(value.into_deserializer())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node<T>, E> {
        self.value(F64Deserializer::new(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node<T>, E> {
        self.value(StrDeserializer::new(value))
    }
}

/// Elements in row-major order, and the lengths of the lists that they came in.
struct Flat<T> {
    lengths: Vec<usize>,
    /// How many lists each element is in.
    depth: Option<usize>,
    elements: Vec<Option<T>>,
}

impl<T> Default for Flat<T> {
    fn default() -> Self {
        Self {
            lengths: Vec::new(),
            depth: None,
            elements: Vec::new(),
        }
    }
}

impl<T> Flat<T> {
    fn add(&mut self, node: Node<T>, depth: usize) -> Result<(), &'static str> {
        let element = match node {
            Node::List(nodes) => return self.add_list(nodes, depth),
            Node::Value(value) => Some(value),
            Node::Null => None,
        };
        self.elements.push(element);
        if *self.depth.get_or_insert(depth) == depth {
            return Ok(());
        }
        Err("some elements are in more lists than others")
    }

    fn add_list(&mut self, nodes: Vec<Node<T>>, depth: usize) -> Result<(), &'static str> {
        match self.lengths.get(depth) {
            Some(length) if *length == nodes.len() => {}
            Some(_) => return Err("the lists of one dimension have different lengths"),
            None => self.lengths.push(nodes.len()),
        }
        nodes
            .into_iter()
            .try_for_each(|node| self.add(node, depth + 1))
    }

    fn into_array(self) -> Result<Array<T>, &'static str> {
        let lengths = self.lengths.into_iter();
        let dimensions = lengths.map(|len| Dimension {
            len,
            lower_bound: 1,
        });
        Array::new(dimensions.collect(), self.elements)
            .map_err(|_| "some elements are in more lists than others")
    }
}
