//! Judgement, without I/O: a presented chain and a policy in, verdict and reasons out. One file
//! for each question.

mod anchor;
pub mod clients;
mod constraint;
mod critical;
mod diagnose;
mod differ;
mod dns_id;
mod encoding;
mod explain;
mod identifiers;
mod issuer;
mod lasting;
mod likely_path;
mod name;
mod objection;
mod path;
mod pin;
mod protocol;
mod reach;
mod rejected;
mod rows;
mod signature_cache;
mod signatures;
mod signing;
mod staple;
mod strength;
mod subject;
mod subtree;
mod tidiness;
mod unread;
mod usage;
mod validity;

pub use anchor::{Anchor, Anchors, LeftOut, NotACertificate, Unread};
pub use differ::judge_clients;
pub use lasting::{just_made, short_lived};
pub use pin::{no_pin, pin_expiring, pin_mismatch};
pub use unread::anchor_not_hashed;

use crate::certificate::Certificate;
use crate::certificate::signature::Verification;
use crate::endpoint::Host;
use crate::finding::{Code, Finding};
use crate::observation::{ClientCertificate, Possession, Sighting};
use time::OffsetDateTime;

/// Everything that a judgement depends on besides the chain.
#[derive(Clone, Debug)]
pub struct Policy<'a> {
    /// The trust anchors.
    pub anchors: &'a Anchors,
    /// The reference identifier (RFC 9525 §2).
    pub reference: &'a Host,
    /// The time to judge at.
    pub now: OffsetDateTime,
}

/// The verdict with its reasons.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The validated path, the leaf first and the anchor last; empty if there is none.
    pub path: Vec<Certificate>,
    /// Where the path's anchor was configured.
    pub anchor: Option<Anchor>,
    /// What is wrong. Empty: the chain is trusted.
    pub problems: Vec<Finding>,
    /// What is worth knowing.
    pub notes: Vec<Finding>,
    /// How the families of clients judge chain and name, in the order of [`clients::Family::ALL`];
    /// empty until they are asked ([`judge_clients`]).
    pub clients: Vec<(clients::Family, clients::Verdict)>,
}

impl Judgement {
    /// Whether there is a path to an anchor and nothing is wrong.
    pub fn is_trusted(&self) -> bool {
        self.problems.is_empty() && self.anchor.is_some()
    }
}

/// The place of a certificate in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Leaf,
    Intermediate,
    Anchor,
}

/// A certificate in its place in a path.
#[derive(Clone, Copy, Debug)]
struct Member<'a> {
    certificate: &'a Certificate,
    /// Its index in the presented chain.
    index: Option<usize>,
    role: Role,
    /// Whether the next member's key signed it; `None`: there is no next, or webpki checks it.
    signature: Option<Verification>,
}

impl<'a> Member<'a> {
    /// A member whose signature is not for our own checks.
    fn of(certificate: &'a Certificate, index: Option<usize>, role: Role) -> Self {
        Self {
            certificate,
            index,
            role,
            signature: None,
        }
    }

    fn finding(&self, code: Code, message: impl Into<String>, advice: &'static str) -> Finding {
        Finding::new(code, self.index, message, advice)
    }
}

/// Judges what a server presented: the chain, and whether it holds the key.
pub fn judge_server(presented: &[Certificate], seen: &Sighting, policy: &Policy<'_>) -> Judgement {
    judge_handshake(presented, seen, judge_chain(presented, policy))
}

/// Adds to the judgement of the chain, which may be that of an identical one, what the connection
/// itself says.
pub fn judge_handshake(presented: &[Certificate], seen: &Sighting, chain: Judgement) -> Judgement {
    let mut judgement = chain;
    if let Some(problem) = possession(seen.possession) {
        judgement.problems.insert(0, problem);
    }
    if let Some(problem) = protocol::check(seen) {
        judgement.problems.insert(0, problem);
    }
    judgement
        .notes
        .extend(staple::check(presented, seen.staple));
    judgement
        .notes
        .extend(client_certificate(seen.client_certificate));
    judgement.notes.extend(seen.small_hello.then(large_hello));
    judgement
}

/// Judges a chain by itself, the leaf first.
pub fn judge_chain(presented: &[Certificate], policy: &Policy<'_>) -> Judgement {
    judge_name(
        presented,
        policy.reference,
        judge_without_name(presented, policy),
    )
}

/// Adds to the judgement of a chain, which may be that of an identical one, what is wrong with the
/// name.
pub fn judge_name(presented: &[Certificate], reference: &Host, chain: Judgement) -> Judgement {
    let mut judgement = chain;
    let leaf = presented.first();
    judgement
        .problems
        .extend(leaf.and_then(|leaf| name::check(leaf, reference)));
    judgement
}

