//! An expression for a value of each type.

#[cfg(test)]
mod tests;

use std::cell::RefCell;

use catalog::{Catalog, TypeRef};
use sql::{qualified::qualified, quote};

use crate::draw::Draw;
use crate::names::{Pair, written};
use crate::types::{self, Family};

/// Words that texts are made of.
const WORDS: [&str; 16] = [
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "jetty",
    "knoll", "larch", "marsh", "north", "ocean", "plain",
];

/// How far types are followed into each other: a composite type may hold an array of itself through a table.
const DEPTH: usize = 6;

/// How far before the end of the time range moments are drawn, in seconds.
const SPAN: i64 = 90 * 86_400;

/// What values are drawn from.
pub(crate) struct Values<'a> {
    pub(crate) catalog: &'a Catalog,
    /// Unix time in seconds.
    pub(crate) until: i64,
    /// Domains that occur inside of other types, and whose values come from a list.
    pub(crate) domains: RefCell<Vec<Pair>>,
}

/// Which of a type's values are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// Any that are likely.
    Any,
    /// Another one for each row, as far as the type has so many.
    Distinct,
}

impl Values<'_> {
    /// An expression for a value, of the type itself; `None` for a type that nothing is known of.
    pub(crate) fn value(&self, ty: &TypeRef, which: Which, draw: &mut Draw) -> Option<String> {
        self.nested(ty, which, draw, DEPTH)
    }

    fn nested(&self, ty: &TypeRef, which: Which, draw: &mut Draw, depth: usize) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        let cast = types::written(ty);
        if ty.array {
            return self.array(ty, which, draw, depth);
        }
        if types::domain(self.catalog, ty).is_some() {
            return Some(self.of_domain(ty, draw));
        }
        let plain = match (ty.schema.as_str(), which) {
            ("pg_catalog", Which::Distinct) => {
                self.distinct(ty, draw).or_else(|| self.built_in(ty, draw))
            }
            ("pg_catalog", Which::Any) => self.built_in(ty, draw),
            _ => None,
        };
        let found = plain
            .or_else(|| self.range(ty, which, draw, depth))
            .or_else(|| self.defined(ty, draw, depth))
            .or_else(|| of_extension(ty, which, draw));
        found.map(|it| format!("({it})::{cast}"))
    }

    fn array(&self, ty: &TypeRef, which: Which, draw: &mut Draw, depth: usize) -> Option<String> {
        let cast = types::written(ty);
        let mut element = || self.nested(&types::element(ty), which, draw, depth);
        let (first, second) = (element()?, element()?);
        let arrays = [
            format!("ARRAY[{first}, {second}]::{cast}"),
            format!("ARRAY[{first}]::{cast}"),
            format!("ARRAY[{second}, {first}, {second}]::{cast}"),
        ];
        draw.pick(&arrays)
    }

    fn of_domain(&self, ty: &TypeRef, draw: &mut Draw) -> String {
        let pair = (ty.schema.clone(), ty.name.clone());
        let mut domains = self.domains.borrow_mut();
        let index = domains
            .iter()
            .position(|it| *it == pair)
            .unwrap_or_else(|| {
                domains.push(pair);
                domains.len() - 1
            });
        let all = format!("(SELECT d.all_of_it FROM {} AS d)", domain_list(index));
        let drawn = draw.hash();
        qualified(&format!(
            "({all})[(1 + ({drawn} % GREATEST(cardinality({all}), 1)))::integer]"
        ))
    }

    /// Values of PostgreSQL's own types, of which another row has another one.
    fn distinct(&self, ty: &TypeRef, draw: &mut Draw) -> Option<String> {
        let n = draw.row().to_owned();
        let text = match ty.name.as_str() {
            "int2" => format!("({n} % 32768)"),
            "int4" | "oid" => format!("({n} % 2147483648)"),
            "int8" => n,
            "float4" => format!("({n} % 16777216)"),
            "float8" => n,
            "numeric" => numeric(ty, &n),
            "money" => format!("({n} % 100000000)"),
            "text" | "varchar" | "bpchar" | "name" => distinct_text(ty, draw),
            "bytea" => format!("decode(lpad(to_hex({n}), 16, '0'), 'hex')"),
            "date" => format!("({} - ({n} % 700000)::integer)", self.day()),
            "time" => {
                format!("('00:00'::time + make_interval(secs => ({n} % 86400)::double precision))")
            }
            "interval" => format!("make_interval(secs => {n}::double precision)"),
            "daterange" => {
                let first = format!("({} - (2 * ({n} % 300000))::integer)", self.day());
                format!("daterange({first}, ({first} + 1))")
            }
            "tsrange" | "tstzrange" => {
                let end = format!(
                    "to_timestamp(({} - (7200 * {n}))::double precision)",
                    self.until
                );
                let start = format!("({end} - '01:00:00'::interval)");
                match ty.name.as_str() {
                    "tsrange" => {
                        format!("tsrange(timezone('UTC', {start}), timezone('UTC', {end}))")
                    }
                    _ => format!("tstzrange({start}, {end})"),
                }
            }
            "int4range" => format!(
                "int4range((2 * ({n} % 1000000000))::integer, (2 * ({n} % 1000000000) + 1)::integer)"
            ),
            "int8range" => format!("int8range(2 * {n}, 2 * {n} + 1)"),
            "numrange" => format!("numrange((2 * {n})::numeric, (2 * {n} + 1)::numeric)"),
            "inet" => format!("('10.0.0.0'::inet + ({n} % 16777216))"),
            "cidr" => format!("set_masklen('10.0.0.0'::cidr + ({n} % 16777216), 32)"),
            "pg_lsn" => format!("('0/0'::pg_lsn + {n}::numeric)"),
            _ => return None,
        };
        Some(qualified(&text))
    }

    /// Likely values of PostgreSQL's own types. See `sql::types::TYPES`.
    fn built_in(&self, ty: &TypeRef, draw: &mut Draw) -> Option<String> {
        if let Some(text) = self.moment(ty, draw) {
            return Some(qualified(&text));
        }
        let text = match ty.name.as_str() {
            "int2" => draw.below(1_000),
            "int4" => draw.below(10_000),
            "int8" => draw.below(1_000_000),
            "oid" => draw.below(10_000),
            "float4" | "float8" => {
                format!("({}::double precision / 1000)", draw.below(1_000_000))
            }
            "numeric" => numeric(ty, &draw.hash()),
            "money" => format!("({}::numeric * 0.01)", draw.below(100_000)),
            "bool" => format!("({} = 0)", draw.below(2)),
            "text" | "varchar" | "bpchar" | "name" => some_text(draw),
            "bytea" => format!("decode(md5({}::text), 'hex')", draw.hash()),
            // With this bit, 16 digits come of each. A hash like md5 takes three times as long.
            "uuid" => {
                let mut half = || format!("to_hex({} | 4611686018427387904)", draw.hash());
                format!("({} || {})", half(), half())
            }
            "bit" => format!("({}::bit(64))::varbit", draw.hash()),
            "varbit" => format!("({}::bit(16))", draw.below(65_536)),
            "char" => format!("chr((65 + {})::integer)", draw.below(26)),
            "json" | "jsonb" => {
                format!(
                    "jsonb_build_object('kind', {}, 'count', {})",
                    word(draw),
                    draw.below(100)
                )
            }
            "jsonpath" => format!("('$.' || {})", word(draw)),
            "xml" => format!("('<row>' || {} || '</row>')", word(draw)),
            "tsvector" => format!("array_to_tsvector(ARRAY[{}, {}])", word(draw), word(draw)),
            "tsquery" => format!("({} || ' & ' || {})", word(draw), word(draw)),
            "cid" | "xid" | "xid8" => format!("({}::text)", draw.below(1_000_000)),
            "tid" => format!(
                "format('(%s,%s)', {}, 1 + {})",
                draw.below(1_000),
                draw.below(100)
            ),
            "pg_lsn" => format!("('0/0'::pg_lsn + {}::numeric)", draw.hash()),
            "pg_snapshot" | "txid_snapshot" => {
                let first = draw.below(1_000);
                format!("format('%s:%s:', 1 + {first}, 11 + {first})")
            }
            "aclitem" => "makeaclitem(10::oid, 10::oid, 'SELECT', false)".to_owned(),
            "oidvector" | "int2vector" => {
                format!("format('%s %s', {}, {})", draw.below(100), draw.below(100))
            }
            "refcursor" => word(draw),
            _ => address(ty, draw)
                .or_else(|| shape(ty, draw))
                .or_else(|| registered(ty))?,
        };
        Some(qualified(&text))
    }

    fn moment(&self, ty: &TypeRef, draw: &mut Draw) -> Option<String> {
        let at = format!(
            "to_timestamp({} - ({SPAN} * {}))",
            self.until,
            draw.fraction()
        );
        Some(match ty.name.as_str() {
            "timestamptz" => at,
            "timestamp" => format!("timezone('UTC', {at})"),
            "date" => format!("({} - {}::integer)", self.day(), draw.below(90)),
            "time" => format!(
                "('00:00'::time + make_interval(secs => {}::double precision))",
                draw.below(86_400)
            ),
            "timetz" => format!(
                "format('%s+00', '00:00'::time + make_interval(secs => {}::double precision))",
                draw.below(86_400)
            ),
            "interval" => format!(
                "make_interval(secs => {}::double precision)",
                draw.below(86_400)
            ),
            _ => return None,
        })
    }

    /// The day on which the time range ends.
    fn day(&self) -> String {
        format!("('1970-01-01'::date + {})", self.until.div_euclid(86_400))
    }

    /// A value of a range or multirange type, PostgreSQL's or the user's.
    fn range(&self, ty: &TypeRef, which: Which, draw: &mut Draw, depth: usize) -> Option<String> {
        let constructor = written(&ty.schema, &ty.name);
        let mut ranges = self.catalog.ranges.iter();
        let of_multirange = |it: &&catalog::RangeType| {
            it.multirange
                .as_ref()
                .is_some_and(|it| it.schema == ty.schema && it.name == ty.name)
        };
        let own = ranges.find(|it| it.schema == ty.schema && it.name == ty.name);
        if let Some(own) = own {
            let subtype = types::base(self.catalog, &own.subtype).ty;
            let mut draw_one = || self.nested(&subtype, which, draw, depth);
            let (one, other) = (draw_one()?, draw_one()?);
            // Their order is by the type's own operators; a range that is not of these has one bound only.
            return Some(if own.operator_class.is_none() && own.collation.is_none() {
                format!("{constructor}(LEAST({one}, {other}), GREATEST({one}, {other}))")
            } else {
                format!("{constructor}({one}, {one}, '[]')")
            });
        }
        if let Some(own) = self.catalog.ranges.iter().find(of_multirange) {
            let inner = TypeRef {
                sql: written(&own.schema, &own.name),
                schema: own.schema.clone(),
                name: own.name.clone(),
                array: false,
            };
            let inner = self.nested(&inner, which, draw, depth)?;
            return Some(format!("{constructor}({inner})"));
        }
        if ty.schema != "pg_catalog" {
            return None;
        }
        if let Some(single) = ty.name.strip_suffix("multirange") {
            let inner = built_in_type(&format!("{single}range"));
            let inner = self.nested(&inner, which, draw, depth)?;
            return Some(format!("{constructor}({inner})"));
        }
        let subtype = match ty.name.as_str() {
            "int4range" => "int4",
            "int8range" => "int8",
            "numrange" => "numeric",
            "daterange" => "date",
            "tsrange" => "timestamp",
            "tstzrange" => "timestamptz",
            _ => return None,
        };
        let subtype = built_in_type(subtype);
        let mut draw_one = || self.nested(&subtype, Which::Any, draw, depth);
        let (one, other) = (draw_one()?, draw_one()?);
        Some(format!(
            "{constructor}(LEAST({one}, {other}), GREATEST({one}, {other}))"
        ))
    }

    /// A value of an enum, a composite type, or the row type of a relation.
    fn defined(&self, ty: &TypeRef, draw: &mut Draw, depth: usize) -> Option<String> {
        let is_it = |schema: &str, name: &str| schema == ty.schema && name == ty.name;
        if let Some(it) = self
            .catalog
            .enums
            .iter()
            .find(|it| is_it(&it.schema, &it.name))
        {
            // Each cast by itself, which costs nothing when the query runs.
            let cast = types::written(ty);
            let labels = it.labels.iter();
            let labels = labels.map(|label| format!("{}::{cast}", quote::literal(label)));
            let labels: Vec<String> = labels.collect();
            return draw.pick(&labels);
        }
        let composites = self.catalog.composites.iter();
        let composites = composites.filter(|it| is_it(&it.schema, &it.name));
        let composites = composites.map(|it| it.attributes.iter().map(|it| &it.ty).collect());
        let tables = self.catalog.tables.iter();
        let tables = tables.filter(|it| is_it(&it.schema, &it.name));
        let tables = tables.map(|it| it.columns.iter().map(|it| &it.ty).collect());
        let views = self.catalog.views.iter();
        let views = views.filter(|it| is_it(&it.schema, &it.name));
        let views = views.map(|it| it.columns.iter().map(|it| &it.ty).collect());
        let attributes: Vec<&TypeRef> = composites.chain(tables).chain(views).next()?;
        let mut value = |ty: &TypeRef| {
            let value = self.nested(ty, Which::Any, draw, depth);
            value.unwrap_or_else(|| "NULL".to_owned())
        };
        let values: Vec<String> = attributes.into_iter().map(&mut value).collect();
        Some(format!("ROW({})", values.join(", ")))
    }
}

