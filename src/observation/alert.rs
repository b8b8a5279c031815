//! The alerts of TLS, by the names of the IANA registry "TLS Alerts".

use std::fmt;

/// An alert by its number, which is kept whether the registry lists it or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert(pub u8);

/// The alerts that decisions depend on.
#[expect(missing_docs, reason = "each is its name in the registry")]
impl Alert {
    pub const UNEXPECTED_MESSAGE: Self = Self(10);
    pub const BAD_RECORD_MAC: Self = Self(20);
    pub const RECORD_OVERFLOW: Self = Self(22);
    pub const HANDSHAKE_FAILURE: Self = Self(40);
    pub const BAD_CERTIFICATE: Self = Self(42);
    pub const CERTIFICATE_UNKNOWN: Self = Self(46);
    pub const ILLEGAL_PARAMETER: Self = Self(47);
    pub const ACCESS_DENIED: Self = Self(49);
    pub const DECODE_ERROR: Self = Self(50);
    pub const PROTOCOL_VERSION: Self = Self(70);
    pub const INSUFFICIENT_SECURITY: Self = Self(71);
    pub const INTERNAL_ERROR: Self = Self(80);
    pub const INAPPROPRIATE_FALLBACK: Self = Self(86);
    pub const NO_RENEGOTIATION: Self = Self(100);
    pub const UNSUPPORTED_EXTENSION: Self = Self(110);
    pub const CERTIFICATE_REQUIRED: Self = Self(116);
}

/// Names from RFC 8446 §6, RFC 5246 §7.2 and the RFCs that add to them.
const NAMES: &[(u8, &str)] = &[
    (0, "close_notify"),
    (10, "unexpected_message"),
    (20, "bad_record_mac"),
    (21, "decryption_failed"),
    (22, "record_overflow"),
    (30, "decompression_failure"),
    (40, "handshake_failure"),
    (41, "no_certificate"),
    (42, "bad_certificate"),
    (43, "unsupported_certificate"),
    (44, "certificate_revoked"),
    (45, "certificate_expired"),
    (46, "certificate_unknown"),
    (47, "illegal_parameter"),
    (48, "unknown_ca"),
    (49, "access_denied"),
    (50, "decode_error"),
    (51, "decrypt_error"),
    (60, "export_restriction"),
    (70, "protocol_version"),
    (71, "insufficient_security"),
    (80, "internal_error"),
    (86, "inappropriate_fallback"),
    (90, "user_canceled"),
    (100, "no_renegotiation"),
    (109, "missing_extension"),
    (110, "unsupported_extension"),
    (111, "certificate_unobtainable"),
    (112, "unrecognized_name"),
    (113, "bad_certificate_status_response"),
    (114, "bad_certificate_hash_value"),
    (115, "unknown_psk_identity"),
    (116, "certificate_required"),
    (120, "no_application_protocol"),
    (121, "ech_required"),
];

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.iter().find(|(number, _)| *number == self.0) {
            Some((_, name)) => f.write_str(name),
            None => write!(f, "number {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_have_the_names_of_the_registry() {
        for (alert, name) in [
            (Alert::HANDSHAKE_FAILURE, "handshake_failure"),
            (Alert(112), "unrecognized_name"),
            (Alert(48), "unknown_ca"),
            (Alert(200), "number 200"),
        ] {
            assert_eq!(alert.to_string(), name);
        }
        assert!(NAMES.is_sorted_by(|one, next| one.0 < next.0));
    }

    /// What rustls knows has the same name here, as far as that is the registry's.
    #[test]
    fn all_that_the_library_knows_has_its_name() {
        use rustls::AlertDescription as Known;
        for number in 0..=u8::MAX {
            let expected = match Known::from(number) {
                Known::Unknown(number) => format!("number {number}"),
                Known::UnrecognisedName => "unrecognizedname".to_owned(),
                Known::EncryptedClientHelloRequired => "echrequired".to_owned(),
                known => format!("{known:?}").to_lowercase(),
            };
            assert_eq!(Alert(number).to_string().replace('_', ""), expected);
        }
    }
}
