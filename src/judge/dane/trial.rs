//! Tries what an advice recommends before it is given: whether Postfix and Exim, as they are modelled
//! here, accept everything that a host presents, with other records or with one more certificate sent.

use super::fit::fit;
use super::question::Question;
use super::senders::{Reason, Sender, exim, postfix};
use super::usable::{fits, unusable};
use crate::certificate::Certificate;
use crate::endpoint::Host;
use crate::records::tlsa::{DANE_EE, DANE_TA, KEY, SHA256, Tlsa, WHOLE};
use time::OffsetDateTime;

/// A chain that a host presents.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// The presented chain, the leaf first.
    pub presented: &'a [Certificate],
    /// The path to a configured anchor; empty without one.
    pub path: &'a [Certificate],
}

/// What a host presents, before which records are tried.
#[derive(Clone, Debug)]
pub struct Trial<'a> {
    /// The chains.
    pub shown: Vec<Shown<'a>>,
    /// The names that count for usage 2.
    pub names: Vec<Host>,
    /// Exim looks at the records, too.
    pub exim_looks: bool,
    /// The time to judge at.
    pub now: OffsetDateTime,
}

/// The place of a chain that a sender refuses, and why.
pub type Refusal = (usize, Reason);

/// Records to publish, and what they do not help against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cure {
    /// The records that are missing.
    pub publish: Vec<Tlsa>,
    /// The chains, that are refused whatever is published.
    pub hopeless: Vec<Refusal>,
}

impl Trial<'_> {
    /// What makes senders accept all that can be accepted: the key of each leaf.
    pub fn cure(&self, records: &[Tlsa]) -> Cure {
        let keys = self.keys(records);
        let missing = keys.into_iter().filter(|key| !records.contains(key));
        Cure {
            publish: missing.collect(),
            hopeless: self.hopeless(),
        }
    }

    /// For each leaf the record that counts beside these: `3 1 1` of its key, or `3 1 2` where that is
    /// the strongest digest there (RFC 7671 §9).
    pub fn keys(&self, records: &[Tlsa]) -> Vec<Tlsa> {
        let mut keys: Vec<Tlsa> = Vec::new();
        for one in &self.shown {
            let key = one.presented.first().map(|leaf| key_of(leaf, records));
            keys.extend(key.filter(|key| !keys.contains(key)));
        }
        keys
    }

    /// Of these records those that are of the leaves at some places.
    pub(super) fn of_places(&self, places: &[usize], records: Vec<Tlsa>) -> Vec<Tlsa> {
        let is_of = |record: &Tlsa, place: &usize| {
            let leaf = self.shown[*place].presented.first();
            leaf.is_some_and(|leaf| fits(record, leaf))
        };
        let needed = |record: &Tlsa| places.iter().any(|place| is_of(record, place));
        records.into_iter().filter(needed).collect()
    }

    /// Whether these records leave nothing refused that records can cure.
    pub fn is_cured(&self, records: &[Tlsa]) -> bool {
        self.curable(records).next().is_none()
    }

    /// The same, and by these records the servers are known.
    pub fn is_authenticated(&self, records: &[Tlsa]) -> bool {
        records.iter().any(|record| unusable(record).is_none()) && self.is_cured(records)
    }

    /// The records with a strong digest that match nothing and make weaker ones not count, if all is
    /// cured without them.
    pub fn outdoing(&self, records: &[Tlsa]) -> Vec<Tlsa> {
        let outdoes = |record: &&Tlsa| {
            let mut others = records.iter().filter(|other| unusable(other).is_none());
            unusable(record).is_none()
                && !self.matches(record)
                && others.any(|other| {
                    (other.usage, other.selector) == (record.usage, record.selector)
                        && other.matching < record.matching
                })
        };
        let outdoing: Vec<Tlsa> = records.iter().filter(outdoes).cloned().collect();
        let is_cure = !outdoing.is_empty() && self.is_cured(&without(records, &outdoing));
        if is_cure { outdoing } else { Vec::new() }
    }

    /// Whether it helps that the servers send the anchors that these records name.
    pub fn is_cured_by_sending(&self, records: &[Tlsa]) -> bool {
        let sent: Vec<Vec<Certificate>> = self
            .shown
            .iter()
            .map(|one| with_anchors(one, records))
            .collect();
        let shown = self.shown.iter().zip(&sent);
        let shown = shown.map(|(one, sent)| Shown {
            presented: sent,
            path: one.path,
        });
        let trial = Trial {
            shown: shown.collect(),
            ..self.clone()
        };
        trial.is_cured(records)
    }

    /// Whether it helps that what has expired is renewed: each chain is judged at a moment when all of
    /// it is within its dates. Where there is none, it cannot be tried.
    pub fn is_cured_by_renewal(&self, records: &[Tlsa]) -> bool {
        self.shown.iter().all(|one| {
            let trial = |now| Trial {
                shown: vec![one.clone()],
                now,
                ..self.clone()
            };
            moment(one.presented).is_none_or(|now| trial(now).is_cured(records))
        })
    }

    /// Whether nothing is refused without these that is not refused with them.
    pub fn can_spare(&self, records: &[Tlsa], spared: &[Tlsa]) -> bool {
        let before: Vec<Refusal> = self.refused(records).collect();
        let rest = without(records, spared);
        let mut after = self.refused(&rest);
        after.all(|refusal| is_among(&refusal, &before))
    }

    /// Whether a record matches something.
    fn matches(&self, record: &Tlsa) -> bool {
        let records = std::slice::from_ref(record);
        let mut shown = self.shown.iter();
        shown.any(|one| fit(record, &self.question(records, one)).is_match())
    }

    /// What is refused, and can be cured by other records.
    pub(super) fn curable<'q>(&'q self, records: &'q [Tlsa]) -> impl Iterator<Item = Refusal> + 'q {
        let hopeless = self.hopeless();
        let refused = self.refused(records);
        refused.filter(move |refusal| !is_among(refusal, &hopeless))
    }

    /// What is refused.
    fn refused<'q>(&'q self, records: &'q [Tlsa]) -> impl Iterator<Item = Refusal> + 'q {
        let shown = self.shown.iter().enumerate();
        shown.flat_map(move |(place, one)| self.refusals(records, place, one))
    }

    /// By Postfix, then by Exim.
    fn refusals(&self, records: &[Tlsa], place: usize, one: &Shown<'_>) -> Vec<Refusal> {
        let question = self.question(records, one);
        let exim = self.exim_looks.then(|| exim(&question));
        let senders = [Some(postfix(&question)), exim].into_iter().flatten();
        let reasons = senders.filter_map(|sender| match sender {
            Sender::Defers(reason) => Some((place, reason)),
            _ => None,
        });
        reasons.collect()
    }

    /// What is refused with the best of records alone.
    fn hopeless(&self) -> Vec<Refusal> {
        let shown = self.shown.iter().enumerate();
        let refusals = shown.flat_map(|(place, one)| {
            let key = one.presented.first().map(|leaf| key_of(leaf, &[]));
            key.map_or_else(Vec::new, |key| self.refusals(&[key], place, one))
        });
        refusals.collect()
    }

    fn question<'q>(&'q self, records: &'q [Tlsa], one: &'q Shown<'_>) -> Question<'q> {
        Question {
            records,
            presented: one.presented,
            names: &self.names,
            path: one.path,
            now: self.now,
        }
    }
}

