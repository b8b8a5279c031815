//! Which places to ask again: each certificate that is new may have a sister with another type of
//! key, and another one may stand there for clients that do not send the server's name.

use super::place::Place;
use crate::certificate::Certificate;
use crate::observation::KeyType;

/// The least limit of further looks, for a host with one place.
const LEAST: usize = 3;

/// What a look asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Where.
    pub place: Place,
    /// A certificate with this type of key; `None`: the one that the server prefers.
    pub key_type: Option<KeyType>,
}

/// What a look asked for, and what it showed.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What it asked for.
    pub ask: Ask,
    /// The certificate; `None`: there was none.
    pub leaf: Option<Certificate>,
    /// The server had no suite or signature in common. A server with two keys may still serve each
    /// of them to a client that asks for nothing else.
    pub refused: bool,
}

/// What is asked for besides what the places present first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Further {
    /// Nothing.
    Nothing,
    /// Another type of key.
    Keys,
    /// That, and what is presented without SNI.
    KeysAndNameless,
}

/// The next looks, after these: one for each certificate and question that is open. The key types
/// come first. The second list is left out: `fixed` looks, and as many again, are enough.
pub fn further(asked: &[Asked], fixed: usize, more: Further) -> (Vec<Ask>, Vec<Ask>) {
    let mut wanted: Vec<Ask> = Vec::new();
    if more == Further::Nothing {
        return (Vec::new(), Vec::new());
    }
    let mut want = |ask: Ask| {
        let is_known = asked.iter().any(|one| one.ask == ask);
        if !is_known && !wanted.contains(&ask) {
            wanted.push(ask);
        }
    };
    let firsts = || firsts(asked);
    for one in asked.iter().filter(|one| one.refused) {
        if one.ask.key_type.is_none() {
            for key_type in [KeyType::Ecdsa, KeyType::Rsa] {
                want(Ask {
                    key_type: Some(key_type),
                    ..one.ask
                });
            }
        }
    }
    for (ask, leaf) in firsts() {
        if let (None, Some(other)) = (ask.key_type, other_key(leaf)) {
            want(Ask {
                key_type: Some(other),
                ..ask
            });
        }
    }
    let may_be_nameless = |ask: &Ask| ask.place.sni && more == Further::KeysAndNameless;
    for (ask, _) in firsts().into_iter().filter(|(ask, _)| may_be_nameless(ask)) {
        let place = Place {
            sni: false,
            ..ask.place
        };
        want(Ask { place, ..ask });
    }
    let made = asked.len().saturating_sub(fixed);
    let most = fixed.max(LEAST).saturating_sub(made);
    let left_out = wanted.split_off(most.min(wanted.len()));
    (wanted, left_out)
}

/// The first look at each certificate.
fn firsts(asked: &[Asked]) -> Vec<(Ask, &Certificate)> {
    let mut firsts: Vec<(Ask, &Certificate)> = Vec::new();
    for one in asked {
        if let Some(leaf) = &one.leaf
            && firsts.iter().all(|(_, known)| *known != leaf)
        {
            firsts.push((one.ask, leaf));
        }
    }
    firsts
}

/// The type of key that a sister of the certificate would have.
fn other_key(leaf: &Certificate) -> Option<KeyType> {
    match leaf.facts().ok()?.public_key.algorithm.as_str() {
        "RSA" | "RSA-PSS" => Some(KeyType::Ecdsa),
        "EC" => Some(KeyType::Rsa),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519};

    fn certificate(algorithm: &'static rcgen::SignatureAlgorithm) -> Certificate {
        let key = KeyPair::generate_for(algorithm).expect("a key");
        let params = CertificateParams::new(vec!["a.example".to_owned()]).expect("parameters");
        let made = params.self_signed(&key).expect("a certificate");
        Certificate::new(made.der().clone())
    }

    fn ask(last: u8, port: u16, key_type: Option<KeyType>, sni: bool) -> Ask {
        let address = [192, 0, 2, last].into();
        Ask {
            place: Place { address, port, sni },
            key_type,
        }
    }

    fn saw(ask: Ask, leaf: &Certificate) -> Asked {
        Asked {
            ask,
            leaf: Some(leaf.clone()),
            refused: false,
        }
    }

    #[test]
    fn each_new_certificate_is_asked_about_once() {
        let (ecdsa, other) = (
            certificate(&PKCS_ECDSA_P256_SHA256),
            certificate(&PKCS_ECDSA_P256_SHA256),
        );
        let base = |last, port| ask(last, port, None, true);
        let rsa = Some(KeyType::Rsa);
        let mut asked = vec![
            saw(base(1, 25), &ecdsa),
            saw(base(1, 587), &ecdsa),
            saw(base(2, 25), &ecdsa),
            saw(base(2, 587), &other),
        ];
        let (next, left_out) = further(&asked, 4, Further::KeysAndNameless);
        let expected = [
            ask(1, 25, rsa, true),
            ask(2, 587, rsa, true),
            ask(1, 25, None, false),
            ask(2, 587, None, false),
        ];
        assert_eq!(next, expected);
        assert!(left_out.is_empty());
        let (named, _) = further(&asked, 4, Further::Keys);
        assert_eq!(named, expected[..2]);
        // Answers that show nothing new ask for nothing more.
        asked.extend(expected[1..].iter().map(|ask| saw(*ask, &ecdsa)));
        asked.push(Asked {
            ask: expected[0],
            leaf: None,
            refused: true,
        });
        assert_eq!(
            further(&asked, 4, Further::KeysAndNameless),
            (vec![], vec![])
        );
    }

    #[test]
    fn there_are_no_more_further_looks_than_places() {
        let base = |port| ask(1, port, None, true);
        let new = || certificate(&PKCS_ECDSA_P256_SHA256);
        let ports = [25, 110, 143, 465, 587, 993];
        let mut asked: Vec<Asked> = ports.iter().map(|port| saw(base(*port), &new())).collect();
        let (next, left_out) = further(&asked, ports.len(), Further::KeysAndNameless);
        // The key types come first.
        assert!(next.iter().all(|ask| ask.key_type.is_some()));
        assert_eq!((next.len(), left_out.len()), (6, 6));
        asked.extend(next.into_iter().map(|ask| saw(ask, &new())));
        let (next, left_out) = further(&asked, ports.len(), Further::KeysAndNameless);
        assert_eq!((next.len(), left_out.len()), (0, 12));
        // One place has three.
        let (next, _) = further(&[saw(base(25), &new())], 1, Further::KeysAndNameless);
        assert_eq!(next.len(), 2);
    }

    #[test]
    fn a_server_that_refuses_is_asked_for_one_type_of_key_at_a_time() {
        let refused = Asked {
            ask: ask(1, 25, None, true),
            leaf: None,
            refused: true,
        };
        let types = [KeyType::Ecdsa, KeyType::Rsa].map(|key| ask(1, 25, Some(key), true));
        assert_eq!(further(&[refused], 1, Further::KeysAndNameless).0, types);
        // Other keys have no sister.
        let ed25519 = certificate(&PKCS_ED25519);
        let (next, _) = further(&[saw(ask(1, 25, None, true), &ed25519)], 1, Further::Keys);
        assert!(next.is_empty());
    }
}
