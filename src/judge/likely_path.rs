//! Finds the path that the server most likely meant, to report everything that is wrong with it.
//! webpki reports success or a single error; whether a path is trusted is its decision alone.

use super::anchor::Anchor;
use super::anchors::Anchors;
use super::checks;
use super::issuer::{Signatures, is_named, is_own};
use super::member::{Member, Role};
use crate::certificate::signature::Verification;
use crate::certificate::{Certificate, Facts};
use time::OffsetDateTime;

/// Limit of the search: a hostile chain can have exponentially many paths.
const MAX_PATHS: usize = 32;
const MAX_DEPTH: usize = 12;

/// A path from the leaf, whether it reaches an anchor or not.
#[derive(Clone, Debug)]
pub(super) struct LikelyPath<'a> {
    /// Indices into the presented chain, the leaf first; each with the verdict on its signature by
    /// the key of the next.
    pub(super) links: Vec<(usize, Option<Verification>)>,
    pub(super) end: End<'a>,
}

/// Where a path ends.
#[derive(Clone, Debug)]
pub(super) enum End<'a> {
    /// At a configured anchor.
    Anchor(&'a Certificate),
    /// At a certificate that issued itself and is not an anchor.
    SelfIssued,
    /// At a certificate whose issuer is neither presented nor configured.
    NoIssuer,
    /// At a limit of the search.
    CutShort,
}

impl LikelyPath<'_> {
    pub(super) fn members<'m>(&'m self, presented: &'m [Certificate]) -> Vec<Member<'m>> {
        let mut members: Vec<Member<'m>> = self
            .links
            .iter()
            .map(|&(index, signature)| Member {
                certificate: &presented[index],
                index: Some(index),
                role: if index == 0 {
                    Role::Leaf
                } else {
                    Role::Intermediate
                },
                signature,
            })
            .collect();
        if let End::Anchor(certificate) = &self.end {
            members.push(Member {
                certificate,
                index: None,
                role: Role::Anchor,
                signature: None,
            });
        }
        members
    }

    /// The index of the last presented certificate.
    pub(super) fn last(&self) -> usize {
        self.links.last().map_or(0, |&(index, _)| index)
    }

    /// The rank of a path: an anchor first, then fewer problems.
    fn cost(&self, presented: &[Certificate], now: OffsetDateTime) -> (bool, usize) {
        let anchored = matches!(self.end, End::Anchor(..));
        let problems = checks::of_path(&self.members(presented), now).len();
        // Among dead ends the longest explains the most.
        let dead_end = if anchored {
            0
        } else {
            MAX_DEPTH - self.links.len().min(MAX_DEPTH)
        };
        (!anchored, problems + dead_end)
    }
}

/// The best path from the leaf, `presented[0]`.
pub(super) fn best<'a>(
    presented: &'a [Certificate],
    anchors: &'a Anchors,
    now: OffsetDateTime,
) -> LikelyPath<'a> {
    let mut search = Search {
        presented,
        anchors,
        signatures: Signatures::new(),
        found: Vec::new(),
    };
    search.explore(&[(0, None)]);
    search
        .found
        .into_iter()
        .min_by_key(|walk| walk.cost(presented, now))
        .unwrap_or(LikelyPath {
            links: vec![(0, None)],
            end: End::NoIssuer,
        })
}

struct Search<'a> {
    presented: &'a [Certificate],
    anchors: &'a Anchors,
    signatures: Signatures,
    found: Vec<LikelyPath<'a>>,
}

/// What may have issued a certificate.
#[derive(Clone, Copy)]
enum Candidate<'a> {
    Anchor(&'a Certificate),
    /// By its index.
    Presented(usize),
}

impl<'a> Search<'a> {
    fn explore(&mut self, links: &[(usize, Option<Verification>)]) {
        if self.found.len() >= MAX_PATHS {
            return;
        }
        if links.len() > MAX_DEPTH {
            return self.end(links, End::CutShort);
        }
        let presented = self.presented;
        let Some(&(index, _)) = links.last() else {
            return;
        };
        let Ok(facts) = presented[index].facts() else {
            return self.end(links, End::NoIssuer);
        };
        let candidates = self.candidates(&presented[index], facts, links);
        for &(candidate, verdict) in &candidates {
            let mut links = with_last(links, verdict);
            match candidate {
                Candidate::Anchor(anchor) => self.end(&links, End::Anchor(anchor)),
                Candidate::Presented(next) => {
                    links.push((next, None));
                    self.explore(&links);
                }
            }
        }
        if candidates.is_empty() {
            let end = if self.signatures.are_used_up() {
                End::CutShort
            } else if facts.self_issued {
                End::SelfIssued
            } else {
                End::NoIssuer
            };
            self.end(links, end);
        }
    }

    /// The candidates with the issuer's name, each with the verdict on the signature. If the
    /// signature identifies one of them, the others are dropped.
    fn candidates(
        &mut self,
        certificate: &Certificate,
        facts: &Facts,
        links: &[(usize, Option<Verification>)],
    ) -> Vec<(Candidate<'a>, Verification)> {
        let presented = self.presented;
        let anchors = self.anchors.of_name(&facts.issuer);
        let anchors: Vec<&'a Certificate> = anchors.map(Anchor::certificate).collect();
        let mut found = Vec::new();
        for anchor in anchors {
            let verdict = self.issued(certificate, facts, anchor);
            found.extend(verdict.map(|verdict| (Candidate::Anchor(anchor), verdict)));
        }
        for (next, candidate) in presented.iter().enumerate().skip(1) {
            let used = links.iter().any(|&(used, _)| presented[used] == *candidate);
            // An anchor that was sent along has been seen above.
            if used || self.anchors.exactly(candidate.der()).is_some() {
                continue;
            }
            let verdict = self.issued(certificate, facts, candidate);
            found.extend(verdict.map(|verdict| (Candidate::Presented(next), verdict)));
        }
        let is_verified = |&(_, verdict): &(_, Verification)| verdict == Verification::Verified;
        if is_own(certificate) || found.iter().any(is_verified) {
            found.retain(is_verified);
        }
        found
    }

    fn end(&mut self, links: &[(usize, Option<Verification>)], end: End<'a>) {
        let links = links.to_vec();
        self.found.push(LikelyPath { links, end });
    }

    /// Whether `candidate` is the issuer that `certificate` names, and if so, whether it signed it.
    /// A key identifier that differs rules it out, unless the signature proves otherwise.
    fn issued(
        &mut self,
        certificate: &Certificate,
        facts: &Facts,
        candidate: &Certificate,
    ) -> Option<Verification> {
        let issuer = candidate.facts().ok()?;
        if !is_named(facts, issuer) {
            return None;
        }
        self.signatures.verdict(certificate, facts, issuer)
    }
}

/// The links, with the verdict on the signature of the last one.
fn with_last(
    links: &[(usize, Option<Verification>)],
    verdict: Verification,
) -> Vec<(usize, Option<Verification>)> {
    let mut links = links.to_vec();
    if let Some((_, last)) = links.last_mut() {
        *last = Some(verdict);
    }
    links
}
