//! Whether a program's TLS library would refuse the server in spite of the pin: what it checks in the
//! handshake, and what it decides about the chain if it trusts only the pinned certificate.

use super::refusal::Refusal;
use crate::endpoint::Host;
use crate::finding::{Code, Finding};
use crate::judge::Anchors;
use crate::judge::clients::{Answer, Family, Question, Verdict, handshake, verdict};
use crate::observation::Staple;
use crate::programs::{Checks, Choice, Library, Recipe};
use crate::render::advice::spelled;
use crate::report::Report;

/// Why the library refuses the server. `store`: the anchors that stand for the program's own, unless
/// a file replaces them.
pub(super) fn refuses(
    choice: &Choice<'_>,
    recipe: &Recipe,
    reference: &Host,
    report: &Report,
    store: &Anchors,
) -> Option<Refusal> {
    let library = choice.program.library?;
    let of_finding = |finding: &Finding| Refusal {
        message: format!(
            "{} refuses this server: {}",
            choice.program, finding.message
        ),
        advice: Some(spelled(&finding.advice)),
    };
    // The handshake comes before every pin.
    if let Some(finding) = found(report, Code::KeyUsageSignature).filter(|_| is_gnutls(library)) {
        return Some(of_finding(finding));
    }
    let of_verdict = |verdict: Verdict| Refusal::of_verdict(choice, &verdict);
    let greeted = handshake(family(library), report.chain());
    if greeted.answer == Answer::Refuses {
        return Some(of_verdict(greeted));
    }
    if matches!(choice.way.checks, Checks::Nothing | Checks::OwnNameAndDates) {
        return None;
    }
    if let Some(finding) = found(report, Code::StapleMissing).filter(|_| is_gnutls(library)) {
        return Some(of_finding(finding));
    }
    objection(library, recipe, reference, report, store).map(of_verdict)
}

fn family(library: Library) -> Family {
    match library {
        Library::Openssl => Family::Openssl,
        Library::Gnutls => Family::Gnutls,
    }
}

fn is_gnutls(library: Library) -> bool {
    library == Library::Gnutls
}

fn found(report: &Report, code: Code) -> Option<&Finding> {
    let mut all = report.problems().iter().chain(report.notes());
    all.find(|finding| finding.code == code)
}

/// Why the model of the library refuses the chain; `None`: it does not.
fn objection(
    library: Library,
    recipe: &Recipe,
    reference: &Host,
    report: &Report,
    store: &Anchors,
) -> Option<Verdict> {
    let mut file = Anchors::new("the pinned certificate");
    let anchors = match &recipe.certificate {
        None => store,
        Some(certificate) => {
            // The programs make OpenSSL end a path at any trusted certificate; the model is of
            // programs that do not.
            let is_root = certificate.facts().is_ok_and(|facts| facts.self_issued);
            if library == Library::Openssl && !is_root {
                return None;
            }
            file.add(certificate.der().clone(), "").ok()?;
            &file
        }
    };
    let verdict = verdict(
        family(library),
        &Question {
            presented: report.chain(),
            anchors,
            reference,
            now: report.at,
            staple: report.seen().map_or(Staple::NotSeen, |seen| seen.staple),
        },
    );
    (verdict.answer == Answer::Refuses).then_some(verdict)
}
