//! Whether a zone begins at a name, and with which keys: what the zone above says about it.

use super::algorithm;
use super::alias::covering_dname;
use super::answer::Note;
use super::denial::Denial;
use super::evidence::deny;
use super::failure::Failure;
use super::keys::{Key, counting, ds_records, fits, keys, only_odd_sizes};
use super::question::Question;
use super::reason::{Cause, Reason};
use super::replies::Wait;
use super::rr_set::{RrSet, Section, find, has_signatures, sets};
use super::status::Status;
use super::work::Work;
use super::zone::{Path, Standing, Zone};
use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RecordType};
use std::sync::Arc;

/// The standing of `apex`, as `parent` says, the zone that holds the names above it: its DS records
/// lead to the keys, or its proof that there are none says what the name is.
pub(super) fn cut(work: &mut Work<'_>, apex: &Name, parent: &Zone) -> Wait<Standing> {
    let question = Question::new(apex.clone(), RecordType::DS);
    let message = match work.replies.get(&question)? {
        Ok(message) => message,
        Err(cause) => return Ok(broken(&question, cause, parent)),
    };
    let answers = sets(&message, Section::Answer);
    if let Some(ds) = find(&answers, apex, RecordType::DS) {
        return delegated(work, &question, ds, parent);
    }
    let alias = covering_dname(&answers, apex);
    if let Some(alias) = alias.or_else(|| find(&answers, apex, RecordType::CNAME)) {
        return Ok(aliased(work, &question, alias, parent));
    }
    Ok(denied(work, &question, &message, parent))
}

/// The standing of a zone with DS records.
fn delegated(
    work: &mut Work<'_>,
    question: &Question,
    set: &RrSet<'_>,
    parent: &Zone,
) -> Wait<Standing> {
    let signed = match work.signed(question, set, parent) {
        // A wildcard cannot delegate: NS and DS do not come from one (RFC 4592 4.2).
        Ok(signed) if signed.is_expanded(set.name) => {
            let zone = parent.name.clone();
            return Ok(broken(question, Failure::Labels { zone }, parent));
        }
        Ok(signed) => signed,
        Err(failure) => return Ok(broken(question, failure, parent)),
    };
    let path = parent.path.clone().signed(&signed, work.now);
    let all = ds_records(set);
    let counting = counting(&all);
    let apex = &question.name;
    if counting.is_empty() {
        let unknown = algorithm::unknown(all.into_iter());
        return Ok(uncheckable(apex, RecordType::DS, unknown, path));
    }
    let vouches = |key: &Key| counting.iter().any(|ds| fits(ds, apex, key));
    with_keys(work, apex, vouches, Cause::NoKeyForDs, path)
}

/// The standing of a zone that is signed in a way that cannot be checked: insecure (RFC 4035 5.2),
/// and never to be confused with unsigned.
pub(super) fn uncheckable(
    apex: &Name,
    kind: RecordType,
    algorithms: String,
    mut path: Path,
) -> Standing {
    let cause = Cause::CannotBeChecked(algorithms.clone());
    let zone = apex.clone();
    path.note(Note::CannotBeChecked { zone, algorithms });
    Standing::lacking(Status::Insecure, Reason::new(apex, kind, cause), path)
}

/// The standing of a zone by its DNSKEY set, which a key that is vouched for must have signed; with
/// the cause for a set without such a key.
pub(super) fn with_keys(
    work: &mut Work<'_>,
    apex: &Name,
    vouches: impl Fn(&Key) -> bool,
    otherwise: Cause,
    mut path: Path,
) -> Wait<Standing> {
    let question = Question::new(apex.clone(), RecordType::DNSKEY);
    let broken = |cause: Cause, path| Standing::broken(Reason::of(&question, cause), path);
    let message = match work.replies.get(&question)? {
        Ok(message) => message,
        Err(cause) => return Ok(broken(cause, path)),
    };
    if strips(&message, work.zones.anchors().has(apex)) {
        path.note(Note::NotPassed);
    }
    let answers = sets(&message, Section::Answer);
    let Some(set) = find(&answers, apex, RecordType::DNSKEY) else {
        return Ok(broken(Cause::NoKeys, path));
    };
    let keys = keys(set);
    let trusted: Vec<Key> = keys.iter().filter(|key| vouches(key)).cloned().collect();
    if trusted.is_empty() {
        return Ok(broken(otherwise, path));
    }
    if let Some(sizes) = only_odd_sizes(&trusted) {
        return Ok(uncheckable(apex, RecordType::DNSKEY, sizes, path));
    }
    let signed = match work.signed_by(&question, set, apex, &trusted) {
        Ok(signed) => signed,
        Err(failure) => return Ok(broken(failure.into(), path)),
    };
    let name = apex.clone();
    let path = path.signed(&signed, work.now);
    Ok(Standing::Secure(Arc::new(Zone { name, keys, path })))
}

/// Whether a reply about a signed zone shows that the resolver drops signatures: it has none, and
/// either it is that for an anchor, or the resolver does not say that it knows DNSSEC (RFC 3225 3).
pub(super) fn strips(message: &Message, is_anchor: bool) -> bool {
    let knows = message.edns.as_ref();
    let knows = knows.is_some_and(|edns| edns.flags().dnssec_ok);
    !has_signatures(message) && (is_anchor || !knows)
}

/// The standing of a name that is an alias: nothing is delegated there.
fn aliased(work: &mut Work<'_>, question: &Question, set: &RrSet<'_>, parent: &Zone) -> Standing {
    match work.signed(question, set, parent) {
        Ok(_) if *set.name != question.name => Standing::NothingBelow,
        Ok(signed) if signed.is_expanded(set.name) => Standing::NothingBelow,
        Ok(_) => Standing::NoCut,
        Err(failure) => broken(question, failure, parent),
    }
}

/// The standing of a name without DS records.
fn denied(work: &mut Work<'_>, question: &Question, message: &Message, parent: &Zone) -> Standing {
    let insecure =
        |cause, path| Standing::lacking(Status::Insecure, Reason::of(question, cause), path);
    match deny(work, question, message, question, parent) {
        Ok((Denial::Delegation, path)) => insecure(Cause::NotDelegated, path),
        Ok((Denial::OptOut { .. }, path)) => insecure(Cause::OptOut, path),
        Ok((Denial::Iterations(times), path)) => insecure(Cause::Iterations(times), path),
        Ok((Denial::NoType | Denial::Empty, _)) => Standing::NoCut,
        Ok((Denial::Wildcard | Denial::NoName, _)) => Standing::NothingBelow,
        Err(cause) => {
            let mut path = parent.path.clone();
            if strips(message, false) {
                path.note(Note::NotPassed);
            }
            Standing::broken(Reason::of(question, cause), path)
        }
    }
}

fn broken(question: &Question, cause: impl Into<Cause>, parent: &Zone) -> Standing {
    Standing::broken(Reason::of(question, cause), parent.path.clone())
}
