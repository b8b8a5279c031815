//! Why a target is not fine, the main reason first.

use crate::finding::{Code, Finding};
use crate::render::advice::spelled;
use crate::report::{Port, Report};

/// A reason, and what to do about it; the text may come from the network.
pub(super) struct Reason {
    pub(super) text: String,
    pub(super) advice: String,
}

impl From<&Finding> for Reason {
    fn from(finding: &Finding) -> Self {
        Self {
            text: format!("{}: {}", finding.code, finding.message),
            advice: spelled(&finding.advice),
        }
    }
}

/// All reasons; empty if there are none. Those of other ports than the one that speaks for the host
/// name it.
pub(super) fn reasons(report: &Report) -> Vec<Reason> {
    let mut all = of_one_port(report);
    let speaker = report.speaking_port().map(Port::number);
    let others = report.counting_ports();
    for port in others.filter(|port| Some(port.number()) != speaker) {
        for mut reason in of_one_port(&port.report) {
            if all.iter().all(|known| known.text != reason.text) {
                reason.text = format!("port {}: {}", port.name(), reason.text);
                all.push(reason);
            }
        }
    }
    all
}

fn of_one_port(report: &Report) -> Vec<Reason> {
    // Why the handshake failed says more than that it did.
    let is_cause = |problem: &&Finding| problem.code == Code::ObsoleteTls;
    let (causes, others): (Vec<_>, Vec<_>) = report.problems().iter().partition(is_cause);
    let mut all: Vec<Reason> = causes.into_iter().map(Reason::from).collect();
    if let (Some(failure), Some(advice)) = (report.failure(), report.advice())
        && all.is_empty()
    {
        all.push(Reason {
            text: failure.to_string(),
            advice: spelled(&advice),
        });
    }
    all.extend(report.pin_warning().map(Reason::from));
    all.extend(others.into_iter().map(Reason::from));
    all
}
