//! Why another program would refuse the server in spite of the pin.

use super::stopped::Stopped;
use crate::commands::terminal::say;
use crate::finding::Code;
use crate::judge::clients::Verdict;
use crate::programs::{Choice, Objection};
use crate::render::objection;
use crate::report::Report;

/// Why nothing is printed, and what to do about it.
pub(super) struct Refusal {
    pub(super) message: String,
    pub(super) advice: Option<String>,
}

impl Refusal {
    /// The library of a program refuses the server.
    pub(super) fn of_verdict(choice: &Choice<'_>, verdict: &Verdict) -> Self {
        Self {
            message: format!("{} refuses this server: {}", choice.program, verdict.reason),
            advice: verdict.cure.map(str::to_owned),
        }
    }

    /// Prints it.
    pub(super) fn report(&self) -> Stopped {
        say(&format!("not pinned: {}", self.message));
        if let Some(advice) = &self.advice {
            say(&format!("  -> {advice}"));
        }
        Stopped::not_pinned()
    }
}

impl From<Objection> for Refusal {
    fn from(why: Objection) -> Self {
        Self {
            message: objection::message(&why),
            advice: objection::advice(&why),
        }
    }
}

/// Problems of the path to an anchor.
const ABOUT_PATH: [Code; 8] = [
    Code::SelfSigned,
    Code::MissingIntermediate,
    Code::UnknownIssuer,
    Code::AnchorExpired,
    Code::AnchorNotYetValid,
    Code::AnchorRejected,
    Code::AnchorsUnreadable,
    Code::Distrusted,
];

/// Problems of what no program asks for unless it is told to; what GnuTLS makes of a missing staple,
/// the model of it knows.
pub(super) const NOT_LOOKED_AT: [Code; 4] = [
    Code::StapleMissing,
    Code::CertificateRevoked,
    Code::RevocationUnknown,
    Code::RevocationStale,
];

/// The problems for which the program would refuse the server in spite of the pin.
pub(super) fn of_problems(choice: &Choice<'_>, report: &Report) -> Option<Refusal> {
    let codes = report.problems().iter().map(|problem| problem.code);
    let is_about_path = |code: &Code| ABOUT_PATH.contains(code);
    let mut counting: Vec<Code> = codes
        .clone()
        .filter(|code| choice.minds_problem(is_about_path(code)) && !NOT_LOOKED_AT.contains(code))
        .collect();
    counting.dedup();
    if counting.is_empty() {
        return None;
    }
    let message = format!(
        "{} checks the certificate beside the pin, and would refuse it: {}",
        choice.program,
        Code::list(&counting)
    );
    let only_path = codes.clone().all(|code| is_about_path(&code));
    let advice = (only_path && choice.could_trust_file())
        .then(|| "--ca-out FILE lets it trust the certificate itself".to_owned());
    Some(Refusal { message, advice })
}
