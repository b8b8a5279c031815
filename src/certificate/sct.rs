//! Signed certificate timestamps (RFC 6962 §3.2) that a certificate has embedded. They are shown, and not
//! judged: that takes a list of logs, which changes every few weeks.

use time::OffsetDateTime;
use x509_parser::extensions::SignedCertificateTimestamp;

/// What a log has promised, as the certificate claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timestamp {
    /// The log: the SHA-256 of its key.
    pub log_id: [u8; 32],
    /// When the log saw the certificate; `None`: in a year that is not written with four digits.
    pub at: Option<OffsetDateTime>,
}

impl Timestamp {
    pub(super) fn read(one: &SignedCertificateTimestamp<'_>) -> Self {
        let nanoseconds = i128::from(one.timestamp) * 1_000_000;
        Self {
            log_id: *one.id.key_id,
            at: OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok(),
        }
    }
}
