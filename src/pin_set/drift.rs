//! How a set differs from what was pinned, or from an earlier set.

use super::look::Proof;
use super::member::Member;
use super::place::Place;
use super::set::PinSet;
use crate::certificate::Certificate;
use crate::fingerprint::Algorithm;
use std::net::IpAddr;

/// A set as it was at an earlier time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earlier {
    /// Its certificates.
    pub members: Vec<Known>,
    /// The addresses and ports that presented one.
    pub places: Vec<(IpAddr, u16)>,
}

/// A certificate of an earlier set, by its digests in hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The SHA-256 of the certificate.
    pub sha256: String,
    /// That of its key.
    pub key: Option<String>,
    /// That of its trust anchor, if its chain was trusted.
    pub ca: Option<String>,
    /// The type of its key.
    pub key_type: String,
    /// Where it was presented.
    pub places: Vec<Place>,
}

/// How a member differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It takes the place of a certificate of the earlier set, by its SHA-256: it has the same key,
    /// or else it is of the same CA, with the same type of key at the same place.
    Renewed(String),
    /// It is not among those that were pinned.
    Unknown,
    /// It is, and no server has shown that it holds its key there.
    NotProven(Proof),
    /// It is, at addresses and ports that were not among the earlier ones.
    NewPlace(Vec<Place>),
}

impl Change {
    /// Whether it is news, and no alarm.
    pub fn is_news(&self) -> bool {
        matches!(self, Self::Renewed(_))
    }

    /// The name in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Renewed(_) => "renewed",
            Self::Unknown => "unknown",
            Self::NotProven(_) => "not-proven",
            Self::NewPlace(_) => "new-place",
        }
    }
}

/// What differs.
#[derive(Clone, Debug)]
pub struct Drift<'a> {
    /// The members that differ, and how.
    pub changes: Vec<(&'a Member, Change)>,
    /// What was pinned, and no place presents any more: pins as they are written, or `sha256:HEX`.
    pub gone: Vec<String>,
}

impl Drift<'_> {
    /// How a member differs; `None`: it does not.
    pub fn of(&self, member: &Member) -> Option<&Change> {
        let mut changes = self.changes.iter();
        let found = changes.find(|(one, _)| one.leaf == member.leaf);
        found.map(|(_, change)| change)
    }
}

/// What differs from the pins that the set was made with.
pub fn from_pins(set: &PinSet) -> Drift<'_> {
    let change = |member: &Member| {
        if member.is_pinned {
            not_proven(member)
        } else {
            Some(Change::Unknown)
        }
    };
    Drift {
        changes: changes(set, change),
        gone: set.gone.iter().map(ToString::to_string).collect(),
    }
}

/// What differs from an earlier set.
pub fn from_earlier<'a>(set: &'a PinSet, earlier: &Earlier) -> Drift<'a> {
    let change = |member: &Member| {
        let digest = sha256(&member.leaf);
        if let Some(change) = not_proven(member) {
            return Some(change);
        }
        if earlier.members.iter().all(|known| known.sha256 != digest) {
            let old = renewed(set, earlier, member);
            return Some(old.map_or(Change::Unknown, |old| Change::Renewed(old.sha256.clone())));
        }
        let is_new = |place: &&Place| !earlier.places.contains(&(place.address, place.port));
        let new: Vec<Place> = member.places.iter().filter(is_new).copied().collect();
        (!new.is_empty()).then_some(Change::NewPlace(new))
    };
    let changes = changes(set, change);
    let is_gone = |known: &&Known| {
        !set.members
            .iter()
            .any(|one| sha256(&one.leaf) == known.sha256)
    };
    let gone = earlier.members.iter().filter(is_gone);
    Drift {
        gone: gone
            .map(|known| format!("sha256:{}", known.sha256))
            .collect(),
        changes,
    }
}

fn changes(set: &PinSet, change: impl Fn(&Member) -> Option<Change>) -> Vec<(&Member, Change)> {
    let seen = set.members.iter().filter(|one| !one.is_to_come());
    seen.filter_map(|member| Some((member, change(member)?)))
        .collect()
}

fn not_proven(member: &Member) -> Option<Change> {
    let proof = member.proof.filter(|proof| *proof != Proof::Proven)?;
    Some(Change::NotProven(proof))
}

/// The certificate that a member renews. One that a place of the member still presents is not
/// renewed.
fn renewed<'e>(set: &PinSet, earlier: &'e Earlier, member: &Member) -> Option<&'e Known> {
    let key = member.leaf.spki_sha256().map(|key| key.hex());
    let mut all = earlier.members.iter();
    let same_key = all.find(|known| key.is_some() && known.key == key);
    same_key.or_else(|| {
        let is_replaced = |known: &&Known| {
            let here = |place: &&Place| known.places.contains(place);
            let is_there = |place: &Place| {
                let mut others = set.members.iter();
                others.any(|one| sha256(&one.leaf) == known.sha256 && one.places.contains(place))
            };
            let mut places = member.places.iter().filter(here).peekable();
            places.peek().is_some()
                && places.all(|place| !is_there(place))
                && known.key_type == member.key()
                && member.is_trusted()
                && known.ca.is_some()
                && known.ca == member.anchor
        };
        earlier.members.iter().find(is_replaced)
    })
}

