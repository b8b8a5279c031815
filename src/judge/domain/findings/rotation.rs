//! What the TLSA records of a host mean for the next certificate: whether the next key is published,
//! what breaks at a renewal, what is left of earlier ones.

use super::super::facts::{Domain, MailHost, Seen};
use super::super::verdict::Verdict;
use super::publish::{Publishing, listed};
use crate::certificate::Certificate;
use crate::finding::{Advice, Code, Finding, Severity};
use crate::judge::dane::{Judged, unusable};
use crate::records::tlsa::{DANE_EE, DANE_TA, KEY, Tlsa, WHOLE};

pub(super) fn of(domain: &Domain, verdict: &Verdict) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (host, judged) in domain.hosts.iter().zip(&verdict.hosts) {
        if !host.tlsa.decide() {
            continue;
        }
        let looks: Vec<&Judged> = judged.dane.looks.iter().flatten().collect();
        let records = Records::of(host, &looks);
        let publishing = Publishing::of(domain, host, judged.dane.exim_looks);
        findings.extend(of_nothing(host, &publishing));
        if records.some_match() {
            let later = || records.no_rollover(&publishing);
            findings.extend(records.fragile(&publishing).or_else(later));
            findings.extend(records.stale());
        }
    }
    findings
}

/// The usable records of a host.
struct Records<'d> {
    host: &'d MailHost,
    /// Each with whether it matches at some address.
    usable: Vec<(&'d Tlsa, bool)>,
    /// The places of the presented certificates that each matches, at each look.
    looks: Vec<&'d Judged>,
}

