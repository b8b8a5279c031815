//! How OpenSSL compares a host name or an address with a certificate (`X509_check_host` and
//! `X509_check_ip` in `crypto/x509/v3_utl.c`, without flags).

use super::constraints::common_names;
use super::seen::Seen;
use crate::certificate::constraints::GeneralName;
use crate::endpoint::Host;
use std::net::IpAddr;

/// Whether a leaf is for a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Yes,
    No,
    /// The common name that decides cannot be read.
    Unreadable,
}

impl From<bool> for Fit {
    fn from(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No }
    }
}

/// Which wildcards count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wildcards {
    /// Also one that is a part of the first label (`mx*.example.org`), which is the default.
    Partial,
    /// Only one that is the whole first label (`X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS`).
    Whole,
}

/// Whether the leaf is for the host.
pub(super) fn fits(leaf: &Seen<'_>, host: &Host, wildcards: Wildcards) -> Fit {
    let names = leaf.alt_names.as_deref().unwrap_or_default();
    let host = match host {
        Host::Ip(ip) => {
            let octets = match ip {
                IpAddr::V4(ip) => ip.octets().to_vec(),
                IpAddr::V6(ip) => ip.octets().to_vec(),
            };
            return names.contains(&GeneralName::Ip(octets)).into();
        }
        Host::Name { ascii, .. } => ascii.as_bytes(),
        // No name is asked for.
        Host::Socket(_) => return Fit::Yes,
    };
    let mut dns = names.iter().filter_map(|name| match name {
        GeneralName::Dns(pattern) => Some(pattern),
        _ => None,
    });
    if names.iter().any(|name| matches!(name, GeneralName::Dns(_))) {
        return dns.any(|pattern| matches(pattern, host, wildcards)).into();
    }
    // Without a DNS name the common names count.
    match common_names(leaf) {
        Some(common) => common
            .iter()
            .any(|pattern| matches(pattern, host, wildcards))
            .into(),
        None => Fit::Unreadable,
    }
}

/// `equal_wildcard`.
fn matches(pattern: &[u8], host: &[u8], wildcards: Wildcards) -> bool {
    if pattern.is_empty() {
        return false;
    }
    match star(pattern, wildcards) {
        Some(place) => wildcard_matches(&pattern[..place], &pattern[place + 1..], host),
        None => equal(pattern, host),
    }
}

/// `equal_nocase`.
fn equal(pattern: &[u8], host: &[u8]) -> bool {
    !pattern.contains(&0) && pattern.eq_ignore_ascii_case(host)
}

/// Where the one valid wildcard stands (`valid_star`): at the start or end of the first label,
/// which must not be an A-label and must have two labels after it.
fn star(pattern: &[u8], wildcards: Wildcards) -> Option<usize> {
    let mut found = None;
    let (mut at_start, mut after_hyphen, mut is_idna, mut dots) = (true, false, false, 0);
    for (place, octet) in pattern.iter().enumerate() {
        match octet {
            b'*' => {
                let at_end = pattern.get(place + 1).is_none_or(|next| *next == b'.');
                let is_partial = !at_start || !at_end;
                if found.is_some() || is_idna || dots > 0 || (!at_start && !at_end) {
                    return None;
                }
                if is_partial && wildcards == Wildcards::Whole {
                    return None;
                }
                found = Some(place);
                at_start = false;
            }
            b'.' => {
                if after_hyphen || at_start {
                    return None;
                }
                (at_start, after_hyphen, is_idna) = (true, false, false);
                dots += 1;
            }
            b'-' => {
                if at_start {
                    return None;
                }
                after_hyphen = true;
            }
            octet if octet.is_ascii_alphanumeric() => {
                is_idna |= at_start && has_idna_prefix(&pattern[place..]);
                (at_start, after_hyphen) = (false, false);
            }
            _ => return None,
        }
    }
    found.filter(|_| !at_start && !after_hyphen && dots >= 2)
}

fn has_idna_prefix(label: &[u8]) -> bool {
    label
        .get(..4)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"xn--"))
}

/// `wildcard_match`.
fn wildcard_matches(before: &[u8], after: &[u8], host: &[u8]) -> bool {
    let Some(inside) = host.len().checked_sub(before.len() + after.len()) else {
        return false;
    };
    let (start, rest) = host.split_at(before.len());
    let (inside, end) = rest.split_at(inside);
    if !equal(before, start) || !equal(after, end) {
        return false;
    }
    let is_whole_label = before.is_empty() && after.first() == Some(&b'.');
    if is_whole_label && inside.is_empty() {
        return false;
    }
    if !is_whole_label && has_idna_prefix(host) {
        return false;
    }
    inside == b"*"
        || inside
            .iter()
            .all(|octet| octet.is_ascii_alphanumeric() || *octet == b'-')
}
