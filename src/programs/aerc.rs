//! aerc, which reads and sends.

use super::unpinnable::Unpinnable;

/// It is written in Go, whose TLS reads the trust store of `SSL_CERT_FILE` and `SSL_CERT_DIR`
/// (`crypto/x509/root_unix.go`).
pub(super) const UNPINNABLE: Unpinnable = Unpinnable {
    name: "aerc",
    help: "aerc: cannot be pinned; says what to do instead",
    why: "aerc has no setting for a fingerprint, a certificate or a CA: it goes by the trust store of the system",
    instead: "start it with a trust store that holds the CA alone, for all of its accounts:\n  \
              smtp-certcheck pin TARGET --for openssl --by cacerts --ca-out CA.pem\n  \
              SSL_CERT_FILE=CA.pem SSL_CERT_DIR=/nonexistent aerc",
};
