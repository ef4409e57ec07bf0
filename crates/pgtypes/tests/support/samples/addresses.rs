//! Addresses of networks.

use pgtypes::{Cidr, Inet};

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
}
