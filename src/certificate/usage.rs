//! What a key may be used for: key usage and extended key usage.

/// Key usage bits (RFC 5280 §4.2.1.3), bit 0 first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage(u16);

impl KeyUsage {
    const NAMES: [&'static str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];

    pub(super) fn new(bits: u16) -> Self {
        Self(bits)
    }

    /// May sign certificates.
    pub fn key_cert_sign(self) -> bool {
        self.0 & (1 << 5) != 0
    }

    /// May sign lists of revoked certificates.
    pub fn crl_sign(self) -> bool {
        self.0 & (1 << 6) != 0
    }

    /// May sign data other than certificates, for example a handshake.
    pub fn digital_signature(self) -> bool {
        self.0 & 1 != 0
    }

    /// May be used by a TLS server: digitalSignature, keyEncipherment or keyAgreement.
    pub fn suits_tls_server(self) -> bool {
        self.0 & 0b1_0101 != 0
    }

    /// The names of RFC 5280 of the bits that are set.
    pub fn names(self) -> Vec<&'static str> {
        Self::NAMES
            .iter()
            .enumerate()
            .filter(|(bit, _)| self.0 & (1 << bit) != 0)
            .map(|(_, name)| *name)
            .collect()
    }
}

/// Extended key usage (RFC 5280 §4.2.1.12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendedKeyUsage {
    /// Holds id-kp-serverAuth.
    pub server_auth: bool,
    /// The purposes by name, unknown ones as OIDs.
    pub purposes: Vec<String>,
}

impl ExtendedKeyUsage {
    pub(super) fn read(usage: &x509_parser::extensions::ExtendedKeyUsage<'_>) -> Self {
        let known = [
            (usage.any, "anyExtendedKeyUsage"),
            (usage.server_auth, "serverAuth"),
            (usage.client_auth, "clientAuth"),
            (usage.code_signing, "codeSigning"),
            (usage.email_protection, "emailProtection"),
            (usage.time_stamping, "timeStamping"),
            (usage.ocsp_signing, "OCSPSigning"),
        ];
        let named = known
            .iter()
            .filter(|(set, _)| *set)
            .map(|(_, name)| (*name).to_owned());
        let others = usage
            .other
            .iter()
            .map(x509_parser::asn1_rs::Oid::to_id_string);
        Self {
            server_auth: usage.server_auth,
            purposes: named.chain(others).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_usage_names_follow_the_bits() {
        let usage = KeyUsage(0b10_0101);
        assert_eq!(
            usage.names(),
            ["digitalSignature", "keyEncipherment", "keyCertSign"]
        );
        assert!(usage.key_cert_sign() && usage.suits_tls_server());
        assert!(!KeyUsage(1 << 6).suits_tls_server());
        assert!(KeyUsage(1 << 6).crl_sign() && !usage.crl_sign());
    }
}
