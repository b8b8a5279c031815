//! What the judge takes of a sighting of a host.

use super::facts::{Chain, Failed, Look, Seen};
use super::old_tls::goes_on;
use crate::certificate::Certificate;
use crate::finding::Code;
use crate::judge::clients::{Answer, Family};
use crate::judge::judgement::Judgement;
use crate::observation::{Cause, Failure, FailureClass, KeyType, Possession, Sighting};
use std::net::IpAddr;

impl Look {
    /// Of a sighting at an address, of the chain that was presented there, the leaf first, and of what is
    /// judged of that for the name of the MX record; `None`: the server has no such key, so that no
    /// sender sees anything there.
    pub fn of(
        address: IpAddr,
        key_type: Option<KeyType>,
        sighting: &Sighting,
        presented: &[Certificate],
        judgement: Option<&Judgement>,
    ) -> Option<Self> {
        let seen = match (&sighting.failure, judgement) {
            (Some(_), Some(judgement)) if goes_on(sighting, presented) => {
                Seen::Chain(of_old_server(presented, judgement))
            }
            (Some(failure), _) => of_failure(failure)?,
            (None, _) if sighting.possession == Possession::Refuted => not_proven(),
            (None, judgement) => Seen::Chain(of_judgement(presented, judgement?)),
        };
        Some(Self {
            address,
            key_type,
            seen,
        })
    }
}

/// Clients end the handshake with a server whose signature is wrong.
fn not_proven() -> Seen {
    Seen::TlsFailed(Failed {
        code: Code::KeyNotProven,
        why: "the server does not hold the key of its certificate".to_owned(),
    })
}

fn of_judgement(presented: &[Certificate], judgement: &Judgement) -> Chain {
    Chain {
        presented: presented.to_vec(),
        path: judgement.path.clone(),
        distrust: distrust(judgement),
    }
}

/// The report on the host says that its TLS is old, and that its key was not proven: senders go on, and
/// find that out themselves.
fn of_old_server(presented: &[Certificate], judgement: &Judgement) -> Chain {
    let of_tls = [Code::ObsoleteTls, Code::KeyNotProven];
    let mut judgement = judgement.clone();
    judgement
        .problems
        .retain(|problem| !of_tls.contains(&problem.code));
    of_judgement(presented, &judgement)
}

/// Why a chain is not trusted for the name that it was judged for; `None`: it is. Postfix and what
/// fetches policies for it use OpenSSL, so what OpenSSL refuses is not trusted.
pub fn distrust(judgement: &Judgement) -> Option<String> {
    let problems = judgement.problems.iter();
    let first = problems.map(|problem| problem.message.clone()).next();
    let no_path = || (judgement.anchor.is_none()).then(|| "no path leads to an anchor".to_owned());
    first
        .or_else(no_path)
        .or_else(|| refused_by_openssl(judgement))
}

fn refused_by_openssl(judgement: &Judgement) -> Option<String> {
    let mut clients = judgement.clients.iter();
    let (_, verdict) = clients.find(|(family, _)| *family == Family::Openssl)?;
    let refuses = verdict.answer == Answer::Refuses;
    refuses.then(|| {
        format!(
            "OpenSSL, which Postfix uses, refuses it: {}",
            verdict.reason
        )
    })
}

/// A server that greets and does not start TLS takes mail from those that do not insist.
fn of_failure(failure: &Failure) -> Option<Seen> {
    if matches!(failure.cause, Cause::NoSuchKey(..)) {
        return None;
    }
    let code = failure.code();
    let failed = Failed {
        code,
        why: failure.to_string(),
    };
    let without_tls = [
        Code::StarttlsNotOffered,
        Code::StarttlsRefused,
        Code::StarttlsUnavailable,
    ];
    Some(match failure.class() {
        _ if without_tls.contains(&code) => Seen::NoStarttls,
        // Text where TLS must begin: senders that do not insist try again without.
        _ if code == Code::StarttlsInjection => Seen::TlsFailed(failed),
        FailureClass::TlsFailed => Seen::TlsFailed(failed),
        FailureClass::Unreachable | FailureClass::SmtpRefused => Seen::Unreachable(failed),
    })
}
