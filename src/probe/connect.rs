//! Looking names up, and connecting to the first address that answers (Happy Eyeballs, RFC 8305).

use crate::endpoint::Host;
use crate::observation::{Attempt, Cause, seconds};
use nix::errno::Errno;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// RFC 8305 §5, "Connection Attempt Delay".
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

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

/// The addresses of a host in the order to try them in.
pub(super) async fn resolve(
    host: &Host,
    port: u16,
    family: Family,
) -> Result<Vec<SocketAddr>, Cause> {
    let found: Vec<SocketAddr> = match host {
        Host::Ip(ip) => vec![SocketAddr::new(*ip, port)],
        Host::Name { .. } => tokio::net::lookup_host((host.lookup_name(), port))
            .await
            .map_err(|error| Cause::Resolve(without_prefix(&error.to_string())))?
            .collect(),
    };
    let wanted: Vec<SocketAddr> = found.into_iter().filter(|a| family.allows(a)).collect();
    if wanted.is_empty() {
        return Err(Cause::NoAddress);
    }
    Ok(interleave(wanted))
}

/// Whether this machine has a way to send to an address at all, as the resolver itself finds out
/// when it sorts (RFC 6724 §6, rule 1): a datagram socket is given its peer, and nothing is sent.
pub(super) fn has_route(address: SocketAddr) -> bool {
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

/// At most so many, both families in turn; the same ones whatever the order they come in, and
/// sorted.
pub(super) fn at_most(mut addresses: Vec<SocketAddr>, most: usize) -> Vec<SocketAddr> {
    addresses.sort_unstable();
    let mut chosen = interleave(addresses);
    chosen.truncate(most);
    chosen.sort_unstable();
    chosen
}

/// Rust's standard library puts a text of its own before the resolver's.
fn without_prefix(message: &str) -> String {
    message
        .strip_prefix("failed to lookup address information: ")
        .unwrap_or(message)
        .to_owned()
}

/// Alternates the families, beginning with that of the resolver's first choice (RFC 8305 §4).
fn interleave(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
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

/// Connects to the first address that answers. A new attempt starts when the last one failed, or
/// after 250 ms. `attempts` is kept up to date all the time, for a run that is cut off.
pub(super) async fn connect(
    addresses: &[SocketAddr],
    timeout: Duration,
    attempts: &mut Vec<Attempt>,
) -> Result<(TcpStream, SocketAddr), Cause> {
    const PENDING: &str = "no answer yet when the probe ended";
    let mut waiting = addresses.iter();
    let mut running: JoinSet<(SocketAddr, Result<TcpStream, String>)> = JoinSet::new();
    loop {
        if let Some(&address) = waiting.next() {
            let error = Some(PENDING.to_owned());
            attempts.push(Attempt { address, error });
            running.spawn(async move { (address, connect_one(address, timeout).await) });
        }
        let next_is_due = async {
            if waiting.len() == 0 {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(ATTEMPT_DELAY).await;
        };
        let ended = tokio::select! {
            ended = running.join_next() => ended,
            () = next_is_due => continue,
        };
        match ended {
            Some(Ok((address, Ok(stream)))) => {
                for attempt in attempts
                    .iter_mut()
                    .filter(|a| a.error.as_deref() == Some(PENDING))
                {
                    attempt.error = (attempt.address != address)
                        .then(|| "abandoned: another address answered first".to_owned());
                }
                return Ok((stream, address));
            }
            Some(Ok((address, Err(error)))) => {
                if let Some(attempt) = attempts.iter_mut().find(|a| a.address == address) {
                    attempt.error = Some(error);
                }
            }
            // A task that was cancelled or panicked connects to nothing.
            Some(Err(_)) | None => {}
        }
        if running.is_empty() && waiting.len() == 0 {
            return Err(Cause::Connect(attempts.clone()));
        }
    }
}

/// One attempt; the error as text.
pub(super) async fn connect_one(
    address: SocketAddr,
    timeout: Duration,
) -> Result<TcpStream, String> {
    match tokio::time::timeout(timeout, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => {
            // Each of our messages is one write that waits for an answer.
            let _ = stream.set_nodelay(true);
            Ok(stream)
        }
        Ok(Err(error)) => Err(error_text(&error)),
        Err(_) => Err(format!("no answer within {}", seconds(timeout))),
    }
}

/// The system's text without the number that Rust puts behind it.
pub(super) fn error_text(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
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
    fn a_choice_of_addresses_does_not_depend_on_their_order() {
        let many = addresses(&["192.0.2.3", "::2", "192.0.2.1", "::1", "192.0.2.2"]);
        let mut reversed = many.clone();
        reversed.reverse();
        let chosen = addresses(&["192.0.2.1", "192.0.2.2", "::1"]);
        assert_eq!(at_most(many, 3), chosen);
        assert_eq!(at_most(reversed, 3), chosen);
    }

    #[test]
    fn the_loopback_has_a_route() {
        assert!(has_route(SocketAddr::from(([127, 0, 0, 1], 25))));
    }

    #[test]
    fn a_resolver_message_is_shown_bare() {
        let message = "failed to lookup address information: Name or service not known";
        assert_eq!(without_prefix(message), "Name or service not known");
    }
}
