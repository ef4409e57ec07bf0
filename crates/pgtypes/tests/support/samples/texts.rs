//! Texts, bytes, bits, documents and `uuid`.

use pgtypes::{Bits, Json, JsonPath, Jsonb, Uuid, Xml};

use super::super::random::Random;
use super::{Visitor, binary, value};

pub fn each(to: &mut impl Visitor) {
    const TEXTS: &[&str] = &[
        "",
        " ",
        "a  ",
        "it's",
        "\"\\\n\t",
        "é用户\u{10ffff}",
        "NULL",
    ];
    const MD5: &str = "repeat(md5(random()::text), (random() * 9)::int)";
    let short = |r: &mut Random| r.text().chars().take(15).collect();
    to.visit(value::<String>("name", "md5(random()::text)", TEXTS, short));
    to.visit(value::<String>("bpchar", MD5, TEXTS, Random::text));
    to.visit(value::<String>("text", MD5, TEXTS, Random::text));
    to.visit(value::<String>("varchar", MD5, TEXTS, Random::text));
    to.visit(
        binary::<Vec<u8>>(
            "bytea",
            "substr(decode(md5(random()::text), 'hex'), 1, (random() * 16)::int)",
            &["", "\\x00", "\\xff00ff"],
            |r| r.u64().to_be_bytes()[r.below(9) as usize..].to_vec(),
        )
        .ordered(),
    );
    to.visit(
        value::<Uuid>(
            "uuid",
            "gen_random_uuid()",
            &[
                "00000000-0000-0000-0000-000000000000",
                "ffffffff-ffff-ffff-ffff-ffffffffffff",
            ],
            |r| Uuid::from_u64_pair(r.u64(), r.u64()),
        )
        .ordered(),
    );
    documents(to);
    bits(to);
}

fn documents(to: &mut impl Visitor) {
    const JSON: &str = "json_build_array(random(), NULL, md5(random()::text), random() < 0.5)";
    let edges = &[
        "null",
        "0",
        " { \"a\" : [ 1.00 ], \"a\":\"\\u00e9\" }",
        "\"\\\\\\\"\"",
    ];
    to.visit(value::<Json>("json", JSON, edges, |r| {
        r.json().parse().expect("any text")
    }));
    to.visit(value::<Jsonb>("jsonb", JSON, edges, |r| {
        r.json().parse().expect("any text")
    }));
    let path = |r: &mut Random| {
        let path = format!("$.\"k{}\"[*]?(@.\"v\" > {})", r.below(9), r.below(99));
        path.parse::<JsonPath>().expect("any text")
    };
    let edges = &[
        "$",
        "lax $.a[*] ? (@.b > 5)",
        "strict $.\"\\u00e9\\\"\" . size()",
    ];
    let server = "format('$.k%s[%s to last]', n, n)";
    to.visit(value::<JsonPath>("jsonpath", server, edges, path));
    let xml = |r: &mut Random| {
        let xml = format!("<a x=\"{}\">é &amp; {}</a>", r.u64(), r.below(9));
        xml.parse::<Xml>().expect("any text")
    };
    let edges = &[
        "",
        "text &lt; and <b/>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><é a=\"1\">\n</é>",
        "<?xml version=\"1.0\" standalone=\"yes\"?><a/>",
    ];
    to.visit(value::<Xml>(
        "xml",
        "xmlelement(name a, random())",
        edges,
        xml,
    ));
}

fn bits(to: &mut impl Visitor) {
    let bits = |r: &mut Random| (0..r.below(40)).map(|_| r.one_in(2)).collect::<Bits>();
    let server = "substr((random() * 2e9)::int8::bit(64)::text, 1, (random() * 64)::int)";
    for name in ["bit", "varbit"] {
        let edges = &["", "0", "1", "10101010", "111111111", "x1F"];
        to.visit(value::<Bits>(name, server, edges, bits).ordered());
    }
}
