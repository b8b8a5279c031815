//! Probes every address again before anything is pinned: a load balancer, or an unfinished renewal,
//! shows different certificates at different times.

use super::gap::{self, Gap};
use super::observer::Observer;
use super::request::Request;
use crate::commands::error::Error;
use crate::fingerprint::Comparison;
use crate::observation::{Possession, Survey};
use crate::report::{Assessment, Outcome, Report};
use crate::survey::{Limits, Pacer, look_in_turn};
use std::sync::Arc;
use std::time::Duration;

/// Probes of every address after the first sighting; more if certificates differ.
const ROUNDS: usize = 2;
const MOST_ROUNDS: usize = 6;
/// Connections to one address at a time, and in all.
const PER_ADDRESS: usize = 2;
const AT_ONCE: usize = 16;

/// All sightings of a server.
pub(super) struct Looks {
    /// The report on them, represented by the sighting of the certificate that is to be pinned.
    pub(super) report: Report,
    /// The addresses of which nothing is known.
    pub(super) gaps: Vec<Gap>,
}

/// Probes again, and chooses the certificate that `--expect` names, else one that may be pinned.
pub(super) fn look(
    observer: &Observer<'_>,
    request: &Request<'_>,
    first: Report,
) -> Result<Looks, Error> {
    let mut report = chosen(first, request);
    let mut gaps = Vec::new();
    if !may_be_pinned(&report.representative, request) {
        return Ok(Looks { report, gaps });
    }
    let surveys = observer.run(rounds(observer, |found| {
        is_another_needed(&report, request, found)
    }))?;
    for survey in surveys {
        gaps.extend(Gap::left_out(&survey));
        for seen in survey.seen {
            if seen.presented.is_empty() {
                gaps.extend(Gap::of(&seen));
            }
            report.others.push(observer.assess(seen));
        }
    }
    let gaps = gap::remaining(gaps, &report);
    let report = chosen(report, request);
    Ok(Looks { report, gaps })
}

/// The report, represented by the sighting that is best to pin: that of an expected certificate, of
/// one that is pinned already, of a trusted one, or of any that may be pinned; of equals the first.
fn chosen(report: Report, request: &Request<'_>) -> Report {
    let worth = |look: &Assessment| {
        let is_expected = look.leaf().is_some_and(|leaf| request.is_expected(leaf));
        (
            is_expected,
            may_be_pinned(look, request),
            look.pins.comparison == Comparison::Match,
            look.outcome() == Outcome::Trusted,
        )
    };
    let all: Vec<_> = report.looks().map(worth).collect();
    let best = all.iter().max();
    let index = all.iter().position(|one| Some(one) == best);
    report.represented_by(index.unwrap_or(0))
}

/// Whether the certificate of a sighting may be pinned at all.
fn may_be_pinned(look: &Assessment, request: &Request<'_>) -> bool {
    let Some(seen) = look.seen.as_ref().filter(|_| !look.chain.is_empty()) else {
        return false;
    };
    match seen.possession {
        Possession::Proven => seen.failure.is_none(),
        Possession::NotSeen | Possession::NotCheckable => request.accepts.unproven,
        Possession::Refuted => false,
    }
}

async fn rounds(
    observer: &Observer<'_>,
    is_another_needed: impl Fn(&[Survey]) -> bool,
) -> Vec<Survey> {
    let pacer = Arc::new(Pacer::new(&Limits {
        lookups: 1,
        per_address: PER_ADDRESS,
        pause: Duration::ZERO,
        retries: 1,
        ..Limits::for_few(AT_ONCE)
    }));
    let round = || look_in_turn(&pacer, &observer.asked.endpoint, &observer.options);
    let (one, other) = tokio::join!(round(), round());
    let mut found = vec![one, other];
    while found.len() < MOST_ROUNDS && is_another_needed(&found) {
        found.push(round().await);
    }
    for survey in &found {
        observer.fetch(survey).await;
    }
    found
}

/// Where certificates differ, rounds go on until one shows nothing new; where the expected
/// certificate was not seen, to the last.
fn is_another_needed(first: &Report, request: &Request<'_>, found: &[Survey]) -> bool {
    let leaves = |surveys: &[Survey]| -> Vec<Vec<u8>> {
        let seen = surveys.iter().flat_map(|survey| &survey.seen);
        let leaves = seen.filter_map(|seen| seen.presented.first());
        let mut leaves: Vec<Vec<u8>> = leaves.map(|leaf| leaf.to_vec()).collect();
        leaves.extend(first.leaves().iter().map(|one| one.leaf.der().to_vec()));
        leaves.sort_unstable();
        leaves.dedup();
        leaves
    };
    let all = leaves(found);
    let is_expected = |leaf: &Vec<u8>| request.expected.iter().any(|pin| pin.matches(leaf));
    if request.has_expected() && !all.iter().any(is_expected) {
        return true;
    }
    let before = leaves(&found[..found.len() - 1]);
    all.len() > 1 && (found.len() == ROUNDS || before.len() < all.len())
}
