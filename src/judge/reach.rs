//! What any path from the leaf reaches, by the names and the keys of issuers, however many steps.

use super::anchors::Anchors;
use super::issuer::{Signatures, is_named, is_own};
use crate::certificate::Certificate;
use crate::certificate::signature::Verification;
use std::collections::VecDeque;

/// The presented certificates that are on some path.
pub(super) struct Reach {
    /// The number of steps from the leaf, index by index; `None`: no path leads there.
    steps: Vec<Option<usize>>,
    /// Which presented certificate issued which: the issuer comes second.
    issued: Vec<(usize, usize)>,
    /// Of those that are not reached, which have the name of an issuer.
    namesakes: Vec<bool>,
    signatures: Signatures,
}

/// A certificate to go on from: a presented one with its index, or an anchor.
type Node<'a> = (&'a Certificate, Option<usize>, usize);

/// What a certificate is to one below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    /// It has the issuer's name, and its key made the signature, or may have.
    Issuer,
    /// It has the issuer's name alone.
    Namesake,
    /// It has another name, or there is no time to look.
    Stranger,
}

impl Reach {
    /// `path` and `anchor` are reached whatever their signatures say.
    pub(super) fn of(
        presented: &[Certificate],
        path: &[&Certificate],
        anchor: Option<&Certificate>,
        anchors: &Anchors,
    ) -> Self {
        let mut reach = Self {
            steps: vec![None; presented.len()],
            issued: Vec::new(),
            namesakes: vec![false; presented.len()],
            signatures: Signatures::new(),
        };
        let mut open: VecDeque<Node<'_>> = VecDeque::new();
        for (steps, member) in path.iter().enumerate() {
            let index = presented.iter().position(|one| one == *member);
            if let Some(index) = index {
                reach.steps[index] = Some(steps);
            }
            open.push_back((member, index, steps));
        }
        open.extend(anchor.map(|anchor| (anchor, None, path.len())));
        let mut seen: Vec<&Certificate> = anchor.into_iter().collect();
        while let Some(node) = open.pop_front() {
            reach.presented_above(node, presented, &mut open);
            let Ok(facts) = node.0.facts() else { continue };
            for above in anchors.of_name(&facts.issuer) {
                let above = above.certificate();
                if !seen.contains(&above) && reach.relation(node.0, above) == Relation::Issuer {
                    seen.push(above);
                    open.push_back((above, None, node.2 + 1));
                }
            }
        }
        reach
    }

    fn presented_above<'a>(
        &mut self,
        (certificate, index, steps): Node<'a>,
        presented: &'a [Certificate],
        open: &mut VecDeque<Node<'a>>,
    ) {
        for (above, candidate) in presented.iter().enumerate().skip(1) {
            if candidate == certificate {
                continue;
            }
            match self.relation(certificate, candidate) {
                Relation::Stranger => continue,
                Relation::Namesake => {
                    self.namesakes[above] = true;
                    continue;
                }
                Relation::Issuer => {}
            }
            self.issued.extend(index.map(|index| (index, above)));
            if self.steps[above].is_none() {
                self.steps[above] = Some(steps + 1);
                open.push_back((candidate, Some(above), steps + 1));
            }
        }
    }

    fn relation(&mut self, certificate: &Certificate, candidate: &Certificate) -> Relation {
        let (Ok(facts), Ok(issuer)) = (certificate.facts(), candidate.facts()) else {
            return Relation::Stranger;
        };
        if !is_named(facts, issuer) || self.signatures.are_used_up() {
            return Relation::Stranger;
        }
        let verdict = self.signatures.verdict(certificate, facts, issuer);
        let own = is_own(certificate) && verdict != Some(Verification::Verified);
        let may_have_signed = verdict.is_some_and(|verdict| verdict != Verification::Refuted);
        if !own && may_have_signed {
            Relation::Issuer
        } else {
            Relation::Namesake
        }
    }

    /// Whether a path leads to a presented certificate.
    pub(super) fn has(&self, index: usize) -> bool {
        self.steps[index].is_some()
    }

    /// Whether all was looked at.
    pub(super) fn is_complete(&self) -> bool {
        !self.signatures.are_used_up()
    }

    /// Whether it has the name of an issuer on some path, and not its key.
    pub(super) fn is_namesake(&self, index: usize) -> bool {
        self.namesakes[index]
    }

    /// The presented root that issued the last of `path`, which are indices, and is not among them.
    pub(super) fn root_of(&self, path: &[usize], presented: &[Certificate]) -> Option<usize> {
        let last = path.last()?;
        let mut above = self.issued.iter().filter(|(below, _)| below == last);
        let is_root = |index: usize| is_own(&presented[index]);
        let found = above.find(|&&(_, above)| is_root(above) && !path.contains(&above));
        found.map(|&(_, above)| above)
    }

    /// Whether a certificate is sent before all that it issued.
    pub(super) fn is_early(&self) -> bool {
        (1..self.steps.len()).any(|index| {
            let mut issued = self.issued.iter().filter(|(_, above)| *above == index);
            let has_issued = issued.clone().next().is_some();
            has_issued && issued.all(|(below, _)| *below > index)
        })
    }

    /// The indices of all that is reached, the leaf first.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.steps.len()).filter(|&i| self.has(i)).collect();
        order.sort_by_key(|&index| self.steps[index]);
        order
    }
}
