//! Composite types and range types: read, compared, and asked for by those who need them.

use catalog::{Catalog, Schemas, Scope, at_least, diff};

use crate::support::Database;

const TYPES: &str = r#"
CREATE EXTENSION citext;
CREATE SCHEMA parts;
CREATE SCHEMA shop;
CREATE TYPE parts.side AS ENUM ('left', 'right');
CREATE TYPE parts.gone AS (a text);
CREATE TYPE parts.point AS (x double precision, gone integer, side parts.side);
ALTER TYPE parts.point DROP ATTRIBUTE gone;
ALTER TYPE parts.point ADD ATTRIBUTE "a ""tag""" varchar(20)[];
COMMENT ON TYPE parts.point IS 'Where it is.';
COMMENT ON COLUMN parts.point.x IS 'From the left.';
CREATE TYPE shop.path AS (points parts.point[]);
CREATE TYPE shop.nothing AS ();
CREATE TYPE shop.times AS RANGE (subtype = time);
COMMENT ON TYPE shop.times IS 'Opening hours.';
CREATE FUNCTION shop.distance(double precision, double precision) RETURNS double precision LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE TYPE shop."float range" AS RANGE (subtype = double precision, subtype_diff = shop.distance);
CREATE TYPE parts.words AS RANGE (subtype = text, subtype_opclass = text_pattern_ops, collation = "C");
CREATE TYPE parts.levels AS RANGE (subtype = parts.side);
CREATE TABLE shop.items (path shop.path, open shop.times[], words parts.words);
CREATE TABLE shop.logs (item shop.items, at parts.point);
"#;

fn only(database: &Database, schema: &str) -> Catalog {
    let scope = Scope {
        schemas: Schemas::Only(vec![schema.to_owned()]),
        ..Scope::default()
    };
    catalog::introspect(&scope, |query| {
        Ok::<_, std::convert::Infallible>(database.run(query))
    })
    .unwrap()
}

fn types(catalog: &Catalog) -> Vec<&str> {
    let enums = catalog.enums.iter().map(|it| &*it.name);
    let composites = catalog.composites.iter().map(|it| &*it.name);
    let ranges = catalog.ranges.iter().map(|it| &*it.name);
    enums.chain(composites).chain(ranges).collect()
}

#[testkit::test]
fn what_they_are_made_of(database: Database) {
    database.run(TYPES);
    let catalog = database.catalog();
    let found = Catalog {
        composites: catalog.composites.clone(),
        ranges: catalog.ranges.clone(),
        ..Catalog::default()
    };
    assert!(!found.is_empty());
    insta::assert_snapshot!(found.to_text());
    database.is_read_the_same_by_those_who_need_it();
    // With the extension there are more types, none of which is the user's.
    database.run("CREATE EXTENSION timescaledb");
    assert_eq!(database.catalog().composites, catalog.composites);
    assert_eq!(database.catalog().ranges, catalog.ranges);
}

#[testkit::test]
fn those_of_other_schemas_are_read_where_they_are_used(database: Database) {
    database.run(TYPES);
    let all = [
        "side",
        "point",
        "nothing",
        "path",
        "words",
        "float range",
        "times",
    ];
    assert_eq!(types(&only(&database, "shop")), all);
    // By columns alone, though nothing names the types themselves.
    let mut tables = database.catalog();
    tables.composites.clear();
    tables.ranges.clear();
    let needed = database.needed(&tables);
    assert_eq!(
        types(&needed),
        ["side", "point", "path", "words", "times"],
        "{:?}",
        types(&needed)
    );
}

#[testkit::test]
fn every_change_is_a_difference(database: Database) {
    database.run(TYPES);
    let mut before = database.catalog();
    let mut report = String::new();
    for change in [
        "ALTER TYPE parts.point ADD ATTRIBUTE y real",
        "ALTER TYPE parts.gone ALTER ATTRIBUTE a TYPE varchar(3)",
        "ALTER TYPE parts.gone ALTER ATTRIBUTE a TYPE varchar(30)",
        "ALTER TYPE parts.point DROP ATTRIBUTE side",
        "ALTER TYPE parts.point RENAME ATTRIBUTE x TO z",
        "ALTER TYPE parts.point DROP ATTRIBUTE z; ALTER TYPE parts.point ADD ATTRIBUTE z real",
        "COMMENT ON COLUMN parts.point.y IS 'From below.'",
        "DROP TYPE parts.gone",
        "ALTER TYPE shop.times RENAME TO hours",
        "DROP TYPE parts.levels; CREATE TYPE parts.levels AS RANGE (subtype = smallint)",
        r#"DROP TYPE shop."float range"; CREATE TYPE shop."float range" AS RANGE (subtype = double precision)"#,
    ] {
        database.run(change);
        let after = database.catalog();
        report += &format!("{change}\n");
        let lacks = at_least(&before, &after);
        assert_eq!(at_least(&before, &database.needed(&before)), lacks);
        for difference in diff(&before, &after) {
            let stops = lacks.iter().any(|it| it.object == difference.object);
            report += &format!("{:>8} {difference}\n", if stops { "stops" } else { "-" });
        }
        before = after;
    }
    insta::assert_snapshot!(report);
}
