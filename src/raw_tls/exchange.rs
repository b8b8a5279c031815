//! Reads how a server of TLS 1.2 would agree upon the key of a connection: its `ServerKeyExchange`.
//! Its signature is not checked.

use super::chosen::Chosen;
use tls_parser::{TlsCipherKx, TlsCipherSuite, TlsVersion};

/// How the key would be agreed upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// In which group.
    pub group: Group,
    /// The algorithm that it is signed with (RFC 8446 §4.2.3).
    pub signature: u16,
}

/// A group of Diffie and Hellman.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// A curve, by its number (RFC 8422 §5.1.1).
    Curve(u16),
    /// A prime of so many bits.
    Prime(usize),
}

/// Whether a server that chose this sends the message, and one that can be read here: before TLS 1.2
/// it does not name the algorithm of its signature.
pub(super) fn has_exchange(chosen: Chosen) -> bool {
    chosen.version == TlsVersion::Tls12.0
        && matches!(kind(chosen), Some(TlsCipherKx::Dhe | TlsCipherKx::Ecdhe))
}

fn kind(chosen: Chosen) -> Option<TlsCipherKx> {
    TlsCipherSuite::from_id(chosen.suite).map(|suite| suite.kx)
}

impl Exchange {
    /// Of a message; `None`: it cannot be read.
    pub(super) fn read(chosen: Chosen, body: &[u8]) -> Option<Self> {
        let (group, rest) = match kind(chosen)? {
            TlsCipherKx::Ecdhe => curve(body)?,
            TlsCipherKx::Dhe => prime(body)?,
            _ => return None,
        };
        let signature = rest
            .first_chunk()
            .map(|number| u16::from_be_bytes(*number))?;
        Some(Self { group, signature })
    }
}

/// RFC 8422 §5.4: a named curve, and a point.
fn curve(body: &[u8]) -> Option<(Group, &[u8])> {
    const NAMED: u8 = 3;
    let (&[NAMED, high, low, length], rest) = body.split_first_chunk()? else {
        return None;
    };
    let curve = u16::from_be_bytes([high, low]);
    Some((Group::Curve(curve), rest.get(length.into()..)?))
}

/// RFC 5246 §7.4.3: the prime, the generator, and the public value.
fn prime(body: &[u8]) -> Option<(Group, &[u8])> {
    let (prime, rest) = opaque(body)?;
    let (_, rest) = opaque(rest)?;
    let (_, rest) = opaque(rest)?;
    let zeros = prime.iter().take_while(|octet| **octet == 0).count();
    let prime = &prime[zeros..];
    let spare = prime.first().map_or(0, |octet| octet.leading_zeros());
    let bits = (prime.len() * 8).saturating_sub(usize::try_from(spare).unwrap_or(0));
    Some((Group::Prime(bits), rest))
}

fn opaque(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u16::from_be_bytes(*length).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ECDHE: Chosen = Chosen {
        version: 0x0303,
        suite: 0xc013,
    };
    const DHE: Chosen = Chosen {
        suite: 0x0033,
        ..ECDHE
    };

    fn opaque_of(bytes: &[u8]) -> Vec<u8> {
        let length = u16::try_from(bytes.len()).expect("short");
        [&length.to_be_bytes()[..], bytes].concat()
    }

    #[test]
    fn group_and_signature_are_read_and_no_cut_is() {
        let of_curve = [&[3, 0, 23, 2, 4, 4][..], &[4, 1, 0, 1, 9]].concat();
        let prime = [&[0, 0x40][..], &[1; 255]].concat();
        let of_prime = [opaque_of(&prime), opaque_of(&[2]), opaque_of(&[7; 9])].concat();
        let of_prime = [&of_prime[..], &[2, 1, 0, 1, 9]].concat();
        for (chosen, body, group, signature) in [
            (ECDHE, of_curve, Group::Curve(23), 0x0401),
            (DHE, of_prime, Group::Prime(2047), 0x0201),
        ] {
            let expected = Exchange { group, signature };
            assert_eq!(Exchange::read(chosen, &body), Some(expected));
            for length in 0..body.len() - 3 {
                assert_eq!(Exchange::read(chosen, &body[..length]), None, "{length}");
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_nothing() {
        // Parameters of a curve instead of its name, and no prime.
        assert_eq!(Exchange::read(ECDHE, &[1, 0, 23, 0, 4, 1]), None);
        let empty = [0, 0, 0, 0, 0, 0, 4, 1];
        let group = Exchange::read(DHE, &empty).map(|exchange| exchange.group);
        assert_eq!(group, Some(Group::Prime(0)));
        let rsa = Chosen {
            suite: 0x002f,
            ..ECDHE
        };
        let old = Chosen {
            version: 0x0302,
            ..ECDHE
        };
        assert!(has_exchange(ECDHE) && has_exchange(DHE));
        assert!(!has_exchange(rsa) && !has_exchange(old));
    }
}
