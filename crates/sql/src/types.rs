//! PostgreSQL's types: one table, which the values, the generated code, their tests and the documentation come from.
//!
//! A type is in the table when its Rust type holds every value that PostgreSQL can store in it.

/// A type of `pg_catalog` that has a Rust type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SqlType {
    /// `typname`.
    pub name: &'static str,
    /// What `format_type` prints for it without a modifier.
    pub sql: &'static str,
    /// OID, which is the same on every server.
    pub oid: u32,
    /// Path of the Rust type in generated code.
    pub rust: &'static str,
    /// Whether rows are read between two bounds of this type.
    pub is_ordered: bool,
    /// Whether PostgreSQL knows which values are equal, so that `DISTINCT` and keys take the type.
    pub has_equality: bool,
    /// Whether the Rust type is `Copy`.
    pub is_copy: bool,
    /// Whether a range type of the user's over it is a range of the Rust type: its order is PostgreSQL's, whatever the collation.
    pub is_subtype: bool,
    /// Whether PostgreSQL's own range type over it has one form for equal ranges, which a range type of the user's does not have.
    pub is_discrete: bool,
    /// Whether the Rust type primarily belongs to another SQL type, so that its arrays must be given this type's OID.
    pub is_second: bool,
}

impl SqlType {
    const fn ordered(mut self) -> Self {
        self.is_ordered = true;
        self
    }

    const fn unequal(mut self) -> Self {
        self.has_equality = false;
        self
    }

    const fn copy(mut self) -> Self {
        self.is_copy = true;
        self
    }

    const fn subtype(mut self) -> Self {
        self.is_subtype = true;
        self
    }

    const fn discrete(mut self) -> Self {
        self.is_discrete = true;
        self.subtype()
    }

    const fn second(mut self) -> Self {
        self.is_second = true;
        self
    }
}

const fn of(name: &'static str, sql: &'static str, oid: u32, rust: &'static str) -> SqlType {
    SqlType {
        name,
        sql,
        oid,
        rust,
        is_ordered: false,
        is_subtype: false,
        is_discrete: false,
        has_equality: true,
        is_copy: false,
        is_second: false,
    }
}

/// The types, by name. OIDs are those of PostgreSQL's `pg_type.dat`.
#[rustfmt::skip]
pub const TYPES: &[SqlType] = &[
    of("bit", "bit", 1560, "timeschema::Bits").second(),
    of("bool", "boolean", 16, "bool").copy(),
    of("box", "box", 603, "timeschema::Rectangle").unequal().copy(),
    of("bpchar", "character", 1042, "String").second(),
    of("bytea", "bytea", 17, "Vec<u8>"),
    of("char", "\"char\"", 18, "timeschema::InternalChar").copy(),
    of("cid", "cid", 29, "timeschema::Cid").copy(),
    of("cidr", "cidr", 650, "timeschema::Cidr").copy(),
    of("circle", "circle", 718, "timeschema::Circle").unequal().copy(),
    of("date", "date", 1082, "timeschema::Date").ordered().copy().discrete(),
    of("datemultirange", "datemultirange", 4535, "timeschema::Multirange<timeschema::Date>"),
    of("daterange", "daterange", 3912, "timeschema::Range<timeschema::Date>"),
    of("float4", "real", 700, "f32").copy().subtype(),
    of("float8", "double precision", 701, "f64").copy().subtype(),
    of("inet", "inet", 869, "timeschema::Inet").copy(),
    of("int2", "smallint", 21, "i16").ordered().copy().subtype(),
    of("int4", "integer", 23, "i32").ordered().copy().discrete(),
    of("int4multirange", "int4multirange", 4451, "timeschema::Multirange<i32>"),
    of("int4range", "int4range", 3904, "timeschema::Range<i32>"),
    of("int8", "bigint", 20, "i64").ordered().copy().discrete(),
    of("int8multirange", "int8multirange", 4536, "timeschema::Multirange<i64>"),
    of("int8range", "int8range", 3926, "timeschema::Range<i64>"),
    of("interval", "interval", 1186, "timeschema::Interval").copy(),
    of("json", "json", 114, "timeschema::Json").unequal(),
    of("jsonb", "jsonb", 3802, "timeschema::Jsonb"),
    of("jsonpath", "jsonpath", 4072, "timeschema::JsonPath").unequal(),
    of("line", "line", 628, "timeschema::Line").unequal().copy(),
    of("lseg", "lseg", 601, "timeschema::LineSegment").unequal().copy(),
    of("macaddr", "macaddr", 829, "timeschema::MacAddr").copy(),
    of("macaddr8", "macaddr8", 774, "timeschema::MacAddr8").copy(),
    of("money", "money", 790, "timeschema::Money").copy(),
    of("name", "name", 19, "String").second(),
    of("numeric", "numeric", 1700, "timeschema::Numeric").subtype(),
    of("nummultirange", "nummultirange", 4532, "timeschema::Multirange<timeschema::Numeric>"),
    of("numrange", "numrange", 3906, "timeschema::Range<timeschema::Numeric>"),
    of("oid", "oid", 26, "timeschema::Oid").copy(),
    of("path", "path", 602, "timeschema::Path").unequal(),
    of("pg_lsn", "pg_lsn", 3220, "timeschema::PgLsn").copy().subtype(),
    of("pg_snapshot", "pg_snapshot", 5038, "timeschema::PgSnapshot").unequal(),
    of("point", "point", 600, "timeschema::Point").unequal().copy(),
    of("polygon", "polygon", 604, "timeschema::Polygon").unequal(),
    of("regclass", "regclass", 2205, "timeschema::Oid").copy().second(),
    of("regcollation", "regcollation", 4191, "timeschema::Oid").copy().second(),
    of("regconfig", "regconfig", 3734, "timeschema::Oid").copy().second(),
    of("regdictionary", "regdictionary", 3769, "timeschema::Oid").copy().second(),
    of("regnamespace", "regnamespace", 4089, "timeschema::Oid").copy().second(),
    of("regoper", "regoper", 2203, "timeschema::Oid").copy().second(),
    of("regoperator", "regoperator", 2204, "timeschema::Oid").copy().second(),
    of("regproc", "regproc", 24, "timeschema::Oid").copy().second(),
    of("regprocedure", "regprocedure", 2202, "timeschema::Oid").copy().second(),
    of("regrole", "regrole", 4096, "timeschema::Oid").copy().second(),
    of("regtype", "regtype", 2206, "timeschema::Oid").copy().second(),
    of("text", "text", 25, "String"),
    of("tid", "tid", 27, "timeschema::Tid").copy(),
    of("time", "time without time zone", 1083, "timeschema::Time").copy().subtype(),
    of("timestamp", "timestamp without time zone", 1114, "timeschema::LocalTimestamp").ordered().copy().subtype(),
    of("timestamptz", "timestamp with time zone", 1184, "timeschema::Timestamp").ordered().copy().subtype(),
    of("timetz", "time with time zone", 1266, "timeschema::TimeTz").copy().subtype(),
    of("tsmultirange", "tsmultirange", 4533, "timeschema::Multirange<timeschema::LocalTimestamp>"),
    of("tsquery", "tsquery", 3615, "timeschema::TsQuery"),
    of("tsrange", "tsrange", 3908, "timeschema::Range<timeschema::LocalTimestamp>"),
    of("tstzmultirange", "tstzmultirange", 4534, "timeschema::Multirange<timeschema::Timestamp>"),
    of("tstzrange", "tstzrange", 3910, "timeschema::Range<timeschema::Timestamp>"),
    of("tsvector", "tsvector", 3614, "timeschema::TsVector"),
    of("txid_snapshot", "txid_snapshot", 2970, "timeschema::PgSnapshot").unequal().second(),
    of("uuid", "uuid", 2950, "timeschema::Uuid").ordered().copy().subtype(),
    of("varbit", "bit varying", 1562, "timeschema::Bits"),
    of("varchar", "character varying", 1043, "String").second(),
    of("xid", "xid", 28, "timeschema::Xid").copy(),
    of("xid8", "xid8", 5069, "timeschema::Xid8").copy(),
    of("xml", "xml", 142, "timeschema::Xml").unequal(),
];

