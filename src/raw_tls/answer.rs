//! Reads the answer to an old `ClientHello` as it arrives: `ServerHello`, `Certificate`, and how a key
//! would be agreed upon. All of it is untrusted, and bounded before it is stored. Versions and suites
//! are numbers here.

use super::chosen::Chosen;
use super::exchange::{Exchange, has_exchange};
use rustls::pki_types::CertificateDer;
use tls_parser::{
    TlsHandshakeType, TlsMessageHandshake, TlsRecordType, TlsVersion,
    parse_tls_handshake_msg_certificate, parse_tls_handshake_server_hello, parse_tls_raw_record,
};

/// The longest `Certificate` message; rustls accepts 64 KiB. Parsing a hostile one can take a
/// hundred times its size in memory.
const MAX_MESSAGE: usize = 256 * 1024;
/// Maximum octets in all: the message, the headers of its records, and what precedes it.
const MAX_OCTETS: usize = MAX_MESSAGE + 64 * 1024;
/// Maximum number of certificates: 256 KiB could hold 87,000 empty ones.
const MAX_CERTIFICATES: usize = 1024;

/// What the server chose and presented.
#[derive(Debug)]
pub struct Presented {
    /// The version and the suite.
    pub chosen: Chosen,
    /// The leaf first; never empty.
    pub chain: Vec<CertificateDer<'static>>,
}

/// An error: these bytes do not lead to a `Certificate`.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable;

/// The answer so far.
#[derive(Debug, Default)]
pub struct Answer {
    octets: usize,
    /// The beginning of a record.
    records: Vec<u8>,
    /// The beginning of a handshake message.
    messages: Vec<u8>,
    chosen: Option<Chosen>,
}

impl Answer {
    /// Takes bytes; `None`: more are needed.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<Option<Presented>, Unreadable> {
        self.octets = self.octets.saturating_add(bytes.len());
        if self.octets > MAX_OCTETS {
            return Err(Unreadable);
        }
        self.records.extend_from_slice(bytes);
        let mut opened = 0;
        let mut presented = None;
        while presented.is_none()
            && let Some(size) = self.open_record(opened)?
        {
            opened += size;
            presented = self.read_messages()?;
        }
        self.records.drain(..opened);
        Ok(presented)
    }

    /// Takes the bytes after a `Certificate`, of which there may be some already: what a server that
    /// chose this signs for a key of the connection; `None`: more are needed.
    pub fn receive_exchange(
        &mut self,
        bytes: &[u8],
        chosen: Chosen,
    ) -> Result<Option<Exchange>, Unreadable> {
        self.octets = self.octets.saturating_add(bytes.len());
        if self.octets > MAX_OCTETS || !has_exchange(chosen) {
            return Err(Unreadable);
        }
        self.records.extend_from_slice(bytes);
        let mut opened = 0;
        let mut exchange = None;
        loop {
            while exchange.is_none()
                && let Some((kind, body)) = self.take_message()?
            {
                exchange = match TlsHandshakeType(kind) {
                    TlsHandshakeType::CertificateStatus => None,
                    TlsHandshakeType::ServerKeyExchange => {
                        Some(Exchange::read(chosen, &body).ok_or(Unreadable)?)
                    }
                    _ => return Err(Unreadable),
                };
            }
            match self.open_record(opened)? {
                Some(size) if exchange.is_none() => opened += size,
                _ => break,
            }
        }
        self.records.drain(..opened);
        Ok(exchange)
    }

    /// Appends the content of the record at `start` to the messages. Returns its size, if it is
    /// complete.
    fn open_record(&mut self, start: usize) -> Result<Option<usize>, Unreadable> {
        const HEADER: usize = 5;
        let rest = &self.records[start..];
        // Fail early if this cannot be a record of these versions.
        let is_record = match rest {
            [] => return Ok(None),
            [kind] => (0x15..=0x16).contains(kind),
            [kind, major, ..] => (0x15..=0x16).contains(kind) && *major == 3,
        };
        if !is_record {
            return Err(Unreadable);
        }
        let record = match parse_tls_raw_record(rest) {
            Ok((_, record)) => record,
            Err(error) if error.is_incomplete() => return Ok(None),
            Err(_) => return Err(Unreadable),
        };
        match (record.hdr.record_type, record.data) {
            (TlsRecordType::Handshake, data) => self.messages.extend_from_slice(data),
            // A warning, for example unrecognized_name; the handshake continues.
            (TlsRecordType::Alert, [1, description]) if *description != 0 => {}
            _ => return Err(Unreadable),
        }
        Ok(Some(HEADER + record.data.len()))
    }

    fn read_messages(&mut self) -> Result<Option<Presented>, Unreadable> {
        while let Some((kind, body)) = self.take_message()? {
            match (TlsHandshakeType(kind), self.chosen.take()) {
                (TlsHandshakeType::ServerHello, None) => self.chosen = Some(server_hello(&body)?),
                (TlsHandshakeType::Certificate, Some(chosen)) => {
                    let chain = certificates(&body)?;
                    return Ok(Some(Presented { chosen, chain }));
                }
                _ => return Err(Unreadable),
            }
        }
        Ok(None)
    }

    /// Takes the first message, its type and its body, if it is complete.
    fn take_message(&mut self) -> Result<Option<(u8, Vec<u8>)>, Unreadable> {
        let Some((&[kind, a, b, c], rest)) = self.messages.split_first_chunk() else {
            return Ok(None);
        };
        let length = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        if length > MAX_MESSAGE {
            return Err(Unreadable);
        }
        let Some(body) = rest.get(..length) else {
            return Ok(None);
        };
        let body = body.to_vec();
        self.messages.drain(..4 + length);
        Ok(Some((kind, body)))
    }
}

