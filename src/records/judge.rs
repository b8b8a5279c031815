//! One record set, or the lack of one, judged by the zone that holds its name.

use super::answer::Note;
use super::bounds::SIGNERS_OF_A_SET;
use super::cut::strips;
use super::denial::Denial;
use super::evidence::{deny, deny_closer, is_denial};
use super::failure::Failure;
use super::gap::Gap;
use super::question::Question;
use super::reason::{Cause, Reason};
use super::replies::Wait;
use super::rr_set::{RrSet, Section, sets};
use super::status::Status;
use super::walk::{holder, zone};
use super::work::Work;
use super::zone::{Lacking, Path, Standing, Zone, status_of};
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RecordType};

/// What is proven of a record set or of its absence.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    pub(super) status: Status,
    pub(super) reason: Option<Reason>,
    pub(super) path: Path,
    /// The code that is proven, where that is not the one in the reply.
    pub(super) rcode: Option<ResponseCode>,
    /// The time to live that the signature allows.
    pub(super) ttl: Option<u32>,
    /// Whether a wildcard made the records.
    pub(super) expanded: bool,
}

impl Verdict {
    pub(super) fn secure(path: Path) -> Self {
        Self {
            status: Status::Secure,
            reason: None,
            path,
            rcode: None,
            ttl: None,
            expanded: false,
        }
    }

    /// It breaks for this reason, which says whether that is bogus or unknown.
    pub(super) fn broken(reason: Reason, path: Path) -> Self {
        Self {
            status: status_of(&reason.cause),
            reason: Some(reason),
            ..Self::secure(path)
        }
    }

    fn lacking(lacking: &Lacking) -> Self {
        Self {
            status: lacking.status,
            reason: Some(lacking.reason.clone()),
            ..Self::secure(lacking.path.clone())
        }
    }

    /// Joins what comes after: the weaker status counts, and of equal ones the first reason.
    pub(super) fn weaken(&mut self, other: Self) {
        if other.status < self.status {
            self.status = other.status;
            self.reason = other.reason;
        }
        self.path.join(&other.path);
        (self.rcode, self.ttl) = (other.rcode, other.ttl);
        self.expanded |= other.expanded;
    }
}

/// What is proven of a set in the answers of a reply.
pub(super) fn positive(
    work: &mut Work<'_>,
    source: &Question,
    message: &Message,
    set: &RrSet<'_>,
) -> Wait<Verdict> {
    let subject = Question::new(set.name.clone(), set.kind);
    judge(work, message, &subject, set.signers(), |work, zone| {
        let signed = work.signed(source, set, zone)?;
        let path = zone.path.clone().signed(&signed, work.now);
        let mut verdict = Verdict {
            ttl: Some(signed.ttl),
            expanded: signed.is_expanded(set.name),
            ..Verdict::secure(path)
        };
        if verdict.expanded {
            let proof = deny_closer(work, source, message, set.name, signed.labels, zone);
            let (denial, path) = proof.map_err(expansion)?;
            verdict.path.join(&path);
            weaken_by(&mut verdict, denial, &subject);
        }
        Ok(verdict)
    })
}

fn expansion(cause: Cause) -> Cause {
    match cause {
        Cause::Proof(gap) => Cause::Expansion(gap),
        other => other,
    }
}

/// What is proven of the absence of the records that `lacking` asks for.
pub(super) fn negative(
    work: &mut Work<'_>,
    source: &Question,
    message: &Message,
    lacking: &Question,
) -> Wait<Verdict> {
    let claimed = message.metadata.response_code;
    let signers = denial_signers(message);
    judge(work, message, lacking, signers, |work, zone| {
        let (denial, path) = deny(work, source, message, lacking, zone)?;
        let mut verdict = Verdict::secure(path);
        verdict.rcode = Some(proven_code(denial, claimed)?);
        weaken_by(&mut verdict, denial, lacking);
        Ok(verdict)
    })
}

/// The response code that is proven. A name that is said not to exist may exist: that is a mistake
/// of servers. One that is said to exist must (unbound and BIND judge the same).
fn proven_code(denial: Denial, claimed: ResponseCode) -> Result<ResponseCode, Gap> {
    match (denial, claimed) {
        (Denial::NoName, ResponseCode::NXDomain) => Ok(claimed),
        (Denial::NoName, _) => Err(Gap::NoSuchName),
        (Denial::OptOut { complete: false }, ResponseCode::NXDomain) => Err(Gap::Wildcard),
        (Denial::OptOut { .. } | Denial::Iterations(_), _) => Ok(claimed),
        _ => Ok(ResponseCode::NoError),
    }
}

