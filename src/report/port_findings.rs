//! What the ports of a host show together: one certificate or several, and a way in that is not
//! protected. A function of what was seen.

use crate::certificate::{Certificate, Facts};
use crate::endpoint::Protocol;
use crate::escape::excerpt;
use crate::finding::{Code, Finding, Severity};
use crate::fingerprint::Algorithm;
use std::collections::BTreeSet;
use std::net::IpAddr;
use time::{Duration, OffsetDateTime};

/// The limit of certificates, or names, listed; the rest are counted.
const MOST_NAMED: usize = 4;

/// What one port showed at one address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight<'a> {
    pub(super) port: u16,
    pub(super) protocol: Protocol,
    pub(super) ip: Option<IpAddr>,
    /// The name has several addresses.
    pub(super) several: bool,
    pub(super) leaf: Option<&'a Certificate>,
    /// It offers no TLS.
    pub(super) is_unprotected: bool,
}

/// A certificate, and where it was seen.
struct Served<'a> {
    leaf: &'a Certificate,
    sights: Vec<Sight<'a>>,
    /// An older certificate of the same names than another port serves.
    is_stale: bool,
}

/// The findings, the worst first.
pub(super) fn findings(sights: &[Sight<'_>]) -> Vec<Finding> {
    let mut found: Vec<Finding> = unprotected(sights).into_iter().collect();
    let served = served(sights);
    if differs_by_port(&served, sights) {
        found.push(differ(&served));
        found.extend(expires_earlier(&served));
        found.extend(names_differ(&served));
    }
    found
}

/// The certificates, in the order of the ports, those first that are older ones of others.
fn served<'a>(sights: &[Sight<'a>]) -> Vec<Served<'a>> {
    let mut served: Vec<Served<'a>> = Vec::new();
    for sight in sights {
        let Some(leaf) = sight.leaf else { continue };
        match served.iter_mut().find(|known| known.leaf == leaf) {
            Some(known) => known.sights.push(*sight),
            None => served.push(Served {
                leaf,
                sights: vec![*sight],
                is_stale: false,
            }),
        }
    }
    let is_stale = |one: &Served<'_>| {
        let mut others = served.iter();
        others.any(|other| is_older_of_the_same(one.leaf, other.leaf))
    };
    let stale: Vec<bool> = served.iter().map(is_stale).collect();
    for (one, is_stale) in served.iter_mut().zip(stale) {
        one.is_stale = is_stale;
    }
    served.sort_by_key(|one| !one.is_stale);
    served
}

/// Whether two ports serve different certificates. Where each port serves the same ones, the
/// addresses differ, which is another finding.
fn differs_by_port(served: &[Served<'_>], sights: &[Sight<'_>]) -> bool {
    let ports: BTreeSet<u16> = sights
        .iter()
        .filter(|sight| sight.leaf.is_some())
        .map(|sight| sight.port)
        .collect();
    served.iter().any(|one| one.ports().len() < ports.len())
}

