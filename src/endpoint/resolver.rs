//! The resolvers to ask: as the user names them, and as resolv.conf(5) does.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use thiserror::Error;

/// The port of DNS.
const PORT: u16 = 53;

/// How many resolvers of `/etc/resolv.conf` count: glibc's `MAXNS`.
const MOST: usize = 3;

/// A resolver that answers recursive questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Resolver(pub SocketAddr);

/// What is not an address of a resolver.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "a resolver is an IP address, with or without a port (192.0.2.1, 192.0.2.1:53, [2001:db8::1]:53)"
)]
pub struct ResolverError;

impl FromStr for Resolver {
    type Err = ResolverError;

    /// Reads ADDR or ADDR:PORT; an IPv6 address with a port has brackets, and may have them without.
    fn from_str(text: &str) -> Result<Self, ResolverError> {
        let bracketed = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .and_then(|inner| inner.parse::<Ipv6Addr>().ok());
        let bare = || text.parse::<IpAddr>().ok();
        let address = match bracketed.map(IpAddr::from).or_else(bare) {
            Some(ip) => SocketAddr::new(ip, PORT),
            None => text.parse().map_err(|_| ResolverError)?,
        };
        if address.port() == 0 || address.ip().is_multicast() {
            return Err(ResolverError);
        }
        Ok(Self(address))
    }
}

impl Resolver {
    /// The resolvers that the text of `/etc/resolv.conf` names: the first three; this machine, if
    /// there are none. Addresses with a zone (`fe80::1%eth0`) are left out.
    pub fn of_resolv_conf(text: &str) -> Vec<Self> {
        let named = text.lines().filter_map(|line| {
            let mut words = line.split_ascii_whitespace();
            (words.next() == Some("nameserver")).then(|| words.next()?.parse::<IpAddr>().ok())?
        });
        let mut servers: Vec<Self> = named
            .take(MOST)
            .map(|ip| Self(SocketAddr::new(ip, PORT)))
            .collect();
        if servers.is_empty() {
            servers.push(Self(SocketAddr::from((Ipv4Addr::LOCALHOST, PORT))));
        }
        servers
    }

    /// Whether it runs on this machine, so that no one in the middle can alter its replies.
    pub fn is_local(self) -> bool {
        self.0.ip().to_canonical().is_loopback()
    }
}

impl fmt::Display for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.port() {
            PORT => self.0.ip().fmt(f),
            _ => self.0.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_may_be_left_out() {
        let cases = [
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:5300", "192.0.2.1:5300"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:5300", "[2001:db8::1]:5300"),
        ];
        for (text, shown) in cases {
            let server: Resolver = text.parse().expect("a resolver");
            assert_eq!(server.to_string(), shown);
        }
        for text in [
            "",
            "localhost",
            "192.0.2.1:",
            "192.0.2.1:0",
            "[192.0.2.1]",
            "224.0.0.1",
            "::1]",
        ] {
            assert_eq!(text.parse::<Resolver>(), Err(ResolverError), "{text}");
        }
    }

    #[test]
    fn resolv_conf_names_three_at_most() {
        let text = "# nameserver 192.0.2.9\nsearch example.org\nnameserver 192.0.2.1\n\
                    nameserver\tfe80::1%eth0\nnameserver 2001:db8::1 # second\noptions edns0\n\
                    nameserver 192.0.2.2\nnameserver 192.0.2.3\n";
        let shown: Vec<String> = Resolver::of_resolv_conf(text)
            .iter()
            .map(Resolver::to_string)
            .collect();
        assert_eq!(shown, ["192.0.2.1", "2001:db8::1", "192.0.2.2"]);
        let none = Resolver::of_resolv_conf("search example.org\n");
        assert!(none.len() == 1 && none[0].is_local());
    }
}
