//! Presents the user's client certificate to servers that ask for one, and may have it.

use super::asked::Asked;
use super::assessor::Assessor;
use super::own::Own;
use crate::finding::Code;
use crate::fingerprint::Comparison;
use crate::observation::{ClientCertificate, KeptBack, Possession, Sighting, Survey};
use crate::report::Assessment;
use crate::survey::{Options, present};
use rustls::sign::CertifiedKey;
use std::sync::Arc;

impl Assessor {
    /// Presents the certificate to each server of the surveys that asks for one, if its chain is
    /// trusted or its certificate is pinned. The surveys are those of the target, port by port.
    pub(in crate::commands) async fn present(
        &self,
        surveys: Vec<Survey>,
        asked: &Asked,
        options: &Options,
        identity: &Arc<CertifiedKey>,
    ) -> Vec<Survey> {
        let ports = asked.each_port();
        let mut presented = Vec::with_capacity(surveys.len());
        for (asked, mut survey) in ports.iter().zip(surveys) {
            let mut all = Vec::with_capacity(survey.seen.len());
            for seen in survey.seen {
                let kept_back = self.kept_back(&seen, asked);
                all.push(match kept_back {
                    None => present(&asked.endpoint, options, seen, identity).await,
                    Some(_) => Sighting { kept_back, ..seen },
                });
            }
            survey.seen = all;
            presented.push(survey);
        }
        presented
    }

    /// Why a server may not have the certificate.
    fn kept_back(&self, seen: &Sighting, asked: &Asked) -> Option<KeptBack> {
        if seen.client_certificate == ClientCertificate::NotAsked {
            return Some(KeptBack::NotAsked);
        }
        let look = self.assess(seen.clone(), asked, Own::default());
        (!may_have_it(&look, seen)).then_some(KeptBack::NotTrusted)
    }
}

/// Whether the server is the right one. One that insists on a client certificate in TLS 1.2 cannot
/// prove its key in the first look, and has to do so before it gets the certificate.
fn may_have_it(look: &Assessment, seen: &Sighting) -> bool {
    let insists = seen.client_certificate == ClientCertificate::Required;
    let is_proven = match seen.possession {
        Possession::Proven => true,
        Possession::NotSeen => insists,
        Possession::Refuted | Possession::NotCheckable => false,
    };
    let is_pinned = look.pins.comparison == Comparison::Match;
    let has_anchor = look
        .judgement
        .as_ref()
        .is_some_and(|one| one.anchor.is_some());
    let mut problems = look.problems().iter();
    let is_trusted = has_anchor && problems.all(|problem| problem.code == Code::KeyNotProven);
    is_proven && (is_trusted || is_pinned)
}
