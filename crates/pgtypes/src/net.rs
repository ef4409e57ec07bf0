//! `inet` and `cidr`: an address with the length of its network's prefix.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use sql::types::oid;

use crate::driver::sql_type;
use crate::encode::{Encode, EncodeError};
use crate::error::{DecodeError, OutOfRange, ParseError};

/// `PGSQL_AF_INET` of PostgreSQL's `utils/inet.h`, the same on every platform.
const FAMILY_V4: u8 = 2;
/// `PGSQL_AF_INET6`.
const FAMILY_V6: u8 = 3;

/// An `inet`: a host's address, and the length of the prefix of the network it is in.
///
/// `Display` prints what PostgreSQL prints: the length only when it is not the whole address, `10.0.0.1/8` and `10.0.0.1`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Inet(Network);

/// A `cidr`: a network; all bits after its prefix are zero.
///
/// `Display` prints what PostgreSQL prints, always with the length: `10.0.0.0/8`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cidr(Network);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Network {
    addr: IpAddr,
    prefix: u8,
}

impl Inet {
    /// The address in a network of that prefix length.
    ///
    /// # Errors
    /// When the prefix is longer than the address: 32 bits or 128.
    pub fn new(addr: IpAddr, prefix: u8) -> Result<Self, OutOfRange> {
        let network = Network::new(addr, prefix);
        network.map(Self).ok_or(OutOfRange { kind: "inet" })
    }

    /// The address.
    pub fn addr(self) -> IpAddr {
        self.0.addr
    }

    /// Length of the network's prefix, in bits.
    pub fn prefix(self) -> u8 {
        self.0.prefix
    }

    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let network = Network::decode(raw);
        let error = |reason| DecodeError::new("inet", reason);
        network.map(Self).map_err(error)
    }
}

impl Cidr {
    /// The network of that address and prefix length.
    ///
    /// # Errors
    /// When the prefix is longer than the address, or the address has bits set after it, as 10.0.0.1/8 has.
    pub fn new(addr: IpAddr, prefix: u8) -> Result<Self, OutOfRange> {
        let network = Network::new(addr, prefix).filter(Network::is_cidr);
        network.map(Self).ok_or(OutOfRange { kind: "cidr" })
    }

    /// The first address of the network.
    pub fn addr(self) -> IpAddr {
        self.0.addr
    }

    /// Length of the prefix, in bits.
    pub fn prefix(self) -> u8 {
        self.0.prefix
    }

    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        let network = Network::decode(raw);
        let error = |reason| DecodeError::new("cidr", reason);
        network.map(Self).map_err(error)
    }
}

impl Network {
    fn new(addr: IpAddr, prefix: u8) -> Option<Self> {
        (prefix <= bits(addr)).then_some(Self { addr, prefix })
    }

    /// Whether no bit is set after the prefix.
    fn is_cidr(&self) -> bool {
        let value = match self.addr {
            IpAddr::V4(addr) => u128::from(addr.to_bits()) << 96,
            IpAddr::V6(addr) => addr.to_bits(),
        };
        let behind = u128::MAX.checked_shr(self.prefix.into()).unwrap_or(0);
        value & behind == 0
    }

    fn encode(&self, is_cidr: bool, out: &mut BytesMut) {
        let (family, length) = match self.addr {
            IpAddr::V4(_) => (FAMILY_V4, 4),
            IpAddr::V6(_) => (FAMILY_V6, 16),
        };
        out.put_slice(&[family, self.prefix, u8::from(is_cidr), length]);
        match self.addr {
            IpAddr::V4(addr) => out.put_slice(&addr.octets()),
            IpAddr::V6(addr) => out.put_slice(&addr.octets()),
        }
    }

