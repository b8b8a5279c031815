//! The certificates of a path that expire soon, by the levels for a warning and for critical.

use super::{Limit, Limits, left};
use crate::certificate::{Certificate, Facts, in_words};
use crate::finding::{Code, Evidence, Finding, Severity};
use crate::report::Assessment;
use time::{Duration, OffsetDateTime};

/// A certificate with less time left than its limits ask for.
#[derive(Clone, Debug)]
pub struct Expiring<'a> {
    certificate: &'a Certificate,
    /// Its index in the presented chain; `None`: the server did not send it.
    index: Option<usize>,
    not_after: OffsetDateTime,
    /// The time left; negative once it has expired.
    pub left: Duration,
    /// Warning or critical.
    pub severity: Severity,
    /// The warning is reached, whether or not critical is, too.
    pub warns: bool,
    limit: Limit,
}

/// The certificates of the path, or else the leaf, that have less left than `limits` says for each;
/// expired ones, too. A range may alert on more time left: it applies to the certificate that
/// expires first.
pub fn expiring(
    look: &Assessment,
    at: OffsetDateTime,
    limits: impl Fn(&Facts) -> Limits,
) -> Vec<Expiring<'_>> {
    let path = look.path();
    let leaf = look.leaf().filter(|_| path.is_empty());
    let used: Vec<(&Certificate, &Facts)> = path
        .iter()
        .chain(leaf)
        .filter_map(|certificate| Some((certificate, certificate.facts().ok()?)))
        .collect();
    let is_range = |limit| matches!(limit, Limit::Days(_));
    let has_range = used.iter().any(|(_, facts)| {
        let Limits { warning, critical } = limits(facts);
        is_range(warning) || is_range(critical)
    });
    let first = used.iter().map(|(_, facts)| facts.not_after).min();
    used.into_iter()
        .filter(|(_, facts)| !has_range || Some(facts.not_after) == first)
        .filter_map(|(certificate, facts)| {
            let left = left(facts, at);
            let limits = limits(facts);
            let (severity, limit) = limits.reached(left)?;
            Some(Expiring {
                certificate,
                index: look.chain.iter().position(|sent| sent == certificate),
                not_after: facts.not_after,
                left,
                severity,
                warns: limits.warning.alerts(left),
                limit,
            })
        })
        .collect()
}

impl Expiring<'_> {
    /// The finding, with the severity of the level that was reached.
    pub fn finding(&self) -> Finding {
        let (code, whose, advice) = match self.index {
            Some(0) => (Code::Expiring, "the server's certificate", RENEW),
            Some(_) => (
                Code::IntermediateExpiring,
                "an intermediate certificate",
                RENEW,
            ),
            None => (Code::IntermediateExpiring, "the trust anchor", REPLACE),
        };
        let message = format!(
            "{whose}, \"{}\", {}, on {}",
            self.certificate.label(),
            when(self.left),
            self.not_after.date()
        );
        let finding = Finding::new(code, self.index, message, advice).at(self.severity);
        match self.limit {
            Limit::Seconds(least) => finding.because(Evidence::Expiry {
                not_after: self.not_after,
                left: self.left,
                least: Duration::seconds(least),
            }),
            Limit::Days(_) => finding,
        }
    }
}

const RENEW: &str = "renew it, and have the server reload it";
const REPLACE: &str =
    "get the CA's current root certificate and replace it in the configured anchors";

fn when(left: Duration) -> String {
    if left.is_negative() {
        format!("expired {} ago", in_words(-left))
    } else {
        format!("expires in {}", in_words(left))
    }
}
