//! An old `ClientHello`, for a server that may be old or have a key that rustls does not know. SSL
//! 3 to TLS 1.2 present the chain in the clear, so it can be read without a complete handshake. It
//! proves nothing: any server can send a copy of a chain.

use crate::endpoint::Host;
use crate::observation::{Alert, Cause, Failure, KeyType, Step};
use crate::probe::options::Options;
use crate::probe::progress::Progress;
use crate::probe::stream::Stream;
use crate::raw_tls::{Answer, CLOSE_NOTIFY, Exchange, Presented, SUITES, client_hello};
use rustls::crypto::aws_lc_rs;
use std::time::Duration;
use tls_parser::{TlsCipherAu, TlsCipherSuite};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// How long closing the connection may take, in the background.
const GOODBYE: Duration = Duration::from_secs(1);
/// How long to wait for what a server sends together with its chain.
const SAME_FLIGHT: Duration = Duration::from_secs(2);

/// Whether no chain was seen, and the server's age, its key or the size of its chain can explain
/// the failure.
pub(super) fn may_help(failure: &Failure, progress: &Progress) -> bool {
    let (saw_chain, saw_hello) = progress.capture.as_ref().map_or((false, false), |capture| {
        let seen = capture.lock();
        (!seen.chain.is_empty(), seen.tls.is_some())
    });
    if failure.step != Step::Tls || saw_chain {
        return false;
    }
    match &failure.cause {
        Cause::Alert(alert) => ALERTS.contains(alert),
        Cause::Incompatible(_) | Cause::TooLarge | Cause::NoSuchKey(..) => true,
        // Directly after our ClientHello.
        Cause::Closed | Cause::Reset => !saw_hello,
        _ => false,
    }
}

/// The alerts of servers that do not know a version, a suite or an extension.
const ALERTS: [Alert; 12] = [
    Alert::HANDSHAKE_FAILURE,
    Alert::PROTOCOL_VERSION,
    Alert::INSUFFICIENT_SECURITY,
    Alert::INTERNAL_ERROR,
    Alert::ILLEGAL_PARAMETER,
    Alert::DECODE_ERROR,
    Alert::UNEXPECTED_MESSAGE,
    Alert::BAD_RECORD_MAC,
    Alert::INAPPROPRIATE_FALLBACK,
    Alert::NO_RENEGOTIATION,
    Alert::RECORD_OVERFLOW,
    Alert::UNSUPPORTED_EXTENSION,
];

/// The answer to such a `ClientHello`, and what the server signs for a key of the connection; `None`:
/// nothing could be read.
pub(super) async fn fetch(
    mut stream: Stream,
    options: &Options,
    second: &mut Progress,
) -> Option<(Presented, Option<Exchange>)> {
    let name = match &options.reference {
        Host::Name { ascii, .. } if options.sni => Some(ascii.as_str()),
        _ => None,
    };
    let hello = client_hello(&random(), name, &suites(options.key_type));
    stream.write_all(&hello).await.ok()?;
    second.seen.round_trips += 1;
    let presented = receive(&mut stream).await;
    tokio::spawn(tokio::time::timeout(GOODBYE, goodbye(stream)));
    presented
}

/// The suites with which a server that has such a key shows its certificate.
fn suites(key_type: Option<KeyType>) -> Vec<u16> {
    let fits = |suite: &u16| {
        let signer = TlsCipherSuite::from_id(*suite).map(|suite| &suite.au);
        match key_type {
            None => true,
            Some(KeyType::Rsa) => !matches!(signer, Some(TlsCipherAu::Ecdsa | TlsCipherAu::Dss)),
            Some(KeyType::Ecdsa) => !matches!(signer, Some(TlsCipherAu::Rsa | TlsCipherAu::Dss)),
        }
    };
    SUITES.iter().copied().filter(fits).collect()
}

async fn receive(stream: &mut Stream) -> Option<(Presented, Option<Exchange>)> {
    let mut answer = Answer::default();
    // On the heap, to keep the futures small.
    let mut buffer = vec![0; 16 * 1024];
    let presented = loop {
        let count = read(stream, &mut buffer).await?;
        if let Some(presented) = answer.receive(&buffer[..count]).ok()? {
            break presented;
        }
    };
    let chosen = presented.chosen;
    let exchange = async {
        let mut count = 0;
        loop {
            let exchange = answer.receive_exchange(&buffer[..count], chosen).ok()?;
            if exchange.is_some() {
                return exchange;
            }
            count = read(stream, &mut buffer).await?;
        }
    };
    let exchange = timeout(SAME_FLIGHT, exchange).await;
    Some((presented, exchange.ok().flatten()))
}

/// Reads some octets, at least one.
async fn read(stream: &mut Stream, buffer: &mut [u8]) -> Option<usize> {
    stream.read(buffer).await.ok().filter(|count| *count > 0)
}

/// The random value. No secret depends on it: the handshake stops at the chain.
fn random() -> [u8; 32] {
    let mut random = [0; 32];
    let _ = aws_lc_rs::default_provider()
        .secure_random
        .fill(&mut random);
    random
}

/// Sends the closing alert and reads to the end: closing with unread data would reset the
/// connection.
async fn goodbye(mut stream: Stream) {
    if stream.write_all(&CLOSE_NOTIFY).await.is_err() || stream.shutdown().await.is_err() {
        return;
    }
    let mut buffer = [0; 1024];
    while matches!(stream.read(&mut buffer).await, Ok(1..)) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_suites_of_the_key_are_on_offer() {
        let (rsa, ecdsa) = (suites(Some(KeyType::Rsa)), suites(Some(KeyType::Ecdsa)));
        for (suite, in_rsa, in_ecdsa) in [
            (0xc02f, true, false),
            (0xc02b, false, true),
            (0x000a, true, false),
            (0x0032, false, false),
            (0x00ff, true, true),
        ] {
            assert_eq!(rsa.contains(&suite), in_rsa, "{suite:04x}");
            assert_eq!(ecdsa.contains(&suite), in_ecdsa, "{suite:04x}");
        }
        assert_eq!(suites(None), SUITES);
    }
}
