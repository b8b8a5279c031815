//! Is the presented chain tidy? Notes only: they do not affect whether the path is trusted.

use super::issuer::is_own;
use super::policy::Policy;
use super::reach::Reach;
use crate::finding::{Code, Evidence, Finding};

use crate::certificate::{Certificate, in_words};
use time::OffsetDateTime;

/// `path` is the path as far as it is known, the leaf first; `anchor` what it leads to.
pub(super) fn check(
    presented: &[Certificate],
    path: &[&Certificate],
    anchor: Option<&Certificate>,
    policy: &Policy<'_>,
) -> Vec<Finding> {
    let chain = Chain {
        presented,
        path,
        now: policy.now,
        // Nearly always everything is on the path.
        reach: presented[1..]
            .iter()
            .any(|certificate| !path.contains(&certificate))
            .then(|| Reach::of(presented, path, anchor, policy.anchors)),
    };
    let mut notes: Vec<Finding> = (1..presented.len())
        .filter_map(|index| chain.note(index))
        .collect();
    notes.extend(chain.out_of_order());
    notes
}

struct Chain<'a> {
    presented: &'a [Certificate],
    path: &'a [&'a Certificate],
    now: OffsetDateTime,
    /// `None`: all is on the path.
    reach: Option<Reach>,
}

impl Chain<'_> {
    fn note(&self, index: usize) -> Option<Finding> {
        let certificate = &self.presented[index];
        let label = certificate.label();
        let mut earlier = self.presented[..index].iter();
        if let Some(first) = earlier.position(|other| other == certificate) {
            let message = format!("\"{label}\" is sent again (it is certificate {first} already)");
            let advice = "send each certificate once";
            let finding = Finding::new(Code::Duplicate, Some(index), message, advice);
            return Some(finding.because(Evidence::SentAt(first)));
        }
        let is_root = is_own(certificate);
        let on_path = self.path.contains(&certificate);
        let reached = on_path || self.reach.as_ref().is_none_or(|reach| reach.has(index));
        match (reached, is_root) {
            (true, true) => Some(root_sent(index, &label)),
            (true, false) if on_path => None,
            (true, false) => Some(self.other_path(index, &label)),
            (false, _) => self.unrelated(index, &label),
        }
    }

    fn other_path(&self, index: usize, label: &str) -> Finding {
        let facts = self.presented[index].facts().ok();
        let expired = facts.filter(|facts| facts.not_after < self.now);
        let Some(facts) = expired else {
            let message = format!(
                "\"{label}\" is sent for clients that need another path; this one does not"
            );
            let advice = "keep it if the CA hands it out with the chain: clients that do not know the newer root need it";
            return Finding::new(Code::CrossSigned, Some(index), message, advice);
        };
        let message = format!(
            "\"{label}\" is sent for another path, but expired {} ago, on {}: no client needs it, and GnuTLS (Exim, msmtp) refuses a server that sends it before the valid one (\"uses expired certificate\")",
            in_words(self.now - facts.not_after),
            facts.not_after.date()
        );
        let advice = "take it out of the server's chain file";
        Finding::new(Code::CrossSigned, Some(index), message, advice).because(Evidence::Validity {
            not_before: facts.not_before,
            not_after: facts.not_after,
            judged_at: self.now,
        })
    }

    /// `None`: the search was cut short.
    fn unrelated(&self, index: usize, label: &str) -> Option<Finding> {
        let reach = self.reach.as_ref().filter(|reach| reach.is_complete())?;
        let why = match self.presented[index].facts() {
            Err(_) => ": it cannot be read",
            Ok(_) if reach.is_namesake(index) => {
                ": it has the name of an issuer of the chain, and another key"
            }
            Ok(_) => "",
        };
        let message = format!("\"{label}\" does not belong to the chain{why}");
        let advice = "take it out of the server's chain file";
        Some(Finding::new(Code::Unrelated, Some(index), message, advice))
    }

    /// RFC 5246 §7.4.2 wants each certificate to certify the one before it; RFC 8446 §4.4.2 asks
    /// for it, and allows certificates for other paths between them.
    fn out_of_order(&self) -> Option<Finding> {
        let place = |member: &&Certificate| self.presented.iter().position(|c| c == *member);
        let mut places: Vec<usize> = self.path.iter().filter_map(place).collect();
        if let Some(reach) = &self.reach {
            let root = reach.root_of(&places, self.presented);
            places.extend(root);
            if places.is_sorted() && reach.is_early() {
                places = reach.order();
            }
        }
        if places.is_sorted() {
            return None;
        }
        let order: Vec<String> = places.iter().map(ToString::to_string).collect();
        let message = format!(
            "the certificates are not in order: the path is {}",
            order.join(", ")
        );
        let advice = "sort the server's chain file: the leaf, its issuer, the issuer's issuer";
        let finding = Finding::new(Code::OutOfOrder, None, message, advice);
        Some(finding.because(Evidence::Order(places)))
    }
}

fn root_sent(index: usize, label: &str) -> Finding {
    let message = format!("the root \"{label}\" is sent along; clients ignore it or have it");
    let advice =
        "leave the root out of the server's chain file, unless a TLSA record of usage 2 is for it";
    Finding::new(Code::RootSent, Some(index), message, advice)
}
