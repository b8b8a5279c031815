//! The names of the numbers in TLS, as the reports show them.

use crate::observation::TlsFacts;
use tls_parser::{TlsCipherSuite, TlsVersion};

/// A version and a suite by name, without a group.
pub(super) fn tls_facts(version: u16, suite: u16) -> TlsFacts {
    TlsFacts {
        version: self::version(version),
        cipher_suite: self::suite(suite),
        key_exchange: None,
    }
}

/// The name that OpenSSL has for a version; its number in hex, if it has none.
fn version(number: u16) -> String {
    match TlsVersion(number) {
        TlsVersion::Ssl30 => "SSLv3".to_owned(),
        TlsVersion::Tls10 => "TLSv1.0".to_owned(),
        TlsVersion::Tls11 => "TLSv1.1".to_owned(),
        TlsVersion::Tls12 => "TLSv1.2".to_owned(),
        TlsVersion::Tls13 => "TLSv1.3".to_owned(),
        _ => format!("0x{number:04x}"),
    }
}

/// The name of the IANA registry "TLS Cipher Suites"; the number in hex, if it has none.
fn suite(number: u16) -> String {
    TlsCipherSuite::from_id(number)
        .map_or_else(|| format!("0x{number:04x}"), |suite| suite.name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_suites_have_names() {
        for (version, suite, names) in [
            (0x0300, 0x0005, ("SSLv3", "TLS_RSA_WITH_RC4_128_SHA")),
            (0x0301, 0x000a, ("TLSv1.0", "TLS_RSA_WITH_3DES_EDE_CBC_SHA")),
            (0x0302, 0x002f, ("TLSv1.1", "TLS_RSA_WITH_AES_128_CBC_SHA")),
            (0x0303, 0xfefe, ("TLSv1.2", "0xfefe")),
        ] {
            let facts = tls_facts(version, suite);
            assert_eq!((&*facts.version, &*facts.cipher_suite), names);
        }
    }
}