fn sha256(leaf: &Certificate) -> String {
    leaf.fingerprint(Algorithm::Sha256).hex()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::Pin;
    use crate::pin_set::Look;
    use rcgen::{CertificateParams, KeyPair};

    fn certificate(key: &KeyPair) -> Certificate {
        let params = CertificateParams::new(vec!["a.example".to_owned()]).expect("parameters");
        let made = params.self_signed(key).expect("a certificate");
        Certificate::new(made.der().clone())
    }

    fn key() -> KeyPair {
        KeyPair::generate().expect("a key")
    }

    fn look(leaf: &Certificate, port: u16, anchor: Option<&str>) -> Look {
        Look {
            leaf: leaf.clone(),
            place: Place {
                address: [192, 0, 2, 1].into(),
                port,
                sni: true,
            },
            problems: if anchor.is_some() {
                Vec::new()
            } else {
                vec![crate::finding::Code::SelfSigned]
            },
            anchor: anchor.map(str::to_owned),
            proof: Proof::Proven,
        }
    }

    fn earlier(looks: &[Look]) -> Earlier {
        let set = PinSet::of(looks, &[], &[]);
        let members = set.members.iter().map(|member| Known {
            sha256: sha256(&member.leaf),
            key: member.leaf.spki_sha256().map(|key| key.hex()),
            ca: member.anchor.clone(),
            key_type: member.key().to_owned(),
            places: member.places.clone(),
        });
        let places = looks
            .iter()
            .map(|look| (look.place.address, look.place.port));
        Earlier {
            members: members.collect(),
            places: places.collect(),
        }
    }

    /// The names of the changes, and how many are gone.
    fn found(before: &[Look], now: &[Look]) -> (Vec<&'static str>, usize) {
        let set = PinSet::of(now, &[], &[]);
        let drift = from_earlier(&set, &earlier(before));
        let names = drift.changes.iter().map(|(_, change)| change.as_str());
        (names.collect(), drift.gone.len())
    }

    #[test]
    fn a_renewed_member_is_news_and_everything_else_an_alarm() {
        let (old_key, new_key) = (key(), key());
        let (old, same_key, new) = (
            certificate(&old_key),
            certificate(&old_key),
            certificate(&new_key),
        );
        let ca = Some("ca");
        let before = [look(&old, 25, ca), look(&old, 587, ca)];
        let same = |leaf: &Certificate, ca| [look(leaf, 25, ca), look(leaf, 587, ca)];
        let cases = [
            (vec![], same(&old, ca).to_vec()),
            (vec!["renewed"], same(&same_key, ca).to_vec()),
            // The key is proof enough.
            (vec!["renewed"], same(&same_key, None).to_vec()),
            (vec!["renewed"], same(&new, ca).to_vec()),
            (vec!["unknown"], same(&new, Some("other")).to_vec()),
            (vec!["unknown"], same(&new, None).to_vec()),
            // One port was reloaded.
            (
                vec!["renewed"],
                vec![look(&new, 25, ca), look(&old, 587, ca)],
            ),
            // It stands beside the old one, and replaces nothing.
            (vec!["unknown"], [same(&old, ca), same(&new, ca)].concat()),
            (
                vec!["new-place"],
                [&same(&old, ca)[..], &[look(&old, 465, ca)]].concat(),
            ),
            (
                vec!["unknown"],
                [&same(&old, ca)[..], &[look(&new, 465, ca)]].concat(),
            ),
        ];
        for (index, (expected, now)) in cases.into_iter().enumerate() {
            let is_gone = !now.iter().any(|look| look.leaf == old);
            let found = found(&before, &now);
            assert_eq!(found, (expected, usize::from(is_gone)), "{index}");
        }
    }

    #[test]
    fn pins_know_no_places_and_a_certificate_beside_them_is_an_alarm() {
        let (pinned, other) = (certificate(&key()), certificate(&key()));
        let pins = |leaf: &Certificate| {
            vec![Pin::parse(&format!("sha256:{}", sha256(leaf))).expect("a pin")]
        };
        let seen = |leaf: &Certificate, proof| Look {
            proof,
            ..look(leaf, 25, Some("ca"))
        };
        let proven = |leaf| [seen(leaf, Proof::Proven)];
        for (looks, expected, gone) in [
            (proven(&pinned), None, 0),
            (proven(&other), Some(Change::Unknown), 1),
            (
                [seen(&pinned, Proof::Refuted)],
                Some(Change::NotProven(Proof::Refuted)),
                0,
            ),
        ] {
            let set = PinSet::of(&looks, &[], &pins(&pinned));
            let drift = from_pins(&set);
            assert_eq!(drift.of(&set.members[0]), expected.as_ref());
            assert_eq!(drift.gone.len(), gone);
        }
    }
}
