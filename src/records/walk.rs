//! The way from an anchor down to a zone, cut by cut. What a reply says about its signer is a guide
//! to what to ask first, and never believed: only DS records, and the proof that there are none,
//! say where zones begin.

use super::algorithm;
use super::anchors::Anchor;
use super::cut::{cut, uncheckable, with_keys};
use super::evidence::is_denial;
use super::keys::Key;
use super::question::Question;
use super::reason::{Cause, Reason};
use super::replies::Wait;
use super::rr_set::{RrSet, Section, sets};
use super::status::Status;
use super::work::Work;
use super::zone::{Path, Standing, Zone};
use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RecordType};
use std::sync::Arc;

/// Asks at once for what a question needs for sure: the answer, the keys of the anchor, and DS for
/// the first name below it, where nearly always a zone begins.
pub(super) fn begin(work: &mut Work<'_>, question: &Question) {
    work.replies.want(question);
    let Question { name, .. } = question;
    let Some(anchor) = work.zones.anchors().nearest(name) else {
        return;
    };
    if work.nearest(name).is_some() {
        return;
    }
    work.replies
        .want(&Question::new(anchor.clone(), RecordType::DNSKEY));
    let first = anchor.iter().len() + 1;
    if name.iter().len() > first {
        let first = name.trim_to(first);
        work.replies.want(&Question::new(first, RecordType::DS));
    }
}

/// The standing of a zone that a signature names.
pub(super) fn zone(work: &mut Work<'_>, apex: &Name) -> Wait<Standing> {
    if let Some(known) = work.known(apex) {
        return Ok(known);
    }
    if let Some(above @ Standing::Lacking(_)) = work.nearest(apex) {
        return Ok(above);
    }
    let standing = match work.zones.anchors().nearest(apex) {
        None => unanchored(apex),
        Some(anchor) if anchor == *apex => anchored(work, apex)?,
        Some(_) => claimed(work, apex)?,
    };
    work.keep(apex, &standing);
    Ok(standing)
}

/// The standing of the zone that holds `name`: every label on the way is asked for a cut.
pub(super) fn holder(work: &mut Work<'_>, name: &Name) -> Wait<Standing> {
    let mut zone = match start(work, name)? {
        Standing::Secure(zone) => zone,
        other => return Ok(other),
    };
    for labels in zone.name.iter().len() + 1..=name.iter().len() {
        let label = name.trim_to(labels);
        if labels < name.iter().len() && has_ds(work, &label) {
            // While the keys are on their way, the next cut can be asked for.
            let next = name.trim_to(labels + 1);
            work.replies.want(&Question::new(next, RecordType::DS));
        }
        match below(work, &label, &zone)? {
            Standing::Secure(found) => zone = found,
            lacking @ Standing::Lacking(_) => return Ok(lacking),
            Standing::NoCut => {}
            Standing::NothingBelow => break,
        }
    }
    Ok(Standing::Secure(zone))
}

fn start(work: &mut Work<'_>, name: &Name) -> Wait<Standing> {
    if let Some(known) = work.nearest(name) {
        return Ok(known);
    }
    match work.zones.anchors().nearest(name) {
        Some(anchor) => zone(work, &anchor),
        None => Ok(unanchored(name)),
    }
}

fn below(work: &mut Work<'_>, apex: &Name, parent: &Arc<Zone>) -> Wait<Standing> {
    if let Some(known) = work.known(apex) {
        return Ok(known);
    }
    if work.zones.anchors().has(apex) {
        return zone(work, apex);
    }
    let standing = cut(work, apex, parent)?;
    work.keep(apex, &standing);
    Ok(standing)
}

/// The standing of a zone above which no anchor is: nothing says that it is signed.
fn unanchored(apex: &Name) -> Standing {
    let reason = Reason::new(apex, RecordType::DS, Cause::NoAnchor);
    Standing::lacking(Status::Insecure, reason, Path::default())
}

/// The standing of a zone with anchors.
fn anchored(work: &mut Work<'_>, apex: &Name) -> Wait<Standing> {
    let anchors: Vec<Anchor> = work.zones.anchors().of(apex).to_vec();
    let usable = || anchors.iter().filter(|anchor| anchor.is_usable());
    if usable().next().is_none() {
        let names: Vec<String> = anchors
            .iter()
            .map(|anchor| algorithm::name(anchor.algorithm()))
            .collect();
        let kind = RecordType::DNSKEY;
        return Ok(uncheckable(apex, kind, names.join(", "), Path::default()));
    }
    let vouches = |key: &Key| usable().any(|anchor| anchor.fits(apex, key));
    with_keys(work, apex, vouches, Cause::NoKeyForAnchor, Path::default())
}

/// The standing of a zone below an anchor that a signature names. Its parent is the zone that signs
/// the reply about DS; where that is none, the parent is found from above.
fn claimed(work: &mut Work<'_>, apex: &Name) -> Wait<Standing> {
    let question = Question::new(apex.clone(), RecordType::DS);
    work.replies.want(&question);
    work.replies
        .want(&Question::new(apex.clone(), RecordType::DNSKEY));
    want_keys_above(work, apex);
    let reply = work.replies.get(&question)?;
    let claim = reply.ok().and_then(|message| parent(work, &message, apex));
    let parent = match claim {
        Some(claim) => match zone(work, &claim)? {
            Standing::NoCut | Standing::NothingBelow => holder(work, &apex.base_name())?,
            standing => standing,
        },
        None => holder(work, &apex.base_name())?,
    };
    match parent {
        Standing::Secure(parent) => cut(work, apex, &parent),
        other => Ok(other),
    }
}

/// The zone that signs a reply about DS by its own account.
fn parent(work: &Work<'_>, message: &Message, apex: &Name) -> Option<Name> {
    let sets = |section| sets(message, section).into_iter();
    let signers = sets(Section::Answer)
        .chain(sets(Section::Authority))
        .filter(|set| says_cut(set, apex))
        .flat_map(|set| set.signers());
    signers
        .filter(|signer| signer != apex && signer.zone_of(apex))
        .filter(|signer| work.zones.anchors().nearest(signer).is_some())
        .max_by_key(|signer| signer.iter().len())
}

fn says_cut(set: &RrSet<'_>, apex: &Name) -> bool {
    match set.section {
        Section::Answer => set.name.zone_of(apex),
        Section::Authority => is_denial(set.kind) || set.kind == RecordType::SOA,
    }
}

/// Asks for the keys of the zones above whose DS records have come: they will be needed.
fn want_keys_above(work: &mut Work<'_>, apex: &Name) {
    for labels in 1..apex.iter().len() {
        let above = apex.trim_to(labels);
        if work.known(&above).is_none() && has_ds(work, &above) {
            work.replies.want(&Question::new(above, RecordType::DNSKEY));
        }
    }
}

/// Whether the reply about DS that came for a name has some, true or not.
fn has_ds(work: &Work<'_>, name: &Name) -> bool {
    let question = Question::new(name.clone(), RecordType::DS);
    let message = work.replies.peek(&question);
    message.is_some_and(|message| {
        let mut answers = message.answers.iter();
        answers.any(|record| record.record_type() == RecordType::DS && record.name == *name)
    })
}
