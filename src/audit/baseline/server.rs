//! What is different about a server: its certificates, and its open ports.

use super::super::difference::{Change, Difference, Field};
use super::known_server::{KnownServer, Leaf};

/// What differs.
pub(super) fn differences(before: &KnownServer, now: &KnownServer) -> Vec<Difference> {
    let mut differences = certificates(before, now);
    differences.extend(ports(before, now));
    differences
}

/// How the served certificates differ.
fn certificates(before: &KnownServer, now: &KnownServer) -> Vec<Difference> {
    if before.leaves.is_empty() {
        return Vec::new();
    }
    let digest = |leaf: &Leaf| Some(leaf.certificate.clone());
    if now.leaves.is_empty() {
        let lost = before.leaves.first().and_then(digest);
        let lost = Difference::of(Change::NoCertificate, Field::Sha256, lost, None);
        return vec![lost];
    }
    let fresh: Vec<&Leaf> = now.leaves.iter().filter(|leaf| !before.has(leaf)).collect();
    let gone: Vec<&Leaf> = before.leaves.iter().filter(|leaf| !now.has(leaf)).collect();
    // Each fresh certificate beside the one that it most likely replaces.
    let pairs: Vec<(&Leaf, &Leaf)> = fresh
        .iter()
        .enumerate()
        .filter_map(|(index, leaf)| {
            let replaced = gone.get(index).or(gone.last()).copied();
            Some((replaced.or(before.leaves.first())?, *leaf))
        })
        .collect();
    let known = |is_same: fn(&Leaf, &Leaf) -> bool| {
        let known = |leaf: &&Leaf| before.leaves.iter().any(|other| is_same(other, leaf));
        fresh.iter().all(known)
    };
    let mut differences = Vec::new();
    let mut add = |change, field, value: &dyn Fn(&Leaf) -> Option<String>| {
        for (old, new) in &pairs {
            let (old, new) = (value(old), value(new));
            if old != new {
                differences.push(Difference::of(change, field, old, new));
            }
        }
    };
    if known(|one, other| one.key == other.key) {
        add(Change::Renewed, Field::Sha256, &digest);
    } else {
        add(Change::NewKey, Field::Sha256, &digest);
    }
    if !known(|one, other| one.issuer == other.issuer) {
        add(Change::Issuer, Field::Issuer, &|leaf| leaf.issuer.clone());
    }
    if !known(|one, other| one.day() == other.day()) {
        add(Change::Expiry, Field::NotAfter, &|leaf| {
            leaf.not_after.clone()
        });
    }
    differences
}

/// Which ports have opened or closed. Where none is open, the outcome says so.
fn ports(before: &KnownServer, now: &KnownServer) -> Vec<Difference> {
    if before.open.is_empty() || now.open.is_empty() {
        return Vec::new();
    }
    let number = |port: &u16| Some(port.to_string());
    let opened = now.open.iter().filter(|port| !before.open.contains(port));
    let opened =
        opened.map(|port| Difference::of(Change::PortOpened, Field::Port, None, number(port)));
    let closed = before.open.iter().filter(|port| !now.open.contains(port));
    let closed =
        closed.map(|port| Difference::of(Change::PortClosed, Field::Port, number(port), None));
    opened.chain(closed).collect()
}
