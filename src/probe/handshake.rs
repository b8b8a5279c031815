//! Drives a TLS handshake over a stream, bounded in bytes; the deadline is the caller's.

use super::breach::cause;
use super::capture::{AcceptingVerifier, Capture};
use super::client_answer::{Answer, conclude, unfinished};
use super::dial::broken;
use super::names;
use super::opening::{Opening, not_tls};
use super::options::Options;
use super::stream::Stream;
use crate::endpoint::{Host, Start};
use crate::observation::{Alert, Cause, ClientCertificate, KeyType, TlsFacts};
use crate::starttls::goodbye;
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, Error, HandshakeKind, ProtocolVersion};
use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Maximum octets of a handshake. rustls accepts a message of 64 KiB; four of them are more than
/// any server needs.
const MAX_OCTETS: usize = 256 * 1024;
/// How long to wait for a server that asked for a client certificate to insist on it.
const CLIENT_CERTIFICATE_WAIT: Duration = Duration::from_secs(3);
/// How long closing the connection may take, in the background.
const GOODBYE: Duration = Duration::from_secs(1);

/// How long to wait for the answer to a `ClientHello` before trying a smaller one, if the deadline
/// leaves time for both.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What the first message offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// All key exchanges, the post-quantum one first, with its key share: 1.7 KB.
    Full,
    /// The elliptic curves only: 0.3 KB, which every network carries in one segment.
    Compact,
}

/// The alerts of servers without a certificate for the offered signature algorithms (RFC 8446
/// §4.4.2.2 names the first).
const REFUSED_KEY: [Alert; 3] = [
    Alert::HANDSHAKE_FAILURE,
    Alert::INSUFFICIENT_SECURITY,
    Alert::ILLEGAL_PARAMETER,
];

/// Performs the handshake, records it in `capture`, and closes without waiting for an answer.
pub(super) async fn run(
    mut stream: Stream,
    opening: Opening,
    options: &Options,
    capture: Arc<Capture>,
    offer: Offer,
) -> Result<(), Cause> {
    let mut tls = client(options, &capture, offer)?;
    let mut incoming = Incoming::default();
    if offer == Offer::Full && options.timeout > 2 * PATIENCE {
        flush(&mut stream, &mut tls).await.map_err(|e| broken(&e))?;
        let answer = tokio::time::timeout(PATIENCE, stream.readable()).await;
        answer
            .map_err(|_| Cause::Timeout(PATIENCE))?
            .map_err(|e| broken(&e))?;
    }
    let result = drive(&mut stream, &mut tls, opening, &mut incoming, &capture).await;
    let result = result.map_err(|cause| match (options.key_type, cause) {
        (Some(key), Cause::Alert(alert)) if REFUSED_KEY.contains(&alert) => {
            Cause::NoSuchKey(key, alert)
        }
        (_, cause) => cause,
    });
    note(&tls, &capture);
    let asked = capture.lock().client_certificate == ClientCertificate::Asked;
    let is_13 = tls.protocol_version() == Some(ProtocolVersion::TLSv1_3);
    let sent = capture.has_sent(!tls.is_handshaking(), is_13);
    // In TLS 1.3 the answer comes after the handshake (RFC 8446 §4.4.2.4).
    let is_answer_due = asked || (sent && is_13);
    if result.is_ok() {
        if opening.start == Start::Starttls {
            // With implicit TLS the server has not greeted yet, so the client is silent.
            let goodbye = goodbye(opening.protocol);
            let _ = std::io::Write::write_all(&mut tls.writer(), goodbye);
        }
        if !is_answer_due {
            // The goodbye and close_notify go with the end of the handshake, in one segment.
            tls.send_close_notify();
        }
    }
    // An alert gives the server the reason; it need not arrive.
    let _ = flush(&mut stream, &mut tls).await;
    if let Err(cause) = result {
        return Err(unfinished(cause, asked, sent, &capture));
    }
    capture.lock().completed = true;
    let answer = if is_answer_due {
        answer(&mut stream, &mut tls, opening, &mut incoming).await
    } else {
        // In TLS 1.2 the server ends the handshake after it has judged the certificate.
        Answer::GoesOn
    };
    conclude(answer, asked, sent, &capture)?;
    tokio::spawn(tokio::time::timeout(GOODBYE, close(stream, tls)));
    Ok(())
}

/// Performs the handshake, records it in `capture`, and keeps the connection.
pub(super) async fn keep(
    mut stream: Stream,
    opening: Opening,
    options: &Options,
    capture: &Arc<Capture>,
    offer: Offer,
) -> Result<(Stream, Box<ClientConnection>), Cause> {
    let mut tls = client(options, capture, offer)?;
    let mut incoming = Incoming::default();
    let result = drive(&mut stream, &mut tls, opening, &mut incoming, capture).await;
    note(&tls, capture);
    // The end of the handshake; or an alert, which need not arrive.
    let sent = flush(&mut stream, &mut tls).await;
    result?;
    sent.map_err(|why| broken(&why))?;
    capture.lock().completed = true;
    Ok((stream, tls))
}

