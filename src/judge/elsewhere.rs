//! What OpenSSL and GnuTLS make of what is refused here, as the end of a sentence.

/// What the other verifiers do.
pub(super) fn elsewhere(openssl: bool, gnutls: bool) -> &'static str {
    match (openssl, gnutls) {
        (true, true) => "OpenSSL and GnuTLS accept it",
        (true, false) => "OpenSSL accepts it, GnuTLS refuses it, too",
        (false, true) => "GnuTLS accepts it, OpenSSL refuses it, too",
        (false, false) => "OpenSSL and GnuTLS refuse it, too",
    }
}