/// What a list of a domain's values is called.
pub(crate) fn domain_list(index: usize) -> String {
    quote::identifier(&format!("domain {index}"))
}

pub(crate) fn built_in_type(name: &str) -> TypeRef {
    let known = sql::types::find(name);
    TypeRef {
        sql: known.map_or(name, |it| it.sql).to_owned(),
        schema: "pg_catalog".to_owned(),
        name: name.to_owned(),
        array: false,
    }
}

/// Of a column's precision, from any bigint that is not negative.
fn numeric(ty: &TypeRef, from: &str) -> String {
    let (precision, scale) = match types::modifiers(ty)[..] {
        [precision] => (precision, 0),
        [precision, scale] => (precision, scale),
        _ => (15, 2),
    };
    let digits = precision.clamp(1, 15) as u32;
    // Digits of the fraction beyond the precision are zeros.
    format!(
        "(({from} % {})::numeric * 1e{})",
        10_u64.pow(digits),
        -scale
    )
}

fn word(draw: &mut Draw) -> String {
    let words: Vec<String> = WORDS.iter().map(|it| format!("'{it}'")).collect();
    format!(
        "(ARRAY[{}])[(1 + {})::integer]",
        words.join(", "),
        draw.below(WORDS.len() as u64)
    )
}

/// A word and a number.
fn some_text(draw: &mut Draw) -> String {
    format!("({} || '-' || {}::text)", word(draw), draw.below(1_000))
}

