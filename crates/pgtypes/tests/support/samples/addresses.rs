//! Addresses of networks.

use pgtypes::{Cidr, Inet, MacAddr, MacAddr8};

use super::super::random::Random;
use super::{Visitor, value};

pub fn each(to: &mut impl Visitor) {
    to.visit(value::<Cidr>(
        "cidr",
        "network(set_masklen(('10.0.0.0'::inet + (random() * 1e9)::int8), (random() * 32)::int))",
        &[
            "10.0.0.0/8",
            "10.0.0.1",
            "0.0.0.0/0",
            "::/0",
            "::1",
            "2001:db8::/48",
            "10.1",
        ],
        Random::cidr,
    ));
    to.visit(value::<Inet>(
        "inet",
        "set_masklen('::'::inet + (random() * 9e18)::int8, (random() * 128)::int)",
        &[
            "10.0.0.1/8",
            "10.0.0.1",
            "0.0.0.0/0",
            "::/0",
            "::1",
            "2001:db8::7/48",
            "::ffff:1.2.3.4/100",
        ],
        Random::inet,
    ));
    let edges = &["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "0800.2b01.0203"];
    let server = "substr(md5(random()::text), 1, 12)";
    let six = |r: &mut Random| MacAddr(std::array::from_fn(|_| r.u64() as u8));
    to.visit(value::<MacAddr>("macaddr", server, edges, six).ordered());
    let edges = &[
        "00:00:00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff:ff:ff",
        "08002b010203",
    ];
    let server = "substr(md5(random()::text), 1, 16)";
    let eight = |r: &mut Random| MacAddr8(r.u64().to_be_bytes());
    to.visit(value::<MacAddr8>("macaddr8", server, edges, eight).ordered());
}
