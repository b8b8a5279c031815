//! Is the certificate for the reference identifier? (RFC 9525)

use super::dns_id::{Place, flaw};
use crate::certificate::{Certificate, Facts, Idn, Sans};
use crate::endpoint::Host;
use crate::finding::{Advice, Code, Evidence, Finding, Remedy};
use rustls::pki_types::ServerName;
use webpki::EndEntityCert;

pub(super) fn check(leaf: &Certificate, reference: &Host) -> Option<Finding> {
    if reference.is_socket() {
        return Some(not_compared());
    }
    let facts = leaf.facts().ok()?;
    if !facts.sans.as_ref().is_some_and(Sans::is_comparable) {
        return Some(no_san(facts, reference));
    }
    if matches(leaf, facts, reference) {
        return None;
    }
    if let Some(finding) = look_alike(facts.sans.as_ref()?, reference) {
        return Some(finding);
    }
    let message = format!(
        "the certificate is not for \"{reference}\", but for {}",
        purposes(facts)
    );
    let advice = match reference {
        Host::Name { .. } => Advice::new("connect by a name that the certificate has (")
            .option(Remedy::Servername)
            .text(" NAME judges by another one), or have it issued for this name"),
        Host::Ip(_) | Host::Socket(_) => {
            "connect by a name that the certificate has: few certificates are for IP addresses"
                .into()
        }
    };
    let evidence = Evidence::names(reference, facts.sans.iter().flat_map(names));
    Some(Finding::new(Code::NameMismatch, Some(0), message, advice).because(evidence))
}

/// A server that was reached without a name: it is not known which one its certificate must have.
fn not_compared() -> Finding {
    let advice = Advice::new("say which name the certificate must have: ")
        .option(Remedy::Servername)
        .text(" NAME");
    let message = "the names of the certificate were not compared: a Unix socket has no name";
    Finding::new(Code::NameNotCompared, Some(0), message, advice)
}

/// Why a name that users would take for the right one does not count.
fn look_alike(sans: &Sans, reference: &Host) -> Option<Finding> {
    const MOST: usize = 1000;
    let mut dns = sans.dns.iter().take(MOST);
    let (name, why, advice) = match reference {
        Host::Ip(ip) => {
            let name = dns.find(|name| name.trim().parse() == Ok(*ip))?;
            let why = "it is there as a DNS name, and an address counts only as an IP address";
            let advice = "have it issued with the address as a subject alternative name of the kind iPAddress, or connect by a host name";
            (name, why, advice)
        }
        Host::Socket(_) => return None,
        Host::Name { ascii, .. } => {
            // GnuTLS and OpenSSL want two labels after a wildcard as well (measured).
            let (name, why) = dns.find_map(|name| {
                let why = flaw(name.as_bytes(), Place::Presented)?;
                resembles(name, ascii).then_some((name, why))
            })?;
            let advice = "have it issued with this very host name as subject alternative name";
            (name, why, advice)
        }
    };
    let message = format!(
        "the certificate is not for \"{reference}\": its name \"{name}\" does not count, as {why}"
    );
    let evidence = Evidence::names(reference, names(sans));
    Some(Finding::new(Code::NameMismatch, Some(0), message, advice).because(evidence))
}

/// Whether a name of the certificate would stand for the host if wildcards could stand anywhere,
/// and blanks, final dots and other writing did not matter.
fn resembles(name: &str, host: &str) -> bool {
    let ascii = Idn::read(name.trim()).map(|idn| idn.ascii);
    let name = ascii.as_deref().unwrap_or(name).trim();
    let [name, host] = [name, host].map(|name| name.trim_end_matches('.').to_ascii_lowercase());
    let (names, hosts) = (name.split('.'), host.split('.'));
    let fits = |(pattern, label): (&str, &str)| match pattern.split_once('*') {
        Some((before, after)) => {
            label.len() > before.len() + after.len()
                && label.starts_with(before)
                && label.ends_with(after)
        }
        None => pattern == label,
    };
    names.clone().count() == hosts.clone().count() && names.zip(hosts).all(fits)
}

fn no_san(facts: &Facts, reference: &Host) -> Finding {
    let message = match facts.subject.common_names().last() {
        Some(name) => format!(
            "the certificate has its name, \"{name}\", only in the common name, where it no longer counts"
        ),
        None => "the certificate has no name to compare: no subject alternative name".to_owned(),
    };
    let advice = "have it issued with the host name as subject alternative name";
    let common_names = facts.subject.common_names();
    let evidence = Evidence::names(reference, common_names.iter().cloned());
    Finding::new(Code::NoSan, Some(0), message, advice).because(evidence)
}

