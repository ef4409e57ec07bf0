//! The element types' OIDs in the arrays of a binary COPY.
//!
//! An array's binary form names its element type, and the server refuses one that is not the column's. The OID of `text` or `numeric` is
//! the same everywhere, and `Encode` writes it; only the server knows the OID of an enum, and that `varchar[]` is not `text[]`. For tables
//! with such columns it is queried once before the COPY, and the answer goes into each row.

use postgres::Statement;
use postgres_types::{Kind, Type};
use sql::types::TYPES;

use crate::driver;
use crate::table::{Table, quote_list};

/// Offset of the element type in a field: after its length, the number of dimensions and the flag for nulls.
const ELEMENT_TYPE_AT: usize = 4 + 4 + 4;

/// Per column of a COPY, the element type's OID if it must be written into the arrays there. Empty if no column needs it.
pub(crate) struct ElementOids(Vec<Option<u32>>);

impl ElementOids {
    /// Nothing to put anywhere.
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    /// The query whose columns answer what the columns' types leave open. `None` if they leave nothing open.
    pub(crate) fn question(table: &Table, columns: &[&str]) -> Option<String> {
        if !columns.iter().any(|column| is_open(table, column)) {
            return None;
        }
        let list = quote_list(columns.iter().copied());
        Some(format!("SELECT {list} FROM {}", table.quoted()))
    }

    /// What the prepared [`question`](Self::question) says. `None` if a column holds composite values, which a COPY cannot carry.
    pub(crate) fn answer(question: &Statement) -> Option<Self> {
        let types = || question.columns().iter().map(|column| column.type_());
        if types().any(has_composite) {
            return None;
        }
        let oids = types().map(|ty| match driver::base(ty).kind() {
            Kind::Array(element) => Some(element.oid()),
            _ => None,
        });
        let oids: Vec<_> = oids.collect();
        if oids.iter().all(Option::is_none) {
            return Some(Self::none());
        }
        Some(Self(oids))
    }

    /// Puts the OIDs into the fields of one encoded row.
    pub(crate) fn apply(&self, row: &mut [u8]) {
        let mut field = row;
        for oid in &self.0 {
            let Some(length) = field.first_chunk().copied().map(i32::from_be_bytes) else {
                return;
            };
            // Null is -1.
            let end = 4 + usize::try_from(length).unwrap_or(0);
            if let Some(oid) = oid
                && let Some(place) = field.get_mut(ELEMENT_TYPE_AT..ELEMENT_TYPE_AT + 4)
                && length > 0
            {
                place.copy_from_slice(&oid.to_be_bytes());
            }
            let Some((_, rest)) = field.split_at_mut_checked(end) else {
                return;
            };
            field = rest;
        }
    }
}

/// Whether values of the type are composite, or are made of such.
fn has_composite(ty: &Type) -> bool {
    match driver::base(ty).kind() {
        Kind::Composite(_) => true,
        Kind::Array(inner) | Kind::Range(inner) | Kind::Multirange(inner) => has_composite(inner),
        _ => false,
    }
}

/// Whether the column may hold arrays whose elements' OID is not known here. Types outside `pg_catalog`, which `format_type` writes
/// with their schema, may be domains over arrays.
fn is_open(table: &Table, column: &str) -> bool {
    let mut columns = table.columns.iter().filter(|c| c.name == column);
    columns.any(|c| {
        let array_or_ours = c.sql_type.ends_with("[]") || c.sql_type.contains('.');
        array_or_ours && !is_known_array(c.sql_type)
    })
}

/// Whether the elements' OID is the Rust element type's `ELEMENT_OID`. `numeric(12,2)[]` and `interval(3)[]` are not known by name, and
/// are asked for; that costs a round trip and is right.
fn is_known_array(sql_type: &str) -> bool {
    let element = sql_type.strip_suffix("[]");
    let mut firsts = TYPES.iter().filter(|ty| !ty.is_second);
    element.is_some_and(|element| firsts.any(|ty| ty.sql == element))
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::*;
    use crate::array::Array;
    use crate::encode::{field, nullable_field};
    use crate::table::Column;

    #[test]
    fn only_arrays_and_types_of_ones_own_are_asked_for() {
        for (sql_type, open) in [
            ("text", false),
            ("numeric(12,2)", false),
            ("text[]", false),
            ("timestamp with time zone[]", false),
            ("character varying(20)[]", true),
            ("public.mood", true),
            ("public.mood[]", true),
            ("numeric(12,2)[]", true),
        ] {
            let column = Column::nullable("c", sql_type);
            let table = Table {
                schema: "public",
                name: "t",
                columns: Vec::leak(vec![column]),
                primary_key: &[],
            };
            assert_eq!(is_open(&table, "c"), open, "{sql_type}");
            assert!(!is_open(&table, "another"));
        }
    }

    #[test]
    fn the_oid_is_put_into_arrays_alone() {
        let mut row = BytesMut::new();
        field(&1i64, &mut row).unwrap();
        field(&Array::from(vec!["a"]), &mut row).unwrap();
        nullable_field::<Array<String>>(&None, &mut row).unwrap();
        field(&Array::<String>::default(), &mut row).unwrap();
        field(&"", &mut row).unwrap();
        let mut expected = row.clone();
        expected[12 + 12..][..4].copy_from_slice(&1043u32.to_be_bytes());
        let last_array = row.len() - 4 - 4;
        expected[last_array..][..4].copy_from_slice(&1043u32.to_be_bytes());

        ElementOids(vec![None, Some(1043), Some(1043), Some(1043), None]).apply(&mut row);
        assert_eq!(row, expected);
    }
}
