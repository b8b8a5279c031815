//! Servers that present any bytes as certificates, because they need no private key: one that says
//! the first flight of TLS 1.2 by heart, and one that shakes hands to the end with junk for a
//! signature.

use crate::raw;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::{
    ServerConfig, ServerConnection, SignatureAlgorithm, SignatureScheme, SupportedProtocolVersion,
};
use std::io::Read as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// The first flight of TLS 1.2 (RFC 5246 §7.4): `ServerHello`, Certificate,
/// `ServerKeyExchange` with a junk signature, `ServerHelloDone`. Nothing in it depends on the client.
pub fn flight<T: AsRef<[u8]>>(chain: &[T]) -> Vec<u8> {
    records(&messages(chain).concat())
}

/// The same, each message in its own records.
pub fn flight_by_message<T: AsRef<[u8]>>(chain: &[T]) -> Vec<Vec<u8>> {
    messages(chain)
        .iter()
        .map(|message| records(message))
        .collect()
}

fn messages<T: AsRef<[u8]>>(chain: &[T]) -> Vec<Vec<u8>> {
    let mut hello = vec![3, 3];
    hello.extend([0x5a; 32]);
    // No session, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, no compression.
    hello.extend([0, 0xc0, 0x2b, 0]);
    let mut list = Vec::new();
    for certificate in chain {
        list.extend(vector24(certificate.as_ref()));
    }
    let mut exchange = vec![3, 0, 0x1d, 32];
    exchange.extend([9; 32]);
    // ecdsa_secp256r1_sha256, and two octets that are not a signature.
    exchange.extend([4, 3, 0, 2, 0x30, 0]);
    [
        (2, hello),
        (11, vector24(&list)),
        (12, exchange),
        (14, Vec::new()),
    ]
    .into_iter()
    .map(|(kind, body)| [vec![kind], vector24(&body)].concat())
    .collect()
}

fn vector24(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("a length").to_be_bytes();
    [&length[1..], bytes].concat()
}

/// Handshake records of at most 2^14 octets.
fn records(messages: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(messages.len() + messages.len() / 1000 + 8);
    for part in messages.chunks(1 << 14) {
        out.extend([0x16, 3, 3]);
        out.extend(u16::try_from(part.len()).expect("2^14").to_be_bytes());
        out.extend(part);
    }
    out
}

/// Reads one record, the `ClientHello`, and answers with `flight`; closes when the client has said
/// something more.
pub fn answer(stream: &mut TcpStream, flight: &[u8]) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let mut head = [0; 5];
    if stream.read_exact(&mut head).is_err() {
        return;
    }
    let mut hello = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    if stream.read_exact(&mut hello).is_err() {
        return;
    }
    raw::send(stream, flight);
    // All of it, so that closing does not reset the connection.
    let _ = stream.read(&mut [0; 4096]);
}

/// Presents `chain` over implicit TLS and by heart: the client sees it, and no proof of anything.
pub fn present<T: AsRef<[u8]>>(chain: &[T]) -> SocketAddr {
    let flight = flight(chain);
    raw::listen(move |mut stream| answer(&mut stream, &flight))
}

/// Presents `chain` over implicit TLS and completes the handshake with a client that cannot check
/// its junk signature, which is said to be `ecdsa_secp256r1_sha256`.
pub fn shake_hands(
    chain: &[CertificateDer<'static>],
    version: &'static SupportedProtocolVersion,
) -> SocketAddr {
    shake_hands_with(chain, version, SignatureScheme::ECDSA_NISTP256_SHA256)
}

/// The same with a signature that is said to be of another scheme.
pub fn shake_hands_with(
    chain: &[CertificateDer<'static>],
    version: &'static SupportedProtocolVersion,
    scheme: SignatureScheme,
) -> SocketAddr {
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[version])
        .expect("a version")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Anything(chain.to_vec(), scheme)));
    let config = Arc::new(config);
    raw::listen(move |mut stream| {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
        let mut tls = ServerConnection::new(Arc::clone(&config)).expect("a server");
        while tls.complete_io(&mut stream).is_ok_and(|(read, _)| read > 0) {}
    })
}

/// A chain without a key.
#[derive(Debug)]
struct Anything(Vec<CertificateDer<'static>>, SignatureScheme);

impl ResolvesServerCert for Anything {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::new(CertifiedKey::new(
            self.0.clone(),
            Arc::new(JunkKey(self.1)),
        )))
    }
}

#[derive(Debug)]
struct JunkKey(SignatureScheme);

impl SigningKey for JunkKey {
    fn choose_scheme(&self, _: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        Some(Box::new(Self(self.0)))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for JunkKey {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        Ok(vec![0x30, 0])
    }

    fn scheme(&self) -> SignatureScheme {
        self.0
    }
}
