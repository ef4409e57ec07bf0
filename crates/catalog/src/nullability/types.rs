//! Types: of which type an expression is, and between which a value stays one.

use crate::nodes::Node;

use super::conditions::sublink;
use super::{BOOLEAN, FIRST_USER_OID};

/// Types that PostgreSQL itself converts into each other without making a null of a value; between two of them nobody can add a cast.
/// `pg_type.dat` fixes their OIDs.
const FAMILIES: &[&[i64]] = &[
    // smallint, integer, bigint, real, double precision, numeric
    &[21, 23, 20, 700, 701, 1700],
    // text, varchar, char, name
    &[25, 1043, 1042, 19],
    // date, timestamp, timestamptz
    &[1082, 1114, 1184],
    // time, timetz
    &[1083, 1266],
    // inet, cidr
    &[869, 650],
    // bit, varbit
    &[1560, 1562],
];

/// Whether a value of the type stays one where it is converted to the wanted type.
pub(super) fn is_kept(ty: i64, wanted: i64) -> bool {
    let has_both = |family: &&[i64]| family.contains(&ty) && family.contains(&wanted);
    ty == wanted || FAMILIES.iter().any(has_both)
}

/// Whether the type is PostgreSQL's own.
pub(super) fn is_of_postgres(ty: i64) -> bool {
    ty < FIRST_USER_OID
}

/// Whether a value of the type surely is a single one, and no row of one column: a type of `pg_type.dat`, except `record`.
pub(super) fn is_scalar(ty: i64) -> bool {
    // `FirstGenbkiObjectId` of `transam.h`.
    const FIRST_GENERATED_OID: i64 = 10_000;
    const RECORD: i64 = 2249;
    ty < FIRST_GENERATED_OID && ty != RECORD
}

/// The type of an expression, for most of them.
pub(super) fn of(node: &Node) -> Option<i64> {
    const FIELDS: &[&str] = &[
        "vartype",
        "consttype",
        "funcresulttype",
        "opresulttype",
        "resulttype",
        "aggtype",
        "wintype",
        "casetype",
        "coalescetype",
        "minmaxtype",
        "array_typeid",
        "row_typeid",
        "paramtype",
        "refrestype",
        "type",
    ];
    match node.tag() {
        "BOOLEXPR" | "NULLTEST" | "BOOLEANTEST" | "SCALARARRAYOPEXPR" => Some(BOOLEAN),
        "SUBLINK" => match node.int("subLinkType")? {
            sublink::EXPRESSION => of(node
                .node("subselect")?
                .nodes("targetList")
                .next()?
                .node("expr")?),
            sublink::ARRAY => None,
            _ => Some(BOOLEAN),
        },
        "GROUPINGFUNC" => Some(23),
        "COLLATEEXPR" => of(node.node("arg")?),
        _ => FIELDS.iter().find_map(|field| node.int(field)),
    }
}
