//! A question over TCP (RFC 7766), for replies that do not fit into a datagram.

use super::query::{Query, Received};
use crate::endpoint::Resolver;
use crate::observation::system_text;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How many messages may arrive that are not the reply.
const MOST_STRAYS: usize = 8;

/// Sends a query and waits for its reply; the caller limits the time. A message has at most 64 KiB,
/// because its length has two octets.
pub(super) async fn ask(server: Resolver, query: &Query) -> Result<Received, String> {
    let broken = |why: std::io::Error| format!("over TCP: {}", system_text(&why));
    #[expect(
        clippy::disallowed_methods,
        reason = "a resolver that truncates is asked over TCP"
    )]
    let mut stream = TcpStream::connect(server.0).await.map_err(broken)?;
    // One write: some servers want the length and the message in one segment (RFC 7766 §8).
    stream
        .write_all(&framed(&query.octets))
        .await
        .map_err(broken)?;
    for _ in 0..=MOST_STRAYS {
        let message = receive(&mut stream).await.map_err(broken)?;
        match query.receive(&message) {
            Received::Stray => {}
            Received::Truncated => return Err("truncated over TCP, too".to_owned()),
            received => return Ok(received),
        }
    }
    Err(format!(
        "over TCP: more than {MOST_STRAYS} messages that are not the reply"
    ))
}

/// A message after its length. Ours are short.
fn framed(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).unwrap_or_default();
    [&length.to_be_bytes()[..], message].concat()
}

/// Reads one message. Memory grows with what arrives, not with what is promised.
async fn receive(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let length = stream.read_u16().await?;
    let mut message = Vec::new();
    let read = stream.take(length.into()).read_to_end(&mut message).await?;
    if read < length.into() {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(message)
}
