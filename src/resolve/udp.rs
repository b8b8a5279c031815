//! A question over UDP, from a port of its own.

use super::query::{Query, Received};
use crate::endpoint::Resolver;
use crate::observation::system_text;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::UdpSocket;

/// Room for a datagram: what fills it may have been longer, and is asked for over TCP.
const ROOM: usize = 4096;

/// How many datagrams may arrive that are not the reply: the sender of more is not merely late.
const MOST_STRAYS: usize = 100;

/// Sends a query and waits for its reply, past whatever else arrives; the caller limits the time.
///
/// The kernel chooses a random port for each socket, and a connected socket takes datagrams from that
/// address alone (RFC 5452 §9.1, §9.2).
pub(super) async fn ask(server: Resolver, query: &Query) -> Result<Received, String> {
    let broken = |why: std::io::Error| system_text(&why);
    let socket = sent(server, query).map_err(broken)?;
    let mut room = vec![0; ROOM];
    for _ in 0..=MOST_STRAYS {
        let length = socket.recv(&mut room).await.map_err(broken)?;
        match query.receive(&room[..length]) {
            Received::Stray => {}
            Received::Unreadable(_) if length == ROOM => return Ok(Received::Truncated),
            received => return Ok(received),
        }
    }
    Err(format!(
        "more than {MOST_STRAYS} messages that are not the reply"
    ))
}

/// The socket of a query that was sent. Room for one datagram is always there, so nothing waits for
/// it: to wait would cost a wake-up for each query.
fn sent(server: Resolver, query: &Query) -> std::io::Result<UdpSocket> {
    let any: IpAddr = match server.0 {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = std::net::UdpSocket::bind((any, 0))?;
    socket.connect(server.0)?;
    socket.set_nonblocking(true)?;
    socket.send(&query.octets)?;
    UdpSocket::from_std(socket)
}
