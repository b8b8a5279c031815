//! Names for the numbers in TLS, as reports show them.

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

/// OpenSSL's name of a version; its number in hex, if it has none.
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

/// The groups that a handshake can agree upon. "TLS Supported Groups" writes x25519; reports have
/// always had X25519.
const GROUPS: &[(u16, &str)] = &[
    (0x0017, "secp256r1"),
    (0x0018, "secp384r1"),
    (0x0019, "secp521r1"),
    (0x001d, "X25519"),
    (0x0201, "MLKEM768"),
    (0x0202, "MLKEM1024"),
    (0x11eb, "secp256r1MLKEM768"),
    (0x11ec, "X25519MLKEM768"),
];

/// The name of a group; its number in hex, if it is not listed here.
pub(super) fn group(number: u16) -> String {
    let named = GROUPS.iter().find(|(group, _)| *group == number);
    named.map_or_else(|| format!("0x{number:04x}"), |(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::crypto::aws_lc_rs::{ALL_KX_GROUPS, default_provider};

    /// Reports have always had these names, which came from rustls.
    #[test]
    fn all_that_can_be_negotiated_has_its_name() {
        let provider = default_provider();
        assert!(!provider.cipher_suites.is_empty());
        for suite in &provider.cipher_suites {
            let expected = format!("{:?}", suite.suite()).replacen("TLS13_", "TLS_", 1);
            assert_eq!(self::suite(u16::from(suite.suite())), expected);
        }
        for group in provider.kx_groups.iter().chain(ALL_KX_GROUPS) {
            let expected = format!("{:?}", group.name());
            assert_eq!(self::group(u16::from(group.name())), expected);
        }
        for version in rustls::ALL_VERSIONS {
            let expected = format!("{:?}", version.version).replace('_', ".");
            assert_eq!(self::version(u16::from(version.version)), expected);
        }
    }

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
