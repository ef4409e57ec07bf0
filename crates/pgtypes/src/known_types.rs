//! The types that are the same on every server, by what `format_type` prints for them.

use std::collections::HashMap;
use std::sync::LazyLock;

use postgres_types::{Kind, Type};
use sql::types::TYPES;

/// The first OID that `initdb` gives itself: `FirstGenbkiObjectId`. Those of `pg_type.dat` are below it, and the same on every server.
const GENERATED: u32 = 10_000;

/// The types of the table and their arrays, by name without a modifier.
static KNOWN: LazyLock<HashMap<String, Type>> = LazyLock::new(|| {
    let mut types = HashMap::new();
    for known in TYPES {
        if let Some(ty) = Type::from_oid(known.oid) {
            types.insert(known.sql.to_owned(), ty);
        }
    }
    for array in (1..GENERATED).filter_map(Type::from_oid) {
        // `int2vector` and `oidvector` are arrays too, but not those of their elements.
        if let Kind::Array(element) = array.kind()
            && array.name().strip_prefix('_') == Some(element.name())
            && let Some(known) = TYPES.iter().find(|known| known.oid == element.oid())
        {
            types.insert(format!("{}[]", known.sql), array);
        }
    }
    types
});

/// The type of a column, if every server has it: `numeric(12,2)`, `timestamp(3) with time zone`, `text[]`.
pub(crate) fn known_type(sql: &str) -> Option<Type> {
    let Some((before, rest)) = sql.split_once('(') else {
        return KNOWN.get(sql).cloned();
    };
    let (_, after) = rest.split_once(')')?;
    KNOWN.get(&format!("{before}{after}")).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_the_table_is_known_and_so_is_its_array() {
        for known in TYPES {
            let ty = known_type(known.sql).unwrap_or_else(|| panic!("{}", known.sql));
            assert_eq!(ty.oid(), known.oid);
            let array = known_type(&format!("{}[]", known.sql));
            let array = array.unwrap_or_else(|| panic!("{}[]", known.sql));
            assert_eq!(*array.kind(), Kind::Array(ty), "{}", known.sql);
        }
    }

    #[test]
    fn a_modifier_does_not_matter() {
        for (sql, expected) in [
            ("numeric(12,2)", Some(Type::NUMERIC)),
            ("numeric(12,2)[]", Some(Type::NUMERIC_ARRAY)),
            ("timestamp(3) with time zone", Some(Type::TIMESTAMPTZ)),
            (
                "timestamp(3) with time zone[]",
                Some(Type::TIMESTAMPTZ_ARRAY),
            ),
            ("character varying(20)[]", Some(Type::VARCHAR_ARRAY)),
            ("smallint[]", Some(Type::INT2_ARRAY)),
            ("public.mood", None),
            ("public.mood[]", None),
            ("public.bigint", None),
            ("text[][]", None),
            ("(", None),
            ("", None),
        ] {
            assert_eq!(known_type(sql), expected, "{sql}");
        }
    }
}
