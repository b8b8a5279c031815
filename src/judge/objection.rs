//! Why webpki objects to a path for the sake of name constraints: it says which rule is broken, not
//! by which certificate and name. Here the same comparisons are made again, in its order
//! (`check_name_constraints` in its `subject_name/mod.rs`), until one fails.

use super::dns_id::{Place, flaw};
use super::member::Member;
use super::subtree::Breach;
use super::violation::Pair;
use crate::certificate::constraints::{
    GeneralName, NameConstraints, Subtree, is_in_network, is_prefix,
};
use crate::finding::Finding;

/// webpki's `name_constraint_comparisons`, for a whole path.
const MOST_COMPARISONS: usize = 250_000;

/// The first objection to a path, the leaf first.
pub(super) fn find(members: &[Member<'_>]) -> Option<Finding> {
    let mut left = MOST_COMPARISONS;
    for (above, issuer) in members.iter().enumerate().skip(1).rev() {
        let Some(constraints) = NameConstraints::of(issuer.certificate.der()) else {
            continue;
        };
        for below in members[..above].iter().rev() {
            let pair = Pair {
                issuer,
                below,
                all_below: &members[..above],
                constraints: &constraints,
            };
            if let Some(finding) = pair.objection(&mut left) {
                return Some(finding);
            }
        }
    }
    None
}

/// What webpki makes of a name and a subtree.
enum Comparison {
    Within,
    Without,
    /// Kinds of which webpki compares nothing: within what is excluded, without what is permitted.
    Never,
}

impl Pair<'_> {
    fn objection(&self, left: &mut usize) -> Option<Finding> {
        let mut names = GeneralName::all(self.below.certificate.der());
        let count = names.len();
        // The subject, of which webpki compares nothing.
        let facts = self.below.certificate.facts();
        let subject = facts.map_or_else(|_| Vec::new(), |f| f.subject.raw().to_vec());
        names.push(GeneralName::Directory(subject));
        let cost = self.constraints.all().count();
        for name in &names {
            *left = match left.checked_sub(cost) {
                Some(left) => left,
                None => return Some(self.too_many(count, MOST_COMPARISONS)),
            };
            if let Some(finding) = self.objection_to(name) {
                return Some(finding);
            }
        }
        None
    }

    fn objection_to(&self, name: &GeneralName) -> Option<Finding> {
        let (mut seen, mut fits) = (false, false);
        for subtree in &self.constraints.permitted {
            let Some(comparison) = self.compare(name, subtree, false).transpose() else {
                continue;
            };
            match comparison {
                Err(finding) => return Some(finding),
                Ok(Comparison::Within) => fits = true,
                Ok(Comparison::Without | Comparison::Never) => seen = true,
            }
        }
        if seen && !fits {
            return Some(self.violation(name, Breach::Permitted));
        }
        for subtree in &self.constraints.excluded {
            match self.compare(name, subtree, true) {
                Err(finding) => return Some(finding),
                Ok(Some(Comparison::Within | Comparison::Never)) => {
                    return Some(self.violation(name, Breach::Excluded));
                }
                Ok(_) => {}
            }
        }
        None
    }

    /// `None`: they are of different kinds.
    fn compare(
        &self,
        name: &GeneralName,
        subtree: &Subtree,
        excluded: bool,
    ) -> Result<Option<Comparison>, Finding> {
        if subtree.minimum.is_some() || subtree.more {
            return Err(self.extent(subtree));
        }
        let within = match (name, &subtree.base) {
            (GeneralName::Dns(dns), GeneralName::Dns(base)) => {
                if let Some(why) = flaw(dns, Place::Presented) {
                    return Err(self.bad_name(name, why));
                }
                if let Some(why) = flaw(base, Place::Constraint) {
                    return Err(self.bad_subtree(name, &subtree.base, why));
                }
                covers(dns, base, excluded)
            }
            (GeneralName::Ip(ip), GeneralName::Ip(base)) => {
                if !matches!(ip.len(), 4 | 16) {
                    return Err(self.bad_name(name, "an IP address has 4 or 16 octets"));
                }
                let mask = &base[base.len() / 2..];
                if !matches!(base.len(), 8 | 32) || (base.len() == 2 * ip.len() && !is_prefix(mask))
                {
                    let why = "a network has 8 or 32 octets, and a mask of ones and then zeros";
                    return Err(self.bad_subtree(name, &subtree.base, why));
                }
                is_in_network(ip, base)
            }
            (name, base) if name.is_like(base) => return Ok(Some(Comparison::Never)),
            _ => return Ok(None),
        };
        Ok(Some(if within {
            Comparison::Within
        } else {
            Comparison::Without
        }))
    }
}

/// `presented_id_matches_reference_id`, for two names that count.
fn covers(name: &[u8], base: &[u8], excluded: bool) -> bool {
    let mut name = name;
    if name.len() > base.len() {
        let (head, tail) = name.split_at(name.len() - base.len());
        if base.is_empty() {
            return true;
        }
        if !base.starts_with(b".") && !head.ends_with(b".") {
            return false;
        }
        name = tail;
    }
    // What a wildcard may become is excluded; it is not permitted for that.
    if excluded && let Some(rest) = name.strip_prefix(b"*") {
        let dot = base.iter().skip(1).position(|octet| *octet == b'.');
        return dot.is_some_and(|dot| rest.eq_ignore_ascii_case(&base[dot + 1..]));
    }
    name.eq_ignore_ascii_case(base)
}