/// Most different in its last characters, which a short type keeps.
fn distinct_text(ty: &TypeRef, draw: &mut Draw) -> String {
    let n = draw.row().to_owned();
    match types::modifiers(ty).first() {
        Some(&length) if length < 20 && ty.name != "name" => {
            format!("right(lpad(to_hex({n}), {length}, '0'), {length})")
        }
        _ => format!("({} || '-' || {n}::text)", word(draw)),
    }
}

fn address(ty: &TypeRef, draw: &mut Draw) -> Option<String> {
    Some(match ty.name.as_str() {
        "inet" => format!("('10.0.0.0'::inet + {})", draw.below(16_777_216)),
        "cidr" => format!(
            "set_masklen('10.0.0.0'::cidr + (256 * {}), 24)",
            draw.below(65_536)
        ),
        "macaddr" => format!("lpad(to_hex({}), 12, '0')", draw.below(1 << 48)),
        "macaddr8" => format!("lpad(to_hex({}), 16, '0')", draw.hash()),
        _ => return None,
    })
}

fn shape(ty: &TypeRef, draw: &mut Draw) -> Option<String> {
    let mut number = || format!("{}::double precision", draw.below(1_000));
    let mut point = || format!("point({}, {})", number(), number());
    Some(match ty.name.as_str() {
        "point" => point(),
        "line" => format!("line({}, point(-1, -1))", point()),
        "lseg" => format!("lseg({}, {})", point(), point()),
        "box" => format!("box({}, {})", point(), point()),
        "path" => format!("path(polygon(box({}, {})))", point(), point()),
        "polygon" => format!("polygon(box({}, {}))", point(), point()),
        "circle" => format!("circle({}, 1 + {})", point(), number()),
        _ => return None,
    })
}

