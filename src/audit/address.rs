//! The addresses of one name: clients are sent to any of them, so all must present the same.

use super::{Finding, Severity};
use crate::fingerprint::Algorithm;
use crate::observation::Cause;
use crate::report::{Outcome, Report};
use std::net::SocketAddr;

/// What one address of a name showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtAddress {
    /// Where.
    pub address: SocketAddr,
    /// What came of it.
    pub outcome: Outcome,
    /// The SHA-256 of the leaf in hex.
    pub certificate: Option<String>,
    /// The SHA-256 of its public key in hex.
    pub key: Option<String>,
    /// Why there was nothing to judge; may hold untrusted text.
    pub error: Option<String>,
}

/// The report that stands for the name, which is the worst that a client can meet there, and what
/// each address showed, if there are several. `None`: there are no reports.
pub fn gather(reports: Vec<Report>) -> Option<(Report, Vec<AtAddress>)> {
    let away = |report: &Report| report.outcome() == Outcome::Unreachable;
    let some_answer = !reports.iter().all(away);
    let reports: Vec<Report> = reports
        .into_iter()
        .filter(|report| !(some_answer && has_no_way(report)))
        .collect();
    let seen = match reports.as_slice() {
        [_] => Vec::new(),
        several => several.iter().filter_map(at_address).collect(),
    };
    // Of several that are as bad, the first.
    let worst = reports
        .into_iter()
        .min_by_key(|report| std::cmp::Reverse(rank(report.outcome())))?;
    Some((worst, seen))
}

/// How bad it is for those who meet it. Clients pass over an address that does not answer.
fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Unreachable => 0,
        Outcome::Trusted => 1,
        Outcome::Pinned => 2,
        Outcome::SmtpRefused => 3,
        Outcome::TlsFailed => 4,
        Outcome::Untrusted => 5,
    }
}

/// This machine has no network of that family: nothing is known of the server.
fn has_no_way(report: &Report) -> bool {
    let failure = report.seen.as_ref().and_then(|seen| seen.failure.as_ref());
    let Some(Cause::Connect(attempts)) = failure.map(|failure| &failure.cause) else {
        return false;
    };
    let errors = attempts
        .iter()
        .filter_map(|attempt| attempt.error.as_deref());
    // ENETUNREACH and EADDRNOTAVAIL.
    let ours = ["Network is unreachable", "Cannot assign requested address"];
    attempts.iter().all(|attempt| attempt.address.is_ipv6())
        && errors
            .into_iter()
            .all(|error| ours.iter().any(|ours| error.contains(ours)))
}

fn at_address(report: &Report) -> Option<AtAddress> {
    let seen = report.seen.as_ref()?;
    let tried = seen.attempts.first().map(|attempt| attempt.address);
    let leaf = report.chain.first();
    Some(AtAddress {
        address: seen.address.or(tried)?,
        outcome: report.outcome(),
        certificate: leaf.map(|leaf| leaf.fingerprint(Algorithm::Sha256).hex()),
        key: leaf.and_then(|leaf| leaf.spki_sha256().map(|key| key.hex())),
        error: seen.failure.as_ref().map(ToString::to_string),
    })
}

/// What is not the same at all addresses.
pub fn differences(seen: &[AtAddress]) -> Vec<Finding> {
    let finding = |code, message| Finding {
        code,
        severity: Severity::Warning,
        certificate: None,
        message,
        advice: "clients are sent to any of the addresses: all must answer, and present the same"
            .to_owned(),
    };
    let mut found = Vec::new();
    found.extend(certificates(seen).map(|message| finding("addresses-differ", message)));
    let failed: Vec<&AtAddress> = seen.iter().filter(|at| at.error.is_some()).collect();
    if !failed.is_empty() && failed.len() < seen.len() {
        let each: Vec<String> = failed
            .iter()
            .map(|at| {
                format!(
                    "{}: {}",
                    at.address,
                    at.error.as_deref().unwrap_or_default()
                )
            })
            .collect();
        let message = format!(
            "{} of {} addresses of the name fail: {}",
            failed.len(),
            seen.len(),
            each.join("; ")
        );
        found.push(finding("address-fails", message));
    }
    found
}