/// The first octet of the suites of TLS 1.3 (RFC 8446 §B.4), which were not on offer.
const TLS_1_3: u16 = 0x13;

fn server_hello(body: &[u8]) -> Result<Chosen, Unreadable> {
    let (_, hello) = parse_tls_handshake_server_hello(body).map_err(|_| Unreadable)?;
    let (version, suite) = (hello.version.0, hello.cipher.0);
    let is_old = (TlsVersion::Ssl30.0..=TlsVersion::Tls12.0).contains(&version);
    if !is_old || suite >> 8 == TLS_1_3 {
        return Err(Unreadable);
    }
    Ok(Chosen { version, suite })
}

fn certificates(body: &[u8]) -> Result<Vec<CertificateDer<'static>>, Unreadable> {
    let Ok((&[], TlsMessageHandshake::Certificate(list))) =
        parse_tls_handshake_msg_certificate(body)
    else {
        return Err(Unreadable);
    };
    // The parser ignores trailing octets, so add up the sizes: three octets of length before each
    // certificate and before the list.
    let list = list.cert_chain;
    let sizes: usize = list
        .iter()
        .map(|certificate| 3 + certificate.data.len())
        .sum();
    if list.is_empty() || list.len() > MAX_CERTIFICATES || 3 + sizes != body.len() {
        return Err(Unreadable);
    }
    let owned = list.iter().map(|certificate| certificate.data.to_vec());
    Ok(owned.map(CertificateDer::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn with_length(width: usize, bytes: &[u8]) -> Vec<u8> {
        let length = bytes.len().to_be_bytes();
        [&length[length.len() - width..], bytes].concat()
    }

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        [&[kind], &*with_length(3, body)].concat()
    }

    fn record(kind: u8, data: &[u8]) -> Vec<u8> {
        [&[kind, 3, 0], &*with_length(2, data)].concat()
    }

    fn hello(version: u8, suite: u16) -> Vec<u8> {
        let random = [9; 32];
        let chosen = [&suite.to_be_bytes()[..], &[0]].concat();
        message(2, &[&[3, version], &random[..], &[0], &chosen].concat())
    }

    fn chain(certificates: &[&[u8]]) -> Vec<u8> {
        let list: Vec<u8> = certificates
            .iter()
            .flat_map(|c| with_length(3, c))
            .collect();
        message(11, &with_length(3, &list))
    }

    /// The messages, cut into records of `size` octets.
    fn records(messages: &[u8], size: usize) -> Vec<u8> {
        messages
            .chunks(size)
            .flat_map(|chunk| record(22, chunk))
            .collect()
    }

    fn read(bytes: &[u8]) -> Result<Option<(Chosen, usize)>, Unreadable> {
        let read = Answer::default().receive(bytes)?;
        Ok(read.map(|presented| (presented.chosen, presented.chain.len())))
    }

    #[test]
    fn versions_and_suites_are_read() {
        for (version, suite) in [(0, 0x0005), (1, 0x000a), (2, 0x002f), (3, 0xfefe)] {
            let bytes = [hello(version, suite), chain(&[b"one", b"", b"two"])].concat();
            let (chosen, count) = read(&records(&bytes, 99))
                .expect("readable")
                .expect("whole");
            let version = 0x0300 + u16::from(version);
            assert_eq!(chosen, Chosen { version, suite });
            assert_eq!(count, 3);
        }
    }

    #[test]
    fn warnings_are_passed_over_and_nothing_else_is() {
        let good = records(&[hello(1, 5), chain(&[b"one"])].concat(), 16384);
        let before = |kind, data: &[u8]| [record(kind, data), good.clone()].concat();
        assert!(matches!(read(&before(21, &[1, 112])), Ok(Some(_))));
        assert!(matches!(read(&before(22, &[])), Ok(Some(_))));
        for (kind, data) in [
            (21, &[2, 40][..]),
            (21, &[1, 0]),
            (21, &[1]),
            (21, &[]),
            (20, &[1]),
            (23, &[1]),
            (24, &[1]),
            (22, &[0, 0, 0, 0]),
            (22, &chain(&[b"before the hello"])),
            (22, &hello(4, 5)),
        ] {
            assert_eq!(
                read(&before(kind, data)),
                Err(Unreadable),
                "{kind} {data:?}"
            );
        }
        let twice = [hello(1, 5), hello(1, 5), chain(&[b"one"])].concat();
        assert_eq!(read(&records(&twice, 500)), Err(Unreadable));
        // As with anonymous suites: a key exchange instead of the chain.
        let anonymous = [hello(1, 0x18), message(12, b"key")].concat();
        assert_eq!(read(&records(&anonymous, 500)), Err(Unreadable));
    }

    #[test]
    fn what_is_signed_for_a_key_is_read_after_the_chain_in_any_pieces() {
        let exchange = [&[3, 0, 23, 1, 4][..], &[4, 1, 0, 1, 9]].concat();
        let status = message(22, &[1, 0, 0, 0]);
        let bytes = [
            hello(3, 0xc013),
            chain(&[b"one"]),
            status,
            message(12, &exchange),
            message(14, b""),
        ]
        .concat();
        let expected = Exchange {
            group: super::super::Group::Curve(23),
            signature: 0x0401,
        };
        for size in [1, 7, 16384] {
            let bytes = records(&bytes, size);
            for piece in [1, 40, bytes.len()] {
                let mut answer = Answer::default();
                let mut chosen = None;
                let mut found = None;
                for piece in bytes.chunks(piece) {
                    let mut new = piece;
                    if chosen.is_none() {
                        let presented = answer.receive(new).expect("readable");
                        chosen = presented.map(|presented| presented.chosen);
                        new = &[];
                    }
                    if let (Some(chosen), None) = (chosen, found) {
                        found = answer.receive_exchange(new, chosen).expect("readable");
                    }
                }
                assert_eq!(found, Some(expected), "{size} {piece}");
            }
        }
        // A server that needs none, or says something else.
        let rsa = Chosen {
            version: 0x0303,
            suite: 0x002f,
        };
        assert_eq!(
            Answer::default().receive_exchange(&[], rsa),
            Err(Unreadable)
        );
        let done = record(22, &message(14, b""));
        let ecdhe = Chosen {
            suite: 0xc013,
            ..rsa
        };
        let read = Answer::default().receive_exchange(&done, ecdhe);
        assert_eq!(read, Err(Unreadable));
    }

    #[test]
    fn garbage_is_not_waited_for() {
        for bytes in [
            &b"2"[..],
            b"220 mx.test ESMTP\r\n",
            b"\x16\x02",
            b"\x16\x03\x01\xff\xff",
        ] {
            assert_eq!(read(bytes), Err(Unreadable), "{bytes:?}");
        }
        for bytes in [
            &b""[..],
            b"\x16",
            b"\x16\x03\x01\x00",
            b"\x16\x03\x01\x00\x01",
        ] {
            assert_eq!(read(bytes), Ok(None), "{bytes:?}");
        }
    }

    #[test]
    fn a_list_must_be_whole_and_bounded() {
        let with = |list: &[u8]| read(&records(&[&*hello(1, 5), list].concat(), 16384));
        let certificate = with_length(3, b"one");
        assert!(matches!(with(&chain(&[b"one"])), Ok(Some(_))));
        for body in [
            vec![],
            with_length(3, b""),
            with_length(3, &certificate[..5]),
            with_length(3, &[&*certificate, b"\0\0"].concat()),
            [with_length(3, &certificate), b"behind".to_vec()].concat(),
        ] {
            assert_eq!(with(&message(11, &body)), Err(Unreadable), "{body:?}");
        }
        let many = &*vec![&[][..]; MAX_CERTIFICATES + 1];
        assert!(matches!(with(&chain(&many[1..])), Ok(Some(_))));
        assert_eq!(with(&chain(many)), Err(Unreadable));
    }

    #[test]
    fn a_message_of_256_kib_is_read_and_no_longer_one() {
        let certificate = vec![0; MAX_MESSAGE - 6];
        let with = |certificate: &[u8]| {
            let messages = [hello(3, 5), chain(&[certificate])].concat();
            read(&records(&messages, 16384))
        };
        assert!(matches!(with(&certificate), Ok(Some(_))));
        assert_eq!(with(&[&*certificate, b"\0"].concat()), Err(Unreadable));
        // It stops at the announced length.
        assert_eq!(read(&record(22, &[2, 0xff, 0, 0])), Err(Unreadable));
        // Endless records without content.
        let mut answer = Answer::default();
        let empty = record(22, &[]).repeat(1000);
        let ended = (0..1000).find(|_| answer.receive(&empty).is_err());
        assert!(ended.is_some_and(|rounds| rounds <= MAX_OCTETS / empty.len()));
        assert!(answer.records.capacity() < 64 * 1024);
    }

    /// Feeds `bytes` in pieces of these sizes, and the rest in one.
    fn in_pieces(mut bytes: &[u8], sizes: &[usize]) -> Result<Option<(Chosen, usize)>, Unreadable> {
        let mut answer = Answer::default();
        for size in sizes.iter().copied().chain([usize::MAX]) {
            let (piece, rest) = bytes.split_at(size.min(bytes.len()));
            bytes = rest;
            if let Some(presented) = answer.receive(piece)? {
                return Ok(Some((presented.chosen, presented.chain.len())));
            }
        }
        Ok(None)
    }

    /// Half of it well-formed, to get past the first checks.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let any = || proptest::collection::vec(any::<u8>(), 0..60);
        let piece = prop_oneof![
            any(),
            (20_u8..25, any()).prop_map(|(kind, data)| record(kind, &data)),
            (0_u8..20, any()).prop_map(|(kind, body)| records(&message(kind, &body), 20)),
            (0_u8..6, 0_u16..300).prop_map(|(version, suite)| records(&hello(version, suite), 30)),
            proptest::collection::vec(any(), 0..4).prop_map(|list| {
                let list: Vec<&[u8]> = list.iter().map(Vec::as_slice).collect();
                records(&chain(&list), 50)
            }),
        ];
        proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_no_cut_matters(
            bytes in bytes(),
            sizes in proptest::collection::vec(0_usize..50, 0..30),
            (at, value) in (any::<prop::sample::Index>(), any::<u8>()),
        ) {
            let whole = read(&bytes);
            prop_assert_eq!(in_pieces(&bytes, &sizes), whole);
            let mut after = Answer::default();
            let _ = after.receive(&bytes);
            let chosen = Chosen { version: 0x0303, suite: 0xc013 };
            let _ = after.receive_exchange(&bytes, chosen);
            let ones = vec![1; bytes.len()];
            prop_assert_eq!(in_pieces(&bytes, &ones), read(&bytes));
            let mut changed = bytes;
            if !changed.is_empty() {
                let at = at.index(changed.len());
                changed[at] = value;
                prop_assert_eq!(in_pieces(&changed, &sizes), read(&changed));
            }
        }

        #[test]
        fn a_chain_is_read_through_any_records_and_cuts(
            size in 1_usize..400,
            sizes in proptest::collection::vec(0_usize..50, 0..30),
            certificates in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 1..5),
        ) {
            let list: Vec<&[u8]> = certificates.iter().map(Vec::as_slice).collect();
            let bytes = records(&[hello(0, 4), chain(&list)].concat(), size);
            let mut answer = Answer::default();
            let mut rest = &bytes[..];
            let mut presented = None;
            for size in sizes.iter().copied().chain([usize::MAX]) {
                let (piece, behind) = rest.split_at(size.min(rest.len()));
                rest = behind;
                presented = answer.receive(piece).expect("readable");
                if presented.is_some() {
                    break;
                }
            }
            let chain = presented.expect("whole").chain;
            let read: Vec<&[u8]> = chain.iter().map(AsRef::as_ref).collect();
            prop_assert_eq!(read, list);
        }
    }
}