    fn decode(raw: &[u8]) -> Result<Self, &'static str> {
        let ([family, prefix, _is_cidr, length], octets) =
            raw.split_first_chunk().ok_or("no header")?;
        let addr = match *family {
            FAMILY_V4 => <[u8; 4]>::try_from(octets).ok().map(IpAddr::from),
            FAMILY_V6 => <[u8; 16]>::try_from(octets).ok().map(IpAddr::from),
            _ => return Err("unknown address family"),
        };
        let addr = addr.filter(|_| octets.len() == usize::from(*length));
        let addr = addr.ok_or("wrong length")?;
        Self::new(addr, *prefix).ok_or("prefix longer than the address")
    }

    fn parse(text: &str) -> Result<(Self, bool), &'static str> {
        let text = text.trim_ascii();
        let (addr, prefix) = match text.split_once('/') {
            Some((addr, prefix)) => (addr, Some(prefix)),
            None => (text, None),
        };
        let addr: IpAddr = addr
            .parse()
            .map_err(|_| "expected an IPv4 or IPv6 address")?;
        let Some(prefix) = prefix else {
            let prefix = bits(addr);
            return Ok((Self { addr, prefix }, false));
        };
        let all_digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix = prefix.parse().ok().filter(|_| all_digits);
        let network = prefix.and_then(|prefix| Self::new(addr, prefix));
        let network = network.ok_or("expected a prefix length no longer than the address")?;
        Ok((network, true))
    }
}

fn bits(addr: IpAddr) -> u8 {
    if addr.is_ipv4() { 32 } else { 128 }
}

/// Writes an address as `pg_inet_net_ntop` does, which differs from Rust in the IPv4-compatible addresses such as `::1.2.3.4`.
fn write_addr(addr: IpAddr, f: &mut impl fmt::Write) -> fmt::Result {
    if let IpAddr::V6(v6) = addr
        && let [0, 0, 0, 0, 0, 0, high, low] = v6.segments()
        && high != 0
    {
        let v4 = Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
        return write!(f, "::{v4}");
    }
    write!(f, "{addr}")
}

/// The address alone, with the prefix of a single host.
impl From<IpAddr> for Inet {
    fn from(addr: IpAddr) -> Self {
        let prefix = bits(addr);
        Self(Network { addr, prefix })
    }
}

impl From<Ipv4Addr> for Inet {
    fn from(addr: Ipv4Addr) -> Self {
        Self::from(IpAddr::V4(addr))
    }
}

impl From<Ipv6Addr> for Inet {
    fn from(addr: Ipv6Addr) -> Self {
        Self::from(IpAddr::V6(addr))
    }
}

/// The network of that one host.
impl From<IpAddr> for Cidr {
    fn from(addr: IpAddr) -> Self {
        Self(Inet::from(addr).0)
    }
}

impl From<Cidr> for Inet {
    fn from(network: Cidr) -> Self {
        Self(network.0)
    }
}

impl Encode for Inet {
    const ELEMENT_OID: u32 = oid("inet");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        self.0.encode(false, out);
        Ok(())
    }
}

impl Encode for Cidr {
    const ELEMENT_OID: u32 = oid("cidr");

    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        self.0.encode(true, out);
        Ok(())
    }
}

sql_type!(Inet, "inet");
sql_type!(Cidr, "cidr");

impl fmt::Display for Inet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Network { addr, prefix } = self.0;
        crate::text::pad(f, |mut out| {
            write_addr(addr, &mut out)?;
            if prefix == bits(addr) {
                return Ok(());
            }
            write!(out, "/{prefix}")
        })
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Network { addr, prefix } = self.0;
        crate::text::pad(f, |mut out| {
            write_addr(addr, &mut out)?;
            write!(out, "/{prefix}")
        })
    }
}

impl fmt::Debug for Inet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inet({self})")
    }
}

impl fmt::Debug for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cidr({self})")
    }
}

/// Reads `address` or `address/prefix`.
impl FromStr for Inet {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let error = |reason| ParseError::new("inet", text, reason);
        let (network, _) = Network::parse(text).map_err(error)?;
        Ok(Self(network))
    }
}