/// Whether the same sender refuses the same: Exim's reasons are GnuTLS's.
fn is_among((place, reason): &Refusal, all: &[Refusal]) -> bool {
    let is_exim = |reason: &Reason| matches!(reason, Reason::Gnutls(_));
    let mut all = all.iter();
    all.any(|(other, known)| other == place && is_exim(known) == is_exim(reason))
}

/// The records but for some.
pub fn without(records: &[Tlsa], spared: &[Tlsa]) -> Vec<Tlsa> {
    let rest = records.iter().filter(|record| !spared.contains(record));
    rest.cloned().collect()
}

/// The matching type that `3 1 x` has to have beside these records, so that it counts.
pub fn matching_beside(records: &[Tlsa]) -> u8 {
    matching(records, KEY)
}

fn matching(records: &[Tlsa], selector: u8) -> u8 {
    let of_leaf = records.iter().filter(|record| {
        (record.usage, record.selector) == (DANE_EE, selector) && unusable(record).is_none()
    });
    let strongest = of_leaf.map(|record| record.matching).max();
    strongest.unwrap_or(SHA256).max(SHA256)
}

fn key_of(leaf: &Certificate, records: &[Tlsa]) -> Tlsa {
    let of = |selector, octets: &[u8]| {
        Tlsa::digest_of(DANE_EE, selector, matching(records, selector), octets)
    };
    match leaf.facts() {
        Ok(facts) => of(KEY, &facts.public_key.spki),
        // Its key cannot be told apart here.
        Err(_) => of(WHOLE, leaf.der()),
    }
}

/// What is presented, with the anchors of the path that records of usage 2 name.
fn with_anchors(one: &Shown<'_>, records: &[Tlsa]) -> Vec<Certificate> {
    let is_named = |anchor: &&Certificate| {
        let mut of_anchors = records.iter().filter(|record| record.usage == DANE_TA);
        of_anchors.any(|record| fits(record, anchor))
    };
    let anchors = one.path.iter().skip(1).filter(is_named);
    let missing = anchors.filter(|anchor| !one.presented.contains(anchor));
    one.presented.iter().chain(missing).cloned().collect()
}

/// A moment when all of these are valid.
fn moment(presented: &[Certificate]) -> Option<OffsetDateTime> {
    let facts: Option<Vec<_>> = presented.iter().map(|one| one.facts().ok()).collect();
    let facts = facts?;
    let from = facts.iter().map(|one| one.not_before).max()?;
    let until = facts.iter().map(|one| one.not_after).min()?;
    (from <= until).then_some(from)
}
