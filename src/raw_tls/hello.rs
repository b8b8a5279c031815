//! The bytes of a `ClientHello` that every server from SSL 3 to TLS 1.2 can answer: old versions,
//! old suites, every curve and signature. It serves to read a chain, not to complete a handshake.

/// The warning `close_notify` (RFC 5246 §7.2.1), in a record of TLS 1.0.
pub const CLOSE_NOTIFY: [u8; 7] = [0x15, 0x03, 0x01, 0x00, 0x02, 0x01, 0x00];

/// The suites to offer, the best first: a server that follows the client's order shows the best
/// that it has.
pub const SUITES: &[u16] = &[
    // ECDHE with AEAD.
    0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc0ac, 0xc0ad, 0xc086, 0xc087, 0xc08a, 0xc08b,
    // ECDHE with CBC.
    0xc023, 0xc027, 0xc024, 0xc028, 0xc009, 0xc013, 0xc00a, 0xc014, 0xc072, 0xc073, 0xc076, 0xc077,
    // DHE, RSA and DSS.
    0x009e, 0x009f, 0xccaa, 0xc09e, 0xc09f, 0x00a2, 0x00a3, 0x0067, 0x006b, 0x0040, 0x006a, 0x0033,
    0x0039, 0x0032, 0x0038, 0x00be, 0x00c4, 0x0045, 0x0088, 0x0044, 0x0087, 0x009a, 0x0099,
    // Static ECDH.
    0xc02d, 0xc031, 0xc02e, 0xc032, 0xc004, 0xc00e, 0xc005, 0xc00f,
    // RSA key exchange.
    0x009c, 0x009d, 0xc09c, 0xc09d, 0x003c, 0x003d, 0x002f, 0x0035, 0x00ba, 0x00c0, 0x0041, 0x0084,
    0x0096, 0x0007, // 3DES.
    0xc008, 0xc012, 0x0016, 0x0013, 0xc003, 0xc00d, 0x000a, // RC4.
    0xc007, 0xc011, 0xc002, 0xc00c, 0x0005, 0x0004, // DES, export, no encryption.
    0x0015, 0x0012, 0x0009, 0x0014, 0x0011, 0x0008, 0x0006, 0x0003, 0x003b, 0x0002, 0x0001,
    // TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746 §3.3): some servers insist.
    0x00ff,
];

/// The groups to offer. They include no ffdhe group: with one, a server that knows RFC 7919 would
/// not use a DH group of its own.
const GROUPS: &[u16] = &[
    29, 23, 24, 25, 30, 26, 27, 28, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6,
    5, 4, 3, 2, 1,
];

/// ECDSA, Ed25519, RSA-PSS and RSA with SHA-2, then SHA-224, SHA-1 and MD5, and DSA.
const SIGNATURES: &[u16] = &[
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401,
    0x0501, 0x0601, 0x0303, 0x0301, 0x0203, 0x0201, 0x0101, 0x0402, 0x0502, 0x0602, 0x0302, 0x0202,
];

/// Builds one record with one `ClientHello` (RFC 5246 §7.4.1.2), which offers TLS 1.2 and all
/// earlier versions with these suites. A DNS name has at most 253 octets.
pub fn client_hello(random: &[u8; 32], sni: Option<&str>, suites: &[u16]) -> Vec<u8> {
    let mut extensions = Vec::new();
    if let Some(name) = sni {
        // RFC 6066 §3: a list with one name of the type host_name.
        let entry = [&[0], &*prefixed(name.as_bytes())].concat();
        extension(&mut extensions, 0, &prefixed(&entry));
    }
    extension(&mut extensions, 10, &prefixed(&numbers(GROUPS)));
    // ec_point_formats: uncompressed, and both compressed forms (RFC 4492 §5.1.2).
    extension(&mut extensions, 11, &[3, 0, 1, 2]);
    extension(&mut extensions, 13, &prefixed(&numbers(SIGNATURES)));
    // extended_master_secret: some servers insist (RFC 7627 §5.2).
    extension(&mut extensions, 23, &[]);
    // No session, and only null compression.
    let head = [&[0x03, 0x03], &random[..], &[0]].concat();
    let head = [head, prefixed(&numbers(suites)), vec![1, 0]].concat();
    // RFC 7685 §1: some old load balancers hang when a hello has 256 to 511 octets.
    let size = 4 + head.len() + 2 + extensions.len();
    if (256..512).contains(&size) {
        let padding = vec![0; (512 - size).saturating_sub(4)];
        extension(&mut extensions, 21, &padding);
    }
    let body = [head, prefixed(&extensions)].concat();
    let message = [&[0x01, 0x00], &*prefixed(&body)].concat();
    // RFC 5246 appendix E.1: a record of TLS 1.0 is what old servers take.
    [&[0x16, 0x03, 0x01], &*prefixed(&message)].concat()
}

fn numbers(numbers: &[u16]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect()
}

/// Prefixes the length in two octets; nothing here is longer than 65,535 octets.
fn prefixed(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes(), bytes].concat()
}

fn extension(extensions: &mut Vec<u8>, kind: u16, content: &[u8]) {
    extensions.extend_from_slice(&kind.to_be_bytes());
    extensions.extend(prefixed(content));
}

#[cfg(test)]
mod tests {
    use super::*;
    use tls_parser::{
        TlsExtension, TlsMessage, TlsMessageHandshake, TlsVersion,
        parse_tls_client_hello_extensions, parse_tls_plaintext,
    };

    /// The extensions, as tls-parser reads them.
    fn check(name: Option<&str>) -> usize {
        let bytes = client_hello(&[7; 32], name, SUITES);
        let (rest, record) = parse_tls_plaintext(&bytes).expect("a record");
        assert_eq!((rest, record.hdr.version), (&[][..], TlsVersion::Tls10));
        let hello = match &record.msg[..] {
            [TlsMessage::Handshake(TlsMessageHandshake::ClientHello(hello))] => Some(hello),
            _ => None,
        };
        let hello = hello.expect("one ClientHello");
        assert_eq!(hello.version, TlsVersion::Tls12);
        assert_eq!(hello.random, [7; 32]);
        assert_eq!(hello.ciphers.len(), SUITES.len());
        let extensions = hello.ext.expect("extensions");
        let (rest, extensions) = parse_tls_client_hello_extensions(extensions).expect("all");
        assert!(rest.is_empty());
        let names: Vec<_> = extensions
            .iter()
            .filter_map(|extension| match extension {
                TlsExtension::SNI(names) => Some(names),
                _ => None,
            })
            .flatten()
            .map(|(_, name)| *name)
            .collect();
        assert_eq!(
            names,
            name.map(str::as_bytes).into_iter().collect::<Vec<_>>()
        );
        let groups = extensions.iter().any(|extension| {
            matches!(extension, TlsExtension::EllipticCurves(groups) if groups.len() == GROUPS.len())
        });
        assert!(groups);
        bytes.len() - 5
    }

    #[test]
    fn an_independent_parser_reads_it_with_and_without_a_name() {
        check(None);
        for length in 1..=253 {
            let size = check(Some(&"a".repeat(length)));
            assert!(!(256..512).contains(&size), "{length}: {size}");
        }
    }

    #[test]
    fn every_suite_has_a_name_and_stands_once() {
        for (index, suite) in SUITES.iter().enumerate() {
            assert!(!SUITES[..index].contains(suite), "{suite:04x}");
            let named = tls_parser::TlsCipherSuite::from_id(*suite);
            assert!(named.is_some(), "{suite:04x}");
        }
    }
}