/// Reads `address/prefix`, and an address alone as the network of that one host.
impl FromStr for Cidr {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let error = |reason| ParseError::new("cidr", text, reason);
        let (network, _) = Network::parse(text).map_err(error)?;
        if !network.is_cidr() {
            return Err(error("bits are set after the prefix"));
        }
        Ok(Self(network))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn encoded(value: &impl Encode) -> Vec<u8> {
        let mut out = BytesMut::new();
        value.encode(&mut out).unwrap();
        out.to_vec()
    }

    #[test]
    fn the_mask_is_kept() {
        let inet: Inet = "10.0.0.1/8".parse().unwrap();
        assert_eq!(
            (inet.addr(), inet.prefix()),
            (IpAddr::from([10, 0, 0, 1]), 8)
        );
        assert_eq!(inet.to_string(), "10.0.0.1/8");
        assert_eq!(encoded(&inet), [2, 8, 0, 4, 10, 0, 0, 1]);
        assert_eq!(Inet::decode(&encoded(&inet)), Ok(inet));
        assert_ne!(inet, Inet::from(inet.addr()));
    }

    #[test]
    fn printed_as_postgresql_prints_it() {
        for text in [
            "10.0.0.1",
            "0.0.0.0/0",
            "255.255.255.255",
            "::/0",
            "::",
            "::1",
            "::1.2.3.4/96",
            "::ffff:1.2.3.4",
            "2001:db8::1/64",
            "fe80:0:0:1::/64",
            "1:0:2:3:4:5:6:7",
        ] {
            assert_eq!(text.parse::<Inet>().unwrap().to_string(), text);
        }
        for text in [
            "10.0.0.0/8",
            "10.0.0.1/32",
            "::/0",
            "2001:db8::/32",
            "::1/128",
        ] {
            let cidr: Cidr = text.parse().unwrap();
            assert_eq!(cidr.to_string(), text);
            assert_eq!(Cidr::decode(&encoded(&cidr)), Ok(cidr));
        }
        assert_eq!(
            "10.0.0.1".parse::<Cidr>().unwrap().to_string(),
            "10.0.0.1/32"
        );
        assert_eq!(
            format!("{:>6}|", Inet::from(Ipv6Addr::LOCALHOST)),
            "   ::1|"
        );
    }

    #[test]
    fn rejected_with_the_reason() {
        for (text, reason) in [
            ("", "expected an IPv4 or IPv6 address"),
            ("10.0.0", "expected an IPv4 or IPv6 address"),
            (
                "10.0.0.1/",
                "expected a prefix length no longer than the address",
            ),
            (
                "10.0.0.1/+8",
                "expected a prefix length no longer than the address",
            ),
            (
                "10.0.0.1/33",
                "expected a prefix length no longer than the address",
            ),
            (
                "::/129",
                "expected a prefix length no longer than the address",
            ),
        ] {
            assert_eq!(text.parse::<Inet>().unwrap_err().reason(), reason, "{text}");
        }
        let error = "10.0.0.1/8".parse::<Cidr>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid cidr `10.0.0.1/8`: bits are set after the prefix"
        );
        assert!(Cidr::new(IpAddr::from([10, 0, 0, 0]), 6).is_err());
        assert!(Inet::new(IpAddr::from([10, 0, 0, 0]), 33).is_err());
    }

    #[test]
    fn every_text_and_wire_form_reads_back() {
        let mut random = Random::new(6);
        for _ in 0..20_000 {
            let inet = random.inet();
            assert_eq!(inet.to_string().parse(), Ok(inet));
            assert_eq!(Inet::decode(&encoded(&inet)), Ok(inet));
        }
    }

    #[test]
    fn bytes_that_are_no_inet() {
        for (raw, reason) in [
            (&[][..], "no header"),
            (&[2, 8, 0, 4, 10, 0, 0], "wrong length"),
            (&[2, 8, 0, 16, 10, 0, 0, 1], "wrong length"),
            (&[9, 8, 0, 4, 10, 0, 0, 1], "unknown address family"),
            (
                &[2, 33, 0, 4, 10, 0, 0, 1],
                "prefix longer than the address",
            ),
        ] {
            assert_eq!(Inet::decode(raw).unwrap_err().reason, reason);
        }
    }
}
