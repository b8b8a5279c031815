//! Whether the certificates of the path are revoked: by lists, and by what the server staples.

use super::page::Page;
use crate::judge::{CertificateStatus, Judgement, StapleStatus, Status};
use crate::revocation::Revocation;
use time::OffsetDateTime;

impl Page {
    /// What the lists say, certificate by certificate.
    pub(super) fn revocation(&mut self, judgement: &Judgement) {
        for (place, one) in judgement.revocation.iter().enumerate() {
            let label = if place == 0 { "revocation" } else { "" };
            let text = format!("{}: {}", one.certificate, by_list(one));
            self.fact(label, &text);
        }
    }

    /// What the server staples, if anything.
    pub(super) fn staple(&mut self, judgement: &Judgement) {
        let text = by_staple(&judgement.ocsp);
        if !text.is_empty() {
            self.fact("OCSP staple", &text);
        }
    }
}

fn by_list(one: &CertificateStatus) -> String {
    let by = one.list.as_ref().map_or_else(String::new, |list| {
        let until = until(list.next_update);
        format!(", by {} of {}{until}", list.source, list.this_update.date())
    });
    match &one.status {
        Status::Good => format!("not revoked{by}"),
        Status::Revoked(revocation) => format!("REVOKED {}{by}", revoked(revocation)),
        Status::Unknown { why } => format!("not known: {why}"),
        Status::Stale { next_update } => {
            let date = next_update.date();
            format!("not known: the newest list was valid until {date}{by}")
        }
    }
}

fn by_staple(staple: &StapleStatus) -> String {
    let by = staple.facts().map_or_else(String::new, |facts| {
        let until = until(facts.next_update);
        format!(
            ", by {} of {}{until}",
            facts.responder,
            facts.this_update.date()
        )
    });
    match staple {
        StapleStatus::NotSeen | StapleStatus::None => String::new(),
        StapleStatus::Good(_) => format!("not revoked{by}"),
        StapleStatus::Revoked(revocation, _) => format!("REVOKED {}{by}", revoked(revocation)),
        StapleStatus::Unknown(_) => format!("the responder does not know the certificate{by}"),
        StapleStatus::Invalid { why, .. } => format!("proves nothing: {why}"),
    }
}

fn until(next_update: Option<OffsetDateTime>) -> String {
    next_update.map_or_else(String::new, |next| format!(", valid until {}", next.date()))
}

fn revoked(revocation: &Revocation) -> String {
    let reason = revocation
        .reason
        .map_or_else(String::new, |reason| format!(" ({reason})"));
    format!("on {}{reason}", revocation.at.date())
}
