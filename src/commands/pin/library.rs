//! Whether a program's TLS library would refuse the server despite the pin: its checks in the
//! handshake, and its verdict on the chain with only the pinned certificate as anchor.

use crate::endpoint::Host;
use crate::finding::{Code, Finding};
use crate::judge::Anchors;
use crate::judge::clients::{Answer, Family, Question, Verdict, handshake, verdict};
use crate::observation::Staple;
use crate::programs::{Checks, Choice, Library, Recipe};
use crate::report::Report;

/// Why nothing is printed, and the advice.
pub(super) struct Refusal {
    pub(super) message: String,
    pub(super) advice: Option<String>,
}

/// `store`: the anchors that represent the program's own, unless a file replaces them.
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
        advice: Some(finding.advice.clone().into_owned()),
    };
    // No pin replaces the handshake.
    if let Some(finding) = note(report, Code::KeyUsageSignature).filter(|_| is_gnutls(library)) {
        return Some(of_finding(finding));
    }
    let of_verdict = |verdict: Verdict| Refusal {
        message: format!("{} refuses this server: {}", choice.program, verdict.reason),
        advice: verdict.cure.map(str::to_owned),
    };
    let greeted = handshake(family(library), report.chain());
    if greeted.answer == Answer::Refuses {
        return Some(of_verdict(greeted));
    }
    if choice.way.checks == Checks::Nothing {
        return None;
    }
    if let Some(finding) = note(report, Code::StapleMissing).filter(|_| is_gnutls(library)) {
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

fn note(report: &Report, code: Code) -> Option<&Finding> {
    let notes = report.notes();
    notes.iter().find(|note| note.code == code)
}

/// The objections of the library's model to the chain.
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
            // The programs let OpenSSL end a path at any trusted certificate; the model covers
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
