//! The names of certificates, each in both forms of an internationalised one.

use crate::certificate::{Facts, Idn, Sans};

pub(super) fn all_sans(facts: &Facts) -> Vec<String> {
    facts.sans.as_ref().map(all_names).unwrap_or_default()
}

pub(super) fn all_names(sans: &Sans) -> Vec<String> {
    let dns = sans.dns.iter().map(|name| both_forms(name));
    let ip = sans.ip.iter().map(|ip| format!("IP {ip}"));
    let email = sans.email.iter().map(|email| format!("email {email}"));
    let uri = sans.uri.iter().map(|uri| format!("URI {uri}"));
    let other = sans
        .other
        .iter()
        .map(|other| format!("{} {}", other.0, other.1));
    dns.chain(ip).chain(email).chain(uri).chain(other).collect()
}

/// A host name, followed by its other form, in A-labels or U-labels.
pub(super) fn both_forms(name: &str) -> String {
    match Idn::read(name) {
        Some(idn) => format!("{name} ({})", idn.other(name)),
        None => name.to_owned(),
    }
}
