//! The set of a host's certificates, and the decision about it: all of them are pinned, or none.

use super::look::{Look, Proof};
use super::member::Member;
use crate::certificate::Certificate;
use crate::finding::Code;
use crate::fingerprint::Pin;

/// The certificates of a host.
#[derive(Clone, Debug)]
pub struct PinSet {
    /// Each certificate once: those that were seen in the order of the looks, then those that are to
    /// come.
    pub members: Vec<Member>,
    /// Configured pins that no member has: nothing that was seen matches them.
    pub gone: Vec<Pin>,
    /// Whether anything is configured.
    pub has_pins: bool,
}

/// What the user agrees to without a question.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// Whether the user has named this certificate, or confirmed it.
    pub is_confirmed: &'a dyn Fn(&Certificate) -> bool,
    /// A certificate that is not trusted.
    pub untrusted: bool,
    /// A certificate whose key no server has proven to hold.
    pub unproven: bool,
    /// A certificate beside the pins that are configured, or in their place.
    pub new: bool,
}

/// Why a member may not be pinned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The server signs with another key.
    Refuted,
    /// The handshake failed.
    Failed,
    /// The server has not shown that it holds the key.
    NotProven,
    /// Its chain is not trusted.
    Untrusted(Vec<Code>),
    /// Pins are configured, and none is its own.
    New,
}

/// A member that may not be pinned.
#[derive(Clone, Debug)]
pub struct Doubt<'a> {
    /// The member.
    pub member: &'a Member,
    /// The first reason, by weight.
    pub why: Why,
}

/// All members of a set, each of which may be pinned. Only [`PinSet::agreed`] makes one.
#[derive(Clone, Debug)]
pub struct Agreed<'a>(&'a [Member]);

impl<'a> Agreed<'a> {
    /// The members; at least one.
    pub fn members(&self) -> &'a [Member] {
        self.0
    }
}

impl PinSet {
    /// The set of what the looks showed, and of `coming`: certificates that are to come, each with
    /// the reasons why its chain is not trusted.
    pub fn of(looks: &[Look], coming: &[(Certificate, Vec<Code>)], pins: &[Pin]) -> Self {
        let mut members: Vec<Member> = Vec::new();
        for (index, look) in looks.iter().enumerate() {
            let at = members.iter().position(|known| known.leaf == look.leaf);
            let at = at.unwrap_or_else(|| {
                members.push(Member::new(look.leaf.clone(), pins));
                members.len() - 1
            });
            members[at].add(index, look);
        }
        for (leaf, problems) in coming {
            if members.iter().all(|known| known.leaf != *leaf) {
                members.push(Member {
                    problems: problems.clone(),
                    ..Member::new(leaf.clone(), pins)
                });
            }
        }
        let is_gone = |pin: &&Pin| !members.iter().any(|one| pin.matches(one.leaf.der()));
        Self {
            gone: pins.iter().filter(is_gone).cloned().collect(),
            has_pins: !pins.is_empty(),
            members,
        }
    }

    /// All members, if each of them may be pinned; else those that may not.
    pub fn agreed(&self, rules: &Rules<'_>) -> Result<Agreed<'_>, Vec<Doubt<'_>>> {
        let doubts = self.doubts(rules);
        if doubts.is_empty() {
            Ok(Agreed(&self.members))
        } else {
            Err(doubts)
        }
    }