/// A type of an extension that has a Rust type. Its OID and its schema differ from database to database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtensionType {
    /// Name of the extension.
    pub extension: &'static str,
    /// `typname`.
    pub name: &'static str,
    /// Path of the Rust type in generated code.
    pub rust: &'static str,
}

const fn added(extension: &'static str, name: &'static str, rust: &'static str) -> ExtensionType {
    ExtensionType {
        extension,
        name,
        rust,
    }
}

/// The types of extensions, by name.
pub const EXTENSION_TYPES: &[ExtensionType] = &[
    added("citext", "citext", "String"),
    added("postgis", "geography", "timeschema::Geography"),
    added("postgis", "geometry", "timeschema::Geometry"),
    added("hstore", "hstore", "timeschema::Hstore"),
    added("ltree", "ltree", "timeschema::Ltree"),
    added("vector", "vector", "timeschema::Vector"),
];

/// The type of that `typname`.
pub fn find(name: &str) -> Option<&'static SqlType> {
    TYPES.iter().find(|ty| ty.name == name)
}

/// The type that `format_type` prints so, with a modifier or without: `numeric(12,2)`, `timestamp(3) with time zone`.
pub fn by_sql(sql: &str) -> Option<&'static SqlType> {
    let is_same = |ty: &&SqlType| match sql.split_once('(') {
        None => ty.sql == sql,
        Some((before, rest)) => {
            let after = rest.split_once(')').map_or("", |(_, after)| after);
            ty.sql.strip_prefix(before) == Some(after)
        }
    };
    TYPES.iter().find(is_same)
}

/// OID of the type of that `typname`, for constants: a name that is not in the table does not compile.
pub const fn oid(name: &str) -> u32 {
    let mut at = 0;
    while at < TYPES.len() {
        if is_same(TYPES[at].name, name) {
            return TYPES[at].oid;
        }
        at += 1;
    }
    panic!("no such type in the table")
}

/// `==`, which a constant cannot have of strings.
const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_names_each_type_once() {
        assert!(TYPES.is_sorted_by(|a, b| a.name < b.name));
        assert!(EXTENSION_TYPES.is_sorted_by(|a, b| a.name < b.name));
        for ty in TYPES.iter().filter(|ty| ty.is_second) {
            assert!(
                TYPES.iter().any(|it| it.rust == ty.rust && !it.is_second),
                "{} has no first",
                ty.name
            );
        }
    }

    #[test]
    fn a_type_is_found_as_it_is_printed() {
        let found = |sql| by_sql(sql).map(|ty| ty.name);
        assert_eq!(found("bigint"), Some("int8"));
        assert_eq!(found("numeric(12,2)"), Some("numeric"));
        assert_eq!(found("timestamp(3) with time zone"), Some("timestamptz"));
        assert_eq!(found("time(0) without time zone"), Some("time"));
        assert_eq!(found("character varying(20)"), Some("varchar"));
        for unknown in ["bigint[]", "numeric(12,2)[]", "public.bigint", "", "("] {
            assert_eq!(found(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn oids_are_found_by_the_whole_name() {
        assert_eq!(oid("date"), 1082);
        assert_eq!(oid("json"), 114);
        assert_eq!(oid("jsonb"), 3802);
        assert!(std::panic::catch_unwind(|| oid("js")).is_err());
    }
}