/// A connection that has sent nothing yet; boxed, because it is large and handed on.
fn client(
    options: &Options,
    capture: &Arc<Capture>,
    offer: Offer,
) -> Result<Box<ClientConnection>, Cause> {
    let internal = |error: Error| Cause::Tls(error.to_string());
    // Made once: their lists of algorithms cost more than a connection should.
    static WHOLE: LazyLock<Arc<CryptoProvider>> =
        LazyLock::new(|| Arc::new(aws_lc_rs::default_provider()));
    static SMALL: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| {
        let mut provider = aws_lc_rs::default_provider();
        provider.kx_groups = vec![
            aws_lc_rs::kx_group::X25519,
            aws_lc_rs::kx_group::SECP256R1,
            aws_lc_rs::kx_group::SECP384R1,
        ];
        Arc::new(provider)
    });
    let provider = match offer {
        Offer::Full => Arc::clone(&WHOLE),
        Offer::Compact => Arc::clone(&SMALL),
    };
    let provider = match options.key_type {
        Some(key_type) => Arc::new(only(key_type, &provider)),
        None => provider,
    };
    let watcher = Arc::new(AcceptingVerifier {
        capture: Arc::clone(capture),
        key_type: options.key_type,
        client: options.client.clone(),
    });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls::ALL_VERSIONS)
        .map_err(internal)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&watcher) as _)
        .with_client_cert_resolver(watcher);
    config.resumption = Resumption::disabled();
    config.enable_sni = options.sni;
    let name = match &options.reference {
        Host::Ip(ip) => ServerName::from(*ip),
        // rustls wants a name; an address is not sent.
        Host::Socket(_) => ServerName::from(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        Host::Name { ascii, .. } => {
            ServerName::try_from(ascii.clone()).map_err(|e| Cause::Tls(e.to_string()))?
        }
    };
    let connection = ClientConnection::new(Arc::new(config), name);
    connection.map(Box::new).map_err(internal)
}

/// The suites of TLS 1.2 for one type of key, and those of TLS 1.3, which are for any. Some servers
/// choose the certificate by the suites that a client lists, whatever its signatures are (HAProxy).
fn only(key_type: KeyType, provider: &CryptoProvider) -> CryptoProvider {
    let other = match key_type {
        KeyType::Rsa => "_ECDSA_",
        KeyType::Ecdsa => "_RSA_",
    };
    let mut provider = provider.clone();
    provider.cipher_suites.retain(|suite| {
        let name = suite.suite().as_str();
        !name.is_some_and(|name| name.contains(other))
    });
    provider
}

/// Bytes that have come from the server.
struct Incoming {
    /// On the heap, to keep the futures small.
    buffer: Vec<u8>,
    octets: usize,
    /// The first bytes, until it is known whether they are TLS.
    head: Vec<u8>,
    is_tls: bool,
}

impl Default for Incoming {
    fn default() -> Self {
        Self {
            buffer: vec![0; 16 * 1024],
            octets: 0,
            head: Vec::new(),
            is_tls: false,
        }
    }
}

async fn drive(
    stream: &mut Stream,
    tls: &mut ClientConnection,
    opening: Opening,
    incoming: &mut Incoming,
    capture: &Capture,
) -> Result<(), Cause> {
    while tls.is_handshaking() {
        flush(stream, tls).await.map_err(|e| broken(&e))?;
        let received = receive(stream, tls, opening, incoming).await;
        capture.lock().head.clone_from(&incoming.head);
        received?;
    }
    Ok(())
}

/// Reads once and passes the bytes to rustls.
async fn receive(
    stream: &mut Stream,
    tls: &mut ClientConnection,
    opening: Opening,
    incoming: &mut Incoming,
) -> Result<(), Cause> {
    let read = stream.read(&mut incoming.buffer).await;
    let count = read.map_err(|e| broken(&e))?;
    let mut bytes = &incoming.buffer[..count];
    incoming.octets += count;
    if incoming.octets > MAX_OCTETS {
        return Err(Cause::TooLarge);
    }
    let head;
    if !incoming.is_tls {
        incoming.head.extend_from_slice(bytes);
        match first_octets(&incoming.head, count == 0) {
            Head::Tls => incoming.is_tls = true,
            Head::NotTls => return Err(not_tls(&incoming.head, opening)),
            Head::TooShort if count == 0 => return Err(Cause::Closed),
            Head::TooShort => return Ok(()),
        }
        head = std::mem::take(&mut incoming.head);
        bytes = &head;
    }
    if count == 0 {
        return Err(Cause::Closed);
    }
    while !bytes.is_empty() {
        if tls.read_tls(&mut bytes).map_err(|_| Cause::TooLarge)? == 0 {
            // Data after close_notify must be ignored (RFC 8446 §6.1).
            break;
        }
        tls.process_new_packets().map_err(|e| cause(&e))?;
    }
    Ok(())
}

