//! The addresses of this machine that connections come from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The address of this machine that connections come from, one for each family; without any, the
/// system chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Source {
    v4: Option<Ipv4Addr>,
    v6: Option<Ipv6Addr>,
}

impl Source {
    /// Takes addresses; the error is one of a family that has one already.
    pub fn new(addresses: &[IpAddr]) -> Result<Self, IpAddr> {
        let mut source = Self::default();
        for address in addresses {
            let before = match address {
                IpAddr::V4(ip) => source.v4.replace(*ip).is_some(),
                IpAddr::V6(ip) => source.v6.replace(*ip).is_some(),
            };
            if before {
                return Err(*address);
            }
        }
        Ok(source)
    }

    /// The address to connect to that address from; `None`: the system chooses.
    pub fn towards(&self, address: SocketAddr) -> Option<IpAddr> {
        match address {
            SocketAddr::V4(_) => self.v4.map(IpAddr::V4),
            SocketAddr::V6(_) => self.v6.map(IpAddr::V6),
        }
    }

    /// Whether that address cannot be connected to, because only the other family has a source.
    pub fn excludes(&self, address: SocketAddr) -> bool {
        let is_free = *self == Self::default();
        !is_free && self.towards(address).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_of_one_family_excludes_the_other() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let (v4, v6) = (address("192.0.2.9"), address("2001:db8::9"));
        let to = |ip| SocketAddr::new(ip, 25);
        let seen = |sources: &[IpAddr]| {
            let source = Source::new(sources).expect("one of each family");
            [v4, v6].map(|ip| (source.towards(to(ip)), source.excludes(to(ip))))
        };
        assert_eq!(seen(&[]), [(None, false), (None, false)]);
        assert_eq!(seen(&[v4]), [(Some(v4), false), (None, true)]);
        assert_eq!(seen(&[v6]), [(None, true), (Some(v6), false)]);
        assert_eq!(seen(&[v6, v4]), [(Some(v4), false), (Some(v6), false)]);
        let other = address("192.0.2.8");
        assert_eq!(Source::new(&[v4, v6, other]), Err(other));
    }
}
