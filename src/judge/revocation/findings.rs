//! What is reported of the status of the certificates of a path.

use super::status::{CertificateStatus, Status};
use crate::certificate::Certificate;
use crate::finding::{Code, Finding, Severity};
use crate::revocation::{Lists, Reason, Revocation};

/// What is wrong with a path, and what is worth knowing of it.
pub(in crate::judge) struct Found {
    pub(in crate::judge) problems: Vec<Finding>,
    pub(in crate::judge) notes: Vec<Finding>,
}

/// The findings on the certificates of a path that leads to an anchor. What the user's lists leave
/// open is a problem, and what fetched lists do is a note.
pub(in crate::judge) fn findings(
    statuses: &[CertificateStatus],
    presented: &[Certificate],
    lists: &Lists,
) -> Found {
    let found = statuses.iter().filter_map(|one| finding(one, presented));
    let (problems, notes): (Vec<_>, Vec<_>) =
        found.partition(|one| one.code == Code::CertificateRevoked || lists.are_required());
    let notes = notes.into_iter().map(|note| note.at(Severity::Warning));
    Found {
        problems,
        notes: notes.collect(),
    }
}

/// Those on the certificates of a path that leads to none, or fails: what is not known then has
/// that reason.
pub(in crate::judge) fn dead_end<'a>(
    statuses: &'a [CertificateStatus],
    presented: &'a [Certificate],
) -> impl Iterator<Item = Finding> + 'a {
    let found = statuses.iter().filter_map(|one| finding(one, presented));
    found.filter(|one| one.code == Code::CertificateRevoked)
}

/// That another path was passed over, for this certificate of it.
pub(in crate::judge) fn passed_over(
    one: &CertificateStatus,
    presented: &[Certificate],
) -> Option<Finding> {
    let Status::Revoked(revocation) = &one.status else {
        return None;
    };
    let message = format!(
        "another path leads through \"{}\", which {}; it was passed over",
        presented.get(one.certificate)?.label(),
        told(revocation, one)
    );
    let advice = "take it out of the server's chain file: clients that do not find the other path, or do not look for revoked certificates, still use it";
    let index = Some(one.certificate);
    Some(Finding::new(Code::PathRevoked, index, message, advice))
}

fn finding(one: &CertificateStatus, presented: &[Certificate]) -> Option<Finding> {
    let label = presented.get(one.certificate)?.label();
    let (code, message, advice) = match &one.status {
        Status::Good => return None,
        Status::Revoked(revocation) => {
            let message = format!("\"{label}\" {}", told(revocation, one));
            (Code::CertificateRevoked, message, cure(revocation, one))
        }
        Status::Unknown { why } => {
            let message = format!("it is not known whether \"{label}\" is revoked: {why}");
            (Code::RevocationUnknown, message, GET_IT)
        }
        Status::Stale { next_update } => {
            let message = format!(
                "it is not known whether \"{label}\" is revoked: the newest revocation list{} is out of date since {}",
                named(one),
                next_update.date()
            );
            (Code::RevocationStale, message, GET_IT)
        }
    };
    Some(Finding::new(code, Some(one.certificate), message, advice))
}

const GET_IT: &str =
    "get the CA's current revocation list: its certificates say where it is published";

/// When and why it was revoked, and which list says so.
fn told(revocation: &Revocation, one: &CertificateStatus) -> String {
    let list = match &one.list {
        Some(list) => format!(
            ", says the revocation list{} of {}",
            named(one),
            list.this_update.date()
        ),
        None => String::new(),
    };
    format!("{}{list}", in_words(revocation))
}

/// When and why it was revoked.
pub(in crate::judge) fn in_words(revocation: &Revocation) -> String {
    let reason = match revocation.reason {
        Some(reason) if reason != Reason::Unspecified => format!(" ({reason})"),
        _ => String::new(),
    };
    format!("was revoked on {}{reason}", revocation.at.date())
}

fn named(one: &CertificateStatus) -> String {
    let list = one.list.as_ref();
    list.map_or(String::new(), |list| format!(" \"{}\"", list.source))
}

fn cure(revocation: &Revocation, one: &CertificateStatus) -> &'static str {
    match one.certificate {
        _ if revocation.reason == Some(Reason::CertificateHold) => {
            "it is on hold: ask the CA, which may release it"
        }
        0 => REISSUE,
        _ => {
            "do not trust it: have the server's certificate issued again by a CA that is not revoked, and install the chain of that"
        }
    }
}

/// What to do about a leaf that is revoked.
pub(in crate::judge) const REISSUE: &str =
    "do not trust it: have a certificate issued for a new key, and install that on the server";
