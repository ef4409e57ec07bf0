//! The types of PostgreSQL's catalogs, and of its transactions and log.

use pgtypes::{Cid, InternalChar, Oid, PgLsn, PgSnapshot, Tid, Xid, Xid8};

use super::super::random::Random;
use super::{Visitor, binary, value};

const NUMBERS: &[&str] = &["0", "1", "4294967295"];
const ANY_NUMBER: &str = "((random() * 4294967295)::int8)::text";

pub fn each(to: &mut impl Visitor) {
    numbers(to);
    objects(to);
    let tid = |r: &mut Random| Tid {
        block: r.u64() as u32,
        offset: r.u64() as u16,
    };
    let server = "format('(%s,%s)', (random() * 4294967295)::int8, (random() * 65535)::int)";
    to.visit(value::<Tid>("tid", server, &["(0,0)", "(4294967295,65535)"], tid).ordered());
    let edges = &["", " ", "a", "'", "\\", "\u{7f}", "\n"];
    let ascii = |r: &mut Random| InternalChar(r.below(128) as u8);
    let server = "chr(1 + (random() * 126)::int)";
    to.visit(value::<InternalChar>("char", server, edges, ascii).ordered());
}

fn numbers(to: &mut impl Visitor) {
    to.visit(value::<Oid>("oid", ANY_NUMBER, NUMBERS, |r| Oid(r.u64() as u32)).ordered());
    to.visit(value::<Xid>("xid", ANY_NUMBER, NUMBERS, |r| {
        Xid(r.u64() as u32)
    }));
    to.visit(value::<Cid>("cid", ANY_NUMBER, NUMBERS, |r| {
        Cid(r.u64() as u32)
    }));
    let edges = &["0", "1", "4294967296", "18446744073709551615"];
    to.visit(value::<Xid8>("xid8", ANY_NUMBER, edges, |r| Xid8(r.u64())).ordered());
    let edges = &[
        "0/0",
        "0/1",
        "16/B374D848",
        "FFFFFFFF/FFFFFFFF",
        "0000000a/0000000b",
    ];
    let server = "'0/0'::pg_lsn + (random() * 18446744073709551615)::numeric";
    let lsn = |r: &mut Random| PgLsn(r.u64() >> r.below(64));
    to.visit(value::<PgLsn>("pg_lsn", server, edges, lsn).ordered());
    let edges = &[
        "1:1:",
        "10:20:10,14,15",
        "1:18446744073709551615:",
        "9:11:9,9,10",
    ];
    for name in ["pg_snapshot", "txid_snapshot"] {
        let server = "format('%s:%s:%s,%s', 1 + n, n * 10 + 9, 1 + n, n * 3)";
        to.visit(value::<PgSnapshot>(name, server, edges, Random::snapshot));
    }
}

/// What the server prints for these is a name, which is in its catalog.
fn objects(to: &mut impl Visitor) {
    let all: [(&str, &[&str]); 11] = [
        ("regclass", &["pg_class", "-", "0", "4294967295"]),
        ("regcollation", &["\"C\"", "-"]),
        ("regconfig", &["english", "-"]),
        ("regdictionary", &["simple", "-"]),
        ("regnamespace", &["pg_catalog", "-"]),
        ("regoper", &["||/", "0"]),
        ("regoperator", &["=(integer,integer)", "0"]),
        ("regproc", &["now", "-"]),
        ("regprocedure", &["abs(numeric)", "-"]),
        ("regrole", &["pg_monitor", "-"]),
        ("regtype", &["integer", "text[]", "-"]),
    ];
    for (name, edges) in all {
        let server = "(random() * 4294967295)::int8::oid";
        to.visit(binary::<Oid>(name, server, edges, |r| Oid(r.u64() as u32)));
    }
}
