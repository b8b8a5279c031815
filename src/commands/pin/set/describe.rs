//! What is said of a host before anything is pinned: its certificates, and what was not looked at.

use super::super::gap::{self, MOST_NAMED};
use super::walk::{Missed, Walk};
use crate::commands::environment;
use crate::commands::terminal::say;
use crate::pin_set::{PinSet, Place, listed};
use crate::render::pin_set as show;
use crate::render::pins::note;
use std::net::SocketAddr;

/// Shows the table, then the places without a certificate.
pub(super) fn set(set: &PinSet, walked: &Walk, host: &str) {
    let seen = set.members.iter().filter(|one| !one.is_to_come()).count();
    let mut places: Vec<SocketAddr> = walked
        .sights
        .iter()
        .map(|sight| at(sight.look.place))
        .collect();
    places.sort_unstable();
    places.dedup();
    say(&format!(
        "{host} presents {} at {}:",
        counted(seen, "certificate"),
        counted(places.len(), "place"),
    ));
    say(show::table(set, walked.at, environment::error_width()).trim_end());
    gaps(walked);
}

/// Names the places of which nothing is known, and the closed ports.
pub(super) fn gaps(walked: &Walk) {
    gap::note(&walked.gaps);
    missed(walked.missed.iter());
    if !walked.closed.is_empty() {
        let closed = walked.closed.iter().map(|at| Place {
            address: at.ip(),
            port: at.port(),
            sni: true,
        });
        let closed: Vec<Place> = closed.collect();
        say(&format!("closed: {}", listed(&closed)));
    }
    if !walked.left_out.is_empty() {
        let looks = counted(walked.left_out.len(), "look");
        say(&note(&format!(
            "so many certificates are not asked about at every place: {looks} for another type of key or \
             without SNI left out"
        )));
    }
}

/// Names places that answered without a certificate.
pub(super) fn missed<'a>(all: impl Iterator<Item = &'a Missed>) {
    for missed in all.take(MOST_NAMED) {
        let place = missed.at.map_or_else(
            || "the host".to_owned(),
            |at| format!("{} at {}", at.port(), at.ip()),
        );
        say(&format!(
            "note: {place} showed no certificate, and may present another one: {}",
            missed.failure
        ));
    }
}

fn at(place: Place) -> SocketAddr {
    SocketAddr::new(place.address, place.port)
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}