impl<'d> Records<'d> {
    fn of(host: &'d MailHost, looks: &[&'d Judged]) -> Self {
        let matches = |place: usize| looks.iter().any(|look| look.fits[place].is_match());
        let records = host.tlsa.records.iter().enumerate();
        let usable = records.filter(|(_, record)| unusable(record).is_none());
        Self {
            host,
            usable: usable
                .map(|(place, record)| (record, matches(place)))
                .collect(),
            looks: looks.to_vec(),
        }
    }

    fn some_match(&self) -> bool {
        self.usable.iter().any(|(_, matches)| *matches)
    }

    fn all(&self, is: impl Fn(&Tlsa) -> bool) -> bool {
        self.usable.iter().all(|(record, _)| is(record))
    }

    fn unmatched(&self) -> impl Iterator<Item = &'d Tlsa> {
        let unmatched = self.usable.iter().filter(|(_, matches)| !matches);
        unmatched.map(|(record, _)| *record)
    }

    /// What breaks though nothing is done wrong.
    fn fragile(&self, publishing: &Publishing<'_>) -> Option<Finding> {
        let name = &self.host.name;
        let message = if self.all(|record| record.usage == DANE_EE && record.selector == WHOLE) {
            format!(
                "the TLSA records of \"{name}\" name the whole certificate (3 0 x): they break at every renewal, though the key stays the same"
            )
        } else if let Some(ca) = self.cross_signed() {
            format!(
                "a TLSA record of \"{name}\" names one certificate (2 0 x) of the CA \"{}\", which has others for the same key: it breaks when another is sent",
                ca.label()
            )
        } else if self.all(|record| record.usage == DANE_TA)
            && self.unmatched().next().is_none()
            && self.is_of_configured_ca()
        {
            format!(
                "the TLSA records of \"{name}\" name one CA only (2 x x): they break when the CA issues from another intermediate, without warning"
            )
        } else {
            return None;
        };
        let advice = publishing.advice();
        Some(Finding::new(Code::TlsaFragile, None, message, advice))
    }

    fn chains(&self) -> impl Iterator<Item = (&'d [Certificate], &'d [Certificate])> + use<'d> {
        self.host.looks.iter().filter_map(|look| match &look.seen {
            Seen::Chain(chain) => Some((chain.presented.as_slice(), chain.path.as_slice())),
            _ => None,
        })
    }

    /// How many keys are presented.
    fn keys(&self) -> usize {
        let mut keys: Vec<&[u8]> = Vec::new();
        for leaf in self.chains().filter_map(|(presented, _)| presented.first()) {
            let key = leaf.facts().map(|facts| facts.public_key.spki.as_slice());
            keys.extend(key.ok().filter(|key| !keys.contains(key)));
        }
        keys.len()
    }

    /// A CA certificate that a record names whole, where there is another with its key.
    fn cross_signed(&self) -> Option<&'d Certificate> {
        let named = self
            .usable
            .iter()
            .filter(|(record, _)| record.usage == DANE_TA && record.selector == WHOLE);
        let named: Vec<&Tlsa> = named.map(|(record, _)| *record).collect();
        self.chains().find_map(|(presented, path)| {
            let all = || presented.iter().chain(path);
            let key =
                |one: &Certificate| one.facts().ok().map(|facts| facts.public_key.spki.clone());
            let has_twin = |one: &Certificate| {
                all().any(|other| {
                    other.der() != one.der() && key(one).is_some() && key(other) == key(one)
                })
            };
            all()
                .skip(1)
                .find(|one| named.iter().any(|record| record.matches(one.der())) && has_twin(one))
        })
    }

    /// A CA of ours is not changed without us.
    fn is_of_configured_ca(&self) -> bool {
        self.chains().any(|(_, path)| !path.is_empty())
    }

    /// Every record matches what is presented now, so that a new key has none.
    fn no_rollover(&self, publishing: &Publishing<'_>) -> Option<Finding> {
        let is_for_now = self.all(|record| record.usage == DANE_EE);
        (is_for_now && self.unmatched().next().is_none()).then(|| {
            let message = format!(
                "every TLSA record of \"{}\" is for a key that is presented now: a new key has no record yet",
                self.host.name
            );
            // With a weaker digest than theirs it would not count when they match nothing any more.
            let before = format!(
                "before the key changes, publish \"{}\" of the next one beside ",
                publishing.kind()
            );
            let advice = listed(before, publishing.keys())
                .text(", and wait until the old records have left the caches");
            Finding::new(Code::TlsaNoRollover, None, message, advice)
        })
    }

    /// Records that match nothing, but for the next keys and other CAs.
    fn stale(&self) -> Option<Finding> {
        if self.looks.len() < self.host.looks.len() {
            // What is not seen may match.
            return None;
        }
        let has_anchor = self
            .usable
            .iter()
            .any(|(record, matches)| *matches && record.usage == DANE_TA);
        let next_keys = self.keys().max(1);
        let mut next: Vec<(u8, usize)> = Vec::new();
        let stale: Vec<String> = self
            .unmatched()
            .filter(|record| match (record.usage, record.selector) {
                (DANE_TA, _) => !has_anchor,
                (_, KEY) => {
                    let seen = next
                        .iter()
                        .position(|(matching, _)| *matching == record.matching);
                    let place = seen.unwrap_or_else(|| {
                        next.push((record.matching, 0));
                        next.len() - 1
                    });
                    next[place].1 += 1;
                    next[place].1 > next_keys
                }
                _ => true,
            })
            .map(ToString::to_string)
            .collect();
        let first = stale.first()?;
        let name = &self.host.name;
        let message = match stale.len() {
            1 => format!("a TLSA record of \"{name}\" matches nothing that it presents: {first}"),
            count => format!(
                "{count} TLSA records of \"{name}\" match nothing that it presents, such as {first}"
            ),
        };
        let advice = "take away what is not for certificates to come";
        Some(Finding::new(Code::TlsaStale, None, message, advice).at(Severity::Note))
    }
}

/// A digest of the empty string: the command that should have printed the key has failed.
fn of_nothing(host: &MailHost, publishing: &Publishing<'_>) -> Option<Finding> {
    let records = host.tlsa.records.iter();
    let of_nothing: Vec<Tlsa> = records
        .filter(|record| record.is_digest_of_nothing())
        .cloned()
        .collect();
    let record = of_nothing.first()?;
    let message = format!(
        "a TLSA record of \"{}\" is the digest of nothing: {record}",
        host.name
    );
    let what = "the command that made it read no certificate: ";
    let advice = Advice::new(what).then(publishing.replace(&of_nothing));
    Some(Finding::new(Code::TlsaEmptyDigest, None, message, advice))
}
