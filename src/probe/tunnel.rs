//! Has a proxy open the way to a server.

use super::stream::Stream;
use crate::endpoint::{Host, Proxy, ProxyProtocol};
use crate::observation::system_text;
use crate::proxy::{Answer, request};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_socks::tcp::Socks5Stream;
use tokio_socks::{Error, TargetAddr};

/// Asks a proxy for a server: what it sends from now on is the server's. The error says why not.
pub(super) async fn open(
    mut stream: Stream,
    proxy: &Proxy,
    host: &Host,
    port: u16,
) -> Result<Stream, String> {
    match proxy.protocol {
        ProxyProtocol::Http => {
            connect(&mut stream, host, port).await?;
            Ok(stream)
        }
        ProxyProtocol::Socks5 => {
            let target = match host {
                Host::Socket(path) => return Err(format!("{path} is a Unix socket")),
                Host::Ip(ip) => TargetAddr::Ip(SocketAddr::new(*ip, port)),
                Host::Name { ascii, .. } => TargetAddr::Domain(ascii.as_str().into(), port),
            };
            let opened = Socks5Stream::connect_with_socket(stream, target).await;
            let opened = opened.map_err(|why| of_socks(&why))?;
            Ok(opened.into_inner())
        }
    }
}

async fn connect(stream: &mut Stream, host: &Host, port: u16) -> Result<(), String> {
    let broken = |why: std::io::Error| system_text(&why);
    let request = request(host, port);
    stream.write_all(request.as_bytes()).await.map_err(broken)?;
    let mut answer = Answer::default();
    // What follows the answer may have come with it, and is the server's.
    let mut octet = [0];
    loop {
        if stream.read(&mut octet).await.map_err(broken)? == 0 {
            return Err("it closed the connection".to_owned());
        }
        if answer.receive(octet[0]).map_err(|why| why.to_string())? {
            return Ok(());
        }
    }
}

/// Why a SOCKS proxy opens no way, in our words (RFC 1928 §6).
fn of_socks(why: &Error) -> String {
    match why {
        Error::Io(why) if why.kind() == std::io::ErrorKind::UnexpectedEof => {
            "it closed the connection"
        }
        Error::Io(why) => return system_text(why),
        Error::InvalidResponseVersion
        | Error::InvalidReservedByte
        | Error::UnknownAddressType
        | Error::InvalidTargetAddress(_) => "it does not speak SOCKS 5",
        Error::NoAcceptableAuthMethods | Error::AuthorizationRequired => {
            "it asks for a login, which is not supported here"
        }
        Error::GeneralSocksServerFailure => "it says: general failure",
        Error::ConnectionNotAllowedByRuleset => "it says: not allowed by its rules",
        Error::NetworkUnreachable => "it says: network unreachable",
        Error::HostUnreachable => "it says: host unreachable",
        Error::ConnectionRefused => "it says: connection refused",
        Error::TtlExpired => "it says: TTL expired",
        Error::CommandNotSupported => "it says: command not supported",
        Error::AddressTypeNotSupported => "it says: address type not supported",
        _ => "its answer is unknown",
    }
    .to_owned()
}