/// Judges a chain, whoever it is for: the reference identifier changes nothing.
pub fn judge_without_name(presented: &[Certificate], policy: &Policy<'_>) -> Judgement {
    let Some(leaf) = presented.first() else {
        let advice = "the server, or the file, has none";
        let problem = Finding::new(
            Code::NoCertificate,
            None,
            "there is no certificate to judge",
            advice,
        );
        return Judgement {
            path: Vec::new(),
            anchor: None,
            problems: vec![problem],
            notes: Vec::new(),
            clients: Vec::new(),
        };
    };
    let mut judgement = match self_signed_anchor(leaf, policy) {
        Some(anchor) => judge_self_signed(presented, anchor, policy),
        None => judge_path(presented, policy),
    };
    let path = &judgement.path;
    judgement
        .problems
        .extend(identifiers::check(presented, path, policy));
    judgement.notes.extend(signing::check(leaf));
    judgement
}

/// A self-signed server certificate that is itself configured: what `openssl req -x509` makes and
/// small sites use. webpki knows no such thing. It is trusted if its dates, purpose and name hold.
fn self_signed_anchor<'a>(leaf: &Certificate, policy: &Policy<'a>) -> Option<&'a Anchor> {
    let facts = leaf.facts().ok()?;
    let self_signed = facts.self_issued && facts.self_signed != Some(false);
    policy.anchors.exactly(leaf.der()).filter(|_| self_signed)
}

fn judge_self_signed(presented: &[Certificate], anchor: &Anchor, policy: &Policy<'_>) -> Judgement {
    let mut problems = leaf_problems(&presented[0], policy);
    // It is trusted as it stands: its own signature proves nothing, however it is made.
    problems.retain(|problem| problem.code != Code::WeakSignature);
    let leaf = &presented[0];
    let mut notes = tidiness::check(presented, &[leaf], Some(leaf), policy);
    notes.extend(ca_as_own_leaf(&presented[0]));
    Judgement {
        path: vec![presented[0].clone()],
        anchor: Some(anchor.clone()),
        problems,
        notes,
        clients: Vec::new(),
    }
}

/// Here webpki says no (`CaUsedAsEndEntity`) and OpenSSL, whose default this is, says yes.
fn ca_as_own_leaf(leaf: &Certificate) -> Option<Finding> {
    leaf.facts().ok().filter(|facts| facts.is_ca())?;
    Some(Finding::new(
        Code::SelfSignedCa,
        Some(0),
        "the server's certificate is a self-signed CA certificate: trusted because it is configured itself, but programs built on rustls refuse it",
        "if such a program has to connect, make the certificate anew with CA:FALSE",
    ))
}

fn judge_path(presented: &[Certificate], policy: &Policy<'_>) -> Judgement {
    match path::verify(presented, policy.anchors, policy.now) {
        Ok(validated) => {
            let anchor = validated.anchor.certificate();
            let members: Vec<&Certificate> = std::iter::once(&presented[0])
                .chain(validated.intermediates)
                .collect();
            let notes = tidiness::check(presented, &members, Some(anchor), policy);
            Judgement {
                problems: leaf_problems(&presented[0], policy),
                notes,
                clients: Vec::new(),
                path: members
                    .into_iter()
                    .cloned()
                    .chain([anchor.clone()])
                    .collect(),
                anchor: Some(validated.anchor.clone()),
            }
        }
        Err(error) => {
            let walk = likely_path::best(presented, policy.anchors, policy.now);
            Judgement {
                path: Vec::new(),
                anchor: None,
                problems: diagnose::diagnose(presented, &walk, &error, policy),
                notes: diagnose::dead_end_notes(presented, &walk, policy),
                clients: Vec::new(),
            }
        }
    }
}

/// What is wrong with the leaf on any path.
fn leaf_problems(leaf: &Certificate, policy: &Policy<'_>) -> Vec<Finding> {
    checks(&[Member::of(leaf, Some(0), Role::Leaf)], policy.now)
}

/// Every check of the members of a path, one by one and together.
fn checks(members: &[Member<'_>], now: OffsetDateTime) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut below = 0;
    for member in members {
        findings.extend(validity::check(member, now));
        findings.extend(usage::check(member, below));
        findings.extend(strength::check(member));
        let self_issued = member
            .certificate
            .facts()
            .is_ok_and(|facts| facts.self_issued);
        // RFC 5280 §4.2.1.9: self-issued intermediates do not count.
        if member.role == Role::Intermediate && !self_issued {
            below += 1;
        }
    }
    findings.extend(encoding::check(members));
    findings.extend(constraint::check(members));
    findings
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
            "whether the server holds the key of this certificate could not be checked: its key or signature is not supported"
        }
    };
    let advice = "do not pin this certificate: anybody can present a copy of it";
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
    };
    let advice = "mail clients may need a certificate of their own here";
    Some(Finding::new(Code::ClientCertificate, None, message, advice))
}
