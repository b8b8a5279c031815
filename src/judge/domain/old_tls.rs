//! Whether senders shake hands with a server that this tool cannot: Postfix does with OpenSSL, which
//! takes more of TLS 1.2 than rustls. The limits are those of OpenSSL at security level 1, which Postfix
//! sets where it authenticates (`tls_client.c`).

use crate::certificate::Certificate;
use crate::observation::{Cause, Exchange, Group, Sighting, TlsFacts};

/// The longest chain, with three octets of length before each certificate and before all of them
/// (`SSL_MAX_CERT_LIST_DEFAULT`).
const LONGEST_CHAIN: usize = 100 * 1024;
/// The smallest prime of Diffie and Hellman at that level, of 80 bits of security.
const LEAST_BITS: usize = 1024;
/// The curves that OpenSSL names in its hello: secp256r1, secp384r1, secp521r1, X25519, X448.
const CURVES: [u16; 5] = [23, 24, 25, 29, 30];
/// The last of them, which rustls does not know in TLS 1.2.
const OTHER_CURVES: [u16; 2] = [25, 30];

/// Whether what such a server chose, and the chain that it presented in the clear, lead OpenSSL to the end
/// of the handshake. What rustls knows, too, does not explain why it failed, so that OpenSSL may fail.
pub(super) fn goes_on(seen: &Sighting, presented: &[Certificate]) -> bool {
    let (true, Some(tls), Some(leaf)) = (seen.legacy, &seen.tls, presented.first()) else {
        return false;
    };
    let octets: usize = presented.iter().map(|one| 3 + one.der().len()).sum();
    let curve = leaf
        .facts()
        .ok()
        .and_then(|facts| facts.public_key.curve.clone());
    let is_other = has_other_suite(tls)
        || matches!(seen.exchange, Some(Exchange { group: Group::Curve(curve), .. }) if OTHER_CURVES.contains(&curve))
        || curve.as_deref() == Some("P-521")
        || seen
            .failure
            .as_ref()
            .is_some_and(|failure| failure.cause == Cause::TooLarge);
    is_other
        && tls.version == "TLSv1.2"
        && has_known_suite(tls)
        && has_strong_exchange(tls, seen.exchange)
        && curve.is_none_or(|curve| ["P-256", "P-384", "P-521"].contains(&curve.as_str()))
        && 3 + octets <= LONGEST_CHAIN
}

/// Whether rustls lacks the suite: it has AEAD after an ephemeral exchange on a curve.
fn has_other_suite(tls: &TlsFacts) -> bool {
    let suite = tls.cipher_suite.as_str();
    let is_aead = suite.contains("_WITH_AES_128_GCM")
        || suite.contains("_WITH_AES_256_GCM")
        || suite.contains("_CHACHA20_");
    !(suite.starts_with("TLS_ECDHE_") && is_aead)
}

/// Whether OpenSSL offers the suite, as Debian builds it, with Postfix' grade `medium`.
fn has_known_suite(tls: &TlsFacts) -> bool {
    let Some((exchange, cipher)) = tls.cipher_suite.split_once("_WITH_") else {
        return false;
    };
    let exchanges = ["TLS_RSA", "TLS_DHE_RSA", "TLS_ECDHE_RSA", "TLS_ECDHE_ECDSA"];
    let ciphers = ["AES_", "CHACHA20_", "ARIA_", "CAMELLIA_"];
    let is_known = ciphers.iter().any(|known| cipher.starts_with(known));
    // It has ARIA with GCM alone, and Camellia without.
    let is_odd = match cipher.split('_').next() {
        Some("CAMELLIA") => cipher.contains("_GCM_"),
        Some("ARIA") => !cipher.contains("_GCM_"),
        _ => false,
    };
    exchanges.contains(&exchange) && is_known && !is_odd
}

/// Whether the group and the signature are strong enough; the key of a certificate for RSA needs neither.
fn has_strong_exchange(tls: &TlsFacts, exchange: Option<Exchange>) -> bool {
    let Some(exchange) = exchange else {
        return tls.cipher_suite.starts_with("TLS_RSA_");
    };
    let is_strong = match exchange.group {
        Group::Curve(curve) => CURVES.contains(&curve),
        Group::Prime(bits) => bits >= LEAST_BITS,
    };
    // SHA-224 and longer, and those that name no digest; not MD5 or SHA-1.
    is_strong && matches!(exchange.signature >> 8, 3..=6 | 8)
}
