//! The judgement on a chain, by the standards and by other clients.

use super::revocation::RevocationJson;
use crate::certificate::Certificate;
use crate::render::advice::spelled;

use crate::finding::Finding;
use crate::fingerprint::Algorithm;
use crate::judge::Judgement;
use crate::report::Report;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct ValidationJson {
    trusted: bool,
    path: Vec<PathMemberJson>,
    anchor: Option<AnchorJson>,
    problems: Vec<FindingJson>,
    notes: Vec<FindingJson>,
    revocation: Vec<RevocationJson>,
}

/// How a family of clients would judge chain and name.
#[derive(Serialize)]
pub(super) struct ClientJson {
    family: &'static str,
    accepts: Option<bool>,
    reason: Option<String>,
}

#[derive(Serialize)]
pub(super) struct PathMemberJson {
    subject: String,
    fingerprint_sha256: String,
}

#[derive(Serialize)]
pub(super) struct AnchorJson {
    subject: String,
    fingerprint_sha256: String,
    source: String,
}

#[derive(Serialize)]
pub(super) struct FindingJson {
    code: &'static str,
    certificate: Option<usize>,
    message: String,
    advice: String,
}

pub(super) fn clients(report: &Report) -> Vec<ClientJson> {
    let clients = report.judgement().into_iter().flat_map(|j| &j.clients);
    clients
        .map(|(family, verdict)| ClientJson {
            family: family.as_str(),
            accepts: verdict.answer.accepts(),
            reason: (!verdict.reason.is_empty()).then(|| verdict.reason.clone()),
        })
        .collect()
}

impl From<&Judgement> for ValidationJson {
    fn from(judgement: &Judgement) -> Self {
        let subject = |certificate: &Certificate| match certificate.facts() {
            Ok(facts) => facts.subject.to_string(),
            Err(_) => String::new(),
        };
        let sha256 = |certificate: &Certificate| certificate.fingerprint(Algorithm::Sha256).hex();
        Self {
            trusted: judgement.is_trusted(),
            path: judgement
                .path
                .iter()
                .map(|certificate| PathMemberJson {
                    subject: subject(certificate),
                    fingerprint_sha256: sha256(certificate),
                })
                .collect(),
            anchor: judgement.anchor.as_ref().map(|anchor| {
                let certificate = anchor.certificate();
                AnchorJson {
                    subject: subject(certificate),
                    fingerprint_sha256: sha256(certificate),
                    source: anchor.source.to_string(),
                }
            }),
            problems: judgement.problems.iter().map(FindingJson::from).collect(),
            notes: judgement.notes.iter().map(FindingJson::from).collect(),
            revocation: judgement
                .revocation
                .iter()
                .map(RevocationJson::from)
                .collect(),
        }
    }
}

impl From<&Finding> for FindingJson {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.code.as_str(),
            certificate: finding.certificate,
            message: finding.message.clone(),
            advice: spelled(&finding.advice),
        }
    }
}