impl Served<'_> {
    fn ports(&self) -> BTreeSet<u16> {
        self.sights.iter().map(|sight| sight.port).collect()
    }

    fn facts(&self) -> Option<&Facts> {
        self.leaf.facts().ok()
    }

    /// `465, 587`; an address stands with a port that serves another certificate elsewhere.
    fn places(&self, all: &[Served<'_>]) -> String {
        let mut places: Vec<String> = Vec::new();
        for sight in &self.sights {
            let port = |other: &Served<'_>| other.ports().contains(&sight.port);
            let is_shared = all.iter().filter(|other| port(other)).count() > 1;
            let ip = sight.ip.filter(|_| is_shared && sight.several);
            let place = match ip {
                Some(ip) => format!("{} at {ip}", sight.port),
                None => sight.port.to_string(),
            };
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places.join(", ")
    }

    /// In a few words.
    fn described(&self, all: &[Served<'_>]) -> String {
        let digest = self.leaf.fingerprint(Algorithm::Sha256).hex();
        let digest: String = digest.chars().take(16).collect();
        let facts = self.facts().map_or_else(String::new, |facts| {
            let (from, until) = (facts.not_before.date(), facts.not_after.date());
            let key = excerpt(&facts.public_key.describe(), 30);
            format!(", {key}, {from} to {until}")
        });
        let label = excerpt(&self.leaf.label(), 60);
        let places = self.places(all);
        format!("\"{label}\" (sha256:{digest}…{facts}) on {places}")
    }
}

/// Whether the first certificate is an older one of the same: of the same key, or of the same names,
/// kind of key and CA. Another kind of key or another CA may be meant to be there.
fn is_older_of_the_same(one: &Certificate, other: &Certificate) -> bool {
    let (Ok(old), Ok(new)) = (one.facts(), other.facts()) else {
        return false;
    };
    let issued = |facts: &Facts| (facts.not_before, facts.not_after);
    if issued(old) >= issued(new) {
        return false;
    }
    let has_same_key = old.public_key.spki == new.public_key.spki;
    let is_alike = old.public_key.algorithm == new.public_key.algorithm
        && names(one) == names(other)
        && old.issuer.is_of_same_organization(&new.issuer);
    has_same_key || is_alike
}

/// The names that a client may compare, in lower case; without any, the common name.
fn names(leaf: &Certificate) -> BTreeSet<String> {
    let Ok(facts) = leaf.facts() else {
        return BTreeSet::new();
    };
    let sans = facts.sans.as_ref().filter(|sans| sans.is_comparable());
    let Some(sans) = sans else {
        return facts.subject.common_names().iter().cloned().collect();
    };
    let dns = sans.dns.iter().map(|name| name.to_ascii_lowercase());
    dns.chain(sans.ip.iter().map(ToString::to_string)).collect()
}

/// That the ports serve different certificates. It is a warning where one of them is an older one of
/// another: a daemon has not loaded the new one.
fn differ(served: &[Served<'_>]) -> Finding {
    let each: Vec<String> = served
        .iter()
        .take(MOST_NAMED)
        .map(|one| one.described(served))
        .collect();
    let more = match served.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let stale: Vec<Sight<'_>> = served
        .iter()
        .filter(|one| one.is_stale)
        .flat_map(|one| one.sights.iter().copied())
        .collect();
    let list = format!("{}{more}", each.join("; "));
    let count = served.len();
    let (message, advice, severity) = if stale.is_empty() {
        let message = format!("the ports serve {count} different certificates: {list}");
        let advice = "a client that pins needs all of them; if one certificate is meant to be everywhere, have the daemon of each port load it".to_owned();
        (message, advice, Severity::Note)
    } else {
        let verb = if ports_of(&stale).len() == 1 {
            "serves"
        } else {
            "serve"
        };
        let message = format!(
            "{} still {verb} an older certificate: {list}",
            in_words(&stale)
        );
        (message, reload(&stale), Severity::Warning)
    };
    let concerned = if stale.is_empty() {
        served.iter().flat_map(Served::ports).collect()
    } else {
        ports_of(&stale)
    };
    Finding::new(Code::PortsDiffer, None, message, advice)
        .at(severity)
        .on(concerned)
}

fn ports_of(sights: &[Sight<'_>]) -> BTreeSet<u16> {
    sights.iter().map(|sight| sight.port).collect()
}

/// `port 993 (IMAP)`, or `ports 143 (IMAP), 993 (IMAP)`.
fn in_words(sights: &[Sight<'_>]) -> String {
    let mut names: Vec<String> = Vec::new();
    for sight in sights {
        let name = format!("{} ({})", sight.port, sight.protocol);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let s = if names.len() == 1 { "" } else { "s" };
    format!("port{s} {}", names.join(", "))
}

/// What to do where a daemon has not loaded the new certificate, by what it speaks.
fn reload(stale: &[Sight<'_>]) -> String {
    let speaks = |wanted: &[Protocol]| stale.iter().any(|sight| wanted.contains(&sight.protocol));
    let mut daemons = Vec::new();
    if speaks(&[Protocol::Smtp]) {
        daemons.push("the SMTP server (Postfix: postfix reload)");
    }
    if speaks(&[
        Protocol::Imap,
        Protocol::Pop3,
        Protocol::Sieve,
        Protocol::Lmtp,
    ]) {
        daemons.push(
            "the server of the mailboxes (Dovecot: doveadm reload; Cyrus and Courier: a restart)",
        );
    }
    format!(
        "reload {}, or what ends TLS before it, and let the renewal do so from now on",
        daemons.join(" and ")
    )
}

/// That a port's certificate expires earlier than that of another.
fn expires_earlier(served: &[Served<'_>]) -> Option<Finding> {
    let end = |one: &&Served<'_>| one.facts().map(|facts| facts.not_after);
    let dated: Vec<(&Served<'_>, OffsetDateTime)> = served
        .iter()
        .filter_map(|one| Some((one, end(&one)?)))
        .collect();
    let (first, ends) = dated.iter().min_by_key(|(_, end)| *end)?;
    let (last, latest) = dated.iter().max_by_key(|(_, end)| *end)?;
    let days = (*latest - *ends).whole_days();
    if *latest - *ends < Duration::DAY {
        return None;
    }
    let s = if days == 1 { "" } else { "s" };
    let message = format!(
        "the certificate on {} expires on {}, {days} day{s} before that on {}",
        in_words(&first.sights),
        ends.date(),
        last.places(served)
    );
    let advice = "renew that one first; with one certificate on all ports there is one date";
    let finding = Finding::new(Code::PortExpiresEarlier, None, message, advice);
    Some(finding.on(first.ports()))
}

/// That a port's certificate lacks names that another port's has.
fn names_differ(served: &[Served<'_>]) -> Option<Finding> {
    let of_each: Vec<BTreeSet<String>> = served.iter().map(|one| names(one.leaf)).collect();
    let all: BTreeSet<&String> = of_each.iter().flatten().collect();
    let mut lacks = Vec::new();
    let mut ports = BTreeSet::new();
    for (one, names) in served.iter().zip(&of_each) {
        let missing: Vec<&String> = all
            .iter()
            .filter(|name| !names.contains(**name))
            .copied()
            .collect();
        if missing.is_empty() {
            continue;
        }
        let shown = missing
            .iter()
            .take(MOST_NAMED)
            .map(|name| excerpt(name, 80));
        let shown: Vec<String> = shown.collect();
        let more = match missing.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        lacks.push(format!(
            "{} not for {}{more}",
            in_words(&one.sights),
            shown.join(", ")
        ));
        ports.extend(one.ports());
    }
    if lacks.is_empty() {
        return None;
    }
    lacks.truncate(MOST_NAMED);
    let message = format!(
        "the certificates are for different names: {}",
        lacks.join("; ")
    );
    let advice = "a client that is configured with a name that is missing refuses the port: give all ports a certificate with all names";
    let finding = Finding::new(Code::NameDiffers, None, message, advice);
    Some(finding.on(ports))
}

/// That ports offer no TLS.
fn unprotected(sights: &[Sight<'_>]) -> Option<Finding> {
    let open: Vec<Sight<'_>> = sights
        .iter()
        .filter(|sight| sight.is_unprotected)
        .copied()
        .collect();
    let ports = ports_of(&open);
    let verb = match ports.len() {
        0 => return None,
        1 => "offers",
        _ => "offer",
    };
    let message = format!(
        "{} {verb} no STARTTLS: mail and passwords cross the network in the clear there",
        in_words(&open)
    );
    let advice = "enable STARTTLS there, or close the port; implicit TLS is at 465, 993 and 995";
    let finding = Finding::new(Code::PortUnprotected, None, message, advice);
    Some(finding.on(ports))
}