/// Different certificates, or the same that is trusted here and not there.
fn certificates(seen: &[AtAddress]) -> Option<String> {
    let with: Vec<&AtAddress> = seen.iter().filter(|at| at.certificate.is_some()).collect();
    let first = with.first()?;
    let all_same =
        |part: fn(&AtAddress) -> &Option<String>| with.iter().all(|at| part(at) == part(first));
    if !all_same(|at| &at.certificate) {
        let keys = if all_same(|at| &at.key) {
            "with the same key"
        } else {
            "with different keys"
        };
        let each = grouped(&with, |at| {
            let digest = at.certificate.as_deref().unwrap_or_default();
            format!("sha256:{}\u{2026}", digest.get(..16).unwrap_or(digest))
        });
        return Some(format!(
            "the addresses of the name present different certificates, {keys}: {each}"
        ));
    }
    if with.iter().any(|at| at.outcome != first.outcome) {
        let each = grouped(&with, |at| at.outcome.as_str().to_owned());
        return Some(format!(
            "the addresses of the name present the same certificate with different chains: {each}"
        ));
    }
    None
}

/// `what: address, address; what: address`.
fn grouped(seen: &[&AtAddress], what: impl Fn(&AtAddress) -> String) -> String {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for at in seen {
        let (name, address) = (what(at), at.address.to_string());
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, addresses)) => addresses.push(address),
            None => groups.push((name, vec![address])),
        }
    }
    let groups: Vec<String> = groups
        .iter()
        .map(|(name, addresses)| format!("{name} at {}", addresses.join(", ")))
        .collect();
    groups.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(last: u8, outcome: Outcome, certificate: &str, key: &str) -> AtAddress {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        AtAddress {
            address: SocketAddr::from(([192, 0, 2, last], 25)),
            outcome,
            certificate: text(certificate),
            key: text(key),
            error: certificate.is_empty().then(|| "no connection".to_owned()),
        }
    }

    fn told(seen: &[AtAddress]) -> Vec<(&'static str, String)> {
        let found = differences(seen).into_iter();
        found
            .map(|finding| (finding.code, finding.message))
            .collect()
    }

    #[test]
    fn what_is_the_same_everywhere_is_not_told() {
        use Outcome::{Trusted, Unreachable};
        assert_eq!(told(&[]), []);
        assert_eq!(
            told(&[at(1, Trusted, "a", "k"), at(2, Trusted, "a", "k")]),
            []
        );
        // The report says it.
        assert_eq!(
            told(&[at(1, Unreachable, "", ""), at(2, Unreachable, "", "")]),
            []
        );
    }

    #[test]
    fn what_differs_is_told_with_the_addresses() {
        use Outcome::{Trusted, Unreachable, Untrusted};
        let renewed = [
            at(1, Trusted, "aaaaaaaaaaaaaaaaaaaa", "k"),
            at(2, Trusted, "b", "k"),
            at(3, Trusted, "aaaaaaaaaaaaaaaaaaaa", "k"),
        ];
        let expected = "the addresses of the name present different certificates, with the same key: sha256:aaaaaaaaaaaaaaaa\u{2026} at 192.0.2.1:25, 192.0.2.3:25; sha256:b\u{2026} at 192.0.2.2:25";
        assert_eq!(told(&renewed), [("addresses-differ", expected.to_owned())]);
        let other = told(&[at(1, Trusted, "a", "k"), at(2, Untrusted, "b", "l")]);
        assert!(other[0].1.contains("with different keys"), "{other:?}");
        let chain = told(&[at(1, Trusted, "a", "k"), at(2, Untrusted, "a", "k")]);
        assert!(
            chain[0]
                .1
                .ends_with("trusted at 192.0.2.1:25; untrusted at 192.0.2.2:25"),
            "{chain:?}"
        );
        let dead = told(&[at(1, Trusted, "a", "k"), at(2, Unreachable, "", "")]);
        let expected = "1 of 2 addresses of the name fail: 192.0.2.2:25: no connection";
        assert_eq!(dead, [("address-fails", expected.to_owned())]);
    }
}
