//! The standard library's durations and addresses. `SystemTime` is with [`Timestamp`](crate::Timestamp).

use std::net::IpAddr;
use std::time::Duration;

use super::{ConversionError, Reason, interval, micros_alone, try_from};
use crate::interval::Interval;
use crate::net::{Cidr, Inet};

try_from! {
    Interval => Duration, "std::time::Duration", duration;
    Inet => IpAddr, "std::net::IpAddr", host;
    Cidr => IpAddr, "std::net::IpAddr", |network: Cidr| host(network.into());
}

impl TryFrom<Duration> for Interval {
    type Error = ConversionError;

    fn try_from(value: Duration) -> Result<Self, ConversionError> {
        let nanos = i128::try_from(value.as_nanos()).unwrap_or(i128::MAX);
        // A `Duration` has no `Display`.
        let shown = format_args!("{value:?}");
        interval(nanos).map_err(|reason| ConversionError::new(shown, "interval", reason))
    }
}

fn duration(interval: Interval) -> Result<Duration, Reason> {
    let micros = micros_alone(interval)?;
    let micros = u64::try_from(micros).map_err(|_| "it is negative")?;
    Ok(Duration::from_micros(micros))
}

fn host(inet: Inet) -> Result<IpAddr, Reason> {
    let addr = inet.addr();
    if Inet::from(addr) != inet {
        return Err("the length of the network's prefix would be lost");
    }
    Ok(addr)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::testing::{refused, round_trips};
    use crate::random::Random;

    #[test]
    fn durations() {
        round_trips(
            Random::interval,
            Duration::try_from,
            Interval::try_from,
            |it| it.months == 0 && it.days == 0 && it.micros >= 0,
        );
        round_trips(
            |random| Duration::from_nanos(random.u64() / 1000 * 1000 + random.below(2)),
            Interval::try_from,
            Duration::try_from,
            |it| it.subsec_nanos().is_multiple_of(1000),
        );
        for (interval, error) in [
            ("-1 sec", "-00:00:01 to std::time::Duration: it is negative"),
            (
                "1 day",
                "1 day to std::time::Duration: the length of a month or a day depends on the date that it is added to",
            ),
        ] {
            let interval: Interval = interval.parse().unwrap();
            let expected = format!("cannot convert {error}");
            assert_eq!(refused(Duration::try_from(interval)), expected);
        }
        for infinite in [Interval::INFINITY, Interval::NEG_INFINITY] {
            let error = Duration::try_from(infinite).unwrap_err();
            assert_eq!(error.reason(), "it is infinite");
        }
        assert_eq!(
            refused(Interval::try_from(Duration::from_nanos(1))),
            "cannot convert 1ns to interval: PostgreSQL stores whole microseconds: round it first"
        );
        assert_eq!(
            refused(Interval::try_from(
                Duration::MAX.saturating_sub(Duration::from_nanos(999_999_999))
            )),
            "cannot convert 18446744073709551615s to interval: it is out of range"
        );
    }

    #[test]
    fn addresses() {
        let is_host = |inet: &Inet| inet.prefix() == if inet.addr().is_ipv4() { 32 } else { 128 };
        round_trips(
            Random::inet,
            IpAddr::try_from,
            |addr| Ok(addr.into()),
            is_host,
        );
        round_trips(
            Random::cidr,
            IpAddr::try_from,
            |addr| Ok(addr.into()),
            |cidr| is_host(&Inet::from(*cidr)),
        );
        assert_eq!(
            refused(IpAddr::try_from("10.0.0.1/8".parse::<Inet>().unwrap())),
            "cannot convert 10.0.0.1/8 to std::net::IpAddr: the length of the network's prefix would be lost"
        );
    }
}
