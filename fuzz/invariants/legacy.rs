//! What old servers answer: the pieces in which it arrives change nothing, and a chain is never
//! empty. An input is the lengths of the pieces, a zero byte, how it is framed, and what is said.

use super::{byte, pieces, split_at_zero};
use smtp_certcheck::raw_tls::{Answer, Chosen, Presented, Unreadable};

/// A record of TLS 1.0 holds no more (RFC 2246 §6.2.1).
const MOST_IN_RECORD: usize = 1 << 14;

/// What was chosen and the presented octets; or that more is needed; or that it cannot be read.
type Outcome = Result<Option<(Chosen, Vec<Vec<u8>>)>, Unreadable>;

pub fn check(input: &[u8]) {
    let (cuts, mut said) = split_at_zero(input);
    let said = match byte(&mut said) {
        // As it is; few random octets are records.
        framing if framing % 2 == 0 => said.to_vec(),
        // Handshake messages, in records.
        _ => said.chunks(MOST_IN_RECORD).flat_map(record).collect(),
    };
    let whole = read(&[&said]);
    assert_eq!(read(&pieces(&said, cuts)), whole, "in pieces of {cuts:?}");
    assert_eq!(read(&pieces(&said, &[1])), whole, "octet by octet");
    if let Ok(Some((_, chain))) = whole {
        assert!(!chain.is_empty(), "an empty chain");
        let octets: usize = chain.iter().map(Vec::len).sum();
        assert!(octets <= said.len(), "more than was said");
    }
}

fn record(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len())
        .unwrap_or(u16::MAX)
        .to_be_bytes();
    [&[0x16, 3, 1][..], &length, content].concat()
}

fn read(pieces: &[&[u8]]) -> Outcome {
    let mut answer = Answer::default();
    for piece in pieces {
        if let Some(Presented { chosen, chain }) = answer.receive(piece)? {
            let chain = chain.iter().map(|certificate| certificate.to_vec());
            return Ok(Some((chosen, chain.collect())));
        }
    }
    Ok(None)
}