fn weaken_by(verdict: &mut Verdict, denial: Denial, subject: &Question) {
    let cause = match denial {
        Denial::OptOut { .. } => Cause::OptOut,
        Denial::Iterations(times) => Cause::Iterations(times),
        _ => return,
    };
    verdict.status = Status::Insecure;
    verdict.reason = Some(Reason::of(subject, cause));
}

/// The zones that sign the denial in a message by its own account, those farthest down first.
fn denial_signers(message: &Message) -> Vec<Name> {
    let authorities = sets(message, Section::Authority);
    let denials = authorities
        .iter()
        .filter(|set| is_denial(set.kind) || set.kind == RecordType::SOA);
    let mut signers: Vec<Name> = Vec::new();
    for signer in denials.flat_map(RrSet::signers) {
        if !signers.contains(&signer) {
            signers.push(signer);
        }
    }
    signers.sort_by_key(|signer| std::cmp::Reverse(signer.iter().len()));
    signers
}

/// Judges by the zone that holds the name of `subject`. The zones that claim to have signed it come
/// first. Where none of them proves anything, the zone is found from above: it may be unsigned, and
/// the signatures of no account.
fn judge(
    work: &mut Work<'_>,
    message: &Message,
    subject: &Question,
    signers: Vec<Name>,
    mut prove: impl FnMut(&mut Work<'_>, &Zone) -> Result<Verdict, Cause>,
) -> Wait<Verdict> {
    let place = place(subject);
    let mut cause: Option<Cause> = None;
    let mut tried: Option<Name> = None;
    if let Some(Standing::Lacking(lacking)) = work.nearest(&place) {
        return Ok(Verdict::lacking(&lacking));
    }
    let possible = signers.into_iter().filter(|signer| signer.zone_of(&place));
    for signer in possible.take(SIGNERS_OF_A_SET) {
        if let Some(zone) = zone_between(work, &signer, &place) {
            let (signer, zone) = (Box::new(signer), Box::new(zone));
            cause.get_or_insert(Failure::OtherZone { signer, zone }.into());
            continue;
        }
        match zone(work, &signer)? {
            Standing::Secure(zone) => match prove(work, &zone) {
                Ok(verdict) => return Ok(verdict),
                Err(why) => {
                    cause.get_or_insert(why);
                    tried = Some(signer);
                }
            },
            Standing::Lacking(lacking) => return Ok(Verdict::lacking(&lacking)),
            Standing::NoCut | Standing::NothingBelow => {
                cause.get_or_insert(Failure::NoZone { signer }.into());
            }
        }
    }
    let zone = match holder(work, &place)? {
        Standing::Secure(zone) => zone,
        Standing::Lacking(lacking) if lacking.status == Status::Insecure || cause.is_none() => {
            return Ok(Verdict::lacking(&lacking));
        }
        _ => return Ok(bogus(message, subject, cause, Path::default())),
    };
    if let Some(Cause::Signature(Failure::OtherZone { zone: named, .. })) = &mut cause {
        **named = zone.name.clone();
    }
    if tried.as_ref() != Some(&zone.name) {
        match prove(work, &zone) {
            Ok(verdict) => return Ok(verdict),
            Err(why) => {
                cause.get_or_insert(why);
            }
        }
    }
    Ok(bogus(message, subject, cause, zone.path.clone()))
}

/// The name whose zone holds the records: DS are in the zone above (RFC 4035 2.4).
fn place(subject: &Question) -> Name {
    match subject.kind {
        RecordType::DS => subject.name.base_name(),
        _ => subject.name.clone(),
    }
}

/// A zone known to begin below `signer`, at `place` or above it: then `signer` cannot speak for it.
fn zone_between(work: &Work<'_>, signer: &Name, place: &Name) -> Option<Name> {
    match work.nearest(place)? {
        Standing::Secure(zone) if zone.name.iter().len() > signer.iter().len() => {
            Some(zone.name.clone())
        }
        _ => None,
    }
}

fn bogus(message: &Message, subject: &Question, cause: Option<Cause>, mut path: Path) -> Verdict {
    if strips(message, false) {
        path.note(Note::NotPassed);
    }
    let cause = cause.unwrap_or(Cause::Proof(Gap::NoProof));
    Verdict::broken(Reason::of(subject, cause), path)
}
