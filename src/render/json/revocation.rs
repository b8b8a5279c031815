//! Whether certificates are revoked: by lists, and by what the server staples.

use crate::judge::{CertificateStatus, Judgement, StapleStatus, Status};
use crate::render::timestamp::timestamp;
use crate::revocation::{Reason, Revocation};
use serde::Serialize;

/// What is known of one certificate of the path.
#[derive(Serialize)]
pub(super) struct RevocationJson {
    certificate: usize,
    status: &'static str,
    why: Option<String>,
    source: Option<String>,
    this_update: Option<String>,
    next_update: Option<String>,
    #[serde(flatten)]
    revoked: RevokedJson,
}

/// The stapled OCSP response.
#[derive(Serialize)]
pub(super) struct OcspJson {
    status: &'static str,
    why: Option<String>,
    produced_at: Option<String>,
    this_update: Option<String>,
    next_update: Option<String>,
    #[serde(flatten)]
    revoked: RevokedJson,
    responder: Option<String>,
}

/// When and why a certificate was revoked; all null where it is not.
#[derive(Default, Serialize)]
struct RevokedJson {
    revoked_at: Option<String>,
    reason: Option<&'static str>,
    invalidity_date: Option<String>,
}

impl From<&CertificateStatus> for RevocationJson {
    fn from(one: &CertificateStatus) -> Self {
        let list = one.list.as_ref();
        let (why, revoked) = match &one.status {
            Status::Revoked(revocation) => (None, RevokedJson::from(revocation)),
            Status::Unknown { why } => (Some(why.clone()), RevokedJson::default()),
            Status::Good | Status::Stale { .. } => (None, RevokedJson::default()),
        };
        Self {
            certificate: one.certificate,
            status: one.status.as_str(),
            why,
            source: list.map(|list| list.source.to_string()),
            this_update: list.map(|list| timestamp(list.this_update)),
            next_update: list.and_then(|list| list.next_update).map(timestamp),
            revoked,
        }
    }
}

impl From<&Revocation> for RevokedJson {
    fn from(revocation: &Revocation) -> Self {
        Self {
            revoked_at: Some(timestamp(revocation.at)),
            reason: revocation.reason.map(Reason::as_str),
            invalidity_date: revocation.invalidity.map(timestamp),
        }
    }
}

/// What the staple of a judgement says; `None`: none was seen, or could have been.
pub(super) fn ocsp(judgement: &Judgement) -> Option<OcspJson> {
    let staple = &judgement.ocsp;
    let facts = staple.facts();
    let (why, revoked) = match staple {
        StapleStatus::Revoked(revocation, _) => (None, RevokedJson::from(revocation)),
        StapleStatus::Invalid { why, .. } => (Some(why.clone()), RevokedJson::default()),
        _ => (None, RevokedJson::default()),
    };
    Some(OcspJson {
        status: staple.as_str()?,
        why,
        produced_at: facts.map(|facts| timestamp(facts.produced_at)),
        this_update: facts.map(|facts| timestamp(facts.this_update)),
        next_update: facts.and_then(|facts| facts.next_update).map(timestamp),
        revoked,
        responder: facts.map(|facts| facts.responder.clone()),
    })
}
