//! One record set, or the lack of one, judged by the zone that holds its name.

use super::answer::Note;
use super::bounds::SIGNERS_OF_A_SET;
use super::cut::strips;
use super::denial::Denial;
use super::evidence::{deny, deny_closer, is_denial, with_soa};
use super::failure::Failure;
use super::gap::Gap;
use super::question::Question;
use super::reason::{Cause, Reason};
use super::replies::Wait;
use super::rr_set::{RrSet, Section, sets};
use super::status::Status;
use super::verdict::Verdict;
use super::walk::{holder, zone};
use super::work::Work;
use super::zone::{Path, Standing, Zone};
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RecordType};

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
        let path = with_soa(work, source, message, zone, path)?;
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

/// What was tried so far to prove a set.
struct Attempt {
    /// The name whose zone it must be.
    place: Name,
    /// Why the first attempt failed.
    cause: Option<Cause>,
    /// The zone whose keys have been tried.
    tried: Option<Name>,
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
    let mut attempt = Attempt {
        place: place(subject),
        cause: None,
        tried: None,
    };
    if let Some(Standing::Lacking(lacking)) = work.nearest(&attempt.place) {
        return Ok(Verdict::lacking(&lacking));
    }
    let mut possible = signers;
    possible.retain(|signer| signer.zone_of(&attempt.place));
    for signer in possible.into_iter().take(SIGNERS_OF_A_SET) {
        if let Some(verdict) = by_claim(work, &mut attempt, signer, &mut prove)? {
            return Ok(verdict);
        }
    }
    by_holder(work, message, subject, attempt, prove)
}

/// Judges by a zone that claims to have signed, if its claim leads anywhere.
fn by_claim(
    work: &mut Work<'_>,
    attempt: &mut Attempt,
    signer: Name,
    prove: &mut impl FnMut(&mut Work<'_>, &Zone) -> Result<Verdict, Cause>,
) -> Wait<Option<Verdict>> {
    if let Some(zone) = zone_between(work, &signer, &attempt.place) {
        let (signer, zone) = (Box::new(signer), Box::new(zone));
        attempt.failed(Failure::OtherZone { signer, zone }.into());
        return Ok(None);
    }
    match zone(work, &signer)? {
        Standing::Secure(zone) => match prove(work, &zone) {
            Ok(verdict) => return Ok(Some(verdict)),
            Err(why) => {
                attempt.failed(why);
                attempt.tried = Some(signer);
            }
        },
        Standing::Lacking(lacking) => return Ok(Some(Verdict::lacking(&lacking))),
        Standing::NoCut | Standing::NothingBelow => {
            attempt.failed(Failure::NoZone { signer }.into());
        }
    }
    Ok(None)
}

/// Judges by the zone that is found from above.
fn by_holder(
    work: &mut Work<'_>,
    message: &Message,
    subject: &Question,
    mut attempt: Attempt,
    mut prove: impl FnMut(&mut Work<'_>, &Zone) -> Result<Verdict, Cause>,
) -> Wait<Verdict> {
    let zone = match holder(work, &attempt.place)? {
        Standing::Secure(zone) => zone,
        Standing::Lacking(lacking)
            if lacking.status == Status::Insecure || attempt.cause.is_none() =>
        {
            return Ok(Verdict::lacking(&lacking));
        }
        _ => return Ok(bogus(message, subject, attempt.cause, Path::default())),
    };
    if let Some(Cause::Signature(Failure::OtherZone { zone: named, .. })) = &mut attempt.cause {
        **named = zone.name.clone();
    }
    if attempt.tried.as_ref() != Some(&zone.name) {
        match prove(work, &zone) {
            Ok(verdict) => return Ok(verdict),
            Err(why) => attempt.failed(why),
        }
    }
    let path = zone.path.clone();
    Ok(bogus(message, subject, attempt.cause, path))
}

impl Attempt {
    /// The first failure is the one that is told.
    fn failed(&mut self, cause: Cause) {
        self.cause.get_or_insert(cause);
    }
}

/// The name whose zone holds the records: DS are in the zone above (RFC 4035 2.4).
fn place(subject: &Question) -> Name {
    match subject.kind {
        RecordType::DS => subject.name.base_name(),
        _ => subject.name.clone(),
    }
}

/// A zone known to begin below `signer`, at `place` or above it, or an anchor there: then `signer`
/// cannot speak for it.
fn zone_between(work: &Work<'_>, signer: &Name, place: &Name) -> Option<Name> {
    let anchor = work.zones.anchors().nearest(place);
    if let Some(anchor) = anchor.filter(|anchor| anchor.iter().len() > signer.iter().len()) {
        return Some(anchor);
    }
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