/// Objects that every database has.
fn registered(ty: &TypeRef) -> Option<String> {
    let name = match ty.name.as_str() {
        "regclass" => "pg_catalog.pg_class",
        "regcollation" => "pg_catalog.\"default\"",
        "regconfig" => "pg_catalog.simple",
        "regdictionary" => "pg_catalog.simple",
        "regnamespace" => "pg_catalog",
        "regoper" => "pg_catalog.!~~*",
        "regoperator" => "pg_catalog.=(integer,integer)",
        "regproc" => "pg_catalog.now",
        "regprocedure" => "pg_catalog.now()",
        "regrole" => return Some("10::oid".to_owned()),
        "regtype" => "pg_catalog.int4",
        _ => return None,
    };
    Some(quote::literal(name))
}

/// Values of extensions' types, by what they read: an extension may be in any schema.
fn of_extension(ty: &TypeRef, which: Which, draw: &mut Draw) -> Option<String> {
    if ty.schema == "pg_catalog" {
        return None;
    }
    let text = match ty.name.as_str() {
        "citext" if which == Which::Distinct => distinct_text(ty, draw),
        "citext" => some_text(draw),
        "hstore" => format!("({} || '=>' || {}::text)", word(draw), draw.below(100)),
        "ltree" if which == Which::Distinct => {
            format!("({} || '.' || {}::text)", word(draw), draw.row())
        }
        "ltree" => format!("({} || '.' || {})", word(draw), word(draw)),
        "cube" => format!(
            "format('(%s,%s)', {}, {})",
            draw.below(1_000),
            draw.below(1_000)
        ),
        "isbn" | "issn" | "ean13" => return None,
        "vector" | "halfvec" => {
            let length = types::modifiers(ty)
                .first()
                .map_or(3, |it| (*it).clamp(1, 4_096));
            let numbers = vec![draw.below(100); length as usize].join(", ");
            format!("array_to_string(ARRAY[{numbers}], ',', '')")
        }
        "geometry" | "geography" => {
            let srid = ty
                .sql
                .split_once(',')
                .and_then(|(_, rest)| rest.trim_end_matches(')').parse::<u32>().ok());
            let srid = srid.map_or(String::new(), |it| format!("SRID={it};"));
            format!(
                "format('{srid}POINT(%s %s)', {} - 90, {} - 45)",
                draw.below(180),
                draw.below(90)
            )
        }
        _ => return None,
    };
    let text = match ty.name.as_str() {
        "vector" | "halfvec" => format!("('[' || {text} || ']')"),
        _ => text,
    };
    Some(qualified(&text))
}

/// Whether values of the type differ from row to row without being asked to.
pub(crate) fn is_wide(ty: &TypeRef) -> bool {
    let name = ty.name.as_str();
    !ty.array && (["uuid", "bytea", "timestamptz", "timestamp", "macaddr8"].contains(&name))
}

/// Whether [`Which::Distinct`] makes a difference.
pub(crate) fn can_be_distinct(ty: &TypeRef) -> bool {
    match types::family(ty) {
        Family::Number | Family::Text | Family::Moment | Family::Interval | Family::Bytes => true,
        Family::Array | Family::Json => false,
        Family::Other => {
            ty.name.ends_with("range")
                || ["inet", "cidr", "pg_lsn", "oid", "time", "money", "ltree"]
                    .contains(&ty.name.as_str())
        }
    }
}