/// Whether webpki, asked alone, finds the name in the certificate; without a name nothing is amiss.
pub(super) fn matches_for_webpki(leaf: &Certificate, reference: &Host) -> bool {
    if reference.is_socket() {
        return true;
    }
    let (Ok(leaf), Some(name)) = (EndEntityCert::try_from(leaf.der()), server_name(reference))
    else {
        return false;
    };
    leaf.verify_is_valid_for_subject_name(&name).is_ok()
}

/// Compares by webpki. If it refuses to parse the leaf, our own comparison takes over: another
/// problem must not hide a wrong name.
fn matches(leaf: &Certificate, facts: &Facts, reference: &Host) -> bool {
    match (EndEntityCert::try_from(leaf.der()), server_name(reference)) {
        (Ok(certificate), Some(name)) => {
            certificate.verify_is_valid_for_subject_name(&name).is_ok()
        }
        (Ok(_), None) => false,
        (Err(_), _) => facts
            .sans
            .as_ref()
            .is_some_and(|sans| matches_sans(sans, reference)),
    }
}

fn server_name(host: &Host) -> Option<ServerName<'static>> {
    match host {
        Host::Ip(ip) => Some(ServerName::from(*ip)),
        Host::Name { ascii, .. } => ServerName::try_from(ascii.clone()).ok(),
        Host::Socket(_) => None,
    }
}

/// RFC 9525 §6.3: a wildcard may only be the whole leftmost label.
fn matches_sans(sans: &Sans, reference: &Host) -> bool {
    let name = match reference {
        Host::Ip(ip) => return sans.ip.contains(ip),
        Host::Socket(_) => return false,
        Host::Name { ascii, .. } => ascii,
    };
    sans.dns.iter().any(|san| match san.strip_prefix("*.") {
        Some(parent) => name
            .split_once('.')
            .is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(parent)),
        None => san.eq_ignore_ascii_case(name),
    })
}

/// The names that a client may compare.
fn names(sans: &Sans) -> impl Iterator<Item = String> {
    let ips = sans.ip.iter().map(ToString::to_string);
    sans.dns.iter().cloned().chain(ips)
}

/// What the certificate is for, in a line; untrusted.
fn purposes(facts: &Facts) -> String {
    const MOST: usize = 5;
    let Some(sans) = &facts.sans else {
        return "nothing".to_owned();
    };
    let all: Vec<String> = names(sans).collect();
    let shown: Vec<String> = all
        .iter()
        .take(MOST)
        .map(|name| format!("\"{name}\""))
        .collect();
    match all.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_does_not_count_may_resemble_the_right_one() {
        for (name, host) in [
            ("*.internal", "mail.internal"),
            ("mail.test.", "mail.test"),
            (" mail.test", "mail.test"),
            ("m*l.test", "mail.test"),
            ("mail.*.test", "mail.a.test"),
            ("bücher.test", "xn--bcher-kva.test"),
        ] {
            assert!(resembles(name, host), "{name} {host}");
        }
        for (name, host) in [
            ("*.internal", "internal"),
            ("*.internal", "a.mail.internal"),
            ("mail.test", "mail.test.example"),
            ("", "mail.test"),
            ("m*l.test", "ml.test"),
        ] {
            assert!(!resembles(name, host), "{name} {host}");
        }
    }

    #[test]
    fn our_own_comparison_is_strict() {
        let sans = Sans {
            dns: vec![
                "mail.example.org".into(),
                "*.wild.example".into(),
                "b*.example".into(),
                "*".into(),
            ],
            ip: vec!["192.0.2.1".parse().expect("an address")],
            ..Sans::default()
        };
        let matches = |name: &str| matches_sans(&sans, &name.parse().expect("a host"));
        for name in [
            "mail.example.org",
            "MAIL.example.org",
            "a.wild.example",
            "192.0.2.1",
        ] {
            assert!(matches(name), "{name}");
        }
        for name in [
            "example.org",
            "wild.example",
            "a.b.wild.example",
            "bc.example",
            "localhost",
            "192.0.2.2",
        ] {
            assert!(!matches(name), "{name}");
        }
    }
}
