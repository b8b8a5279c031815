//! What does the connection itself say: is the server's key proven, and what does it ask of its
//! clients?

use super::chain::judge_chain;
use super::judgement::Judgement;
use super::policy::Policy;
use super::{must_staple, protocol, staple};
use crate::certificate::Certificate;
use crate::finding::{Code, Finding};
use crate::observation::{ClientCertificate, Possession, Sighting};

/// Judges what a server presented: the chain, and whether it holds the key.
pub fn judge_server(presented: &[Certificate], seen: &Sighting, policy: &Policy<'_>) -> Judgement {
    judge_handshake(presented, seen, policy, judge_chain(presented, policy))
}

/// Adds to the judgement of the chain, which may be that of an identical one, what the connection
/// itself says.
pub(super) fn judge_handshake(
    presented: &[Certificate],
    seen: &Sighting,
    policy: &Policy<'_>,
    chain: Judgement,
) -> Judgement {
    let mut judgement = chain;
    judgement.ocsp = staple::judge(presented, seen, &judgement, policy);
    let leaf = presented.first();
    let revoked = leaf.and_then(|leaf| staple::problem(&judgement.ocsp, leaf));
    judgement.problems.extend(revoked);
    if let Some(problem) = possession(seen.possession) {
        judgement.problems.insert(0, problem);
    }
    if let Some(problem) = protocol::check(seen) {
        judgement.problems.insert(0, problem);
    }
    let (problem, note) = must_staple::check(presented, seen.staple);
    judgement.problems.extend(problem);
    judgement.notes.extend(note);
    judgement
        .notes
        .extend(staple::note(&judgement.ocsp, policy));
    judgement
        .notes
        .extend(client_certificate(seen.client_certificate));
    judgement.notes.extend(seen.small_hello.then(large_hello));
    judgement
}

fn possession(possession: Possession) -> Option<Finding> {
    let message = match possession {
        Possession::Proven => return None,
        Possession::Refuted => {
            "the server does not hold the key of this certificate: the handshake is signed with another key"
        }
        Possession::NotSeen => {
            "the handshake ended before the server proved that it holds the key of this certificate"
        }
        Possession::NotCheckable => {
            "could not verify that the server holds this certificate's key: the key or the signature is not supported"
        }
    };
    let advice = "do not pin this certificate: anyone can present a copy of it";
    Some(Finding::new(Code::KeyNotProven, Some(0), message, advice))
}

fn large_hello() -> Finding {
    let message = "the server does not answer a ClientHello with a post-quantum key share, only a smaller one: programs with OpenSSL 3.5 or newer may not reach it";
    let advice = "update the server's TLS library, or what stands in front of it: it has to read a ClientHello of several TCP segments";
    Finding::new(Code::LargeHello, None, message, advice)
}

fn client_certificate(wanted: ClientCertificate) -> Option<Finding> {
    let message = match wanted {
        ClientCertificate::NotAsked => return None,
        ClientCertificate::Asked => {
            "the server asks for a client certificate, and goes on without one"
        }
        ClientCertificate::Required => {
            "the server demands a client certificate, and ended the connection without one"
        }
        ClientCertificate::Accepted => {
            "the server asks for a client certificate, and accepted the one that was presented"
        }
        ClientCertificate::Refused => {
            "the server asks for a client certificate, and refused the one that was presented"
        }
        ClientCertificate::Presented => {
            "the server asks for a client certificate, and did not say what it makes of the one that was presented"
        }
    };
    let advice = "mail clients may need a certificate of their own here";
    Some(Finding::new(Code::ClientCertificate, None, message, advice))
}
