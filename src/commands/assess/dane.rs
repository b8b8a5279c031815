//! Compares what a server presents with its TLSA records: they pin it, as fingerprints do.

use super::assessor::Assessor;
use super::mail_host::mail_host;
use crate::finding::{Finding, Severity};
use crate::fingerprint::Comparison;
use crate::judge::dane::{Judged, Sender};
use crate::judge::domain::{HostDane, Look, judge_host};
use crate::report::{Assessment, Report};
use crate::survey::{Addresses, TlsaSurvey};

impl Assessor {
    /// Notes in a report what the TLSA records of its host say.
    pub(in crate::commands) fn note_dane(
        &self,
        report: &mut Report,
        (addresses, tlsa): &(Addresses, TlsaSurvey),
    ) {
        let (Some(host), Some(port)) = (&report.target.host, report.target.port) else {
            return;
        };
        let looks: Vec<Option<Look>> = report.looks().map(look).collect();
        let seen = looks.iter().flatten().cloned().collect();
        let host = mail_host((host, port), Some(addresses), tlsa, seen);
        let Some(dane) = judge_host(host, self.now) else {
            return;
        };
        let mut judged = dane.judged.looks.iter();
        let of_each = looks.iter().map(|look| {
            let judged = look.as_ref().and_then(|_| judged.next());
            judged.and_then(Option::as_ref)
        });
        let of_each: Vec<Option<&Judged>> = of_each.collect();
        for (look, judged) in report.looks_mut().zip(of_each) {
            note(look, judged, &dane);
        }
        report.dane = Some(Box::new(dane));
    }
}

/// What DANE looks at of a look at an address.
fn look(look: &Assessment) -> Option<Look> {
    let seen = look.seen.as_ref()?;
    let address = seen.peer()?.ip();
    Look::of(address, None, seen, &look.chain, look.judgement.as_ref())
}

/// Enters whether a record matches, and the findings: what keeps senders from delivering is a problem where
/// none does.
fn note(look: &mut Assessment, judged: Option<&Judged>, dane: &HostDane) {
    let matches = judged.is_some_and(|judged| {
        let exim_looks = dane.judged.exim_looks;
        let exim_defers = exim_looks && judged.exim.defers();
        let is_known = judged.unknown(exim_looks).is_none();
        matches!(judged.postfix, Sender::Authenticates(_)) && !exim_defers && is_known
    });
    look.dane = match judged {
        Some(_) if matches => Comparison::Match,
        Some(_) => Comparison::Mismatch,
        None => Comparison::NotMade,
    };
    let Some(judgement) = &mut look.judgement else {
        return;
    };
    let is_problem = |finding: &&Finding| finding.severity == Severity::Critical && !matches;
    let findings = dane.findings.iter().cloned();
    let (problems, notes): (Vec<Finding>, Vec<Finding>) =
        findings.partition(|finding| is_problem(&finding));
    judgement.problems.extend(problems);
    judgement.notes.extend(notes);
}
