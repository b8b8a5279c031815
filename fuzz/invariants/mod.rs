//! What must hold for every input: one file for each fuzz target, with `check`, which panics where
//! it does not hold. The property tests (`tests/conformance/properties.rs`) check the same.

pub mod certificate;
pub mod crl;
pub mod dialogue;
pub mod dnssec;
pub mod hgrc;
pub mod http;
pub mod legacy;
pub mod ocsp;
pub mod policy;
pub mod proxy;
pub mod reply;
pub mod target;

/// What panics where something does not hold.
pub type Check = fn(&[u8]);

/// The fuzz targets. Each has a folder of seeds.
pub const TARGETS: &[(&str, Check)] = &[
    ("certificate", certificate::check),
    ("crl", crl::check),
    ("dialogue", dialogue::check),
    ("dnssec", dnssec::check),
    ("hgrc", hgrc::check),
    ("http", http::check),
    ("legacy", legacy::check),
    ("ocsp", ocsp::check),
    ("policy", policy::check),
    ("proxy", proxy::check),
    ("reply", reply::check),
    ("target", target::check),
];

/// Takes one byte off the front, zero where there is none: how an input decides something.
fn byte(bytes: &mut &[u8]) -> u8 {
    match bytes {
        [first, rest @ ..] => {
            let first = *first;
            *bytes = rest;
            first
        }
        [] => 0,
    }
}

/// Splits `bytes` into pieces of the lengths that `cuts` has, over and over; a length of zero is
/// one. Without `cuts` it is one piece.
fn pieces<'a>(bytes: &'a [u8], cuts: &[u8]) -> Vec<&'a [u8]> {
    let mut lengths = cuts.iter().cycle();
    let mut rest = bytes;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let length = lengths
            .next()
            .map_or(rest.len(), |&cut| usize::from(cut).max(1));
        let (piece, after) = rest.split_at(length.min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// Splits an input at its first zero byte. Seeds stay readable that way.
fn split_at_zero(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|&b| b == 0) {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (&[], bytes),
    }
}
