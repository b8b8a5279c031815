//! Is the presented chain tidy? Notes only: a path that was found is not worse for them.

use super::finding::{Code, Finding};
use crate::certificate::Certificate;

/// `path` is the path as far as it is known, the leaf first; `anchor_subject` the DER of the name
/// of the anchor that it leads to.
pub(super) fn check(
    presented: &[Certificate],
    path: &[&Certificate],
    anchor_subject: Option<&[u8]>,
) -> Vec<Finding> {
    let mut notes: Vec<Finding> = (1..presented.len())
        .filter_map(|index| note(presented, index, path, anchor_subject))
        .collect();
    notes.extend(out_of_order(presented, path));
    notes
}

fn note(
    presented: &[Certificate],
    index: usize,
    path: &[&Certificate],
    anchor_subject: Option<&[u8]>,
) -> Option<Finding> {
    let certificate = &presented[index];
    let label = certificate.label();
    let new =
        |code, message: String, advice| Some(Finding::new(code, Some(index), message, advice));
    if let Some(first) = presented[..index]
        .iter()
        .position(|other| other == certificate)
    {
        let message = format!("\"{label}\" is sent again (it is certificate {first} already)");
        return new(Code::Duplicate, message, "send each certificate once");
    }
    let facts = certificate.facts().ok();
    if facts.is_some_and(|facts| facts.self_issued && facts.self_signed != Some(false)) {
        let message = format!("the root \"{label}\" is sent along; clients ignore it or have it");
        return new(
            Code::RootSent,
            message,
            "leave the root out of the server's chain file",
        );
    }
    if path.contains(&certificate) {
        return None;
    }
    let subject = facts.map(|facts| facts.subject.raw());
    let on_path = path.iter().any(|member| {
        let member = member.facts().ok().map(|facts| facts.subject.raw());
        member.is_some() && member == subject
    });
    if on_path || (subject.is_some() && subject == anchor_subject) {
        let message =
            format!("\"{label}\" is sent for clients that need another path; this one does not");
        return new(
            Code::CrossSigned,
            message,
            "keep it only if older clients need it",
        );
    }
    let message = format!("\"{label}\" does not belong to the chain");
    new(
        Code::Unrelated,
        message,
        "take it out of the server's chain file",
    )
}

/// RFC 5246 §7.4.2 wants each certificate to certify the one before it; RFC 8446 §4.4.2 asks for it.
fn out_of_order(presented: &[Certificate], path: &[&Certificate]) -> Option<Finding> {
    let places: Vec<usize> = path
        .iter()
        .filter_map(|member| {
            presented
                .iter()
                .position(|certificate| certificate == *member)
        })
        .collect();
    if places.is_sorted() {
        return None;
    }
    let order: Vec<String> = places.iter().map(ToString::to_string).collect();
    let message = format!(
        "the certificates are not in order: the path is {}",
        order.join(", ")
    );
    let advice = "sort the server's chain file: the leaf, its issuer, the issuer's issuer";
    Some(Finding::new(Code::OutOfOrder, None, message, advice))
}
