//! `ipnet`: a network with the bits of a host, as `inet` is.

use ipnet::IpNet;

use super::{Reason, try_from};
use crate::net::{Cidr, Inet};

impl From<IpNet> for Inet {
    fn from(network: IpNet) -> Self {
        let addr = network.addr();
        // The prefix of an `IpNet` is never longer than its address.
        Self::new(addr, network.prefix_len()).unwrap_or(addr.into())
    }
}

impl From<Inet> for IpNet {
    fn from(inet: Inet) -> Self {
        Self::new_assert(inet.addr(), inet.prefix())
    }
}

impl From<Cidr> for IpNet {
    fn from(network: Cidr) -> Self {
        Self::new_assert(network.addr(), network.prefix())
    }
}

try_from! {
    IpNet => Cidr, "cidr", cidr;
}

fn cidr(network: IpNet) -> Result<Cidr, Reason> {
    Cidr::new(network.addr(), network.prefix_len())
        .map_err(|_| "bits are set after the prefix: use its trunc()")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::testing::{all_round_trip, refused};
    use crate::random::Random;

    #[test]
    fn networks() {
        let ip_net = |inet: Inet| Ok(IpNet::from(inet));
        all_round_trip(Random::inet, ip_net, |network| Ok(network.into()));
        let ip_net = |cidr: Cidr| Ok(IpNet::from(cidr));
        all_round_trip(Random::cidr, ip_net, Cidr::try_from);
        let with_host: IpNet = "10.0.0.1/8".parse().unwrap();
        assert_eq!(
            refused(Cidr::try_from(with_host)),
            "cannot convert 10.0.0.1/8 to cidr: bits are set after the prefix: use its trunc()"
        );
        assert!(Cidr::try_from(with_host.trunc()).is_ok());
    }

    #[test]
    fn both_print_the_same() {
        let mut random = Random::new(24);
        for _ in 0..5_000 {
            let cidr = random.cidr();
            let theirs: Cidr = IpNet::from(cidr).to_string().parse().unwrap();
            assert_eq!(theirs, cidr);
        }
    }
}
