//! The addresses of a name that has several.

use super::connection::ErrorJson;
use crate::certificate::days_left;
use crate::fingerprint::Algorithm;
use crate::observation::{Possession, Step};
use crate::render::timestamp::timestamp;
use crate::report::{Assessment, Report};
use serde::Serialize;
use std::net::SocketAddr;
use time::OffsetDateTime;

/// One of several addresses of a name.
#[derive(Serialize)]
pub(super) struct AddressJson {
    pub(super) address: Option<String>,
    pub(super) outcome: Option<&'static str>,
    pub(super) error: Option<ErrorJson>,
    pub(super) tls_version: Option<String>,
    pub(super) key_proven: Option<bool>,
    pub(super) sha256: Option<String>,
    pub(super) spki_sha256: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) not_after: Option<String>,
    pub(super) days_left: Option<i64>,
    pub(super) problems: Vec<&'static str>,
}

/// Every address of the name, sorted.
pub(super) fn addresses(report: &Report) -> Vec<AddressJson> {
    let seen = report.looks();
    let seen = seen.map(|look| (look.address(), AddressJson::at(look, report.at)));
    let skipped = &report.skipped;
    let unseen =
        |address: &SocketAddr, why| (Some(*address), AddressJson::not_tried(*address, why));
    let no_route = skipped.no_route.iter().map(|at| unseen(at, NO_ROUTE));
    let no_source = skipped.no_source.iter().map(|at| unseen(at, NO_SOURCE));
    let mut all: Vec<_> = seen.chain(no_route).chain(no_source).collect();
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, address)| address).collect()
}

/// Why an address was not tried: code, message and advice.
type NotTried = (&'static str, &'static str, &'static str);

const NO_ROUTE: NotTried = (
    "no-route",
    "this machine has no route to it",
    "try from a machine that has",
);
const NO_SOURCE: NotTried = (
    "no-source",
    "the source address is of the other family",
    "give --source once for each family",
);

impl AddressJson {
    fn not_tried(address: SocketAddr, (code, message, advice): NotTried) -> Self {
        Self {
            address: Some(address.to_string()),
            outcome: None,
            error: Some(ErrorJson {
                step: Step::Connect.to_string(),
                code,
                message: message.to_owned(),
                advice: advice.to_owned(),
            }),
            tls_version: None,
            key_proven: None,
            sha256: None,
            spki_sha256: None,
            issuer: None,
            not_after: None,
            days_left: None,
            problems: Vec::new(),
        }
    }

    /// What one look shows, as it was at that time.
    fn at(look: &Assessment, now: OffsetDateTime) -> Self {
        let seen = look.seen.as_ref();
        let leaf = look.leaf();
        let facts = leaf.and_then(|leaf| leaf.facts().ok());
        let problems = look.problems().iter();
        Self {
            address: seen.and_then(|seen| Some(seen.peer()?.to_string())),
            outcome: Some(look.outcome().as_str()),
            error: ErrorJson::of(look),
            tls_version: seen.and_then(|seen| Some(seen.tls.as_ref()?.version.clone())),
            key_proven: seen
                .filter(|_| leaf.is_some())
                .map(|seen| seen.possession == Possession::Proven),
            sha256: leaf.map(|leaf| leaf.fingerprint(Algorithm::Sha256).hex()),
            spki_sha256: leaf.and_then(|leaf| leaf.spki_sha256().map(|key| key.hex())),
            issuer: facts.map(|facts| facts.issuer.to_string()),
            not_after: facts.map(|facts| timestamp(facts.not_after)),
            days_left: facts.map(|facts| days_left(facts.not_after, now)),
            problems: problems.map(|problem| problem.code.as_str()).collect(),
        }
    }
}
