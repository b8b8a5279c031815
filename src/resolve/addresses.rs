//! The addresses of a host and their order. getaddrinfo respects `/etc/hosts` and nsswitch.

use crate::endpoint::Host;
use crate::observation::Cause;
use nix::errno::Errno;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Which addresses may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    /// Both.
    #[default]
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

impl Family {
    fn allows(self, address: &SocketAddr) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
        }
    }
}

/// Why there are no addresses.
#[derive(Debug)]
pub enum Unresolved {
    /// The resolver's answer.
    Answered(Cause),
    /// This machine lacks the resources for a lookup, which says nothing about the name.
    Broken(Cause),
}

impl Unresolved {
    /// What went wrong, for the report.
    pub fn into_cause(self) -> Cause {
        match self {
            Self::Answered(cause) | Self::Broken(cause) => cause,
        }
    }
}

/// The addresses of a host in the order to try them in.
pub async fn addresses(
    host: &Host,
    port: u16,
    family: Family,
) -> Result<Vec<SocketAddr>, Unresolved> {
    let found: Vec<SocketAddr> = match host {
        Host::Ip(ip) => vec![SocketAddr::new(*ip, port)],
        Host::Socket(_) => Vec::new(),
        Host::Name { .. } => tokio::net::lookup_host((host.lookup_name(), port))
            .await
            .map_err(|error| unresolved(&error))?
            .collect(),
    };
    let wanted: Vec<SocketAddr> = found.into_iter().filter(|a| family.allows(a)).collect();
    if wanted.is_empty() {
        return Err(Unresolved::Answered(Cause::NoAddress));
    }
    Ok(interleave(wanted))
}

/// Classifies an error. Only an error of the system has a number (`EAI_SYSTEM`); the resolver's
/// answers have none.
fn unresolved(error: &std::io::Error) -> Unresolved {
    let cause = Cause::Resolve(without_prefix(&error.to_string()));
    match error.raw_os_error() {
        Some(_) => Unresolved::Broken(cause),
        None => Unresolved::Answered(cause),
    }
}

/// Whether this machine has a route to an address. The resolver finds out the same way when it
/// sorts (RFC 6724 §6, rule 1): it connects a datagram socket, which sends nothing.
pub fn has_route(address: SocketAddr) -> bool {
    let any: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    match UdpSocket::bind((any, 0)).and_then(|socket| socket.connect(address)) {
        Ok(()) => true,
        Err(why) => !matches!(
            why.raw_os_error().map(Errno::from_raw),
            Some(
                Errno::ENETUNREACH
                    | Errno::EHOSTUNREACH
                    | Errno::EADDRNOTAVAIL
                    | Errno::EAFNOSUPPORT
            )
        ),
    }
}

/// Whether this machine would send to a global IPv6 address from one that has no meaning outside its
/// own site (RFC 4193 §4.1): it can be answered only where a device on the way translates addresses.
pub fn lacks_global_source(address: SocketAddr) -> bool {
    let IpAddr::V6(to) = address.ip() else {
        return false;
    };
    let is_local = |ip: Ipv6Addr| ip.is_unique_local() || ip.is_unicast_link_local();
    let source = UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)).and_then(|socket| {
        socket.connect(address)?;
        socket.local_addr()
    });
    let from = source.map(|source| source.ip());
    !is_local(to) && !to.is_loopback() && matches!(from, Ok(IpAddr::V6(from)) if is_local(from))
}

/// Removes the text that Rust's standard library puts before the resolver's.
fn without_prefix(message: &str) -> String {
    message
        .strip_prefix("failed to lookup address information: ")
        .unwrap_or(message)
        .to_owned()
}

/// Alternates the families, starting with the resolver's first choice (RFC 8305 §4), and drops
/// duplicates.
pub fn interleave(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let mut unique: Vec<SocketAddr> = Vec::new();
    for address in addresses {
        if !unique.contains(&address) {
            unique.push(address);
        }
    }
    let first_is_v6 = unique.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) =
        unique.into_iter().partition(|a| a.is_ipv6() == first_is_v6);
    let longest = first.len().max(second.len());
    (0..longest)
        .flat_map(|i| [first.get(i), second.get(i)])
        .flatten()
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts
            .iter()
            .map(|text| SocketAddr::new(text.parse().expect("an address"), 25))
            .collect()
    }

    #[test]
    fn families_alternate_from_the_first_choice() {
        let mixed = addresses(&["::1", "::2", "::3", "192.0.2.1", "::1"]);
        assert_eq!(
            interleave(mixed),
            addresses(&["::1", "192.0.2.1", "::2", "::3"])
        );
        let v4_first = addresses(&["192.0.2.1", "::1"]);
        assert_eq!(interleave(v4_first.clone()), v4_first);
    }

    #[test]
    fn the_loopback_has_a_route() {
        assert!(has_route(SocketAddr::from(([127, 0, 0, 1], 25))));
    }

    #[test]
    fn only_global_ipv6_needs_a_global_source() {
        for address in ["127.0.0.1:25", "[::1]:25", "[fd00::1]:25", "[fe80::1]:25"] {
            assert!(!lacks_global_source(address.parse().expect("an address")));
        }
    }

    #[test]
    fn a_resolver_message_is_shown_bare() {
        let message = "failed to lookup address information: Name or service not known";
        assert_eq!(without_prefix(message), "Name or service not known");
    }

    #[test]
    fn only_an_error_with_a_number_is_this_machines_own() {
        let of_the_name = std::io::Error::other("Name or service not known");
        assert!(matches!(unresolved(&of_the_name), Unresolved::Answered(_)));
        let too_many = std::io::Error::from_raw_os_error(Errno::EMFILE as i32);
        assert!(matches!(unresolved(&too_many), Unresolved::Broken(_)));
    }
}