/// What the first octets of an answer are.
#[derive(Debug, PartialEq, Eq)]
enum Head {
    Tls,
    NotTls,
    /// Too few to decide.
    TooShort,
}

/// Whether the first octets are those of a TLS record.
fn first_octets(head: &[u8], ended: bool) -> Head {
    const ENOUGH: usize = 16;
    match head {
        [] => Head::TooShort,
        // change_cipher_spec to application_data (RFC 8446 §5.1); rustls judges the rest.
        [0x14..=0x17, ..] => Head::Tls,
        _ if ended || head.len() >= ENOUGH || head.contains(&b'\n') => Head::NotTls,
        _ => Head::TooShort,
    }
}

async fn flush(stream: &mut Stream, tls: &mut ClientConnection) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    while tls.wants_write() {
        tls.write_tls(&mut bytes)?;
    }
    if bytes.is_empty() {
        return Ok(());
    }
    stream.write_all(&bytes).await
}

/// Records the agreed parameters and the flights: one for a TLS 1.3 handshake, two for TLS 1.2, one
/// more after a `HelloRetryRequest`.
fn note(tls: &ClientConnection, capture: &Capture) {
    let mut seen = capture.lock();
    let version = tls.protocol_version();
    let retried = tls.handshake_kind() == Some(HandshakeKind::FullWithHelloRetryRequest);
    let second = version == Some(ProtocolVersion::TLSv1_2) && !tls.is_handshaking();
    seen.round_trips = 1 + u32::from(retried) + u32::from(second);
    let (Some(version), Some(suite)) = (version, tls.negotiated_cipher_suite()) else {
        return;
    };
    let group = tls.negotiated_key_exchange_group();
    seen.tls = Some(TlsFacts {
        key_exchange: group.map(|group| names::group(u16::from(group.name()))),
        ..names::tls_facts(u16::from(version), u16::from(suite.suite()))
    });
}

/// Waits for what a server says to a client certificate, or to none, after a handshake of TLS 1.3.
async fn answer(
    stream: &mut Stream,
    tls: &mut ClientConnection,
    opening: Opening,
    incoming: &mut Incoming,
) -> Answer {
    let answer = async {
        loop {
            match receive(stream, tls, opening, incoming).await {
                Ok(()) => {}
                Err(Cause::Alert(alert)) => return Answer::Alert(alert),
                Err(_) => return Answer::None,
            }
            if matches!(tls.reader().read(&mut [0; 1]), Ok(1..)) {
                return Answer::GoesOn;
            }
        }
    };
    tokio::time::timeout(CLIENT_CERTIFICATE_WAIT, answer)
        .await
        .unwrap_or(Answer::None)
}

/// Sends pending data and `close_notify`, then reads to the end: closing with unread data would
/// reset the connection and lose the goodbye in transit.
async fn close(mut stream: Stream, mut tls: Box<ClientConnection>) {
    tls.send_close_notify();
    if flush(&mut stream, &mut tls).await.is_err() || stream.shutdown().await.is_err() {
        return;
    }
    let mut buffer = [0; 1024];
    while matches!(stream.read(&mut buffer).await, Ok(1..)) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_tls_from_text() {
        assert_eq!(first_octets(b"\x16", false), Head::Tls);
        assert_eq!(first_octets(b"22", false), Head::TooShort);
        assert_eq!(first_octets(b"22", true), Head::NotTls);
        assert_eq!(first_octets(b"220 mx\r\n", false), Head::NotTls);
        assert_eq!(first_octets(b"", true), Head::TooShort);
    }

    #[test]
    fn a_client_of_one_type_of_key_lists_no_suite_of_the_other() {
        let whole = aws_lc_rs::default_provider();
        for (key_type, own, other) in [
            (KeyType::Rsa, "_RSA_", "_ECDSA_"),
            (KeyType::Ecdsa, "_ECDSA_", "_RSA_"),
        ] {
            let suites = only(key_type, &whole).cipher_suites;
            let names: Vec<&str> = suites
                .iter()
                .filter_map(|one| one.suite().as_str())
                .collect();
            assert!(names.iter().any(|name| name.contains(own)), "{names:?}");
            assert!(
                names.iter().any(|name| name.starts_with("TLS13_")),
                "{names:?}"
            );
            assert!(!names.iter().any(|name| name.contains(other)), "{names:?}");
        }
    }
}
