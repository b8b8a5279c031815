//! Which clients would refuse a chain that is trusted here?

use super::clients::{Answer, ChainAnswers, Family, Question, Verdict};
use super::judgement::Judgement;
use super::policy::Policy;
use super::staple::StapleStatus;
use crate::certificate::Certificate;
use crate::finding::{Code, Evidence, Finding};
use crate::observation::Staple;

/// Adds the answers of the families of clients, and a note for each that refuses what is trusted.
pub fn judge_clients(
    presented: &[Certificate],
    policy: &Policy<'_>,
    staple: Staple,
    judgement: Judgement,
) -> Judgement {
    let clients = ChainAnswers::of(presented, policy.anchors, policy.now);
    add_clients(&clients, &policy.question(presented, staple), judgement)
}

/// The same; `clients` is what they say of the chain.
pub(super) fn add_clients(
    clients: &ChainAnswers,
    question: &Question<'_>,
    judgement: Judgement,
) -> Judgement {
    let mut judgement = judgement;
    judgement.clients = clients.with(question);
    if matches!(judgement.ocsp, StapleStatus::Revoked(..)) {
        judgement.clients.iter_mut().for_each(refuse_revoked);
    }
    if judgement.is_trusted() {
        let refuses = |family: Family| {
            let mut all = judgement.clients.iter();
            all.any(|(f, verdict)| *f == family && verdict.answer == Answer::Refuses)
        };
        // What OpenSSL refuses it refuses in its strict mode, too.
        let is_said = refuses(Family::Openssl);
        let refusing = judgement.clients.iter().filter(|(family, verdict)| {
            verdict.answer == Answer::Refuses && !(*family == Family::OpensslStrict && is_said)
        });
        let notes = refusing.map(|(family, verdict)| {
            let message = format!("{} would refuse it: {}", family.programs(), verdict.reason);
            let advice = verdict.cure.unwrap_or(advice(*family));
            let finding = Finding::new(Code::ClientsDiffer, None, message, advice);
            finding.because(Evidence::Programs {
                programs: family.programs(),
                reason: verdict.reason.clone(),
            })
        });
        let notes: Vec<Finding> = notes.collect();
        judgement.notes.extend(notes);
    }
    judgement
}

/// `_gnutls_x509_cert_verify_peers` (`lib/cert-session.c`) looks at the staple without being asked;
/// the others do not.
fn refuse_revoked((family, verdict): &mut (Family, Verdict)) {
    if *family == Family::Gnutls && verdict.answer == Answer::Accepts {
        *verdict =
            Verdict::refuses("the stapled OCSP response says that the certificate is revoked");
    }
}

fn advice(family: Family) -> &'static str {
    match family {
        Family::Openssl => {
            "have the certificate issued again, or configure the anchors as OpenSSL needs them: most mail programs use it"
        }
        Family::OpensslStrict => {
            "have the certificate issued again by a CA that follows RFC 5280; until then such a program has to clear ssl.VERIFY_X509_STRICT"
        }
        Family::Gnutls => {
            "have the certificate issued again as GnuTLS needs it, or repair the chain: about half of Debian's mail programs use it"
        }
        Family::Webpki => "have the certificate issued again if such a program has to connect",
    }
}