    fn doubts(&self, rules: &Rules<'_>) -> Vec<Doubt<'_>> {
        let doubt = |member| {
            Some(Doubt {
                member,
                why: self.doubt(member, rules)?,
            })
        };
        self.members.iter().filter_map(doubt).collect()
    }

    fn doubt(&self, member: &Member, rules: &Rules<'_>) -> Option<Why> {
        match member.proof {
            Some(Proof::Refuted) => return Some(Why::Refuted),
            Some(Proof::Failed) => return Some(Why::Failed),
            Some(Proof::Missing) if !rules.unproven => return Some(Why::NotProven),
            Some(Proof::Missing | Proof::Proven) | None => {}
        }
        let is_accepted = member.is_pinned || rules.untrusted || (rules.is_confirmed)(&member.leaf);
        if !member.is_trusted() && !is_accepted {
            return Some(Why::Untrusted(member.problems.clone()));
        }
        // The user names what is to come.
        let is_seen = !member.is_to_come();
        let is_news = self.has_pins && is_seen && !member.is_pinned && !rules.new;
        is_news.then_some(Why::New)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::{Algorithm, Fingerprint};
    use crate::pin_set::Place;
    use proptest::prelude::*;

    /// A look at a certificate of these bytes.
    fn look(leaf: &[u8], port: u16, problems: &[Code], proof: Proof) -> Look {
        Look {
            leaf: Certificate::new(leaf.to_vec().into()),
            place: Place {
                address: [192, 0, 2, 1].into(),
                port,
                sni: true,
            },
            problems: problems.to_vec(),
            anchor: None,
            proof,
        }
    }

    fn pin(leaf: &[u8]) -> Pin {
        let digest = Fingerprint::compute(Algorithm::Sha256, leaf).to_string();
        Pin::parse(&digest).expect("a pin")
    }

    const NOBODY: Rules<'static> = Rules {
        is_confirmed: &|_| false,
        untrusted: false,
        unproven: false,
        new: false,
    };

    #[test]
    fn one_member_that_may_not_be_pinned_stops_all() {
        let good = || look(b"good", 25, &[], Proof::Proven);
        let bad = |problems: &[Code], proof| vec![good(), look(b"bad", 587, problems, proof)];
        let untrusted = [Code::SelfSigned];
        let confirm = |leaf: &Certificate| leaf.der().as_ref() == b"bad";
        let confirmed = Rules {
            is_confirmed: &confirm,
            ..NOBODY
        };
        let accepting = |untrusted, unproven, new| Rules {
            untrusted,
            unproven,
            new,
            ..NOBODY
        };
        let why = || Some(Why::Untrusted(vec![Code::SelfSigned]));
        // The second look, the pins, the rules, and why nothing is pinned.
        let cases = [
            (bad(&[], Proof::Proven), "", NOBODY, None),
            (bad(&untrusted, Proof::Proven), "", NOBODY, why()),
            (bad(&untrusted, Proof::Proven), "", confirmed, None),
            (
                bad(&untrusted, Proof::Proven),
                "",
                accepting(true, false, false),
                None,
            ),
            (
                bad(&[], Proof::Refuted),
                "",
                accepting(true, true, true),
                Some(Why::Refuted),
            ),
            (
                bad(&[], Proof::Failed),
                "",
                accepting(true, true, true),
                Some(Why::Failed),
            ),
            (
                bad(&[], Proof::Missing),
                "",
                confirmed,
                Some(Why::NotProven),
            ),
            (
                bad(&[], Proof::Missing),
                "",
                accepting(false, true, false),
                None,
            ),
            (bad(&[], Proof::Proven), "good", NOBODY, Some(Why::New)),
            (bad(&[], Proof::Proven), "good", confirmed, Some(Why::New)),
            (
                bad(&[], Proof::Proven),
                "good",
                accepting(false, false, true),
                None,
            ),
            (
                bad(&untrusted, Proof::Proven),
                "good",
                accepting(false, false, true),
                why(),
            ),
            (bad(&untrusted, Proof::Proven), "good bad", NOBODY, None),
            (
                bad(&untrusted, Proof::Refuted),
                "good bad",
                NOBODY,
                Some(Why::Refuted),
            ),
        ];
        for (index, (looks, pinned, rules, expected)) in cases.into_iter().enumerate() {
            let pins: Vec<Pin> = pinned
                .split_whitespace()
                .map(|leaf| pin(leaf.as_bytes()))
                .collect();
            let set = PinSet::of(&looks, &[], &pins);
            match (set.agreed(&rules), expected) {
                (Ok(agreed), None) => assert_eq!(agreed.members().len(), 2, "{index}"),
                (Err(doubts), Some(why)) => {
                    assert_eq!(doubts.len(), 1, "{index}");
                    assert_eq!(doubts[0].why, why, "{index}");
                    assert_eq!(doubts[0].member.leaf.der().as_ref(), b"bad", "{index}");
                }
                (found, expected) => unreachable!("{index}: {found:?} {expected:?}"),
            }
        }
    }

    #[test]
    fn a_certificate_is_one_member_at_all_its_places() {
        let looks = [
            look(b"a", 25, &[Code::MissingIntermediate], Proof::Proven),
            look(b"b", 25, &[], Proof::Proven),
            look(b"a", 465, &[], Proof::Proven),
            look(b"a", 587, &[], Proof::Refuted),
        ];
        let set = PinSet::of(&looks, &[], &[pin(b"b"), pin(b"gone")]);
        let [a, b] = &set.members[..] else {
            unreachable!("{:?}", set.members);
        };
        let ports: Vec<u16> = a.places.iter().map(|place| place.port).collect();
        assert_eq!(ports, [25, 465, 587]);
        // The trusted chain speaks for it, and the worst proof counts.
        assert_eq!(
            (a.is_trusted(), a.proof, a.looks[0]),
            (true, Some(Proof::Refuted), 2)
        );
        assert_eq!((a.is_pinned, b.is_pinned), (false, true));
        assert_eq!(set.gone, [pin(b"gone")]);
    }

    #[test]
    fn what_is_to_come_is_a_member_without_a_place() {
        let coming = |leaf: &[u8], problems: &[Code]| {
            (Certificate::new(leaf.to_vec().into()), problems.to_vec())
        };
        let looks = [look(b"a", 25, &[], Proof::Proven)];
        let given = [coming(b"a", &[Code::Expired]), coming(b"next", &[])];
        let set = PinSet::of(&looks, &given, &[pin(b"a")]);
        let [a, next] = &set.members[..] else {
            unreachable!("{:?}", set.members);
        };
        // What is seen is not to come.
        assert!(!a.is_to_come() && a.is_trusted() && next.is_to_come());
        assert!(next.places.is_empty() && set.agreed(&NOBODY).is_ok());
        let set = PinSet::of(&looks, &[coming(b"next", &[Code::Expired])], &[]);
        let doubts = set.agreed(&NOBODY).expect_err("it is not trusted");
        assert!(doubts[0].member.is_to_come());
    }

    /// Looks at few certificates at few places, of every worth.
    fn looks() -> impl Strategy<Value = Vec<Look>> {
        let proof = prop::sample::select(vec![
            Proof::Proven,
            Proof::Proven,
            Proof::Missing,
            Proof::Failed,
            Proof::Refuted,
        ]);
        let one = (0u8..5, 1u16..5, any::<bool>(), proof);
        let look = one.prop_map(|(leaf, port, trusted, proof)| {
            let problems: &[Code] = if trusted { &[] } else { &[Code::SelfSigned] };
            look(&[leaf], port, problems, proof)
        });
        prop::collection::vec(look, 0..8)
    }

    proptest! {
        /// What is pinned are all certificates that were seen, and each of them is trusted, pinned
        /// already or confirmed, with its key proven at every place. If one is not, nothing is.
        #[test]
        fn nothing_is_agreed_to_but_all_that_may_be_pinned(
            looks in looks(),
            coming in prop::collection::vec((0u8..8, any::<bool>()), 0..3),
            pinned in prop::collection::vec(0u8..5, 0..3),
            confirmed in prop::collection::vec(0u8..8, 0..3),
            new in any::<bool>(),
        ) {
            let leaf_of = |byte: u8| Certificate::new(vec![byte].into());
            let coming: Vec<(Certificate, Vec<Code>)> = coming
                .iter()
                .map(|(byte, trusted)| {
                    let problems = if *trusted { vec![] } else { vec![Code::Expired] };
                    (leaf_of(*byte), problems)
                })
                .collect();
            let pins: Vec<Pin> = pinned.iter().map(|byte| pin(&[*byte])).collect();
            let is_confirmed = |leaf: &Certificate| confirmed.contains(&leaf.der()[0]);
            let rules = Rules { is_confirmed: &is_confirmed, new, ..NOBODY };
            let set = PinSet::of(&looks, &coming, &pins);
            let seen_well = |leaf: &Certificate| {
                let mut here = looks.iter().filter(|look| look.leaf == *leaf);
                here.any(|look| look.problems.is_empty())
            };
            let come_well = |leaf: &Certificate| {
                let mut first = coming.iter().filter(|(one, _)| one == leaf);
                first.next().is_some_and(|(_, problems)| problems.is_empty())
            };
            let may_be = |leaf: &Certificate| {
                let here = || looks.iter().filter(|look| look.leaf == *leaf);
                let is_pinned = pinned.contains(&leaf.der()[0]);
                let is_seen = here().next().is_some();
                let well = if is_seen { seen_well(leaf) } else { come_well(leaf) };
                here().all(|look| look.proof == Proof::Proven)
                    && (well || is_pinned || is_confirmed(leaf))
                    && (is_pinned || new || pinned.is_empty() || !is_seen)
            };
            let mut all: Vec<Vec<u8>> = looks.iter().map(|look| look.leaf.der().to_vec()).collect();
            all.extend(coming.iter().map(|(leaf, _)| leaf.der().to_vec()));
            all.sort();
            all.dedup();
            match set.agreed(&rules) {
                Ok(agreed) => {
                    let members = agreed.members();
                    prop_assert!(members.iter().all(|member| may_be(&member.leaf)));
                    let mut found: Vec<Vec<u8>> =
                        members.iter().map(|member| member.leaf.der().to_vec()).collect();
                    found.sort();
                    prop_assert_eq!(found, all);
                }
                Err(doubts) => {
                    prop_assert!(!doubts.is_empty());
                    prop_assert!(doubts.iter().all(|doubt| !may_be(&doubt.member.leaf)));
                }
            }
        }
    }
}
