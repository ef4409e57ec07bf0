//! Types of extensions.

use pgtypes::{Geography, Geometry, Hstore, Ltree, Vector};

use super::super::random::Random;
use super::{Visitor, value};

pub fn each(to: &mut impl Visitor) {
    let edges = &["", "Ab", "it's  ", "é\n"];
    to.visit(value::<String>(
        "citext",
        "md5(random()::text)",
        edges,
        Random::text,
    ));

    let edges = &[
        "",
        "a=>1",
        "a=>NULL,bb=>\"NULL\"",
        "\"\"=>\"\"",
        "\"q\\\"\\\\\"=>\"é => , \"",
    ];
    let server = "hstore(ARRAY[md5(random()::text), 'b', 'ab', NULL, '\"', '\\'])";
    let pair = |r: &mut Random| (r.text(), (!r.one_in(3)).then(|| r.text()));
    let pairs = move |r: &mut Random| (0..r.below(5)).map(|_| pair(r)).collect::<Hstore>();
    to.visit(value::<Hstore>("hstore", server, edges, pairs));

    let edges = &["", "a", "top.science.physics", "A_1.b.2"];
    let server = "repeat('a.', n % 7) || md5(random()::text)";
    let labels = |r: &mut Random| {
        let labels = (0..r.below(5)).map(|_| ["a", "b", "ab", "B_2"][r.below(4) as usize]);
        labels
            .collect::<Vec<_>>()
            .join(".")
            .parse::<Ltree>()
            .expect("any text")
    };
    to.visit(value::<Ltree>("ltree", server, edges, labels).ordered());

    let edges = &["[1]", "[1,-2.5,1e-07,3.4028235e+38]", "[0,-0,123456.79]"];
    let server = "ARRAY[random(), random() * 1e10, -random() * 1e-10]::real[]";
    let numbers = |r: &mut Random| Vector((0..1 + r.below(9)).map(|_| r.float32()).collect());
    to.visit(value::<Vector>("vector", server, edges, numbers));

    let edges = &["POINT EMPTY", "POINT(1 2)", "SRID=4326;LINESTRING(0 0,1 1)"];
    let server = "ST_SetSRID(ST_MakePoint(random(), random()), 4326)";
    let ewkb = |r: &mut Random| {
        let mut ewkb = vec![1, 1, 0, 0, 0x20, 0xE6, 0x10, 0, 0];
        ewkb.extend(
            [r.below(90) as f64, r.below(90) as f64]
                .map(f64::to_le_bytes)
                .concat(),
        );
        ewkb
    };
    let point = move |r: &mut Random| Geometry::from_ewkb(ewkb(r));
    to.visit(value::<Geometry>("geometry", server, edges, point));
    let point = move |r: &mut Random| Geography::from_ewkb(ewkb(r));
    to.visit(value::<Geography>("geography", server, edges, point));
}
